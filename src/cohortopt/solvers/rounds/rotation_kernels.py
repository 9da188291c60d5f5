"""Compiled local search over rounds of groups: swap two people in a round, or two everywhere.

State: ``group : (R, n)`` the group of each person in each round (-1 sits out), ``members :
(R, G, S)`` and ``place : (R, n)`` where in it, ``size : (G,)``, ``met : (n, n)`` meetings. A group
of size s earns ``factor[s] * sum of value over its pairs``; ``bad`` marks pairs that may not meet.
A swap in a round costs O(S), a swap everywhere O(R x S).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.compiled import njit

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def count_meetings(members: Ints, size: Ints, n: int) -> Ints:
    """Return ``met : (n, n)``, how often two are in one group."""
    met = np.zeros((n, n), np.int32)
    for r in range(members.shape[0]):
        for g in range(members.shape[1]):
            for i in range(size[g]):
                for j in range(i):
                    a, b = members[r, g, i], members[r, g, j]
                    met[a, b] += 1
                    met[b, a] += 1
    return met


@njit(cache=True)  # type: ignore[untyped-decorator]
def measure(
    members: Ints, size: Ints, met: Ints, value: Longs, bad: NDArray[np.bool_], factor: Longs
) -> tuple[int, int, int]:
    """Return forbidden meetings, repeats and points of a plan, counted from the start."""
    n = met.shape[0]
    again, points, wrong = 0, 0, 0
    for a in range(n):
        for b in range(a):
            if met[a, b] > 1:
                again += met[a, b] - 1
    for r in range(members.shape[0]):
        for g in range(members.shape[1]):
            for i in range(size[g]):
                for j in range(i):
                    a, b = members[r, g, i], members[r, g, j]
                    points += value[a, b] * factor[size[g]]
                    wrong += bad[a, b]
    return wrong, again, points


@njit(cache=True)  # type: ignore[untyped-decorator]
def is_fair(group: Ints) -> bool:
    """Whether after every round nobody sat out two times more often than anybody else."""
    rounds, n = group.shape
    out = np.zeros(n, np.int32)
    for r in range(rounds):
        for p in range(n):
            out[p] += group[r, p] < 0
        if out.max() - out.min() > 1:
            return False
    return True


@njit(cache=True)  # type: ignore[untyped-decorator]
def anneal(
    members: Ints,
    group: Ints,
    place: Ints,
    met: Ints,
    size: Ints,
    value: Longs,
    bad: NDArray[np.bool_],
    factor: Longs,
    weights: Longs,
    loss: int,
    hot: float,
    cold: float,
    steps: int,
    everywhere: float,
    target: int,
    seed: int,
    best: Ints,
    score: Longs,
) -> int:
    """Anneal ``steps`` proposals from ``hot`` to ``cold``; keep the best members in ``best``.

    ``weights``: of a forbidden meeting, a repeat and a point in the energy. ``score`` holds
    forbidden, repeats and points now, then the same of ``best``. Plans are compared by forbidden
    meetings, then repeats, then points; with ``loss`` >= 0 by forbidden meetings, then points
    less ``loss`` for each repeat. ``everywhere`` is the share of swaps over the whole plan. Stops
    when there are no forbidden meetings and at most ``target`` repeats (-1: never), and returns
    the proposals made.
    """
    rounds, n = group.shape
    np.random.seed(seed)  # noqa: NPY002 (numba has no generators that are as fast)
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    wf, wr, wv = weights[0], weights[1], weights[2]
    for step in range(steps):
        heat *= cooling
        p = np.random.randint(n)  # noqa: NPY002
        q = np.random.randint(n)  # noqa: NPY002
        if p == q:
            continue
        wrong, again, points = 0, 0, 0
        whole = np.random.random() < everywhere  # noqa: NPY002
        r = np.random.randint(rounds)  # noqa: NPY002
        if whole:
            for t in range(rounds):
                g, h = group[t, p], group[t, q]
                if g == h:
                    continue
                if g >= 0:
                    f = factor[size[g]]
                    for i in range(size[g]):
                        x = members[t, g, i]
                        if x != p:
                            points += f * (value[q, x] - value[p, x])
                            wrong += int(bad[q, x]) - int(bad[p, x])
                if h >= 0:
                    f = factor[size[h]]
                    for i in range(size[h]):
                        y = members[t, h, i]
                        if y != q:
                            points += f * (value[p, y] - value[q, y])
                            wrong += int(bad[p, y]) - int(bad[q, y])
        else:
            g, h = group[r, p], group[r, q]
            if g == h:
                continue
            if g < 0 or h < 0:  # one sits out: rarely tried, and only where it stays fair
                if np.random.random() > 0.1:  # noqa: NPY002
                    continue
                group[r, p], group[r, q] = h, g
                fair = is_fair(group)
                group[r, p], group[r, q] = g, h
                if not fair:
                    continue
            f = factor[size[g]] if g >= 0 else 0
            for i in range(size[g] if g >= 0 else 0):
                x = members[r, g, i]
                if x != p:
                    points += f * (value[q, x] - value[p, x])
                    wrong += int(bad[q, x]) - int(bad[p, x])
                    again += int(met[q, x] >= 1) - int(met[p, x] >= 2)
            f = factor[size[h]] if h >= 0 else 0
            for i in range(size[h] if h >= 0 else 0):
                y = members[r, h, i]
                if y != q:
                    points += f * (value[p, y] - value[q, y])
                    wrong += int(bad[p, y]) - int(bad[q, y])
                    again += int(met[p, y] >= 1) - int(met[q, y] >= 2)
        change = wf * wrong + wr * again - wv * points
        if change > 0 and np.random.random() >= np.exp(-change / heat):  # noqa: NPY002
            continue
        if whole:
            for t in range(rounds):
                g, h = group[t, p], group[t, q]
                if g == h:
                    continue
                i, j = place[t, p], place[t, q]
                if g >= 0:
                    members[t, g, i] = q
                if h >= 0:
                    members[t, h, j] = p
                group[t, p], group[t, q] = h, g
                place[t, p], place[t, q] = j, i
            for x in range(n):  # every meeting of p is now one of q, and the other way round
                if x != p and x != q:
                    a, b = met[p, x], met[q, x]
                    met[p, x] = b
                    met[x, p] = b
                    met[q, x] = a
                    met[x, q] = a
        else:
            g, h = group[r, p], group[r, q]
            for i in range(size[g] if g >= 0 else 0):
                x = members[r, g, i]
                if x != p:
                    met[p, x] -= 1
                    met[x, p] -= 1
                    met[q, x] += 1
                    met[x, q] += 1
            for i in range(size[h] if h >= 0 else 0):
                y = members[r, h, i]
                if y != q:
                    met[q, y] -= 1
                    met[y, q] -= 1
                    met[p, y] += 1
                    met[y, p] += 1
            i, j = place[r, p], place[r, q]
            if g >= 0:
                members[r, g, i] = q
            if h >= 0:
                members[r, h, j] = p
            group[r, p], group[r, q] = h, g
            place[r, p], place[r, q] = j, i
        score[0] += wrong
        score[1] += again
        score[2] += points
        better = False
        if score[0] != score[3]:
            better = score[0] < score[3]
        elif loss >= 0:
            better = score[2] - loss * score[1] > score[5] - loss * score[4]
        elif score[1] != score[4]:
            better = score[1] < score[4]
        else:
            better = score[2] > score[5]
        if better:
            best[:] = members
            score[3:] = score[:3]
            if score[3] == 0 and score[4] <= target:
                return step + 1
    return steps

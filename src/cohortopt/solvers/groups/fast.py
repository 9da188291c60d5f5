"""Compiled annealing for plain groups: sizes and points only, as fast as memory allows.

``points : (n, n) int32`` is symmetric with a zero diagonal (both directions added up). The value
of a group of k is ``weight[k]`` times its sum over unordered pairs (all weights 1: the classic
maximally diverse grouping problem). ``shared : (groups, n) int32`` holds what each person shares
with each group, so a swap is valued in O(1) (Lai and Hao 2016, doi:10.1016/j.ejor.2016.05.018)
and made in O(n).

Almost all swaps of a good plan are hopeless, so they are refused many at a time. Two groups g, h
are looked at together. With ``x[u]`` the gain of u in g leaving for h, ``y[v]`` that of v in h
leaving for g, and no points below zero, swapping u and v gains at most x[u] + y[v]. Everyone u
draws one threshold for all of h; unless x[u] + max y reaches it, that was size[h] proposals. Pairs
who forbid each other have points below zero; a few of their swaps are missed, none is misjudged.

Every group has its own limits on size. Groups are interchangeable, so limits travel: where a group
is full it trades limits with another that fits (``has_room``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.groups.compiled import Real, Whole, compiled, entry, inner

Array = NDArray[Any]
NOW, BEST, LOSING = range(3)  # places in ``Plans.worth``


class Task(NamedTuple):
    """What does not change."""

    points: Array  # (n, n) int32
    weight: Array  # (largest + 2,) int64
    logs: Array  # (4096,) float64, logarithms of uniform draws
    varies: Whole  # whether any group may have several sizes


class Plans(NamedTuple):
    """Some plans being annealed, one row each, and room for sums."""

    where: Array  # (plans, n) uint32, the group of everyone
    shared: Array  # (plans, groups, n) int32
    member: Array  # (plans, groups, largest + 2) uint32, the first ``size`` of each row count
    size: Array  # (plans, groups) int64, and so are the next three
    total: Array
    lower: Array
    upper: Array
    best: Array  # (plans, n) uint32, where everyone was when the plan was worth most
    worth: Array  # (plans, 3) int64: value now, best value, losing moves made so far
    out: Array  # (largest + 2,) int64, what members of one group gain by leaving for another
    back: Array  # the same for the other group
    random: Array  # (1,) uint64


@inner
def _next(random: Array) -> Whole:
    """Return 64 random bits (xorshift64*, Vigna 2016, doi:10.1145/2845077)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@compiled
def tabulate(t: Task, s: Plans, r: Whole) -> None:
    """Recount everything about plan ``r`` from who is where; forget its best. O(n^2)."""
    where, shared, size, total = s.where[r], s.shared[r], s.size[r], s.total[r]
    shared[:] = 0
    size[:] = 0
    total[:] = 0
    n = len(where)
    for u in range(n):
        g = where[u]
        s.member[r, g, size[g]] = u
        size[g] += 1
        for x in range(n):
            shared[g, x] += t.points[u, x]
    for u in range(n):
        total[where[u]] += shared[where[u], u]
    value = np.int64(0)
    for g in range(len(size)):
        total[g] //= 2
        value += t.weight[size[g]] * total[g]
    s.best[r] = where
    s.worth[r, NOW] = s.worth[r, BEST] = value


@compiled
def copy(s: Plans, old: Whole, new: Whole) -> None:
    """Make plan ``new`` the same as plan ``old``."""
    for rows in (s.where, s.best):
        rows[new] = rows[old]
    for rows in (s.size, s.total, s.lower, s.upper, s.worth):
        rows[new] = rows[old]
    s.shared[new] = s.shared[old]
    s.member[new] = s.member[old]


@inner
def _traded(s: Plans, r: Whole, g: Whole, way: Whole) -> Whole:
    """Whether ``g`` may grow (way 1) or shrink (-1) after trading limits with another group."""
    size, lower, upper = s.size[r], s.lower[r], s.upper[r]
    want = size[g] + way
    for x in range(len(size)):
        if x != g and lower[x] <= want <= upper[x] and lower[g] <= size[x] <= upper[g]:
            lower[g], lower[x] = lower[x], lower[g]
            upper[g], upper[x] = upper[x], upper[g]
            return True
    return False


@inner
def has_room(s: Plans, r: Whole, g: Whole, h: Whole) -> Whole:
    """Whether somebody may move from ``g`` to ``h``, if need be after trading limits."""
    size, lower, upper = s.size[r], s.lower[r], s.upper[r]
    if size[h] >= upper[h] and not (size[g] > lower[g] and _traded(s, r, h, 1)):
        return False
    return size[g] > lower[g] or (_traded(s, r, g, -1) and size[h] < upper[h])


@inner
def move(t: Task, s: Plans, r: Whole, g: Whole, i: Whole, h: Whole) -> None:
    """Move the ``i``-th member of ``g`` to ``h``. O(n)."""
    mine, left, right = s.member[r, g], s.shared[r, g], s.shared[r, h]
    u = mine[i]
    s.total[r, g] -= left[u]
    s.total[r, h] += right[u]
    s.size[r, g] -= 1
    mine[i] = mine[s.size[r, g]]
    s.member[r, h, s.size[r, h]] = u
    s.size[r, h] += 1
    s.where[r, u] = h
    row = t.points[u]
    for x in range(len(row)):
        left[x] -= row[x]
        right[x] += row[x]


@inner
def swap(t: Task, s: Plans, r: Whole, g: Whole, i: Whole, h: Whole, j: Whole) -> None:
    """Swap the ``i``-th member of ``g`` and the ``j``-th of ``h``. O(n)."""
    left, right = s.shared[r, g], s.shared[r, h]
    u, v = s.member[r, g, i], s.member[r, h, j]
    mine, theirs = t.points[u], t.points[v]
    s.total[r, g] += left[v] - left[u] - mine[v]
    s.total[r, h] += right[u] - right[v] - mine[v]
    s.where[r, u], s.where[r, v] = h, g
    s.member[r, g, i], s.member[r, h, j] = v, u
    for x in range(len(mine)):
        change = mine[x] - theirs[x]
        left[x] -= change
        right[x] += change


@inner
def count(s: Plans, r: Whole, gain: Whole) -> None:
    """Count a move that was made, and remember the plan if it is the best so far."""
    worth = s.worth[r]
    worth[NOW] += gain
    worth[LOSING] += gain < 0
    if worth[NOW] > worth[BEST]:
        worth[BEST] = worth[NOW]
        best, where = s.best[r], s.where[r]
        for x in range(len(where)):
            best[x] = where[x]


@inner
def gains(s: Plans, r: Whole, g: Whole, h: Whole, here: Whole, there: Whole, into: Array) -> Whole:
    """Write what each member of ``g`` gains by joining ``h`` into ``into``; return the most.

    What is shared in the groups they leave and join counts ``here`` and ``there`` times.
    """
    member, left, right = s.member[r, g], s.shared[r, g], s.shared[r, h]
    most = np.int64(-(1 << 62))
    for i in range(s.size[r, g]):
        u = member[i]
        into[i] = there * right[u] - here * left[u]
        most = max(most, into[i])
    return most


@inner
def move_one(t: Task, s: Plans, r: Whole, g: Whole, h: Whole, limit: Real, start: Whole) -> Whole:
    """Move a member of ``g`` who gains at least ``limit`` to ``h``, and return whether one does."""
    a, b = s.size[r, g], s.size[r, h]
    if a == 0:
        return False
    fewer, more = t.weight[a - 1], t.weight[b + 1]
    base = (fewer - t.weight[a]) * s.total[r, g] + (more - t.weight[b]) * s.total[r, h]
    if base + gains(s, r, g, h, fewer, more, s.out) < limit or not has_room(s, r, g, h):
        return False
    i = (start * a) >> 16
    while base + s.out[i] < limit:
        i = (i + 1) % a
    gain = base + s.out[i]
    move(t, s, r, g, i, h)
    count(s, r, gain)
    return True


@entry
def sweep(t: Task, s: Plans, r: Whole, heat: Real, pairs: Whole) -> None:
    """Look at ``pairs`` random pairs of groups of plan ``r`` at temperature ``heat`` (Metropolis).

    For each member of one group all swaps with the other are proposed; where sizes may vary,
    every other time, moving there alone too. O(size) a pair of groups, O(n) a move made.
    """
    groups, low = np.uint64(s.size.shape[1]), np.uint64(0xFFFFFFFF)
    size = s.size[r]
    for _ in range(pairs):
        bits = _next(s.random)
        g = np.int64(((bits & low) * groups) >> np.uint64(32))
        h = np.int64(((bits >> np.uint64(32)) * (groups - np.uint64(1))) >> np.uint64(32))
        h += h >= g
        start = np.int64(_next(s.random) & np.uint64(0xFFFF))
        limit = heat * t.logs[start & 4095]
        if t.varies and start & 1 and move_one(t, s, r, g, h, limit, start):
            continue
        a, b = size[g], size[h]
        here, there = t.weight[a], t.weight[b]
        gains(s, r, g, h, here, there, s.out)
        most = gains(s, r, h, g, there, here, s.back)
        member, fellows = s.member[r, g], s.member[r, h]
        for i in range(a):
            limit = heat * t.logs[(start + i) & 4095]
            need = limit - s.out[i]
            if most < need:
                continue
            row = t.points[member[i]]
            j = (start * b) >> 16
            for _ in range(b):
                if s.back[j] >= need:
                    gain = s.out[i] + s.back[j] - (here + there) * row[fellows[j]]
                    if gain >= limit:
                        swap(t, s, r, g, i, h, j)
                        count(s, r, gain)
                        gains(s, r, g, h, here, there, s.out)
                        most = gains(s, r, h, g, there, here, s.back)
                        break
                j = j + 1 if j + 1 < b else 0


@entry
def climb(t: Task, s: Plans, heats: Array, at: Array, rounds: Whole, pairs: Whole) -> None:
    """Sweep plan ``at[x]`` at ``heats[x]`` for all x, then exchange neighbours; ``rounds`` times.

    Replica exchange (Hukushima and Nemoto 1996, doi:10.1143/JPSJ.65.1604): the hotter plan of two
    neighbours goes on at the colder temperature if it is better, or else by Metropolis' rule.
    """
    for k in range(rounds):
        for x in range(len(heats)):
            sweep(t, s, at[x], heats[x], pairs)
        for x in range(k & 1, len(heats) - 1, 2):
            lead = s.worth[at[x], NOW] - s.worth[at[x + 1], NOW]
            draw = t.logs[np.int64(_next(s.random) >> np.uint64(52))]
            if (1.0 / heats[x + 1] - 1.0 / heats[x]) * lead >= draw:
                at[x], at[x + 1] = at[x + 1], at[x]

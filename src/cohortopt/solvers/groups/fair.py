"""Tier ``worst`` for real sizes: swaps that lift the least satisfied members (leximin).

Only two groups change in a swap, and adding the same numbers to two lists never changes which one
is leximin better, so the sorted values of the two groups decide. A descent, not a proof.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups import state as states
from cohortopt.solvers.groups.energy import may_sit, remember
from cohortopt.solvers.groups.search import RichSearch
from cohortopt.solvers.groups.worth import after, goals_after


def lift(one: RichSearch, clock: Clock, tries: int) -> int:
    """Improve the best state of ``one`` by leximin swaps; return how many were made.

    Tiers that come before ``worst`` never get worse. Each try looks at every partner for one of
    the least satisfied: O(units x group size).
    """
    f, s, best = one.fixed, one.state, one.best
    states.rebuild(f, s, *(a.copy() for a in (best.where, best.lead, best.slot, best.topic)))
    tiers = one.problem.instance.tiers
    before = tiers[: tiers.index("worst")]
    done, stuck, tried = 0, 0, 0
    while not clock.is_over and tried < tries:
        ranked = sorted(
            (value, g, u)
            for g in range(one.problem.groups)
            for value, u in zip(*_values(one, g), strict=True)
        )
        if stuck >= min(len(ranked), 20):
            break
        _, g, u = ranked[stuck]
        tried += 1
        if _swap(one, g, u, before):
            done, stuck = done + 1, 0
        else:
            stuck += 1
    if int(s.total[0]) == 0:
        remember(s, best)
    return done


def _swap(one: RichSearch, g: int, u: int, before: tuple[str, ...]) -> bool:
    """Swap ``u`` with the first partner that makes both groups leximin better, if any."""
    f, s = one.fixed, one.state
    if not may_sit(f, s, u):
        return False
    here = _values(one, g)[0]
    for v in range(len(s.where)):
        h = int(s.where[v])
        if h in (g, one.problem.groups) or f.unit["size"][v] != f.unit["size"][u]:
            continue
        if not may_sit(f, s, v):
            continue
        left, right = after(f, s, g, u, v), after(f, s, h, v, u)
        if left[0] + left[1] + right[0] + right[1] > 0:
            continue
        group = s.group
        if "points" in before and left[2] + right[2] < group["points"][g] + group["points"][h]:
            continue
        if "changes" in before and left[3] + right[3] < group["kept"][g] + group["kept"][h]:
            continue
        breaches = group["breaches"][g] + group["breaches"][h]
        if "violations" in before and left[4] + right[4] > breaches:
            continue
        old = sorted((*here, *_values(one, h)[0]))
        _exchange(one, u, v, g, h)
        if sorted((*_values(one, g)[0], *_values(one, h)[0])) > old:
            return True
        _exchange(one, v, u, g, h)
    return False


def _exchange(one: RichSearch, u: int, v: int, g: int, h: int) -> None:
    """Move ``u`` from ``g`` to ``h`` and ``v`` back."""
    f, s = one.fixed, one.state
    states.leave(f, s, np.int64(u))
    states.leave(f, s, np.int64(v))
    states.enter(f, s, np.int64(v), np.int64(g))
    states.enter(f, s, np.int64(u), np.int64(h))


def _values(one: RichSearch, g: int) -> tuple[list[int], list[int]]:
    """Return what each member of ``g`` has from it, and the unit of each."""
    p, s = one.problem, one.state
    units = [int(u) for u in s.members[g, : s.group["filled"][g]]]
    people = [i for u in units for i in p.units[u]]
    if not people:
        return [], []
    k = len(people)
    block = np.maximum(p.instance.links.dense[np.ix_(people, people)], 0).astype(np.int64)
    np.fill_diagonal(block, 0)
    values = p.weight[k] * block.sum(axis=0)
    bosses = [int(p.leaders[b]) for b in s.lead[g, : s.group["leads"][g]]]
    if bosses:
        led = p.instance.links.dense[np.ix_(bosses, people)].astype(np.int64)
        values += p.leader_weight[len(bosses)] * np.maximum(led, 0).sum(axis=0)
    if len(p.topic_points):
        own = p.grouping.topics[people, s.topic[g]].astype(np.int64)
        values += p.grouping.scale * np.maximum(own, 0)
    if len(p.goal_points):
        nobody = np.int64(-1)
        total = goals_after(one.fixed, s, np.int64(g), nobody, nobody, np.int64(k))
        values += int(total) // k
    return [int(v) for v in values], [u for u in units for _ in p.units[u]]

"""Tier ``worst`` for real sizes: swaps that lift the least satisfied members (leximin).

Only two groups change in a swap, and adding the same numbers to two lists never changes which one
is leximin better, so the sorted values of the two groups decide. A descent, not a proof.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups import energy, worth
from cohortopt.solvers.groups import state as states
from cohortopt.solvers.groups.compiled import Whole, entry, lend
from cohortopt.solvers.groups.search import RichSearch
from cohortopt.solvers.groups.tables import Fixed, State, keep


def lift(one: RichSearch, clock: Clock, tries: int) -> int:
    """Improve the best state of ``one`` by leximin swaps; return how many were made.

    Tiers that come before ``worst`` never get worse. Each try looks at every partner for one of
    the least satisfied: O(units x group size).
    """
    s, best = one.state, one.best
    one.restore()
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
        keep(s, best)
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
        exchange(f, s, u, v)
        if sorted((*_values(one, g)[0], *_values(one, h)[0])) > old:
            return True
        exchange(f, s, u, v)
    return False


@entry
def after(f: Fixed, s: State, g: Whole, out: Whole, into: Whole) -> tuple[Whole, ...]:
    """Return what ``g`` is worth after a move, see ``worth.after``."""
    f, s = lend(f), lend(s)
    return worth.after(f, s, g, out, into)


@entry
def may_sit(f: Fixed, s: State, u: Whole) -> Whole:
    """Whether unit ``u`` may move at all."""
    f, s = lend(f), lend(s)
    return energy.may_sit(f, s, u)


@entry
def goals_of(f: Fixed, s: State, g: Whole, k: Whole) -> Whole:
    """Return what goals give group ``g`` of ``k`` people."""
    f, s = lend(f), lend(s)
    return worth.goals_after(f, s, g, np.int64(-1), np.int64(-1), k)[0]


@entry
def exchange(f: Fixed, s: State, u: Whole, v: Whole) -> None:
    """Let ``u`` and ``v`` trade groups."""
    f, s = lend(f), lend(s)
    g, h = s.where[u], s.where[v]
    states.leave(f, s, u)
    states.leave(f, s, v)
    states.enter(f, s, v, g)
    states.enter(f, s, u, h)


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
        total = goals_of(one.fixed, s, g, k)
        values += int(total) // k
    return [int(v) for v in values], [u for u in units for _ in p.units[u]]

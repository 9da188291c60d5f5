"""What a change is worth to the search, and which of two plans is better. Compiled."""

from __future__ import annotations

from typing import TypeAlias

from cohortopt.solvers.groups.compiled import Real, Whole, apart, entry, inner
from cohortopt.solvers.groups.tables import Array, Fixed, State

# Places in ``knobs``: what a violation, a placed priority, a kept pair, a point and a breach of a
# relaxed rule are worth; temperatures; how often what is tried.
VIOLATION, PLACED, KEPT, POINT, HOT, COLD, INSERT, BENCH, SPECIAL, BREACH, OPEN = range(11)

Totals: TypeAlias = tuple[Whole, Whole, Whole, Whole, Whole]


@entry
def is_better(order: Array, one: Array, other: Array) -> Whole:
    """Whether totals ``one`` beat ``other``: fewer violations, then the tiers in ``order``."""
    if one[0] != other[0]:
        return one[0] < other[0]
    for x in range(len(order)):
        tier = order[x]
        if one[tier] != other[tier]:
            return one[tier] > other[tier]
    return False


@inner
def remember(s: State, best: State) -> None:
    """Copy who is where (and leaders, slots, topics, totals) to ``best``."""
    apart()
    for u in range(len(s.where)):
        best.where[u] = s.where[u]
    for g in range(len(s.slot)):
        best.slot[g] = s.slot[g]
        best.topic[g] = s.topic[g]
        for x in range(s.lead.shape[1]):
            best.lead[g, x] = s.lead[g, x]
    for x in range(len(s.total)):
        best.total[x] = s.total[x]


@inner
def energy(
    knobs: Array, viol: Whole, points: Whole, kept: Whole, placed: Whole, breaches: Whole
) -> Real:
    """Return the worth of a change as one number."""
    return (
        knobs[POINT] * points
        + knobs[PLACED] * placed
        + knobs[KEPT] * kept
        - knobs[VIOLATION] * viol
        - knobs[BREACH] * breaches
    )


@inner
def now(s: State) -> Totals:
    """Return the totals as they are."""
    return s.total[0], s.total[1], s.total[2], s.total[3], s.total[4]


@inner
def gained(s: State, knobs: Array, before: Totals) -> Real:
    """Return what changed since the totals given."""
    viol, points, kept, placed, kept_rules = before
    return energy(
        knobs,
        s.total[0] - viol,
        s.total[1] - points,
        s.total[2] - kept,
        s.total[3] - placed,
        kept_rules - s.total[4],
    )


@inner
def may_sit(f: Fixed, s: State, u: Whole) -> Whole:
    """Whether unit ``u`` may move at all: not locked, and not leading."""
    return f.unit[u].pinned < 0 and (f.unit[u].lead < 0 or s.load[f.unit[u].lead] == 0)

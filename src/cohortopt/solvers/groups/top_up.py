"""The last look at found groups: who is left over joins one with room, at another time if need be.

The search moves a person or a meeting, never both at once: somebody who fits a group with room, but
at another slot than its present one, can stay outside to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance, broken_limits
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.check import points_of
from cohortopt.solvers.groups.problem import members_of

TRIES = 20_000  # joins that are looked at


def top_up(instance: Instance, matches: Sequence[Found]) -> tuple[Found, ...]:
    """Return the groups with everybody seated who fits one of them as it is, but for its slot.

    People come by falling priority; each joins where the points grow most. Only where seating
    people comes first and no rule is relaxed. O(people left x people).
    """
    grouping = instance.grouping
    assert grouping is not None
    rich = grouping.relaxed is not None or grouping.bounds or instance.together
    if rich or instance.tiers[0] != "placed":
        return tuple(matches)
    seated = {i for match in matches for i in match.people}
    left = [i for i in members_of(instance).tolist() if i not in seated]
    left.sort(key=lambda i: -int(instance.priority[i]))
    locked = {frozenset(lock.people) for lock in instance.locked}
    found, tries = list(matches), TRIES
    for person in left:
        best: tuple[int, int, Found] | None = None
        for at in _fitting(instance, found, person):
            match, tries = found[at], tries - 1
            joined = _joined(instance, found, match, person) if tries >= 0 else None
            if joined is None or frozenset(match.people) in locked:
                continue
            gain = points_of(instance, [joined]) - points_of(instance, [match])
            if best is None or gain > best[0]:
                best = gain, at, joined
        if best is not None:
            found[best[1]] = best[2]
    return tuple(sorted(found, key=lambda match: match.people))


def _fitting(instance: Instance, found: Sequence[Found], person: int) -> list[int]:
    """Return the places of groups with room whose people all fit the person."""
    grouping, square = instance.grouping, instance.links.dense
    if grouping is None or not found:
        return []
    people = np.concatenate([np.array(match.people, dtype=np.intp) for match in found])
    leads = np.concatenate([np.arange(len(m.people)) < m.leaders for m in found])
    fits = (square[people, person] != FORBIDDEN) & (leads | (square[person, people] != FORBIDDEN))
    sizes = [len(match.people) for match in found]
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    whole = np.logical_and.reduceat(fits, begins).tolist()
    return [
        at
        for at, match in enumerate(found)
        if whole[at] and sizes[at] - match.leaders < grouping.size_max
    ]


def _joined(instance: Instance, found: Sequence[Found], match: Found, person: int) -> Found | None:
    """Return a group with one more member, at its slot or the first that all share; or None."""
    grouping = instance.grouping
    assert grouping is not None
    if match.topic >= 0 and grouping.topics[person, match.topic] == FORBIDDEN:
        return None
    inside = sorted([*match.people[match.leaders :], person])
    if broken_limits(grouping, inside):
        return None
    slot, slots = match.slot, instance.slots
    if slots is not None:
        bosses = set(match.people[: match.leaders])
        busy = [o.slot for o in found if o is not match and bosses & set(o.people[: o.leaders])]
        shared = slots.common([*match.people, person]).tolist()
        free = [t for t in shared if not any(slots.clash(t, other) for other in busy)]
        if not free:
            return None
        slot = slot if slot in free else free[0]
    return replace(match, people=(*match.people[: match.leaders], *inside), slot=slot)

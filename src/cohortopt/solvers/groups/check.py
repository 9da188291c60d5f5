"""Groups checked and added up from the instance alone, in plain whole numbers.

Nothing here knows how the search works. What ``broken`` accepts may be returned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, GroupGoal, Instance, broken_limits
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.problem import meeting_slots


def worth_of(goal: GroupGoal, people: Sequence[int]) -> int:
    """Return the points that ``goal`` gives each member of ``people`` (see GroupGoal)."""
    k = len(people)
    if goal.kind == "variety":
        codes = {int(c) for c in goal.values if c >= 0}
        own = {int(goal.values[i]) for i in people if goal.values[i] >= 0}
        top = min(k, len(codes))
        part = Fraction(len(own), top) if top else Fraction(0)
    else:
        numbers = [int(v) for v in goal.values]
        spread = max(numbers) - min(numbers)
        mean = Fraction(sum(numbers), len(numbers))
        own_mean = Fraction(sum(int(goal.values[i]) for i in people), k)
        part = 1 - abs(own_mean - mean) / spread if spread else Fraction(1)
    millionths = (2_000_000 * part.numerator + part.denominator) // (2 * part.denominator)
    return round(Fraction(goal.points * millionths, 1_000_000))  # half to even


def member_values(instance: Instance, match: Found) -> list[int]:
    """Return what each member of the group has from it, scaled, in the order of the members."""
    grouping = instance.grouping
    assert grouping is not None
    leaders, members = match.people[: match.leaders], match.people[match.leaders :]
    square = instance.links.dense
    scale, k = grouping.scale, len(members)
    share = grouping.leader_share if grouping.leaders_max else 0
    extra = sum(worth_of(goal, members) for goal in grouping.goals)
    values = []
    for m in members:
        fellows = sum(int(square[f, m]) for f in members if f != m)
        led = sum(int(square[boss, m]) for boss in leaders)
        if grouping.value == "sum":
            value = scale * (fellows + led)
        else:
            mean = Fraction(fellows, k - 1) if k > 1 else Fraction(0)
            from_leaders = Fraction(led, len(leaders)) if leaders else Fraction(0)
            whole = scale * (share * from_leaders + (100 - share) * mean) / 100
            assert whole.denominator == 1, "the scale does not keep means whole"
            value = int(whole)
        if match.topic >= 0:
            value += scale * int(grouping.topics[m, match.topic])
        values.append(value + scale * extra)
    return values


def points_of(instance: Instance, matches: Sequence[Found]) -> int:
    """Return the scaled points of all groups."""
    return sum(sum(member_values(instance, match)) for match in matches)


def breaches_in(instance: Instance, match: Found) -> int:
    """Return how often one group breaks relaxed rules (see ``Relaxed``)."""
    relaxed = instance.grouping.relaxed if instance.grouping is not None else None
    if relaxed is None:
        return 0
    members = match.people[match.leaders :]
    count = len(broken_limits(relaxed, members))
    if relaxed.slots is not None:
        count += sum(not relaxed.slots.can_meet([i], match.slot) for i in match.people)
    if relaxed.sizes is not None:
        low_size, high = relaxed.sizes
        count += max(0, low_size - len(members), len(members) - high)
    return count


def breaches_of(instance: Instance, matches: Sequence[Found]) -> int:
    """Return how often the groups break relaxed rules, missing people included."""
    relaxed = instance.grouping.relaxed if instance.grouping is not None else None
    count = sum(breaches_in(instance, match) for match in matches)
    if relaxed is not None and relaxed.asked is not None:
        there = {i for match in matches for i in match.people}
        count += sum(i not in there for i in np.flatnonzero(relaxed.asked).tolist())
    return count


def placed_of(instance: Instance, matches: Sequence[Found]) -> int:
    """Return the priority of everyone who is a member."""
    return sum(int(instance.priority[i]) for m in matches for i in m.people[m.leaders :])


def parted(instance: Instance, matches: Sequence[Found]) -> int:
    """Return how many pairs of earlier matches no longer share a group."""
    now = {pair for match in matches for pair in combinations(sorted(match.people), 2)}
    before = {pair for people in instance.previous for pair in combinations(sorted(people), 2)}
    return len(before - now)


def _dealt(bounds: list[tuple[int, int]], sizes: list[int]) -> bool:
    """Whether each size can have bounds of its own: smallest first, bounds that end soonest."""
    left = list(bounds)
    for size in sizes:
        fits = [bound for bound in left if bound[0] <= size <= bound[1]]
        if not fits:
            return False
        left.remove(min(fits, key=lambda bound: bound[1]))
    return True


def _named(people: Sequence[int]) -> str:
    """Return people as a sentence has them before they get their names."""
    return ", ".join(f"#{i}" for i in people)


def broken(instance: Instance, matches: Sequence[Found]) -> list[str]:
    """Return every rule that the groups break, in words about indices; empty if none."""
    grouping = instance.grouping
    assert grouping is not None
    found: list[str] = []
    square = instance.links.dense
    can_sit = set(instance.givers.tolist())
    can_lead = set(grouping.leaders.tolist())
    sits = Counter(i for match in matches for i in match.people[match.leaders :])
    leads = Counter(i for match in matches for i in match.people[: match.leaders])
    if grouping.count >= 0 and len(matches) != grouping.count:
        found.append(f"{len(matches)} groups instead of {grouping.count}")
    for i, times in sits.items():
        if times > 1 or i in leads or i not in can_sit or instance.total_max[i] < 1:
            found.append(f"#{i} may not be a member {times} times")
    for i, times in leads.items():
        if i not in can_lead or times > instance.gives_max[i]:
            found.append(f"#{i} may not lead {times} groups")
    for i in grouping.leaders.tolist():
        if leads[i] < instance.gives_min[i]:
            found.append(f"#{i} must lead {instance.gives_min[i]} groups")
    for i in np.flatnonzero(instance.required).tolist():
        if not sits[i] and not leads[i] and (i in can_sit or i in can_lead):
            found.append(f"#{i} is required")
    if grouping.bounds:
        low, high = sorted(grouping.bounds), sorted(len(match.people) for match in matches)
        if not _dealt(low, high):
            found.append(f"sizes {high} do not fit {low}")
    used: dict[int, list[int]] = {}
    for match in matches:
        leaders, members = match.people[: match.leaders], match.people[match.leaders :]
        name = f"group {_named(match.people)}"
        if not grouping.size_min <= len(members) <= grouping.size_max:
            found.append(f"{name} has {len(members)} members")
        top = grouping.leaders_max
        if not (grouping.leaders_min if top else 0) <= len(set(leaders)) == len(leaders) <= top:
            found.append(f"{name} has {len(leaders)} leaders")
        for a, b in combinations(members, 2):
            if square[a, b] == FORBIDDEN or square[b, a] == FORBIDDEN:
                found.append(f"#{a} and #{b} may not meet")
        for boss in leaders:
            for m in members:
                if square[boss, m] == FORBIDDEN:
                    found.append(f"#{boss} may not lead #{m}")
        slots = meeting_slots(instance)
        if slots is not None:
            together = instance.slots is None or slots.can_meet(match.people, match.slot)
            if match.slot < 0 or not together:
                found.append(f"{name} cannot meet at slot {match.slot}")
            for boss in leaders:
                for other in used.get(boss, []):
                    if match.slot < 0 or other < 0 or slots.clash(match.slot, other):
                        found.append(f"#{boss} leads two groups at once")
                used.setdefault(boss, []).append(match.slot)
        for limit in broken_limits(grouping, members):
            found.append(f"{name} breaks the limit {limit.name}: {limit.count(members)}")
        if grouping.topics.size:
            if match.topic < 0:
                found.append(f"{name} has no topic")
            for m in members:
                if match.topic >= 0 and grouping.topics[m, match.topic] == FORBIDDEN:
                    found.append(f"topic {match.topic} is not for #{m}")
    for people in instance.together:
        if not any(set(people) <= set(match.people) for match in matches):
            found.append(f"{_named(people)} must be together")
    for lock in instance.locked:
        if not any(
            set(lock.people[: lock.leaders]) == set(match.people[: match.leaders])
            and set(lock.people[lock.leaders :]) == set(match.people[match.leaders :])
            and (lock.slot < 0 or lock.slot == match.slot)
            for match in matches
        ):
            found.append(f"{_named(lock.people)} are locked")
    return found

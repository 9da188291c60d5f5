"""Every group that keeps the rules of one group, listed; and how many there could be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance, broken_limits, unpack_rows
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.problem import leader_loads, meeting_slots, members_of


def group_count(instance: Instance) -> int:
    """Return an upper estimate of how many groups there could be."""
    grouping = instance.grouping
    assert grouping is not None
    n = len(members_of(instance))
    top = min(grouping.size_max, n)
    teams = 1
    if grouping.leaders_max:
        bosses = len(grouping.leaders)
        teams = sum(comb(bosses, k) for k in range(grouping.leaders_min, grouping.leaders_max + 1))
    return teams * sum(comb(n, k) for k in range(grouping.size_min, top + 1))


def expected_count(instance: Instance) -> float:
    """Return about how many groups hours, topics and links leave, by how many pairs fit.

    With leaders, a leader and a member count as a pair, too.
    """
    grouping, members = instance.grouping, [int(i) for i in members_of(instance)]
    assert grouping is not None
    fits = _fits(instance, members)
    pairs = [
        able >> at & 1 and hours & fits[at][1] and topics & fits[at][2]
        for one, (able, hours, topics) in enumerate(fits)
        for at in range(one)
    ]
    share = sum(map(bool, pairs)) / max(1, len(pairs))
    sizes = range(grouping.size_min, min(grouping.size_max, len(members)) + 1)
    leaders = [int(i) for i in grouping.leaders] if grouping.leaders_max else []
    led = [
        bosses >> at & 1 and hours & fits[one][1]
        for one, bosses in enumerate(_led(instance, members, leaders))
        for at, hours in enumerate(_hours(instance, leaders))
    ]
    lead = sum(map(bool, led)) / max(1, len(led))

    def teams(members: int) -> float:
        some = range(grouping.leaders_min, grouping.leaders_max + 1) if leaders else [0]
        return sum(comb(len(leaders), k) * lead ** (k * members) for k in some)

    return float(sum(comb(len(members), k) * share ** comb(k, 2) * teams(k) for k in sizes))


def columns(instance: Instance) -> Iterator[Found]:
    """Yield every group that keeps the rules of one group, with its best topic."""
    grouping = instance.grouping
    assert grouping is not None
    members = [int(i) for i in members_of(instance)]
    leaders = [int(i) for i in grouping.leaders] if grouping.leaders_max else []
    loads = dict(zip(leaders, leader_loads(instance, grouping.leaders), strict=False))
    leaders = [boss for boss in leaders if loads[boss] > 0]
    starts = starts_worth_trying(instance)
    joined = [set(people) & (set(members) | set(leaders)) for people in instance.together]

    fits, led = _fits(instance, members), _led(instance, members, leaders)
    lead_hours = _hours(instance, leaders)

    def grow(
        chosen: tuple[int, ...], start: int, able: int, meet: int, about: int, bosses: int
    ) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        if len(chosen) >= grouping.size_min:
            yield (
                chosen,
                [
                    boss
                    for at, boss in enumerate(leaders)
                    if bosses >> at & 1 and lead_hours[at] & meet
                ],
            )
        if len(chosen) == grouping.size_max:
            return
        last = len(members) - max(0, grouping.size_min - len(chosen) - 1)
        for at in range(start, last):  # as many must follow as are missing
            others, hours, topics = fits[at]
            if able >> at & 1 and meet & hours and about & topics:
                bigger = (*chosen, members[at])
                further = able & others, meet & hours, about & topics, bosses & led[at]
                yield from grow(bigger, at + 1, *further)

    sizes = range(grouping.leaders_min, grouping.leaders_max + 1)
    for chosen, bosses in grow((), 0, -1, -1, -1, -1):
        if not chosen or broken_limits(grouping, chosen):
            continue
        teams = [team for k in sizes for team in combinations(bosses, k)]
        for team in teams if grouping.leaders_max else [()]:
            if set(team) & set(chosen):
                continue
            inside = set(team) | set(chosen)
            if any(people & set(chosen) and not people <= inside for people in joined):
                continue  # a leader of several groups shares one of them with the others
            topic = best_topic(instance, chosen)
            if topic is None:
                continue
            people = (*team, *chosen)
            several = bool(instance.locked) or any(loads[boss] > 1 for boss in team)
            for slot in slots_for(instance, people, starts if several else None):
                yield Found(people, len(team), slot, topic=topic)


def _fits(instance: Instance, members: list[int]) -> list[tuple[int, int, int]]:
    """Return bits for each member: members who may share a group, free slots, fitting topics.

    -1, all bits, where there are no slots or no topics.
    """
    grouping = instance.grouping
    assert grouping is not None
    square = instance.links.dense[np.ix_(members, members)]
    able = _as_bits((square >= 0) & (square.T >= 0))
    hours, topics = _hours(instance, members), [-1] * len(members)
    if grouping.topics.size:
        topics = _as_bits(grouping.topics[members] != FORBIDDEN)
    return list(zip(able, hours, topics, strict=True))


def _hours(instance: Instance, people: list[int]) -> list[int]:
    """Return the slots of people as bits; -1, all bits, where there are no slots."""
    slots = instance.slots
    if slots is None:
        return [-1] * len(people)
    return _as_bits(unpack_rows(slots.starts[people], slots.count))


def _led(instance: Instance, members: list[int], leaders: list[int]) -> list[int]:
    """Return bits for each member: who of the leaders may lead them."""
    return _as_bits(instance.links.dense[np.ix_(leaders, members)].T != FORBIDDEN)


def _as_bits(rows: NDArray[np.bool_]) -> list[int]:
    """Return each row as one whole number, the first column its lowest bit."""
    packed = np.packbits(rows, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def starts_worth_trying(instance: Instance) -> frozenset[int]:
    """Return the slots that groups which share a leader can do with.

    In any plan, let each meeting begin earlier until somebody of it is not free, or until it begins
    as another meeting of the same leader ends. So it begins where somebody's free time does, or so
    many meetings later; and if everybody is always free, at any slot, or so many meetings later.
    """
    slots, grouping = meeting_slots(instance), instance.grouping
    if slots is None or grouping is None or not slots.count:
        return frozenset()
    if slots.cycle == 0 or instance.locked or instance.slots is None:
        return frozenset(range(slots.count))
    number = {int(at): slot for slot, at in enumerate(slots.at)}
    free = np.zeros((instance.n, slots.cycle), np.bool_)
    free[:, slots.at] = unpack_rows(slots.starts, slots.count)
    begins = np.flatnonzero((free & ~np.roll(free, 1, axis=1)).any(axis=0)).tolist()
    most = len(members_of(instance)) // max(1, grouping.size_min)
    later = [k * slots.length for k in range(max(1, most))]
    first = {int(slots.at[0]), *begins}
    found = {(start + wait) % slots.cycle for start in first for wait in later}
    return frozenset(number[at] for at in found if at in number)


def slots_for(
    instance: Instance, people: tuple[int, ...], starts: frozenset[int] | None
) -> list[int]:
    """Return the slots worth a column: all of ``starts``, or the best one; [-1] for none."""
    slots = meeting_slots(instance)
    if slots is None:
        return [-1]
    if instance.slots is not None:
        common = [int(t) for t in slots.common(people)]
        return common[:1] if starts is None else [slot for slot in common if slot in starts]
    if starts is not None:
        return sorted(starts)
    free = unpack_rows(slots.starts[list(people)], slots.count).sum(axis=0)
    return [int(free.argmax())]


def best_topic(instance: Instance, chosen: tuple[int, ...]) -> int | None:
    """Return the topic that is worth most to the members; -1 without topics, None if none fits."""
    grouping = instance.grouping
    assert grouping is not None
    if not grouping.topics.size:
        return -1
    rows = grouping.topics[list(chosen)]
    fits = (rows != FORBIDDEN).all(axis=0)
    if not fits.any():
        return None
    sums = rows.sum(axis=0)
    return max((int(sums[t]), -t) for t in range(len(fits)) if fits[t])[1] * -1

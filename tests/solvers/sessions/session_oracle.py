"""Sessions by the book: every timetable of a tiny instance, and a certificate read by hand.

Nothing here is taken from the solvers: plain loops over people, slots and topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from cohortopt.instance import FORBIDDEN, Feature, Instance, Links, Slots, pack

WEEK = 7 * 24 * 60
Session = tuple[int, int, int, int]  # giver, taker, slot, topic (-1: none)


def timetable_instance(
    points: Any, free: Any, givers: list[int], takers: list[int], **more: Any
) -> Instance:
    """Return a small instance; capacities default to 1 session for everyone."""
    n = len(points)
    at = np.array(more.pop("at", range(0, 60 * np.array(free).shape[1], 60)), np.int32)
    slots = Slots(pack(np.array(free, np.bool_)), at, more.pop("length", 60), more.pop("cycle", 0))
    ones = np.ones(n, np.int32)
    fields: dict[str, Any] = {
        "gives_min": 0 * ones,
        "gives_max": ones,
        "takes_min": 0 * ones,
        "takes_max": ones,
        "total_max": 99 * ones,
        "priority": ones,
        "required": np.zeros(n, np.bool_),
        "features": frozenset({Feature.EVENT, Feature.SESSIONS}),
    }
    for name, value in more.items():
        counts = name in fields and name not in ("features", "required")
        fields[name] = np.array(value, np.int32) if counts else value
    fields["required"] = np.array(fields["required"], np.bool_)
    fields["features"] = frozenset(fields["features"])
    return Instance(
        "pairs",
        n,
        np.array(givers, np.int32),
        np.array(takers, np.int32),
        Links.of(np.array(points)),
        slots=slots,
        **fields,
    )


def sessions(instance: Instance) -> list[tuple[Session, int]]:
    """Return every possible session and its points."""
    found: list[tuple[Session, int]] = []
    assert instance.slots is not None
    square = instance.links.dense
    fixed = {lock.people: lock.slot for lock in instance.locked if lock.slot >= 0}
    for giver in instance.givers.tolist():
        for taker in instance.takers.tolist():
            if square[giver, taker] == FORBIDDEN:
                continue
            for slot in instance.slots.common((giver, taker)).tolist():
                if fixed.get((giver, taker), slot) != slot:
                    continue
                if not instance.topics.size:
                    found.append(((giver, taker, slot, -1), int(square[giver, taker])))
                    continue
                for topic, importance in enumerate(instance.topics[taker].tolist()):
                    if importance and instance.taught[giver, topic]:
                        worth = int(square[giver, taker]) * importance // 5
                        found.append(((giver, taker, slot, topic), worth))
    return found


def objection(instance: Instance, chosen: list[Session]) -> str | None:
    """Return the first upper rule that the sessions break, None if they keep them all."""
    assert instance.slots is not None
    slots = instance.slots
    for one, other in combinations(chosen, 2):
        together = set(one[:2]) & set(other[:2])
        if one[:2] == other[:2]:
            return "a pair meets twice"
        if not instance.mutual and one[:2] == (other[1], other[0]):
            return "mutual"
        if together and slots.clash(one[2], other[2]):
            return "in two places"
        if one[1] == other[1]:
            if one[3] == other[3] != -1:
                return "a topic twice"
            gap = abs(int(slots.at[one[2]]) // WEEK - int(slots.at[other[2]]) // WEEK)
            if not slots.cycle and gap < instance.apart_weeks:
                return "too close"
    for person in range(instance.n):
        gives = sum(s[0] == person for s in chosen)
        takes = sum(s[1] == person for s in chosen)
        if gives > instance.gives_max[person] or takes > instance.takes_max[person]:
            return "capacity"
        if gives + takes > instance.total_max[person]:
            return "total"
    if instance.rooms >= 0:
        for s in range(slots.count):
            span = slots.length
            active = 0
            for session in chosen:
                gap = int(slots.at[session[2]]) - int(slots.at[s])
                gap = gap % slots.cycle if slots.cycle else gap
                active += 0 <= gap < span
            if active > instance.rooms:
                return "rooms"
    return None


def lacks(instance: Instance, chosen: list[Session]) -> int:
    """Return how many sessions are missing to every minimum, required person and lock."""
    missing = 0
    for person in range(instance.n):
        gives = sum(s[0] == person for s in chosen)
        takes = sum(s[1] == person for s in chosen)
        if person in instance.givers:
            missing += max(0, int(instance.gives_min[person]) - gives)
        if person in instance.takers:
            missing += max(0, int(instance.takes_min[person]) - takes)
        missing += bool(instance.required[person]) and not gives + takes
    pairs = {s[:2] for s in chosen}
    return missing + sum(people not in pairs for people in {k.people for k in instance.locked})


def every_timetable(instance: Instance) -> Iterator[tuple[list[Session], int]]:
    """Yield every set of sessions that breaks no upper rule, with its points."""
    possible = sessions(instance)

    def extend(start: int, chosen: list[Session], points: int) -> Iterator[Any]:
        yield list(chosen), points
        for k in range(start, len(possible)):
            session, worth = possible[k]
            chosen.append(session)
            if objection(instance, chosen) is None:
                yield from extend(k + 1, chosen, points + worth)
            chosen.pop()

    return extend(0, [], 0)


def counts(instance: Instance, chosen: list[Session]) -> dict[int, int]:
    """Return how many sessions every taker has."""
    return {t: sum(s[1] == t for s in chosen) for t in instance.takers.tolist()}


def worth(instance: Instance, chosen: list[Session], points: int) -> tuple[Any, ...]:
    """Return what the instance's tiers say of the sessions; more is better, tier by tier."""
    found: list[Any] = []
    count = counts(instance, chosen)
    for tier in instance.tiers:
        if tier == "placed":
            found.append(sum(int(instance.priority[t]) for t, c in count.items() if c))
        elif tier == "worst":
            found.append(tuple(sorted(count.values())))
        elif tier == "points":
            found.append(points)
        elif tier == "changes":
            wanted = {pair[:2] for pair in instance.previous}
            found.append(-len(wanted - {s[:2] for s in chosen}))
    return tuple(found)


def best(instance: Instance) -> tuple[Any, ...] | None:
    """Return the best worth over all timetables, None where none meets every minimum."""
    found = [
        worth(instance, chosen, points)
        for chosen, points in every_timetable(instance)
        if not lacks(instance, chosen)
    ]
    return max(found, default=None)


def proven_bound(instance: Instance, proof: dict[str, Any]) -> int:
    """Return the bound that a ``session_prices`` certificate proves; raise where it does not.

    Every possible session must pay for what it earns, in whole numbers; then the priced rules
    add up to the bound. See ``prices.py`` for the inequality.
    """
    assert instance.slots is not None
    slots, scale, prices = instance.slots, proof["scale"], proof["prices"]
    for rows in prices.values():
        assert all(isinstance(row[-1], int) and row[-1] >= 0 for row in rows)
    assert scale >= 1
    assert all(price >= 0 for *_, price in proof["fixed"])

    def price(family: str, *key: int) -> int:
        return sum(int(row[-1]) for row in prices.get(family, ()) if tuple(row[:-1]) == key)

    def window(slot: int) -> set[int]:
        gaps = [(s, int(slots.at[s]) - int(slots.at[slot])) for s in range(slots.count)]
        if slots.cycle:
            gaps = [(s, gap % slots.cycle) for s, gap in gaps]
        return {s for s, gap in gaps if 0 <= gap < slots.length}

    def time(person: int, slot: int) -> int:
        rows = [row for row in prices.get("slot", ()) if row[0] == person]
        return sum(row[2] for row in rows if slot in window(row[1]))

    def weeks(taker: int, slot: int) -> int:
        week = int(slots.at[slot]) // WEEK
        rows = [row for row in prices.get("weeks", ()) if row[0] == taker]
        return sum(row[2] for row in rows if row[1] <= week < row[1] + instance.apart_weeks)

    def room(slot: int) -> int:
        return sum(row[1] for row in prices.get("room", ()) if slot in window(row[0]))

    wanted = {pair[:2] for pair in instance.previous}

    def earns(kind: str, session: Session, points: int) -> int:
        return {"points": points, "kept": int(session[:2] in wanted)}.get(kind, 0)

    def level(kind: str, number: int, taker: int, at: int) -> int:
        if kind == "placed":
            return int(instance.priority[taker]) if at == 0 else 0
        return int(kind == "level" and at == number)

    for session, points in sessions(instance):
        giver, taker, slot, topic = session
        earned = scale * earns(proof["goal"], session, points)
        earned += sum(p * earns(kind, session, points) for kind, _, _, p in proof["fixed"])
        earned += price("gives_min", giver) + price("takes_min", taker) + price("level", taker)
        earned += price("required", giver) + price("required", taker)
        earned += price("lock", giver, taker)
        paid = time(giver, slot) + time(taker, slot) + weeks(taker, slot) + room(slot)
        paid += price("gives", giver) + price("takes", taker)
        paid += price("total", giver) + price("total", taker)
        paid += price("pair", giver, taker) + price("topic", taker, topic)
        paid += price("mutual", min(giver, taker), max(giver, taker))
        assert earned <= paid, (session, earned, paid)
    if proof["goal"] == "shortfall":  # slack costs 1 each, a minimum may not earn more
        for family in ("gives_min", "takes_min", "required", "lock"):
            assert all(row[-1] <= scale for row in prices.get(family, ()))

    def rhs(family: str, amounts: Any) -> int:
        return sum(row[-1] * int(amounts[row[0]]) for row in prices.get(family, ()))

    total = sum(
        row[-1]
        for name in ("slot", "weeks", "pair", "mutual", "topic")
        for row in prices.get(name, ())
    )
    total += sum(row[-1] * instance.rooms for row in prices.get("room", ()))
    total += rhs("gives", instance.gives_max) + rhs("takes", instance.takes_max)
    total += rhs("total", instance.total_max)
    total -= rhs("gives_min", instance.gives_min) + rhs("takes_min", instance.takes_min)
    total -= rhs("required", np.ones(instance.n)) + sum(row[-1] for row in prices.get("lock", ()))
    total -= sum(value * p for _, _, value, p in proof["fixed"])
    for taker in instance.takers.tolist():
        for at in range(proof["levels"][0]):
            cap = scale * level(proof["goal"], proof["number"], taker, at)
            cap += sum(p * level(kind, num, taker, at) for kind, num, _, p in proof["fixed"])
            total += max(0, cap - price("level", taker))
    return int(total // scale)

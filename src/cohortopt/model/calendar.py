"""Who can meet when, in plain Python with zoneinfo: what the checker and the rules go by.

The fast half of the same idea is ``instance/grid.py``; the two share nothing but the words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.shapes import Event
from cohortopt.model.time import DAYS, QUARTER, QUARTERS, Availability, Slot, zone

STEP = dt.timedelta(minutes=QUARTER)


def hours_of(person: Person, facts: Facts) -> Availability:
    """Return the person's weekly hours; what blank means is the scenario's choice."""
    if person.availability is not None:
        return person.availability
    return Availability.always() if facts.unknown == "anytime" else Availability()


def is_free(person: Person, slot: Slot, facts: Facts) -> bool:
    """Whether every quarter hour of the meeting is inside the person's hours, in every week."""
    return trouble(person, slot, facts) is None


def trouble(person: Person, slot: Slot, facts: Facts) -> dt.datetime | None:
    """Return the first moment, in the person's local time, at which the meeting does not fit."""
    local = zone(person.timezone or facts.timezone)
    hours = hours_of(person, facts)
    for monday in facts.mondays if slot.date is None else (slot.date,):
        start = slot.on(monday).astimezone(dt.UTC)
        if start.astimezone(zone(slot.timezone)).strftime("%H:%M") != slot.start:
            return start  # the clock jumps over this time
        for part in range(-(-slot.minutes // QUARTER)):
            when = (start + part * STEP).astimezone(local)
            minute = when.weekday() * 1440 + when.hour * 60 + when.minute
            last = min(QUARTER, slot.minutes - part * QUARTER) - 1
            if not (hours.covers(minute) and hours.covers(minute + last)):
                return when
    return None


@lru_cache(maxsize=512)
def _local_starts(
    name: str, clock: str, mondays: tuple[dt.date, ...], length: int
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Return, for each week that differs, the local quarters of a meeting from each slot."""
    here, there = zone(clock), zone(name)
    weeks: list[tuple[tuple[int, ...], ...]] = []
    for monday in mondays:
        local: dict[dt.datetime, int] = {}
        rows: list[tuple[int, ...]] = []
        for slot in range(QUARTERS):
            wall = dt.datetime.combine(monday, dt.time()) + slot * STEP
            start = wall.replace(tzinfo=here).astimezone(dt.UTC)
            if start.astimezone(here).replace(tzinfo=None) != wall:
                rows.append(())
                continue
            parts: list[int] = []
            for part in range(length):
                when = start + part * STEP
                if when not in local:
                    then = when.astimezone(there)
                    minute = then.weekday() * 1440 + then.hour * 60 + then.minute
                    local[when] = minute // QUARTER
                parts.append(local[when])
            rows.append(tuple(parts))
        weeks.append(tuple(rows))
    return tuple(dict.fromkeys(weeks))


@lru_cache(maxsize=65_536)
def _starts(
    hours: Availability, name: str, clock: str, mondays: tuple[dt.date, ...], length: int
) -> frozenset[int]:
    free = hours.quarters()
    first, *others = _local_starts(name, clock, mondays, length)
    found = {
        slot
        for slot, parts in enumerate(first)
        if parts and parts[0] in free and free.issuperset(parts)
    }
    for week in others:
        found = {slot for slot in found if week[slot] and free.issuperset(week[slot])}
    return frozenset(found)


def weekly_starts(person: Person, facts: Facts, minutes: int) -> frozenset[int]:
    """Return the slots of the scenario's weekly grid from which the person is free to meet."""
    length = max(1, -(-minutes // QUARTER))
    name = person.timezone or facts.timezone
    return _starts(hours_of(person, facts), name, facts.timezone, facts.mondays, length)


def event_slots(event: Event, clock: str) -> tuple[Slot, ...]:
    """Return the dated slots of an event in order."""
    return tuple(
        Slot(
            day=DAYS[date.weekday()], start=start, minutes=event.minutes, timezone=clock, date=date
        )
        for date in sorted(event.dates)
        for start in event.slot_starts
    )


def separate(starts: Iterable[int], minutes: int) -> int:
    """Return how many meetings that do not overlap fit the starting slots, Monday first."""
    length, count, free_from = max(1, -(-minutes // QUARTER)), 0, -1
    for slot in sorted(starts):
        if slot >= free_from:
            count, free_from = count + 1, slot + length
    return count

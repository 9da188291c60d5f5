"""Who can meet when, in plain Python with zoneinfo: what the checker and the rules go by.

The fast half of the same idea is ``instance/grid.py``; the two share nothing but the words.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.shapes import Event
from cohortopt.model.time import DAY_MINUTES, DAYS, QUARTER, QUARTERS, Availability, Slot, zone

EVERY = (1 << QUARTERS) - 1
HOURS_4 = 16  # quarters
NONE = dt.timedelta()
MINUTE = dt.timedelta(minutes=1)
STEP = dt.timedelta(minutes=QUARTER)
WEEK = dt.timedelta(weeks=1)


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
    hours = hours_of(person, facts)
    name = person.timezone or facts.timezone
    for first, last, when in _parts(slot, name, facts.mondays if slot.date is None else ()):
        if first < 0 or not hours.covers(first, last):
            return when
    return None


@lru_cache(maxsize=65_536)
def _parts(
    slot: Slot, name: str, mondays: tuple[dt.date, ...]
) -> tuple[tuple[int, int, dt.datetime], ...]:
    """Return the quarter hours of a meeting, in all weeks, as minutes of somebody's local week.

    Each comes once, with its first and last minute and when it is first met; a start that the
    clock jumps over has -1.
    """
    local, found = zone(name), dict[tuple[int, int], dt.datetime]()
    for monday in (slot.date,) if slot.date else _unlike(name, slot.timezone, mondays):
        start = slot.on(monday).astimezone(dt.UTC)
        if start.astimezone(zone(slot.timezone)).strftime("%H:%M") != slot.start:
            found.setdefault((-1, -1), start)
            continue
        for part in range(-(-slot.minutes // QUARTER)):
            when = (start + part * STEP).astimezone(local)
            minute = when.weekday() * 1440 + when.hour * 60 + when.minute
            last = min(QUARTER, slot.minutes - part * QUARTER) - 1
            found.setdefault((minute, minute + last), when)
    return tuple((first, last, when) for (first, last), when in found.items())


@lru_cache(maxsize=4096)
def _spells(name: str, monday: dt.date) -> tuple[tuple[int, int, int], ...]:
    """Return how long a clock keeps its distance from UTC in a week and a day around it.

    Each spell has its first quarter hour, counted from Sunday 00:00 UTC, the one after its last,
    and how many minutes the clock is ahead.
    """
    clock = zone(name)
    start = dt.datetime.combine(monday, dt.time(), dt.UTC) - dt.timedelta(days=1)

    def ahead(part: int) -> int:
        return ((start + part * STEP).astimezone(clock).utcoffset() or NONE) // MINUTE

    end = QUARTERS + 2 * DAY_MINUTES // QUARTER
    begins = [(0, ahead(0))]
    for first in range(0, end, HOURS_4):
        if ahead(first + HOURS_4) == begins[-1][1]:
            continue  # no clock changes and changes back so soon
        for part in range(first + 1, first + HOURS_4 + 1):
            if (now := ahead(part)) != begins[-1][1]:
                begins.append((part, now))
    ends = [*(part for part, _ in begins[1:]), end]
    return tuple((part, last, now) for (part, now), last in zip(begins, ends, strict=True))


@lru_cache(maxsize=512)
def _unlike(name: str, clock: str, mondays: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
    """Return the first Monday of each kind of week: both clocks go in all others as in one."""
    kinds: dict[tuple[object, object], dt.date] = {}
    for monday in mondays:
        kinds.setdefault((_spells(clock, monday), _spells(name, monday)), monday)
    return tuple(kinds.values())


@lru_cache(maxsize=512)
def _lies(
    name: str, clock: str, mondays: tuple[dt.date, ...], length: int
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return how each quarter hour of a meeting lies in local time, in the weeks that differ.

    Each lie is a few kinds of slots: by how many quarters the local clock is ahead, and the slots
    as a word. A slot in none of them is a start that the clock jumps over; of one that comes
    twice, the first counts.
    """
    found: dict[tuple[tuple[int, int], ...], None] = {}
    for monday in _unlike(name, clock, mondays):
        for part in range(length):
            lie, left = Counter[int](), EVERY
            for first, last, ours in _spells(clock, monday):
                since = (DAY_MINUTES - ours) // QUARTER  # Sunday 00:00 UTC, at slot 0
                slots = left & _between(first - since, last - since)
                left ^= slots
                for begin, end, theirs in _spells(name, monday):
                    some = slots & _between(begin - since - part, end - since - part)
                    if some:
                        lie[(part + (theirs - ours) // QUARTER) % QUARTERS] |= some
            found[tuple(lie.items())] = None
    return tuple(found)


def _between(first: int, end: int) -> int:
    """Return the slots from ``first`` on and before ``end`` as a word."""
    return (1 << max(0, end)) - (1 << max(0, first))


@lru_cache(maxsize=65_536)
def _starts(
    free: tuple[tuple[int, int], ...],
    name: str,
    clock: str,
    mondays: tuple[dt.date, ...],
    length: int,
) -> int:
    mine, found = sum((1 << last) - (1 << first) for first, last in free), EVERY
    mine |= mine << QUARTERS  # round the week
    for lie in _lies(name, clock, mondays, length):
        fits = 0
        for ahead, slots in lie:
            fits |= mine >> ahead & slots
        found &= fits
    return found


def word_of(starts: Iterable[int]) -> int:
    """Return different slots as one whole number, a bit for each."""
    listed = list(starts)
    digits = bytearray(b"0") * (max(listed, default=0) + 1)
    for start in listed:
        digits[-1 - start] = ord("1")
    return int(digits, 2)


@lru_cache(maxsize=65_536)
def slots_in(word: int) -> frozenset[int]:
    """Return the slots whose bits are set."""
    return frozenset(slot for slot, bit in enumerate(reversed(f"{word:b}")) if bit == "1")


def weekly_word(person: Person, facts: Facts, minutes: int) -> int:
    """Return the slots of the scenario's weekly grid from which the person is free to meet."""
    name = person.timezone or facts.timezone
    free = hours_of(person, facts).ranges
    return _starts(free, name, facts.timezone, facts.mondays, quarters(minutes))


def weekly_starts(person: Person, facts: Facts, minutes: int) -> frozenset[int]:
    """Return ``weekly_word`` as a set."""
    return slots_in(weekly_word(person, facts, minutes))


def event_slots(event: Event, clock: str) -> tuple[Slot, ...]:
    """Return the dated slots of an event in order."""
    return tuple(
        Slot(
            day=DAYS[date.weekday()], start=start, minutes=event.minutes, timezone=clock, date=date
        )
        for date in sorted(event.dates)
        for start in event.slot_starts
    )


def starts_on(person: Person, facts: Facts, minutes: int, monday: dt.date) -> frozenset[int]:
    """Return the quarter hours of one week from which the person is free to meet."""
    name = person.timezone or facts.timezone
    free = hours_of(person, facts).ranges
    return slots_in(_starts(free, name, facts.timezone, (monday,), quarters(minutes)))


def series_slots(
    facts: Facts, minutes: int, mondays: Iterable[dt.date], locked: Iterable[Slot] = ()
) -> tuple[Slot, ...]:
    """Return the dated slots that a series of sessions can do with, in time order.

    Any session of two people may start earlier in its week until one of them is not free, or is
    in another session that ends then. So no start is needed but those at which somebody's free
    time begins, those of locked sessions, and those a session's length after another one; and
    on days on which the clock changes all of them. At all of them two people are free.
    """
    length = quarters(minutes)
    alike = Counter(  # people with the same hours on the same clock
        (hours_of(person, facts).ranges, person.timezone or facts.timezone)
        for person in facts.roster.people
    )
    locked = [slot for slot in locked if slot.date is not None]
    fixed = {slot.date: set[int]() for slot in locked}
    for slot in locked:
        fixed[slot.date].add(slot.minute // QUARTER)
    found: list[Slot] = []
    ends: set[int] = set()  # quarters of this week at which a session of before may end
    for monday in mondays:
        free: Counter[int] = Counter()
        seeds = _clock_changes(facts.timezone, monday)
        for (hours, name), many in alike.items():
            starts = slots_in(_starts(hours, name, facts.timezone, (monday,), length))
            seeds |= {start for start in starts if start - 1 not in starts}
            free.update(dict.fromkeys(starts, many))
        week = [date for date in fixed if date is not None and monday <= date < monday + WEEK]
        always = set[int]().union(*(fixed[date] for date in week))
        for start in sorted({*free, *always}):
            if start in always or (free[start] > 1 and (start in seeds or start in ends)):
                ends.add(start + length)
                date = monday + dt.timedelta(days=start * QUARTER // DAY_MINUTES)
                weekly = Slot.weekly(start, minutes, facts.timezone)
                found.append(weekly.model_copy(update={"date": date}))
        ends = {end - QUARTERS for end in ends if end >= QUARTERS}
    return tuple(found)


def _clock_changes(name: str, monday: dt.date) -> set[int]:
    """Return the quarter hours of the days of a week on which the clock changes."""
    midnights = [
        dt.datetime.combine(monday + dt.timedelta(days=day), dt.time(), zone(name))
        for day in range(8)
    ]
    a_day = DAY_MINUTES // QUARTER
    return {
        quarter
        for day in range(7)
        if midnights[day].utcoffset() != midnights[day + 1].utcoffset()
        for quarter in range(day * a_day, (day + 1) * a_day)
    }


def quarters(minutes: int) -> int:
    """Return how many quarter hours a meeting takes up."""
    return max(1, -(-minutes // QUARTER))


def separate(starts: Iterable[int], minutes: int) -> int:
    """Return how many meetings that do not overlap fit the starting slots, Monday first."""
    length, count, free_from = quarters(minutes), 0, -1
    for slot in sorted(starts):
        if slot >= free_from:
            count, free_from = count + 1, slot + length
    return count

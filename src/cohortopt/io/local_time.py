"""A meeting slot on the clock of the person who has to be there.

The slot is fixed in the scenario's zone. Where the two zones change their clocks in different
weeks, the person's clock shows another time in some of them; that is said, not hidden.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from cohortopt.model.people import Person
from cohortopt.model.time import DAYS, Slot, zone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


@dataclass(frozen=True)
class LocalTime:
    """Weeks in which a slot has one local time; ``meetings`` are the local starts in them."""

    day: int  # 0 = Monday
    start: str
    end: str
    meetings: tuple[dt.datetime, ...]

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {self.start}–{self.end}"


def clock_of(person: Person, default: str) -> str:
    """Return the name of the person's zone, ``default`` where the roster gives none."""
    return person.timezone or default


@lru_cache(maxsize=16_384)
def local_times(slot: Slot, timezone: str, mondays: tuple[dt.date, ...]) -> tuple[LocalTime, ...]:
    """Return the local times of ``slot`` over the weeks, the most frequent first."""
    here = zone(timezone)
    weeks = mondays[:1] if slot.date is not None else mondays
    found: dict[tuple[int, str, str], list[dt.datetime]] = {}
    for monday in weeks:
        start = slot.on(monday).astimezone(dt.UTC)
        end = (start + dt.timedelta(minutes=slot.minutes)).astimezone(here)
        begin = start.astimezone(here)
        key = (begin.weekday(), f"{begin:%H:%M}", f"{end:%H:%M}")
        found.setdefault(key, []).append(begin)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[1][0]))
    return tuple(LocalTime(*key, tuple(meetings)) for key, meetings in ordered)


@lru_cache(maxsize=16_384)
def local_text(slot: Slot, timezone: str, mondays: tuple[dt.date, ...]) -> str:
    """Return ``slot`` on the clock of ``timezone``, in words: ``Tuesdays 14:00–15:00``.

    Weeks in which the clock shows another time are named: ``(15:00–16:00 on 27 Oct)``.
    """
    times = local_times(slot, timezone, mondays)
    usual = times[0]
    if slot.date is not None:
        return f"{WEEKDAYS[usual.day]} {_date(usual.meetings[0])}, {usual.start}–{usual.end}"
    text = f"{WEEKDAYS[usual.day]}s {usual.start}–{usual.end}"
    for other in times[1:]:
        day = "" if other.day == usual.day else f"{WEEKDAYS[other.day]} "
        days = ", ".join(_date(meeting, year=False) for meeting in other.meetings)
        text += f" ({day}{other.start}–{other.end} on {days})"
    return text


def _date(when: dt.datetime, *, year: bool = True) -> str:
    text = f"{when.day} {MONTHS[when.month - 1]}"
    return f"{text} {when.year}" if year else text

"""Columns that are hours themselves: yes/no slots, half-hour columns, form grids by day.

``Friday morning`` and ``Mon 09:00-09:30`` with yes or no below; ``Times you are free [Monday]``
with a list of hours below; ``... UNAVAILABLE ... [Monday]`` with the hours that are *not* free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from cohortopt.io.doctor.hours import _DAY, _PART, PARTS, read_hours, spans_of
from cohortopt.model import Availability

YES = frozenset(
    [
        "1",
        "yes",
        "y",
        "x",
        "true",
        "✓",
        "✔",
        "available",
        "free",
        "ok",
        "t",
        "checked",
        "ja",
        "oui",
        "si",
        "sí",
        "1.0",
    ]
)
NO = frozenset(
    ["0", "no", "n", "false", "-", "unavailable", "busy", "f", "nein", "non", "0.0", "none"]
)

_GRID = re.compile(r"(?s)^(.*)\[([^\[\]]+)\]\s*$")
_ABOUT_TIME = re.compile(r"(?i)avail|free|time|hour|when|slot|busy|schedule")
_NOT_FREE = re.compile(r"(?i)\bun-?avail|not (be )?(avail|free)|\bbusy\b|can(not|'t|’t)|conflict")
_DAY_PART = re.compile(r"(?i)^\W*([^\W\d_]+)[\s_,\-]+([^\W\d_]+)\W*$")
_DAY_TIME = re.compile(
    r"(?i)^\W*([^\W\d_]+)[\s_,\-]+(\d{1,2})[:.h]?(\d{2})?\s*(am|pm)?"
    r"(?:\s*[-–]\s*(\d{1,2})[:.h]?(\d{2})?\s*(am|pm)?)?\W*$"
)
_CLOCK = re.compile(r"(?i)^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?$")


class SlotColumn(NamedTuple):
    """A column of hours: one yes/no slot, or one day of a grid."""

    day: int
    start: int = -1  # minutes; -1: a grid, the cell lists the hours
    end: int = -1  # -1: until the next slot begins
    base: str = ""  # the question of a grid, one group of columns
    free: bool = True  # whether the cell says when the person is free


@lru_cache(maxsize=4096)
def slot_column(heading: str) -> SlotColumn | None:
    """Return what a heading says about hours, None if it is no such column."""
    if len(heading) > 300:
        return None
    grid = _GRID.match(heading)
    if grid:
        day = _DAY.get(grid[2].strip().casefold())
        if day is None or not _ABOUT_TIME.search(grid[1]):
            return None
        return SlotColumn(day, base=grid[1].strip(), free=not _NOT_FREE.search(grid[1]))
    part = _DAY_PART.match(heading)
    if part:
        day, name = _DAY.get(part[1].casefold()), _PART.get(part[2].casefold())
        return None if day is None or name is None else SlotColumn(day, *PARTS[name])
    timed = _DAY_TIME.match(heading)
    if timed is None or timed[1].casefold() not in _DAY:
        return None
    start = _minute(timed[2], timed[3], timed[4] or (timed[7] if timed[5] else None))
    end = _minute(timed[5], timed[6], timed[7]) if timed[5] else -1
    if start is None or end is None or (end != -1 and end <= start):
        return None
    return SlotColumn(_DAY[timed[1].casefold()], start, end)


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    at = int(hour) * 60 + int(minute or 0)
    if half:
        if not 1 <= int(hour) <= 12:
            return None
        at = int(hour) % 12 * 60 + int(minute or 0) + (720 if half.lower() == "pm" else 0)
    return at if at <= 1440 and int(minute or 0) < 60 else None


def close_slots(slots: Mapping[int, SlotColumn]) -> dict[int, SlotColumn]:
    """Return the slots with ends: a slot without one lasts as long as the closest two starts."""
    timed = [slot for slot in slots.values() if slot.start >= 0 and slot.end < 0]
    starts: dict[int, list[int]] = {}
    for slot in timed:
        starts.setdefault(slot.day, []).append(slot.start)
    gaps = [b - a for day in starts.values()
            for a, b in zip(sorted(day), sorted(day)[1:], strict=False) if b > a]  # fmt: skip
    length = min([*gaps, 60]) if gaps else 60
    return {
        index: slot._replace(end=min(slot.start + length, 1440))
        if slot.start >= 0 and slot.end < 0
        else slot
        for index, slot in slots.items()
    }


class SlotReader:
    """Turns the slot columns of a row into hours.

    The day of an unavailability grid runs from the earliest to the end of the latest hour that
    anybody ticked, and at least from 08:00 to 18:00.
    """

    def __init__(
        self, slots: Mapping[int, SlotColumn], columns: Mapping[int, Sequence[str]]
    ) -> None:
        self.slots = close_slots(slots)
        self.flags = [index for index, slot in self.slots.items() if slot.start >= 0]
        self.grids = [index for index, slot in self.slots.items() if slot.start < 0]
        ticked = [
            hour
            for index in self.grids
            if not self.slots[index].free
            for text in set(columns[index])
            for hour in _ticked(text, self.slots[index].day)[0]
        ]
        self.first = min([start for _, start, _ in ticked], default=480)
        self.last = max([end for _, _, end in ticked], default=1080)
        self.first, self.last = min(self.first, 480), max(self.last, 1080)

    def read(self, row: Mapping[int, str]) -> tuple[Availability | None, str, str]:
        """Return the hours of a row, and a code with the text that it is about."""
        pieces: list[tuple[int, int, int]] = []
        answered = False
        odd = ""
        for index in self.flags:
            slot, text = self.slots[index], row[index].strip().casefold()
            if text in YES:
                pieces.append((slot.day, slot.start, slot.end))
                answered = True
            elif text in NO:
                answered = True
            elif text:
                odd = odd or row[index]
        blank = True
        for index in self.grids:
            slot, text = self.slots[index], row[index].strip()
            hours, unknown = _ticked(text, slot.day)
            odd = odd or unknown
            blank = blank and not text
            if slot.free:
                pieces.extend(hours)
            else:
                pieces.extend(_rest(slot.day, hours, self.first, self.last))
        if self.grids and blank and any(not self.slots[index].free for index in self.grids):
            return spans_of(pieces), "CO327", "no hours ticked: free all day"
        if self.grids:
            answered = answered or not blank
        if odd:
            return (spans_of(pieces) if answered else None), "CO326", odd
        return (spans_of(pieces), "", "") if answered else (None, "CO320", "")


@lru_cache(maxsize=20_000)
def _ticked(text: str, day: int) -> tuple[tuple[tuple[int, int, int], ...], str]:
    """Return the hours that a grid's cell lists (``8AM;9AM;noon`` or ``9-11``), and what is odd."""
    found: list[tuple[int, int, int]] = []
    odd = ""
    for part in re.split(r"[;,\n|]", text[:4000]):
        word = part.strip().casefold()
        if not word or word in NO:
            continue
        clock = _CLOCK.match(word)
        start = {"noon": 720, "midday": 720, "midnight": 0}.get(word)
        if clock:
            start = _minute(clock[1], clock[2], clock[3])
        if start is not None and start < 1440:
            found.append((day, start, min(start + 60, 1440)))
            continue
        hours = read_hours(f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day]} {word}").hours
        if hours is None:
            odd = odd or part.strip()
        else:
            found.extend((span.day, span.start, span.end) for span in hours.spans)
    return tuple(found), odd


def _rest(
    day: int, busy: Sequence[tuple[int, int, int]], first: int, last: int
) -> list[tuple[int, int, int]]:
    """Return what is left of a day from ``first`` to ``last`` without the busy hours."""
    free, at = [], first
    for _, start, end in sorted(busy):
        if start > at:
            free.append((day, at, min(start, last)))
        at = max(at, end)
    if at < last:
        free.append((day, at, last))
    return free

"""When people are free: weekly hours in their own zone, the weekly grid, and meeting slots.

The grid has 672 quarter hours, Monday 00:00 first, in the *scenario's* wall-clock time. A
person's bit is set iff the quarter lies inside the person's own local hours in every week
that counts, so daylight saving is dealt with here, once, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
QUARTER = 15
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
QUARTERS = WEEK_MINUTES // QUARTER
REFERENCE_WEEK = dt.date(2027, 1, 4)  # a Monday; used where a scenario names no weeks
SERIES_WEEKS = 12  # of a series of sessions where a scenario names no weeks

_SPAN = re.compile(
    r"^(?P<day>[A-Z][a-z]{2}) (?P<h1>\d{2}):(?P<m1>\d{2})-(?P<h2>\d{2}):(?P<m2>\d{2})$"
)
_OFFSET = re.compile(r"^UTC(?P<sign>[+-])(?P<hours>\d{2}):(?P<minutes>\d{2})$")


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Return the IANA names this machine knows."""
    return frozenset(available_timezones())


@lru_cache(maxsize=512)
def zone(name: str) -> dt.tzinfo:
    """Return the zone called ``name``: an IANA name or a fixed offset like ``UTC+05:30``.

    Raises
    ------
    ValueError
        If the name is neither.
    """
    offset = _OFFSET.match(name)
    if offset:
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"])
        ahead = -minutes if offset["sign"] == "-" else minutes
        return dt.timezone(dt.timedelta(minutes=ahead), name)
    if name == "UTC":
        return dt.UTC
    if name not in known_zones():
        raise ValueError(f"{name!r} is not a known time zone")
    return ZoneInfo(name)


class Span(BaseModel):
    """Free from ``start`` to ``end`` minutes after midnight on ``day`` (0 = Monday)."""

    model_config = ConfigDict(frozen=True)

    day: int = Field(ge=0, le=6)
    start: int = Field(ge=0, lt=DAY_MINUTES)
    end: int = Field(gt=0, le=DAY_MINUTES)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Span:
        if self.end <= self.start:
            raise ValueError("a span of free time ends after it starts")
        return self

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {clock(self.start)}-{clock(self.end)}"


@lru_cache(maxsize=4096)
def _span(text: str) -> Span:
    """Read ``Mon 09:00-12:00``; kept, as many people are free in the same hours."""
    found = _SPAN.match(text)
    if not found or found["day"] not in DAYS:
        raise ValueError(f"{text!r} is not a day and hours like 'Mon 09:00-12:00'")
    start = int(found["h1"]) * 60 + int(found["m1"])
    end = int(found["h2"]) * 60 + int(found["m2"])
    return Span(day=DAYS.index(found["day"]), start=start, end=end)


class Availability(BaseModel):
    """A person's free hours in a week, in the person's own wall-clock time."""

    model_config = ConfigDict(frozen=True)

    spans: tuple[Span, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_text(cls, value: Any) -> Any:
        return {"spans": cls.parse(value).spans} if isinstance(value, str) else value

    @model_serializer
    def _write_text(self) -> str:
        return str(self)

    @classmethod
    def always(cls) -> Availability:
        """Return the whole week."""
        return cls(spans=tuple(Span(day=day, start=0, end=DAY_MINUTES) for day in range(7)))

    @classmethod
    def parse(cls, text: str) -> Availability:
        """Read the canonical form ``Mon 09:00-12:00; Wed 14:00-16:30`` or ``any``.

        Raises
        ------
        ValueError
            At the first part that is not canonical. (``io`` reads what people really write.)
        """
        if text.strip().lower() == "any":
            return cls.always()
        return cls.of([_span(part) for part in map(str.strip, text.split(";")) if part])

    @classmethod
    def of(cls, spans: list[Span]) -> Availability:
        """Return the hours that ``spans`` cover, sorted, overlaps and touching ends joined."""
        joined: list[Span] = []
        for span in sorted(spans, key=lambda s: (s.day, s.start, s.end)):
            last = joined[-1] if joined else None
            if last and last.day == span.day and span.start <= last.end:
                joined[-1] = Span(day=last.day, start=last.start, end=max(last.end, span.end))
            else:
                joined.append(span)
        return cls(spans=tuple(joined))

    @property
    def is_always(self) -> bool:
        """Whether the whole week is free."""
        return sum(span.end - span.start for span in self.spans) == WEEK_MINUTES

    def covers(self, first: int, last: int) -> bool:
        """Whether these minutes of the local week (0 = Monday 00:00), and all between, are free."""
        day, start = divmod(first % WEEK_MINUTES, DAY_MINUTES)
        end = start + last - first
        if end >= DAY_MINUTES:  # past midnight
            midnight = first + DAY_MINUTES - start
            return self.covers(first, midnight - 1) and self.covers(midnight, last)
        for span in self.spans:
            if span.day == day and span.start <= start and end < span.end:
                return True
        return False

    def quarters(self) -> frozenset[int]:
        """Return the quarter hours of the *local* week that are free from start to end."""
        return frozenset(quarter for ends in self.ranges for quarter in range(*ends))

    @cached_property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Return the quarter hours of the local week in each span: the first, and the next after.

        A span that holds no whole quarter hour is left out.
        """
        found: list[tuple[int, int]] = []
        for span in self.spans:
            base = span.day * DAY_MINUTES
            first, end = -(-(base + span.start) // QUARTER), (base + span.end) // QUARTER
            if first < end:
                found.append((first, end))
        return tuple(found)

    def __str__(self) -> str:
        return "any" if self.is_always else "; ".join(map(str, self.spans))


class Weeks(BaseModel):
    """The weeks of a program: every slot must hold in each of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: dt.date
    count: int = Field(ge=1, le=520)

    @property
    def mondays(self) -> tuple[dt.date, ...]:
        """Return the Monday of every week; ``first`` may be any day of its week."""
        monday = self.first - dt.timedelta(days=self.first.weekday())
        return tuple(monday + dt.timedelta(weeks=week) for week in range(self.count))


class Slot(BaseModel):
    """A named meeting time: weekly, or on one ``date``. The clock is that of ``timezone``."""

    model_config = ConfigDict(frozen=True)

    day: str
    start: str
    minutes: int
    timezone: str
    date: dt.date | None = None

    @classmethod
    def weekly(cls, quarter: int, minutes: int, timezone: str) -> Slot:
        """Return the slot that starts at a quarter hour of the grid."""
        day, rest = divmod(quarter * QUARTER, DAY_MINUTES)
        return cls(day=DAYS[day], start=clock(rest), minutes=minutes, timezone=timezone)

    @property
    def minute(self) -> int:
        """Minutes from Monday 00:00 to the start, on the slot's own clock."""
        hours, minutes = self.start.split(":")
        return DAYS.index(self.day) * DAY_MINUTES + int(hours) * 60 + int(minutes)

    @property
    def instant(self) -> dt.datetime:
        """Return when a dated slot starts, in UTC: differences are real minutes."""
        return self.on(self.date or REFERENCE_WEEK).astimezone(dt.UTC)

    @property
    def monday(self) -> dt.date | None:
        """Return the Monday of a dated slot's week."""
        return None if self.date is None else self.date - dt.timedelta(days=self.date.weekday())

    def on(self, monday: dt.date) -> dt.datetime:
        """Return the instant at which the slot starts in the week of ``monday``."""
        if self.date is not None:
            hours, minutes = map(int, self.start.split(":"))
            when = dt.datetime(self.date.year, self.date.month, self.date.day, hours, minutes)
        else:
            when = dt.datetime.combine(monday, dt.time()) + dt.timedelta(minutes=self.minute)
        return when.replace(tzinfo=zone(self.timezone))

    def overlaps(self, other: Slot) -> bool:
        """Whether two slots of the same clock share any minute (weekly slots wrap around)."""
        if self.date is not None and other.date is not None:
            gap = (other.instant - self.instant).total_seconds() / 60
            return -other.minutes < gap < self.minutes
        ahead = (other.minute - self.minute) % WEEK_MINUTES
        return ahead < self.minutes or WEEK_MINUTES - ahead < other.minutes

    def __str__(self) -> str:
        day = f"{self.day} {self.date.isoformat()}" if self.date else self.day
        return f"{day} {self.start} ({self.timezone}, {self.minutes} min)"


def clock(minute: int) -> str:
    """Return minutes after midnight as ``HH:MM``; the end of a day is ``24:00``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"

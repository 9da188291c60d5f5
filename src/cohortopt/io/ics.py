"""Calendar text (RFC 5545): lines, folding, escaping, time zones; and our own files read back.

A hand-written writer, since a program has thousands of small files; the tests read them with the
library ``icalendar``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cohortopt.model.time import zone

_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
_FOLD = 75  # octets in a line, without its end
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_EVENT = re.compile(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", re.DOTALL)


def text(value: str) -> str:
    """Return a TEXT value: backslash, comma, semicolon and line breaks escaped."""
    return value.translate(_ESCAPES)


def parameter(value: str) -> str:
    """Return a parameter's value, quoted where needed; a quote itself cannot be said (3.2)."""
    plain = re.sub(r'["\x00-\x1f\x7f]', "'", value)
    return f'"{plain}"' if re.search(r"[:;,]", plain) else plain


def local(when: dt.datetime) -> str:
    """Return a wall-clock date and time."""
    return f"{when:%Y%m%dT%H%M%S}"


def folded(lines: Iterable[str]) -> str:
    """Return lines with CRLF ends, each cut to 75 octets between characters."""
    return "\r\n".join([*map(_cut, lines), ""])


@lru_cache(maxsize=16_384)
def _cut(line: str) -> str:
    """Return one line cut; kept, because calendars share most of their lines."""
    if line.isascii():
        rest = range(_FOLD, len(line), _FOLD - 1)
        return "\r\n ".join([line[:_FOLD], *(line[at : at + _FOLD - 1] for at in rest)])
    octets, start, pieces = line.encode("utf-8"), 0, []
    while start < len(octets):
        end = start + _FOLD - (start > 0)
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[start:end].decode("utf-8"))
        start = end
    return "\r\n ".join(pieces)


def read_events(path: Path) -> list[list[str]]:
    """Return the lines of every meeting in a file of ours, unfolded.

    A file that cannot be read, or is not ours, has none.
    """
    try:
        content = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    bodies = _EVENT.findall(content.replace("\r\n ", ""))
    return [[line for line in body.split("\r\n") if line] for body in bodies]


@lru_cache(maxsize=64)
def vtimezone(name: str, first: int, last: int) -> tuple[str, ...]:
    """Return the lines of a VTIMEZONE that holds from the year ``first`` to the year ``last``.

    Every change of the clock in those years is its own observance. As RFC 5545 (3.6.5) asks, its
    DTSTART is the local time *before* the change.
    """
    here = zone(name)
    moment = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(last, 12, 31, tzinfo=dt.UTC)
    changes = [(moment, _offset(moment, here))]
    while moment < end:
        following = moment + _DAY
        if _offset(moment, here) != _offset(following, here):
            changes.append((_change(moment, following, here), _offset(moment, here)))
        moment = following
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for at, before in changes:
        there = at.astimezone(here)
        kind = "DAYLIGHT" if there.dst() else "STANDARD"
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{local(at + before)}",
            f"TZOFFSETFROM:{_signed(before)}",
            f"TZOFFSETTO:{_signed(_offset(at, here))}",
            f"TZNAME:{text(there.tzname() or name)}",
            f"END:{kind}",
        ]
    return (*lines, "END:VTIMEZONE")


def _offset(at: dt.datetime, here: dt.tzinfo) -> dt.timedelta:
    return at.astimezone(here).utcoffset() or dt.timedelta()


def _signed(offset: dt.timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, rest = ("-", -seconds) if seconds < 0 else ("+", seconds)
    tail = f"{rest % 60:02d}" if rest % 60 else ""
    return f"{sign}{rest // 3600:02d}{rest // 60 % 60:02d}{tail}"


def _change(low: dt.datetime, high: dt.datetime, here: dt.tzinfo) -> dt.datetime:
    """Return the first minute of the new offset between two midnights (UTC), by halving."""
    before = _offset(low, here)
    start, few, many = low, 0, int((high - low) / _MINUTE)
    while many - few > 1:
        middle = (few + many) // 2
        if _offset(start + middle * _MINUTE, here) == before:
            few = middle
        else:
            many = middle
    return start + many * _MINUTE

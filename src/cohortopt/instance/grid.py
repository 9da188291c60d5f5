"""Free hours on the weekly grid, for everyone at once, across daylight-saving changes.

Slot s of the grid is the s-th quarter hour of the week on the scenario's clock. In every week
that counts, the meeting starts at that wall-clock time and lasts real minutes; each of its
quarter hours must fall inside the person's local hours. Offsets of zones change at most a few
times a year, so weeks are grouped by the quarter-hour map they give and each is used once.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Words, frozen, pack
from cohortopt.model import QUARTER, QUARTERS, Availability, Facts, zone

Maps = NDArray[np.int16]


def free_bits(facts: Facts, minutes: int) -> NDArray[np.bool_]:
    """Return ``(n, 672) bool``: who is free for a meeting of ``minutes`` from each slot."""
    length = max(1, -(-minutes // QUARTER))
    people = facts.roster.people
    unknown = Availability.always() if facts.unknown == "anytime" else Availability()
    local = np.zeros((QUARTERS + 1, len(people)), dtype=np.bool_)  # the last: no such time
    zones: dict[str, list[int]] = {}
    for i, person in enumerate(people):
        hours = person.availability if person.availability is not None else unknown
        for first, last in hours.ranges:
            local[first:last, i] = True
        zones.setdefault(person.timezone or facts.timezone, []).append(i)
    found = np.empty((len(people), QUARTERS), dtype=np.bool_)
    for name, some in zones.items():
        mine = local[:, some]
        free = np.ones((QUARTERS, len(some)), dtype=np.bool_)
        for week in local_quarters(name, facts.timezone, facts.mondays, length):
            for part in week:
                free &= mine[part]
        found[some] = free.T
    return found


def start_bits(facts: Facts, minutes: int) -> Words:
    """Return ``free_bits`` packed: ``(n, 11) uint64``, bit s of word s // 64 is slot s."""
    return frozen(pack(free_bits(facts, minutes)))


def quarter_bits(facts: Facts) -> Words:
    """Return the free quarter hours, packed: start bits of a meeting of one quarter."""
    return start_bits(facts, QUARTER)


@lru_cache(maxsize=256)
def local_quarters(name: str, clock: str, mondays: tuple[dt.date, ...], length: int) -> Maps:
    """Return ``(weeks, length, 672) int16``: the local quarter hour of each part of a meeting.

    ``[w, k, s]`` is the quarter of the local week of zone ``name`` that holds the k-th quarter
    of a meeting which starts at slot s of the clock ``clock`` in week w; ``QUARTERS`` where that
    wall-clock start does not exist. Weeks that give the same map are listed once.
    """
    maps: dict[bytes, Maps] = {}
    for monday in mondays:
        made = _week(name, clock, monday, length)
        maps.setdefault(made.tobytes(), made)
    return np.stack(list(maps.values()))


def _week(name: str, clock: str, monday: dt.date, length: int) -> Maps:
    start, exists = _utc_quarters(clock, monday)
    elapsed = start[None, :] + np.arange(length, dtype=np.int64)[:, None]
    first, last = int(elapsed.min()), int(elapsed.max())
    offsets = _offsets(name, first, last)
    local = (elapsed + offsets[elapsed - first] + _EPOCH_SHIFT) % QUARTERS
    local[:, ~exists] = QUARTERS
    found: Maps = local.astype(np.int16)
    return found


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_SHIFT = 3 * 96  # 1970-01-01 was a Thursday: three days into the week


@lru_cache(maxsize=1024)
def _utc_quarters(clock: str, monday: dt.date) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the UTC quarter hour (since 1970) of every slot of a week, and whether it exists."""
    tz = zone(clock)
    midnight = dt.datetime.combine(monday, dt.time())
    step = dt.timedelta(minutes=QUARTER)
    ends = midnight.replace(tzinfo=tz), (midnight + dt.timedelta(days=8)).replace(tzinfo=tz)
    if ends[0].utcoffset() == ends[1].utcoffset() and _is_steady(clock, monday):
        base = int((ends[0] - _EPOCH).total_seconds()) // (60 * QUARTER)
        return base + np.arange(QUARTERS, dtype=np.int64), np.ones(QUARTERS, dtype=np.bool_)
    utc = np.empty(QUARTERS, dtype=np.int64)
    exists = np.empty(QUARTERS, dtype=np.bool_)
    for slot in range(QUARTERS):
        wall = midnight + slot * step
        instant = wall.replace(tzinfo=tz).astimezone(dt.UTC)
        utc[slot] = int((instant - _EPOCH).total_seconds()) // (60 * QUARTER)
        exists[slot] = instant.astimezone(tz).replace(tzinfo=None) == wall
    return utc, exists


def _is_steady(name: str, monday: dt.date) -> bool:
    tz = zone(name)
    start = dt.datetime.combine(monday, dt.time(), dt.UTC) - dt.timedelta(days=2)
    hours = {(start + dt.timedelta(hours=h)).astimezone(tz).utcoffset() for h in range(0, 288, 3)}
    return len(hours) == 1


def _offsets(name: str, first: int, last: int) -> NDArray[np.int64]:
    """Return the zone's offset in quarter hours for the UTC quarters ``first..last``."""
    tz = zone(name)
    count = last - first + 1
    found = np.empty(count, dtype=np.int64)

    def at(k: int) -> int:
        instant = _EPOCH + dt.timedelta(minutes=QUARTER * (first + k))
        offset = instant.astimezone(tz).utcoffset() or dt.timedelta()
        return round(offset.total_seconds() / (60 * QUARTER))

    def fill(low: int, high: int) -> None:  # offsets are constant but for a few changes
        if at(low) == at(high) and high - low <= 96:
            found[low : high + 1] = at(low)
        elif high - low <= 1:
            found[low], found[high] = at(low), at(high)
        else:
            middle = (low + high) // 2
            fill(low, middle)
            fill(middle, high)

    fill(0, count - 1)
    return found

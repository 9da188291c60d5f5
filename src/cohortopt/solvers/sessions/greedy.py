"""Best session first: a timetable at once, and the start of every proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cohortopt.instance.instance import FORBIDDEN
from cohortopt.solvers.base import Clock
from cohortopt.solvers.sessions.model import Columns, Timetable

MOST = 400_000  # sessions looked at, the best of all pairs
TRIES = 6  # at finding slots for given sessions
PASSES = 3  # over all sessions, to put each into a kinder slot


class Clashes:
    """What a session at each slot takes from a person, as bits: worked out once a timetable."""

    def __init__(self, table: Timetable) -> None:
        weeks = table.weeks.astype(np.float32)
        self.free = [_bits(row) for row in table.free]
        self.inside = [_bits(row) for row in table.windows]
        self.near = [_bits(row) for row in (weeks.T @ weeks) > 0]
        self.windows_of = [np.flatnonzero(column).tolist() for column in table.windows.T]


class _Diary:
    """Who is free when, as bits, while sessions are added. Slot s is bit s."""

    def __init__(self, table: Timetable, clashes: Clashes) -> None:
        self.table = table
        self.free, self.free_as_taker = list(clashes.free), list(clashes.free)
        self.inside, self.near = clashes.inside, clashes.near
        self.windows_of = clashes.windows_of
        self.gives = table.gives_max.tolist()
        self.takes = table.takes_max.tolist()
        self.total = table.instance.total_max.tolist()
        self.room = [table.rooms if table.rooms >= 0 else 1 << 30] * len(table.windows)
        self.open = (1 << table.slots.count) - 1
        self.load: dict[tuple[int, int], int] = {}  # (person, window) -> sessions there
        self.topics = [0] * len(table.takers)
        self.met: set[tuple[int, int]] = set()
        self.rows: list[tuple[int, int, int, int]] = []

    def add(self, giver: int, taker: int, topic: int) -> bool:
        """Add a session at the first slot that fits, and say whether there was one."""
        table = self.table
        give, take = int(table.givers[giver]), int(table.takers[taker])
        if not (self.gives[giver] and self.takes[taker]):
            return False
        if not (self.total[give] and self.total[take]) or (give, take) in self.met:
            return False
        if not table.instance.mutual and (take, give) in self.met:
            return False
        if table.has_topics and self.topics[taker] >> topic & 1:
            return False
        slots = self.free[give] & self.free_as_taker[take] & self.free[take] & self.open
        if (giver, taker) in table.fixed_slots:
            slots &= 1 << table.fixed_slots[giver, taker]
        if not slots:
            return False
        slot = (slots & -slots).bit_length() - 1
        self.gives[giver] -= 1
        self.takes[taker] -= 1
        self.total[give] -= 1
        self.total[take] -= 1
        self.met.add((give, take))
        self.topics[taker] |= 1 << topic
        for person in (give, take):
            for window in self.windows_of[slot]:
                load = self.load.get((person, window), 0) + 1
                self.load[person, window] = load
                if load >= table.at_once[person]:
                    self.free[person] &= ~self.inside[window]
        self.free_as_taker[take] &= ~self.near[slot]
        for window in self.windows_of[slot]:
            self.room[window] -= 1
            if not self.room[window]:
                self.open &= ~self.inside[window]
        self.rows.append((giver, taker, slot, topic))
        return True


def greedy(table: Timetable, clock: Clock) -> Columns:
    """Return locked sessions, then minima, then everyone's best first sessions, then the rest.

    O(sessions x log sessions), of the ``MOST`` best at most. Breaks no rule but minima and locks.
    """
    diary = _Diary(table, Clashes(table))
    ranked = list(_ranked(table))
    locks = {(giver, taker) for giver, taker, _ in table.locks}
    first = np.maximum(table.takes_min, table.instance.required[table.takers])
    wanted = [first.tolist(), [1] * len(table.takers)]
    if "worst" in table.instance.tiers:
        wanted += [[k] * len(table.takers) for k in range(2, int(table.takes_max.max(initial=0)))]
    taken = [0] * len(table.takers)
    given = [0] * len(table.givers)
    least = np.maximum(table.gives_min, table.instance.required[table.givers]).tolist()

    def take(giver: int, taker: int, topic: int) -> None:
        if diary.add(giver, taker, topic):
            taken[taker] += 1
            given[giver] += 1

    for giver, taker, topic in ranked:
        if (giver, taker) in locks:
            take(giver, taker, topic)
    for giver, taker, topic in ranked:
        if given[giver] < least[giver]:
            take(giver, taker, topic)
    for most in [*wanted, table.takes_max.tolist()]:
        for giver, taker, topic in ranked:
            if taken[taker] < most[taker]:
                take(giver, taker, topic)
        if clock.is_over and diary.rows:
            break
    rows = np.array(sorted(diary.rows), np.int64).reshape(-1, 4)
    return Columns(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3])


def timed(table: Timetable, columns: Columns, clashes: Clashes) -> tuple[Columns, list[int]]:
    """Return sessions (giver, taker, topic) in slots that fit, and those that got none.

    Sessions with the fewest common slots choose first; those that find none go first the next
    time. O(sessions) a try, times the words of a calendar.
    """
    give, take = table.givers[columns.giver], table.takers[columns.taker]
    order = np.argsort((table.free[give] & table.free[take]).sum(axis=1), kind="stable").tolist()
    parts = (columns.giver, columns.taker, columns.topic)
    rows = list(zip(*(part.tolist() for part in parts), strict=True))
    late: list[int] = []
    for _ in range(TRIES):
        diary = _Diary(table, clashes)
        late = [row for row in order if not diary.add(*rows[row])]
        if not late:
            break
        first = set(late)
        order = late + [row for row in order if row not in first]
    found = np.array(diary.rows, np.int64).reshape(-1, 4)
    return Columns(found[:, 0], found[:, 1], found[:, 2], found[:, 3]), late


def kindly(table: Timetable, columns: Columns) -> Columns:
    """Return the same sessions, each in the first slot in which it can be given all others.

    Slots are numbered by kindness. Locked slots, and sessions that stayed where they were, stay;
    with rooms nothing moves. O(sessions x slots) a pass.
    """
    slots = table.slots
    if table.rooms >= 0 or slots.count < 2:
        return columns
    at, weeks, apart = slots.at.astype(np.int64), slots.weeks, table.instance.apart_weeks
    rows = list(
        zip(table.givers[columns.giver].tolist(), table.takers[columns.taker].tolist(), strict=True)
    )
    diary: dict[int, set[int]] = defaultdict(set)
    for row, people in enumerate(rows):
        for person in people:
            diary[person].add(row)
    stay = np.isin(table.code(columns), table.code(table.earlier))
    slot = columns.slot.copy()
    for _ in range(PASSES):
        before = slot.copy()
        for row in np.argsort(slot, kind="stable").tolist():
            pair = int(columns.giver[row]), int(columns.taker[row])
            if stay[row] or pair in table.fixed_slots:
                continue
            giver, taker = rows[row]
            fits = table.free[giver] & table.free[taker]
            for other in (diary[giver] | diary[taker]) - {row}:
                gap = np.abs(at - at[slot[other]])
                gap = np.minimum(gap, slots.cycle - gap) if slots.cycle else gap
                fits &= gap >= slots.length
                if rows[other][1] == taker and not slots.cycle:
                    fits &= np.abs(weeks - weeks[slot[other]]) >= apart
            slot[row] = int(np.argmax(fits))
        if (slot == before).all():
            break
    return replace(columns, slot=slot)


def _ranked(table: Timetable) -> Iterator[tuple[int, int, int]]:
    """Yield (giver, taker, topic), most points first, the previous pairs first among equals."""
    giver, taker, topic = np.nonzero(table.weights != FORBIDDEN)
    worth = table.weights[giver, taker, topic]
    order = np.lexsort((taker, giver, ~table.previous[giver, taker], -worth))[:MOST]
    parts = (giver[order], taker[order], topic[order])
    return zip(*(part.tolist() for part in parts), strict=True)


def _bits(row: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Return the set positions of a row as a whole number."""
    return int.from_bytes(np.packbits(row, bitorder="little").tobytes(), "little")

"""A timetable without its slots: how many sessions each person has time for, and with whom.

Everybody's calendar shrinks to one number, the most sessions that fit into it. What is left is a
transport problem, small and whole, whose prices prove a bound for the timetable itself: a person's
price goes to windows (or weeks) that cover the calendar, as many of them as the number says.
Where slots do not bind the bound is met, and only pairs of reduced cost 0 have to be timed.

Two that share free time in a single window, or in a single week, are *tied* to it (on two
continents whose clocks change on different days there are such weeks): of all pairs of a person
tied to one window, one can meet. The price of that goes to the window itself, where every slot of
these pairs is, so the proof holds as it stands.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Slots, pack
from cohortopt.solvers.sessions.model import Tied, Timetable
from cohortopt.solvers.sessions.prices import FAMILIES, Prices


class WithoutSlots:
    """A timetable's relaxation, and the way back for its prices.

    ``table`` is the relaxed timetable: one slot, in which a person may have as many sessions as
    their calendar holds.
    """

    def __init__(self, full: Timetable) -> None:
        self.full = full
        n = full.instance.n
        self.by_week = np.zeros(n, np.bool_)
        if len(full.weeks):
            self.by_week[full.takers] = True
            self.by_week[full.givers] = False
        self.cover = [self._cover(full.free[p], bool(self.by_week[p])) for p in range(n)]
        self.room_cover = self._cover(np.ones(full.slots.count, np.bool_), False)
        sizes = np.array([len(cover) for cover in self.cover], np.int64)
        table = copy.copy(full)
        table.slots = Slots(pack(np.ones((n, 1), np.bool_)), np.zeros(1, np.int32), 1)
        table.free = np.ones((n, 1), np.bool_)
        table.windows = np.ones((1, 1), np.bool_)
        table.weeks = np.zeros((0, 1), np.bool_)
        table.at_once = full.at_once * sizes
        if full.rooms >= 0:
            table.rooms = full.rooms * len(self.room_cover)
        table.earlier = replace(full.earlier, slot=np.zeros_like(full.earlier.slot))
        kept = {"allowed": full.allowed, "covers": full.covers, "weights": full.weights}
        vars(table).update(kept, fixed_slots={})
        table.tied = _tied(full)
        self.table = table

    def _cover(self, free: NDArray[np.bool_], by_week: bool) -> list[int]:
        """Return windows (or weeks) that cover free slots, as few as a greedy pass finds.

        Slots on a line: the first free slot's window, then the first not yet covered, and so on
        is a smallest cover (intervals are perfect). Round a week it may be one more.
        """
        slots = self.full.slots
        sets = self.full.weeks if by_week else self.full.windows
        left, cover = free.copy(), []
        for slot in np.argsort(slots.at, kind="stable").tolist():
            if not left[slot]:
                continue
            inside = np.flatnonzero(sets[:, slot])
            if slots.cycle:
                reach = (sets[inside] & (slots.at >= slots.at[slot]) & left).sum(axis=1)
                best = int(inside[reach.argmax()])
            else:  # sets are in order of time
                best = int(inside[-1])
            cover.append(best)
            left &= ~sets[best]
        return cover

    def prices(self, relaxed: Prices) -> Prices:
        """Return the relaxation's prices as prices of the timetable, worth the same in sum."""
        full = self.full
        found = Prices.zero(full, len(relaxed.fixed))
        for name in FAMILIES:
            if name not in ("slot", "weeks", "room"):
                setattr(found, name, getattr(relaxed, name))
        for person in np.flatnonzero(relaxed.slot[:, 0]).tolist():
            price = relaxed.slot[person, 0]
            if self.by_week[person]:
                found.weeks[full.taker_at[person], self.cover[person]] += price
            else:
                found.slot[person, self.cover[person]] += price
        if len(relaxed.room):
            found.room[self.room_cover] += relaxed.room[0]
        tied = self.table.tied
        if tied is not None:
            for family, array in enumerate((found.slot, found.weeks)):
                rows = np.flatnonzero(tied.family == family)
                np.add.at(array, (tied.person[rows], tied.among[rows]), relaxed.tied[rows])
        return found


def _tied(full: Timetable) -> Tied | None:
    """Return the pairs tied to one window or week, in rows that more pairs share than may meet."""
    slots = full.slots
    order = np.argsort(slots.at, kind="stable")
    free = full.free[:, order]
    keys: list[NDArray[np.int64]] = []
    for giver in range(len(full.givers)):
        takers = np.flatnonzero(full.allowed[giver])
        common = free[full.givers[giver]] & free[full.takers[takers]]
        first = order[common.argmax(axis=1)]
        last = order[slots.count - 1 - common[:, ::-1].argmax(axis=1)]
        for family, sets in enumerate((full.windows, full.weeks)):
            inside = sets[:, first] & sets[:, last]
            if slots.cycle:
                inside &= first == last
            among, pair = np.nonzero(inside)
            taker = takers[pair]
            one, kind = np.full_like(taker, giver), np.full_like(taker, family)
            for person in (taker,) if family else (full.takers[taker], full.givers[one]):
                keys.append(np.stack((one, taker, kind, person, among), axis=1).astype(np.int64))
    if not keys:
        return None
    entries = np.concatenate(keys)
    rows, row, count = np.unique(entries[:, 2:], axis=0, return_inverse=True, return_counts=True)
    most = np.where(rows[:, 0] == 0, full.at_once[np.where(rows[:, 0] == 0, rows[:, 1], 0)], 1)
    tight = count > most
    if not tight.any():
        return None
    number = np.cumsum(tight) - 1
    row = row.ravel()
    kept = tight[row]
    entries, row = entries[kept], number[row[kept]]
    order = np.lexsort((entries[:, 1], entries[:, 0]))
    return Tied(
        entries[order, 0], entries[order, 1], row[order], most[tight].astype(np.int64),
        *rows[tight].T,
    )  # fmt: skip

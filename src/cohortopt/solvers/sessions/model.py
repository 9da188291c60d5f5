"""A timetable of sessions in arrays: who may meet whom when on what, and what forbids both.

A *column* is one possible session (giver, taker, slot, topic). Every rule is a row: a sum of
columns that is at most (or at least) a whole number. Rows come in families, named below; the
certificate of a timetable is one whole price for each row (``prices.py``).

========== =============== =========================================================
family     key             rule
========== =============== =========================================================
slot       person, window  one session at a time, as giver or taker
weeks      taker, week     sessions of a taker at least ``apart_weeks`` weeks apart
room       window          sessions at a time <= ``rooms``
gives      giver           sessions as giver <= ``gives_max``
takes      taker           sessions as taker <= ``takes_max``
total      person          sessions in all <= ``total_max``
pair       giver, taker    one session of two people
mutual     two people      a -> b excludes b -> a
topic      taker, topic    each topic once
gives_min  giver           sessions as giver >= ``gives_min``
takes_min  taker           sessions as taker >= ``takes_min``
required   person          one session at least
lock       lock            the locked pair has its session
========== =============== =========================================================

A *window* of slot s holds every slot that starts at or after s and before s ends: two slots
clash iff some window has both. A *week* w holds the slots of weeks w .. w + apart_weeks - 1,
by the calendar (``Slots.weeks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance, Slots, unpack
from cohortopt.solvers.base import Found

Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]

FULL = 5  # importance at which a topic earns the whole link's points


def windows(slots: Slots) -> Bools:
    """Return ``(windows, slots)``: sets of slots that overlap pairwise, covering every clash.

    Windows inside others are left out. O(slots^2); on a line in order of time.
    """
    at = slots.at.astype(np.int64)
    if not slots.cycle:  # on a line: from each slot on, unless a window before ends as late
        order = np.argsort(at, kind="stable")
        last = np.searchsorted(at[order], at[order] + slots.length)
        first = np.flatnonzero(last > np.append(-1, np.maximum.accumulate(last)[:-1]))
        place = np.arange(slots.count)
        found = np.zeros((len(first), slots.count), np.bool_)
        found[:, order] = (place >= first[:, None]) & (place < last[first][:, None])
        return found
    gap = (at[None, :] - at[:, None]) % slots.cycle
    return _widest((gap >= 0) & (gap < slots.length))


def weeks(slots: Slots, apart: int) -> Bools:
    """Return ``(weeks, slots)``: sets of slots of which a taker may use one at most.

    Only dated slots have weeks: slots that repeat every week give no set.
    """
    if apart < 1 or slots.cycle:
        return np.zeros((0, slots.count), np.bool_)
    week = slots.weeks
    gap = week[None, :] - np.unique(week)[:, None]
    return _widest((gap >= 0) & (gap < apart))


def _widest(sets: Bools) -> Bools:
    """Return the sets that are inside no other, each once, in their order."""
    sets = sets[np.sort(np.unique(sets, axis=0, return_index=True)[1])] if len(sets) else sets
    inner = sets.astype(np.int32)
    inside = (inner @ inner.T) == inner.sum(axis=1)[:, None]
    np.fill_diagonal(inside, False)
    return np.asarray(sets[~inside.any(axis=1)])


@dataclass(frozen=True)
class Goal:
    """One thing to maximise: ``column`` per session, ``level[t, l]`` per level variable.

    ``kind``: "placed", "level", "points", "kept" (earlier pairs) or "same" (earlier sessions, at
    their slots: ``same`` for each of the timetable's ``earlier``); ``number`` is the level of
    "level".
    """

    kind: str
    column: Whole  # (G, T, K) or broadcastable to it
    level: Whole  # (T, levels)
    number: int = 0
    same: int = 0


@dataclass(frozen=True)
class Columns:
    """Possible sessions as positions in the problem's givers, takers, slots and topics."""

    giver: Whole
    taker: Whole
    slot: Whole
    topic: Whole

    @classmethod
    def none(cls) -> Columns:
        """Return no columns."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, empty, empty)

    def __len__(self) -> int:
        return len(self.giver)

    def take(self, chosen: NDArray[np.int64] | Bools) -> Columns:
        """Return some of the columns."""
        return Columns(
            self.giver[chosen], self.taker[chosen], self.slot[chosen], self.topic[chosen]
        )

    def join(self, other: Columns) -> Columns:
        """Return these columns followed by others."""
        return Columns(
            np.concatenate([self.giver, other.giver]),
            np.concatenate([self.taker, other.taker]),
            np.concatenate([self.slot, other.slot]),
            np.concatenate([self.topic, other.topic]),
        )


@dataclass(frozen=True)
class Tied:
    """Pairs all of whose common slots lie in one window, or one week: a row for each of these.

    Of the pairs in a row a person has at most ``most`` sessions. Entries are in order of pairs.
    """

    giver: Whole  # (entries,)
    taker: Whole
    row: Whole
    most: Whole  # (rows,)
    family: Whole  # (rows,) 0: a window of ``person``, 1: a week of the taker ``person``
    person: Whole  # (rows,) a person; a taker's position for weeks
    among: Whole  # (rows,) the window or week

    def rows_of(self, columns: Columns) -> tuple[Whole, Whole]:
        """Return (row, position in ``columns``) of every row that a column is in."""
        wide = int(max(self.taker.max(initial=0), columns.taker.max(initial=0))) + 1
        entries, pairs = self.giver * wide + self.taker, columns.giver * wide + columns.taker
        first, last = np.searchsorted(entries, pairs), np.searchsorted(entries, pairs, "right")
        times = last - first
        position = np.repeat(np.arange(len(pairs)), times)
        start = np.cumsum(times) - times
        return self.row[np.arange(times.sum()) - np.repeat(start - first, times)], position


class Timetable:
    """One instance with dated or weekly sessions, in arrays. G givers, T takers, S slots.

    ``at_once : (n,)`` sessions that a person can have at a time, 1 unless given. With
    ``each_counts`` the tier ``placed`` counts every session of a taker, not just the first.
    ``plan`` is an earlier timetable that should change as little as possible.
    """

    def __init__(
        self,
        instance: Instance,
        at_once: Whole | None = None,
        each_counts: bool = False,
        plan: Sequence[Found] = (),
    ) -> None:
        if instance.slots is None:
            raise ValueError("a timetable needs slots")
        self.instance = instance
        self.at_once = np.ones(instance.n, np.int64) if at_once is None else at_once
        self.each_counts = each_counts
        self.givers = instance.givers.astype(np.intp)
        self.takers = instance.takers.astype(np.intp)
        self.slots = instance.slots
        self.free = np.zeros((instance.n, self.slots.count), np.bool_)
        for person in range(instance.n):
            self.free[person, unpack(self.slots.starts[person], self.slots.count)] = True
        self.windows = windows(self.slots)
        self.weeks = weeks(self.slots, instance.apart_weeks)
        self.points = instance.links.block(self.givers, self.takers).astype(np.int64)
        self.has_topics = instance.topics.size > 0
        if self.has_topics:
            self.importance = instance.topics[self.takers].astype(np.int64)  # (T, K)
            self.taught = instance.taught[self.givers].astype(np.bool_)  # (G, K)
        else:  # one topic that everybody wants fully, for whatever the link is worth
            self.importance = np.full((len(self.takers), 1), FULL, np.int64)
            self.taught = np.ones((len(self.givers), 1), np.bool_)
        self.rooms = instance.rooms
        self.gives_max = instance.gives_max[self.givers].astype(np.int64)
        self.takes_max = instance.takes_max[self.takers].astype(np.int64)
        self.gives_min = instance.gives_min[self.givers].astype(np.int64)
        self.takes_min = instance.takes_min[self.takers].astype(np.int64)
        self.priority = instance.priority[self.takers].astype(np.int64)
        self.giver_at = _positions(self.givers, instance.n)
        self.taker_at = _positions(self.takers, instance.n)
        self.required = np.flatnonzero(instance.required).astype(np.int64)
        self.locks = self._locks()
        self.previous = self._previous()
        self.earlier = self._possible(self.columns_of(plan))
        self.tied: Tied | None = None  # where slots are left out, what remains of them

    def _locks(self) -> list[tuple[int, int, int]]:
        """Return (giver, taker, slot) positions of the locks; -1 where there is no such thing."""
        found: dict[tuple[int, int], int] = {}
        for lock in self.instance.locked:
            giver, taker = lock.people[0], lock.people[1]
            key = int(self.giver_at[giver]), int(self.taker_at[taker])
            found[key] = max(lock.slot, found.get(key, -1))
        return [(giver, taker, slot) for (giver, taker), slot in sorted(found.items())]

    def _previous(self) -> Bools:
        """Return ``(G, T)``: whether the two met in the previous solution."""
        kept = np.zeros((len(self.givers), len(self.takers)), np.bool_)
        for pair in self.instance.previous:
            giver, taker = (int(self.giver_at[pair[0]]), int(self.taker_at[pair[1]]))
            if giver >= 0 and taker >= 0:
                kept[giver, taker] = True
        return kept

    def _possible(self, columns: Columns) -> Columns:
        """Return those of an earlier plan's sessions that there may still be."""
        known = (np.minimum(columns.giver, columns.taker) >= 0) & (columns.slot >= 0)
        columns = columns.take(known)
        fits = self.worth(columns) != FORBIDDEN
        rows = zip(*(c.tolist() for c in (columns.giver, columns.taker, columns.slot)), strict=True)
        return columns.take(fits & np.array([self.may_meet(*row) for row in rows], np.bool_))

    @cached_property
    def fixed_slots(self) -> dict[tuple[int, int], int]:
        """Return the slot of every pair whose session is locked to one."""
        return {(g, t): slot for g, t, slot in self.locks if slot >= 0 and g >= 0 and t >= 0}

    @cached_property
    def allowed(self) -> Bools:
        """Return ``(G, T)``: whether two may meet: a link, a common slot and a topic."""
        free = self.free.astype(np.float32)
        common = (free[self.givers] @ free[self.takers].T) > 0
        both = (self.points != FORBIDDEN) & common & self.covers.any(axis=2)
        for (giver, taker), slot in self.fixed_slots.items():
            both[giver, taker] &= self.may_meet(giver, taker, slot)
        return np.asarray(both)

    def may_meet(self, giver: int, taker: int, slot: int) -> bool:
        """Whether both are free at a slot and no lock names another one."""
        there = self.free[self.givers[giver], slot] and self.free[self.takers[taker], slot]
        return bool(there) and self.fixed_slots.get((giver, taker), slot) == slot

    @cached_property
    def covers(self) -> Bools:
        """Return ``(G, T, K)``: whether the giver teaches a topic that the taker wants."""
        covers = self.taught[:, None, :] & (self.importance > 0)[None, :, :]
        for lock in self.instance.locked if self.has_topics else ():
            giver, taker = self.giver_at[lock.people[0]], self.taker_at[lock.people[1]]
            if lock.topic >= 0 and giver >= 0 and taker >= 0:
                covers[giver, taker] &= np.arange(self.topics) == lock.topic
        return np.asarray(covers)

    @cached_property
    def weights(self) -> Whole:
        """Return ``(G, T, K)`` points of a session: link points x importance // 5.

        ``FORBIDDEN`` where there can be no such session. Without topics: the link's points.
        """
        worth = self.points[:, :, None] * self.importance[None, :, :] // FULL
        return np.where(self.covers & self.allowed[:, :, None], worth, FORBIDDEN)

    @property
    def topics(self) -> int:
        """How many topics there are, 1 where sessions have none."""
        return int(self.importance.shape[1])

    def code(self, columns: Columns) -> Whole:
        """Return one whole number for each column, the same for the same session."""
        pair = columns.giver * len(self.takers) + columns.taker
        return (pair * self.slots.count + columns.slot) * self.topics + columns.topic

    def earned(self, columns: Columns, goal: Goal) -> Whole:
        """Return what each column is worth to a goal, levels apart."""
        at_columns = np.broadcast_to(goal.column, self.weights.shape)
        found = at_columns[columns.giver, columns.taker, columns.topic]
        if not goal.same:
            return np.asarray(found)
        return np.asarray(found + goal.same * np.isin(self.code(columns), self.code(self.earlier)))

    def worth(self, columns: Columns) -> Whole:
        """Return the points of each column."""
        return np.asarray(self.weights[columns.giver, columns.taker, columns.topic])

    def matches(self, columns: Columns) -> tuple[Found, ...]:
        """Return columns as matches, ordered by slot, giver and taker."""
        order = np.lexsort((columns.taker, columns.giver, columns.slot))
        return tuple(
            Found(
                (int(self.givers[columns.giver[c]]), int(self.takers[columns.taker[c]])),
                leaders=1,
                slot=int(columns.slot[c]),
                topic=int(columns.topic[c]) if self.has_topics else -1,
            )
            for c in order
        )

    def columns_of(self, matches: Sequence[Found]) -> Columns:
        """Return matches as columns."""
        rows = [
            (self.giver_at[m.people[0]], self.taker_at[m.people[1]], m.slot, max(0, m.topic))
            for m in matches
        ]
        table = np.array(rows, np.int64).reshape(-1, 4)
        return Columns(table[:, 0], table[:, 1], table[:, 2], table[:, 3])

    def counts(self, columns: Columns) -> Whole:
        """Return ``(T,)`` sessions of each taker."""
        return np.bincount(columns.taker, minlength=len(self.takers)).astype(np.int64)


def _positions(people: NDArray[np.intp], n: int) -> NDArray[np.int64]:
    """Return ``(n,)`` the position of each person in ``people``, -1 where not there."""
    found = np.full(n, -1, np.int64)
    found[people] = np.arange(len(people))
    return found

"""R2: people who meet share a named slot inside everyone's free hours, and slots never clash."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from cohortopt.instance.draft import Draft
from cohortopt.instance.outline import Outline
from cohortopt.model import QUARTER, QUARTERS, Event, Facts, Match, Pairs, Person, Shape, Slot, zone
from cohortopt.model.calendar import (
    event_slots,
    is_free,
    quarters,
    separate,
    series_slots,
    slots_in,
    starts_on,
    trouble,
    weekly_word,
    word_of,
)
from cohortopt.rules.base import LinkRule, Sieve, Violation
from cohortopt.rules.named import Locked
from cohortopt.words import counted


class Availability(LinkRule):
    """Every match has a slot of ``minutes`` in which all its people are free, every week.

    Two people may be linked if at least ``slots`` meetings that do not overlap fit the hours they
    share. ``per_month`` meetings a month count against the column ``hours``, a session once.
    Sessions have dated slots: those of the event, or of a series in any week of the scenario. With
    ``not_before`` ("2027-10-14T16:00", the scenario's clock) those that start earlier have been
    held: locked sessions stay as they are, and there are no others. ``also`` are slots of a series
    that must be among those to choose from, as sessions are planned there already.
    """

    kind: Literal["availability"] = "availability"
    minutes: int = Field(default=60, ge=QUARTER, le=480)
    slots: int = Field(default=1, ge=1, le=20)
    per_month: float = Field(default=2, gt=0, le=31)
    not_before: dt.datetime | None = None
    also: tuple[Slot, ...] = ()

    _event: Event | None = PrivateAttr(default=None)
    _numbers: dict[tuple[dt.date | None, int], list[int]] = PrivateAttr(default_factory=dict)
    _dated: tuple[Slot, ...] = PrivateAttr(default=())
    _held: frozenset[tuple[str, Slot]] = PrivateAttr(default=frozenset())
    _kept: dict[str, tuple[Person, int]] = PrivateAttr(default_factory=dict)

    def timed(self, shape: Shape, facts: Facts, locked: Locked | None) -> Self:
        """Return a copy that knows the dated slots of an event or a series, if this is one."""
        copy = self.knowing(facts)
        copy._kept = {}
        if not isinstance(shape, Pairs) or not (shape.event or shape.sessions):
            return copy
        locks = [lock for lock in (locked.matches if locked else ()) if lock.slot is not None]
        if shape.event is not None:
            copy = copy.model_copy(update={"minutes": shape.event.minutes})
            copy._event, copy._kept = shape.event, {}
            copy._dated = event_slots(shape.event, facts.timezone)
        else:
            fixed = {
                slot for slot in (*self.also, *(lock.slot for lock in locks)) if slot is not None
            }
            copy._dated = series_slots(facts, self.minutes, facts.series, fixed)
            copy._numbers = {}
            for number, slot in enumerate(copy._dated):
                place = slot.monday, slot.minute // QUARTER
                copy._numbers.setdefault(place, []).append(number)
        copy._held = frozenset(
            (one, lock.slot)
            for lock in locks
            if lock.slot is not None and copy.is_past(lock.slot)
            for one in lock.people
        )
        return copy

    @property
    def dated(self) -> tuple[Slot, ...]:
        """Return the dated slots in time order, none for weekly meetings."""
        return self._dated

    @property
    def is_series(self) -> bool:
        """Whether meetings are dated sessions in any week."""
        return bool(self._dated) and self._event is None

    def is_past(self, slot: Slot) -> bool:
        """Whether a dated slot starts before everything that is still to be planned."""
        if self.not_before is None or slot.date is None:
            return False
        now = self.not_before
        clock = zone(self.facts.timezone)
        return slot.instant < (now if now.tzinfo else now.replace(tzinfo=clock))

    def starts(self, person: Person) -> frozenset[int]:
        """Return the numbers of the slots in which the person is free for the whole meeting."""
        return slots_in(self.word(person))

    def word(self, person: Person) -> int:
        """Return ``starts`` as one whole number with a bit for each slot."""
        kept = self._kept
        known = kept.get(person.id)
        if known is None or known[0] is not person:
            known = kept[person.id] = (person, self._word(person))
        return known[1]

    def _word(self, person: Person) -> int:
        if not self._dated:
            return weekly_word(person, self.facts, self.minutes)
        if self._event is not None:
            free = [k for k, slot in enumerate(self._dated) if is_free(person, slot, self.facts)]
        else:
            free = [
                number
                for monday in self.facts.series
                for start in starts_on(person, self.facts, self.minutes, monday)
                for number in self._numbers.get((monday, start), ())
            ]
        if self.not_before is not None:
            free = [number for number in free if not self.is_past(self._dated[number])]
        if self._held:
            held = {slot for one, slot in self._held if one == person.id}
            free += [k for k, slot in enumerate(self._dated) if slot in held]
        return word_of(free)

    def objection(self, giver: Person, taker: Person) -> str | None:
        shared = self.word(giver) & self.word(taker)
        if shared and self.slots == 1:
            return None
        fits = shared.bit_count() if self._dated else separate(slots_in(shared), self.minutes)
        if fits >= self.slots:
            return None
        if not shared:
            return f"{giver} and {taker} are not free at the same time for {self.minutes} minutes"
        return f"{giver} and {taker} share time for {counted(fits, 'meeting')}; {self.slots} wanted"

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        if self.slots > 1:
            return super().sieve(givers)
        words = [self.word(giver) for giver in givers]

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            mine = self.word(taker)
            return [k for k in places if words[k] & mine]

        return passing

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield matches without a slot, slots outside somebody's hours, and clashes."""
        for match in matches:
            for people, slot in meetings(match):
                yield from self._unfit(match, people, slot)
        yield from clashes(matches)

    def _unfit(
        self, match: Match, people: tuple[str, ...], slot: Slot | None
    ) -> Iterator[Violation]:
        if slot is None:
            yield Violation(self.kind, match.match, people, f"{match.match} has no meeting slot")
            return
        if slot.minutes != self.minutes:
            told = f"{match.match} meets for {slot.minutes} minutes; {self.minutes} wanted"
            yield Violation(self.kind, match.match, people, told)
        if all((one, slot) in self._held for one in people):
            return
        told = self._not_dated(slot)
        if told:
            yield Violation(self.kind, match.match, people, f"{match.match}: {slot} {told}")
        for one in people:
            person = self.facts.roster[one]
            when = trouble(person, slot, self.facts)
            if when is not None:
                told = f"{person} is not free for {slot}: {when:%a %Y-%m-%d %H:%M} local time"
                yield Violation(self.kind, match.match, (one,), told, 1)
        if self.slots > 1:
            roster = self.facts.roster
            shared = frozenset.intersection(*(self.starts(roster[one]) for one in people))
            if separate(shared, self.minutes) < self.slots:
                told = f"{match.match} shares time for fewer than {self.slots} meetings"
                yield Violation(self.kind, match.match, people, told)

    def _not_dated(self, slot: Slot) -> str:
        """Return why a session may not be at a slot, nothing where it may."""
        if self._event is not None and slot not in self._dated:
            return "is not a slot of the event"
        if self.is_series and slot.monday not in self.facts.series:
            return "is not in a week of the series"
        if self.is_past(slot):
            return "has passed, and there was no such session"
        return ""

    def outline(self, outline: Outline) -> None:
        outline.meeting = self.minutes

    def lower(self, draft: Draft) -> None:
        if self._dated:
            rows = draft.columns.once(("dated",), lambda: self._free(draft.columns.people))
            shared = rows[draft.giver_index] @ rows[draft.taker_index].T
            draft.forbid(np.asarray(shared < self.slots))
            return
        words = draft.columns.starts(self.minutes)
        givers, takers = words[draft.giver_index], words[draft.taker_index]
        if self.slots == 1:
            free = np.zeros(draft.shape, dtype=np.bool_)
            for word in range(words.shape[1]):
                one, other = givers[:, word], takers[:, word]
                if one.any() and other.any():
                    free |= (one[:, None] & other[None, :]) != 0
            draft.forbid(~free)
            return
        for row in range(len(givers)):
            fits = _separate(givers[row] & takers, self.minutes)
            draft.banned[row] |= fits < self.slots

    def _free(self, people: Sequence[Person]) -> NDArray[np.float32]:
        """Return ``(n, slots)``, 1 where a person is free in a dated slot."""
        free = np.zeros((len(people), len(self._dated)), dtype=np.float32)
        for i, person in enumerate(people):
            free[i, list(self.starts(person))] = 1
        return free


def _separate(words: NDArray[np.uint64], minutes: int) -> NDArray[np.int64]:
    """Return ``separate`` for each row of ``words : (t, words) uint64``."""
    length = quarters(minutes)
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    count = np.zeros(len(words), dtype=np.int64)
    free_from = np.full(len(words), -1, dtype=np.int64)
    for slot in np.flatnonzero(bits[:, :QUARTERS].any(axis=0)):
        takes = (bits[:, slot] != 0) & (free_from <= slot)
        count += takes
        free_from[takes] = slot + length
    return count


def meetings(match: Match) -> Iterator[tuple[tuple[str, ...], Slot | None]]:
    """Yield who meets when in a match: all its people, or each link of a ring on its own."""
    if match.slots:
        yield from zip(match.links(), match.slots, strict=True)
    else:
        yield match.people, match.slot


def clashes(matches: Sequence[Match]) -> Iterator[Violation]:
    """Yield two meetings of one person, in the same round, that overlap in time."""
    diary: dict[tuple[str, int], list[tuple[Slot, Match]]] = defaultdict(list)
    for match in matches:
        for people, slot in meetings(match):
            for one in people:
                if slot is None:
                    continue
                for other, earlier in diary[one, match.round]:
                    if slot.overlaps(other):
                        told = f"{one} meets twice at {slot} ({earlier.match}, {match.match})"
                        yield Violation("availability", match.match, (one,), told)
                diary[one, match.round].append((slot, match))

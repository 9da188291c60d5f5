"""R2: people who meet share a named slot inside everyone's free hours, and slots never clash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from cohortopt.instance.draft import Draft
from cohortopt.instance.outline import Outline
from cohortopt.model import QUARTER, QUARTERS, Event, Facts, Match, Person, Slot
from cohortopt.model.calendar import event_slots, is_free, separate, trouble, weekly_starts
from cohortopt.rules.base import LinkRule, Violation


class Availability(LinkRule):
    """Every match has a slot of ``minutes`` in which all its people are free, every week.

    Two people may be linked if at least ``slots`` meetings that do not overlap fit the hours they
    share. ``per_month`` meetings a month count against the column ``hours``.
    """

    kind: Literal["availability"] = "availability"
    minutes: int = Field(default=60, ge=QUARTER, le=480)
    slots: int = Field(default=1, ge=1, le=20)
    per_month: float = Field(default=2, gt=0, le=31)

    _event: Event | None = PrivateAttr(default=None)
    _kept: dict[str, tuple[Person, frozenset[int]]] = PrivateAttr(default_factory=dict)

    def at_event(self, event: Event | None, facts: Facts) -> Self:
        """Return a copy for an event with dated slots (None: weekly slots)."""
        copy = self.knowing(facts)
        copy._kept = {}
        if event is not None:
            copy = copy.model_copy(update={"minutes": event.minutes})
            copy._event, copy._kept = event, {}
        return copy

    @property
    def dated(self) -> tuple[Slot, ...]:
        """Return the dated slots, none for weekly meetings."""
        return event_slots(self._event, self.facts.timezone) if self._event else ()

    def starts(self, person: Person) -> frozenset[int]:
        """Return the numbers of the slots in which the person is free for the whole meeting."""
        known = self._kept.get(person.id)
        if known is None or known[0] is not person:
            known = self._kept[person.id] = (person, self._starts(person))
        return known[1]

    def _starts(self, person: Person) -> frozenset[int]:
        if self._event is None:
            return weekly_starts(person, self.facts, self.minutes)
        return frozenset(k for k, s in enumerate(self.dated) if is_free(person, s, self.facts))

    def objection(self, giver: Person, taker: Person) -> str | None:
        shared = self.starts(giver) & self.starts(taker)
        fits = len(shared) if self._event else separate(shared, self.minutes)
        if fits >= self.slots:
            return None
        if not shared:
            return f"{giver} and {taker} are not free at the same time for {self.minutes} minutes"
        return f"{giver} and {taker} share time for {fits} meeting(s); {self.slots} wanted"

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
        dated = self.dated
        if dated and slot not in dated:
            told = f"{match.match}: {slot} is not a slot of the event"
            yield Violation(self.kind, match.match, people, told)
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

    def outline(self, outline: Outline) -> None:
        outline.meeting = self.minutes
        outline.minutes = round(self.minutes * self.per_month)

    def lower(self, draft: Draft) -> None:
        if self._event is not None:
            return super().lower(draft)
        words = draft.columns.starts(self.minutes)
        givers, takers = words[draft.giver_index], words[draft.taker_index]
        if self.slots == 1:
            free = np.zeros(draft.shape, dtype=np.bool_)
            for word in range(words.shape[1]):
                one, other = givers[:, word], takers[:, word]
                if one.any() and other.any():
                    free |= (one[:, None] & other[None, :]) != 0
            draft.forbid(~free)
            return None
        for row in range(len(givers)):
            fits = _separate(givers[row] & takers, self.minutes)
            draft.banned[row] |= fits < self.slots
        return None


def _separate(words: NDArray[np.uint64], minutes: int) -> NDArray[np.int64]:
    """Return ``separate`` for each row of ``words : (t, words) uint64``."""
    length = max(1, -(-minutes // QUARTER))
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

"""What a timetable of sessions may hold, in words: people, slots and topics.

A *window* of a slot holds every slot that starts at or after it and before it ends, so that any
two of a window overlap. A *week* holds the slots of ``apart_weeks`` calendar weeks in a row.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from functools import cached_property

from cohortopt.goals.groups import degree
from cohortopt.model import QUARTER, QUARTERS, Facts, Pairs, Person, Slot, skill_key
from cohortopt.programs.program import Program
from cohortopt.programs.topics import teaches, wanted_topics
from cohortopt.rules import Availability, Locked, OneWay, Required
from cohortopt.verify.allowed import Allowed


def is_timetable(program: Program, facts: Facts) -> bool:
    """Whether matches are sessions: on the slots of an event, or one topic each."""
    shape = program.shape
    if not isinstance(shape, Pairs) or program.rule(Availability) is None:
        return False
    return shape.event is not None or bool(topics_of(program, facts))


def topics_of(program: Program, facts: Facts) -> tuple[str, ...]:
    """Return what sessions may be about, nothing where they have no topics."""
    if not isinstance(program.shape, Pairs) or not program.shape.sessions:
        return ()
    return wanted_topics(person for person in facts.roster.people if program.asks(person))


def slot_name(slot: Slot) -> str:
    """Return the day (or date) and hour that name a slot."""
    return f"{slot.date or slot.day} {slot.start}"


def week_of(slot: Slot, first: Slot) -> int:
    """Return how many calendar weeks after ``first`` a dated slot is."""
    assert slot.date is not None
    assert first.date is not None
    monday = first.date - dt.timedelta(days=first.date.weekday())
    return (slot.date - monday).days // 7


class Sessions:
    """Who may meet whom when on what, of one bound program."""

    def __init__(self, program: Program, facts: Facts) -> None:
        rule = program.rule(Availability)
        assert rule is not None
        assert isinstance(program.shape, Pairs)
        self.program, self.facts, self.rule, self.shape = program, facts, rule, program.shape
        self.allowed = Allowed(program, facts)
        self.givers, self.takers = self.allowed.givers(), self.allowed.takers()
        self.topics = topics_of(program, facts)
        self.dated = rule.dated
        required = program.rule(Required)
        self.required = set(required.ids) if required else set[str]()
        locked = program.rule(Locked)
        locks = locked.matches if locked else ()
        self.locks = {(lock.people[0], lock.people[1]): lock.slot for lock in locks}
        self.locked_topics = {(lock.people[0], lock.people[1]): lock.topic for lock in locks}
        self.one_way = program.rule(OneWay) is not None
        event = self.shape.event
        self.rooms = event.rooms if event is not None else None

    @cached_property
    def number(self) -> dict[str, int]:
        """Return the number of every slot by its name."""
        slots = self.dated or [
            Slot.weekly(quarter, self.rule.minutes, self.facts.timezone)
            for quarter in range(QUARTERS)
        ]
        return {slot_name(slot): number for number, slot in enumerate(slots)}

    @cached_property
    def _minutes(self) -> list[int]:
        first = self.dated[0].instant
        return [int((slot.instant - first).total_seconds()) // 60 for slot in self.dated]

    def window(self, name: str) -> frozenset[int]:
        """Return the slots that start while a meeting in the named one goes on."""
        slot = self.number[name]
        if not self.dated:
            length = -(-self.rule.minutes // QUARTER)
            return frozenset((slot + k) % QUARTERS for k in range(length))
        at = self._minutes
        first, last = (bisect_left(at, at[slot] + more) for more in (0, self.rule.minutes))
        return frozenset(range(first, last))

    def weeks(self, first: int) -> frozenset[int]:
        """Return the dated slots of ``apart_weeks`` weeks from the given one on."""
        last = first + self.program.apart_weeks
        return frozenset(
            k for k, s in enumerate(self.dated) if first <= week_of(s, self.dated[0]) < last
        )

    def slots(self, giver: Person, taker: Person) -> frozenset[int]:
        """Return the slots in which both are free, only the locked one where there is one."""
        shared = self.rule.starts(giver) & self.rule.starts(taker)
        slot = self.locks.get((giver.id, taker.id))
        return shared if slot is None else shared & {self.number.get(slot_name(slot), -1)}

    def worths(self, giver: Person, taker: Person, points: int) -> dict[str, int]:
        """Return the points of a session on each topic that it may cover ("" without topics)."""
        if not self.topics:
            return {"": points}
        named = self.locked_topics.get((giver.id, taker.id))
        return {
            topic: points * importance // 5
            for topic in (self.topics if named is None else (skill_key(named),))
            if (importance := degree(taker.skills_wanted, topic)) and self._teaches(giver, topic)
        }

    def _teaches(self, giver: Person, topic: str) -> bool:
        known = self._taught.get((giver.id, topic))
        if known is None:
            known = self._taught[giver.id, topic] = teaches(giver, topic, self.facts.skills)
        return known

    @cached_property
    def _taught(self) -> dict[tuple[str, str], bool]:
        return {}

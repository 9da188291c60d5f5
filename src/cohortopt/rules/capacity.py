"""R1: how many matches a person takes on, and how many hours that may cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, PrivateAttr

from cohortopt.instance.outline import Outline
from cohortopt.model import Facts, Groups, Match, Pairs, Person, Shape
from cohortopt.rules.base import HUGE, Rule, Violation, loads, rounds_of
from cohortopt.words import counted


class Capacity(Rule):
    """In every round a person gives ``capacity_min`` to ``capacity`` times, takes up to ``needs``.

    ``at_most`` and ``at_least`` tighten the givers' columns for everybody; ``needs`` replaces the
    takers' column; ``needs_at_least`` asks that every taker gets at least so many givers.
    """

    kind: Literal["capacity"] = "capacity"
    at_most: int | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    needs: int | None = Field(default=None, ge=1)
    needs_at_least: int = Field(default=0, ge=0)

    _shape: Shape = PrivateAttr(default_factory=Pairs)

    def for_shape(self, shape: Shape, facts: Facts) -> Self:
        """Return a copy that knows who may give and who may take."""
        copy = self.knowing(facts)
        copy._shape = shape
        return copy

    def gives(self, person: Person) -> tuple[int, int]:
        """Return the least and most matches the person takes on as giver or leader, a round."""
        shape = self._shape
        if isinstance(shape, Pairs):
            if not person.plays(shape.giver):
                return 0, 0
            least = max(person.capacity_min, self.at_least or 0)
        elif isinstance(shape, Groups) and shape.leaders and person.plays(shape.leaders.who):
            least = 0
        else:
            return 0, 0
        most = person.capacity if self.at_most is None else min(person.capacity, self.at_most)
        return min(least, most), most

    def takes(self, person: Person) -> tuple[int, int]:
        """Return the least and most givers the person gets as taker, a round."""
        shape = self._shape
        if not isinstance(shape, Pairs) or not person.plays(shape.taker):
            return 0, 0
        needs = person.needs if self.needs is None else self.needs
        if shape.sessions_max is not None:
            needs = shape.sessions_max
        return min(max(self.needs_at_least, shape.sessions_min), needs), needs

    def seats(self, person: Person) -> int:
        """Return in how many matches without direction the person may sit, a round."""
        if isinstance(self._shape, Pairs):
            return HUGE
        return max(1, self.gives(person)[1]) if isinstance(self._shape, Groups) else 1

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield everyone who gives or takes too often, or too seldom."""
        for seated in rounds_of(matches):
            gives, takes, sits = loads(seated)
            for person in self.facts.roster.people:
                one = person.id
                yield from self._outside(person, "gives", gives[one], *self.gives(person))
                yield from self._outside(person, "takes", takes[one], *self.takes(person))
                if sits[one] > self.seats(person):
                    told = f"{person} sits in {sits[one]} matches at once"
                    yield Violation(self.kind, "", (one,), told)

    def _outside(
        self, person: Person, does: str, count: int, least: int, most: int
    ) -> Iterator[Violation]:
        if count > most:
            told = f"{person} {does} in {counted(count, 'match')}; at most {most} wanted"
            yield Violation(self.kind, "", (person.id,), told)
        if count < least:
            told = f"{person} {does} in {counted(count, 'match')}; at least {least} wanted"
            yield Violation(self.kind, "", (person.id,), told)

    def outline(self, outline: Outline) -> None:
        people = outline.columns.people
        gives = np.array([self.gives(p) for p in people], dtype=np.int32).reshape(-1, 2)
        takes = np.array([self.takes(p) for p in people], dtype=np.int32).reshape(-1, 2)
        outline.gives_min, outline.gives_max = gives[:, 0].copy(), gives[:, 1].copy()
        outline.takes_min, outline.takes_max = takes[:, 0].copy(), takes[:, 1].copy()


class Hours(Rule):
    """The meetings of a person fit the hours a month that the person has for them.

    A match costs the meeting's minutes times the meetings a month, a session its minutes once;
    blank hours are no limit.
    """

    kind: Literal["hours"] = "hours"

    _minutes: int = PrivateAttr(default=0)

    def costing(self, minutes: int, facts: Facts) -> Self:
        """Return a copy that knows how many minutes a month one match costs."""
        copy = self.knowing(facts)
        copy._minutes = minutes
        return copy

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield everyone whose meetings take more time than the person has."""
        for seated in rounds_of(matches):
            _, _, sits = loads(seated)
            for one, count in sits.items():
                person = self.facts.roster[one]
                spent = count * self._minutes
                if person.hours is not None and spent > minutes_of(person):
                    told = f"{person} spends {counted(spent / 60, 'hour')} a month"
                    yield Violation(self.kind, "", (one,), f"{told}; has {person.hours:g}")

    def outline(self, outline: Outline) -> None:
        if not self._minutes:
            return
        for i, person in enumerate(outline.columns.people):
            if person.hours is not None:
                fits = minutes_of(person) // self._minutes
                outline.total_max[i] = min(int(outline.total_max[i]), fits)


def minutes_of(person: Person) -> int:
    """Return the minutes a month that the person has."""
    return round((person.hours or 0.0) * 60)

"""What a whole group earns: variety, evenness between groups, and a shared topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import PrivateAttr

from cohortopt.goals.base import MatchGoal, TopicGoal, share
from cohortopt.instance.draft import coded
from cohortopt.instance.instance import GroupGoal
from cohortopt.instance.outline import Outline
from cohortopt.model import MASTERY, Facts, Person, skill_key
from cohortopt.rules.attributes import fold

MILLI = 1000


class Variety(MatchGoal):
    """Different values of ``attribute`` in the group / the most there could be."""

    kind: Literal["variety"] = "variety"
    attribute: str

    _values: dict[str, str] = PrivateAttr(default_factory=dict)  # of everyone; "" unknown
    _kinds: int = PrivateAttr(default=0)

    def knowing(self, facts: Facts) -> Self:
        """Return a copy that knows ``facts``."""
        copy = super().knowing(facts)
        copy._values = {p.id: fold(p.attribute(self.attribute)) for p in facts.roster.people}
        copy._kinds = len(set(copy._values.values()) - {""})
        return copy

    def group_worth(self, members: Sequence[Person]) -> int:
        found = {self._values[p.id] for p in members} - {""}
        return share(len(found), min(len(members), self._kinds))

    def outline(self, outline: Outline, points: int) -> None:
        codes = coded(outline.columns.people, lambda p: p.attribute(self.attribute))
        outline.goals.append(GroupGoal("variety", codes, points))


class Evenness(MatchGoal):
    """1 - |the group's mean of a number - the roster's| / the roster's range.

    Blank counts as the roster's mean, rounded to thousandths.
    """

    kind: Literal["evenness"] = "evenness"
    attribute: str

    _numbers: dict[str, int] = PrivateAttr(default_factory=dict)  # of everyone, in thousandths
    _total: int = PrivateAttr(default=0)
    _spread: int = PrivateAttr(default=0)

    def knowing(self, facts: Facts) -> Self:
        """Return a copy that knows ``facts``."""
        copy = super().knowing(facts)
        found = {p.id: p.number(self.attribute) for p in facts.roster.people}
        known = [round(value * MILLI) for value in found.values() if value is not None]
        mean = round(sum(known) / len(known)) if known else 0
        numbers = {one: mean if v is None else round(v * MILLI) for one, v in found.items()}
        copy._numbers, copy._total = numbers, sum(numbers.values())
        copy._spread = max(numbers.values(), default=0) - min(numbers.values(), default=0)
        return copy

    def group_worth(self, members: Sequence[Person]) -> int:
        n = len(self._numbers)
        wide = self._spread * n * len(members)
        off = abs(sum(self._numbers[p.id] for p in members) * n - self._total * len(members))
        return share(wide - off, wide) if wide else share(1, 1)

    def outline(self, outline: Outline, points: int) -> None:
        column = np.array([self._numbers[p.id] for p in outline.columns.people], dtype=np.int64)
        outline.goals.append(GroupGoal("evenness", column, points))


class Topic(TopicGoal):
    """What the group's topic means to a member: importance / 5 if wanted, mastery / 5 if known."""

    kind: Literal["topic"] = "topic"

    def topic_worth(self, person: Person, topic: str) -> int:
        return share(
            max(degree(person.skills_wanted, topic), degree(person.skills_offered, topic)), MASTERY
        )


def degree(skills: dict[str, int], topic: str) -> int:
    """Return the importance or mastery that a list of skills gives a topic, 0 if none."""
    key = skill_key(topic)
    return max((d for skill, d in skills.items() if skill_key(skill) == key), default=0)

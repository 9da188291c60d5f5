"""R8 and R9: what a group is made of. Isolation, limits on values, sums of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cohortopt.instance.instance import Longs
from cohortopt.instance.outline import Outline
from cohortopt.model import Match, Person
from cohortopt.rules.attributes import fold
from cohortopt.rules.base import HUGE, Rule, Violation

MILLI = 1000  # numbers of a limit are kept in thousandths


class GroupRule(Rule):
    """A rule about what a group is made of; relaxed, each group that breaks it counts once."""

    shapes: ClassVar[frozenset[str]] = frozenset({"groups"})

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield where the rule fails, in words."""
        for found in super().violations(matches):
            yield replace(found, amount=1)


def members(rule: Rule, match: Match) -> list[Person]:
    """Return the people of a group who are not its leaders."""
    return [rule.facts.roster[one] for one in match.with_role("member", "peer", "giver", "taker")]


class Isolation(GroupRule):
    """Over each listed attribute, nobody is the only one of a listed value in a group: 0 or >= 2.

    ``attributes = ["gender"]`` speaks of every value; ``{gender = ["woman", "other"]}`` of some.
    """

    shorthand: ClassVar[str] = "attributes"

    kind: Literal["isolation"] = "isolation"
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _list_of_names(cls, value: Any) -> Any:
        names = value.get("attributes") if isinstance(value, dict) else None
        if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
            return {**value, "attributes": dict.fromkeys(names, ())}
        return value

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute that the rule speaks of, folded, in order."""
        listed = self.attributes[name]
        found = listed or [person.attribute(name) for person in self.facts.roster.people]
        return sorted({fold(value) for value in found} - {""})

    def complaints(self, match: Match) -> Iterator[tuple[tuple[str, ...], str]]:
        people = members(self, match)
        for name in self.attributes:
            count = Counter(fold(person.attribute(name)) for person in people)
            for value in self.values(name):
                if count[value] == 1:
                    alone = next(p for p in people if fold(p.attribute(name)) == value)
                    yield (alone.id,), f"{alone.id} is the only one of a listed {name}"

    def outline(self, outline: Outline) -> None:
        people = outline.columns.people
        for name in self.attributes:
            for value in self.values(name):
                is_it = [int(fold(person.attribute(name)) == value) for person in people]
                amounts = np.array(is_it, dtype=np.int64)
                if amounts.sum():
                    outline.limit(
                        amounts, 2, HUGE, f"isolation: {name}", if_any=True, rule=self.kind
                    )


class LimitItem(BaseModel):
    """At least/at most so many of a value of ``attribute``; or a range for a sum of a number.

    Without ``value`` the limit holds for every value of the attribute on its own. With
    ``number`` the sum over the group lies in [at_least, at_most].
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str = ""
    value: str | tuple[str, ...] | None = None
    number: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> LimitItem:
        if bool(self.attribute) == bool(self.number):
            raise ValueError("a limit names either an attribute or a number")
        if self.at_least is None and self.at_most is None:
            raise ValueError("a limit needs at_least or at_most")
        if self.number and self.value is not None:
            raise ValueError("a limit on a number has no value")
        return self

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the least and most, in thousandths."""
        least = -HUGE if self.at_least is None else round(self.at_least * MILLI)
        most = HUGE if self.at_most is None else round(self.at_most * MILLI)
        return least, most


class Limits(GroupRule):
    """Every group keeps every listed limit."""

    shorthand: ClassVar[str] = "items"

    kind: Literal["limits"] = "limits"
    items: tuple[LimitItem, ...] = ()

    def complaints(self, match: Match) -> Iterator[tuple[tuple[str, ...], str]]:
        people = members(self, match)
        for item in self.items:
            for name, amounts in self.amounts(item):
                total = sum(amounts[person.id] for person in people)
                least, most = item.bounds
                if not least <= total <= most:
                    told = f"{name}: {total / MILLI:g} in the group; wanted {_wanted(item)}"
                    yield tuple(p.id for p in people if amounts[p.id]), told

    def amounts(self, item: LimitItem) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield what a limit counts: its name and what each person adds, in thousandths."""
        people = self.facts.roster.people
        if item.number:
            amounts = {p.id: round((p.number(item.number) or 0.0) * MILLI) for p in people}
            yield f"sum of {item.number}", amounts
            return
        listed = (item.value,) if isinstance(item.value, str) else item.value
        found = listed or tuple(p.attribute(item.attribute) for p in people)
        if listed:
            wanted = {fold(value) for value in listed}
            is_it = {p.id: MILLI * (fold(p.attribute(item.attribute)) in wanted) for p in people}
            yield f"{item.attribute} {', '.join(listed)}", is_it
            return
        for value in sorted({fold(value) for value in found} - {""}):
            is_it = {p.id: MILLI * (fold(p.attribute(item.attribute)) == value) for p in people}
            yield f"{item.attribute} {value}", is_it

    def outline(self, outline: Outline) -> None:
        for item in self.items:
            least, most = item.bounds
            for name, amounts in self.amounts(item):
                column: Longs = np.array(
                    [amounts[person.id] for person in outline.columns.people], dtype=np.int64
                )
                outline.limit(column, least, most, name, rule=self.kind)


def _wanted(item: LimitItem) -> str:
    if item.at_least is not None and item.at_most is not None:
        return f"{item.at_least:g} to {item.at_most:g}"
    return (
        f"at least {item.at_least:g}" if item.at_least is not None else f"at most {item.at_most:g}"
    )

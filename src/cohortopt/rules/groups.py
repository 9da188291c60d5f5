"""R8 and R9: what a group is made of. Isolation, limits on values, sums and means of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import methodcaller
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cohortopt.instance.draft import coded
from cohortopt.instance.instance import Kinds, Longs
from cohortopt.instance.outline import Outline
from cohortopt.model import Match, Person
from cohortopt.model.wrong import wrong
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
            listed = {fold(value) for value in self.attributes[name]} or count.keys()
            for value in sorted(listed - {""}):
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
    """At least/at most so many of a value of ``attribute``; or so many ``different`` values.

    Without ``value`` the limit holds for every value of the attribute on its own. With
    ``number`` the sum over the group lies in [at_least, at_most]; with ``mean`` the mean over those
    whose number is known. Blank is not a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str = ""
    different: str = ""
    value: str | tuple[str, ...] | None = None
    number: str = ""
    mean: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> LimitItem:
        kinds = ("attribute", "different", "number", "mean")
        named = [kind for kind in kinds if getattr(self, kind)]
        if len(named) != 1:
            told = " and ".join(named) or None
            raise wrong("", told, "one column: attribute, different, number or mean")
        if self.at_least is None and self.at_most is None:
            raise wrong("at_least", None, "a number here or for at_most")
        if None not in (self.at_least, self.at_most) and self.bounds[0] > self.bounds[1]:
            raise wrong("at_most", self.at_most, f"at least at_least ({self.at_least:g})")
        if not self.attribute and self.value is not None:
            raise wrong("value", self.value, "nothing: only a limit on an attribute has a value")
        return self

    @property
    def column(self) -> str:
        """Return the column that it names."""
        return self.attribute or self.different or self.number or self.mean

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
            least, most = item.bounds
            if item.different:
                found = {fold(person.attribute(item.different)) for person in people} - {""}
                if not least <= MILLI * len(found) <= most:
                    told = f"{len(found)} different {item.different} in the group"
                    yield tuple(p.id for p in people), f"{told}; wanted {_wanted(item)}"
            elif item.mean:
                known = [v for p in people if (v := p.number(item.mean)) is not None]
                total = sum(round(v * MILLI) for v in known)
                if known and not least * len(known) <= total <= most * len(known):
                    told = f"mean of {item.mean}: {total / len(known) / MILLI:.4g} in the group"
                    yield tuple(p.id for p in people), f"{told}; wanted {_wanted(item)}"
            for name, amounts in self.amounts(item, people):
                total = sum(amounts.values())
                if not least <= total <= most:
                    told = f"{name}: {total / MILLI:g} in the group; wanted {_wanted(item)}"
                    yield tuple(p.id for p in people if amounts[p.id]), told

    def sums(self, item: LimitItem) -> Iterator[tuple[str, dict[str, int], int, int]]:
        """Yield each sum that a limit is about: what everybody adds, and the least and most.

        A mean is at least (at most) a number if what lies above it (below it) weighs no less.
        """
        least, most = item.bounds
        for name, amounts in self.amounts(item):
            yield name, amounts, least, most
        numbers = {p.id: p.number(item.mean) for p in self.facts.roster.people if item.mean}
        known = {one: round(v * MILLI) for one, v in numbers.items() if v is not None}
        for bound, asked, ends in (
            (least, item.at_least, (0, HUGE)),
            (most, item.at_most, (-HUGE, 0)),
        ):
            if item.mean and asked is not None:
                beyond = {one: known[one] - bound for one in known}
                yield f"mean of {item.mean}", {**dict.fromkeys(numbers, 0), **beyond}, *ends

    def amounts(
        self, item: LimitItem, group: Sequence[Person] | None = None
    ) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield what a limit adds up: its name and what each person adds, in thousandths.

        Of a ``group`` only what its own people add, and no value that nobody has and nobody needs.
        """
        people = self.facts.roster.people if group is None else group
        if item.different or item.mean:
            return
        if item.number:
            amounts = {p.id: round((p.number(item.number) or 0.0) * MILLI) for p in people}
            yield f"sum of {item.number}", amounts
            return
        listed = (item.value,) if isinstance(item.value, str) else item.value
        if listed:
            wanted = {fold(value) for value in listed}
            is_it = {p.id: MILLI * (fold(p.attribute(item.attribute)) in wanted) for p in people}
            yield f"{item.attribute} {', '.join(listed)}", is_it
            return
        among = people if item.bounds[0] <= 0 else self.facts.roster.people
        for value in sorted({fold(p.attribute(item.attribute)) for p in among} - {""}):
            is_it = {p.id: MILLI * (fold(p.attribute(item.attribute)) == value) for p in people}
            yield f"{item.attribute} {value}", is_it

    def outline(self, outline: Outline) -> None:
        for item in self.items:
            for name, amounts, least, most in self.sums(item):
                column: Longs = np.array(
                    [amounts[person.id] for person in outline.columns.people], dtype=np.int64
                )
                outline.limit(column, least, most, name, rule=self.kind)
            if item.different:
                least, most = item.bounds
                read = methodcaller("attribute", item.different)
                codes = coded(outline.columns.people, read)
                name = f"different {item.different}"
                outline.kinds.append(Kinds(codes, -(-least // MILLI), most // MILLI, name))


def _wanted(item: LimitItem) -> str:
    if item.at_least is not None and item.at_most is not None:
        return f"{item.at_least:g} to {item.at_most:g}"
    return (
        f"at least {item.at_least:g}" if item.at_least is not None else f"at most {item.at_most:g}"
    )

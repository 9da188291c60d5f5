"""R5: the same or a different attribute, and a shared language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from cohortopt.instance.draft import Draft
from cohortopt.model import Person
from cohortopt.rules.base import LinkRule, Sieve


def fold(text: str) -> str:
    """Return text as attributes are compared: case and outer spaces do not matter."""
    return text.strip().casefold()


class Same(LinkRule):
    """Both people have the same value of every listed attribute. Blank is not held to it."""

    shorthand: ClassVar[str] = "attributes"

    kind: Literal["same"] = "same"
    attributes: tuple[str, ...] = ()

    def objection(self, giver: Person, taker: Person) -> str | None:
        for name in self.attributes:
            one, other = giver.attribute(name).strip(), taker.attribute(name).strip()
            if one and other and fold(one) != fold(other):
                return f"{giver} and {taker} differ in {name} ({one}, {other})"
        return None

    def lower(self, draft: Draft) -> None:
        for name in self.attributes:
            one, other = draft.codes(name)
            draft.forbid((one != other) & (one >= 0) & (other >= 0))


class Different(LinkRule):
    """The two people differ in every listed attribute. Blank is not held to it."""

    shorthand: ClassVar[str] = "attributes"

    kind: Literal["different"] = "different"
    attributes: tuple[str, ...] = ()

    def objection(self, giver: Person, taker: Person) -> str | None:
        for name in self.attributes:
            value = giver.attribute(name).strip()
            if value and fold(value) == fold(taker.attribute(name)):
                return f"{giver} and {taker} have the same {name} ({value})"
        return None

    def lower(self, draft: Draft) -> None:
        for name in self.attributes:
            one, other = draft.codes(name)
            draft.forbid((one == other) & (one >= 0))


class Language(LinkRule):
    """The two people share a language. A person who names none speaks any."""

    kind: Literal["language"] = "language"

    def objection(self, giver: Person, taker: Person) -> str | None:
        one, other = ({fold(word) for word in p.languages} for p in (giver, taker))
        if not one or not other or one & other:
            return None
        return f"{giver} and {taker} share no language"

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        spoken = [frozenset(map(fold, giver.languages)) for giver in givers]

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            mine = {fold(word) for word in taker.languages}
            if not mine:
                return list(places)
            return [k for k in places if not spoken[k] or not mine.isdisjoint(spoken[k])]

        return passing

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        words = columns.once("languages", lambda: _spoken(columns.people))
        one, other = words[draft.giver_index], words[draft.taker_index]
        shared = one @ other.T
        silent = (one.sum(axis=1) == 0)[:, None] | (other.sum(axis=1) == 0)[None, :]
        draft.forbid((shared == 0) & ~silent)


def _spoken(people: tuple[Person, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    known: dict[str, int] = {}
    for person in people:
        for word in person.languages:
            known.setdefault(fold(word), len(known))
    table = np.zeros((len(people), max(1, len(known))), dtype=np.float32)
    for i, person in enumerate(people):
        for word in person.languages:
            table[i, known[fold(word)]] = 1.0
    return table

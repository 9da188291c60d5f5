"""Whom people asked for."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, PrivateAttr

from cohortopt.goals.base import WHOLE, LinkGoal, share
from cohortopt.instance.draft import Draft
from cohortopt.model import Facts, Person

PART = 1000


class Prefers(LinkGoal):
    """1 for a first choice, falling linearly to 1/n for the n-th of n, 0 if not listed.

    In pairs it is the mean of both directions, weighted by ``giver`` and ``taker``; in shapes
    without direction every link asks its taker alone, and the opposite link asks the other.
    """

    kind: Literal["prefers"] = "prefers"
    giver: float = Field(default=1, ge=0, le=1000)
    taker: float = Field(default=1, ge=0, le=1000)

    _two_sided: bool = PrivateAttr(default=True)

    def for_shape(self, kind: str, facts: Facts) -> Self:
        """Return a copy that knows whether links of both directions are in a match."""
        copy = self.knowing(facts)
        copy._two_sided = kind == "pairs"
        return copy

    @property
    def sides(self) -> tuple[int, int]:
        """Return the weights of giver and taker, in thousandths."""
        if not self._two_sided:
            return 0, PART
        return round(self.giver * PART), round(self.taker * PART)

    def worth(self, giver: Person, taker: Person) -> int:
        by_giver, by_taker = self.sides
        total = by_giver * liking(giver, taker.id) + by_taker * liking(taker, giver.id)
        return share(total, (by_giver + by_taker) * WHOLE)

    def lower(self, draft: Draft) -> None:
        columns, people = draft.columns, draft.columns.people
        index = columns.index

        def make() -> list[tuple[int, int]]:
            found: set[tuple[int, int]] = set()
            for i, person in enumerate(people):
                for other in person.prefers:
                    j = index.get(other)
                    if j is not None and j != i:
                        found |= {(i, j), (j, i)}
            return sorted(found)

        rows, places = draft.places
        awards = draft.total * 0
        for giver, taker in columns.once("prefers", make):
            if giver in rows and taker in places:
                awards[rows[giver], places[taker]] = self.worth(people[giver], people[taker])
        draft.award(awards)


def liking(person: Person, other: str) -> int:
    """Return how high ``other`` stands on the person's list, in millionths."""
    if other not in person.prefers:
        return 0
    n = len(person.prefers)
    return share(n - person.prefers.index(other), n)

"""Whom people asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, PrivateAttr

from cohortopt.goals.base import WHOLE, LinkGoal, Row, share
from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
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
        if giver.id not in taker.prefers and taker.id not in giver.prefers:
            return 0
        by_giver, by_taker = self.sides
        total = by_giver * liking(giver, taker.id) + by_taker * liking(taker, giver.id)
        return share(total, (by_giver + by_taker) * WHOLE)

    def lower(self, draft: Draft) -> None:
        columns, people = draft.columns, draft.columns.people

        def make() -> tuple[Longs, Longs]:
            listed = [(p.id, other) for p in people for other in p.prefers if other != p.id]
            links = columns.links([*listed, *((b, a) for a, b in listed)])
            worth = [self.worth(people[g], people[t]) for g, t in links.tolist()]
            return links, np.array(worth, dtype=np.int64)

        links, worth = columns.once(("prefers", self.sides), make)
        rows, places, which = draft.inside(links)
        awards = np.zeros(draft.shape, dtype=np.int64)
        awards[rows, places] = worth[which]
        draft.award(awards)

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        place = {giver.id: k for k, giver in enumerate(givers)}
        fans: dict[str, list[int]] = {}  # person -> givers who list them
        for k, giver in enumerate(givers):
            for other in giver.prefers:
                fans.setdefault(other, []).append(k)

        def row(taker: Person) -> Longs:
            found = np.zeros(len(givers), dtype=np.int64)
            chosen = [place[one] for one in taker.prefers if one in place]
            for k in (*chosen, *fans.get(taker.id, ())) if any(self.sides) else ():
                found[k] = times * self.worth(givers[k], taker)
            return found

        return row


def liking(person: Person, other: str) -> int:
    """Return how high ``other`` stands on the person's list, in millionths."""
    if other not in person.prefers:
        return 0
    n = len(person.prefers)
    return share(n - person.prefers.index(other), n)

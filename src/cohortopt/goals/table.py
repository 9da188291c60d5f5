"""Own scores: points for links, from a file."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import model_validator

from cohortopt.goals.base import POINTS, WHOLE, LinkGoal
from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import Person

MOST = 1_000_000


class TableGoal(LinkGoal):
    """The points that a table gives to a link; 0 where it says nothing.

    Alone, a table's numbers are the links' points as they stand: its worth is points / 1000.
    """

    kind: Literal["table"] = "table"
    file: str = ""
    scores: tuple[tuple[str, str, int], ...] = ()

    @model_validator(mode="after")
    def _in_range(self) -> TableGoal:
        for giver, taker, points in self.scores:
            if not 0 <= points <= MOST:
                raise ValueError(f"{giver},{taker}: {points} points; 0 to {MOST} expected")
        return self

    @cached_property
    def known(self) -> dict[tuple[str, str], int]:
        """Return the points of each listed link."""
        return {(giver, taker): points for giver, taker, points in self.scores}

    def worth(self, giver: Person, taker: Person) -> int:
        return self.known.get((giver.id, taker.id), 0) * (WHOLE // POINTS)

    def lower(self, draft: Draft) -> None:
        columns = draft.columns

        def make() -> tuple[Longs, Longs]:
            links = columns.links(self.known)
            ids = [person.id for person in columns.people]
            points = [self.known[ids[g], ids[t]] for g, t in links.tolist()]
            return links, np.array(points, dtype=np.int64) * (WHOLE // POINTS)

        links, worth = columns.once(("table", self.file, id(self)), make)
        rows, places, which = draft.inside(links)
        awards = np.zeros(draft.shape, dtype=np.int64)
        awards[rows, places] = worth[which]
        draft.award(awards)

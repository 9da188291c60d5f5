"""Own scores: points for links, from a file."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import model_validator

from cohortopt.goals.base import POINTS, WHOLE, LinkGoal
from cohortopt.instance.draft import Draft
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
        index = draft.columns.index
        rows, places = draft.places
        awards = np.zeros(draft.shape, dtype=np.int64)
        for (giver, taker), points in self.known.items():
            row, column = rows.get(index.get(giver, -1)), places.get(index.get(taker, -1))
            if row is not None and column is not None:
                awards[row, column] = points * (WHOLE // POINTS)
        draft.award(awards)

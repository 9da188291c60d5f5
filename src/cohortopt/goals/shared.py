"""What two people both want to learn: the goals that peers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from cohortopt.goals.base import WHOLE, LinkGoal, Row, share, shares
from cohortopt.goals.skills import skill_tables
from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import Person, skill_key


class SharedWishes(LinkGoal):
    """The share of what the taker wants, by importance, that the giver wants to learn, too."""

    kind: Literal["shared_wishes"] = "shared_wishes"

    def worth(self, giver: Person, taker: Person) -> int:
        wanted = {skill_key(skill) for skill in giver.skills_wanted}
        both = sum(
            importance
            for skill, importance in taker.skills_wanted.items()
            if skill_key(skill) in wanted
        )
        return share(both, sum(taker.skills_wanted.values()))

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        wanting: dict[str, list[int]] = {}  # skill -> who wants it
        for place, giver in enumerate(givers):
            for key in {skill_key(skill) for skill in giver.skills_wanted}:
                wanting.setdefault(key, []).append(place)

        def row(taker: Person) -> Longs:
            both = np.zeros(len(givers), dtype=np.int64)
            for skill, importance in taker.skills_wanted.items():
                both[wanting.get(skill_key(skill), [])] += importance
            whole = sum(taker.skills_wanted.values())
            return times * shares(both, whole)

        return row

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        _, wants = columns.once("skills", lambda: skill_tables(columns))
        asks = wants[draft.taker_index]
        both = ((wants[draft.giver_index] > 0) @ asks.T).astype(np.int64)
        whole = np.maximum(asks.sum(axis=1).astype(np.int64), 1)[None, :]
        draft.award((2 * WHOLE * both + whole) // (2 * whole))

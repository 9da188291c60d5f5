"""R5: how far the giver's level is above the taker's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import PrivateAttr, model_validator

from cohortopt.instance.draft import Draft
from cohortopt.model import Facts, Person
from cohortopt.model.wrong import wrong
from cohortopt.rules.base import HUGE, LinkRule, Sieve
from cohortopt.words import counted


class Gap(LinkRule):
    """The giver's level minus the taker's lies between ``at_least`` and ``at_most``.

    A person without a level is not held to it. In groups with leaders the rule speaks of what
    leaders bring to members, and of nobody else.
    """

    kind: Literal["gap"] = "gap"
    at_least: int | None = None
    at_most: int | None = None

    _leaders: frozenset[str] | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise wrong("at_most", self.at_most, f"at least at_least ({self.at_least})")
        return self

    def from_leaders(self, leaders: frozenset[str] | None, facts: Facts) -> Self:
        """Return a copy that speaks only of links from these people to others (None: of all)."""
        copy = self.knowing(facts)
        copy._leaders = leaders
        return copy

    def objection(self, giver: Person, taker: Person) -> str | None:
        if giver.level is None or taker.level is None:
            return None
        if self._leaders is not None and (giver.id in self._leaders) <= (taker.id in self._leaders):
            return None
        gap = giver.level - taker.level
        if self.at_least is not None and gap < self.at_least:
            wanted = f"at least {self.at_least}"
        elif self.at_most is not None and gap > self.at_most:
            wanted = f"at most {self.at_most}"
        else:
            return None
        return f"{giver} is {counted(gap, 'level')} above {taker}; {wanted} wanted"

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        if self._leaders is not None:
            return super().sieve(givers)
        least = -HUGE if self.at_least is None else self.at_least
        most = HUGE if self.at_most is None else self.at_most
        levels = [giver.level for giver in givers]

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            if taker.level is None:
                return list(places)
            low, high = taker.level + least, taker.level + most
            return [k for k in places if (own := levels[k]) is None or low <= own <= high]

        return passing

    def lower(self, draft: Draft) -> None:
        gap = draft.givers("level")[:, None] - draft.takers("level")[None, :]
        if self._leaders is not None:
            leads = np.array([p.id in self._leaders for p in draft.columns.people], dtype=np.bool_)
            gap[leads[draft.giver_index][:, None] <= leads[draft.taker_index][None, :]] = np.nan
        if self.at_least is not None:
            draft.forbid(gap < self.at_least)
        if self.at_most is not None:
            draft.forbid(gap > self.at_most)

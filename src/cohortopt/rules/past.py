"""R4: no one meets a past partner again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import Person
from cohortopt.rules.base import LinkRule, Sieve
from cohortopt.words import counted


class Past(LinkRule):
    """No link between people who met within the last ``seasons`` (None: ever).

    Switch it off and give the goal ``novelty`` a weight to make it a matter of points.
    """

    kind: Literal["past"] = "past"
    seasons: int | None = None

    def objection(self, giver: Person, taker: Person) -> str | None:
        ago = self.facts.seasons_since(giver.id, taker.id)
        if ago is None or (self.seasons is not None and ago > self.seasons):
            return None
        return f"{giver} and {taker} met {counted(ago, 'season')} ago"

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        met: dict[str, set[str]] = {}
        for pair, ago in self.facts.seasons.items():
            if self.seasons is None or ago <= self.seasons:
                for one in pair:
                    met.setdefault(one, set()).update(pair)

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            known = met.get(taker.id)
            return [k for k in places if givers[k].id not in known] if known else list(places)

        return passing

    def lower(self, draft: Draft) -> None:
        columns = draft.columns

        def make() -> Longs:
            recent = [
                tuple(pair)
                for pair, ago in self.facts.seasons.items()
                if len(pair) == 2 and (self.seasons is None or ago <= self.seasons)
            ]
            return columns.links(
                link for one, other in recent for link in ((one, other), (other, one))
            )

        draft.forbid_links(columns.once(("past", self.seasons), make))

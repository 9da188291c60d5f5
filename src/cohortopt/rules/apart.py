"""R3: people who must not meet: vetoes, a manager and a report, lists of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from cohortopt.instance.draft import Columns, Draft
from cohortopt.model import Person
from cohortopt.rules.base import LinkRule, Sieve
from cohortopt.rules.relations import above


class Apart(LinkRule):
    """No link between people who veto each other, report to each other, or share an apart list.

    ``manager = "line"`` keeps a person apart from everyone above them, ``"direct"`` from their
    manager only. Vetoes count whichever side wrote them.
    """

    kind: Literal["apart"] = "apart"
    vetoes: bool = True
    manager: Literal["direct", "line", "off"] = "direct"
    lists: tuple[tuple[str, ...], ...] = ()

    def objection(self, giver: Person, taker: Person) -> str | None:
        if self.vetoes and (taker.id in giver.vetoes or giver.id in taker.vetoes):
            return f"{giver} and {taker} are kept apart by a veto"
        if taker.id in self._above(giver):
            return f"{taker} is above {giver} in the reporting line"
        if giver.id in self._above(taker):
            return f"{giver} is above {taker} in the reporting line"
        if any(giver.id in one and taker.id in one for one in self.lists):
            return f"{giver} and {taker} are on the same apart list"
        return None

    def _above(self, person: Person) -> tuple[str, ...]:
        if self.manager == "off":
            return ()
        return above(self.facts.roster, person, direct=self.manager == "direct")

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        at = {giver.id: place for place, giver in enumerate(givers)}
        shunned: dict[str, set[int]] = {}  # taker -> places of givers who shun them
        for place, giver in enumerate(givers):
            for other in self._shuns(giver):
                shunned.setdefault(other, set()).add(place)

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            out = {at[one] for one in self._shuns(taker) if one in at}
            out.update(shunned.get(taker.id, ()))
            return [k for k in places if k not in out] if out else list(places)

        return passing

    def _shuns(self, person: Person) -> list[str]:
        """Return whom the person must not meet as far as the person's own row and lists say."""
        others = [*(person.vetoes if self.vetoes else ()), *self._above(person)]
        return others + [other for one in self.lists if person.id in one for other in one]

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        draft.forbid_links(
            columns.once(("apart", self), lambda: columns.links(self._pairs(columns)))
        )

    def _pairs(self, columns: Columns) -> Iterator[tuple[str, str]]:
        """Yield every two people who are kept apart, in both orders."""
        for person in columns.people:
            for other in self._shuns(person):
                yield person.id, other
                yield other, person.id

    def __hash__(self) -> int:
        return hash((self.kind, self.vetoes, self.manager, self.lists))

"""Likeness and difference: attributes, numbers, shared free time, and new faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, PrivateAttr

from cohortopt.goals.base import WHOLE, LinkGoal, Row, share
from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import QUARTER, Facts, Person
from cohortopt.model.calendar import weekly_word
from cohortopt.rules.attributes import fold

MILLI = 1000


class SameGoal(LinkGoal):
    """1 if both people have the same value of ``attribute``."""

    kind: Literal["same"] = "same"
    attribute: str

    def worth(self, giver: Person, taker: Person) -> int:
        value = fold(giver.attribute(self.attribute))
        return WHOLE * (value != "" and value == fold(taker.attribute(self.attribute)))

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        values = np.array([fold(giver.attribute(self.attribute)) for giver in givers], dtype=object)

        def row(taker: Person) -> Longs:
            own = fold(taker.attribute(self.attribute)) or None
            return times * WHOLE * np.asarray(values == own, dtype=np.int64)

        return row

    def lower(self, draft: Draft) -> None:
        one, other = draft.codes(self.attribute)
        draft.award(WHOLE * ((one == other) & (one >= 0)))


class DifferentGoal(LinkGoal):
    """1 if the two people have different values of ``attribute``."""

    kind: Literal["different"] = "different"
    attribute: str

    def worth(self, giver: Person, taker: Person) -> int:
        one, other = (fold(p.attribute(self.attribute)) for p in (giver, taker))
        return WHOLE * (one != "" and other != "" and one != other)

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        values = np.array([fold(giver.attribute(self.attribute)) for giver in givers], dtype=object)

        def row(taker: Person) -> Longs:
            own = fold(taker.attribute(self.attribute))
            unlike = (values != "") & (values != own) & (own != "")
            return times * WHOLE * np.asarray(unlike, dtype=np.int64)

        return row

    def lower(self, draft: Draft) -> None:
        one, other = draft.codes(self.attribute)
        draft.award(WHOLE * ((one != other) & (one >= 0) & (other >= 0)))


class Near(LinkGoal):
    """1 - |a - b| / range of a number column; 0 where either is unknown."""

    kind: Literal["near"] = "near"
    attribute: str

    def _thousandths(self, person: Person) -> int | None:
        value = person.number(self.attribute)
        return None if value is None else round(value * MILLI)

    def knowing(self, facts: Facts) -> Self:
        copy = super().knowing(facts)
        copy._wide = None
        return copy

    _wide: int | None = PrivateAttr(default=None)

    def _range(self) -> int:
        if self._wide is None:
            found = [self._thousandths(p) for p in self.facts.roster.people]
            known = [value for value in found if value is not None]
            self._wide = max(known) - min(known) if known else 0
        return self._wide

    def worth(self, giver: Person, taker: Person) -> int:
        one, other = self._thousandths(giver), self._thousandths(taker)
        if one is None or other is None:
            return 0
        wide = self._range()
        return share(wide - abs(one - other), wide) if wide else WHOLE

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        values, wide = [self._thousandths(giver) for giver in givers], self._range()
        known = {value for value in values if value is not None}

        def row(taker: Person) -> Longs:
            own = self._thousandths(taker)
            if own is None:
                return np.zeros(len(values), dtype=np.int64)
            worth: dict[int | None, int] = {
                value: times * (share(wide - abs(value - own), wide) if wide else WHOLE)
                for value in known
            }
            return np.array([worth.get(value, 0) for value in values], dtype=np.int64)

        return row

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        wide = columns.once(("range", self.attribute), self._range)
        values = columns.numbers(self.attribute)
        whole = np.round(np.nan_to_num(values) * MILLI).astype(np.int64)
        one, other = whole[draft.giver_index][:, None], whole[draft.taker_index][None, :]
        known = ~np.isnan(values)
        both = known[draft.giver_index][:, None] & known[draft.taker_index][None, :]
        near = (2 * WHOLE * (wide - np.abs(one - other)) + wide) // (2 * wide) if wide else WHOLE
        draft.award(np.where(both, near, 0))


class Overlap(LinkGoal):
    """Shared free minutes a week / ``minutes`` wanted, at most 1."""

    kind: Literal["overlap"] = "overlap"
    minutes: int = Field(default=240, ge=QUARTER)

    def worth(self, giver: Person, taker: Person) -> int:
        one, other = (weekly_word(person, self.facts, QUARTER) for person in (giver, taker))
        shared = (one & other).bit_count() * QUARTER
        return share(min(shared, self.minutes), self.minutes)

    def lower(self, draft: Draft) -> None:
        words = draft.columns.quarters()
        givers, takers = words[draft.giver_index], words[draft.taker_index]
        shared = np.zeros(draft.shape, dtype=np.int64)
        for word in range(words.shape[1]):
            shared += np.bitwise_count(givers[:, word][:, None] & takers[:, word][None, :])
        shared = np.minimum(shared * QUARTER, self.minutes)
        draft.award((2 * WHOLE * shared + self.minutes) // (2 * self.minutes))


class Novelty(LinkGoal):
    """1 unless the two have met; then 1 - 1/seasons ago."""

    kind: Literal["novelty"] = "novelty"

    def worth(self, giver: Person, taker: Person) -> int:
        ago = self.facts.seasons_since(giver.id, taker.id)
        return WHOLE if ago is None else share(ago - 1, ago)

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        places: dict[str, list[int]] = {}
        for place, giver in enumerate(givers):
            places.setdefault(giver.id, []).append(place)
        met: dict[str, list[tuple[int, int]]] = {}  # with whom somebody met, how long ago
        for pair, ago in self.facts.seasons.items():
            one, other = min(pair), max(pair)
            for mine, theirs in {(one, other), (other, one)}:
                met.setdefault(theirs, []).extend((place, ago) for place in places.get(mine, ()))
        new = np.full(len(givers), times * WHOLE, dtype=np.int64)

        def row(taker: Person) -> Longs:
            worths = new.copy()
            for place, ago in met.get(taker.id, ()):
                worths[place] = times * share(ago - 1, ago)
            return worths

        return row

    def lower(self, draft: Draft) -> None:
        columns, people = draft.columns, draft.columns.people

        def make() -> tuple[Longs, Longs]:
            pairs = [tuple(pair) for pair in self.facts.seasons if len(pair) == 2]
            links = columns.links(link for a, b in pairs for link in ((a, b), (b, a)))
            worth = [self.worth(people[g], people[t]) for g, t in links.tolist()]
            return links, np.array(worth, dtype=np.int64)

        links, worth = columns.once("novelty", make)
        rows, places, which = draft.inside(links)
        awards = np.full(draft.shape, WHOLE, dtype=np.int64)
        awards[rows, places] = worth[which]
        draft.award(awards)

"""Prices of people and odd sets: no choice of partners is worth more than they add up to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Facts, Partners, Person
from cohortopt.programs.program import Program
from cohortopt.rules import Required
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import meetings_of, multipliers


def odd_sets_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
) -> int | None:
    """Return what the prices prove of the combined value of partners, None if nothing.

    With prices y >= 0 of people and z >= 0 of odd sets S such that for every allowed pair
    ``y_a + y_b + sum of z_S over S holding both >= 2 x weight``, no choice of partners is worth
    more than ``(sum y + sum z_S (|S| - 1) / 2) / 2``: a person sits in one pair, and at most
    ``(|S| - 1) / 2`` pairs fit inside S (Edmonds 1965, doi:10.6028/jres.069B.013). Pairs that
    are demanded (``fixed``) must have people who are priced nowhere else. Pairs whose prices
    exceed the greatest weight a pair can have are not asked about.
    """
    if not isinstance(program.shape, Partners) or program.shape.odd == "trio":
        return None
    levels = dict(multipliers(certificate))
    price = {str(one): int(y) for one, y in certificate["price"].items()}
    sets = [(frozenset(map(str, people)), int(z)) for people, z in certificate["sets"]]
    if any(y < 0 for y in price.values()) or any(z < 0 for _, z in sets):
        return None
    if any(len(people) % 2 == 0 for people, _ in sets) or certificate.get("fixed"):
        return None
    weigh = _Weights(program, facts, levels, previous)
    allowed = Allowed(program, facts)
    people = sorted(allowed.takers(), key=lambda person: price.get(person.id, 0))
    prices = [price.get(person.id, 0) for person in people]
    inside: dict[str, list[int]] = {}
    for k, (members, _) in enumerate(sets):
        for one in members:
            inside.setdefault(one, []).append(k)
    for taker, y in zip(people, prices, strict=True):
        end = bisect_left(prices, 2 * weigh.most - y)
        rivals = [other for other in people[:end] if other.id < taker.id]
        to = row_points(program.goals, rivals, taker)
        for other, there in zip(rivals, to, strict=True):
            shared = sum(sets[k][1] for k in inside.get(taker.id, ()) if other.id in sets[k][0])
            paid = y + price.get(other.id, 0) + shared
            if paid >= 2 * weigh.at_most(taker, other, there):
                continue
            back = program.points(taker, other)
            if paid >= 2 * weigh.weight(taker, other, there, back):
                continue
            if allowed.objection(other, taker) is None and allowed.objection(taker, other) is None:
                return None
    return (sum(price.values()) + sum(z * (len(s) - 1) // 2 for s, z in sets)) // 2


class _Weights:
    """What a pair is worth over all levels."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        levels: Mapping[str, int],
        previous: Sequence[tuple[str, ...]],
    ) -> None:
        self.levels = levels
        rule = program.rule(Required)
        self.required = set(rule.ids) if rule else set[str]()
        self.earlier = meetings_of(previous)
        self.top = program.most_points
        first = max((self._head(person) for person in facts.roster.people), default=0)
        both = 2 * levels.get("points", 0) + levels.get("mutual", 0)
        self.most = 2 * first + both * self.top + levels.get("kept", 0)

    def _head(self, person: Person) -> int:
        placed = self.levels.get("placed", 0) * person.priority
        return placed + self.levels.get("required", 0) * (person.id in self.required)

    def weight(self, one: Person, other: Person, there: int, back: int) -> int:
        """Return the weight of a pair whose two links have so many points."""
        kept = self.levels.get("kept", 0) * (frozenset((one.id, other.id)) in self.earlier)
        points = self.levels.get("points", 0) * (there + back)
        mutual = self.levels.get("mutual", 0) * min(there, back)
        return self._head(one) + self._head(other) + points + mutual + kept

    def at_most(self, one: Person, other: Person, there: int) -> int:
        """Return what the pair weighs at most when one link's points are known."""
        return self.weight(one, other, there, self.top)

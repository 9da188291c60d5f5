"""Prices of people and odd sets: no choice of partners is worth more than they add up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

from cohortopt.goals.base import Rows, even, row_points
from cohortopt.model import Facts, Partners, Person, Rings
from cohortopt.programs.program import Program
from cohortopt.rules import Locked, Required, Together
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import meetings_of, multipliers
from cohortopt.verify.score import may_drop_out
from cohortopt.verify.stop import Stop, never, until

BLOCK = 64  # people whose rows are held at a time
MOST_IN_TRIOS = 1_000  # people; beyond, three of them are not gone through: "claimed"


def odd_sets_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
    stop: Stop = never,
) -> int | None:
    """Return what the prices prove of the combined value of partners, None if nothing.

    With prices y >= 0 of people and z >= 0 of odd sets S such that for every allowed pair
    ``y_a + y_b + sum of z_S over S holding both >= 2 x weight``, no choice of partners is worth
    more than ``(sum y + sum z_S (|S| - 1) / 2) / 2``: a person sits in one pair, and at most
    ``(|S| - 1) / 2`` pairs fit inside S (Edmonds 1965, doi:10.6028/jres.069B.013). Rings of two
    are partners.

    ``fixed`` pairs are demanded, so their people sit in no other match: no other pair of theirs
    is asked about, and their weight is added. Where a trio is allowed, ``trios`` may hold prices of
    their own for the choices with one of these trios; every other trio T adds at most

        2 weight(T) - y(T) - (greatest, over two of T, sum of z_S over S holding both)

    to twice the bound: inside S there is room for one pair less once two or three of it sit in T.
    """
    allowed = Allowed(program, facts)
    everyone = allowed.takers()
    shape = program.shape
    if isinstance(shape, Rings):
        if min(shape.longest, len(everyone)) > 2 or shape.chains or may_drop_out(facts):
            return None
    elif not isinstance(shape, Partners):
        return None
    trio = isinstance(shape, Partners) and shape.odd == "trio" and len(everyone) % 2 == 1
    fixed = [(str(one), str(other)) for one, other in certificate.get("fixed", ())]
    gone = {one for pair in fixed for one in pair}
    if len(gone) < 2 * len(fixed) or not set(map(frozenset, fixed)) <= _demanded(program, trio):
        return None
    weigh = _Weights(program, facts, dict(multipliers(certificate)), previous, stop)
    prices = _Prices(certificate)
    people = [person for person in everyone if person.id not in gone]
    if not prices.cover(weigh, allowed, people):
        return None
    doubled: int | None = prices.total
    if trio and len(people) >= 3:
        doubled = _with_trios(weigh, allowed, people, prices, certificate.get("trios", ()))
    if doubled is None:
        return None
    return doubled // 2 + sum(weigh.pair(*(facts.roster[one] for one in two)) for two in fixed)


def _demanded(program: Program, trio: bool) -> set[frozenset[str]]:
    """Return the pairs that must be matched; together may be kept by a trio, too."""
    locked, together = program.rule(Locked), program.rule(Together)
    asked = [lock.people for lock in (locked.matches if locked else ())]
    asked += together.lists if together and not trio else ()
    return {frozenset(people) for people in asked if len(people) == 2}


def _with_trios(
    weigh: _Weights,
    allowed: Allowed,
    people: Sequence[Person],
    prices: _Prices,
    cases: Sequence[Mapping[str, Any]],
) -> int | None:
    """Return twice what is proven where one match of three is allowed, None if nothing."""
    if len(people) > MOST_IN_TRIOS:
        return None
    known = {person.id: person for person in people}
    doubled, told = prices.total, set[frozenset[str]]()
    for case in cases:
        three = [known[str(one)] for one in case["people"]]
        ids = {person.id for person in three}
        rest, own = [person for person in people if person.id not in ids], _Prices(case)
        if len(ids) != 3 or not own.cover(weigh, allowed, rest):
            return None
        doubled = max(doubled, 2 * weigh.trio(three) + own.total)
        told.add(frozenset(ids))
    lead = _Leads(weigh, people, prices)
    for trio in lead.above(doubled - prices.total):
        names = [person.id for person in trio]
        if frozenset(names) in told or not _may_meet(allowed, trio):
            continue
        shared = max(prices.shared(one, other) for one, other in combinations(names, 2))
        paid = sum(prices.price.get(one, 0) for one in names) + shared
        doubled = max(doubled, prices.total + 2 * weigh.trio(trio) - paid)
    return doubled


def _may_meet(allowed: Allowed, people: Sequence[Person]) -> bool:
    """Whether any two may be partners, and all can meet at one time."""
    for one, other in combinations(people, 2):
        if allowed.objection(one, other) is not None or allowed.objection(other, one) is not None:
            return False
    meeting = allowed.meeting
    return meeting is None or bool(frozenset.intersection(*map(meeting.starts, people)))


class _Prices:
    """Prices of people and of odd sets, as a certificate has them."""

    def __init__(self, certificate: Mapping[str, Any]) -> None:
        self.price = {str(one): int(y) for one, y in certificate["price"].items()}
        self.sets = [(frozenset(map(str, people)), int(z)) for people, z in certificate["sets"]]
        self.holding: dict[str, list[int]] = {}
        for k, (members, _) in enumerate(self.sets):
            for one in members:
                self.holding.setdefault(one, []).append(k)
        inside = sum(z * (len(members) // 2) for members, z in self.sets)
        self.total = sum(self.price.values()) + inside

    @property
    def are_sound(self) -> bool:
        """Whether nothing is negative and every set is odd."""
        sets = all(z >= 0 and len(members) % 2 for members, z in self.sets)
        return sets and all(y >= 0 for y in self.price.values())

    def shared(self, one: str, other: str) -> int:
        """Return the prices of the sets that hold both."""
        return sum(self.sets[k][1] for k in self.holding.get(one, ()) if other in self.sets[k][0])

    def cover(self, weigh: _Weights, allowed: Allowed, people: Sequence[Person]) -> bool:
        """Whether the prices pay for every allowed pair of ``people``.

        Points of all links come in rows, as sums over ``rows.whole``: rounding adds at most half a
        point to each. Only pairs that may be short by that much are asked about one by one.
        """
        if not self.are_sound:
            return False
        rows = Rows(weigh.program.goals, people)
        pay = [self.price.get(person.id, 0) - 2 * weigh.head(person) for person in people]
        spare = [rows.whole * left for left in pay]
        each = weigh.each
        for start in until(weigh.stop, range(0, len(people), BLOCK)):
            block = people[start : start + BLOCK]
            back = Rows(weigh.program.goals, block)
            brought = [back.sums(other) for other in people[: start + len(block)]]
            for k, taker in enumerate(block):
                at = start + k
                there = rows.sums(taker)
                edge = spare[at] - rows.whole * (each + 2 * weigh.kept)
                short = [
                    j
                    for j, left in enumerate(spare[:at])
                    if each * (there[j] + brought[j][k]) > left + edge
                ]
                for j in short:
                    other = people[j]
                    points = even(there[j], rows.whole), even(brought[j][k], rows.whole)
                    paid = pay[at] + pay[j] + self.shared(taker.id, other.id)
                    if paid >= 2 * weigh.extra(taker, other, *points):
                        continue
                    one_way = allowed.objection(other, taker)
                    if one_way is None and allowed.objection(taker, other) is None:
                        return False
        return True


class _Leads:
    """What each pair of a trio adds to twice the bound at most, six times over to stay whole.

    A trio adds ``2 weight - prices - odd``, where odd is the greatest of its pairs' ``shared``
    and so at least a third of their sum: each pair stands for its own points, half of what its
    people bring by themselves, and a third of ``shared``.
    """

    def __init__(self, weigh: _Weights, people: Sequence[Person], prices: _Prices) -> None:
        self.people = people
        count = len(people)
        self.lead = [[0] * count for _ in people]
        alone = [2 * weigh.head(one) - prices.price.get(one.id, 0) for one in people]
        rows = [row_points(weigh.program.goals, people, taker) for taker in people]
        for a, b in combinations(range(count), 2):
            one, other = people[a], people[b]
            own = weigh.extra(one, other, rows[a][b], rows[b][a])
            both = 12 * own + 3 * (alone[a] + alone[b]) - 2 * prices.shared(one.id, other.id)
            self.lead[a][b] = self.lead[b][a] = both

    def above(self, least: int) -> list[tuple[Person, Person, Person]]:
        """Return the trios that may add more than ``least``; most pairs rule out all of theirs."""
        people, lead = self.people, self.lead
        reach = [max(row[:a] + row[a + 1 :], default=0) for a, row in enumerate(lead)]
        found = []
        for a, b in combinations(range(len(people)), 2):
            if lead[a][b] + reach[a] + reach[b] <= 6 * least:
                continue
            for c in range(b + 1, len(people)):
                if lead[a][b] + lead[a][c] + lead[b][c] > 6 * least:
                    found.append((people[a], people[b], people[c]))
        return found


class _Weights:
    """What a pair is worth over all levels."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        levels: Mapping[str, int],
        previous: Sequence[tuple[str, ...]],
        stop: Stop = never,
    ) -> None:
        self.program, self.stop = program, stop
        self.levels = levels
        rule = program.rule(Required)
        self.required = set(rule.ids) if rule else set[str]()
        self.earlier = meetings_of(previous)
        # doubled, of the sum of both directions: the lesser one is at most half of it
        self.each = 2 * levels.get("points", 0) + levels.get("mutual", 0)
        self.kept = levels.get("kept", 0) if self.earlier else 0

    def head(self, person: Person) -> int:
        """Return what seating a person is worth."""
        placed = self.levels.get("placed", 0) * person.priority
        return placed + self.levels.get("required", 0) * (person.id in self.required)

    def extra(self, one: Person, other: Person, there: int, back: int) -> int:
        """Return what two people's links add, whose points are given."""
        kept = self.levels.get("kept", 0) * (frozenset((one.id, other.id)) in self.earlier)
        points = self.levels.get("points", 0) * (there + back)
        return points + self.levels.get("mutual", 0) * min(there, back) + kept

    def weight(self, one: Person, other: Person, there: int, back: int) -> int:
        """Return the weight of a pair whose two links have so many points."""
        return self.head(one) + self.head(other) + self.extra(one, other, there, back)

    def pair(self, one: Person, other: Person) -> int:
        """Return the weight of a pair."""
        points = self.program.points
        return self.weight(one, other, points(one, other), points(other, one))

    def trio(self, three: Collection[Person]) -> int:
        """Return the weight of three people who are all partners: of each two the links."""
        points = self.program.points
        links = sum(self.extra(a, b, points(a, b), points(b, a)) for a, b in combinations(three, 2))
        return links + sum(self.head(person) for person in three)

"""Prices per person over all rings: no choice of rings is worth more than they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import comb
from operator import and_
from typing import Any

from cohortopt.goals.base import Rows, even
from cohortopt.model import Facts, Match, Member, Rings
from cohortopt.programs.program import Program
from cohortopt.rules import Availability, Locked, Required, Together
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import demands_kept, meetings_of, multipliers
from cohortopt.verify.score import ring_points, scale_of
from cohortopt.verify.stop import Stop, never, until

MOST_PATHS = 20_000_000  # beyond, the certificate is left unchecked: "claimed"

Link = tuple[int, str, int]  # what it adds beyond the taker's price, the taker, its points


def ring_prices_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
    stop: Stop = never,
) -> int | None:
    """Return what the prices prove of the combined value of rings, None if nothing.

    If no allowed ring or chain weighs more than the prices of its people, all >= 0, then no
    choice of rings, in which everyone sits once, weighs more than all prices together (weak
    duality of set packing). One that is priced too low is asked whether its people can meet.
    """
    if not isinstance(program.shape, Rings):
        return None
    price = {str(one): int(p) for one, p in certificate["price"].items()}
    if any(p < 0 for p in price.values()):
        return None
    weigh = _Weights(program, facts, dict(multipliers(certificate)), previous)
    rings = _Dear(program, facts, weigh, price, stop)
    for people, points, chain in rings.listed():
        paid = sum(price.get(one, 0) for one in people)
        if weigh.ring(people, points, chain) > paid and rings.can_meet(people, chain):
            return None
    return None if rings.gave_up else sum(price.values())


class _Weights:
    """What rings and links weigh over all levels."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        levels: Mapping[str, int],
        previous: Sequence[tuple[str, ...]],
    ) -> None:
        self.program, self.facts, self.levels = program, facts, levels
        self.earlier = meetings_of(previous)
        self.each = levels.get("points", 0) * scale_of(program, facts)

    def head(self, one: str) -> int:
        """Return what seating a person weighs."""
        return self.levels.get("placed", 0) * self.facts.roster[one].priority

    @property
    def beyond(self) -> int:
        """What a ring weighs at most beyond its people and the points of its links."""
        shape, program = self.program.shape, self.program
        assert isinstance(shape, Rings)
        locked, together = program.rule(Locked), program.rule(Together)
        required = program.rule(Required)
        demands = len(locked.matches if locked else ()) + len(together.lists if together else ())
        demands += len(required.ids if required else ())
        two = comb(max(shape.longest, shape.chains + 1), 2) if self.earlier else 0
        return self.levels.get("kept", 0) * two + self.levels.get("rules", 0) * demands

    def ring(self, people: tuple[str, ...], points: tuple[int, ...], chain: bool) -> int:
        """Return what a ring or chain weighs."""
        members = tuple(Member(person=one, role="peer") for one in people)
        match = Match.model_construct(match="", members=members, ring=True, chain=chain)
        weight = sum(map(self.head, people))
        weight += self.levels.get("points", 0) * ring_points(match, points, self.facts)
        if self.earlier and "kept" in self.levels:
            weight += self.levels["kept"] * len(meetings_of([people]) & self.earlier)
        if "rules" in self.levels:
            weight += self.levels["rules"] * demands_kept(self.program, people)
        return weight


@dataclass
class _Path:
    """People who give on to each other, the points of their links, and what they add so far."""

    people: tuple[str, ...]
    points: tuple[int, ...]
    lead: int
    chain: bool


class _Dear:
    """Lists the rings and chains that may weigh more than the prices of their people.

    With each link goes what it and its taker weigh at most, less the taker's price. A ring that is
    priced too low adds up to more than nothing, so from one of its people on every part of the
    way round does: paths that do not are given up (Lin and Kernighan 1973,
    doi:10.1287/opre.21.2.498).
    """

    def __init__(
        self,
        program: Program,
        facts: Facts,
        weigh: _Weights,
        price: Mapping[str, int],
        stop: Stop = never,
    ) -> None:
        shape, self.stop = program.shape, stop
        assert isinstance(shape, Rings)
        self.shape, self.facts = shape, facts
        allowed = Allowed(program, facts)
        known = allowed.takers()
        self.meeting = program.rule(Availability)
        self.gave_up = False
        more = -(-weigh.beyond // 2)  # a ring has two links or more to share it
        self.after: dict[str, list[Link]] = {person.id: [] for person in known}
        rows, least = Rows(program.goals, known), program.min_points
        for taker in until(stop, known):
            own = weigh.head(taker.id) - price.get(taker.id, 0) + more
            for giver, sums in zip(known, rows.sums(taker), strict=True):
                if not sums and least > 0:
                    continue
                points = even(sums, rows.whole)
                if points >= least and allowed.rule_against(giver, taker) is None:
                    self.after[giver.id].append((own + weigh.each * points, taker.id, points))
        for links in self.after.values():
            links.sort(reverse=True)
        self.alone = {one: weigh.head(one) - price.get(one, 0) for one in self.after}
        self.most = max((links[0][0] for links in self.after.values() if links), default=0)

    def listed(self) -> Iterator[tuple[tuple[str, ...], tuple[int, ...], bool]]:
        """Yield people, the points of their links, and whether it is a chain."""
        tried = 0
        for start in until(self.stop, self.after):
            stack = [_Path((start,), (), 0, False)]
            if self.shape.chains and not self.facts.roster[start].skills_wanted:
                stack.append(_Path((start,), (), self.alone[start], True))
            while stack:
                path = stack.pop()
                longest = self.shape.chains + 1 if path.chain else self.shape.longest
                if path.chain and path.points:
                    yield path.people, path.points, True
                for adds, taker, points in self.after[path.people[-1]]:
                    lead = path.lead + adds
                    left = longest - len(path.people) - 1 if path.chain else 0
                    if lead + left * max(0, self.most) <= 0:
                        break  # the links that follow add less
                    tried += 1
                    if tried > MOST_PATHS:
                        self.gave_up = True
                        return
                    if not path.chain and taker == start and path.points:
                        yield path.people, (*path.points, points), False
                    elif taker not in path.people and len(path.people) < longest:
                        further = (*path.people, taker), (*path.points, points)
                        stack.append(_Path(*further, lead, path.chain))

    def can_meet(self, people: tuple[str, ...], chain: bool) -> bool:
        """Whether the people of a ring share a slot; with slots per link, that it may be so."""
        if self.meeting is None or self.shape.meet == "links":
            return True
        words = (self.meeting.word(self.facts.roster[one]) for one in people)
        return reduce(and_, words) != 0

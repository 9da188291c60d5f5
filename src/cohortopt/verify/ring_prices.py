"""Prices per person over all rings: no choice of rings is worth more than they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Facts, Match, Member, Rings
from cohortopt.programs.program import Program
from cohortopt.rules import Availability
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import demands_kept, meetings_of, multipliers
from cohortopt.verify.score import ring_points

MOST_PATHS = 20_000_000  # beyond, the certificate is left unchecked: "claimed"


def ring_prices_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
) -> int | None:
    """Return what the prices prove of the combined value of rings, None if nothing.

    If no allowed ring or chain weighs more than the prices of its people, all >= 0, then no
    choice of rings, in which everyone sits once, weighs more than all prices together (weak
    duality of set packing). Every ring is listed by depth-first search over the allowed links; one
    that is priced too low is then asked whether its people can meet at all.
    """
    shape = program.shape
    if not isinstance(shape, Rings):
        return None
    levels = dict(multipliers(certificate))
    price = {str(one): int(p) for one, p in certificate["price"].items()}
    if any(p < 0 for p in price.values()):
        return None
    rings = _Lister(program, facts, shape)
    earlier = meetings_of(previous)
    for people, points, chain in rings.listed():
        weight = levels.get("placed", 0) * sum(facts.roster[one].priority for one in people)
        match = _match(people, chain)
        weight += levels.get("points", 0) * ring_points(match, points, facts)
        if earlier and "kept" in levels:
            weight += levels["kept"] * len(meetings_of([people]) & earlier)
        if "rules" in levels:
            weight += levels["rules"] * demands_kept(program, people)
        if weight > sum(price.get(one, 0) for one in people) and rings.can_meet(people, chain):
            return None
    return None if rings.gave_up else sum(price.values())


def _match(people: tuple[str, ...], chain: bool) -> Match:
    members = tuple(Member(person=one, role="peer") for one in people)
    return Match.model_construct(match="", members=members, ring=True, chain=chain)


class _Lister:
    """Lists rings and chains over the links that the program allows."""

    def __init__(self, program: Program, facts: Facts, shape: Rings) -> None:
        self.program, self.facts, self.shape = program, facts, shape
        allowed = Allowed(program, facts)
        self.people = [person.id for person in allowed.takers()]
        known = allowed.takers()
        self.takers: dict[str, list[tuple[str, int]]] = {one: [] for one in self.people}
        for taker in known:
            for giver, points in zip(known, row_points(program.goals, known, taker), strict=True):
                if points >= program.min_points and allowed.objection(giver, taker) is None:
                    self.takers[giver.id].append((taker.id, points))
        self.meeting = program.rule(Availability)
        self.gave_up = False

    def listed(self) -> Iterator[tuple[tuple[str, ...], tuple[int, ...], bool]]:
        """Yield people, the points of their links, and whether it is a chain."""
        tried = 0
        roster = self.facts.roster
        for start in self.people:
            stack: list[tuple[tuple[str, ...], tuple[int, ...], bool]] = [((start,), (), False)]
            if self.shape.chains and not roster[start].skills_wanted:
                stack.append(((start,), (), True))
            while stack:
                path, points, chain = stack.pop()
                tried += 1
                if tried > MOST_PATHS:
                    self.gave_up = True
                    return
                if chain and len(path) > 1:
                    yield path, points, True
                longest = self.shape.chains + 1 if chain else self.shape.longest
                for taker, worth in self.takers[path[-1]]:
                    if not chain and taker == start and len(path) > 1:
                        yield path, (*points, worth), False
                    elif taker in path or len(path) >= longest or (not chain and taker < start):
                        continue
                    else:
                        stack.append(((*path, taker), (*points, worth), chain))

    def can_meet(self, people: tuple[str, ...], chain: bool) -> bool:
        """Whether the people of a ring share a slot; with slots per link, that it may be so."""
        if self.meeting is None or self.shape.meet == "links":
            return True
        starts = (self.meeting.starts(self.facts.roster[one]) for one in people)
        return bool(frozenset.intersection(*starts))

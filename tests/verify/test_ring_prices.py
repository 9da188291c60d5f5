"""Prices of rings are believed exactly where every ring obeys them, as trying each one says."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from cohortopt import PROGRAMS, Person, Roster, Scenario
from cohortopt.model import Facts, Match, Member, Rings
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import meetings_of
from cohortopt.verify.ring_prices import ring_prices_bound
from cohortopt.verify.score import ring_points

SKILLS = ("sql", "negotiation", "python")


def people(random: Random, count: int, leave: bool) -> Roster:
    """Return people who offer and want few skills; some want nothing and may start a chain."""
    found = []
    for number in range(count):
        wants = random.sample(SKILLS, random.choice([0, 1, 1, 2]))
        found.append(
            Person(
                id=f"p{number}",
                skills_offered={skill: random.randint(1, 5) for skill in random.sample(SKILLS, 2)},
                skills_wanted=dict.fromkeys(wants, 3),
                priority=random.randint(1, 2),
                dropout=random.choice([0.0, 0.25]) if leave else None,
            )
        )
    return Roster(people=tuple(found))


def every_ring(program: Program, facts: Facts) -> list[tuple[Match, tuple[int, ...]]]:
    """Return every allowed ring and chain, and the points of its links."""
    shape, allowed, found = program.shape, Allowed(program, facts), []
    assert isinstance(shape, Rings)
    everyone = [person.id for person in allowed.takers()]
    for chain, longest in ((False, shape.longest), (True, shape.chains + 1)):
        for size in range(2, longest + 1):
            for row in permutations(everyone, size):
                if chain and facts.roster[row[0]].skills_wanted:
                    continue
                links = list(zip(row, row[1:] if chain else row[1:] + row[:1], strict=not chain))
                points = [allowed.points(*(facts.roster[one] for one in link)) for link in links]
                if None in points:
                    continue
                members = tuple(Member(person=one, role="peer") for one in row)
                match = Match.model_construct(match="", members=members, ring=True, chain=chain)
                found.append((match, tuple(point or 0 for point in points)))
    return found


@pytest.mark.parametrize("chains", [0, 2])
@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("longest", [2, 3, 4])
def test_prices_are_believed_where_every_ring_obeys_them(
    longest: int, leave: bool, chains: int
) -> None:
    believed = 0
    for seed in range(20):
        random = Random(f"{longest} {leave} {chains} {seed}")
        roster = people(random, 5, leave)
        shape = Rings(longest=longest, chains=chains)
        program = PROGRAMS["skill_swap"].model_copy(update={"shape": shape})
        facts = Scenario.of(program).facts(roster)
        program = program.bound(facts)
        previous = [("p0", "p1"), ("p1", "p3")]
        levels = [["placed", random.choice([0, 1, 500])], ["points", 1], ["changes", 3]]
        weight: dict[tuple[str, ...], int] = {}
        for match, points in every_ring(program, facts):
            sum_ = levels[0][1] * sum(facts.roster[one].priority for one in match.people)
            sum_ += ring_points(match, points, facts)
            sum_ += 3 * len(meetings_of([match.people]) & meetings_of(previous))
            weight[match.people] = max(sum_, weight.get(match.people, 0))
        price = {person.id: random.choice([0, 300]) for person in roster.people}
        for ring, sum_ in weight.items():  # enough for every ring, and for the dearest only just
            price[ring[0]] += max(0, sum_ - sum(price[one] for one in ring))
        for less in (0, 1):
            if less and weight:
                ring = min(weight, key=lambda one: sum(price[x] for x in one) - weight[one])
                price[ring[0]] = max(0, price[ring[0]] - 1)
            obeyed = all(w <= sum(price[one] for one in ring) for ring, w in weight.items())
            proof = {"kind": "ring_prices", "levels": levels, "price": price}
            told = ring_prices_bound(program, facts, proof, previous)
            assert told == (sum(price.values()) if obeyed else None)
            believed += obeyed
    assert believed > 5

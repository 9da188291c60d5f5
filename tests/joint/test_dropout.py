"""Rings whose points are expected ones, in thousandths, beside a program of whole points."""

from __future__ import annotations

from random import Random

from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, solve, verify

SKILLS = ("sql", "r", "python", "negotiation", "sales")


def test_expected_points_and_plain_ones_are_added_in_one_unit() -> None:
    random = Random(5)
    people = []
    for number in range(9):
        skills = random.sample(SKILLS, 4)
        offers, wants = dict.fromkeys(skills[:2], 4), dict.fromkeys(skills[2:], 3)
        person = Person(id=f"p{number}", skills_offered=offers, skills_wanted=wants)
        people.append(person.model_copy(update={"dropout": random.choice([0.1, 0.3])}))
    roster = Roster(people=tuple(people))
    programs = (PROGRAMS["skill_swap"], PROGRAMS["peer_mentorship"])
    scenario = Scenario(programs=programs)
    solution = solve(roster, scenario, budget=Budget(seconds=10), reasons=False)
    assert verify(solution, roster, scenario).is_sound
    for tier in solution.tiers:
        assert tier.bound is None or tier.bound >= tier.value
    rings, peers = (part.tiers[-1] for part in solution.programs)
    whole = solution.tiers[-1]
    assert (rings.scale, peers.scale, whole.scale) == (1000, 1, 1000)
    assert whole.value == rings.value + 1000 * peers.value

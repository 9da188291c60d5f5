"""Pods with leaders, summed plainly: what fellows and leaders bring is added up."""

from __future__ import annotations

import random

import cohortopt
from cohortopt import PROGRAMS, Budget, Person, Roster, solve
from cohortopt.model import Availability
from cohortopt.programs import Program
from cohortopt.verify.verdict import verify

SKILLS = ("sql", "python", "law")


def roster() -> Roster:
    leaders = [
        Person(id=f"m{k}", role=("mentor",), level=5, skills_offered={SKILLS[k]: 5}, capacity=2)
        for k in range(2)
    ]
    members = [
        Person(id=f"e{k}", role=("mentee",), level=2, skills_wanted={SKILLS[k % 3]: 3 + k % 2})
        for k in range(8)
    ]
    return Roster(people=(*leaders, *members))


def test_plain_sums_count_leaders_and_fellows() -> None:
    pods = Program.model_validate(
        cohortopt.PROGRAMS["group_pods"].model_dump()
        | {"value": "sum", "goals": {"skills": 1}, "tiers": ("placed", "points")}
    )
    people = roster()
    solution = cohortopt.solve(people, pods)
    assert solution.is_optimal
    assert len(solution.programs[0].placed) >= 8
    assert verify(solution, people, pods).is_sound
    bound = pods.bound(cohortopt.Scenario.of(pods).facts(people))
    for match in solution.assignment.matches:
        rows = [people[one] for one in match.people]
        members = [people[one] for one in match.with_role("member")]
        total = sum(bound.points(a, b) for a in rows for b in members if a is not b)
        assert match.points == total


def test_pods_of_people_who_hardly_have_an_hour_in_common_are_listed_whole() -> None:
    draw = random.Random(9)
    days, times = ("Mon", "Tue"), range(7, 19)
    hours = [f"{day} {hour:02}:00-{hour + 1:02}:00" for day in days for hour in times]
    people = [
        Person(
            id=f"{'m' if k < 12 else 'e'}{k}",
            role=("mentor",) if k < 12 else ("mentee",),
            level=5 if k < 12 else 1,
            availability=Availability.parse("; ".join(sorted(draw.sample(hours, 4)))),
        )
        for k in range(29)
    ]
    part = solve(Roster(people=tuple(people)), PROGRAMS["group_pods"], budget=Budget(20)).programs[
        0
    ]
    assert part.status == "optimal"
    assert len(part.matches) > 1
    assert not [one for one in part.unplaced if one.reason == "trade_off" and not one.people]

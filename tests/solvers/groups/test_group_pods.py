"""Pods with leaders, summed plainly: what fellows and leaders bring is added up."""

from __future__ import annotations

import cohortopt
from cohortopt import Person, Roster
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

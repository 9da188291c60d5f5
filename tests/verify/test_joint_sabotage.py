"""A solved scenario of two programs, spoiled one rule across programs at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cohortopt import PROGRAMS, Budget, Match, Person, Roster, Scenario, Solution, solve
from cohortopt.goals import Skills
from cohortopt.model import Groups, Member, Size
from cohortopt.programs import Program
from cohortopt.programs.scenario import Joint
from cohortopt.rules import Apart, Availability, Capacity, Hours
from cohortopt.verify.verdict import verify

Case = tuple[Solution, Roster, Scenario]


@pytest.fixture(scope="module")
def solved() -> Case:
    """A mentor with a mentee, and the mentee in a circle of three with two others."""
    people = (
        Person(id="m", role=("mentor",), level=3),
        Person(id="e", role=("mentee", "peer"), level=1),
        Person(id="a", role=("peer",), level=1),
        Person(id="b", role=("peer",), level=1),
    )
    circles = Program(
        use="learning_circles",
        name="Circles",
        shape=Groups(who=("peer",), size=Size(min=3, max=3)),
        rules=(Capacity(), Hours(), Availability(), Apart()),
        goals=(Skills(),),
    )
    scenario = Scenario(programs=(PROGRAMS["mentorship"], circles))
    roster = Roster(people=people)
    solution = solve(roster, scenario, budget=Budget(seconds=None, reproducible=True))
    assert [set(match.people) for match in solution.assignment.matches] == [
        {"m", "e"},
        {"e", "a", "b"},
    ]
    return solution, roster, scenario


def with_joint(scenario: Scenario, **changes: object) -> Scenario:
    return scenario.model_copy(update={"joint": scenario.joint.model_copy(update=changes)})


def with_person(roster: Roster, one: str, **changes: object) -> Roster:
    people = (p.model_copy(update=changes) if p.id == one else p for p in roster.people)
    return Roster(people=tuple(people))


def with_circle(solution: Solution, change: Callable[[Match], Match]) -> Solution:
    mentors, circles = solution.programs
    changed = circles.model_copy(update={"matches": (change(circles.matches[0]),)})
    return solution.model_copy(update={"programs": (mentors, changed)})


def hours(case: Case) -> Case:
    solution, roster, scenario = case
    return solution, with_person(roster, "e", hours=2), scenario


def capacity(case: Case) -> Case:
    solution, roster, scenario = case
    return solution, roster, with_joint(scenario, capacity=1)


def slots(case: Case) -> Case:
    solution, roster, scenario = case
    taken = solution.programs[0].matches[0].slot
    moved = with_circle(solution, lambda one: one.model_copy(update={"slot": taken}))
    return moved, roster, scenario


def mentor_not_in_circle(case: Case) -> Case:
    solution, roster, scenario = case

    def swap(match: Match) -> Match:
        seats = [Member(person=p, role="member") for p in ("e", "a", "m")]
        return match.model_copy(update={"members": tuple(seats)})

    return with_circle(solution, swap), roster, scenario


def apart(case: Case) -> Case:
    solution, roster, scenario = case
    return solution, with_person(roster, "m", manager="b"), with_joint(scenario, apart=("manager",))


SABOTAGE = {
    "hours": hours,
    "capacity": capacity,
    "slots": slots,
    "mentor_not_in_circle": mentor_not_in_circle,
    "apart": apart,
}


def test_every_rule_across_programs_is_broken_here_once() -> None:
    assert set(SABOTAGE) == set(Joint.model_fields)


def test_the_plan_is_sound_before(solved: Case) -> None:
    assert verify(*solved).is_sound


@pytest.mark.parametrize("rule", SABOTAGE)
def test_breaking_a_rule_across_programs_is_caught(rule: str, solved: Case) -> None:
    verdict = verify(*SABOTAGE[rule](solved))
    assert {violation.rule for violation in verdict.across} == {f"joint.{rule}"}
    assert not verdict.is_sound

"""The waiting list: priority first, then whom a seat would suit best."""

from __future__ import annotations

from cohortopt import PROGRAMS, Budget, Person, Roster, solve
from cohortopt.compile import compile_instance
from cohortopt.goals import Skills
from cohortopt.model import Facts
from cohortopt.waitlist import with_waiting


def test_people_wait_by_priority_then_by_points() -> None:
    mentor = Person(id="m", role=("mentor",), level=3, skills_offered={"sql": 5})
    wants = {"a": 5, "b": 1, "c": 1}
    mentees = [
        Person(
            id=one,
            role=("mentee",),
            level=1,
            skills_wanted={"sql": degree, "art": 1},
            priority=3 if one == "a" else 2 if one == "c" else 1,
        )
        for one, degree in wants.items()
    ]
    far = Person(id="z", role=("mentee",), level=9)
    roster = Roster(people=(mentor, *mentees, far))
    program = PROGRAMS["mentorship"].model_copy(update={"goals": (Skills(),)})
    solution = solve(roster, program, budget=Budget(seconds=None, reproducible=True))
    facts = Facts(roster=roster)
    compiled = compile_instance(facts, program.bound(facts))
    listed = with_waiting(compiled, solution.programs[0].unplaced)
    assert {one.person: one.waiting for one in listed} == {"b": 2, "c": 1, "z": None}

"""Matches to keep: they stay, and a lock that breaks a rule is an error that names both."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cohortopt import (
    PROGRAMS,
    Budget,
    InfeasibleError,
    Person,
    ProgramError,
    Roster,
    Scenario,
    solve,
)
from cohortopt.keep import check_locks, keep_matches
from cohortopt.model import Groups, Size
from cohortopt.rules import Locked
from cohortopt.rules.named import LockedMatch

UNLIMITED = Budget(seconds=None, reproducible=True)


@dataclass(frozen=True)
class Row:
    program: str
    people: tuple[str, ...]
    round: int = 1


def people(count: int = 4) -> Roster:
    mentors = [Person(id=f"m{i}", role=("mentor",), level=3, hours=4) for i in range(count)]
    mentees = [Person(id=f"e{i}", role=("mentee",), level=1) for i in range(count)]
    return Roster(people=(*mentors, *mentees))


def test_marked_rows_stay_whichever_of_a_pair_is_named_first() -> None:
    roster = people()
    program = keep_matches(
        PROGRAMS["mentorship"],
        [Row("Mentorship", ("e3", "m0")), Row("Other", ("m1", "e1"))],
        roster,
    )
    rule = program.rule(Locked)
    assert rule is not None
    assert [lock.people for lock in rule.matches] == [("m0", "e3")]
    solution = solve(roster, program, budget=UNLIMITED)
    assert ("m0", "e3") in [match.people for match in solution.assignment.matches]


def test_keeping_all_of_a_program_keeps_people_and_slots() -> None:
    roster = people()
    first = solve(roster, PROGRAMS["mentorship"], budget=UNLIMITED)
    program = keep_matches(PROGRAMS["mentorship"], first)
    again = solve(roster, program, budget=UNLIMITED)
    assert [(m.people, m.slot) for m in again.assignment.matches] == [
        (m.people, m.slot) for m in first.assignment.matches
    ]


def broken(roster: Roster, *programs: object) -> str:
    scenario = Scenario.model_validate({"programs": programs})
    with pytest.raises(ProgramError) as caught:
        check_locks(scenario, scenario.facts(roster))
    return str(caught.value)


def test_a_lock_against_a_veto_names_both() -> None:
    mentor = Person(id="m", role=("mentor",), level=3, vetoes=("e",))
    roster = Roster(people=(mentor, Person(id="e", role=("mentee",), level=1)))
    told = broken(roster, keep_matches(PROGRAMS["mentorship"], [Row("Mentorship", ("m", "e"))]))
    assert '"m + e"' in told
    assert '"apart"' in told


def test_more_locks_than_places_name_the_person_and_the_rule() -> None:
    rows = [Row("Mentorship", ("m0", f"e{i}")) for i in range(2)]
    told = broken(people(), keep_matches(PROGRAMS["mentorship"], rows))
    assert '"capacity"' in told
    assert "m0" in told


def test_locks_of_two_programs_that_take_too_many_hours_are_told() -> None:
    mentor = Person(id="m", role=("mentor", "peer"), level=3, hours=2)
    others = [Person(id=f"e{i}", role=("mentee", "peer"), level=2) for i in range(3)]
    roster = Roster(people=(mentor, *others))
    circles = PROGRAMS["learning_circles"].model_copy(
        update={"shape": Groups(size=Size(min=3, max=4))}
    )
    told = broken(
        roster,
        keep_matches(PROGRAMS["mentorship"], [Row("Mentorship", ("m", "e0"))]),
        circles.with_rule(Locked(matches=(LockedMatch(people=("m", "e1", "e2")),))),
    )
    assert '"joint.hours"' in told


def test_a_solve_of_one_program_names_a_lock_that_breaks_a_rule_and_the_rule() -> None:
    mates = Roster(people=tuple(Person(id=one, vetoes=("b",) * (one == "a")) for one in "abcdef"))
    for use in ("peer_mentorship", "skill_swap", "learning_circles", "mentorship"):
        program = PROGRAMS[use]
        kept = keep_matches(program, [Row(program.name, ("a", "b"))])
        with pytest.raises(InfeasibleError) as caught:
            solve(mates, kept, budget=UNLIMITED)
        assert "locked: a + b" in str(caught.value)
        assert "avoid" in str(caught.value) or "apart" in str(caught.value)


def test_good_locks_pass_though_others_are_still_missing() -> None:
    program = keep_matches(PROGRAMS["mentorship"], [Row("Mentorship", ("m0", "e0"))])
    scenario = Scenario(programs=(program,))
    check_locks(scenario, scenario.facts(people()))

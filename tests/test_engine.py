"""The whole road: what `solve` finds is the truth, and nothing about the road can change it."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cohortopt
from cohortopt.errors import InfeasibleError, ProgramError
from cohortopt.model import Facts, Pairs, Roster, Size
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.rules import Availability, Capacity, Required
from cohortopt.solvers.base import Budget
from cohortopt.verify.feasibility import find_violations
from tests import oracle
from tests.strategies import GOALS_DRAWN, RULES_DRAWN, rosters

PAIR_RULES = [kind for kind in RULES_DRAWN if "pairs" in kind.shapes]
PAIR_GOALS = ["Skills", "Prefers", "LevelFit", "SameGoal", "TableGoal"]
EXACT = Budget(seconds=None, reproducible=True)


@st.composite
def pair_programs(draw: st.DrawFn) -> Program:
    kinds = draw(st.lists(st.sampled_from(PAIR_RULES), max_size=4, unique=True))
    rules = {kind: draw(RULES_DRAWN[kind]) for kind in kinds}
    rules.setdefault(Capacity, Capacity())
    named = {kind.__name__: kind for kind in GOALS_DRAWN}
    goals = draw(st.lists(st.sampled_from(PAIR_GOALS), min_size=1, max_size=2, unique=True))
    both = st.sampled_from([("mentor",), ("mentor", "peer", "mentee")])
    tiers = draw(
        st.sampled_from([("placed", "points"), ("points",), ("points", "placed"), ("placed",)])
    )
    return Program(
        use="drawn",
        name="drawn",
        shape=Pairs(giver=draw(both), taker=("mentee", "peer")),
        rules=tuple(rules.values()),
        goals=tuple(draw(GOALS_DRAWN[named[name]]) for name in goals),
        tiers=tiers,
    )


def solved_score(roster: Roster, program: Program) -> object:
    try:
        solution = cohortopt.solve(roster, program, budget=EXACT)
    except (InfeasibleError, ProgramError):  # a rule may name people who are not there
        return None
    assert solution.status == "optimal"
    facts = oracle.facts_of(roster, program)
    return oracle.score(program.bound(facts), solution.assignment.matches, facts)


@given(roster=rosters(max_size=4), program=pair_programs())
def test_solving_pairs_is_worth_as_much_as_trying_everything(
    roster: Roster, program: Program
) -> None:
    assert solved_score(roster, program) == oracle.best(roster, program)


def test_a_required_person_who_may_do_both_sits_on_either_side() -> None:
    people = (cohortopt.Person(id="p0"), cohortopt.Person(id="p1", capacity=0))
    program = PROGRAMS["near_peer"].model_copy(
        update={"rules": (Required(ids=("p0",)), Capacity())}
    )
    solution = cohortopt.solve(Roster(people=people), program, budget=EXACT)
    assert [match.people for match in solution.assignment.matches] == [("p0", "p1")]
    assert solution.status == "optimal"


def test_a_leader_leads_as_many_pods_as_they_have_capacity_for() -> None:
    leader = cohortopt.Person(id="m", role=("mentor",), level=5, capacity=2)
    members = [cohortopt.Person(id=f"e{k}", role=("mentee",), level=1) for k in range(4)]
    shape = PROGRAMS["group_pods"].shape.model_copy(update={"size": Size(min=2, max=2)})
    program = PROGRAMS["group_pods"].model_copy(update={"shape": shape})
    program = program.without_rule(Availability)
    roster = Roster(people=(leader, *members))
    solution = cohortopt.solve(roster, program, budget=EXACT)
    assert [match.with_role("leader") for match in solution.assignment.matches] == [("m",)] * 2
    assert solution.programs[0].placed == {"m", "e0", "e1", "e2", "e3"}


@pytest.mark.parametrize("name", ["skill_swap", "group_pods", "cross_functional"])
def test_several_shared_slots_are_refused_where_more_than_two_meet(name: str) -> None:
    said = PROGRAMS[name].model_dump()
    said["rules"] = {**said["rules"], "availability": {"slots": 2}}
    with pytest.raises(ValueError, match="1 for more than two people"):
        Program.model_validate(said)


@given(roster=rosters(max_size=6))
@settings(max_examples=20)
def test_every_pairs_program_gives_checked_answers(roster: Roster) -> None:
    for name in ("mentorship", "reverse_mentorship", "near_peer"):
        solution = cohortopt.solve(roster, PROGRAMS[name], budget=EXACT)
        facts = Scenario.of(PROGRAMS[name]).facts(roster)
        bound = PROGRAMS[name].bound(facts)
        assert find_violations(bound, solution.assignment.matches, facts) == []
        left = {one.person for one in solution.programs[0].unplaced if one.role == "taker"}
        takers = {m for one in solution.assignment.matches for m in one.with_role("taker")}
        asked = {p.id for p in facts.roster.people if bound.asks(p)}
        assert left | takers >= asked
        assert not left & takers


def test_an_empty_roster_is_no_trouble() -> None:
    for name, program in PROGRAMS.items():
        solution = cohortopt.solve(Roster(), program, budget=EXACT)
        assert solution.assignment.matches == (), name


def test_a_cancelled_solve_still_answers() -> None:
    people = tuple(
        cohortopt.Person(id=f"p{k}", role=("both",), level=k % 4, skills_wanted={"sql": 3})
        for k in range(40)
    )
    cancel = threading.Event()
    cancel.set()
    roster = Roster(people=people)
    solution = cohortopt.solve(roster, PROGRAMS["near_peer"], cancel=cancel)
    assert solution.status in ("stopped", "optimal")


@pytest.mark.parametrize("reproducible", [False, True])
def test_only_what_the_clock_did_not_end_promises_to_come_again(reproducible: bool) -> None:
    people = tuple(
        cohortopt.Person(id=f"p{k}", level=k % 3, skills_wanted={"sql": 1 + k % 5})
        for k in range(40)
    )
    budget = cohortopt.Budget(seconds=1, reproducible=reproducible)
    solution = cohortopt.solve(Roster(people=people), PROGRAMS["learning_circles"], budget=budget)
    assert solution.run.repeatable == (reproducible or solution.status == "optimal")


def test_facts_are_shared_between_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    people = tuple(
        cohortopt.Person(
            id=f"p{k}", role=("mentor",) if k % 3 == 0 else ("mentee",), level=3 - k % 3
        )
        for k in range(12)
    )
    roster = Roster(people=people)
    with ThreadPoolExecutor(16) as pool:
        found = list(
            pool.map(
                lambda _: cohortopt.solve(roster, PROGRAMS["mentorship"], budget=EXACT).to_json(),
                range(16),
            )
        )
    assert len(set(found)) == 1


def test_facts_know_everyone_in_id_order() -> None:
    people = (cohortopt.Person(id="b"), cohortopt.Person(id="a"))
    facts = Scenario.of(PROGRAMS["mentorship"]).facts(Roster(people=people))
    assert isinstance(facts, Facts)
    assert [person.id for person in facts.roster.people] == ["a", "b"]

"""Repair: placed first, then the fewest moves, then points; kept matches stay."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from repair_oracle import KINDS, MOST, best_repairs, changed, person, plain

from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, Solution, solve
from cohortopt.goals import Skills
from cohortopt.joint.shared import Plan
from cohortopt.model import Groups, Rings, Size
from cohortopt.repair.moves import carry_on
from cohortopt.repair.repair import _State, repair
from cohortopt.repair.search import RepairJudge
from cohortopt.rules import Apart, Capacity
from cohortopt.solvers.base import Clock
from cohortopt.verify.verdict import verify

UNLIMITED = Budget(seconds=None, reproducible=True)


def check(seeds: range, largest: int = MOST) -> None:
    for seed in seeds:
        r = random.Random(seed)
        program = KINDS[seed % len(KINDS)]
        roster = Roster(people=tuple(person(r, i) for i in range(r.randint(4, largest))))
        first = solve(roster, program, budget=UNLIMITED)
        new = changed(r, roster)
        facts = Scenario.of(program).facts(new)
        want, buys = best_repairs(program, first.assignment.matches, facts)
        found = repair(first, new, program, budget=UNLIMITED, price=seed % 4 == 0)
        placed, points = (found.solution.tier(tier) for tier in ("placed", "points"))
        assert placed is not None
        assert points is not None
        assert (placed.value, -found.moves, points.value) == want, seed
        assert len(found.moved) == found.moves
        for price in found.prices:
            bought = buys.get(price.moves, buys[max(buys)])
            assert (price.placed, price.points) == bought, (seed, price)


def test_repairs_move_as_few_as_trying_everything() -> None:
    check(range(15), largest=6)


@pytest.mark.slow
def test_two_hundred_repairs_move_as_few_as_trying_everything() -> None:
    check(range(200))


def circles() -> tuple[Roster, Scenario, Solution]:
    people = [person(random.Random(i), i) for i in range(9)]
    people = [one.model_copy(update={"hours": None}) for one in people]
    program = plain("learning_circles", shape=Groups(size=Size(min=2, max=3)))
    scenario = Scenario.of(program)
    roster = Roster(people=tuple(people))
    return roster, scenario, solve(roster, scenario, budget=UNLIMITED)


def test_the_same_roster_again_moves_nobody() -> None:
    roster, scenario, first = circles()
    again = repair(first, roster, scenario, budget=UNLIMITED)
    assert again.moves == 0
    assert [m.people for m in again.solution.assignment.matches] == [
        m.people for m in first.assignment.matches
    ]


def test_published_matches_stay_without_whom_left_and_say_so() -> None:
    roster, scenario, first = circles()
    gone = first.assignment.matches[0].people[0]
    smaller = Roster(people=tuple(p for p in roster.people if p.id != gone))
    name = scenario.programs[0].name
    found = repair(first, smaller, scenario, keep=(name,), budget=UNLIMITED)
    assert found.left == (gone,)
    assert any(gone in note for note in found.notes)
    now = [set(match.people) for match in found.solution.assignment.matches]
    for match in first.assignment.matches:
        stay = set(match.people) - {gone}
        assert any(stay <= people for people in now)
    assert found.moves == 0


def test_a_locked_match_that_breaks_a_rule_now_says_so() -> None:
    people = [Person(id="m", role=("mentor",), level=3), Person(id="e", role=("mentee",), level=1)]
    people.append(Person(id="f", role=("mentee",), level=1))
    roster = Roster(people=tuple(people))
    program = PROGRAMS["mentorship"]
    first = solve(roster, program, budget=UNLIMITED)
    mentee = first.assignment.matches[0].people[1]
    angry = people[0].model_copy(update={"vetoes": (mentee,)})
    new = Roster(people=(angry, *people[1:]))
    found = repair(first, new, program, keep=(program.name,), budget=UNLIMITED)
    assert any("breaks a rule" in note for note in found.notes)
    assert found.moves == 1
    assert [(move.person, move.now) for move in found.moved] == [(mentee, "")]


def test_what_more_moves_buy_never_falls() -> None:
    roster, scenario, first = circles()
    fewer = [p for p in roster.people if p.id not in ("p1", "p5")]
    found = repair(first, Roster(people=tuple(fewer)), scenario, price=True, budget=UNLIMITED)
    bought = [(price.placed, price.points) for price in found.prices]
    assert bought == sorted(bought)
    assert [p.moves for p in found.prices] == sorted(p.moves for p in found.prices)


def test_a_repair_takes_the_plan_of_its_price_list_that_moves_fewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [Person(id=one, role=("mentor",), level=3) for one in ("m1", "m2")]
    people += [Person(id=one, role=("mentee",), level=1) for one in ("e1", "e2")]
    roster, program = Roster(people=tuple(people)), PROGRAMS["mentorship"]
    first = solve(roster, program, budget=UNLIMITED)
    usual = _State.improve

    def swap_all(state: _State, judge: RepairJudge, start: Plan, clock: Clock) -> tuple[Plan, bool]:
        if judge.cap is not None:
            return usual(state, judge, start, clock)
        (one, other), mentors = start[0], [found.people[0] for found in start[0]]
        swapped = [
            replace(found, people=(mentor, found.people[1]))
            for found, mentor in zip((one, other), reversed(mentors), strict=True)
        ]
        return (tuple(swapped),), False

    monkeypatch.setattr(_State, "improve", swap_all)
    assert repair(first, roster, program, budget=UNLIMITED).moves == 2
    assert repair(first, roster, program, budget=UNLIMITED, price=True).moves == 0


def test_a_large_repair_is_sound_and_moves_few() -> None:
    r = random.Random(5)
    people = [person(r, i).model_copy(update={"hours": None}) for i in range(60)]
    program = plain("learning_circles", shape=Groups(size=Size(min=4, max=5)))
    roster, scenario = Roster(people=tuple(people)), Scenario.of(program)
    budget = Budget(seconds=3, seed=1)
    first = solve(roster, scenario, budget=budget)
    new = Roster(people=tuple(people[1:]))
    found = repair(first, new, scenario, budget=budget)
    assert found.left == (people[0].id,)
    assert found.moves <= 4
    assert verify(found.solution, new, scenario).is_sound


def test_programs_together_are_repaired_together() -> None:
    r = random.Random(2)
    people = [person(r, i).model_copy(update={"role": None, "hours": 8}) for i in range(8)]
    mentors = PROGRAMS["mentorship"]
    peers = PROGRAMS["learning_circles"].model_copy(
        update={
            "shape": Groups(size=Size(min=3, max=4)),
            "rules": (Capacity(), Apart()),
            "goals": (Skills(),),
        }
    )
    scenario = Scenario(programs=(mentors, peers))
    first = solve(Roster(people=tuple(people)), scenario, budget=UNLIMITED)
    new = Roster(people=tuple(people[1:]))
    found = repair(first, new, scenario, budget=Budget(seconds=20, seed=1))
    assert verify(found.solution, new, scenario).is_sound
    assert found.left == (people[0].id,)


def test_groups_are_carried_on_so_that_most_people_stay() -> None:
    assert carry_on({0: {0: 3, 1: 2}, 1: {0: 2}}) == {0: 1, 1: 0}
    assert carry_on({}) == {}


def test_a_chain_stays_when_somebody_else_leaves() -> None:
    rows = [
        ("a", "sql", "r"),
        ("b", "r", "sql"),
        ("c", "r", "sql"),
        ("v", "art", ""),
        ("x", "go", "art"),
    ]
    people = [
        Person(id=one, skills_offered={gives: 5}, skills_wanted={wants: 3} if wants else {})
        for one, gives, wants in rows
    ]
    shape = Rings(longest=3, chains=2)
    scenario = Scenario.of(PROGRAMS["skill_swap"].model_copy(update={"shape": shape}))
    before = solve(Roster(people=tuple(people)), scenario, budget=UNLIMITED)
    assert ("v", "x") in [match.people for match in before.assignment.matches]
    left = Roster(people=tuple(p for p in people if p.id != "a"))
    after = repair(before, left, scenario, budget=Budget(seconds=10))
    assert [match.people for match in after.solution.assignment.matches] == [("v", "x")]
    assert after.solution.assignment.matches[0].chain

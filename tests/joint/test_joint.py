"""Programs solved together: as good as trying everything, never worse than one by one."""

from __future__ import annotations

import random

import pytest
from benchmarks.joint.run import roster
from joint_oracle import best_together, small_scenario

from cohortopt import PROGRAMS, Budget, InfeasibleError, Person, Roster, Scenario, solve
from cohortopt.explain.conflict import find_conflict
from cohortopt.goals import Skills
from cohortopt.joint.judge import Judge
from cohortopt.joint.knows import Knows
from cohortopt.joint.search import Search
from cohortopt.joint.sequence import solve_in_turn
from cohortopt.joint.shared import Shared
from cohortopt.joint.solve import finish
from cohortopt.model import Groups, Size, Solution
from cohortopt.programs import INTEGRATED, Program
from cohortopt.rules import Apart, Availability, Capacity, Hours, Required
from cohortopt.solvers.base import Clock
from cohortopt.verify.together import find_joint_violations
from cohortopt.verify.verdict import verify

UNLIMITED = Budget(seconds=None, reproducible=True)


def circles(least: int, most: int) -> Program:
    return Program(
        use="learning_circles",
        name="Circles",
        shape=Groups(size=Size(min=least, max=most)),
        rules=(Capacity(), Hours(), Availability(), Apart()),
        goals=(Skills(),),
    )


def values(solution: Solution) -> tuple[int, ...]:
    return tuple(tier.value for tier in solution.tiers)


def check(seeds: range) -> None:
    for seed in seeds:
        scenario, roster, slots = small_scenario(seed)
        solution = solve(roster, scenario, budget=UNLIMITED)
        assert values(solution) == best_together(scenario, roster, slots), seed
        assert solution.status == "optimal", seed


def test_solving_together_is_worth_as_much_as_trying_everything() -> None:
    check(range(12))


@pytest.mark.slow
def test_two_hundred_scenarios_are_worth_as_much_as_trying_everything() -> None:
    check(range(12, 200))


def mentors_and_a_circle() -> tuple[Roster, Scenario]:
    """The circle can only meet on Monday; the mentor, pleasantly, too: or on Tuesday."""
    both = "Mon 09:00-10:00; Tue 09:00-10:00"
    people = (
        Person(id="boss", role=("mentor",), level=5, availability=both),
        Person(id="a", role=("mentee", "peer"), level=1, availability=both),
        Person(id="b", role=("peer",), level=1, availability="Mon 09:00-10:00"),
        Person(id="c", role=("peer",), level=1, availability="Mon 09:00-10:00"),
    )
    peers = circles(3, 3)
    peers = peers.model_copy(update={"shape": Groups(who=("peer",), size=Size(min=3, max=3))})
    return Roster(people=people), Scenario(programs=(PROGRAMS["mentorship"], peers))


def test_mentors_then_circles_leaves_people_over_whom_the_joint_solve_places() -> None:
    roster, scenario = mentors_and_a_circle()
    shared = Shared(scenario, scenario.facts(roster))
    turns = solve_in_turn(shared, Clock(UNLIMITED), 1.0)
    judge = Judge(shared)
    assert judge.key(turns.plans[0, 1])[0] == 1  # a has a mentor, nobody has a circle
    solution = solve(roster, scenario, budget=UNLIMITED)
    assert solution.program("Circles").placed == {"a", "b", "c"}
    assert solution.program("Mentorship").placed == {"boss", "a"}
    assert not any(part.unplaced for part in solution.programs)
    assert solution.status == "optimal"


def crowd(count: int, seed: int) -> Roster:
    r = random.Random(seed)
    skills = [f"s{i}" for i in range(6)]
    people = []
    for i in range(count):
        mentor = i % 4 == 0
        days = r.sample(["Mon", "Tue", "Wed"], 2)
        people.append(
            Person(
                id=f"p{i:02d}",
                role=("mentor", "peer") if mentor else ("mentee",),
                level=3 if mentor else r.randint(1, 2),
                capacity=2,
                hours=r.choice([2, 4, 8]),
                skills_offered={s: r.randint(1, 5) for s in r.sample(skills, 3)},
                skills_wanted={s: r.randint(1, 5) for s in r.sample(skills, 2)},
                availability="; ".join(f"{day} 09:00-12:00" for day in sorted(days)),
            )
        )
    return Roster(people=tuple(people))


def test_together_is_never_worse_than_one_after_the_other() -> None:
    for seed in range(1):
        roster = crowd(24, seed)
        scenario = Scenario(programs=(PROGRAMS["mentorship"], circles(3, 4)))
        shared = Shared(scenario, scenario.facts(roster))
        budget = Budget(seconds=6, seed=seed)
        turns = solve_in_turn(shared, Clock(budget), 0.5)
        solution = solve(roster, scenario, budget=budget)
        best = max(Judge(shared).key(plan)[:2] for plan in turns.plans.values())
        assert values(solution)[0] >= best[0]
        for tier in solution.tiers:
            assert tier.bound is not None
            assert tier.bound >= tier.value


def test_steps_keep_leaders_apart_from_members_they_may_not_lead() -> None:
    roster = crowd(44, 4)
    pods = PROGRAMS["group_pods"].model_copy(update={"name": "Pods"})
    scenario = Scenario(programs=(PROGRAMS["mentorship"], pods))
    shared = Shared(scenario, scenario.facts(roster))
    judge = Judge(shared)
    clock = Clock(UNLIMITED)
    turns = solve_in_turn(shared, Clock(Budget(seconds=3)), 1.0)
    start = max(turns.plans.values(), key=judge.key)
    search = Search(shared, judge, start, clock)
    for _ in range(12):
        search.step()
    assert search.key >= judge.key(start)
    solution = finish(shared, judge, search.plan, Knows(shared, judge, turns), clock, True, "")
    assert verify(solution, roster, scenario, bounds=False).is_sound


def test_row_order_never_matters() -> None:
    scenario, roster, _ = small_scenario(3)
    people = list(roster.people)
    random.Random(1).shuffle(people)
    one = solve(roster, scenario, budget=UNLIMITED)
    other = solve(Roster(people=tuple(people)), scenario, budget=UNLIMITED)
    assert one.to_json() == other.to_json()


def test_program_weights_decide_who_gets_the_hours() -> None:
    people = [
        Person(id="m", role=("mentor",), level=3, hours=2),
        Person(id="e", role=("mentee", "peer"), level=1, hours=2),
        Person(id="f", role=("peer",), level=1, hours=2),
    ]
    roster = Roster(people=tuple(people))
    mentors = PROGRAMS["mentorship"]
    peers = PROGRAMS["peer_mentorship"].model_copy(update={"name": "Peers"})
    for weights, best in (((5, 1), 5), ((1, 5), 10)):  # e has hours for one match only
        programs = tuple(
            program.model_copy(update={"weight": weight})
            for program, weight in zip((mentors, peers), weights, strict=True)
        )
        solution = solve(roster, Scenario(programs=programs), budget=UNLIMITED)
        assert solution.tiers[0].value == solution.tiers[0].bound == best


def test_who_has_no_hours_left_is_told_where_they_went() -> None:
    people = [
        Person(id="m", role=("mentor",), level=3),
        Person(id="e", role=("mentee", "peer"), level=1, hours=2),
        Person(id="f", role=("peer",), level=1, hours=2),
    ]
    peers = PROGRAMS["peer_mentorship"].model_copy(update={"name": "Peers", "weight": 3})
    scenario = Scenario(programs=(PROGRAMS["mentorship"], peers))
    solution = solve(Roster(people=tuple(people)), scenario, budget=UNLIMITED)
    told = {one.person: one.detail for one in solution.program("Mentorship").unplaced}
    assert "Peers" in told["e"]


def test_required_people_in_two_programs_without_hours_are_impossible() -> None:
    people = (
        Person(id="m", role=("mentor",), level=3, hours=2),
        Person(id="e", role=("mentee", "peer"), level=1, hours=2),
        Person(id="f", role=("peer",), level=1, hours=2),
    )
    programs = tuple(
        PROGRAMS[use].with_rule(Required(ids=("e",))) for use in ("mentorship", "peer_mentorship")
    )
    with pytest.raises(InfeasibleError):
        solve(Roster(people=people), Scenario(programs=programs), budget=UNLIMITED)


def crowded() -> tuple[Roster, Scenario]:
    """One person is required in two programs and may sit in one match."""
    programs = [
        PROGRAMS[name].with_rule(Required(ids=("p0001",)))
        for name in ("mentorship", "learning_circles")
    ]
    joint = {"capacity": 1}
    return roster(48, 1), Scenario.model_validate({"programs": programs, "joint": joint})


def test_who_is_crowded_out_by_another_program_is_named_in_large_scenarios_too() -> None:
    with pytest.raises(InfeasibleError, match="p0001 has no hours or places left"):
        solve(*crowded(), budget=Budget(seconds=5))


@pytest.mark.slow
def test_the_demands_of_two_programs_that_clash_are_named() -> None:
    clash = find_conflict(*crowded())
    assert clash is not None
    assert clash.confirmed
    assert clash.lines == (
        "joint: capacity",
        "Mentorship: p0001 is required",
        "Circles: p0001 is required",
    )


def test_equal_points_prefer_what_people_have_now() -> None:
    people = [Person(id=f"m{i}", role=("mentor",), level=3, capacity=1) for i in range(2)]
    people += [Person(id=f"e{i}", role=("mentee",), level=1) for i in range(2)]
    roster = Roster(people=tuple(people))
    peers = PROGRAMS["peer_mentorship"].model_copy(update={"name": "Peers"})
    scenario = Scenario(programs=(PROGRAMS["mentorship"], peers))
    first = solve(roster, scenario, budget=UNLIMITED)
    for seed in range(3):
        budget = Budget(seconds=None, reproducible=True, seed=seed)
        again = solve(roster, scenario, budget=budget, previous=first)
        now = [match.people for match in again.assignment.matches]
        assert now == [match.people for match in first.assignment.matches]


def test_integrated_gives_everyone_a_mentor_and_a_circle() -> None:
    people = [Person(id=f"m{i}", role=("mentor",), level=2, capacity=4) for i in range(2)]
    people += [Person(id=f"e{i}", role=("mentee",), level=1, hours=8) for i in range(6)]
    roster, scenario = Roster(people=tuple(people)), Scenario(programs=INTEGRATED)
    solution = solve(roster, scenario, budget=UNLIMITED)
    assert solution.tiers[0].value == solution.tiers[0].bound == 6 + 8
    facts = scenario.facts(roster)
    assert not find_joint_violations(scenario, solution.programs, facts)

"""What is said about a plan is true: it was derived again by solving."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import rosters

from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError
from cohortopt.explain.advise import advise
from cohortopt.explain.conflict import find_conflict
from cohortopt.explain.fairness import fairness_ledger
from cohortopt.explain.pair import explain_pair, force
from cohortopt.explain.person import explain_person
from cohortopt.explain.stress import dropout_stress
from cohortopt.model import Person, Roster
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.rules import Availability, Gap, Locked, Required
from cohortopt.rules.named import LockedMatch
from cohortopt.solvers.base import Budget

EXACT = Budget(seconds=None, reproducible=True)
MENTORS = PROGRAMS["mentorship"].without_rule(Availability)


def mentor(name: str, capacity: int = 1, level: int = 5, **more: object) -> Person:
    return Person(
        id=name, role=("mentor",), level=level, capacity=capacity, skills_offered={"sql": 4}, **more
    )


def mentee(name: str, level: int = 1, **more: object) -> Person:
    wanted = {"skills_wanted": {"sql": 3}, **more}
    return Person(id=name, role=("mentee",), level=level, **wanted)


def test_a_person_is_told_partners_points_and_runners_up() -> None:
    roster = Roster(people=(mentor("m"), mentor("n", level=3), mentee("e")))
    solution = solve(roster, MENTORS, budget=EXACT)
    told = explain_person(solution, roster, MENTORS, "e")
    assert [seat.partners for seat in told.seats] == [("n",)]
    link = told.seats[0].links[0]
    assert link.points == solution.total
    assert [other.person for other in told.seats[0].runners_up] == ["m"]
    with pytest.raises(KeyError):
        explain_person(solution, roster, MENTORS, "nobody")


@pytest.mark.parametrize("mentors", [2, 4])
def test_one_more_place_brings_no_more_points_than_is_said(mentors: int) -> None:
    draw = random.Random(mentors)
    skills = ("sql", "talks", "python")
    givers = [
        mentor(f"m{k}").model_copy(
            update={"skills_offered": {s: draw.randint(1, 5) for s in skills}}
        )
        for k in range(mentors)
    ]
    takers = [mentee(f"e{k}", skills_wanted={draw.choice(skills): 3}) for k in range(4)]
    roster = Roster(people=(*givers, *takers))
    solution = solve(roster, MENTORS, budget=EXACT)
    said = 0
    for giver in givers:
        (seat,) = explain_person(solution, roster, MENTORS, giver.id).seats
        if seat.contested is None:
            continue
        said += 1
        more = giver.model_copy(update={"capacity": 2})
        wider = Roster(people=(more, *(p for p in roster.people if p != giver)))
        gain = solve(wider, MENTORS, budget=EXACT).total - solution.total
        assert gain <= seat.contested <= 1000
    assert said


def test_participants_learn_nothing_about_others() -> None:
    canary = "CANARY"
    people = (
        mentor("m", notes=canary, manager="boss-" + canary),
        mentee("e", vetoes=("v-" + canary,)),
        mentee("f"),
    )
    roster = Roster(people=people)
    solution = solve(roster, MENTORS, budget=EXACT)
    for one in ("m", "e", "f"):
        told = explain_person(solution, roster, MENTORS, one, audience="participants")
        text = told.model_dump_json()
        assert canary not in text
        assert "points" not in " ".join(told.sentences)
        assert all(seat.runners_up == () and seat.links == () for seat in told.seats)
    pair = explain_pair(solution, roster, MENTORS, "m", "f", budget=EXACT, audience="participants")
    assert canary not in json.dumps([one.model_dump() for one in pair])


def test_every_rule_that_forbids_two_people_is_named() -> None:
    people = (mentor("m", level=1, vetoes=("e",)), mentee("e"))
    roster = Roster(people=people)
    solution = solve(roster, MENTORS, budget=EXACT)
    (told,) = explain_pair(solution, roster, MENTORS, "m", "e", budget=EXACT)
    assert {obstacle.rule for obstacle in told.obstacles} == {"apart", "gap"}


@pytest.mark.parametrize("seed", range(4))
def test_the_cost_of_a_pair_is_the_difference_of_two_optima(seed: int) -> None:
    draw = random.Random(seed)
    people = [mentor(f"m{k}", capacity=draw.choice((1, 2)), level=5 + k) for k in range(3)]
    people += [mentee(f"e{k}", level=draw.choice((1, 2, 3))) for k in range(4)]
    roster = Roster(people=tuple(people))
    solution = solve(roster, MENTORS, budget=EXACT)
    for one in ("m0", "m2"):
        (told,) = explain_pair(solution, roster, MENTORS, one, "e1", budget=EXACT)
        if told.meets:
            continue
        assert told.exact
        forced = solve(roster, force(MENTORS, told.giver, told.taker), budget=EXACT)
        for change in told.cost:
            before, after = solution.tier(change.tier), forced.tier(change.tier)
            assert before is not None
            assert after is not None
            assert (change.before, change.after) == (before.value, after.value)


@given(roster=rosters(min_size=3, max_size=6), data=st.data())
@settings(max_examples=10)
def test_a_planted_conflict_is_found_and_cannot_be_made_smaller(
    roster: Roster, data: st.DataObject
) -> None:
    ids = [person.id for person in roster.people]
    lock = tuple(data.draw(st.permutations(ids))[:2])
    program = MENTORS.with_rule(Locked(matches=(LockedMatch(people=lock),)))
    try:
        solve(roster, program, budget=EXACT)
    except InfeasibleError:
        clash = find_conflict(roster, program, budget=EXACT)
        assert clash is not None
        if clash.rules:
            assert "locked" in clash.rules
            assert clash.confirmed
    else:
        assert find_conflict(roster, program, budget=EXACT) is None


def test_a_conflict_between_a_rule_and_a_required_person_names_both() -> None:
    roster = Roster(people=(mentor("m"), mentor("n"), mentee("e", level=4), mentee("f")))
    program = MENTORS.with_rule(Gap(at_least=3)).with_rule(Required(ids=("e", "f")))
    clash = find_conflict(roster, program, budget=EXACT)
    assert clash is not None
    assert set(clash.rules) == {"gap", "required"}
    assert clash.people == ("e",)
    assert clash.confirmed


def test_advice_is_confirmed_and_recruits_are_as_few_as_can_be() -> None:
    roster = Roster(people=(mentor("m", capacity=1), mentee("e"), mentee("f"), mentee("g")))
    solution = solve(roster, MENTORS, budget=EXACT)
    advice = advise(solution, roster, MENTORS, seconds=120)
    first = advice.fixes[0]
    assert first.kind == "place"
    assert first.gain[0] == 1
    assert advice.recruits is not None
    assert advice.recruits.places == 3
    assert advice.recruits.without < 3


def test_hours_that_are_too_few_are_named_as_the_fix() -> None:
    roster = Roster(people=(mentor("m"), mentee("e", hours=1)))
    solution = solve(roster, PROGRAMS["mentorship"], budget=EXACT)
    advice = advise(solution, roster, PROGRAMS["mentorship"], seconds=120, recruiting=False)
    assert advice.fixes[0].kind == "hours"
    assert advice.fixes[0].people == ("e",)


def test_the_ledger_prices_fairness_and_warns_of_groups_served_less() -> None:
    people = [mentor("m", capacity=5)]
    people += [mentee(f"a{k}", department="A") for k in range(5)]
    people += [mentee(f"b{k}", department="B", level=7) for k in range(5)]
    roster = Roster(people=tuple(people))
    solution = solve(roster, MENTORS, budget=EXACT)
    (ledger,) = fairness_ledger(solution, roster, MENTORS, budget=EXACT).programs
    assert ledger.price_of_fairness is not None
    assert ledger.price_of_fairness >= 0
    assert any("department B: 0 of 5" in warning for warning in ledger.warnings)


def test_leaving_orphans_those_who_had_nobody_else() -> None:
    roster = Roster(people=(mentor("m", capacity=2), mentee("e"), mentee("f")))
    solution = solve(roster, MENTORS, budget=EXACT)
    stress = dropout_stress(solution, roster, Scenario.of(MENTORS), budget=EXACT)
    worst = stress.leavings[0]
    assert worst.people == ("m",)
    assert worst.still_left == ("e", "f")
    assert worst.is_fragile

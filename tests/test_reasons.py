"""Everyone left over has one reason; it is true, and acting on it helps."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohortopt.compile import compile_instance, with_features
from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError
from cohortopt.instance import frozen
from cohortopt.model import Availability, Person, Roster, Solution, Unplaced
from cohortopt.model.shapes import Size
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.rules import Apart, Gap, Hours, LinkRule, Past, Required
from cohortopt.rules import Availability as Meetings
from cohortopt.rules.groups import LimitItem, Limits
from cohortopt.solvers import choose
from cohortopt.solvers.base import Budget, Clock
from cohortopt.verify.allowed import Allowed
from tests.strategies import rosters

EXACT = Budget(seconds=None, reproducible=True)
LOOSE = ("near_peer", "peer_mentorship", "virtual_cohort")


def program_of(name: str, loose: bool = False) -> Program:
    program = PROGRAMS[name]
    if program.shape.kind == "groups":
        small = program.shape.model_copy(update={"size": Size(min=2, max=3)})
        program = program.model_copy(update={"shape": small})
    if loose:
        for rule in (Gap, Apart, Past, Hours):
            program = program.without_rule(rule)
    return program


def role_of(program: Program) -> str:
    return {"pairs": "taker", "groups": "member"}.get(program.shape.kind, "peer")


def reasons_of(solution: Solution, program: Program) -> list[Unplaced]:
    part = solution.programs[0]
    return [one for one in part.unplaced if one.role == role_of(program)]


def could_all_sit(roster: Roster, program: Program, ids: Iterable[str]) -> bool:
    """Whether some plan that keeps every rule seats all of them (in pairs: as takers)."""
    if program.shape.kind != "pairs":
        try:
            solve(roster, program.with_rule(Required(ids=tuple(ids))), budget=EXACT, reasons=False)
        except InfeasibleError:
            return False
        return True
    facts = Scenario.of(program).facts(roster)
    compiled = compile_instance(facts, program.bound(facts))
    least = compiled.instance.takes_min.copy()
    places = [k for k, person in enumerate(compiled.people) if person.id in set(ids)]
    if any(int(compiled.instance.takes_max[k]) < 1 for k in places):
        return False
    least[places] = 1
    changed = with_features(compiled.instance.vary(takes_min=frozen(least)))
    return not choose(changed).solve(changed, Clock(EXACT)).impossible


def check_truth(roster: Roster, program: Program) -> Solution:
    """Solve, and hold every reason against a second solve."""
    solution = solve(roster, program, budget=EXACT)
    facts = Scenario.of(program).facts(roster)
    bound, role = program.bound(facts), role_of(program)
    matches = solution.programs[0].matches
    seated = {m.person for match in matches for m in match.members if m.role == role}
    left = [p.id for p in roster.people if bound.asks(p) and p.id not in seated]
    found = reasons_of(solution, program)
    assert sorted(one.person for one in found) == sorted(left)
    for one in found:
        assert one.detail
        if one.reason == "no_partner":
            assert not could_all_sit(roster, program, [one.person])
        elif one.reason == "shortage":
            assert one.person in one.people
            assert one.seats is not None
            assert one.seats < len(one.people)
            assert not could_all_sit(roster, program, one.people)
        elif one.reason == "trade_off":
            assert could_all_sit(roster, program, [one.person])
            assert one.loss is not None
    return solution


@given(roster=rosters(min_size=3, max_size=7), name=st.sampled_from(("mentorship", "skill_swap")))
@settings(max_examples=12, deadline=None)
def test_everyone_left_over_has_one_true_reason(roster: Roster, name: str) -> None:
    check_truth(roster, program_of(name))


@given(roster=rosters(min_size=4, max_size=7), name=st.sampled_from(LOOSE))
@settings(max_examples=20, deadline=None)
def test_reasons_are_true_where_almost_everybody_fits(roster: Roster, name: str) -> None:
    check_truth(roster, program_of(name, loose=True))


def crowd(seed: int, slots: bool) -> Roster:
    """Few mentors, many mentees, hours that overlap now and then."""
    draw = random.Random(seed)

    def person(k: int, mentor: bool) -> Person:
        days = draw.sample(("Mon", "Tue", "Wed"), 2)
        parts = [f"{day} {hour:02d}:00-{hour + 1:02d}:00" for day in days for hour in (9, 10)]
        hours = Availability.parse("; ".join(draw.sample(parts, 2))) if slots else None
        return Person(
            id=f"{'m' if mentor else 'e'}{k}",
            role=("mentor",) if mentor else ("mentee",),
            level=draw.randint(3, 5) if mentor else draw.randint(1, 4),
            capacity=draw.randint(1, 2) if mentor else 1,
            hours=draw.choice((None, None, None, 1, 4)),
            department=draw.choice("AB"),
            vetoes=(f"m{draw.randrange(4)}",) if draw.random() < 0.2 and not mentor else (),
            availability=hours,
            skills_offered={draw.choice(("sql", "talks")): draw.randint(1, 5)},
            skills_wanted={draw.choice(("sql", "talks")): draw.randint(1, 5)},
        )

    mentors = draw.randint(2, 4)
    people = [person(k, True) for k in range(mentors)]
    people += [person(k, False) for k in range(draw.randint(4, 9))]
    return Roster(people=tuple(people))


def placed(roster: Roster, program: Program) -> int:
    tier = solve(roster, program, budget=EXACT, reasons=False).tier("placed")
    assert tier is not None
    return tier.value


def act(roster: Roster, program: Program, one: Unplaced) -> tuple[Roster, Program]:
    """Do what the reason says: raise the hours, lift the rules named, add one of the seats."""
    facts = Scenario.of(program).facts(roster)
    person, bound = roster[one.person], program.bound(facts)
    if set(one.blocked) == {"hours"}:
        who = [roster[name] for name in (one.person, *one.people)]
        enough = {"hours": max(program.minutes_a_month / 60, 4.0)}
        raised = [p.model_copy(update=enough) for p in who if p.hours is not None]
        return with_people(roster, *raised), program
    if one.reason == "no_partner":
        for rule in program.rules:
            if isinstance(rule, LinkRule) and rule.kind_name in one.blocked:
                program = program.without_rule(type(rule))
        return roster, program
    assert one.reason == "shortage"
    allowed = Allowed(bound, facts)
    near = next(roster[g] for g in one.givers if allowed.objection(roster[g], person) is None)
    extra = near.model_copy(update={"id": "extra", "capacity": 1, "hours": None})
    return Roster(people=(*roster.people, extra)), program


def with_people(roster: Roster, *changed: Person) -> Roster:
    known = {person.id: person for person in changed}
    return Roster(people=tuple(known.get(p.id, p) for p in roster.people))


def check_acting(roster: Roster, program: Program) -> int:
    """Act on every reason but trade-offs; return how many were acted on."""
    solution = check_truth(roster, program)
    before, acted = placed(roster, program), 0
    for one in reasons_of(solution, program):
        if one.reason == "trade_off" or one.detail == "there is nobody to be matched with":
            continue
        acted += 1
        others, changed = act(roster, program, one)
        again = solve(others, changed, budget=EXACT)
        left = {left.person: left for left in reasons_of(again, changed)}
        if one.reason == "shortage":
            assert placed(others, changed) > before
        elif one.person in left:  # the block is gone: now it is a matter of seats, no more
            assert set(left[one.person].blocked).isdisjoint(one.blocked)
        else:
            assert placed(others, changed) >= before
    return acted


@pytest.mark.parametrize("seed", range(8))
def test_acting_on_a_reason_seats_somebody(seed: int) -> None:
    slots = seed % 2 == 1
    program = PROGRAMS["mentorship"]
    assert check_acting(crowd(seed, slots), program) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_acting_on_each_reason_of_300_rosters_seats_somebody(seed: int) -> None:
    check_acting(crowd(1000 + seed, slots=seed % 2 == 1), PROGRAMS["mentorship"])


def mentor(name: str, **more: object) -> Person:
    return Person.model_validate({"id": name, "role": ("mentor",), "level": 5, **more})


def mentee(name: str, **more: object) -> Person:
    return Person.model_validate({"id": name, "role": ("mentee",), "level": 1, **more})


def only(roster: Roster, program: Program) -> Unplaced:
    (one,) = reasons_of(solve(roster, program, budget=EXACT), program)
    return one


def test_a_mentor_with_seats_but_one_free_hour_is_a_shortage_of_time() -> None:
    hour = Availability.parse("Mon 09:00-10:00")
    day = Availability.parse("Mon 09:00-17:00")
    people = (
        mentor("m", capacity=3, availability=day),
        mentee("e", availability=hour),
        mentee("f", availability=hour),
        mentee("g", availability=day),
    )
    one = only(Roster(people=people), PROGRAMS["mentorship"])
    assert (one.reason, one.people, one.seats, one.givers) == ("shortage", ("e", "f"), 1, ("m",))
    assert "can meet no more" in one.detail


def test_everyone_without_a_seat_is_counted_in_one_shortage() -> None:
    people = (mentor("m", capacity=2), *(mentee(f"e{k}") for k in range(5)))
    program = PROGRAMS["mentorship"].without_rule(Meetings)
    found = reasons_of(solve(Roster(people=people), program, budget=EXACT), program)
    assert {(one.people, one.seats) for one in found} == {(("e0", "e1", "e2", "e3", "e4"), 2)}
    assert len({one.would_help for one in found}) == 1


def test_nobody_allowed_counts_every_rule_and_names_the_nearest_miss() -> None:
    people = (mentor("m", vetoes=("e",), level=1), mentor("n", level=1), mentee("e"))
    one = only(Roster(people=people), PROGRAMS["mentorship"])
    assert one.reason == "no_partner"
    assert one.blocked == {"gap": 2, "apart": 1}
    assert one.people == ("n",)
    assert one.would_help.startswith("Loosen gap for e and n")


def test_too_few_hours_are_named_with_how_many_are_needed() -> None:
    one = only(Roster(people=(mentor("m"), mentee("e", hours=1))), PROGRAMS["mentorship"])
    assert (one.reason, one.blocked) == ("no_partner", {"hours": 1})
    assert "Raise the hours of e to 2" in one.would_help


def test_an_odd_number_of_partners_leaves_one_over() -> None:
    roster = Roster(people=tuple(Person(id=f"p{k}", level=1) for k in range(5)))
    one = only(roster, PROGRAMS["peer_mentorship"])
    assert (one.reason, len(one.people), one.seats) == ("shortage", 5, 4)
    assert "odd" in one.detail


def test_partners_who_all_fit_the_same_person_compete_for_them() -> None:
    people = tuple(
        Person(id=f"p{k}", level=1, vetoes=tuple(f"p{j}" for j in range(1, 4) if j != k))
        for k in range(1, 4)
    )
    roster = Roster(people=(Person(id="p0", level=1), *people))
    found = reasons_of(
        solve(roster, PROGRAMS["peer_mentorship"], budget=EXACT), PROGRAMS["peer_mentorship"]
    )
    assert {one.reason for one in found} == {"shortage"}
    assert {one.givers for one in found} == {("p0",)}


def test_who_can_teach_nobody_is_in_no_ring() -> None:
    people = (
        Person(id="a", skills_offered={"sql": 5}, skills_wanted={"talks": 5}),
        Person(id="b", skills_offered={"talks": 5}, skills_wanted={"sql": 5}),
        Person(id="c", skills_wanted={"sql": 5}),
    )
    one = only(Roster(people=people), PROGRAMS["skill_swap"])
    assert (one.person, one.reason) == ("c", "no_partner")
    assert "teach nobody" in one.detail


def test_sizes_that_do_not_add_up_are_a_shortage_with_the_sum() -> None:
    program = program_of("cross_functional", loose=True).without_rule(Limits)
    shape = program.shape.model_copy(update={"size": Size(min=4, max=4)})
    program = program.model_copy(update={"shape": shape, "goals": program.goals})
    roster = Roster(people=tuple(Person(id=f"p{k}", department=f"d{k}") for k in range(6)))
    found = reasons_of(solve(roster, program, budget=EXACT), program)
    assert {(one.reason, one.seats) for one in found} == {("shortage", 4)}


def test_a_limit_per_group_counts_those_who_are_too_many() -> None:
    program = program_of("cross_functional", loose=True)
    program = program.with_rule(Limits(items=(LimitItem(attribute="department", at_most=1),)))
    people = [Person(id=f"a{k}", department="A") for k in range(4)]
    people += [Person(id=f"b{k}", department=f"B{k}") for k in range(2)]
    found = reasons_of(solve(Roster(people=tuple(people)), program, budget=EXACT), program)
    assert {one.reason for one in found} == {"shortage"}
    assert all(one.seats == 3 and len(one.people) == 4 for one in found)


def test_a_locked_partner_is_named_when_nobody_else_fits() -> None:
    program = PROGRAMS["mentorship"].without_rule(Meetings).with_rule(Required(ids=("e",)))
    roster = Roster(people=(mentor("m"), mentee("e"), mentee("f")))
    one = only(roster, program)
    assert (one.person, one.reason, one.people) == ("f", "shortage", ("e", "f"))

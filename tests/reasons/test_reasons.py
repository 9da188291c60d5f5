"""Everyone left over has one reason; it is true, and acting on it helps."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasons.acting import EXACT, check_acting, check_truth, crowd, reasons_of, variant
from tests.strategies import rosters

from cohortopt.compile import compile_instance
from cohortopt.engine import solve
from cohortopt.model import Availability, Match, Member, Person, Roster, Unplaced
from cohortopt.model.shapes import Size
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.reasons.find import find_reasons
from cohortopt.reasons.groups import GroupsOf
from cohortopt.rules import Apart, Gap, Hours, Past, Required
from cohortopt.rules import Availability as Meetings
from cohortopt.rules.groups import LimitItem, Limits

LOOSE = ("near_peer", "peer_mentorship", "virtual_cohort")
QUICK = (
    "peer_mentorship",
    "mutual_mentorship",
    "skill_swap",
    "cross_functional",
    "virtual_cohort",
    "learning_circles",
    "group_pods",
    "flash_mentoring",
    "near_peer",
    "peer_mentorship*2",
    "near_peer*2",
    "mentorship*2",
    "skill_swap*2",
    "cross_functional*2",
)  # programs; *2: over two rounds


def program_of(name: str, loose: bool = False) -> Program:
    program = PROGRAMS[name]
    if program.shape.kind == "groups":
        small = program.shape.model_copy(update={"size": Size(min=2, max=3)})
        program = program.model_copy(update={"shape": small})
    if loose:
        for rule in (Gap, Apart, Past, Hours):
            program = program.without_rule(rule)
    return program


@given(roster=rosters(min_size=3, max_size=7), name=st.sampled_from(("mentorship", "skill_swap")))
@settings(max_examples=12, deadline=None)
def test_everyone_left_over_has_one_true_reason(roster: Roster, name: str) -> None:
    check_truth(roster, program_of(name))


@given(roster=rosters(min_size=4, max_size=7), name=st.sampled_from(LOOSE))
@settings(max_examples=20, deadline=None)
def test_reasons_are_true_where_almost_everybody_fits(roster: Roster, name: str) -> None:
    check_truth(roster, program_of(name, loose=True))


def few_mentors(seed: int, slots: bool) -> Roster:
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


@pytest.mark.parametrize("seed", range(8))
def test_acting_on_a_reason_seats_somebody(seed: int) -> None:
    slots = seed % 2 == 1
    assert check_acting(few_mentors(seed, slots), PROGRAMS["mentorship"]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_acting_on_each_reason_of_300_rosters_seats_somebody(seed: int) -> None:
    check_acting(few_mentors(1000 + seed, slots=seed % 2 == 1), PROGRAMS["mentorship"])


@pytest.mark.parametrize("name", QUICK)
def test_acting_on_a_reason_frees_what_it_says_in_every_shape(name: str) -> None:
    program = variant(name)
    assert sum(check_acting(crowd(seed, program), program) for seed in range(6, 9)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_acting_on_each_reason_of_300_rosters_of_every_shape(seed: int) -> None:
    program = variant((*QUICK, "micro_mentoring")[seed % (len(QUICK) + 1)])
    check_acting(crowd(2000 + seed, program), program)


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


def test_a_roster_smaller_than_a_group_is_told_with_both_numbers() -> None:
    program = program_of("cross_functional", loose=True).without_rule(Limits)
    shape = program.shape.model_copy(update={"size": Size(min=9, max=9)})
    program = program.model_copy(update={"shape": shape})
    apart = Person(id="p0", vetoes=("p1",))
    roster = Roster(people=(apart, *(Person(id=f"p{k}") for k in range(1, 4))))
    found = reasons_of(solve(roster, program, budget=EXACT), program)
    assert {one.detail for one in found} == {"a group needs 9 members; there are 4 in all"}
    assert all("smaller groups" in one.would_help for one in found)


def test_groups_without_any_leader_or_topic_say_what_is_missing() -> None:
    roster = Roster(people=tuple(Person(id=f"p{k}") for k in range(6)))
    for name, missing in (
        ("group_pods", "takes the role mentor"),
        ("learning_circles", "no skill"),
    ):
        program = program_of(name, loose=True)
        found = reasons_of(solve(roster, program, budget=EXACT), program)
        assert len(found) == 6
        assert all(missing in one.detail for one in found)


def test_sizes_are_not_the_reason_where_they_allow_seats_that_stay_empty() -> None:
    days = {"Mon": "abx", "Tue": "cdx", "Wed": "efx"}  # two groups of three by sizes; x is in all
    people = tuple(
        Person(
            id=one,
            availability=Availability.parse(
                "; ".join(f"{day} 09:00-10:00" for day, who in days.items() if one in who)
            ),
        )
        for one in "abcdefx"
    )
    program = program_of("virtual_cohort", loose=True)
    shape = program.shape.model_copy(update={"size": Size(min=3, max=3)})
    program = program.model_copy(update={"shape": shape})
    roster = Roster(people=people)
    found = reasons_of(check_truth(roster, program), program)
    assert [one.reason for one in found] == ["trade_off"] * 4
    assert all(one.people for one in found)  # whoever would give up the seat


def test_a_limit_per_group_counts_those_who_are_too_many() -> None:
    program = program_of("cross_functional", loose=True)
    program = program.with_rule(Limits(items=(LimitItem(attribute="department", at_most=1),)))
    people = [Person(id=f"a{k}", department="A") for k in range(4)]
    people += [Person(id=f"b{k}", department=f"B{k}") for k in range(2)]
    found = reasons_of(solve(Roster(people=tuple(people)), program, budget=EXACT), program)
    assert {one.reason for one in found} == {"shortage"}
    assert all(one.seats == 2 and len(one.people) == 4 for one in found)  # two others: two groups


def test_a_locked_partner_is_named_when_nobody_else_fits() -> None:
    program = PROGRAMS["mentorship"].without_rule(Meetings).with_rule(Required(ids=("e",)))
    roster = Roster(people=(mentor("m"), mentee("e"), mentee("f")))
    one = only(roster, program)
    assert (one.person, one.reason, one.people) == ("f", "shortage", ("e", "f"))


def reason_of_d(*apart: tuple[str, str]) -> Unplaced:
    """Return why d, who fits only c and f, is left out of the groups a b c and e f g."""
    lists = (*((("d", one)) for one in "abeg"), *apart)
    program = PROGRAMS["virtual_cohort"].with_rule(Apart(lists=lists))
    shape = program.shape.model_copy(update={"size": Size(min=3, max=3)})
    program = program.model_copy(update={"shape": shape, "name": "Threes"})
    facts = Scenario.of(program).facts(Roster(people=tuple(Person(id=one) for one in "abcdefg")))
    compiled = compile_instance(facts, program.bound(facts))
    matches = [
        Match(match=f"Threes-{k}", members=[Member(person=one, role="member") for one in people])
        for k, people in enumerate(("abc", "efg"))
    ]
    (one,) = find_reasons(compiled, matches)
    return one


def test_a_group_that_takes_members_from_two_others_is_a_trade_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GroupsOf, "arithmetic", lambda groups, circle: None)
    one = reason_of_d()
    assert (one.reason, one.people) == ("trade_off", ("a", "b", "e", "g"))
    assert "could sit with c, f" in one.detail


def test_three_who_do_not_all_fit_one_another_are_no_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GroupsOf, "arithmetic", lambda groups, circle: None)
    one = reason_of_d(("c", "f"))
    assert (one.reason, one.blocked["apart"]) == ("no_partner", 4 + 1)
    assert "no 3 people with d among them" in one.detail


def test_losses_are_points_where_people_may_drop_out() -> None:
    rows = [("a", "sql", "r"), ("b", "r", "sql"), ("c", "r", "sql")]
    people = tuple(
        Person(id=one, skills_offered={gives: 5}, skills_wanted={wants: 3}, dropout=0.1)
        for one, gives, wants in rows
    )
    part = solve(Roster(people=people), PROGRAMS["skill_swap"], budget=EXACT).programs[0]
    assert [match.points for match in part.matches] == [2 * 833 * 810]  # expected thousandths
    assert [one.loss for one in part.unplaced] == [0]
    unlike = (*people[:2], people[2].model_copy(update={"skills_offered": {"r": 1}}))
    part = solve(Roster(people=unlike), PROGRAMS["skill_swap"], budget=EXACT).programs[0]
    loss = part.unplaced[0].loss
    assert loss is not None
    assert 0 < loss <= 2 * 833


def test_a_usual_dropout_is_for_people_without_their_own() -> None:
    people = (Person(id="a"), Person(id="b", dropout=0.0))
    scenario = Scenario(programs=(PROGRAMS["skill_swap"],), dropout=0.2)
    roster = scenario.facts(Roster(people=people)).roster
    assert [person.dropout for person in roster.people] == [0.2, 0.0]


def test_a_limit_is_told_even_where_seats_that_it_allows_are_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cohortopt.reasons.groups.ALL_TRIES", 0)
    monkeypatch.setattr("cohortopt.reasons.regroup.ALL_STEPS", 0)
    people = tuple(
        Person(id=f"p{k:02}", department="A" if k < 50 else "B", level=1) for k in range(60)
    )
    limits = Limits(items=(LimitItem(attribute="department", at_most=2),))
    program = PROGRAMS["cross_functional"].with_rule(limits).without_rule(Meetings)
    facts = Scenario.of(program).facts(Roster(people=people))
    compiled = compile_instance(facts, program.bound(facts))
    ids = ("p00", "p01", "p50", "p51")  # one group of the five that there could be
    match = Match(match="G", members=tuple(Member(person=one, role="member") for one in ids))
    told = {one.person: one for one in find_reasons(compiled, [match])}["p02"]
    assert told.reason == "trade_off"
    assert told.detail.startswith("department a: 50 people for at most ")
    assert "2 of them taken" in told.detail
    assert told.would_help.startswith("Loosen the limit 'department a'")

"""A good assignment, broken in one way at a time: the check says exactly what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.solutions import at, match

from cohortopt import PROGRAMS, Match, Person, Roster, Scenario, Slot
from cohortopt.model import Event, Groups, Leaders, Pairs, Rings, Size
from cohortopt.programs import Program
from cohortopt.rules import (
    Apart,
    Availability,
    Capacity,
    Gap,
    Isolation,
    Locked,
    OneWay,
    Reciprocity,
    Required,
    Together,
)
from cohortopt.verify.feasibility import find_violations

Matches = list[Match]
Break = Callable[[Matches], Matches]


def person(one: str, **more: object) -> Person:
    return Person.model_validate({"id": one, "availability": "Mon 09:00-12:00", **more})


def dated(start: str, day: str = "2027-10-04") -> Slot:
    return Slot.model_validate(
        {"day": "Mon", "start": start, "minutes": 60, "timezone": "UTC", "date": day}
    )


def peers(name: str, people: str, when: Slot | None, role: str = "peer", **more: object) -> Match:
    return match(name, " ".join(f"{one}:{role}" for one in people.split()), when, **more)


def changed(at: int, **update: object) -> Break:
    """Return a break that changes one match."""
    return lambda good: [
        Match.model_validate({**one.model_dump(), **update}) if k == at else one
        for k, one in enumerate(good)
    ]


def instead(at: int, other: Match) -> Break:
    return lambda good: [other if k == at else one for k, one in enumerate(good)]


def more(other: Match) -> Break:
    return lambda good: [*good, other]


def less(at: int) -> Break:
    return lambda good: [one for k, one in enumerate(good) if k != at]


MENTORS = ("mentor",)
PEOPLE = [
    person("m1", role=MENTORS, level=5, vetoes=("e3",), capacity=2, skills_offered={"a": 5}),
    person("m2", role=MENTORS, level=5, skills_offered={"b": 4}),
    person("e1", role=("mentee",), level=2, skills_wanted={"a": 5, "b": 2}, department="x"),
    person("e2", role=("mentee",), level=2, skills_wanted={"b": 5}, department="x"),
    person("e3", role=("mentee",), level=2, skills_wanted={"a": 1, "b": 1}, department="y"),
    person("e4", role=("mentee",), level=5, skills_wanted={"a": 1}, department="y"),
]
SWAPPERS = [
    person("a", skills_offered={"s": 5}, skills_wanted={"t": 5}),
    person("b", skills_offered={"t": 5}, skills_wanted={"u": 5}),
    person("c", skills_offered={"u": 5}, skills_wanted={"s": 5}),
    person("d", skills_offered={"t": 5}, skills_wanted={"s": 5}),
    person("m", role=MENTORS),
]
MEETS = (Capacity(), Availability(), Apart())


def base(use: str, **update: object) -> Program:
    return PROGRAMS[use].model_copy(update={"goals": PROGRAMS["skill_swap"].goals, **update})


PAIRS = base(
    "mentorship",
    rules=(
        *MEETS,
        Gap(at_least=1, at_most=4),
        Locked.model_validate({"matches": [["m1", "e1"]]}),
        Required(ids=("e2",)),
    ),
)
PAIR_PLAN = [
    match("1", "m1:giver e1:taker", at()),
    match("2", "m2:giver e2:taker", at()),
]
EVENT = Event.model_validate(
    {"dates": ["2027-10-04"], "starts": ["09:00", "10:00", "11:00", "13:00"], "minutes": 60}
)
FLASH = base(
    "flash_mentoring",
    shape=Pairs(sessions=True, sessions_max=2, event=EVENT.model_copy(update={"rooms": 2})),
    rules=(Capacity(at_most=None), Availability(), Apart()),
    apart_weeks=0,
)
FLASH_PLAN = [
    match("1", "m1:giver e1:taker", dated("09:00"), topic="a"),
    match("2", "m2:giver e2:taker", dated("09:00"), topic="b"),
]
PARTNERS = base("peer_mentorship", rules=(*MEETS, Together(lists=(("a", "b"),))))
PARTNER_PLAN = [peers("1", "a b", at()), peers("2", "c d", at())]
RINGS = base("skill_swap", shape=Rings(longest=3), rules=(*MEETS, Reciprocity(min_points=1)))
RING_PLAN = [peers("1", "a c b", at(), ring=True)]
GROUPS = base(
    "group_pods",
    shape=Groups(who=("mentee",), size=Size(min=2, max=2), leaders=Leaders(max=1)),
    rules=(*MEETS, Gap(at_least=0), Isolation.model_validate({"attributes": ["department"]})),
)
GROUP_PLAN = [
    match("1", "m1:leader e1:member e2:member", at()),
    match("2", "m2:leader e3:member e4:member", at("10:00")),
]
ROUNDS = base("peer_mentorship", rules=MEETS, rounds=2)
ROUND_PLAN = [
    peers("1", "a b", at()),
    peers("2", "c d", at()),
    peers("3", "a c", at(), round=2),
    peers("4", "b d", at(), round=2),
]

GOOD = {
    "pairs": (PAIRS, PEOPLE, PAIR_PLAN),
    "flash": (FLASH, PEOPLE, FLASH_PLAN),
    "partners": (PARTNERS, SWAPPERS, PARTNER_PLAN),
    "rings": (RINGS, SWAPPERS, RING_PLAN),
    "groups": (GROUPS, PEOPLE, GROUP_PLAN),
    "rounds": (ROUNDS, SWAPPERS, ROUND_PLAN),
}

BROKEN: list[tuple[str, str, Break, set[str]]] = [
    ("pairs", "a stranger", instead(0, match("1", "m9:giver e1:taker", at())), {"roster"}),
    (
        "pairs",
        "givers swapped",
        instead(0, match("1", "e1:giver m1:taker", at())),
        {"shape", "locked", "capacity", "gap"},
    ),
    ("pairs", "a lock left out", less(0), {"locked"}),
    ("pairs", "a required person left out", less(1), {"required"}),
    (
        "pairs",
        "too many mentees",
        more(match("3", "m2:giver e4:taker", at("10:00"))),
        {"capacity", "gap"},
    ),
    ("pairs", "a veto", more(match("3", "m1:giver e3:taker", at("10:00"))), {"apart"}),
    ("pairs", "no slot", changed(0, slot=None), {"availability"}),
    ("pairs", "outside hours", changed(0, slot=at("12:00")), {"availability"}),
    ("pairs", "another day", changed(0, slot=at(day="Tue")), {"availability"}),
    (
        "pairs",
        "a shorter meeting",
        changed(0, slot={**at().model_dump(), "minutes": 30}),
        {"availability"},
    ),
    ("pairs", "a third round", changed(1, round=3), {"shape"}),
    ("pairs", "the name of another", changed(1, match="1"), {"shape"}),
    ("flash", "a topic not wanted", changed(1, topic="a"), {"topic"}),
    ("flash", "a topic not taught", changed(0, topic="b"), {"topic"}),
    ("flash", "no topic", changed(0, topic=None), {"topic"}),
    ("flash", "a slot of no event", changed(0, slot=dated("09:30")), {"availability"}),
    ("flash", "a slot out of hours", changed(0, slot=dated("13:00")), {"availability"}),
    (
        "flash",
        "two sessions at once",
        more(match("3", "m1:giver e4:taker", dated("09:00"), topic="a")),
        {"availability", "rooms"},
    ),
    (
        "flash",
        "the same two twice",
        more(match("3", "m1:giver e1:taker", dated("10:00"), topic="a")),
        {"repeat", "topic"},
    ),
    (
        "partners",
        "a list not together",
        instead(0, peers("1", "a d", at())),
        {"together", "capacity", "availability"},
    ),
    (
        "partners",
        "three of them",
        instead(0, peers("1", "a b c", at())),
        {"shape", "capacity", "availability"},
    ),
    (
        "partners",
        "with oneself",
        instead(1, peers("2", "c c", at())),
        {"shape", "availability", "capacity"},
    ),
    (
        "rings",
        "the wrong way round",
        instead(0, peers("1", "a b c", at(), ring=True)),
        {"reciprocity"},
    ),
    (
        "rings",
        "too long",
        instead(0, peers("1", "a c b d", at(), ring=True)),
        {"shape", "reciprocity"},
    ),
    ("rings", "left open", changed(0, chain=True), {"shape"}),
    ("rings", "no ring at all", changed(0, ring=False), {"shape", "reciprocity"}),
    (
        "groups",
        "members swapped",
        lambda good: [
            match("1", "m1:leader e1:member e4:member", at()),
            match("2", "m2:leader e3:member e2:member", at("10:00")),
        ],
        {"isolation"},
    ),
    (
        "groups",
        "too small",
        instead(0, match("1", "m1:leader e1:member", at())),
        {"size", "isolation"},
    ),
    ("groups", "no leader", instead(0, match("1", "e1:member e2:member", at())), {"size"}),
    (
        "groups",
        "led by a mentee",
        instead(0, match("1", "e2:leader e1:member e2:member", at())),
        {"shape", "availability", "capacity"},
    ),
    (
        "groups",
        "in two groups",
        instead(1, match("2", "m2:leader e1:member e2:member", at("10:00"))),
        {"capacity", "repeat"},
    ),
    (
        "rounds",
        "a repeat",
        instead(2, peers("3", "a b", at(), round=2)),
        {"repeat", "capacity", "availability"},
    ),
]


def kinds(program: Program, people: list[Person], matches: Matches) -> set[str]:
    roster = Roster(people=tuple(people))
    facts = Scenario.of(program).facts(roster)
    return {one.rule for one in find_violations(program.bound(facts), matches, facts)}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_assignment_has_nothing_wrong(name: str) -> None:
    program, people, plan = GOOD[name]
    assert kinds(program, people, plan) == set()


@pytest.mark.parametrize(
    ("name", "broken", "expected"),
    [(name, broken, expected) for name, _, broken, expected in BROKEN],
    ids=[f"{name}: {what}" for name, what, _, _ in BROKEN],
)
def test_what_is_broken_is_named(name: str, broken: Break, expected: set[str]) -> None:
    program, people, plan = GOOD[name]
    assert kinds(program, people, broken(plan)) == expected


def test_people_give_to_each_other() -> None:
    both = [person("a"), person("b")]
    program = base("mentorship", shape=Pairs(giver=(), taker=()), rules=(Capacity(), OneWay()))
    plan = [match("1", "a:giver b:taker", None)]
    assert kinds(program, both, plan) == set()
    assert kinds(program, both, [*plan, match("2", "b:giver a:taker", None)]) == {"one_way"}


def test_two_may_lead_several_groups_of_one_round_together_but_not_of_two() -> None:
    shape = Groups(who=("mentee",), size=Size(min=2, max=2), leaders=Leaders(max=2))
    rules = (Capacity(at_most=2),)
    program = base("group_pods", shape=shape, rules=rules)
    people = [one.model_copy(update={"capacity": 2}) for one in PEOPLE]
    plan = [
        match("1", "m1:leader m2:leader e1:member e2:member", None),
        match("2", "m1:leader m2:leader e3:member e4:member", None),
    ]
    assert kinds(program, people, plan) == set()
    later = plan[1].model_copy(update={"round": 2})
    twice = program.model_copy(update={"rounds": 2})
    assert "repeat" in kinds(twice, people, [plan[0], later])


def test_sessions_of_a_taker_are_weeks_apart_and_rooms_are_few() -> None:
    days = EVENT.model_copy(
        update={"dates": tuple(dated("09:00", d).date for d in ("2027-10-04", "2027-10-11"))}
    )
    shape = FLASH.shape.model_copy(update={"event": days})
    program = FLASH.model_copy(update={"shape": shape, "apart_weeks": 1})
    plan = [
        match("1", "m1:giver e1:taker", dated("09:00"), topic="a"),
        match("2", "m2:giver e1:taker", dated("09:00", "2027-10-11"), topic="b"),
    ]
    assert kinds(program, PEOPLE, plan) == set()
    near = [plan[0], match("2", "m2:giver e1:taker", dated("10:00"), topic="b")]
    assert kinds(program, PEOPLE, near) == {"apart_weeks"}
    one_room = shape.model_copy(update={"event": days.model_copy(update={"rooms": 1})})
    full = program.model_copy(update={"shape": one_room})
    assert kinds(full, PEOPLE, FLASH_PLAN) == {"rooms"}

"""Every rule across programs, broken one at a time, is caught by the check."""

from __future__ import annotations

from cohortopt import PROGRAMS, Match, Person, Roster, Scenario, Slot
from cohortopt.model import Groups, Member, ProgramSolution, Size
from cohortopt.programs import Program
from cohortopt.rules.relations import relations
from cohortopt.verify.together import find_joint_violations

MENTORS = PROGRAMS["mentorship"]
CIRCLES = PROGRAMS["learning_circles"].model_copy(
    update={"shape": Groups(size=Size(min=2, max=4)), "name": "Circles"}
)


def slot(day: str, start: str = "09:00") -> Slot:
    return Slot(day=day, start=start, minutes=60, timezone="UTC")


def match(name: str, roles: dict[str, str], when: Slot) -> Match:
    members = [Member.model_validate({"person": p, "role": role}) for p, role in roles.items()]
    return Match(match=name, members=tuple(members), slot=when)


def pair(mentor: str, mentee: str, when: Slot) -> Match:
    return match(f"{mentor}-{mentee}", {mentor: "giver", mentee: "taker"}, when)


def circle(*people: str, when: Slot) -> Match:
    return match("+".join(people), dict.fromkeys(people, "member"), when)


def person(one: str, **more: object) -> Person:
    return Person.model_validate({"id": one, **more})


def broken(
    joint: dict[str, object],
    people: list[Person],
    mentors: list[Match],
    circles: list[Match],
    programs: tuple[Program, Program] = (MENTORS, CIRCLES),
) -> list[str]:
    scenario = Scenario.model_validate({"programs": programs, "joint": joint})
    parts = [
        ProgramSolution(name=program.name, use="", status="feasible", matches=tuple(matches))
        for program, matches in zip(programs, (mentors, circles), strict=True)
    ]
    facts = scenario.facts(Roster(people=tuple(people)))
    return [violation.rule for violation in find_joint_violations(scenario, parts, facts)]


PEOPLE = [person("m", hours=4), person("e", hours=4), person("a"), person("b")]
MON, TUE = slot("Mon"), slot("Tue")


def test_a_good_plan_has_nothing_wrong() -> None:
    assert broken({}, PEOPLE, [pair("m", "e", MON)], [circle("e", "a", when=TUE)]) == []


def test_hours_are_shared() -> None:
    poor = [person("e", hours=2), *(one for one in PEOPLE if one.id != "e")]
    plan = [pair("m", "e", MON)], [circle("e", "a", when=TUE)]
    assert broken({}, poor, *plan) == ["joint.hours"]
    assert broken({"hours": False}, poor, *plan) == []


def test_capacity_is_shared() -> None:
    plan = [pair("m", "e", MON)], [circle("e", "a", when=TUE)]
    assert broken({"capacity": 1}, PEOPLE, *plan) == ["joint.capacity"]
    assert broken({"capacity": 2}, PEOPLE, *plan) == []


def test_meetings_of_one_person_never_overlap() -> None:
    half = slot("Mon", "09:30")
    plan = [pair("m", "e", MON)], [circle("e", "a", when=half)]
    assert broken({}, PEOPLE, *plan) == ["joint.slots"]
    assert broken({"slots": False}, PEOPLE, *plan) == []


def test_my_mentor_is_not_in_my_circle() -> None:
    plan = [pair("m", "e", MON)], [circle("e", "m", when=TUE)]
    assert broken({}, PEOPLE, *plan) == ["joint.mentor_not_in_circle"]
    assert broken({"mentor_not_in_circle": False}, PEOPLE, *plan) == []


def test_my_mentors_manager_is_not_in_my_circle() -> None:
    people = [person("m", manager="b"), person("e"), person("a"), person("b", manager="top")]
    people.append(person("top"))
    plan = [pair("m", "e", MON)], [circle("e", "b", when=TUE)]
    assert broken({"apart": ["manager"]}, people, *plan) == ["joint.apart"]
    assert broken({}, people, *plan) == []
    higher = [pair("m", "e", MON)], [circle("e", "top", when=TUE)]
    assert broken({"apart": ["manager"]}, people, *higher) == []
    assert broken({"apart": ["line"]}, people, *higher) == ["joint.apart"]


def test_nobody_of_my_mentors_team_is_in_my_circle() -> None:
    people = [person("m", team="x"), person("e"), person("a", team=" X "), person("b", team="y")]
    near = [pair("m", "e", MON)], [circle("e", "a", when=TUE)]
    far = [pair("m", "e", MON)], [circle("e", "b", when=TUE)]
    assert broken({"apart": ["team"]}, people, *near) == ["joint.apart"]
    assert broken({"apart": ["team"]}, people, *far) == []


def test_two_pair_programs_may_link_the_same_people() -> None:
    programs = (MENTORS, PROGRAMS["reverse_mentorship"])
    plan = [pair("m", "e", MON)], [pair("e", "m", TUE)]
    assert broken({}, PEOPLE, *plan, programs) == []


def test_relations_are_symmetric_and_end_at_loops() -> None:
    roster = Roster(people=(person("a", manager="b"), person("b", manager="a"), person("c")))
    known = relations(roster, ["line"])
    assert known == {"a": frozenset("b"), "b": frozenset("a"), "c": frozenset()}

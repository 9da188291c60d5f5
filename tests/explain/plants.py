"""Rosters on which all is possible, and causes planted in them that make it impossible.

Every planted demand is needed for the clash: without any one of them all would be possible
again. So every clashing set that cannot be made smaller holds each of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from cohortopt.model import Availability, Person, Roster
from cohortopt.model.shapes import Size
from cohortopt.programs import PROGRAMS, Program
from cohortopt.rules import Capacity, Gap, Locked, Required, Together
from cohortopt.rules.named import LockedMatch

SUNDAY = Availability.parse("Sun 03:00-04:00")
CAUSES = ("veto", "places", "gap", "hours", "time", "least", "together", "size", "crowd")


@dataclass(frozen=True)
class Plant:
    """A planted clash: the rules and the people of its cause."""

    roster: Roster
    program: Program
    rules: frozenset[str]
    people: frozenset[str]


def base(size: int, draw: random.Random) -> list[Person]:
    """Return mentors and mentees of whom everybody fits everybody."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri")

    def person(k: int) -> Person:
        mentor = k < max(2, size // 4)
        day, hour = draw.sample(days, 2), draw.randrange(8, 12)
        own = "; ".join(f"{one} {hour:02d}:00-{hour + 4:02d}:00" for one in day)
        return Person(
            id=f"p{k:03d}",
            role=("mentor",) if mentor else ("mentee",),
            level=draw.randint(5, 7) if mentor else draw.randint(1, 4),
            capacity=draw.randint(2, 4),
            availability=Availability.parse(f"{own}; Wed 12:00-16:00"),
            vetoes=(f"p{draw.randrange(size):03d}",) if draw.random() < 0.1 else (),
            skills_offered={"sql": draw.randint(1, 5)},
            skills_wanted={"sql": draw.randint(1, 5)},
        )

    return [person(k) for k in range(size)]


def plant(seed: int, size: int) -> Plant:
    """Return a roster of ``size`` people with one cause planted, by turns of every kind."""
    draw, cause = random.Random(seed), CAUSES[seed % len(CAUSES)]
    people = base(size, draw)
    mentor = Person(id="m", role=("mentor",), level=9, capacity=1)
    mentees = [Person(id=f"e{k}", role=("mentee",), level=2) for k in range(3)]
    program, rules, named = PROGRAMS["mentorship"], set[str](), set[str]()
    if cause == "veto":
        mentees[0] = mentees[0].model_copy(update={"vetoes": ("m",)})
        program = program.with_rule(Locked(matches=(LockedMatch(people=("m", "e0")),)))
        rules, named = {"locked", "apart"}, {"m", "e0"}
    elif cause == "places":
        locks = tuple(LockedMatch(people=("m", one)) for one in ("e0", "e1"))
        program = program.with_rule(Locked(matches=locks))
        rules, named = {"locked", "capacity"}, {"m", "e0", "e1"}
    elif cause == "gap":
        mentor = mentor.model_copy(update={"capacity": 2})
        mentees = [one.model_copy(update={"level": 8}) for one in mentees]
        program = program.with_rule(Required(ids=("e0", "e1", "e2")))
        rules, named = {"gap", "required", "capacity"}, {"m", "e0", "e1", "e2"}
    elif cause == "hours":
        mentees[1] = mentees[1].model_copy(update={"hours": 0.5})
        program = program.with_rule(Required(ids=("e0", "e1")))
        rules, named = {"required", "hours"}, {"e1"}
    elif cause == "time":
        mentor = mentor.model_copy(update={"availability": people[0].availability})
        mentees[0] = mentees[0].model_copy(update={"availability": SUNDAY})
        program = program.with_rule(Required(ids=("e0", people[-1].id)))
        rules, named = {"required", "availability"}, {"e0"}
    elif cause == "least":
        mentor = mentor.model_copy(update={"level": 2, "capacity_min": 1})
        mentees = [one.model_copy(update={"level": 3}) for one in mentees]
        people = [p.model_copy(update={"level": (p.level or 0) + 2}) for p in people]
        rules, named = {"gap", "capacity"}, {"m"}
    elif cause == "together":
        program = PROGRAMS["peer_mentorship"]
        mentees[0] = mentees[0].model_copy(update={"level": 9})
        program = program.with_rule(Together(lists=(("e0", "e1"),)))
        rules, named = {"gap", "together"}, {"e0", "e1"}
    elif cause == "size":
        people[:4] = [one.model_copy(update={"vetoes": ()}) for one in people[:4]]
        program = groups(6).with_rule(Together(lists=(("e0", "e1", "e2", *ids(people[:4])),)))
        rules, named = {"size", "together"}, {"e0", "e1", "e2"}
    else:
        program = groups(6).with_rule(Required(ids=("e0", people[1].id)))
        mentees[0] = mentees[0].model_copy(update={"hours": 0.5})
        rules, named = {"required", "hours"}, {"e0"}
    if program.rule(Gap) is not None and cause == "together":
        program = program.with_rule(Gap(at_least=-4, at_most=4))
    roster = Roster(people=(*people, mentor, *mentees))
    return Plant(roster, program, frozenset(rules), frozenset(named))


def groups(most: int) -> Program:
    """Return groups of three to ``most`` of whom anybody may meet anybody."""
    program = PROGRAMS["virtual_cohort"].with_rule(Capacity())
    shape = program.shape.model_copy(update={"size": Size(min=3, max=most)})
    return program.model_copy(update={"shape": shape})


def ids(people: list[Person]) -> list[str]:
    return [person.id for person in people]

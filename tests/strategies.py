"""Small rosters and programs that collide: few skills, few hours, few traits."""

from __future__ import annotations

from hypothesis import strategies as st

from cohortopt.goals import (
    DifferentGoal,
    Evenness,
    Goal,
    LevelFit,
    Near,
    Novelty,
    Overlap,
    Prefers,
    SameGoal,
    SharedWishes,
    Skills,
    TableGoal,
    Topic,
    Variety,
)
from cohortopt.model import Availability, Person, Roster, SkillGraph
from cohortopt.rules import (
    Apart,
    Capacity,
    Different,
    Gap,
    Hours,
    Isolation,
    Language,
    Limits,
    Locked,
    OneWay,
    Only,
    Past,
    Reciprocity,
    Required,
    Rule,
    Same,
    Together,
)
from cohortopt.rules import (
    Availability as AvailabilityRule,
)
from cohortopt.rules.groups import LimitItem

SKILLS = ("sql", "python", "talks", "negotiation")
HOURS = ("Mon 09:00-10:00", "Mon 10:00-11:00", "Mon 09:30-11:30", "Tue 23:00-24:00", "any")
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "UTC+05:45")
GRAPH = SkillGraph.of([("sql", "python", 0.5), ("python", "talks", 0.45)])

degrees = st.integers(1, 5)
skill_sets = st.dictionaries(st.sampled_from(SKILLS), degrees, max_size=3)
hours = st.one_of(
    st.none(),
    st.lists(st.sampled_from(HOURS), max_size=2).map(
        lambda parts: (
            Availability.always() if "any" in parts else Availability.parse("; ".join(parts))
        )
    ),
)


@st.composite
def people(draw: st.DrawFn, name: str, others: tuple[str, ...]) -> Person:
    """One person whose wishes and vetoes name the others."""
    known = (
        st.lists(st.sampled_from(others), max_size=2, unique=True).map(tuple)
        if others
        else st.just(())
    )
    return Person(
        id=name,
        role=draw(
            st.sampled_from(
                [None, ("mentor",), ("mentee",), ("both",), ("peer",), ("mentor", "peer")]
            )
        ),
        level=draw(st.sampled_from([None, 1, 1, 2, 3])),
        department=draw(st.sampled_from(["", "Ops", "ops ", "IT"])),
        location=draw(st.sampled_from(["", "Oslo", "Pune"])),
        timezone=draw(st.sampled_from([None, *ZONES])),
        languages=draw(st.sampled_from([(), ("en",), ("fr",), ("EN", "fr")])),
        skills_offered=draw(skill_sets),
        skills_wanted=draw(skill_sets),
        availability=draw(hours),
        capacity=draw(st.integers(0, 2)),
        needs=draw(st.sampled_from([1, 1, 1, 2])),
        hours=draw(st.sampled_from([None, None, 1, 2, 4])),
        manager=draw(st.sampled_from([None, None, *others])) if others else None,
        prefers=draw(known),
        vetoes=draw(known) if draw(st.booleans()) else (),
        past=draw(known) if draw(st.booleans()) else (),
        priority=draw(st.sampled_from([1, 1, 1, 3])),
        attributes={"score": draw(st.sampled_from(["", "1", "2.5", "x", "3"]))},
    )


@st.composite
def rosters(draw: st.DrawFn, max_size: int = 6, min_size: int = 0) -> Roster:
    """A roster whose people know each other."""
    names = [f"p{k}" for k in range(draw(st.integers(min_size, max_size)))]
    found = [draw(people(name, tuple(n for n in names if n != name))) for name in names]
    return Roster(people=tuple(found))


PAIRS = frozenset({("p0", "p1"), ("p1", "p2"), ("p3", "p0"), ("p2", "p3")})
RULES_DRAWN: dict[type[Rule], st.SearchStrategy[Rule]] = {
    Capacity: st.builds(
        Capacity, at_most=st.sampled_from([None, 1]), needs=st.sampled_from([None, 1, 2])
    ),
    Hours: st.just(Hours()),
    AvailabilityRule: st.builds(
        AvailabilityRule, minutes=st.sampled_from([30, 60]), slots=st.sampled_from([1, 1, 2])
    ),
    Apart: st.builds(
        Apart,
        vetoes=st.booleans(),
        manager=st.sampled_from(["direct", "line", "off"]),
        lists=st.sampled_from([(), (("p0", "p1", "p9"),)]),
    ),
    Past: st.builds(Past, seasons=st.sampled_from([None, 1])),
    Gap: st.builds(
        Gap, at_least=st.sampled_from([None, -1, 0, 1]), at_most=st.sampled_from([None, 1, 2])
    ),
    Same: st.builds(
        Same, attributes=st.sampled_from([("department",), ("location", "department")])
    ),
    Different: st.builds(Different, attributes=st.sampled_from([("department",), ("location",)])),
    Language: st.just(Language()),
    Only: st.just(Only(links=PAIRS)),
    OneWay: st.just(OneWay()),
    Reciprocity: st.builds(Reciprocity, min_points=st.sampled_from([1, 200])),
    Isolation: st.just(Isolation(attributes={"department": ()})),
    Limits: st.just(
        Limits(
            items=(
                LimitItem(attribute="department", at_most=2),
                LimitItem(number="score", at_most=6),
                LimitItem(mean="score", at_least=1, at_most=3.5),
                LimitItem(different="location", at_most=2),
            )
        )
    ),
    Together: st.just(Together(lists=(("p0", "p1"),))),
    Locked: st.just(Locked()),
    Required: st.just(Required(ids=("p0",))),
}

weights = st.sampled_from([1, 2, 0.5, 3])
GOALS_DRAWN: dict[type[Goal], st.SearchStrategy[Goal]] = {
    Skills: st.builds(Skills, weight=weights),
    SharedWishes: st.builds(SharedWishes, weight=weights),
    Prefers: st.builds(Prefers, weight=weights, giver=st.sampled_from([0, 1, 2]), taker=st.just(1)),
    LevelFit: st.builds(LevelFit, weight=weights, ideal=st.integers(-1, 2)),
    Overlap: st.builds(Overlap, weight=weights, minutes=st.sampled_from([60, 240])),
    SameGoal: st.builds(SameGoal, weight=weights, attribute=st.just("department")),
    DifferentGoal: st.builds(DifferentGoal, weight=weights, attribute=st.just("location")),
    Near: st.builds(Near, weight=weights, attribute=st.just("score")),
    Novelty: st.builds(Novelty, weight=weights),
    TableGoal: st.just(TableGoal(scores=(("p0", "p1", 700), ("p2", "p0", 5), ("p9", "p1", 3)))),
    Variety: st.builds(Variety, weight=weights, attribute=st.just("department")),
    Evenness: st.builds(Evenness, weight=weights, attribute=st.just("level")),
    Topic: st.builds(Topic, weight=weights),
}

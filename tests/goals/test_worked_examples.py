"""Each goal by an example worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cohortopt.goals import (
    WHOLE,
    DifferentGoal,
    Evenness,
    Goal,
    LevelFit,
    LinkGoal,
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
from cohortopt.model import Met, Person, Roster, SkillGraph
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.verify.score import member_points

ADA = Person(
    id="ada",
    level=5,
    department="IT",
    location="Rome",
    skills_offered={"sql": 5, "talks": 2},
    skills_wanted={"law": 1, "python": 5},
    prefers=("bo", "cy"),
    availability="Mon 09:00-11:00",
    attributes={"years": "3"},
)
BO = Person(
    id="bo",
    level=2,
    department="HR",
    location="Rome",
    skills_wanted={"python": 4, "talks": 1},
    prefers=("cy", "dee", "ada"),
    availability="Mon 10:00-12:00",
    attributes={"years": "7"},
)
CY = Person(id="cy", level=1, department="IT", attributes={"years": "1"})
DEE = Person(id="dee", level=8, department="Ops", attributes={"years": "11"})
ROSTER = Roster(people=(ADA, BO, CY, DEE))
NEAR_SKILLS = SkillGraph.of([("sql", "data", 0.8), ("data", "python", 0.5), ("python", "c", 0.1)])


def bound(program: Program) -> Program:
    """Return a program that knows the four people, near skills, and that Ada and Bo met."""
    met = Met(person="ada", other="bo", seasons_ago=4)
    scenario = Scenario(programs=(program,), skills=NEAR_SKILLS, history=(met,))
    return program.bound(scenario.facts(ROSTER))


LINKS: list[tuple[LinkGoal, Fraction]] = [
    # python from sql over data: 0.8 x 0.5 x 5/5; talks 2/5; importances 4 and 1
    (Skills(), (4 * Fraction(4, 10) + 1 * Fraction(2, 5)) / 5),
    (SharedWishes(), Fraction(4, 5)),  # both want python
    # Bo's third of three is Ada: 1/3; Ada's first is Bo: 1
    (Prefers(), Fraction(2, 3)),
    (Prefers(giver=0), Fraction(1, 3)),
    (Prefers(giver=3, taker=1), (3 * 1 + 1 * Fraction(1, 3)) / 4),
    # the gap is 3; ideal 2; no upper limit, so 0 at the widest gap of the roster, 7
    (LevelFit(ideal=2), Fraction(4, 5)),
    (LevelFit(ideal=3), Fraction(1)),
    # the rule's lower limit is 1
    (LevelFit(ideal=5), Fraction(2, 4)),
    (Overlap(minutes=240), Fraction(60, 240)),
    (Overlap(minutes=45), Fraction(1)),
    (SameGoal(attribute="location"), Fraction(1)),
    (SameGoal(attribute="department"), Fraction(0)),
    (DifferentGoal(attribute="department"), Fraction(1)),
    (DifferentGoal(attribute="location"), Fraction(0)),
    (Near(attribute="years"), 1 - Fraction(4, 10)),
    (Novelty(), 1 - Fraction(1, 4)),
    (TableGoal(scores=(("ada", "bo", 700),)), Fraction(7, 10)),
]


@pytest.mark.parametrize(("goal", "worth"), LINKS, ids=lambda one: getattr(one, "kind", ""))
def test_the_worth_of_a_link(goal: LinkGoal, worth: Fraction) -> None:
    program = bound(PROGRAMS["mentorship"].model_copy(update={"goals": (goal,)}))
    (known,) = program.goals
    assert isinstance(known, LinkGoal)
    assert known.worth(ADA, BO) == int(worth * WHOLE + Fraction(1, 2))
    assert program.points(ADA, BO) == round(1000 * worth)


def test_points_weigh_the_worths_of_all_goals() -> None:
    program = bound(PROGRAMS["mentorship"])  # skills 5, prefers 3, level_fit 1 with ideal 2
    worths = 5 * Fraction(2, 5) + 3 * Fraction(2, 3) + 1 * Fraction(4, 5)
    assert program.points(ADA, BO) == round(1000 * worths / 9)


def group(*goals: Goal, value: str = "mean") -> dict[str, int]:
    """Return what Ada, Bo and Dee get in one group of three with the topic python."""
    from cohortopt.model import Match, Member

    changes = {"goals": goals, "value": value}
    program = bound(PROGRAMS["learning_circles"].model_copy(update=changes))
    members = tuple(Member(person=one, role="member") for one in ("ada", "bo", "dee"))
    match = Match(match="Circles-1", members=members, topic="python")
    facts = program.goals[0].facts
    points = member_points(program, match, facts)
    return {one: points[one] * 1000 // program.scale for one in points}


def test_a_member_gets_the_mean_of_what_fellows_bring() -> None:
    # years 3, 7, 11 of a range of 10: neighbours 0.6, the ends 0.2
    assert group(Near(attribute="years")) == {"ada": 400_000, "bo": 600_000, "dee": 400_000}
    sums = group(Near(attribute="years"), value="sum")
    assert sums == {"ada": 800_000, "bo": 1_200_000, "dee": 800_000}


def test_a_whole_group_earns_variety_evenness_and_its_topic_for_each_member() -> None:
    three = {"ada", "bo", "dee"}
    assert group(Variety(attribute="department")) == dict.fromkeys(three, 1_000_000)  # 3 of 3
    # Rome, Rome and blank: one place of the one that the roster knows
    assert group(Variety(attribute="location")) == dict.fromkeys(three, 1_000_000)
    # mean level 5 in the group, 4 in the roster, range 7: 1 - 1/7 = 857 points
    assert group(Evenness(attribute="level")) == dict.fromkeys(three, 857_000)
    # Ada wants python with 5, Bo with 4, Dee not at all
    assert group(Topic()) == {"ada": 1_000_000, "bo": 800_000, "dee": 0}

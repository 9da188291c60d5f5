"""Bottleneck skills: what is wanted and not taught costs the points that it says."""

from __future__ import annotations

from hypothesis import given, settings
from tests.strategies import GRAPH, rosters

from cohortopt.engine import solve
from cohortopt.explain.bottlenecks import bottleneck_skills
from cohortopt.goals import Skills
from cohortopt.model import Person, Roster, SkillGraph
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.rules import Availability
from cohortopt.solvers.base import Budget

EXACT = Budget(seconds=None, reproducible=True)
ONLY_SKILLS = PROGRAMS["mentorship"].without_rule(Availability)
ONLY_SKILLS = ONLY_SKILLS.model_copy(update={"goals": (Skills(),)})


def mentor(name: str, **offers: int) -> Person:
    return Person(id=name, role=("mentor",), level=5, skills_offered=offers)


def mentee(name: str, **wants: int) -> Person:
    return Person(id=name, role=("mentee",), level=1, skills_wanted=wants)


def scenario(graph: SkillGraph | None = None) -> Scenario:
    whole = Scenario.of(ONLY_SKILLS)
    return whole.model_copy(update={"skills": graph}) if graph else whole


def test_the_skill_whose_shortage_costs_most_comes_first() -> None:
    people = (mentor("m", sql=5), mentor("n", sql=4), mentee("e", sql=3), mentee("f", talks=3))
    roster = Roster(people=people)
    solution = solve(roster, scenario(), budget=EXACT)
    first, second = bottleneck_skills(solution, roster, scenario())
    assert (first.skill, first.wanted, first.offered, first.matched) == ("talks", 1, 0, 0)
    assert first.lost == 1000
    assert (second.skill, second.wanted, second.offered, second.matched) == ("sql", 1, 2, 1)
    assert second.lost == 0
    assert "0 of 1 served" in str(first)


def test_a_close_skill_that_somebody_offers_is_named_as_a_bridge() -> None:
    roster = Roster(people=(mentor("m", Python=5), mentor("n", ruby=5), mentee("e", sql=3)))
    whole = scenario(SkillGraph.of([("sql", "python", 0.5), ("sql", "cobol", 0.9)]))
    solution = solve(roster, whole, budget=EXACT)
    (sql,) = bottleneck_skills(solution, roster, whole)
    assert [(b.skill, b.closeness, b.people) for b in sql.bridges] == [("Python", 0.5, ("m",))]
    assert sql.matched == 1
    assert sql.lost == 500


def test_nothing_wanted_means_no_bottleneck() -> None:
    roster = Roster(people=(mentor("m", sql=5), mentee("e")))
    solution = solve(roster, scenario(), budget=EXACT)
    assert bottleneck_skills(solution, roster, scenario()) == ()


@given(roster=rosters(max_size=6))
@settings(max_examples=15)
def test_points_reached_and_points_lost_add_up_to_every_wish_served(roster: Roster) -> None:
    single = Roster(people=tuple(p.model_copy(update={"needs": 1}) for p in roster.people))
    whole = scenario(GRAPH)
    solution = solve(single, whole, budget=EXACT)
    found = bottleneck_skills(solution, single, whole)
    program = whole.programs[0]
    asking = sum(bool(p.skills_wanted) and program.asks(p) for p in single.people)
    lost = sum(one.lost for one in found)
    assert abs(solution.total + lost - 1000 * asking) <= len(found) + len(single.people)

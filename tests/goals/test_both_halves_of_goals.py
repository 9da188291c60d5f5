"""Every goal says the same twice, and points follow the formula."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.test_both_halves import registered_subclasses
from tests.strategies import GOALS_DRAWN, GRAPH, rosters

from cohortopt.compile import compile_instance
from cohortopt.goals import GOALS, WHOLE, Goal, LinkGoal, MatchGoal, TopicGoal
from cohortopt.instance import Columns, Draft
from cohortopt.model import Facts, Met, Pairs, Person, Roster, SkillGraph
from cohortopt.programs import Program
from cohortopt.rules import Gap

LINK_GOALS = [goal for goal in GOALS if issubclass(goal, LinkGoal)]


def test_every_goal_is_registered_and_drawn() -> None:
    bases = {LinkGoal, MatchGoal, TopicGoal}
    assert set(GOALS) == registered_subclasses(Goal) - bases  # type: ignore[type-abstract, arg-type]
    assert set(GOALS_DRAWN) == set(GOALS)


def facts_about(roster: Roster) -> Facts:
    history = (Met(person="p0", other="p2", seasons_ago=3),)
    return Facts(roster=roster, skills=GRAPH, timezone="Europe/London", history=history)


@pytest.mark.parametrize("kind", LINK_GOALS, ids=lambda g: g.__name__)
@given(data=st.data(), roster=rosters(max_size=6))
def test_both_halves_of_a_goal_agree(kind: type[Goal], data: st.DataObject, roster: Roster) -> None:
    facts = facts_about(roster)
    rules = (Gap(at_least=data.draw(st.sampled_from([None, 0])), at_most=2),)
    goal = data.draw(GOALS_DRAWN[kind])
    program = Program(use="t", name="t", shape=Pairs(), rules=rules, goals=(goal,)).bound(facts)
    bound = program.goals[0]
    assert isinstance(bound, LinkGoal)
    everyone = np.arange(len(roster), dtype=np.intp)
    draft = Draft(Columns(facts), everyone, everyone[1:])
    bound.lower(draft)
    people = facts.roster.people
    row_of, thrice = bound.rows(people), bound.rows(people, 3)
    for taker in people:
        worths = [bound.worth(giver, taker) for giver in people]
        assert bound.worths(people, taker) == row_of(taker).tolist() == worths
        assert thrice(taker).tolist() == [3 * worth for worth in worths]
    for row, g in enumerate(everyone):
        for column, t in enumerate(everyone[1:]):
            if g != t:
                worth = bound.worth(people[g], people[t])
                assert draft.total[row, column] == worth
                assert 0 <= worth <= WHOLE


@given(data=st.data(), roster=rosters(max_size=5))
def test_compiled_points_are_the_points_that_people_and_goals_give(
    data: st.DataObject, roster: Roster
) -> None:
    facts = facts_about(roster)
    kinds = data.draw(st.lists(st.sampled_from(LINK_GOALS), min_size=1, max_size=4, unique=True))
    goals = tuple(data.draw(GOALS_DRAWN[kind]) for kind in kinds)
    program = Program(use="t", name="t", shape=Pairs(), goals=goals).bound(facts)
    links = compile_instance(facts, program).instance.links.dense
    for g, giver in enumerate(facts.roster.people):
        for t, taker in enumerate(facts.roster.people):
            assert links[g, t] == (-1 if g == t else program.points(giver, taker))


def test_points_follow_the_formula_of_the_contract() -> None:
    giver = Person(id="g", level=3, skills_offered={"SQL": 4}, prefers=())
    taker = Person(id="t", level=1, skills_wanted={"sql": 5, "python": 2}, prefers=("x", "g"))
    graph = SkillGraph.of([("sql", "python", 0.5)])
    facts = Facts(roster=Roster(people=(giver, taker)), skills=graph)
    from cohortopt.programs import PROGRAMS

    skills = Fraction(5 * Fraction(4, 5) + 2 * Fraction(1, 2) * Fraction(4, 5)) / 7
    prefers = Fraction(1, 2) * Fraction(1, 2)  # second of two, and the mentor chose nobody
    level_fit = 1  # a gap of two is ideal
    expected = round(1000 * (5 * skills + 3 * prefers + 1 * level_fit) / 9)
    program = PROGRAMS["mentorship"].bound(facts)
    assert program.points(giver, taker) == expected


def test_a_table_alone_gives_its_own_numbers() -> None:
    from cohortopt.goals import TableGoal

    people = (Person(id="a"), Person(id="b"))
    facts = Facts(roster=Roster(people=people))
    table = TableGoal(weight=3, scores=(("a", "b", 2), ("b", "a", 123456)))
    program = Program(use="t", name="t", shape=Pairs(), goals=(table,)).bound(facts)
    assert program.points(people[0], people[1]) == 2
    assert program.points(people[1], people[0]) == 123456

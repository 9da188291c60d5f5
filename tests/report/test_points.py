"""The points in words are those of the independent checker, goal by goal."""

from __future__ import annotations

import random
import re

import pytest

from cohortopt.model import Groups, Match, Member, Pairs, Person, ProgramSolution, Roster, Solution
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.report.points import PointsInWords
from cohortopt.verify.score import satisfactions
from cohortopt.verify.timetable import is_timetable

SKILLS = ("sql", "law", "python", "coaching")


def roster(seed: int) -> Roster:
    draw = random.Random(seed)

    def some() -> dict[str, int]:
        return {skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, 2)}

    ids = [f"p{k}" for k in range(12)]
    return Roster(
        people=tuple(
            Person(
                id=one,
                level=draw.randint(1, 5),
                department=draw.choice("ab"),
                skills_offered=some(),
                skills_wanted=some(),
                prefers=tuple(draw.sample([other for other in ids if other != one], 2)),
            )
            for one in ids
        )
    )


def seated(program: Program, people: list[str]) -> list[Match]:
    """Return matches of the program's shape over all people, whatever the rules say."""
    shape = program.shape
    if isinstance(shape, Groups):
        leaders = shape.leaders.min if shape.leaders else 0
        roles, size = ["leader"] * leaders + ["member"] * 6, 6
    elif isinstance(shape, Pairs):
        roles, size = ["giver", "taker"], 2
    else:
        roles, size = ["peer"] * 3, 2 if shape.kind == "partners" else 3
    return [
        Match(
            match=f"M-{k}",
            ring=shape.kind == "rings",
            topic="sql" if isinstance(shape, Groups) else None,
            members=tuple(
                Member.model_validate({"person": one, "role": role})
                for one, role in zip(people[k : k + size], roles, strict=False)
            ),
        )
        for k in range(0, len(people), size)
    ]


BUILT_IN = [program for program in PROGRAMS.values() if isinstance(program, Program)]


@pytest.mark.parametrize("value", ["mean", "sum"])
@pytest.mark.parametrize("program", BUILT_IN, ids=lambda program: program.use)
def test_points_in_words_add_up_to_what_the_checker_counts(program: Program, value: str) -> None:
    if value == "sum" and not isinstance(program.shape, Groups):
        pytest.skip("only groups have means")
    for seed in range(3):
        scenario = Scenario.of(program.model_copy(update={"value": value}))
        facts = scenario.facts(roster(seed))
        bound = scenario.programs[0].bound(facts)
        matches = seated(bound, [person.id for person in facts.roster.people])
        part = ProgramSolution(name=bound.name, use="", status="feasible", matches=tuple(matches))
        said = PointsInWords([bound], Solution(programs=(part,)), facts)
        if is_timetable(bound, facts):
            continue  # there, what counts is the number of sessions
        for match in matches:
            worth = satisfactions(bound, [match], facts)
            for person in match.people:
                text = said(match, person)
                if person not in worth:
                    assert text == ""
                    continue
                total, *parts = (int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text))
                assert abs(total - worth[person] / bound.scale) <= 0.5
                assert sum(parts) == total


def test_a_sentence_names_the_goals_that_gave_something() -> None:
    people = (
        Person(id="m", name="Ann", level=3, skills_offered={"sql": 5}),
        Person(id="e", name="Bo", level=1, skills_wanted={"sql": 2}, prefers=("m",)),
    )
    scenario = Scenario.of(PROGRAMS["mentorship"])
    facts = scenario.facts(Roster(people=people))
    bound = scenario.programs[0].bound(facts)
    (match,) = seated(bound, ["m", "e"])
    part = ProgramSolution(name=bound.name, use="", status="feasible", matches=(match,))
    said = PointsInWords([bound], Solution(programs=(part,)), facts)
    assert re.fullmatch(
        r"\d+ points: \d+ for skills, \d+ for choices, \d+ for the level gap", said(match, "e")
    )
    assert (said(match, "m"), said(match, "nobody")) == ("", "")

"""What a report adds when it knows the scenario: chance in points, rules and closest calls."""

from __future__ import annotations

from pathlib import Path

from tests.solutions import alone, at, pair

from cohortopt.model import Availability, Facts, Person, Roster, Solution
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.programs.program import RULE_NAMES
from cohortopt.report.closest import SENTENCES
from cohortopt.report.context import extras_of
from cohortopt.report.outputs import write_outputs
from cohortopt.rules import Gap
from cohortopt.scenarios.figures import Reference
from cohortopt.verify.score import match_points

ROSTER = Roster(
    people=(
        Person(
            id="m1",
            name="Ann",
            role=("mentor",),
            level=5,
            capacity=3,
            skills_offered={"sql": 5},
            availability=Availability.parse("Mon 09:00-10:00; Tue 09:00-12:00"),
            hours=4,
        ),
        Person(
            id="m2", name="Bo", role=("mentor",), level=3, capacity=1, skills_offered={"law": 5}
        ),
        Person(
            id="e1",
            name="Cy",
            role=("mentee",),
            level=1,
            skills_wanted={"sql": 3},
            availability=Availability.parse("Mon 09:00-10:00"),
        ),
        Person(id="e2", name="Di", role=("mentee",), level=2, skills_wanted={"law": 3}),
    )
)


KINDS = {sentence: kind for kind, sentence in SENTENCES.items()}


def test_every_rule_has_a_sentence_for_managers() -> None:
    assert set(SENTENCES) == set(RULE_NAMES)
    assert len(KINDS) == len(SENTENCES)


def solution(*pairs: tuple[str, str]) -> tuple[Scenario, Solution, Facts]:
    scenario = Scenario.of(PROGRAMS["mentorship"].with_rule(Gap(at_least=1, at_most=4)))
    facts = scenario.facts(ROSTER)
    bound = scenario.programs[0].bound(facts)
    matches = []
    for k, (giver, taker) in enumerate(pairs, start=1):
        match = pair(f"M-{k}", giver, taker, at("09:00"))
        matches.append(match.model_copy(update={"points": match_points(bound, match, facts)}))
    return scenario, alone(*matches, name=scenario.programs[0].name), facts


def lines(*pairs: tuple[str, str]) -> dict[str, tuple[str, str]]:
    extras = extras_of(*solution(*pairs))
    return {KINDS[line.rule.split(" (")[0]]: (line.checked, line.closest) for line in extras.rules}


def test_every_rule_is_told_with_its_closest_call() -> None:
    found = lines(("m1", "e1"), ("m2", "e2"))
    assert found["availability"] == ("holds for 2 links", "M-1 could start at 1 time only")
    assert found["gap"][1] == "Ann is 4 above Cy; at least 1 and at most 4 wanted"
    assert found["capacity"] == ("holds for 2 matches", "Bo gives in 1; may in 1")
    assert found["hours"][1] == "Ann spends 2 of 4 hours a month"
    assert all(state.startswith("holds") for state, _ in found.values())


def test_a_broken_rule_is_not_called_kept() -> None:
    found = lines(("m2", "e1"), ("m2", "e2"))
    assert found["capacity"][0] == "broken in 1 place"


def test_nothing_matched_has_no_closest_call() -> None:
    assert {close for _, close in lines().values()} == {""}


def test_chance_counts_points_as_the_checker_does() -> None:
    scenario, solved, facts = solution(("m1", "e1"), ("m2", "e2"))
    extras = extras_of(scenario, solved, facts)
    name = scenario.programs[0].name
    fits = Reference(solved, facts).chance_fits(extras.match_points)[name]
    straight = [match.points for match in solved.assignment.matches]
    _, crossed, _ = solution(("m1", "e2"), ("m2", "e1"))
    assert set(fits) == {*straight, *(match.points for match in crossed.assignment.matches)}


def test_the_written_report_has_the_rules(tmp_path: Path) -> None:
    scenario, solved, facts = solution(("m1", "e1"), ("m2", "e2"))
    write_outputs(tmp_path / "out", solved, facts, scenario=scenario)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Rules checked" in page
    assert "M-1 could start at 1 time only" in page

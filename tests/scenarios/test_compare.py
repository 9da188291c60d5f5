"""Comparing scenarios."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from rich.console import Console
from tests.solutions import pair, part

from cohortopt import PROGRAMS, Budget, Scenario, solve
from cohortopt.goals import Skills
from cohortopt.model import Facts, Person, Roster, Solution, TierResult, Unplaced
from cohortopt.report.comparison import (
    comparison_csv,
    comparison_html,
    comparison_json,
    comparison_markdown,
    scenario_table,
    show_comparison,
    verdict,
)
from cohortopt.scenarios.compare import compare, partners
from cohortopt.scenarios.pricing import priced

ROSTER = Roster(
    people=(
        Person(id="m1", name="Ann | [bold]", skills_offered={"sql": 5}),
        Person(id="m2", name="=cmd|x", skills_offered={"law": 5}),
        Person(id="e1", name="<script>", skills_wanted={"sql": 3}, prefers=("m2",)),
        Person(id="e2", name="Eve", skills_wanted={"law": 3}),
    )
)
FACTS = Facts(roster=ROSTER)


def made(*pairs: tuple[str, str, int], bound: int = 2000, **settings: Any) -> Solution:
    matches = tuple(
        pair(f"M-{k}", giver, taker, points=points)
        for k, (giver, taker, points) in enumerate(pairs, start=1)
    )
    seated = {taker for _, taker, _ in pairs}
    unplaced = tuple(
        Unplaced(person=one, role="taker", reason="shortage", detail="")
        for one in ("e1", "e2")
        if one not in seated
    )
    total = sum(points for _, _, points in pairs)
    tiers = (
        TierResult(tier="placed", value=len(pairs), bound=2, standing="checked"),
        TierResult(tier="points", value=total, bound=bound, standing="checked"),
    )
    program = part(*matches, status="feasible", unplaced=unplaced, tiers=tiers)
    return Solution(programs=(program,), tiers=tiers, settings=settings)


STRAIGHT = made(("m1", "e1", 900), ("m2", "e2", 900), seconds=10, rules={"gap": 1})
CROSSED = made(("m2", "e1", 200), ("m1", "e2", 100), seconds=10, rules={"gap": 2})
LONELY = made(("m1", "e1", 950), seconds=20, rules={"gap": 1})
THREE = compare({"A": STRAIGHT, "B": CROSSED, "C": LONELY}, FACTS)


def test_only_settings_that_changed_are_told() -> None:
    assert THREE.settings == (("seconds", ("10", "10", "20")), ("rules.gap", ("1", "2", "1")))


def test_figures_have_deltas_to_the_first() -> None:
    figures = {figure.key: figure for figure in THREE.figures}
    assert figures["placed"].values == (4, 4, 2)
    assert figures["placed"].deltas == (0, 0, -2)
    assert figures["left"].values == (0, 0, 1)
    assert figures["points"].values == (1800, 300, 950)
    assert figures["covered"].values == (1, 0, 1)
    assert figures["chosen"].values == (0, 1, 0)
    assert figures["least"].best == {2}


def test_points_under_other_goals_are_not_compared() -> None:
    other = made(("m1", "e1", 900), goals={"skills": 1}, program=[{"name": "M", "goals": {"s": 1}}])
    found = compare([("A", STRAIGHT), ("A", other)])
    assert found.names == ("A", "A (2)")
    points = next(figure for figure in found.figures if figure.key == "points")
    assert not points.comparable
    assert points.best == frozenset()


def test_who_is_placed_where_and_who_changes_partner() -> None:
    assert THREE.placed == (("e2", (True, True, False)), ("m2", (True, True, False)))
    moved = [(m.person, m.scenario, m.before, m.after) for m in THREE.moves]
    assert ("e1", 1, ("m1",), ("m2",)) in moved
    assert all(scenario == 1 for _, scenario, _, _ in moved)
    assert partners(STRAIGHT)["e1"] == {("M", "m1")}


def test_none_is_best_on_all_and_domination() -> None:
    assert THREE.none_is_best
    assert THREE.dominated == ()  # B alone grants the wish, C has the best weakest match
    worse = made(("m2", "e2", 100))
    found = compare({"A": made(("m1", "e1", 900), ("m2", "e2", 900)), "B": worse})
    assert found.dominated == ((1, 0),)
    assert found.best_on_all == {0}
    assert verdict(found) == (
        "Best on all figures: A.",
        "B is nowhere better than A and somewhere worse.",
    )
    assert "None is best on all figures." in verdict(THREE)


def test_equal_scenarios_are_equal() -> None:
    found = compare({"A": STRAIGHT, "B": STRAIGHT}, FACTS)
    assert (found.settings, found.placed, found.moves, found.dominated) == ((), (), (), ())
    assert verdict(found) == ("All are equal on all figures.",)
    with pytest.raises(ValueError, match="nothing to compare"):
        compare({})


def test_the_table_has_a_gap_and_a_proof_beside_each() -> None:
    rows = {row[0]: row[1:] for row in scenario_table(THREE).rows}
    assert rows["points"] == ("1,800", "300 (−1,500)", "950 (−850)")
    assert rows["wanted skills covered"] == ("100.0 %", "0.0 % (−100.0)", "100.0 %")
    assert rows["gap in points at most"] == ("10.0 %", "85.0 %", "52.5 %")
    assert rows["quality"][0] == "Within 10.0 % of the best possible"


def test_many_scenarios_stand_below_each_other() -> None:
    found = compare([(f"{k}", STRAIGHT if k % 2 else CROSSED) for k in range(9)], FACTS)
    table = scenario_table(found)
    assert [row[0] for row in table.rows] == [f"{k}" for k in range(9)]
    assert "points" in table.columns
    assert "people placed" not in table.columns
    assert any(
        one.startswith("The same in all: ") and "people placed" in one for one in table.remarks
    )
    worse = [one for one in table.remarks if one.startswith("0 is nowhere better than 1")]
    assert len(worse) <= 1
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "9 scenarios" in comparison_html(found, ROSTER)
    file = io.StringIO()
    show_comparison(Console(file=file, width=100), found, ROSTER)
    lines = file.getvalue().splitlines()
    assert sum(line.startswith(f"{k} ") for k in range(9) for line in lines) >= 9


def test_every_form_says_the_same_and_data_stays_text() -> None:
    data = json.loads(comparison_json(THREE))
    points = next(one for one in data["figures"] if one["key"] == "points")
    assert points["deltas"] == {"A": 0, "B": -1500, "C": -850}
    assert data["none_is_best"] is True
    text = comparison_csv(THREE).decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text, newline=""))]
    assert {
        "kind": "figure",
        "key": "points",
        "scenario": "B",
        "value": "300",
        "delta": "-1500",
    } in rows
    markdown = comparison_markdown(THREE, ROSTER)
    assert "\\<script>" in markdown
    assert "Ann \\| \\[bold]" in markdown
    html = comparison_html(THREE, ROSTER)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    file = io.StringIO()
    show_comparison(Console(file=file, width=120), THREE, ROSTER)
    assert "Ann | [bold]" in file.getvalue()
    assert "None is best on all figures." in file.getvalue()


def test_plans_that_count_points_differently_are_priced_by_the_goals_of_the_first() -> None:
    skills = PROGRAMS["mentorship"].model_copy(update={"name": "M", "goals": (Skills(),)})
    scenario = Scenario.of(skills)
    straight = made(("m1", "e1", 1000), ("m2", "e2", 1000), program=[{"goals": {"skills": 1}}])
    crossed = made(("m2", "e1", 900), ("m1", "e2", 900), program=[{"goals": {"prefers": 1}}])
    found = compare({"A": straight, "B": crossed}, FACTS, scenario)
    (figure,) = (one for one in found.figures if one.key == "priced")
    assert (figure.label, figure.values) == ("points by the goals of A", (2000.0, 0.0))
    assert figure.deltas == (0.0, -2000.0)
    assert not figure.best  # A was solved by these goals: that it has most says nothing
    assert "by the goals of A" in comparison_markdown(found, ROSTER)


def test_a_plan_of_other_programs_or_people_has_no_price() -> None:
    program = PROGRAMS["mentorship"].model_copy(update={"name": "M"})
    strangers = made(("m1", "x", 900))
    assert priced(STRAIGHT, Scenario.of(program), FACTS) is not None
    assert priced(strangers, Scenario.of(program), FACTS) is None
    other = program.model_copy(update={"name": "Other"})
    assert priced(STRAIGHT, Scenario.of(other), FACTS) is None
    near = program.model_copy(update={"use": "near_peer"})
    assert priced(STRAIGHT, Scenario.of(near), FACTS) is None
    both = Scenario(programs=(program, other))
    assert priced(STRAIGHT, both, FACTS) is None


def test_the_price_of_a_plan_by_its_own_goals_is_its_points() -> None:
    people = tuple(
        Person(id=f"p{k}", level=k % 3, skills_offered={"sql": k % 5 + 1}, skills_wanted={"sql": 2})
        for k in range(9)
    )
    roster = Roster(people=people)
    for name in ("cross_functional", "peer_mentorship", "skill_swap"):
        scenario = Scenario.of(PROGRAMS[name])
        solution = solve(roster, scenario, budget=Budget(2))
        tier = solution.tier("points")
        assert tier is not None
        worth = priced(solution, scenario, scenario.facts(roster))
        assert worth == solution.total / tier.scale

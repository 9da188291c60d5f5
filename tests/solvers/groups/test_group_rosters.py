"""Real rosters in groups: an unbalanced staff, and a class with another tool's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.groups.class_teams import TEAMS, met, scenario
from tests.places import ROSTERS, needs_shared

from cohortopt import Budget, solve
from cohortopt.io.scenario import read_scenario

pytestmark = [
    needs_shared,
    pytest.mark.slow,
]

STAFF = """
roster = "{folder}/hr_1470/attrition.csv"
columns = {{ rownames = "id", JobLevel = "level", Department = "department" }}
[[program]]
use = "cross_functional"
size = {{ min = {least}, max = 6 }}
"""


@pytest.mark.parametrize(("least", "groups", "most"), [(6, 31, 186), (4, 254, 1017)])
def test_an_unbalanced_staff_is_seated_as_far_as_arithmetic_allows(
    least: int, groups: int, most: int, tmp_path: Path
) -> None:
    """Of 961, 446 and 63 people at most two each sit in a group: 4 g + 63 must reach least x g."""
    path = tmp_path / "staff.toml"
    path.write_text(STAFF.format(folder=ROSTERS.as_posix(), least=least), encoding="utf-8")
    given = read_scenario(path)
    budget = Budget(seconds=30, seed=1, threads=2)
    solution = solve(given.roster, given.scenario, budget=budget, reasons=False)
    tier = solution.tier("placed")
    assert tier is not None
    assert tier.bound == most
    assert tier.value >= 0.97 * most
    assert len(solution.assignment.matches) <= groups
    assert solution.programs[0].tiers[0].standing == "checked"


def test_a_class_keeps_as_many_rules_of_another_tool_as_its_best_seed(tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(scenario(), encoding="utf-8")
    given = read_scenario(path)
    solution = solve(given.roster, given.scenario, budget=Budget(seconds=20, seed=1, threads=2))
    found = met(solution)
    assert len(solution.assignment.matches) == TEAMS
    assert found["cluster Gender"] == found["cluster Ethnicity"] == TEAMS
    assert sum(found.values()) >= 199
    violations = solution.tier("violations")
    assert violations is not None
    assert (violations.bound, violations.standing) == (2, "checked")

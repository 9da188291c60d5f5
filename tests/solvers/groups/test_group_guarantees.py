"""Groups with every guarantee on: nothing is ever broken, whoever is left over."""

from __future__ import annotations

import pytest
from benchmarks.groups.guarantees import COHORTS, roster

import cohortopt
from cohortopt import Budget
from cohortopt.verify.verdict import verify


@pytest.mark.parametrize(("people", "seed"), [(60, 1), (60, 2), (300, 3)])
def test_isolation_limits_vetoes_and_hours_hold_for_everyone(people: int, seed: int) -> None:
    who = roster(people, seed)
    budget = Budget(seconds=None, seed=seed, reproducible=True) if people < 100 else Budget(2.0)
    solution = cohortopt.solve(who, COHORTS, budget=budget, reasons=False)
    assert verify(solution, who, COHORTS, bounds=False).is_sound
    assert len(solution.programs[0].placed) >= 0.9 * people
    points = solution.programs[0].tiers[1]
    assert points.standing == "checked"

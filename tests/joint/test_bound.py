"""No plan is worth more than the linear program of all programs says."""

from __future__ import annotations

from typing import Any

import pytest
from joint_oracle import best_together, small_scenario

from cohortopt import Budget
from cohortopt.errors import InfeasibleError
from cohortopt.joint.bound import JointBound
from cohortopt.joint.judge import Judge
from cohortopt.joint.sequence import solve_again, solve_in_turn
from cohortopt.joint.shared import Shared
from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups.solver import points_bound

UNLIMITED = Budget(seconds=None, reproducible=True)


def check(seeds: range) -> int:
    """Compare bounds, with prices of cores and without, with the best of all plans."""
    cores = 0
    for seed in seeds:
        scenario, roster, slots = small_scenario(seed)
        best = best_together(scenario, roster, slots)
        shared = Shared(scenario, scenario.facts(roster))
        proofs: dict[int, dict[str, Any]] = {}
        for k in range(len(shared.parts)):
            alone = shared.narrow(k, tuple(() for _ in shared.parts))
            if alone.grouping is not None and len(alone.givers):
                proofs[k] = points_bound(alone, Clock(UNLIMITED), 0)[1]
                cores += proofs[k]["kind"] == "cores"
        for known in ({}, proofs):
            bound = JointBound(shared, Judge(shared), known)
            assert bound.accepts()
            bound.build(Clock(UNLIMITED))
            placed = bound.solve("placed", {}, Clock(UNLIMITED))
            points = bound.solve("points", {"placed": best[0]}, Clock(UNLIMITED))
            assert placed is not None
            assert placed >= best[0], seed
            assert points is not None
            assert points >= best[1], seed
    return cores


def test_no_plan_is_worth_more_than_the_bound_of_the_whole() -> None:
    assert check(range(5)) > 0


@pytest.mark.slow
def test_no_plan_of_a_hundred_scenarios_is_worth_more_than_the_bound_of_the_whole() -> None:
    check(range(5, 105))


def test_what_ended_by_itself_is_not_solved_again() -> None:
    for seed in range(6):
        scenario, roster, _ = small_scenario(seed)
        shared = Shared(scenario, scenario.facts(roster))
        try:
            turns = solve_in_turn(shared, Clock(UNLIMITED), 1.0)
        except InfeasibleError:
            continue
        for order, plan in turns.plans.items():
            assert solve_again(shared, turns, order, Clock(UNLIMITED)) == plan

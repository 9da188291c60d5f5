"""The bound of last resort holds for every plan there is."""

from __future__ import annotations

import time
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import oracle
from tests.strategies import rosters

import cohortopt
from cohortopt.model import Roster, TierResult
from cohortopt.model.solution import TierName
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.solvers.base import Budget
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.ceiling import ceiling_bound
from cohortopt.verify.claim import Claim
from cohortopt.verify.score import tier_values
from cohortopt.verify.verdict import verify

LESS_IS_BETTER = ("changes", "stable")
TIERS: dict[str, tuple[TierName, ...]] = {
    "pairs": ("placed", "worst", "points", "changes", "stable"),
    "partners": ("placed", "worst", "mutual", "points", "changes"),
    "rings": ("placed", "mutual", "points", "changes"),
    "groups": ("placed", "worst", "points", "changes"),
}


@given(
    roster=rosters(max_size=4), name=st.sampled_from(sorted(set(PROGRAMS) - {"micro_mentoring"}))
)
@settings(deadline=None)
def test_no_plan_reaches_beyond_its_ceiling(roster: Roster, name: str) -> None:
    program = PROGRAMS[name]
    program = program.model_copy(update={"tiers": TIERS[program.shape.kind]})
    facts = Scenario.of(program).facts(roster)
    program = program.bound(facts)
    ceilings = {
        tier: ceiling_bound(Claim(program, facts, TierResult(tier=tier, value=0)))
        for tier in program.tiers
    }
    for matches in islice(oracle.assignments(program, facts), 200):
        for tier, value in tier_values(program, matches, facts).items():
            if tier in LESS_IS_BETTER:
                assert value >= ceilings[tier], tier  # type: ignore[index]
            else:
                assert value <= ceilings[tier], tier  # type: ignore[index]


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_solve_with_no_time_left_still_has_a_checked_bound(name: str) -> None:
    people = tuple(
        cohortopt.Person(
            id=f"p{k}",
            role=("both",),
            level=k % 4,
            skills_wanted={"sql": 3},
            skills_offered={"sql": 4},
        )
        for k in range(40)
    )
    roster, program = Roster(people=people), PROGRAMS[name]
    try:
        solution = cohortopt.solve(
            roster, program, budget=Budget(seconds=0.01), started=time.monotonic() - 1
        )
    except cohortopt.OutOfTimeError:
        return
    assert all(tier.bound is not None for tier in solution.tiers)
    assert verify(solution, roster, program).is_sound


def test_a_ceiling_that_is_claimed_lower_than_it_is_is_not_believed() -> None:
    people = tuple(cohortopt.Person(id=f"p{k}", role=("both",), level=k) for k in range(6))
    program = PROGRAMS["near_peer"]
    facts = Scenario.of(program).facts(Roster(people=people))
    bound = program.bound(facts)
    true = ceiling_bound(Claim(bound, facts, TierResult(tier="points", value=0)))
    for claimed, standing in ((true, "checked"), (true - 1, "claimed")):
        tier = TierResult(tier="points", value=0, bound=claimed, certificate={"kind": "ceiling"})
        assert check_bounds(bound, [tier], [], facts)[0].standing == standing

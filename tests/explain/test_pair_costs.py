"""What it would cost to have two people together is the difference of two proven optima."""

from __future__ import annotations

import pytest
from tests.reasons.acting import EXACT, crowd, variant

from cohortopt.engine import solve
from cohortopt.explain.pair import explain_pair
from cohortopt.model import Pairs, Roster, Solution
from cohortopt.programs import Program
from cohortopt.rules import Locked, Together
from cohortopt.rules.named import LockedMatch

NAMES = ("mentorship", "near_peer", "peer_mentorship", "mutual_mentorship", "cross_functional")


def together(roster: Roster, program: Program, giver: str, taker: str) -> Solution:
    """Return the best plan in which the two meet, solved from nothing but the rules."""
    if isinstance(program.shape, Pairs):
        rule: Locked | Together = Locked(matches=(LockedMatch(people=(giver, taker)),))
    else:
        rule = Together(lists=((giver, taker),))
    return solve(roster, program.with_rule(rule), budget=EXACT, reasons=False)


def check_cost(seed: int) -> int:
    """Compare the cost of the first pair of a roster that has one; return how many were."""
    program = variant(NAMES[seed % len(NAMES)])
    roster = crowd(seed, program)
    best = solve(roster, program, budget=EXACT, reasons=False)
    ids = sorted(roster.by_id)
    for k in range(len(ids)):
        one, other = ids[k], ids[(k + 3) % len(ids)]
        (told,) = explain_pair(best, roster, program, one, other, budget=EXACT)
        if not told.cost or not told.exact:
            continue
        forced = together(roster, program, told.giver, told.taker)
        for change in told.cost:
            before, after = best.tier(change.tier), forced.tier(change.tier)
            assert before is not None
            assert after is not None
            assert (change.before, change.after) == (before.value, after.value)
        return 1
    return 0


def test_costs_are_differences_of_two_optima_in_every_shape() -> None:
    assert sum(check_cost(seed) for seed in range(15)) >= 8


@pytest.mark.slow
def test_costs_are_differences_of_two_optima_in_200_cases() -> None:
    cases = seed = 0
    while cases < 200:
        cases += check_cost(1000 + seed)
        seed += 1
        assert seed < 1000

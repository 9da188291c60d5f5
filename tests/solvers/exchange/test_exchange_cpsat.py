"""The general exact solver of partners and rings against trying everything."""

from __future__ import annotations

import os
from random import Random

import pytest
from exchange_oracle import PARTNER_FEATURES, RING_FEATURES, best, check, draw, mix

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.exchange.cpsat import ExchangeCpSat

CASES = int(os.environ.get("COHORTOPT_CASES", "60"))


@pytest.mark.parametrize("shape", ["partners", "rings"])
def test_cpsat_is_worth_as_much_as_trying_everything(shape: str) -> None:
    features = PARTNER_FEATURES if shape == "partners" else RING_FEATURES
    for seed in range(CASES):
        random = Random(f"{shape} {seed}")
        n = random.randint(0 if seed < 5 else 2, 6)
        wanted = mix(random, features) if n >= 2 else frozenset()
        instance = draw(random, shape, n, wanted)
        answer = ExchangeCpSat().solve(instance, Clock())
        check(instance, answer, best(instance))
        assert all(t.bound == t.value for t in answer.tiers), (seed, instance.features)


def test_no_time_at_all_still_gives_matches() -> None:
    instance = draw(Random(4), "rings", 6, frozenset())
    answer = ExchangeCpSat().solve(instance, Clock(Budget(seconds=0.0)))
    assert all(tier.bound is None or tier.bound >= tier.value for tier in answer.tiers)

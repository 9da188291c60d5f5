"""The general solver for pairs against brute force."""

from __future__ import annotations

import numpy as np
import pairs_brute as oracle
import pytest

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.pairs.cpsat import HANDLED, PairsCpSat


def random_case(seed: int) -> tuple[oracle.Instance, tuple[oracle.Link, ...] | None]:
    rng = np.random.default_rng(seed)
    features = frozenset(f for f in sorted(HANDLED) if rng.random() < 0.35)
    instance = oracle.random_instance(rng, features, most=3_000)
    return instance, oracle.best(instance)


def compare(seed: int) -> None:
    instance, best = random_case(seed)
    answer = PairsCpSat().solve(instance, Clock(Budget(seconds=None)))
    if best is None:
        assert answer.impossible, seed
        assert answer.facts["clash"]["demands"]
        return
    assert not answer.impossible, seed
    links = tuple((m.people[0], m.people[1]) for m in answer.matches)
    slots = {(m.people[0], m.people[1]): m.slot for m in answer.matches}
    assert oracle.is_legal(instance, links, slots), seed
    assert oracle.key(instance, links) == oracle.key(instance, best), seed
    assert [t.tier for t in answer.tiers] == list(instance.tiers)
    for tier in answer.tiers:
        assert tier.value == oracle.value(instance, tier.tier, best) == tier.bound, (seed, tier)
    assert answer.finished


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_every_tier_is_as_good_as_trying_everything(start: int) -> None:
    for seed in range(start, start + 50):
        compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(300, 2000, 100))
def test_many_more_are_as_good_as_trying_everything(start: int) -> None:
    for seed in range(start, start + 100):
        compare(seed)

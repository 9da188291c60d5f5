"""Pairs with slots through flow, colouring and cuts, against brute force."""

from __future__ import annotations

import numpy as np
import pairs_brute as oracle
import pytest

from cohortopt.instance import Feature
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.slotted import Slotted


def compare(seed: int) -> None:
    rng = np.random.default_rng(seed)
    others = sorted(Slotted.handles - {Feature.SLOTS})
    features = frozenset(f for f in others if rng.random() < 0.3) | {Feature.SLOTS}
    instance = oracle.random_instance(rng, features, most=3_000)
    best = oracle.best(instance)
    assert Slotted().accepts(instance)
    answer = Slotted().solve(instance, Clock(Budget(seconds=None)))
    if best is None:
        assert answer.impossible, seed
        return
    links = tuple((m.people[0], m.people[1]) for m in answer.matches)
    slots = {(m.people[0], m.people[1]): m.slot for m in answer.matches}
    assert oracle.is_legal(instance, links, slots), seed
    for tier in answer.tiers:
        assert tier.value == oracle.value(instance, tier.tier, best) == tier.bound, (seed, tier)
    assert answer.finished, seed


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_every_tier_is_as_good_as_trying_everything(start: int) -> None:
    for seed in range(start, start + 50):
        compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(300, 2000, 100))
def test_many_more_are_as_good_as_trying_everything(start: int) -> None:
    for seed in range(start, start + 100):
        compare(seed)

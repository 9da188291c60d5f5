"""Blocking pairs and deferred acceptance."""

from __future__ import annotations

import numpy as np
import pairs_brute as oracle
import pytest

from cohortopt.instance import Feature
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.pairs.cpsat import PairsCpSat
from cohortopt.solvers.pairs.stable import blocking_pairs, deferred_acceptance, stability


def random_case(seed: int, *features: Feature) -> oracle.Instance:
    rng = np.random.default_rng(seed)
    return oracle.random_instance(rng, frozenset({Feature.STABLE, *features}), most=2_000)


@pytest.mark.parametrize("seed", range(60))
def test_blocking_pairs_are_those_that_brute_force_counts(seed: int) -> None:
    instance = random_case(seed, Feature.SEVERAL, Feature.COUPLED, Feature.NO_MUTUAL)
    for k, links in enumerate(oracle.assignments(instance)):
        if k % 7 == 0:
            assert len(blocking_pairs(instance, links)) == oracle.blocking(instance, links)
        if k > 200:
            break


@pytest.mark.parametrize("seed", range(100))
def test_nothing_blocks_deferred_acceptance(seed: int) -> None:
    instance = random_case(seed, Feature.SEVERAL)
    links = tuple(deferred_acceptance(instance))
    assert oracle.is_legal(instance, links, {})
    assert oracle.blocking(instance, links) == 0


@pytest.mark.parametrize("seed", range(30))
def test_takers_like_deferred_acceptance_best_of_all_stable_assignments(seed: int) -> None:
    instance = random_case(seed)
    # Without equal links on either side the favourite is the same for every order.
    rng = np.random.default_rng(seed)
    n = instance.n
    points = np.where(instance.links.dense < 0, -1, rng.permutation(n * n).reshape(n, n))
    joy = rng.permutation(n * n).reshape(n, n)
    instance = instance.vary(links=oracle.Links.of(points), desire=oracle.Links.of(joy))
    links = deferred_acceptance(instance)
    mine = {taker: points[giver, taker] for giver, taker in links}
    for other in oracle.assignments(instance):
        if oracle.blocking(instance, other) == 0:
            for giver, taker in other:
                assert mine.get(taker, -1) >= points[giver, taker]


def test_a_stable_tier_first_costs_points_and_says_how_many() -> None:
    instance = random_case(3).vary(
        n=4,
        givers=np.array([0, 1], np.int32),
        takers=np.array([2, 3], np.int32),
        links=oracle.Links.of(
            np.array([[-1, -1, 10, 9], [-1, -1, 9, 1], [-1, -1, -1, -1], [-1, -1, -1, -1]])
        ),
        desire=None,
        gives_max=np.array([1, 1, 0, 0], np.int32),
        takes_max=np.array([0, 0, 1, 1], np.int32),
        gives_min=np.zeros(4, np.int32),
        takes_min=np.zeros(4, np.int32),
        total_max=np.full(4, 9, np.int32),
        priority=np.ones(4, np.int32),
        required=np.zeros(4, np.bool_),
    )
    first = PairsCpSat().solve(instance.vary(tiers=("stable", "points")), Clock(Budget()))
    last = PairsCpSat().solve(instance.vary(tiers=("points", "stable")), Clock(Budget()))
    assert [tier.value for tier in first.tiers] == [0, 11]
    assert [tier.value for tier in last.tiers] == [18, 1]
    assert last.facts == {"blocking_pairs": 1, "stable_points": 11, "price_of_stability": 7}
    assert stability(instance, [(0, 2), (1, 3)])["price_of_stability"] == 0

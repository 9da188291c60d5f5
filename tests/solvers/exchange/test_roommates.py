"""Pairs of partners who would both rather have each other."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest
from exchange_oracle import blocking, options, packings

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Links
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import partner_columns
from cohortopt.solvers.exchange.cpsat import ExchangeCpSat
from cohortopt.solvers.exchange.partner_stable import StablePartners
from cohortopt.solvers.exchange.roommates import blocking_pairs, blocking_partners, roommates


def instance_of(points: list[list[int]], tiers: tuple[str, ...]) -> Instance:
    """Return partners with the tier stable over points[giver][taker]."""
    n = len(points)
    links = Links.of(np.array(points, np.int64).reshape(n, n))
    return Instance.plain("partners", links, tiers=tiers, features=frozenset({Feature.STABLE}))


def test_four_people_of_whom_three_chase_each_other_have_no_stable_partners() -> None:
    # 0 likes 1 best, 1 likes 2, 2 likes 0, then each other; nobody wants 3.
    gets = {
        0: {1: 9, 2: 5, 3: 1},
        1: {2: 9, 0: 5, 3: 1},
        2: {0: 9, 1: 5, 3: 1},
        3: {0: 1, 1: 1, 2: 1},
    }
    points = [[gets[t].get(g, FORBIDDEN) for t in range(4)] for g in range(4)]
    answer = ExchangeCpSat().solve(instance_of(points, ("stable", "points")), Clock())
    assert (answer.tiers[0].value, answer.tiers[0].bound) == (1, 1)


def test_a_stable_choice_is_taken_though_another_earns_more() -> None:
    points = [
        [FORBIDDEN, 6, 9, 0],
        [6, FORBIDDEN, 0, 9],
        [5, 0, FORBIDDEN, 0],
        [0, 5, 0, FORBIDDEN],
    ]
    instance = instance_of(points, ("stable", "points"))
    answer = ExchangeCpSat().solve(instance, Clock())
    assert [match.people for match in answer.matches] == [(0, 1), (2, 3)]
    assert answer.tiers[0].value == 0
    # The richer choice, 0 with 2 and 1 with 3, is blocked by 0 and 1.
    columns = partner_columns(instance)
    rows = np.array([k for k in range(len(columns)) if columns.members(k) in ((0, 2), (1, 3))])
    assert blocking_partners(instance, columns, rows) == [(0, 1)]


def chasing(n: int, seed: int, likely: float = 0.8, strict: bool = True) -> Instance:
    """Return people with random tastes for some of the others."""
    random = Random(f"roommates {n} {seed}")
    points = [[FORBIDDEN] * n for _ in range(n)]
    for taker in range(n):
        worth = random.sample(range(n), n) if strict else [random.randint(0, 2) for _ in range(n)]
        for giver in range(n):
            if giver != taker and random.random() < likely:
                points[giver][taker] = worth[giver]
    return instance_of(points, ("stable", "placed", "points"))


def fewest(instance: Instance) -> int:
    """Return the fewest pairs that block any choice, by trying everything."""
    choices = packings(instance, options(instance), frozenset())
    return min(len(blocking(instance, chosen)) for chosen in choices)


@pytest.mark.parametrize("likely", [0.5, 1.0])
@pytest.mark.parametrize("n", range(0, 9))
def test_stable_roommates_are_found_exactly_where_there_are_some(n: int, likely: float) -> None:
    for seed in range(6 if n > 6 else 25):
        instance = chasing(n, seed, likely)
        settled = roommates(instance)
        assert settled.is_strict
        assert (not settled.apart) == (fewest(instance) == 0)
        pairs = [(pair, False) for pair in settled.pairs]
        assert set(pairs) <= set(options(instance))
        assert blocking_pairs(instance, settled.pairs) == blocking(instance, pairs)
        assert bool(settled.apart) == bool(blocking(instance, pairs))


def test_with_ties_a_choice_that_is_found_is_stable() -> None:
    found = 0
    for seed in range(60):
        instance = chasing(6, seed, strict=False)
        settled = roommates(instance)
        if not settled.apart:
            found += 1
            assert fewest(instance) == 0
            assert not blocking_pairs(instance, settled.pairs)
    assert found > 30


def test_every_order_of_two_friends_each_is_settled() -> None:
    for order in permutations(range(4)):
        points = np.full((4, 4), FORBIDDEN)
        for a, b in (order[:2], order[2:]):
            points[a, b] = points[b, a] = 1
        pairs = roommates(instance_of(points.tolist(), ("stable",))).pairs
        assert set(pairs) == {tuple(sorted(order[:2])), tuple(sorted(order[2:]))}


@pytest.mark.parametrize("seed", range(4))
def test_hundreds_of_people_are_settled_or_told_that_nothing_is_stable(seed: int) -> None:
    instance = chasing(400, seed, 0.9)
    assert StablePartners().accepts(instance)
    answer = StablePartners().solve(instance, Clock())
    stable, placed, points = answer.tiers
    pairs = [match.people for match in answer.matches]
    columns = partner_columns(instance)
    chosen = set(pairs)
    rows = np.array([k for k in range(len(columns)) if columns.members(k) in chosen])
    assert stable.value == len(blocking_partners(instance, columns, rows))
    assert (stable.value == 0) == (stable.bound == 0) == ("stable" not in answer.facts)
    assert placed.value == 2 * len(pairs) <= placed.bound
    assert points.value <= points.bound


def test_few_people_are_left_to_the_solver_that_goes_on_after_stability() -> None:
    assert not StablePartners().accepts(chasing(12, 0))
    instance = chasing(400, 0).vary(tiers=("placed", "stable"))
    assert not StablePartners().accepts(instance)

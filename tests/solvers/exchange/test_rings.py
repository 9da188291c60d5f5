"""Rings by prices: as good as trying everything, with bounds that a reader can check."""

from __future__ import annotations

import os
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from exchange_oracle import best, check, draw, mix, options, tier_value
from tests.places import BENCHMARKS

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Links
from cohortopt.solvers.base import Answer, Budget, Clock
from cohortopt.solvers.exchange import ring_pool, rings
from cohortopt.solvers.exchange.rings import RingsByPrices

CASES = int(os.environ.get("COHORTOPT_CASES", "100"))
FEATURES = tuple(sorted(RingsByPrices.handles))


def instance_of(points: Any, tiers: tuple[str, ...] = ("placed", "points"), k: int = 3) -> Instance:
    """Return plain rings over a square of points."""
    n = len(points)
    return Instance.plain("rings", Links.of(np.array(points).reshape(n, n)), tiers=tiers, longest=k)


def proves(instance: Instance, proof: dict[str, Any]) -> int | None:
    """Return the bound on the weighted sum of tiers that a certificate proves, None if none."""
    price = proof["price"]
    if min(price.values(), default=0) < 0:
        return None
    for option in options(instance):
        weight = sum(times * gain(instance, tier, option) for tier, times in proof["levels"])
        if sum(price.get(i, 0) for i in option[0]) < weight:
            return None
    return int(sum(price.values()))


def gain(instance: Instance, tier: str, option: tuple[tuple[int, ...], bool]) -> int:
    """Return what one ring adds to a tier, ``changes`` as the earlier pairs that it keeps."""
    people = option[0]
    if tier == "changes":
        before = {frozenset(p) for was in instance.previous for p in combinations(was, 2)}
        return len(before & {frozenset(p) for p in combinations(people, 2)})
    if tier == "rules":
        turns = [people[k:] + people[:k] for k in range(len(people))]
        locks = sum(lock.people in turns or lock.people == people for lock in instance.locked)
        together = sum(set(t) <= set(people) for t in instance.together)
        return locks + together + sum(bool(instance.required[i]) for i in people)
    return int(tier_value(instance, tier, [option]))  # type: ignore[call-overload]


def check_bounds(instance: Instance, answer: Answer) -> None:
    """Assert that bounds with a certificate follow from it."""
    values = {tier.tier: tier.value for tier in answer.tiers}
    lost = len({frozenset(p) for was in instance.previous for p in combinations(was, 2)})
    for tier in answer.tiers:
        proof = tier.certificate
        if proof is None or proof["kind"] != "ring_prices":
            continue
        bound = proves(instance, proof)
        assert bound is not None
        for name, times in proof["levels"][:-1]:
            reached = lost - values[name] if name == "changes" else values.get(name)
            if name == "rules":
                reached = len(instance.locked) + len(instance.together)
                reached += int(instance.required.sum())
            assert reached is not None
            bound -= times * reached
        name, times = proof["levels"][-1]
        limit = bound // times
        assert tier.bound == (max(0, lost - limit) if name == "changes" else limit)


@pytest.mark.parametrize("few", [1_500, 0])
def test_rings_are_worth_as_much_as_trying_everything(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "FEW", few)
    for seed in range(CASES // 2):
        random = Random(f"rings {few} {seed}")
        n = random.randint(0 if seed < 5 else 2, 7 if seed % 10 == 0 else 6)
        instance = draw(random, "rings", n, mix(random, FEATURES) if n >= 2 else frozenset())
        answer = RingsByPrices().solve(instance, Clock(Budget(seconds=None, reproducible=True)))
        check(instance, answer, best(instance))
        check_bounds(instance, answer)


def test_one_circle_of_three_places_all_three_where_no_two_can_swap() -> None:
    points = np.full((3, 3), FORBIDDEN)
    points[0, 1] = points[1, 2] = points[2, 0] = 5
    answer = RingsByPrices().solve(instance_of(points), Clock())
    assert [match.people for match in answer.matches] == [(0, 1, 2)]
    assert [(tier.value, tier.bound) for tier in answer.tiers] == [(3, 3), (15, 15)]


@pytest.mark.parametrize("few", [1_500, 0])
def test_short_rings_are_preferred_among_equals(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rings, "FEW", few)
    answer = RingsByPrices().solve(instance_of(np.ones((6, 6))), Clock())
    assert [len(match.people) for match in answer.matches] == [2, 2, 2]


def test_a_ring_that_may_fail_counts_for_less() -> None:
    points = np.full((3, 3), FORBIDDEN)
    points[0, 1] = points[1, 0] = 10  # 20 points, nobody leaves: 20
    points[1, 2] = points[2, 0] = 10  # with 2: 30 points at 0.5: 15
    instance = instance_of(points, ("points",)).vary(
        dropout=np.array([0.0, 0.0, 0.5]), features=frozenset({Feature.DROPOUT})
    )
    answer = RingsByPrices().solve(instance, Clock())
    assert [match.people for match in answer.matches] == [(0, 1)]
    assert answer.tiers[0].value == 20_000
    assert answer.facts["scale"] == {"points": 1000}


def exchange_pool(k: int) -> Instance:
    """Return the published exchange pool of 64."""
    path = BENCHMARKS / "rings" / "MD-00001-00000100.input"
    if not path.exists():
        pytest.skip("the published pool is not here")
    lines = [line.split() for line in path.read_text().splitlines()]
    points = np.full((64, 64), FORBIDDEN)
    for giver, taker, _ in lines[1 : int(lines[0][1]) + 1]:
        points[int(giver), int(taker)] = 1
    return instance_of(points, ("placed",), k)


@pytest.mark.parametrize(("k", "covered"), [(2, 32), (3, 37), (4, 39)])
def test_the_published_pool_covers_as_many_as_published(k: int, covered: int) -> None:
    answer = RingsByPrices().solve(exchange_pool(k), Clock(Budget(60.0)))
    assert (answer.tiers[0].value, answer.tiers[0].bound) == (covered, covered)


def test_rings_beyond_the_list_come_from_the_best_links() -> None:
    random = np.random.default_rng(3)
    points = random.integers(0, 100, (12, 12))
    instance = instance_of(points, ("points",), 4)
    every = ring_pool.pool(instance, 10**6)
    some = ring_pool.pool(instance, 500)
    assert 0 < len(some) <= 500 < len(every)


def test_bounds_hold_for_rings_that_are_not_listed() -> None:
    for seed in range(12):
        random = Random(f"pool {seed}")
        wanted = frozenset({Feature.CHAINS}) if seed % 3 == 0 else frozenset()
        instance = draw(random, "rings", 6, wanted)
        clock = Clock(Budget(seconds=None, reproducible=True))
        answer = rings.from_pool(instance, clock)
        expected = best(instance)
        assert expected is not None
        chosen = [(match.people, match.chain) for match in answer.matches]
        assert set(chosen) <= set(options(instance))
        first = answer.tiers[0]
        assert first.value <= expected[0] <= first.bound  # type: ignore[operator]
        check_bounds(instance, answer)

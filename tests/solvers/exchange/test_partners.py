"""Partners by prices: as good as trying everything, and certificates that a reader can check."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pytest
from exchange_oracle import best, check, draw, mix

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Links, Lock
from cohortopt.solvers.base import Answer, Budget, Clock
from cohortopt.solvers.exchange import partner_graph
from cohortopt.solvers.exchange.partners import PartnersByPrices

CASES = int(os.environ.get("COHORTOPT_CASES", "100"))
FEATURES = tuple(sorted(PartnersByPrices.handles))


def instance_of(points: Any, tiers: tuple[str, ...] = ("placed", "points")) -> Instance:
    """Return plain partners over a square of points."""
    n = len(points)
    return Instance.plain("partners", Links.of(np.array(points).reshape(n, n)), tiers=tiers)


def proves(instance: Instance, proof: dict[str, Any]) -> int | None:
    """Return the bound on the weighted sum of tiers that a certificate proves, None if none."""
    points, n = instance.links.dense, instance.n
    levels = dict(map(tuple, proof["levels"]))
    before = {frozenset(pair) for pair in instance.previous}
    fixed = [frozenset(pair) for pair in proof.get("fixed", [])]
    demanded = [frozenset(p) for p in instance.together]
    demanded += [frozenset(lock.people) for lock in instance.locked]
    if not set(fixed) <= set(demanded):
        return None

    def weight(a: int, b: int) -> int:
        gains = {
            "required": int(instance.required[a]) + int(instance.required[b]),
            "placed": int(instance.priority[a]) + int(instance.priority[b]),
            "mutual": int(min(points[a, b], points[b, a])),
            "points": int(points[a, b]) + int(points[b, a]),
            "changes": int(frozenset((a, b)) in before),
        }
        return sum(times * gains[tier] for tier, times in levels.items())

    price = {i: proof["price"].get(i, 0) for i in range(n)}
    sets = [(frozenset(people), z) for people, z in proof["sets"]]
    if min(price.values(), default=0) < 0 or any(z < 0 or len(s) % 2 == 0 for s, z in sets):
        return None
    busy = {person for pair in fixed for person in pair}
    for a in range(n):
        for b in range(a + 1, n):
            if {a, b} & busy or min(points[a, b], points[b, a]) == FORBIDDEN:
                continue
            if not instance.total_max[a] or not instance.total_max[b]:
                continue
            inside = sum(z for people, z in sets if {a, b} <= people)
            if price[a] + price[b] + inside < 2 * weight(a, b):
                return None
    doubled = sum(price.values()) + sum(z * (len(people) - 1) // 2 for people, z in sets)
    return doubled // 2 + sum(weight(*pair) for pair in fixed)


def check_proof(instance: Instance, answer: Answer) -> None:
    """Assert that every tier's bound follows from its certificate."""
    for tier in answer.tiers:
        assert tier.bound == tier.value
        proof = tier.certificate
        assert proof is not None
        left = proves(instance, proof)
        assert left is not None
        if proof["levels"][0][0] != "required":
            values = {t.tier: t.value for t in answer.tiers}
            if "changes" in values:
                values["changes"] = (
                    len({frozenset(p) for p in instance.previous}) - values["changes"]
                )
            for name, times in proof["levels"]:
                assert left // times == values[name]
                left -= times * values[name]


def test_partners_are_worth_as_much_as_trying_everything() -> None:
    for seed in range(CASES):
        random = Random(f"partners {seed}")
        n = random.randint(0 if seed < 5 else 2, 10 if seed % 20 == 0 else 7)
        instance = draw(random, "partners", n, mix(random, FEATURES) if n >= 2 else frozenset())
        if not PartnersByPrices().accepts(instance):
            continue
        answer = PartnersByPrices().solve(instance, Clock())
        check(instance, answer, best(instance))
        if not instance.trio:
            check_proof(instance, answer)
        assert all(tier.bound == tier.value for tier in answer.tiers)


def test_odd_circles_need_odd_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two triangles of 6 points a pair, joined by nothing: fractions would reach 18, pairs 12.
    monkeypatch.setattr(partner_graph, "NEAR", 2)
    points = np.full((6, 6), FORBIDDEN)
    points[:3, :3] = points[3:, 3:] = 3
    answer = PartnersByPrices().solve(instance_of(points), Clock())
    assert [tier.value for tier in answer.tiers] == [4, 12]
    proof = answer.tiers[0].certificate
    assert proof is not None
    assert len(proof["sets"]) == 2
    check_proof(instance_of(points), answer)


def test_a_certificate_stops_proving_when_a_price_falls() -> None:
    random = np.random.default_rng(5)
    instance = instance_of(random.integers(0, 50, (9, 9)))
    proof = PartnersByPrices().solve(instance, Clock()).tiers[0].certificate
    assert proof is not None
    assert proves(instance, proof) is not None
    for person in proof["price"]:
        price = proof["price"] | {person: proof["price"][person] - 1}
        assert proves(instance, proof | {"price": price}) is None


@pytest.mark.parametrize("near", [1, 3, 20])
@pytest.mark.parametrize("top", [1, 20, 1000])
def test_sparse_start_and_prices_reach_the_best_of_all_pairs(
    near: int, top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cohortopt.solvers.exchange.partners.NEAR", near)
    random = np.random.default_rng(near * 1000 + top)
    points = random.integers(0, top + 1, (61, 61))
    points[random.random((61, 61)) < 0.2] = FORBIDDEN
    instance = instance_of(points, ("points",))
    answer = PartnersByPrices().solve(instance, Clock())
    graph = nx.Graph()
    for a, b in zip(*np.nonzero(np.triu((points >= 0) & (points.T >= 0), 1)), strict=True):
        graph.add_edge(int(a), int(b), weight=int(points[a, b] + points[b, a]))
    matched = nx.max_weight_matching(graph)
    assert answer.tiers[0].value == sum(graph.edges[pair]["weight"] for pair in matched)
    check_proof(instance, answer)


def test_points_beyond_the_usual_keep_tiers_apart() -> None:
    # One pair of a million points must not outweigh seating four people.
    points = np.full((4, 4), FORBIDDEN)
    points[0, 1] = points[1, 0] = 10**6
    points[0, 2] = points[2, 0] = points[1, 3] = points[3, 1] = 0
    answer = PartnersByPrices().solve(instance_of(points), Clock())
    assert [match.people for match in answer.matches] == [(0, 2), (1, 3)]


def test_locked_pairs_that_share_a_person_are_impossible() -> None:
    instance = instance_of(np.ones((3, 3)))
    instance = instance.vary(locked=(Lock((0, 1)), Lock((1, 2))))
    answer = PartnersByPrices().solve(instance, Clock())
    assert answer.impossible == ("locked: #0, #1", "locked: #1, #2")


def test_time_that_is_over_still_gives_partners_and_a_bound() -> None:
    random = np.random.default_rng(1)
    instance = instance_of(random.integers(0, 1000, (200, 200)), ("points",))
    proven = PartnersByPrices().solve(instance, Clock())
    hasty = PartnersByPrices().solve(instance, Clock(Budget(seconds=0.0)))
    assert hasty.tiers[0].value <= proven.tiers[0].value
    assert hasty.tiers[0].bound is not None
    assert hasty.tiers[0].bound >= proven.tiers[0].value
    assert hasty.tiers[0].certificate is not None
    assert proves(instance, hasty.tiers[0].certificate) == hasty.tiers[0].bound


def test_people_in_several_pairs_are_left_to_the_general_solver() -> None:
    instance = instance_of(np.ones((4, 4)))
    assert PartnersByPrices().accepts(instance)
    assert not PartnersByPrices().accepts(instance.vary(total_max=np.full(4, 2, np.int32)))
    assert not PartnersByPrices().accepts(instance.vary(features=frozenset({Feature.WORST})))


def test_an_odd_number_of_people_sits_in_pairs_and_one_trio() -> None:
    random = np.random.default_rng(2)
    points = random.integers(0, 1000, (41, 41))
    instance = instance_of(points).vary(trio=True, features=frozenset({Feature.TRIO}))
    answer = PartnersByPrices().solve(instance, Clock())
    assert sorted(len(match.people) for match in answer.matches) == [2] * 19 + [3]
    assert [tier.value == tier.bound for tier in answer.tiers] == [True, True]

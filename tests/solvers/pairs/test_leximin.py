"""Tier worst against trying everything, and its chain of certificates checked in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pairs_oracle import best, make, pairs_of, plain_lot, tiny, worth

from cohortopt.instance import Instance, Links
from cohortopt.solvers.base import Answer, Budget, Clock
from cohortopt.solvers.pairs import leximin
from cohortopt.solvers.pairs import problem as pairs_problem
from cohortopt.solvers.pairs.flow import FlowSolver

TIERS = [
    ("placed", "worst", "points"),
    ("placed", "worst"),
    ("worst", "points"),
    ("changes", "placed", "worst", "points"),
    ("placed", "worst", "changes", "points"),
    ("points", "worst"),
]


class Chain:
    """What is open after each certificate, in people; every step checked."""

    def __init__(self, instance: Instance, answer: Answer) -> None:
        self.instance = instance
        dense = instance.links.dense
        self.chosen = set(pairs_of(answer))
        givers, takers = sorted(instance.givers.tolist()), sorted(instance.takers.tolist())
        self.place = {g: i for i, g in enumerate(givers)}
        self.other = {t: i for i, t in enumerate(takers)}
        self.points = {(g, t): int(dense[g, t]) for g in givers for t in takers}
        self.open = {link for link, value in self.points.items() if value >= 0}
        self.gives = {g: [int(instance.gives_min[g]), int(instance.gives_max[g])] for g in givers}
        self.takes = {
            t: [
                max(int(instance.takes_min[t]), int(instance.required[t])),
                int(instance.takes_max[t]),
            ]
            for t in takers
        }
        self.seat = {t: int(instance.priority[t]) for t in takers}
        for lock in instance.locked:
            self.settle((lock.people[0], lock.people[1]))
            self.seat[lock.people[1]] = 0

    def settle(self, link: tuple[int, int]) -> None:
        assert link in self.chosen
        self.open.discard(link)
        for loads in (self.gives[link[0]], self.takes[link[1]]):
            loads[0], loads[1] = max(0, loads[0] - 1), loads[1] - 1

    def step(self, weight: dict[tuple[int, int], int], seat: int, proof: dict[str, Any]) -> None:
        """Check that the answer is best by these weights on what is open; narrow."""
        giver, taker = proof["giver"], proof["taker"]
        spare = {
            link: weight[link] - giver.get(link[0], 0) - taker.get(link[1], 0) for link in self.open
        }
        bound = sum(max(0, r) for r in spare.values())
        keep: list[tuple[list[int], list[int]]] = []
        for g, loads in self.gives.items():
            worths = {k: giver.get(g, 0) * k for k in range(loads[0], loads[1] + 1)}
            bound += max(worths.values())
            keep.append((loads, [k for k in worths if worths[k] == max(worths.values())]))
        for t, loads in self.takes.items():
            worths = {
                k: taker.get(t, 0) * k + seat * self.seat[t] * (k >= 1)
                for k in range(loads[0], loads[1] + 1)
            }
            bound += max(worths.values())
            keep.append((loads, [k for k in worths if worths[k] == max(worths.values())]))
        mine = self.open & self.chosen
        value = sum(weight[link] for link in mine)
        value += sum(seat * self.seat[t] for t in {t for _, t in mine})
        assert bound == value
        for loads, kept in keep:
            loads[0], loads[1] = kept[0], kept[-1]
        for link, r in spare.items():
            if r > 0:
                self.settle(link)
            elif r < 0:
                self.open.discard(link)
        self.open = self.usable()

    def numbers(self, proof: dict[str, Any]) -> None:
        for step in proof["steps"] if proof["kind"] == "chain" else [proof]:
            self.one(step)

    def one(self, proof: dict[str, Any]) -> None:
        worth_of = dict(proof["levels"])
        weight = {}
        for link in self.open:
            weight[link] = worth_of.get("points", 0) * self.points[link] + worth_of.get("seats", 0)
            weight[link] += worth_of.get("kept", 0) * (link in self.instance.previous)
            if "draw" in worth_of:
                seed, size = proof["draw"]
                lot = plain_lot(seed, self.place[link[0]], self.other[link[1]], size)
                weight[link] += worth_of["draw"] * lot
        self.step(weight, worth_of.get("placed", 0), proof)

    def levels(self, proof: dict[str, Any]) -> None:
        if "before" in proof:
            self.numbers(proof["before"])
        last = proof["from"] - 1
        assert all(self.points[link] > last for link in self.open & self.chosen)
        self.open = {link for link in self.open if self.points[link] > last}
        seen = set()
        for level in proof["levels"]:
            values = {self.points[link] for link in self.open}
            end = level["thresholds"][-1]
            assert {v for v in values if last < v <= end} <= set(level["thresholds"])
            multipliers = level["multipliers"]
            people = len(self.takes) + 1
            assert sum(multipliers[1:]) * people < multipliers[0] * people
            weight = {
                link: sum(
                    m
                    for y, m in zip(level["thresholds"], multipliers, strict=True)
                    if self.points[link] > y
                )
                for link in self.open
            }
            self.step(weight, 0, level)
            last = end
            seen |= set(level["thresholds"])
        values = {self.points[link] for link in self.open} - seen
        assert len(values) <= 1
        assert all(v > last for v in values)

    def usable(self) -> set[tuple[int, int]]:
        """Open links whose ends still have room."""
        return {(g, t) for g, t in self.open if self.gives[g][1] > 0 and self.takes[t][1] > 0}


def check(seed: int) -> bool:
    tiers = TIERS[seed % len(TIERS)]
    instance = tiny(seed, tiers)
    instance = instance.vary(takes_max=np.minimum(instance.takes_max, 1))
    instance = instance.vary(takes_min=np.minimum(instance.takes_min, 1))
    if seed % 4 == 0:
        instance = instance.vary(draw=seed)
    points = instance.links.dense
    if pairs_problem.LOTS < 4096:  # a test of small integers
        instance = instance.vary(links=Links.of(np.minimum(points, 9)))
    at = tiers.index("worst")
    fixed = () if "placed" in tiers[:at] else ("placed",)
    whole = (*tiers[:at], *fixed, "seats", *tiers[at:], "seats", "kept")
    answer = FlowSolver().solve(instance, Clock())
    want = best(instance, whole)
    if want is None:
        assert answer.impossible
        return False
    chosen = pairs_of(answer)
    assert tuple(worth(instance, chosen, tier) for tier in whole) == want
    assert [tier.tier for tier in answer.tiers] == list(tiers)
    chain = Chain(instance, answer)
    for tier in answer.tiers:
        assert tier.value == tier.bound
        if tier.certificate is not None and tier.certificate["kind"] != "levels":
            chain.numbers(tier.certificate)
        elif tier.certificate is not None:
            chain.levels(tier.certificate)
            counted = [v for v, count in tier.certificate["vector"] for _ in range(count)]
            assert tuple(counted) == worth(instance, chosen, "worst")
    return True


def test_leximin_equals_trying_everything_and_every_level_is_proven() -> None:
    possible = sum(check(seed) for seed in range(300))
    assert 150 < possible < 300


def test_leximin_between_tiers_that_do_not_fit_together_is_proven_by_a_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (pairs_problem, leximin):
        monkeypatch.setattr(module, "LOTS", 16)
    for room in (2**20, 2**30):
        monkeypatch.setattr(pairs_problem, "SAFE", room)
        monkeypatch.setattr(leximin, "SAFE", room)
        assert sum(check(seed) for seed in range(60)) > 30


@pytest.mark.slow
def test_leximin_equals_trying_everything_on_many_more() -> None:
    for seed in range(300, 2_300):
        check(seed)


def test_the_worst_off_comes_before_the_sum() -> None:
    links = {(0, 2): 10, (0, 3): 4, (1, 2): 5, (1, 3): 1}
    for tiers, want in (
        (("placed", "points"), ((0, 2), (1, 3))),
        (("placed", "worst", "points"), ((0, 3), (1, 2))),
    ):
        answer = FlowSolver().solve(make(links, [0, 1], [2, 3], 4, tiers=tiers), Clock())
        assert pairs_of(answer) == want


def test_takers_of_several_givers_are_left_to_another_solver() -> None:
    instance = make({(0, 1): 1}, [0], [1], 2, takes={1: (0, 2)}, tiers=("placed", "worst"))
    assert not FlowSolver().accepts(instance)
    assert FlowSolver().accepts(instance.vary(tiers=("placed", "points")))


def test_a_larger_leximin_is_never_worse_anywhere_than_points_first() -> None:
    rng = np.random.default_rng(3)
    n_givers, n_takers = 30, 100
    points = {
        (g, n_givers + t): int(rng.integers(0, 1001))
        for g in range(n_givers)
        for t in range(n_takers)
        if rng.random() < 0.3
    }
    instance = make(
        points,
        list(range(n_givers)),
        list(range(n_givers, n_givers + n_takers)),
        n_givers + n_takers,
        gives=dict.fromkeys(range(n_givers), (0, 3)),
    )
    by_points = FlowSolver().solve(instance, Clock())
    fair = FlowSolver().solve(instance.vary(tiers=("placed", "worst", "points")), Clock())
    assert fair.tiers[0] == by_points.tiers[0].__class__(
        "placed", 90, 90, fair.tiers[0].certificate
    )
    assert worth(instance, pairs_of(fair), "worst") > worth(instance, pairs_of(by_points), "worst")
    chain = Chain(instance, fair)
    chain.numbers(fair.tiers[0].certificate or {})
    chain.levels(fair.tiers[1].certificate or {})
    chain.numbers(fair.tiers[2].certificate or {})


def test_a_leximin_cut_short_is_valid_and_claims_nothing_unproven() -> None:
    links = {(g, t): (g * t) % 7 for g in range(3) for t in range(3, 9)}
    instance = make(links, [0, 1, 2], list(range(3, 9)), 9, tiers=("placed", "worst", "points"))
    answer = FlowSolver().solve(instance, Clock(Budget(seconds=0.0)))
    assert not answer.finished
    assert len(answer.matches) == 3
    assert all(tier.bound is None for tier in answer.tiers)


def test_beyond_what_is_held_the_worst_tier_has_no_bound_and_the_others_before_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    n_givers, n_takers = 40, 160
    points = {
        (g, n_givers + t): int(rng.integers(0, 1001))
        for g in range(n_givers)
        for t in range(n_takers)
    }
    people = (list(range(n_givers)), list(range(n_givers, n_givers + n_takers)))
    instance = make(
        points,
        *people,
        n_givers + n_takers,
        gives=dict.fromkeys(people[0], (1, 4)),
        tiers=("placed", "worst", "points"),
    )
    exact = FlowSolver().solve(instance, Clock())
    monkeypatch.setattr(leximin, "COMPLETE", 100)
    held = FlowSolver().solve(instance, Clock())
    assert [tier.bound for tier in held.tiers] == [160, None, None]
    assert held.tiers[1].value <= exact.tiers[1].value
    assert [tier.bound for tier in exact.tiers] == [tier.value for tier in exact.tiers]
    hopeless = instance.vary(takes_min=instance.takes_max, gives_max=instance.gives_max // 2)
    assert FlowSolver().solve(hopeless, Clock()).impossible

"""Pairs with slots through flow, colouring and cuts, against brute force."""

from __future__ import annotations

import threading

import numpy as np
import pairs_brute as oracle
import pytest

from cohortopt.instance import Feature
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.greedy import Greedy
from cohortopt.solvers.pairs.check import broken
from cohortopt.solvers.pairs.colouring import Calendar, Colouring
from cohortopt.solvers.pairs.slotted import Slotted
from cohortopt.solvers.pairs.slotted_cuts import conflicts


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


def crowded(seed: int, givers: int = 12, takers: int = 48) -> oracle.Instance:
    """Return a week of few free hours, so that slots clash in the flow's answer."""
    rng = np.random.default_rng(seed)
    n = givers + takers
    free = np.zeros((n, 672), np.bool_)
    for person in range(n):
        for day in rng.choice(5, size=3, replace=False):
            start = int(day) * 96 + int(rng.integers(32, 60))
            free[person, start : start + int(rng.integers(2, 14))] = True
    slots = oracle.Slots(oracle.pack(free), np.arange(672, dtype=np.int32), 4, 672)
    points = rng.integers(0, 1001, size=(n, n))
    apart = ~(slots.starts[:, None] & slots.starts[None, :]).any(axis=2)
    points[apart] = oracle.FORBIDDEN
    seats = np.zeros(n, np.int32)
    seats[:givers] = 5
    return oracle.random_instance(rng, frozenset({Feature.SLOTS})).vary(
        n=n,
        givers=np.arange(givers, dtype=np.int32),
        takers=np.arange(givers, n, dtype=np.int32),
        links=oracle.Links.of(points),
        gives_min=np.zeros(n, np.int32),
        takes_min=np.zeros(n, np.int32),
        gives_max=seats,
        takes_max=(seats == 0).astype(np.int32),
        total_max=np.full(n, 9, np.int32),
        priority=np.ones(n, np.int32),
        required=np.zeros(n, np.bool_),
        tiers=("placed", "points"),
        slots=slots,
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_crowded_week_is_proven_by_cuts(seed: int) -> None:
    instance = crowded(seed)
    answer = Slotted().solve(instance, Clock(Budget(seconds=None)))
    assert broken(instance, answer.matches) == []
    assert answer.facts["clashes"]
    assert answer.finished
    assert all(tier.value == tier.bound for tier in answer.tiers)
    base = Greedy().solve(instance, Clock(Budget(seconds=None)))
    ours, theirs = ([tier.value for tier in a.tiers] for a in (answer, base))
    assert ours >= theirs


def test_few_links_at_a_time_prove_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = [crowded(seed, 8, 40) for seed in range(8, 12)]
    every = [Slotted().solve(week, Clock(Budget(seconds=None))) for week in weeks]
    for name, links in (("FIRST", 4), ("EACH", 1), ("FEW", 2)):
        monkeypatch.setattr(f"cohortopt.solvers.pairs.slotted.{name}", links)
    for seed in range(60):
        compare(seed)
    for week, answer in zip(weeks, every, strict=True):
        few = Slotted().solve(week, Clock(Budget(seconds=None)))
        assert [tier.value for tier in few.tiers] == [tier.value for tier in answer.tiers]
        assert few.finished


def test_the_same_seed_gives_the_same_answer() -> None:
    once, again = (Slotted().solve(crowded(1), Clock(Budget(seconds=None))) for _ in range(2))
    assert once == again


def test_without_time_the_answer_is_legal_and_claims_nothing() -> None:
    instance = crowded(0)
    answer = Slotted().solve(instance, Clock(Budget(seconds=0.0)))
    assert broken(instance, answer.matches) == []
    assert not answer.finished


@pytest.mark.parametrize("seed", range(3))
def test_bounds_without_time_hold(seed: int) -> None:
    instance = crowded(seed)
    hasty = Slotted().solve(instance, Clock(Budget(seconds=0.0)))
    best = Slotted().solve(instance, Clock(Budget(seconds=None)))
    assert hasty.tiers[0].bound is not None
    assert hasty.tiers[0].bound >= best.tiers[0].value


def test_once_the_time_is_over_no_model_is_built_for_links_that_nothing_is_known_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    instance = oracle.random_instance(rng, frozenset({Feature.SLOTS}), most=3_000)
    assert instance.slots is not None
    calendar = Calendar(instance.slots)
    links = [(int(g), int(t)) for g in instance.givers[:1] for t in instance.takers if g != t]
    cancel = threading.Event()
    cancel.set()
    given_up = Colouring((-1,) * len(links), (), (tuple(range(len(links))),))
    monkeypatch.setattr("cohortopt.solvers.pairs.slotted_cuts.colour", lambda *_, **__: given_up)
    monkeypatch.setattr("cohortopt.solvers.pairs.slotted_cuts.decide", None)
    slots, clashes = conflicts(instance, calendar, links, Clock(cancel=cancel))
    assert (slots, clashes) == ({}, [])

"""Sessions on slots: as good as trying everything, and proven by prices that add up."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from session_oracle import (
    best,
    counts,
    lacks,
    objection,
    proven_bound,
    sessions,
    timetable_instance,
    worth,
)

from cohortopt.instance import FORBIDDEN, Feature, Instance, Lock
from cohortopt.solvers.base import Answer, Clock
from cohortopt.solvers.sessions.model import Timetable
from cohortopt.solvers.sessions.relaxed import WithoutSlots
from cohortopt.solvers.sessions.timetable import TimetableSolver


def random_instance(seed: int) -> Instance:
    """Return a tiny instance with some of every rule, so that people and slots collide."""
    rng = random.Random(seed)
    n_givers, n_takers, slots = rng.randint(1, 3), rng.randint(1, 4), rng.randint(1, 3)
    topical = rng.random() < 0.4
    if topical or n_givers * n_takers > 9:
        slots = min(slots, 2)
    both = rng.random() < 0.25
    n = max(n_givers, n_takers) if both else n_givers + n_takers
    givers = list(range(n_givers))
    takers = list(range(n_takers)) if both else list(range(n_givers, n))
    points = [[rng.choice([FORBIDDEN, 0, 1, 2, 5, 7, 9]) for _ in range(n)] for _ in range(n)]
    free = [[rng.random() < 0.75 for _ in range(slots)] for _ in range(n)]
    more: dict[str, Any] = {"length": rng.choice([60, 60, 90]), "cycle": rng.choice([0, 0, 240])}
    if rng.random() < 0.3:
        week = 7 * 24 * 60
        more |= {"at": [week * k + rng.choice([0, 600]) for k in range(slots)], "cycle": 0}
        more["apart_weeks"] = rng.choice([1, 2])
    more["gives_max"] = [rng.randint(1, 3) for _ in range(n)]
    more["takes_max"] = [rng.randint(1, 3) for _ in range(n)]
    if rng.random() < 0.3:
        more["total_max"] = [rng.randint(1, 3) for _ in range(n)]
    if rng.random() < 0.3:
        more["takes_min"] = [int(rng.random() < 0.4) for _ in range(n)]
        more["gives_min"] = [int(rng.random() < 0.3) for _ in range(n)]
    if rng.random() < 0.2:
        more["required"] = [rng.random() < 0.3 and p in {*givers, *takers} for p in range(n)]
    if rng.random() < 0.3:
        more["rooms"] = rng.randint(1, 2)
    if rng.random() < 0.2:
        more["priority"] = [rng.randint(1, 3) for _ in range(n)]
    more["mutual"] = not (both and rng.random() < 0.5)
    if topical:
        wanted = [[rng.choice([0, 0, 3, 5]) for _ in range(2)] for _ in range(n)]
        taught = [[rng.random() < 0.6 for _ in range(2)] for _ in range(n)]
        more |= {"topics": np.array(wanted, np.int64), "taught": np.array(taught, np.bool_)}
    pair = (rng.choice(givers), rng.choice(takers))
    if rng.random() < 0.15 and pair[0] != pair[1]:
        more["locked"] = (Lock(pair, 1, rng.choice([-1, rng.randrange(slots)])),)
    tiers = rng.choice(
        [("placed", "points"), ("placed", "worst", "points"), ("points",), ("worst", "points")]
    )
    if rng.random() < 0.2 and pair[0] != pair[1]:
        more["previous"] = (pair,)
        tiers = rng.choice([(*tiers, "changes"), ("changes", *tiers)])
    return timetable_instance(points, free, givers, takers, tiers=tiers, **more)


def solve(instance: Instance) -> Answer:
    return TimetableSolver().solve(instance, Clock())


def check(instance: Instance) -> None:
    """Compare an answer with trying everything, and read every certificate by hand."""
    answer, truth = solve(instance), best(instance)
    chosen = [(*match.people, match.slot, match.topic) for match in answer.matches]
    if truth is None:
        assert answer.impossible
        proof = answer.facts.get("shortfall")
        assert proof is None or proven_bound(instance, proof) < 0
        return
    points_of = dict(sessions(instance))
    assert not answer.impossible
    assert objection(instance, chosen) is None
    assert not lacks(instance, chosen)
    points = sum(points_of[session] for session in chosen)
    assert worth(instance, chosen, points) == truth
    assert answer.finished
    for tier, value in zip(answer.tiers, truth, strict=True):
        if tier.tier == "worst":
            count = [c for c in counts(instance, chosen).values() if c]
            assert tier.value == min(count, default=0)
            assert answer.facts["worst"]["vector"] == sorted(count)
            assert answer.facts["worst"]["levels"] == answer.facts["worst"]["bounds"]
            proofs = tier.certificate["levels"] if tier.certificate else []
            for level, proof in zip(answer.facts["worst"]["levels"], proofs, strict=True):
                assert proof is None or proven_bound(instance, proof) == level
            continue
        assert tier.value == (-value if tier.tier == "changes" else value)
        assert tier.bound == tier.value
        if tier.certificate is not None:
            goal = proven_bound(instance, tier.certificate)
            wanted = {pair[:2] for pair in instance.previous}
            assert (len(wanted) - goal if tier.tier == "changes" else goal) == tier.bound


@pytest.mark.parametrize("block", range(10))
def test_a_timetable_is_worth_as_much_as_trying_everything(block: int) -> None:
    for seed in range(30 * block, 30 * block + 30):
        check(random_instance(seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_two_thousand_timetables_are_worth_as_much_as_trying_everything(block: int) -> None:
    for seed in range(1000 + 100 * block, 1000 + 100 * block + 100):
        check(random_instance(seed))


def test_an_empty_event_is_solved() -> None:
    free = np.ones((3, 2), np.bool_)
    nobody = timetable_instance(np.zeros((3, 3)), free, [], [1, 2])
    assert solve(nobody).matches == ()
    assert [tier.value for tier in solve(nobody).tiers] == [0, 0]


def test_it_refuses_what_is_not_a_timetable() -> None:
    free = np.ones((2, 1), np.bool_)
    event = timetable_instance(np.zeros((2, 2)), free, [0], [1])
    assert TimetableSolver().accepts(event)
    assert not TimetableSolver().accepts(event.vary(slots=None))
    assert not TimetableSolver().accepts(event.vary(features=frozenset({Feature.SLOTS})))
    assert not TimetableSolver().accepts(event.vary(tiers=("stable",)))


def test_pairs_tied_to_one_window_are_bounded_without_slots() -> None:
    """One giver shares nothing but the first slot with two takers: one of them, and no more."""
    free = [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    points = np.array([[FORBIDDEN, 5, 7], [FORBIDDEN] * 3, [FORBIDDEN] * 3])
    more: dict[str, Any] = {"gives_max": [3, 1, 1], "tiers": ("placed", "points")}
    instance = timetable_instance(points, free, [0], [1, 2], **more)
    table = Timetable(instance)
    tied = WithoutSlots(table).table.tied
    assert tied is not None
    assert sorted(zip(tied.giver.tolist(), tied.taker.tolist(), strict=True)) == [(0, 0), (0, 1)]
    answer = solve(instance)
    assert [(tier.value, tier.bound) for tier in answer.tiers] == [(1, 1), (7, 7)]

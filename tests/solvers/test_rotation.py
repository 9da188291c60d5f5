"""Rounds planned together: as good as trying everything, fair, and honest about repeats."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations, permutations
from math import lcm
from typing import Any

import numpy as np
import pytest

from cohortopt.instance import FORBIDDEN, Feature, Grouping, Instance, Links
from cohortopt.solvers.base import Answer, Budget, Clock, Found
from cohortopt.solvers.rotation import Rotation
from cohortopt.solvers.rotation_check import is_fair, repeats

Round = tuple[tuple[int, ...], ...]


def rotation_instance(shape: str, points: Any, rounds: int, **more: Any) -> Instance:
    """Return an instance of several rounds in which everybody takes part once a round."""
    n = len(points)
    everyone, ones = np.arange(n, dtype=np.int32), np.ones(n, np.int32)
    fields: dict[str, Any] = {
        "givers": everyone,
        "takers": everyone,
        "gives_min": 0 * ones,
        "gives_max": ones,
        "takes_min": 0 * ones,
        "takes_max": ones,
        "total_max": ones,
        "priority": ones,
        "required": np.zeros(n, np.bool_),
        "features": frozenset({Feature.ROUNDS}),
    }
    fields |= more
    return Instance(shape, n, links=Links.of(np.array(points)), rounds=rounds, **fields)


def groups_of(size_min: int, size_max: int, count: int = -1) -> Grouping:
    scale = lcm(*(max(1, s - 1) for s in range(size_min, size_max + 1)))
    return Grouping(size_min, size_max, count=count, scale=scale)


def splits(people: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[Round]:
    """Yield every way to seat people in groups of the sizes, once each; the rest sits out."""
    if not sizes:
        yield ()
        return
    for group in combinations(people, sizes[0]):
        left = tuple(p for p in people if p not in group)
        for rest in splits(left, sizes[1:]):
            if not rest or len(rest[0]) < len(group) or rest[0] > group:
                yield (group, *rest)


def pays(instance: Instance, group: tuple[int, ...]) -> int:
    square, total = instance.links.dense, 0
    for a, b in permutations(group, 2):
        total += int(square[a, b])
    if instance.grouping is None:
        return total
    return total * instance.grouping.scale // (len(group) - 1)


def turns_fit(n: int, outs: list[frozenset[int]]) -> bool:
    """Whether some order of the rounds lets nobody sit out twice before everyone has once."""
    for order in permutations(outs):
        count, fits = [0] * n, True
        for out in order:
            for person in out:
                count[person] += 1
            fits &= max(count) - min(count) <= 1
        if fits:
            return True
    return False


def best_rounds(instance: Instance, sizes: tuple[int, ...]) -> tuple[int, int]:
    """Return the fewest repeats and the most points with them, over all fair plans."""
    n, square = instance.n, instance.links.dense
    ways = []
    for way in splits(tuple(range(n)), sizes):
        if all(square[a, b] != FORBIDDEN for g in way for a, b in permutations(g, 2)):
            ways.append(way)
    pairs = {pair: k for k, pair in enumerate(combinations(range(n), 2))}
    met_in = np.zeros((len(ways), len(pairs)), np.int64)
    for row, way in enumerate(ways):
        for group in way:
            for pair in combinations(group, 2):
                met_in[row, pairs[pair]] = 1
    points = np.array([sum(pays(instance, g) for g in way) for way in ways], np.int64)
    out = [frozenset(range(n)) - {p for g in way for p in g} for way in ways]
    price = max(0, instance.repeat_loss)
    if instance.grouping is not None:
        price *= instance.grouping.scale
    best: tuple[int, int] | None = None
    firsts = [(k,) for k in range(len(ways))]
    if instance.rounds == 3:
        firsts = [(i, j) for i in range(len(ways)) for j in range(i, len(ways))]
    for first in firsts:
        count = met_in[list(first)].sum(axis=0)[None, :] + met_in
        again = np.maximum(0, count - 1).sum(axis=1)
        worth = points[list(first)].sum() + points
        if instance.repeat_loss >= 0:
            worth, order = worth - price * again, np.zeros_like(again)
        else:
            order = again
        for k in np.lexsort((-worth, order)).tolist():
            value = (-int(order[k]), int(worth[k]))
            if k < first[-1] or (best is not None and value <= best):
                if best is not None and value <= best:
                    break
                continue
            if turns_fit(n, [out[i] for i in (*first, k)]):
                best = value
    assert best is not None
    return best


def solve(instance: Instance, seconds: float = 60) -> Answer:
    assert Rotation().accepts(instance)
    return Rotation().solve(instance, Clock(Budget(seconds)))


def check_rounds(instance: Instance, matches: tuple[Found, ...]) -> None:
    """Nobody is twice in a round, rounds have their numbers, and turns are fair."""
    seats = [(match.round, person) for match in matches for person in match.people]
    assert len(set(seats)) == len(seats)
    assert {match.round for match in matches} <= set(range(1, instance.rounds + 1))
    assert is_fair(instance, matches)


def random_rotation(seed: int) -> tuple[Instance, tuple[int, ...]]:
    rng = random.Random(seed)
    shape, n, sizes, rounds = rng.choice(
        [
            ("partners", 4, (2, 2), 3),
            ("partners", 5, (2, 2), 3),
            ("partners", 6, (2, 2, 2), 3),
            ("partners", 7, (2, 2, 2), 2),
            ("partners", 8, (2, 2, 2, 2), 2),
            ("trio", 5, (3, 2), 2),
            ("trio", 7, (3, 2, 2), 2),
            ("groups", 6, (3, 3), 3),
            ("groups", 7, (3, 3), 2),
            ("groups", 7, (4, 3), 2),
            ("groups", 8, (4, 4), 3),
            ("groups", 9, (3, 3, 3), 2),
        ]
    )
    points = np.array([[rng.choice([0, 1, 3, 10, 40]) for _ in range(n)] for _ in range(n)])
    more: dict[str, Any] = {"repeat_loss": rng.choice([-1, -1, 0, 5, 30])}
    if shape == "trio":
        more |= {"trio": True, "features": frozenset({Feature.ROUNDS, Feature.TRIO})}
        shape = "partners"
    elif shape == "groups":
        more["grouping"] = groups_of(min(sizes), max(sizes), len(sizes))
        more["features"] = frozenset({Feature.ROUNDS, Feature.GROUP_COUNT})
    return rotation_instance(shape, points, rounds, **more), sizes


def compare(seed: int) -> None:
    instance, sizes = random_rotation(seed)
    answer, (fewest, most) = solve(instance), best_rounds(instance, sizes)
    if instance.repeat_loss < 0 and fewest < 0 and not answer.impossible:
        assert repeats(instance, answer.matches) == 0  # the rule holds, people are left out
        assert answer.facts["fewest_repeats"]["value"] == -fewest
        return
    check_rounds(instance, answer.matches)
    placed, points = answer.tiers
    assert placed.value == placed.bound == instance.rounds * sum(sizes)
    if instance.repeat_loss < 0:
        assert repeats(instance, answer.matches) == -fewest == answer.facts["repeats"]
    assert answer.facts["repeats_bound"]["value"] <= answer.facts["repeats"]
    assert points.value == most
    assert points.bound is not None
    if not answer.impossible:
        assert points.bound >= most


@pytest.mark.parametrize("block", range(10))
def test_rounds_are_worth_as_much_as_trying_everything(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_rounds_are_worth_as_much_as_trying_everything(block: int) -> None:
    for seed in range(1000 + block * 100, 1100 + block * 100):
        compare(seed)

"""Branch and bound over packings: the best is found, and nothing is said to be better."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.exchange.packing_tree import Aims, Search


def packing(seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the people of a few rings, what they earn, and what they add to a floor."""
    random = np.random.default_rng(seed)
    n, rings = int(random.integers(2, 9)), int(random.integers(0, 14))
    people = np.full((rings, 4), -1, np.int32)
    for ring in people:
        size = int(random.integers(2, min(n, 4) + 1))
        ring[:size] = random.choice(n, size, replace=False)
    top = (2, 10, 1000)[seed % 3]  # coarse gains tie
    return people, random.integers(0, top, rings), random.integers(0, 3, rings)


def choices(people: NDArray[np.int32]) -> list[list[int]]:
    """Return every choice of rings in which nobody sits twice."""
    found: list[list[int]] = [[]]
    for ring, members in enumerate(people):
        mine = set(members[members >= 0].tolist())
        free = [rows for rows in found if not mine & set(people[rows].ravel().tolist())]
        found += [[*rows, ring] for rows in free]
    return found


def searched(people: NDArray[np.int32], aims: Aims, threads: int = 1) -> Search:
    search = Search(people, aims)
    search.run(Clock(Budget(seconds=None, threads=threads)))
    return search


@pytest.mark.parametrize("threads", [1, 2])
def test_the_best_choice_is_found_and_nothing_better(threads: int) -> None:
    for seed in range(60):
        people, gain, _ = packing(seed)
        best = max(int(gain[rows].sum()) for rows in choices(people))
        search = searched(people, Aims.plain(gain, 0), threads)
        assert search.rows is not None
        assert sorted(search.rows.tolist()) in choices(people)
        assert int(gain[search.rows].sum()) == best == search.bound
        above = searched(people, Aims.plain(gain, best + 1), threads)
        assert (above.rows, above.bound) == (None, best)


def test_who_must_sit_sits_and_the_rest_is_best() -> None:
    for seed in range(60):
        people, gain, _ = packing(seed)
        must = np.random.default_rng(seed).random(9) < 0.3
        must &= np.isin(np.arange(9), people)
        fits = [
            int(gain[rows].sum())
            for rows in choices(people)
            if np.isin(np.flatnonzero(must), people[rows]).all()
        ]
        search = Search(people, Aims.plain(gain, 0), must)
        search.run(Clock(Budget(seconds=None)))
        if search.rows is None:
            assert not fits
            continue
        assert np.isin(np.flatnonzero(must), people[search.rows]).all()
        assert int(gain[search.rows].sum()) == max(fits) == search.bound


@pytest.mark.parametrize("times", [0.0, 1.7, 100.0])
def test_floors_are_reached_whatever_they_count_in_the_bounds(times: float) -> None:
    for seed in range(60):
        people, gain, amounts = packing(seed)
        every = choices(people)
        floor = max(int(amounts[rows].sum()) for rows in every)
        best = max(int(gain[rows].sum()) for rows in every if amounts[rows].sum() >= floor)
        aims = Aims(gain, 0, amounts[None], np.array([floor]), np.array([times]))
        search = searched(people, aims)
        assert search.rows is not None
        assert int(amounts[search.rows].sum()) >= floor
        assert int(gain[search.rows].sum()) == best == search.bound


def test_a_search_cut_short_still_bounds_what_is_possible() -> None:
    random = np.random.default_rng(1)
    people = np.array([random.choice(60, 3, replace=False) for _ in range(400)], np.int32)
    gain = random.integers(500, 1500, 400)
    whole = searched(people, Aims.plain(gain, 0))
    assert whole.rows is not None
    best = int(gain[whole.rows].sum())
    assert whole.bound == best
    for nodes in (1, 5, 50):
        search = Search(people, Aims.plain(gain, 0))
        search.run(Clock(), nodes)
        assert search.bound is not None
        assert search.bound >= best

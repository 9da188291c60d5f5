"""Slots for given matches."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cohortopt.instance import Slots, pack
from cohortopt.solvers.pairs.colouring import Calendar, bits, colour, components


def random_case(rng: np.random.Generator) -> tuple[Slots, list[tuple[int, ...]], list[int]]:
    n, count = int(rng.integers(2, 6)), int(rng.integers(1, 8))
    length = int(rng.integers(1, 4))
    at = np.sort(rng.choice(np.arange(0, 12), size=count, replace=False)).astype(np.int32)
    cycle = 12 if rng.random() < 0.5 else 0
    slots = Slots(pack(rng.random((n, count)) < 0.7), at, length, cycle)
    pairs = [tuple(map(int, rng.choice(n, size=2, replace=False))) for _ in range(5)]
    matches = sorted(set(pairs))[: int(rng.integers(1, 6))]
    fixed = [int(rng.integers(0, count)) if rng.random() < 0.1 else -1 for _ in matches]
    return slots, matches, fixed


def by_brute_force(slots: Slots, matches: list[tuple[int, ...]], fixed: list[int]) -> bool:
    """Whether some choice of slots works."""
    choices = [
        [s for s in slots.common(people).tolist() if pin in (-1, s)]
        for people, pin in zip(matches, fixed, strict=True)
    ]
    return any(fits(slots, matches, way) for way in itertools.product(*choices))


def fits(slots: Slots, matches: list[tuple[int, ...]], way: tuple[int, ...]) -> bool:
    return not any(
        set(matches[i]) & set(matches[j]) and slots.clash(way[i], way[j])
        for i, j in itertools.combinations(range(len(matches)), 2)
    )


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_slots_are_found_where_trying_everything_finds_some(start: int) -> None:
    for seed in range(start, start + 100):
        slots, matches, fixed = random_case(np.random.default_rng(seed))
        calendar = Calendar(slots)
        found = colour(calendar, matches, fixed)
        assert found.is_complete == by_brute_force(slots, matches, fixed), seed
        assert not found.unknown
        if found.is_complete:
            assert fits(slots, matches, found.slots), seed
            for people, slot, pin in zip(matches, found.slots, fixed, strict=True):
                assert slot in slots.common(people)
                assert pin in (-1, slot)
        for clash in found.clashes:
            part, pins = [matches[i] for i in clash], [fixed[i] for i in clash]
            assert not by_brute_force(slots, part, pins), seed
            for leave in range(len(part)):
                rest, free = part[:leave] + part[leave + 1 :], pins[:leave] + pins[leave + 1 :]
                assert by_brute_force(slots, rest, free), seed


def test_as_many_meetings_fit_as_trying_everything_finds() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        slots, *_ = random_case(rng)
        calendar = Calendar(slots)
        free = bits(calendar.free(0))
        best = max(
            k
            for k in range(len(free) + 1)
            for some in itertools.combinations(free, k)
            if not any(slots.clash(a, b) for a, b in itertools.combinations(some, 2))
        )
        assert calendar.most(calendar.free(0)) == best


def test_nothing_to_colour_is_complete() -> None:
    slots = Slots(pack(np.ones((2, 3), np.bool_)), np.arange(3, dtype=np.int32), 1)
    found = colour(Calendar(slots), [])
    assert found.is_complete
    assert found.slots == ()


def test_matches_that_share_nobody_are_apart() -> None:
    assert components([(0, 1), (2, 3), (1, 4), (5, 3)]) == [[0, 2], [1, 3]]


def test_a_long_chain_of_matches_is_coloured() -> None:
    n = 1_000
    slots = Slots(pack(np.ones((n, 4), np.bool_)), np.arange(4, dtype=np.int32), 2)
    matches = [(i, i + 1) for i in range(n - 1)]
    found = colour(Calendar(slots), matches)
    assert found.is_complete
    assert all(abs(a - b) >= 2 for a, b in itertools.pairwise(found.slots))


def test_a_search_without_patience_says_that_it_does_not_know() -> None:
    slots = Slots(pack(np.ones((3, 2), np.bool_)), np.arange(2, dtype=np.int32), 1)
    matches = [(0, 1), (1, 2), (0, 2)]
    assert colour(Calendar(slots), matches).clashes == ((0, 1, 2),)
    assert colour(Calendar(slots), matches, patience=1).unknown == ((0, 1, 2),)

"""Bounds on rounds and repeats: never above the truth, and exact for the classic sizes."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import pytest
from test_rotation import splits

from cohortopt.solvers.rounds.bounds import fewest_repeats, forced_together, most_rounds
from cohortopt.solvers.rounds.constructions import repeats
from cohortopt.solvers.rounds.possible import rounds_possible


@pytest.mark.parametrize(
    ("n", "sizes", "rounds"),
    [
        (4, (2, 2), 4), (5, (2, 2), 3), (6, (3, 3), 3), (6, (2, 2, 2), 3), (7, (3, 3), 2),
        (6, (4, 2), 3), (5, (3, 2), 3), (6, (3, 2), 3), (8, (4, 4), 2), (6, (2, 2), 3),
    ],
)  # fmt: skip
def test_no_plan_has_fewer_repeats_than_the_bound(
    n: int, sizes: tuple[int, ...], rounds: int
) -> None:
    ways = [
        frozenset(pair for group in way for pair in combinations(group, 2))
        for way in splits(tuple(range(n)), sizes)
    ]
    truth = min(
        sum(len(way) for way in plan) - len(frozenset().union(*plan))
        for plan in combinations_with_replacement(ways, rounds)
    )
    bound = fewest_repeats(n, sizes, rounds)
    assert bound.value <= truth
    if bound.kind == "none":
        assert bound.value == 0
    else:
        assert str(bound.value) in bound.text


@pytest.mark.parametrize(
    ("groups", "size", "rounds"),
    [
        (4, 4, 5), (4, 3, 4), (5, 3, 7), (5, 4, 6), (5, 5, 6), (6, 3, 8), (6, 4, 7), (6, 6, 3),
        (7, 3, 10), (7, 7, 8), (8, 3, 11), (8, 4, 10), (8, 8, 9), (9, 3, 13), (2, 3, 1), (3, 3, 4),
    ],
)  # fmt: skip
def test_rounds_of_the_classic_sizes_are_bounded_by_counting(
    groups: int, size: int, rounds: int
) -> None:
    assert most_rounds(groups * size, [size] * groups).value == rounds


def test_six_rounds_of_sixteen_in_fours_are_impossible_and_cost_24_repeats() -> None:
    bound = fewest_repeats(16, [4] * 4, 6)
    assert bound.value == 24
    assert "6 rounds hold 144 meetings" in bound.text
    assert "120 different pairs" in bound.text


def test_twenty_people_in_fives_repeat_130_times_in_eight_rounds() -> None:
    assert fewest_repeats(20, [5] * 4, 8).value == 130
    assert forced_together([5] * 4, [5] * 4) == 4
    assert fewest_repeats(20, [5] * 4, 2).value == 4
    assert fewest_repeats(20, [5] * 4, 2).kind == "pigeonhole"


@pytest.mark.parametrize(
    ("n", "sizes", "rounds"),
    [(16, [4] * 4, 5), (15, [3] * 5, 7), (24, [4] * 6, 7), (9, [2] * 4, 9), (10, [2] * 5, 9)],
)
def test_the_rounds_possible_are_found_with_a_plan(n: int, sizes: list[int], rounds: int) -> None:
    bound, plan = rounds_possible(n, sizes)
    assert bound == len(plan) == rounds
    assert repeats(plan) == 0
    for round_ in plan:
        assert sorted(map(len, round_)) == sorted(sizes)
        assert len({p for group in round_ for p in group}) == sum(sizes)


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        rounds_possible(7, [4, 4])
    bound, plan = rounds_possible(3, [1, 1, 1])
    assert bound > 100
    assert repeats(plan) == 0

"""Constructions give whole rounds in which nobody meets anybody twice."""

from __future__ import annotations

from itertools import combinations

import pytest

from cohortopt.solvers.rounds.constructions import (
    Field,
    Plan,
    best_plan,
    prime_power,
    repeats,
    round_robin,
    starter,
    transversal,
)


def meets_once(plan: Plan) -> bool:
    pairs = [p for round_ in plan for group in round_ for p in combinations(sorted(group), 2)]
    return len(pairs) == len(set(pairs))


def seats_everyone(plan: Plan, n: int) -> bool:
    return all(sorted(p for group in round_ for p in group) == list(range(n)) for round_ in plan)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 9, 30])
def test_a_round_robin_lets_every_two_meet_once(n: int) -> None:
    plan = round_robin(n)
    assert meets_once(plan)
    met = {pair for round_ in plan for pair in round_}
    assert met == set(combinations(range(n), 2))
    assert len(plan) == (0 if n < 2 else n - 1 + n % 2)
    if n % 2 and n > 1:
        outs = [set(range(n)).difference(*round_) for round_ in plan]
        assert sorted(p for out in outs for p in out) == list(range(n))


@pytest.mark.parametrize("q", [2, 3, 4, 5, 7, 8, 9, 16])
def test_a_field_has_inverses_and_no_zero_divisors(q: int) -> None:
    field = Field(q)
    for a in range(1, q):
        assert sorted(field.times(a, b) for b in range(q)) == list(range(q))
        assert sorted(field.add(a, b) for b in range(q)) == list(range(q))
    for a, b, c in [(1, q - 1, q // 2), (q - 1, q // 2, 1)]:
        left = field.times(a, field.add(b, c))
        assert left == field.add(field.times(a, b), field.times(a, c))


def test_prime_powers_are_told_apart() -> None:
    assert [q for q in range(1, 18) if prime_power(q)] == [2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17]
    with pytest.raises(ValueError, match="6 elements"):
        Field(6)


@pytest.mark.parametrize(
    ("groups", "size", "rounds"),
    [(3, 3, 4), (4, 4, 5), (5, 5, 6), (8, 4, 9), (7, 7, 8), (8, 8, 9), (9, 3, 12), (5, 3, 5)],
)
def test_lines_of_a_plane_are_rounds(groups: int, size: int, rounds: int) -> None:
    plan = transversal(groups, size)
    assert len(plan) >= rounds
    assert meets_once(plan)
    assert seats_everyone(plan, groups * size)


@pytest.mark.parametrize(
    ("groups", "size", "rounds"), [(5, 3, 7), (6, 4, 7), (8, 3, 11), (7, 3, 10)]
)
def test_one_round_turned_gives_the_known_best(groups: int, size: int, rounds: int) -> None:
    plan = starter(groups, size)
    assert len(plan) == rounds
    assert meets_once(plan)
    assert seats_everyone(plan, groups * size)


@pytest.mark.parametrize("groups", range(1, 6))
@pytest.mark.parametrize("size", [1, 2, 3])
def test_there_is_always_a_plan(groups: int, size: int) -> None:
    plan = best_plan(groups, size)
    assert plan
    assert repeats(plan) == 0
    assert seats_everyone(plan, groups * size)
    assert all(len(group) == size for round_ in plan for group in round_)

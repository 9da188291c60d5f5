"""The compiled searches of groups keep every sum right, whatever moves they make."""

from __future__ import annotations

import numpy as np
import pytest
from group_oracle import problem, recount

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.groups import fast
from cohortopt.solvers.groups.ladder import Ladder, best_plan
from cohortopt.solvers.groups.plain import PlainGroups, even_sizes, fit_limits, widest_sizes

MOVES = [pytest.param(20_000), pytest.param(1_000_000, marks=pytest.mark.slow)]
CLOCK = Clock(Budget(None, 3, 2, reproducible=True))
LOW, HIGH = [4, 6, 5, 5, 8], [9, 8, 12, 10, 12]


def plain(n: int, low: list[int], high: list[int], means: bool = False) -> PlainGroups:
    """Return n people with random points; groups are worth their sums, or means times 2,520."""
    points = np.random.default_rng(n).integers(0, 100, (n, n)).astype(np.int32)
    points += points.T
    np.fill_diagonal(points, 0)
    sizes = np.arange(max(high) + 2)
    weight = 2520 // np.maximum(1, sizes - 1) if means else np.ones(len(sizes))
    return PlainGroups(
        points, np.array(low), np.array(high), weight.astype(np.int64), not means, not means
    )


def value(plain: PlainGroups, where: np.ndarray) -> int:
    """Return what a plan is worth, counted afresh."""
    worth = 0
    for g in range(len(plain.lower)):
        inside = np.flatnonzero(where == g)
        worth += int(plain.weight[len(inside)]) * int(plain.points[np.ix_(inside, inside)].sum())
    return worth // 2


@pytest.mark.parametrize("moves", MOVES)
@pytest.mark.parametrize("means", [False, True])
def test_sums_of_plain_groups_equal_recounting_after_many_moves(means: bool, moves: int) -> None:
    groups = plain(40, LOW, HIGH, means)
    ladder = Ladder(groups, CLOCK, 0)
    ladder.widen(2)
    fast.copy(ladder.plans, 0, 1)
    plans, heat, made = ladder.plans, ladder.scale(), 0
    while made < moves:
        before = plans.worth[:, fast.LOSING].copy()
        for row in (0, 1):
            ladder.sweep(row, heat * (row + 1) / 2, 200)
        made += int((plans.worth[:, fast.LOSING] - before).sum())
        for row in (0, 1):
            seen = [kept[row].copy() for kept in plans[:9]]
            assert value(groups, plans.best[row]) == plans.worth[row, fast.BEST]
            fast.tabulate(ladder.task, plans, row)
            where, shared, member, size, total, lower, upper = seen[:7]
            assert (shared == plans.shared[row]).all()
            assert (size == plans.size[row]).all()
            assert (total == plans.total[row]).all()
            assert seen[8][fast.NOW] == plans.worth[row, fast.NOW] == value(groups, where)
            assert ((lower <= size) & (size <= upper)).all()
            limits = sorted(zip(lower.tolist(), upper.tolist(), strict=True))
            assert limits == sorted(zip(LOW, HIGH, strict=True))
            for g in range(len(size)):
                assert sorted(member[g, : size[g]]) == np.flatnonzero(where == g).tolist()


@pytest.mark.parametrize("moves", MOVES)
def test_sums_of_rich_groups_equal_recounting_after_many_moves(moves: int) -> None:
    from cohortopt.solvers.groups import kernels
    from cohortopt.solvers.groups.problem import make_problem
    from cohortopt.solvers.groups.search import RichSearch
    from cohortopt.solvers.groups.tables import blank

    made, seed = 0, 0
    while made < moves:
        seed += 1
        one = RichSearch(make_problem(problem(seed, 9), 3), seed)
        state, again = one.state, blank(one.problem, one.fixed, seed)
        for hot in (1e9, 1e6, 1e3):
            knobs = one.knobs(hot, hot, False)
            for _ in range(10):
                made += one.work(kernels.ANNEAL, one.best, knobs, 1_000)
                recount(one, again)
                assert again.total.tolist() == state.total.tolist()
                assert (again.group == state.group).all()
                assert (again.contrib == state.contrib).all()


def test_a_ladder_never_swaps_to_less_when_cold() -> None:
    groups = plain(40, LOW, HIGH)
    ladder = Ladder(groups, CLOCK, 0)
    before = ladder.value
    ladder.sweep(0, 1e-9, 50)
    assert ladder.plans.worth[0, fast.LOSING] == 0
    assert ladder.value == ladder.plans.worth[0, fast.NOW] > before


def test_rungs_run_from_hot_to_cold() -> None:
    ladder = Ladder(plain(60, [10] * 6, [10] * 6), CLOCK, 0)
    ladder.run()
    assert (np.diff(ladder.heats) < 0).all()
    assert len(ladder.heats) == len(ladder.plans.where) >= 3


def test_the_best_plan_is_the_optimum_where_groups_are_hidden() -> None:
    where = np.random.default_rng(1).permutation(np.repeat(np.arange(6), [3, 4, 4, 5, 6, 6]))
    points = (where[:, None] == where[None, :]).astype(np.int32)
    np.fill_diagonal(points, 0)
    flat = np.ones(9, np.int64)
    groups = PlainGroups(points, np.full(6, 3), np.full(6, 7), flat, True, False)
    plan = best_plan(groups, CLOCK)
    assert plan.value == value(groups, plan.where) == 3 + 6 + 6 + 10 + 15 + 15
    assert ((plan.lower <= np.bincount(plan.where)) & (np.bincount(plan.where) <= plan.upper)).all()


def test_one_group_takes_everyone() -> None:
    groups = plain(8, [1], [9])
    assert best_plan(groups, CLOCK).value == int(groups.points.sum()) // 2


def test_sizes_add_up_and_stay_inside_limits() -> None:
    limits = list(zip(LOW, HIGH, strict=True))
    wide, even = widest_sizes(40, limits), even_sizes(40, limits)
    assert sum(wide) == sum(even) == 40
    for sizes in (wide, even):
        assert all(low <= k <= high for k, (low, high) in zip(sizes, limits, strict=True))
    assert sum(k * k for k in wide) >= sum(k * k for k in even)
    assert widest_sizes(99, limits) == []


def test_limits_are_dealt_to_sizes_that_fit() -> None:
    low, high = fit_limits(np.array([12, 4, 7]), np.array([4, 6, 5]), np.array([5, 8, 12]))
    assert low.tolist() == [5, 4, 6]
    assert high.tolist() == [12, 5, 8]


def test_a_search_that_begins_when_time_is_over_returns_the_plan_it_began_with() -> None:
    groups = plain(40, LOW, HIGH)
    ladder = Ladder(groups, Clock(Budget(0.0)), 0)
    begun = ladder.plans.where[0].copy()
    ladder.pilot()
    assert (ladder.plans.where[0] == begun).all()
    assert (np.diff(ladder.heats) <= 0).all()

"""The groups search keeps every rule, repeats itself, and its sums are right after any moves."""

from __future__ import annotations

from math import lcm

import numpy as np
import pytest
from group_oracle import problem, recount

from cohortopt.errors import OutOfTimeError
from cohortopt.instance.instance import FORBIDDEN, GroupGoal, Grouping, Instance, Links
from cohortopt.solvers.base import Answer, Budget, Clock, Found
from cohortopt.solvers.groups.check import breaches_of, broken, member_values, points_of, worth_of
from cohortopt.solvers.groups.exact import GroupsExact
from cohortopt.solvers.groups.solver import GroupSearch


def plain(n: int, size_min: int, size_max: int, seed: int = 0, **grouping: object) -> Instance:
    """Return n people with random points and nothing but sizes."""
    rng = np.random.default_rng(seed)
    scale = lcm(*range(1, size_max))
    return Instance.plain(
        "groups",
        Links.of(rng.integers(0, 1001, (n, n))),
        grouping=Grouping(size_min, size_max, scale=scale, **grouping),  # type: ignore[arg-type]
    )


def search(instance: Instance, seed: int = 0, threads: int = 1) -> Answer:
    """Return the search's answer for a fixed amount of work."""
    return GroupSearch().solve(instance, Clock(Budget(None, seed, threads, reproducible=True)))


def values(answer: Answer) -> dict[str, int]:
    """Return the value of each tier."""
    return {tier.tier: tier.value for tier in answer.tiers}


def test_a_member_gets_the_mean_of_the_fellows_and_the_leaders_share() -> None:
    points = np.array([[0, 5, 7, 2], [1, 0, 4, 9], [3, 6, 0, 8], [2, 2, 2, 0]])
    instance = plain(4, 2, 3)
    grouping = Grouping(
        2, 3, leaders=np.array([0], np.int32), leaders_min=1, leaders_max=1, leader_share=40,
        scale=200,
    )  # fmt: skip
    instance = instance.vary(links=Links.of(points), grouping=grouping)
    match = Found((0, 1, 2, 3), leaders=1)
    assert member_values(instance, match) == [
        2 * (40 * 5) + 60 * (6 + 2),
        2 * (40 * 7) + 60 * (4 + 2),
        2 * (40 * 2) + 60 * (9 + 8),
    ]


def test_group_goals_are_rounded_as_their_definition_says() -> None:
    codes = np.array([0, 1, 2, 1], np.int64)
    assert worth_of(GroupGoal("variety", codes, 100), [1, 3]) == 50
    assert worth_of(GroupGoal("variety", codes, 100), [0, 1, 3]) == 67
    numbers = np.array([0, 10, 0, 10], np.int64)
    assert worth_of(GroupGoal("evenness", numbers, 100), [1, 3]) == 50
    assert worth_of(GroupGoal("evenness", numbers, 100), [0, 1]) == 100


def test_search_keeps_every_rule_and_stays_between_nothing_and_the_bound() -> None:
    for seed in range(1000, 1008):
        instance = problem(seed, 8)
        exact = GroupsExact().solve(instance, Clock(Budget(None, 0)))
        try:
            answer = search(instance, seed)
        except OutOfTimeError:
            continue  # no plan was found: nothing is claimed
        if answer.impossible:
            assert exact.impossible, seed
            continue
        assert not exact.impossible, seed
        assert not broken(instance, answer.matches), seed
        signs = {"changes": -1, "violations": -1}
        found = tuple(signs.get(tier.tier, 1) * tier.value for tier in answer.tiers)
        best = tuple(signs.get(tier.tier, 1) * tier.value for tier in exact.tiers)
        assert found <= best, seed
        for tier in answer.tiers:
            sign = signs.get(tier.tier, 1)
            assert tier.bound is None or sign * tier.bound >= sign * tier.value


@pytest.mark.parametrize("seed", range(3))
def test_search_reaches_the_optimum_of_tiny_plain_groups(seed: int) -> None:
    instance = plain(9, 3, 4, seed)
    exact = GroupsExact().solve(instance, Clock(Budget(None, 0)))
    assert values(search(instance)) == values(exact)


@pytest.mark.parametrize("threads", [1, 2])
def test_reproducible_work_gives_the_same_groups(threads: int) -> None:
    instance = plain(30, 4, 6, 3)
    assert search(instance, 5, threads).matches == search(instance, 5, threads).matches


def test_nobody_is_left_over_when_sizes_allow_and_the_fewest_when_not() -> None:
    assert values(search(plain(11, 4, 5)))["placed"] == 10
    assert values(search(plain(18, 4, 5)))["placed"] == 18


def test_forbidden_people_never_share_a_group() -> None:
    rng = np.random.default_rng(4)
    points = rng.integers(0, 100, (24, 24))
    points[rng.random((24, 24)) < 0.15] = FORBIDDEN
    instance = plain(24, 3, 4).vary(links=Links.of(points))
    answer = search(instance)
    assert not broken(instance, answer.matches)
    assert values(answer)["placed"] == 24


def test_too_few_people_for_the_groups_wanted_is_impossible_with_the_arithmetic() -> None:
    answer = search(plain(7, 4, 6, count=2))
    assert answer.impossible == ("2 groups of at least 4 need 8 people; 7 could sit",)


def test_an_empty_roster_has_no_groups() -> None:
    assert search(plain(0, 2, 3)).matches == ()


@pytest.mark.parametrize("seed", [7, 11, 26, 42, 51, 63, 87])
def test_incremental_sums_equal_recounting_after_many_moves(seed: int) -> None:
    from cohortopt.solvers.groups.problem import make_problem
    from cohortopt.solvers.groups.search import RichSearch
    from cohortopt.solvers.groups.tables import State, blank

    instance = problem(seed, 8)
    one = RichSearch(make_problem(instance, 3), seed)
    again: State = blank(one.problem, one.fixed, seed)
    state = one.state
    for hot in (30.0, 3.0, 0.3):
        for _ in range(20):
            one.run(one.knobs(hot, hot, False), 2_000)
            recount(one, again)
            assert again.total.tolist() == state.total.tolist()
            assert (again.group["points"] == state.group["points"]).all()
            assert (again.contrib == state.contrib).all()
            if state.total[0] == 0:
                one.best.total[0] = 1
                one.note()
                assert points_of(instance, one.matches()) == state.total[1]
                assert breaches_of(instance, one.matches()) == -state.total[4]


def test_the_worst_tier_lifts_the_least_satisfied() -> None:
    instance = plain(24, 4, 4, 9)
    fair = instance.vary(tiers=("placed", "worst", "points"))
    answer = search(fair)
    assert not broken(fair, answer.matches)
    own = [v for match in search(instance).matches for v in member_values(instance, match)]
    assert values(answer)["placed"] == 24
    assert values(answer)["worst"] > min(own)

"""Pairs of partners who would both rather have each other."""

from __future__ import annotations

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Links
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange_columns import partner_columns
from cohortopt.solvers.exchange_cpsat import ExchangeCpSat
from cohortopt.solvers.roommates import blocking_partners


def instance_of(points: list[list[int]], tiers: tuple[str, ...]) -> Instance:
    """Return partners with the tier stable over points[giver][taker]."""
    n = len(points)
    everyone, ones = np.arange(n, dtype=np.int32), np.ones(n, np.int32)
    return Instance(
        "partners", n, everyone, everyone, Links.of(np.array(points)),
        0 * ones, ones, 0 * ones, ones, ones, ones, np.zeros(n, np.bool_), tiers,
        features=frozenset({Feature.STABLE}),
    )  # fmt: skip


def test_four_people_of_whom_three_chase_each_other_have_no_stable_partners() -> None:
    # 0 likes 1 best, 1 likes 2, 2 likes 0, then each other; nobody wants 3.
    gets = {
        0: {1: 9, 2: 5, 3: 1},
        1: {2: 9, 0: 5, 3: 1},
        2: {0: 9, 1: 5, 3: 1},
        3: {0: 1, 1: 1, 2: 1},
    }
    points = [[gets[t].get(g, FORBIDDEN) for t in range(4)] for g in range(4)]
    answer = ExchangeCpSat().solve(instance_of(points, ("stable", "points")), Clock())
    assert (answer.tiers[0].value, answer.tiers[0].bound) == (1, 1)


def test_a_stable_choice_is_taken_though_another_earns_more() -> None:
    points = [
        [FORBIDDEN, 6, 9, 0],
        [6, FORBIDDEN, 0, 9],
        [5, 0, FORBIDDEN, 0],
        [0, 5, 0, FORBIDDEN],
    ]
    instance = instance_of(points, ("stable", "points"))
    answer = ExchangeCpSat().solve(instance, Clock())
    assert [match.people for match in answer.matches] == [(0, 1), (2, 3)]
    assert answer.tiers[0].value == 0
    # The richer choice, 0 with 2 and 1 with 3, is blocked by 0 and 1.
    columns = partner_columns(instance)
    rows = np.array([k for k in range(len(columns)) if columns.members(k) in ((0, 2), (1, 3))])
    assert blocking_partners(instance, columns, rows) == [(0, 1)]

"""Prices of cores: no group is worth more, the checker agrees, and they beat best fellows."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.groups.realistic import roster

from cohortopt.instance.instance import Feature, Instance, Slots, pack
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.groups.bounds import points_bound
from cohortopt.solvers.groups.cores import by_cores
from cohortopt.solvers.groups.exact import GroupsExact

CLOCK = Clock(Budget(None, 0, reproducible=True))


def small(seed: int) -> Instance:
    """Return ten to twelve people for groups of four or five, with vetoes, hours or neither."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(10, 13))
    instance = roster(n, seed, vetoes=0.1 * (seed % 3))
    grouping = instance.grouping
    assert grouping is not None
    free = draw.random((n, 6)) < (0.8 if seed % 2 else 1.0)
    return instance.vary(
        slots=Slots(pack(free), np.arange(6, dtype=np.int32) * 2, 2, 12),
        features=frozenset({Feature.SLOTS, Feature.LIMITS, Feature.ISOLATION}),
        tiers=("points",),
    )


@pytest.mark.parametrize("seed", range(12))
def test_no_groups_of_four_or_five_are_worth_more_than_prices_of_cores(seed: int) -> None:
    instance = small(seed)
    best = GroupsExact().solve(instance, Clock(Budget(None, 0))).tiers[0].value
    fellows = points_bound(instance, CLOCK, best)
    bound, certificate = by_cores(instance, CLOCK, *fellows, best)
    assert best <= bound <= fellows[0]
    assert certificate["bound"] == bound


def test_cores_come_nearer_than_fellows() -> None:
    instance = roster(60, 1)
    fellows = points_bound(instance, CLOCK, 800_000)
    bound, certificate = by_cores(instance, CLOCK, *fellows, 800_000)
    assert certificate["kind"] == "cores"
    assert bound < 0.9 * fellows[0]

"""Planted conflicts: the set that is told holds the planted cause, and nothing superfluous."""

from __future__ import annotations

import pytest
from tests.explain.plants import CAUSES, plant

from cohortopt.explain.conflict import find_conflict


def check_plant(seed: int, size: int) -> None:
    """Every planted demand is told; leaving out any one was seen to make all possible."""
    planted = plant(seed, size)
    clash = find_conflict(planted.roster, planted.program)
    assert clash is not None
    assert clash.confirmed
    assert planted.rules <= set(clash.rules)
    assert planted.people <= set(clash.people)


@pytest.mark.parametrize("seed", range(len(CAUSES)), ids=CAUSES)
def test_the_planted_cause_is_told_and_nothing_can_be_left_out(seed: int) -> None:
    check_plant(seed, 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_300_planted_conflicts_are_told(seed: int) -> None:
    check_plant(seed, 12 + seed % 40)

"""Up to ten partners and rings of up to nine people: as good as every choice there is.

The first chunk of each shape (300 cases in all) always runs; with ``-m slow`` 1,800 more do.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from exchange_oracle import best, best_of_sets, check, draw, mix

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.exchange.partners import PartnersByPrices
from cohortopt.solvers.exchange.rings import RingsByPrices

CASES = 150  # of a chunk
CHUNKS: list[Any] = [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(1, 7))]
WANTED = tuple(sorted(RingsByPrices.handles | PartnersByPrices.handles))
ONLY = {"partners": {Feature.CHAINS, Feature.DROPOUT}, "rings": {Feature.TRIO, Feature.MUTUAL}}


def case(shape: str, number: int) -> Instance:
    """Return partners of up to ten, or rings of up to nine."""
    random = Random(f"many {shape} {number}")
    features = tuple(one for one in WANTED if one not in ONLY[shape])
    n = random.randint(5, 10 if shape == "partners" else 9)
    return draw(random, shape, n, mix(random, features))


@pytest.mark.parametrize("shape", ["partners", "rings"])
def test_the_oracle_of_sets_is_the_oracle_of_lists(shape: str) -> None:
    for number in range(60):
        random = Random(f"oracles {shape} {number}")
        features = tuple(one for one in WANTED if one not in ONLY[shape])
        instance = draw(random, shape, random.randint(2, 5), mix(random, features))
        assert best_of_sets(instance) == best(instance)


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("shape", ["partners", "rings"])
def test_many_are_worth_as_much_as_trying_everything(shape: str, chunk: int) -> None:
    solver = PartnersByPrices() if shape == "partners" else RingsByPrices()
    for number in range(CASES * chunk, CASES * (chunk + 1)):
        instance = case(shape, number)
        if not solver.accepts(instance):  # a trio and people who must be together
            instance = instance.vary(together=(), features=instance.features - {Feature.TOGETHER})
        answer = solver.solve(instance, Clock(Budget(seconds=None, reproducible=True)))
        check(instance, answer, best_of_sets(instance))

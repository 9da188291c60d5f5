"""Whole programs by SCIP: the best is found, and nothing is said to be better."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cohortopt.solvers.highs import INFINITY, Program, search


def packing(seed: int, floor: bool) -> tuple[Program, int]:
    """Return a small packing, perhaps with a sum that has to be reached, and its best value."""
    random = np.random.default_rng(seed)
    uses = random.random((5, 9)) < 0.4
    worth, amounts = random.integers(1, 40, 9), random.integers(0, 3, 9)
    choices = [np.array(x) for x in product((0, 1), repeat=9) if (uses @ np.array(x) <= 1).all()]
    least = max(int(amounts @ x) for x in choices) if floor else 0
    rows, columns = np.nonzero(np.vstack([uses, amounts]))
    program = Program(
        objective=worth.astype(np.float64),
        most=np.ones(9),
        rows=rows,
        columns=columns,
        values=np.vstack([uses, amounts])[rows, columns].astype(np.float64),
        lower=np.array([-INFINITY] * 5 + [float(least)]),
        upper=np.array([1.0] * 5 + [INFINITY]),
    )
    return program, max(int(worth @ x) for x in choices if amounts @ x >= least)


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("floor", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_the_best_is_found_and_nothing_better(seed: int, floor: bool, deep: bool) -> None:
    program, best = packing(seed, floor)
    found = search(program, 10.0, best, deep=deep)
    assert found.status == "optimal"
    assert program.objective @ np.rint(found.values) == best
    assert found.bound == pytest.approx(best)
    assert search(program, 10.0, best + 1, deep=deep).status == "infeasible"


def test_a_search_may_begin_with_what_is_known() -> None:
    program, best = packing(3, False)
    known = search(program, 10.0, best).values
    again = search(program, 10.0, best, deep=False, begun=known)
    assert program.objective @ np.rint(again.values) == best

"""Choosing the best of few rings: one integer program per tier, by HiGHS.

Nothing is compiled for it, so that small rosters are solved at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import Columns, gain
from cohortopt.solvers.exchange.rules import Must


@dataclass(frozen=True)
class Few:
    """The rows chosen, and what each tier of the columns' ``gain`` cannot exceed."""

    rows: NDArray[np.intp]
    claims: dict[str, int]


def best_of_few(
    instance: Instance, columns: Columns, rules: tuple[Must, ...], clock: Clock
) -> Few | None:
    """Return the best rows tier by tier, short rings last; None if none were found in time."""
    from cohortopt.solvers.highs import INFINITY, Program, optimise

    people, steps = np.nonzero(columns.people >= 0)
    lines = [(must.rows, np.ones(len(must.rows)), 1.0) for must in rules]
    chosen: NDArray[np.intp] | None = None
    claims: dict[str, int] = {}
    for done, tier in enumerate((*instance.tiers, "short")):
        amounts = -(columns.size.astype(np.int64) ** 2)
        if tier != "short":
            amounts = gain(instance, columns, tier)
        program = Program(
            objective=amounts.astype(np.float64),
            most=np.ones(len(columns)),
            rows=np.concatenate(
                [
                    columns.people[people, steps].astype(np.int64),
                    *(np.full(len(one), instance.n + k) for k, (one, _, _) in enumerate(lines)),
                ]
            ),
            columns=np.concatenate([people, *(one for one, _, _ in lines)]),
            values=np.concatenate([np.ones(len(people)), *(values for _, values, _ in lines)]),
            lower=np.array([-INFINITY] * instance.n + [least for _, _, least in lines]),
            upper=np.array([1.0] * instance.n + [INFINITY] * len(lines)),
        )
        seconds = 1e6 if clock.budget.reproducible else clock.left
        outcome = optimise(program, seconds / (len(instance.tiers) + 1 - done), whole=True)
        if len(outcome.values):
            rows = np.flatnonzero(outcome.values > 0.5)
            if fits(instance.n, columns, rows, lines):
                chosen = rows
        if chosen is None:
            return None
        value = int(amounts[chosen].sum())
        if tier != "short" and np.isfinite(outcome.bound):
            claims[tier] = max(value, int(np.floor(outcome.bound + 0.25)))
        line = np.flatnonzero(amounts)
        lines.append((line, amounts[line].astype(np.float64), value - 0.25))
    assert chosen is not None
    return Few(chosen, claims)


def fits(
    n: int,
    columns: Columns,
    rows: NDArray[np.intp],
    lines: list[tuple[NDArray[np.intp], NDArray[np.float64], float]],
) -> bool:
    """Whether nobody sits twice in these rows, and every line reaches what it has to."""
    seats: Longs = np.bincount(columns.people[rows][columns.people[rows] >= 0], minlength=n)
    if (seats > 1).any():
        return False
    return all(values[np.isin(line, rows)].sum() >= least for line, values, least in lines)

"""The linear program over rings, by column generation, with cuts for three people.

    maximise sum gain_r x_r,  sum of x_r over the rings of a person <= 1,  x >= 0,
    sum amounts_r x_r >= floor for tiers that are done.

All rings are listed, only promising ones enter the program.

Prices are made whole and feasible afterwards, in whole numbers, so the bound holds whatever the
floating-point solver did: with price p_i >= 0 of people and multipliers l_t >= 0 of floors, if
every ring has

    scale * gain_r + sum_t l_t * amount_tr <= sum of p_i over r,

then every choice of rings has ``scale * gain + sum_t l_t * amount_t <= sum p``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import Columns

SCALE = 1000  # prices are in thousandths of a point
FIRST = 4  # rings of each person in the first program
ROUND = 6  # further rings of each person in a round
LITTLE = 1e-6
HURRY = 1.15  # how many more rings each step of a dive fixes


@dataclass(frozen=True)
class Floor:
    """A tier that is done: its name, what each ring adds, and what has to be reached."""

    tier: str
    amounts: Longs
    least: int


@dataclass(frozen=True)
class Prices:
    """Whole, feasible prices of one program. ``slack : (m,)`` of every ring; ``bound`` scaled."""

    price: Longs
    multipliers: tuple[int, ...]  # of the floors
    scale: int
    slack: Longs
    bound: int  # on scale * gain + sum of multiplier * amount

    def limit(self, floors: tuple[Floor, ...]) -> int:
        """Return what the gain cannot exceed where the floors are reached."""
        left = self.bound - sum(
            times * floor.least for times, floor in zip(self.multipliers, floors, strict=True)
        )
        return left // self.scale


@dataclass
class RingProgram:
    """The linear program of one tier over all ``columns``."""

    n: int
    columns: Columns
    gain: Longs
    floors: tuple[Floor, ...] = ()
    value: float = 0.0
    is_solved: bool = False  # at least over the rings that entered: there are prices

    def __post_init__(self) -> None:
        from ortools.linear_solver import pywraplp

        self.solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        infinity = self.solver.infinity()
        self.people_rows = [self.solver.Constraint(-infinity, 1.0) for _ in range(self.n)]
        self.floor_rows = []
        for floor in self.floors:
            row = self.solver.Constraint(float(floor.least), infinity)
            self.floor_rows.append(row)
        self.solver.Objective().SetMaximization()
        for row in self.floor_rows:  # an expensive way out keeps the first programs feasible
            missing = self.solver.NumVar(0.0, infinity, "")
            row.SetCoefficient(missing, 1.0)
            worst = 10.0 * float(self.gain.max(initial=1)) * 2 + 10.0
            self.solver.Objective().SetCoefficient(missing, -worst)
        self.inside = np.zeros(len(self.columns), np.bool_)
        self.rows_of: list[int] = []  # rings in the program, in order
        self.variables: list[Any] = []

    def add(self, rows: NDArray[np.intp]) -> None:
        """Let rings enter the program."""
        objective = self.solver.Objective()
        infinity = self.solver.infinity()
        for row in rows.tolist():
            if self.inside[row]:
                continue
            self.inside[row] = True
            variable = self.solver.NumVar(0.0, infinity, "")
            objective.SetCoefficient(variable, float(self.gain[row]))
            for person in self.columns.members(row):
                self.people_rows[person].SetCoefficient(variable, 1.0)
            for floor, line in zip(self.floors, self.floor_rows, strict=True):
                line.SetCoefficient(variable, float(floor.amounts[row]))
            self.rows_of.append(row)
            self.variables.append(variable)

    def dive(self, noise: Any, clock: Clock) -> list[int]:
        """Round the program step by step: fix the fullest rings, solve again, go on.

        ``noise`` returns a small random number for each ring, so that dives differ. Returns the
        chosen rings, fewer than there could be if the time ended first.
        """
        infinity = self.solver.infinity()
        fixed: list[int] = []
        done: set[int] = set()
        busy: set[int] = set()
        at_once = max(2.0, self.n / 100)
        while not clock.is_over:
            if not clock.budget.reproducible:
                self.solver.SetTimeLimit(max(1, int(1000 * min(clock.left, 1e6))))
            if self.solver.Solve() != self.solver.OPTIMAL:
                break
            x = np.array([variable.solution_value() for variable in self.variables])
            rows = [k for k in np.flatnonzero(x > LITTLE) if k not in done]
            rank = x + np.where(x > LITTLE, noise(len(x)), 0.0)
            full = [k for k in rows if x[k] > 1.0 - 1e-3]
            rest = sorted((k for k in rows if x[k] <= 1.0 - 1e-3), key=lambda k: -rank[k])
            extra = 0
            for k in map(int, [*full, *rest]):
                members = set(self.columns.members(self.rows_of[k]))
                if members & busy:
                    continue
                if x[k] <= 1.0 - 1e-3:
                    extra += 1
                    if extra > at_once:
                        break
                busy |= members
                fixed.append(k)
                done.add(k)
                self.variables[k].SetBounds(1.0, 1.0)
            if not full and not extra:
                break
            at_once *= HURRY
        for k in fixed:
            self.variables[k].SetBounds(0.0, infinity)
        return [self.rows_of[k] for k in fixed]

    def solve(self, clock: Clock) -> bool:
        """Solve over all rings; say whether no ring is left that could improve it."""
        from cohortopt.solvers.exchange.ring_kernels import slacks

        columns = self.columns
        if not self.rows_of:
            self.add(best_rows(columns, self.gain / columns.size, self.n, FIRST))
        while True:
            if not clock.budget.reproducible:
                self.solver.SetTimeLimit(max(1, int(1000 * min(clock.left, 1e6))))
            if self.solver.Solve() != self.solver.OPTIMAL:
                return False
            self.is_solved = True
            self.value = self.solver.Objective().Value()
            self.price = np.array([row.dual_value() for row in self.people_rows], np.float64)
            self.multipliers = np.array([-row.dual_value() for row in self.floor_rows], np.float64)
            weight = self.gain.astype(np.float64)
            for times, floor in zip(self.multipliers, self.floors, strict=True):
                weight = weight + times * floor.amounts
            slack = slacks(columns.people, columns.size, weight, np.maximum(self.price, 0.0))
            lacking = np.flatnonzero(slack < -LITTLE * 10)
            lacking = lacking[~self.inside[lacking]]
            if not len(lacking):
                return True
            if clock.is_over:
                return False
            chosen = best_rows(columns.take(lacking), -slack[lacking], self.n, ROUND)
            self.add(lacking[chosen])

    def whole_prices(self) -> Prices:
        """Return whole prices that every ring obeys, from the last solution."""
        from cohortopt.solvers.exchange.ring_kernels import raise_prices, slacks

        columns, scale = self.columns, SCALE
        price = np.ceil(np.maximum(self.price, 0.0) * scale - LITTLE).astype(np.int64)
        times = np.rint(np.maximum(self.multipliers, 0.0) * scale).astype(np.int64)
        weight = self.gain * scale
        for multiplier, floor in zip(times, self.floors, strict=True):
            weight = weight + multiplier * floor.amounts
        lacking = slacks(columns.people, columns.size, weight, price)
        raise_prices(columns.people, columns.size, lacking, price)
        slack = slacks(columns.people, columns.size, weight, price)
        return Prices(price, tuple(times.tolist()), scale, slack, int(price.sum()))


def best_rows(columns: Columns, worth: Any, n: int, each: int) -> NDArray[np.intp]:
    """Return rows that are among the best ``each`` of one of their people, ascending."""
    order = np.argsort(-np.asarray(worth), kind="stable")
    people = columns.people[order]
    taken = np.zeros(len(order), np.bool_)
    for step in range(people.shape[1]):
        person = people[:, step]
        by_person = np.argsort(person, kind="stable")
        sorted_person = person[by_person]
        first = np.searchsorted(sorted_person, sorted_person, side="left")
        rank = np.arange(len(order)) - first
        taken[by_person[(rank < each) & (sorted_person >= 0)]] = True
    found: NDArray[np.intp] = np.sort(order[taken])
    return found

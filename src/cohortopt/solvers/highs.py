"""Linear and integer programs in sparse arrays, solved by HiGHS or GLOP inside ortools.

The model goes over as columns of numbers, never as Python objects: 100,000 variables take 0.1 s.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

INFINITY = float("inf")
_GLOP, _HIGHS = 3, 10  # numbers of MathOpt's SolverTypeProto
_AT_LOWER, _AT_UPPER, _BASIC = 2, 3, 5  # numbers of its BasisStatusProto


@dataclass(frozen=True)
class Program:
    """max c x over lower <= A x <= upper, least <= x <= most; A in triplets (row, column, value).

    ``least`` is 0 where it is not given.
    """

    objective: Floats  # (variables,)
    most: Floats  # (variables,)
    rows: Indices  # (entries,)
    columns: Indices  # (entries,)
    values: Floats  # (entries,)
    lower: Floats  # (constraints,)
    upper: Floats  # (constraints,)
    least: Floats | None = None  # (variables,)


@dataclass(frozen=True)
class Basis:
    """Where a linear program ended, by what its columns and rows are called."""

    columns: Mapping[Hashable, int]
    rows: Mapping[Hashable, int]

    def statuses(
        self, columns: Sequence[Hashable], rows: Sequence[Hashable]
    ) -> tuple[list[int], list[int]]:
        """Return where a program like that one begins: new columns at 0, new rows slack."""
        inside = [self.columns.get(name, _AT_LOWER) for name in columns]
        slack = [self.rows.get(name, _BASIC) for name in rows]
        over = inside.count(_BASIC) + slack.count(_BASIC) - len(rows)
        here, there = (_BASIC, _AT_UPPER) if over > 0 else (_AT_UPPER, _BASIC)
        for i in [i for i, status in enumerate(slack) if status == here][: abs(over)]:
            slack[i] = there
        return inside, slack


@dataclass(frozen=True)
class Outcome:
    """What the program gave. ``duals`` are empty for integer programs; values may be, too."""

    status: str  # "optimal" | "feasible" | "infeasible" | "stopped"
    values: Floats
    duals: Floats  # (constraints,) >= 0 where the upper end binds, <= 0 where the lower does
    objective: float = 0.0
    bound: float = INFINITY


def optimise(program: Program, seconds: float, *, whole: bool = False) -> Outcome:
    """Return the best x found in ``seconds``; with ``whole`` every variable is an integer.

    HiGHS on one thread: the same program always gives the same x. Linear programs are polynomial
    in theory and near-linear here; integer ones are exponential in the worst case.
    """
    from ortools.math_opt import parameters_pb2

    parameters: Any = parameters_pb2.SolveParametersProto()
    if whole:
        parameters.relative_gap_tolerance = 0.0
        parameters.absolute_gap_tolerance = 0.5
    return _solve(program, _HIGHS, parameters, seconds, whole)[0]


def follow(
    program: Program,
    seconds: float,
    names: tuple[Sequence[Hashable], Sequence[Hashable]],
    last: Basis | None,
) -> tuple[Outcome, Basis | None]:
    """Return the best x of a linear program much like one before, and where it ended.

    GLOP's dual simplex on one thread, from the basis where the ``last`` one ended: a few steps
    after some rows or columns more. ``names`` are those of the columns and of the rows.
    """
    from ortools.math_opt import model_parameters_pb2, parameters_pb2

    parameters: Any = parameters_pb2.SolveParametersProto()
    parameters.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
    extras: Any = model_parameters_pb2.ModelSolveParametersProto()
    if last is not None:
        inside, slack = last.statuses(*names)
        if inside.count(_BASIC) + slack.count(_BASIC) == len(slack):
            extras.initial_basis.variable_status.ids.extend(range(len(inside)))
            extras.initial_basis.variable_status.values.extend(inside)
            extras.initial_basis.constraint_status.ids.extend(range(len(slack)))
            extras.initial_basis.constraint_status.values.extend(slack)
    found, ended = _solve(program, _GLOP, parameters, seconds, False, extras)
    if ended is None:
        return found, None
    inside, slack = list(ended.variable_status.values), list(ended.constraint_status.values)
    return found, Basis(
        dict(zip(names[0], inside, strict=True)), dict(zip(names[1], slack, strict=True))
    )


def _solve(
    program: Program,
    solver_type: int,
    parameters: Any,
    seconds: float,
    whole: bool,
    extras: Any = None,
) -> tuple[Outcome, Any]:
    """Return what a solver of MathOpt found, and the basis where it ended, if there is one."""
    from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2, result_pb2
    from ortools.math_opt.core.python import solver

    count, constraints = len(program.objective), len(program.lower)
    if not count:
        fits = bool(np.all(program.lower <= 0) and np.all(program.upper >= 0))
        empty = np.zeros(0)
        zeros = np.zeros(constraints)
        return Outcome("optimal" if fits else "infeasible", empty, zeros, 0.0, 0.0), None
    parameters.time_limit.FromTimedelta(datetime.timedelta(seconds=max(0.01, min(seconds, 1e6))))
    result: Any = solver.solve(
        _model(program, whole),
        solver_type,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        extras or model_parameters_pb2.ModelSolveParametersProto(),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    reason = result.termination.reason
    values, duals, objective = np.zeros(0), np.zeros(0), 0.0
    if result.solutions and result.solutions[0].HasField("primal_solution"):
        primal = result.solutions[0].primal_solution
        if primal.feasibility_status == 2:  # SOLUTION_STATUS_FEASIBLE
            values = _dense(primal.variable_values, count)
            objective = float(primal.objective_value)
    if result.solutions and result.solutions[0].HasField("dual_solution"):
        duals = _dense(result.solutions[0].dual_solution.dual_values, constraints)
    bound = float(result.termination.objective_bounds.dual_bound)
    if reason == result_pb2.TERMINATION_REASON_OPTIMAL:
        status = "optimal"
    elif reason == result_pb2.TERMINATION_REASON_INFEASIBLE:
        status = "infeasible"
    else:
        status = "feasible" if len(values) else "stopped"
    basis = result.solutions[0].basis if status == "optimal" and result.solutions else None
    return Outcome(status, values, duals, objective, bound), basis


def _model(program: Program, whole: bool) -> Any:
    from ortools.math_opt import model_pb2

    model: Any = model_pb2.ModelProto()
    count, constraints = len(program.objective), len(program.lower)
    model.variables.ids.extend(range(count))
    least = np.zeros(count) if program.least is None else program.least
    model.variables.lower_bounds.extend(least.tolist())
    model.variables.upper_bounds.extend(program.most.tolist())
    model.variables.integers.extend([whole] * count)
    model.objective.maximize = True
    valued = np.flatnonzero(program.objective)
    model.objective.linear_coefficients.ids.extend(valued.tolist())
    model.objective.linear_coefficients.values.extend(program.objective[valued].tolist())
    model.linear_constraints.ids.extend(range(constraints))
    model.linear_constraints.lower_bounds.extend(program.lower.tolist())
    model.linear_constraints.upper_bounds.extend(program.upper.tolist())
    order = np.lexsort((program.columns, program.rows))
    model.linear_constraint_matrix.row_ids.extend(program.rows[order].tolist())
    model.linear_constraint_matrix.column_ids.extend(program.columns[order].tolist())
    model.linear_constraint_matrix.coefficients.extend(program.values[order].tolist())
    return model


def _dense(vector: Any, count: int) -> Floats:
    dense = np.zeros(count)
    dense[np.fromiter(vector.ids, np.int64)] = np.fromiter(vector.values, np.float64)
    return dense

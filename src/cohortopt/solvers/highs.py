"""Linear and integer programs in sparse arrays, solved by the HiGHS inside ortools.

The model goes over as columns of numbers, never as Python objects: 100,000 variables take 0.1 s.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

INFINITY = float("inf")
_HIGHS = 10  # its number in MathOpt's SolverTypeProto


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
    return _solve(program, parameters, seconds, whole)


def _solve(
    program: Program,
    parameters: Any,
    seconds: float,
    whole: bool,
) -> Outcome:
    from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2, result_pb2
    from ortools.math_opt.core.python import solver

    count, constraints = len(program.objective), len(program.lower)
    if not count:
        fits = bool(np.all(program.lower <= 0) and np.all(program.upper >= 0))
        empty = np.zeros(0)
        zeros = np.zeros(constraints)
        return Outcome("optimal" if fits else "infeasible", empty, zeros, 0.0, 0.0)
    parameters.time_limit.FromTimedelta(datetime.timedelta(seconds=max(0.01, min(seconds, 1e6))))
    result: Any = solver.solve(
        _model(program, whole),
        _HIGHS,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        model_parameters_pb2.ModelSolveParametersProto(),
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
    return Outcome(status, values, duals, objective, bound)


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

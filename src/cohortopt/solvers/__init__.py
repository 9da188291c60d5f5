"""Every solver, in order of preference; ``choose`` takes the first that handles an instance.

This package stays light: the modules named here import ortools and numba inside ``solve``.
To add a solver, write its file and name it in ``singles`` in ``single.py``.
"""

from __future__ import annotations

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Solver
from cohortopt.solvers.rounds.rotation import Rotation
from cohortopt.solvers.single import first_of, singles

SHAPES = ("pairs", "partners", "rings", "groups")


def solvers_of(shape: str) -> tuple[Solver, ...]:
    """Return every solver of a shape in order of preference, planners of rounds first."""
    return Rotation(), *singles(shape)


def choose(instance: Instance) -> Solver:
    """Return the first solver that handles everything the instance asks for.

    Raises
    ------
    NoSolverError
        If none does; the message names what is not handled.
    """
    return first_of(solvers_of(instance.shape), instance)


__all__ = ["SHAPES", "Solver", "choose", "solvers_of"]

"""Every solver, in order of preference; ``choose`` takes the first that handles an instance.

This package stays light: the modules named here import ortools and numba inside ``solve``.
To add a solver, write its file and add one line to ``SINGLE`` in ``single.py``.
"""

from __future__ import annotations

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Solver
from cohortopt.solvers.rounds.rotation import Rotation
from cohortopt.solvers.single import SINGLE, first_of

SOLVERS: tuple[Solver, ...] = (Rotation(), *SINGLE)


def choose(instance: Instance) -> Solver:
    """Return the first solver that handles everything the instance asks for.

    Raises
    ------
    NoSolverError
        If none does; the message names what is not handled.
    """
    return first_of(SOLVERS, instance)


__all__ = ["SOLVERS", "Solver", "choose"]

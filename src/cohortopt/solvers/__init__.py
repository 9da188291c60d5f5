"""Every solver, in order of preference: fast specialists first, general ones last.

This package stays light: the modules named here import ortools and numba inside ``solve``.
To add a solver, write its file and add one line to ``SOLVERS``.
"""

from __future__ import annotations

from cohortopt.errors import NoSolverError
from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Solver
from cohortopt.solvers.exchange.cpsat import ExchangeCpSat
from cohortopt.solvers.exchange.partner_stable import StablePartners
from cohortopt.solvers.exchange.partners import PartnersByPrices
from cohortopt.solvers.exchange.rings import RingsByPrices
from cohortopt.solvers.greedy import Greedy
from cohortopt.solvers.groups.exact import GroupsExact
from cohortopt.solvers.groups.solver import GroupSearch
from cohortopt.solvers.pairs.cpsat import PairsCpSat
from cohortopt.solvers.pairs.flow import FlowSolver
from cohortopt.solvers.pairs.slotted import Slotted
from cohortopt.solvers.rounds.rotation import Rotation
from cohortopt.solvers.sessions.timetable import TimetableSolver

SOLVERS: tuple[Solver, ...] = (
    TimetableSolver(),
    Rotation(),
    FlowSolver(),
    Slotted(),
    PairsCpSat(),
    PartnersByPrices(),
    StablePartners(),
    RingsByPrices(),
    ExchangeCpSat(),
    GroupsExact(),
    GroupSearch(),
    Greedy(),
)  # fmt: skip


def choose(instance: Instance) -> Solver:
    """Return the first solver that handles everything the instance asks for.

    Raises
    ------
    NoSolverError
        If none does; the message names what is not handled.
    """
    for solver in SOLVERS:
        if solver.accepts(instance):
            return solver
    same = [solver for solver in SOLVERS if instance.shape in solver.shapes]
    if not same:
        raise NoSolverError(f"no solver knows the shape {instance.shape!r}")
    unmet = [instance.features - solver.handles for solver in same]
    nearest = min(filter(None, unmet), key=len, default=frozenset())
    names = ", ".join(sorted(feature.value for feature in nearest)) or "this size"
    raise NoSolverError(f"no solver for {instance.shape} handles {names}")


__all__ = ["SOLVERS", "Solver", "choose"]

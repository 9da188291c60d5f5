"""Solvers of one round, in order of preference: fast specialists first, general ones last.

Planners of several rounds stand above them: they plan round by round with whoever handles one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from cohortopt.errors import NoSolverError
from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Solver


@cache
def singles(shape: str) -> tuple[Solver, ...]:
    """Return the solvers of a shape in order of preference; only their rooms are imported."""
    if shape == "pairs":
        from cohortopt.solvers.greedy import Greedy
        from cohortopt.solvers.pairs.cpsat import PairsCpSat
        from cohortopt.solvers.pairs.flow import FlowSolver
        from cohortopt.solvers.pairs.slotted import Slotted
        from cohortopt.solvers.pairs.slotted_worst import bottleneck
        from cohortopt.solvers.sessions.timetable import TimetableSolver

        return TimetableSolver(), FlowSolver(), Slotted(), PairsCpSat(bottleneck), Greedy()
    if shape in ("partners", "rings"):
        from cohortopt.solvers.exchange.cpsat import ExchangeCpSat
        from cohortopt.solvers.exchange.partner_stable import StablePartners
        from cohortopt.solvers.exchange.partners import PartnersByPrices
        from cohortopt.solvers.exchange.rings import RingsByPrices

        if shape == "rings":
            return RingsByPrices(), ExchangeCpSat()
        return PartnersByPrices(), StablePartners(), ExchangeCpSat()
    if shape == "groups":
        from cohortopt.solvers.groups.exact import GroupsExact
        from cohortopt.solvers.groups.solver import GroupSearch

        return GroupsExact(), GroupSearch()
    return ()


def first_of(solvers: Iterable[Solver], instance: Instance) -> Solver:
    """Return the first of some solvers that handles everything the instance asks for.

    Raises
    ------
    NoSolverError
        If none does; the message names what is not handled.
    """
    same = [solver for solver in solvers if instance.shape in solver.shapes]
    for solver in same:
        if solver.accepts(instance):
            return solver
    if not same:
        raise NoSolverError(f"no solver knows the shape {instance.shape!r}")
    unmet = [instance.features - solver.handles for solver in same]
    nearest = min(filter(None, unmet), key=len, default=frozenset())
    names = ", ".join(sorted(feature.value for feature in nearest)) or "this size"
    raise NoSolverError(f"no solver for {instance.shape} handles {names}")

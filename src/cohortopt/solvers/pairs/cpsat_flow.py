"""What the flow knows of richer pairs: its answer without slots and totals, and if that will do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock
from cohortopt.solvers.pairs.check import broken, satisfaction
from cohortopt.solvers.pairs.colouring import Calendar
from cohortopt.solvers.pairs.links import found_of
from cohortopt.solvers.pairs.slotted_cuts import conflicts


def relaxation(instance: Instance, clock: Clock) -> Answer | None:
    """Return the flow's answer without slots, totals, mutual links and ``together``, if any.

    The flow takes ``worst`` over the assignments that place the most by priority, so it is
    asked for that tier only where ``placed`` comes before it.
    """
    from cohortopt.solvers.pairs.flow import FlowSolver

    if (
        "worst" in instance.tiers
        and "placed" not in instance.tiers[: instance.tiers.index("worst")]
    ):
        return None
    beyond = {Feature.SLOTS, Feature.COUPLED, Feature.NO_MUTUAL, Feature.TOGETHER}
    solver = FlowSolver()
    flow = instance.vary(
        gives_max=np.minimum(instance.gives_max, instance.total_max),
        takes_max=np.minimum(instance.takes_max, instance.total_max),
        slots=None,
        mutual=True,
        together=(),
        features=instance.features - beyond,
    )
    try:
        return solver.solve(flow, clock) if solver.accepts(flow) else None
    except OverflowError:
        return None


def with_slots(
    instance: Instance, calendar: Calendar | None, flow: Answer, clock: Clock
) -> Answer | None:
    """Return the flow's answer with slots if it keeps every rule; then its proofs hold."""
    if not flow.finished:
        return None
    links = [(match.people[0], match.people[1]) for match in flow.matches]
    slots, _ = conflicts(instance, calendar, links, clock)
    if len(slots) < len(links) or broken(instance, found_of(slots)):
        return None
    facts = {"worst": list(satisfaction(instance, links))} if "worst" in instance.tiers else {}
    return replace(flow, matches=found_of(slots), facts=facts)

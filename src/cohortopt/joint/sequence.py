"""One program after the other: the answers that a joint solve starts from and must beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations

from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.instance import Instance
from cohortopt.joint.shared import Plan, Shared
from cohortopt.solvers import choose
from cohortopt.solvers.base import Answer, Clock

FEW = 3  # programs, up to which every order is tried


@dataclass
class Sequences:
    """What solving one after the other gave: a plan per order, and each program alone.

    A program that comes first is solved with all hours but those that the others cannot do
    without: a relaxation of the whole, so its bounds hold for the whole. ``impossible`` tells
    of programs that came later and found no answer among the earlier ones.
    """

    plans: dict[tuple[int, ...], Plan] = field(default_factory=dict)
    alone: dict[int, Answer] = field(default_factory=dict)
    impossible: list[tuple[str, ...]] = field(default_factory=list)
    solvers: dict[int, str] = field(default_factory=dict)


def orders(shared: Shared) -> Iterator[tuple[int, ...]]:
    """Yield orders of the programs: all of a few; otherwise each program first once."""
    count = len(shared.parts)
    if count <= FEW:
        yield from permutations(range(count))
        return
    by_weight = sorted(range(count), key=lambda k: (-shared.parts[k].program.weight, k))
    for k in by_weight:
        yield (k, *(j for j in by_weight if j != k))


def solve_in_turn(shared: Shared, clock: Clock, part: float) -> Sequences:
    """Solve the programs in every order, within a part of the time left.

    Raises
    ------
    InfeasibleError
        A program has no assignment even alone: then the scenario has none.
    """
    found = Sequences()
    todo = list(orders(shared))
    until = clock.share(part)
    start = tuple(shared.locks(k) for k in range(len(shared.parts)))
    for number, order in enumerate(todo):
        if found.plans and until.is_over:
            clock.looked_late = True
            break
        plan: Plan | None = start
        for place, k in enumerate(order):
            names = " then ".join(shared.parts[j].program.name for j in order[: place + 1])
            clock.say(f"solving {names}")
            if plan is None:
                break
            left = (len(todo) - number) * len(order) - place
            plan = _next(shared, found, plan, k, place == 0, until, 1 / left)
        if plan is not None:
            found.plans[order] = plan
    return found


def may_stay_empty(instance: Instance) -> bool:
    """Whether a program keeps every rule without any match."""
    counted = instance.grouping is not None and instance.grouping.count > 0
    least = bool(instance.gives_min.any() or instance.takes_min.any() or instance.required.any())
    return not (counted or least or instance.together or instance.locked)


def _next(
    shared: Shared, found: Sequences, plan: Plan, k: int, first: bool, clock: Clock, part: float
) -> Plan | None:
    """Return the plan with program k solved among the others, None if it has no answer."""
    instance = shared.narrow(k, plan)
    if first and k in found.alone:
        answer = found.alone[k]
    else:
        solver = choose(instance)
        try:
            answer = solver.solve(instance, clock.share(part))
        except OutOfTimeError:
            return plan if may_stay_empty(instance) else None  # later steps fill it
        found.solvers.setdefault(k, answer.solver or solver.name)
        if first:
            found.alone[k] = answer
    if answer.impossible:
        name = shared.parts[k].program.name
        if first:
            raise InfeasibleError(f"{name}: no assignment keeps every rule", answer.impossible)
        found.impossible.append(
            (f"{name} finds no assignment among the others", *answer.impossible)
        )
        return None
    return (*plan[:k], shared.settled(instance, answer.matches), *plan[k + 1 :])

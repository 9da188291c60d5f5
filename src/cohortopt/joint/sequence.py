"""One program after the other: the answers that a joint solve starts from and must beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np

from cohortopt.decode import named
from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.instance import Instance
from cohortopt.joint.shared import Plan, Shared
from cohortopt.solvers import choose
from cohortopt.solvers.base import Answer, Clock, Found

FEW = 3  # programs, up to which every order is tried
HASTY = 0.1  # part of the time left for a program of an order that would come too late


Order = tuple[int, ...]


@dataclass
class Sequences:
    """What solving one after the other gave: a plan per order, and each program's answers.

    A program that comes first is solved with all hours but those that the others cannot do
    without: a relaxation of the whole, so its bounds hold for the whole. ``impossible`` tells
    of programs that came later and found no answer among the earlier ones.
    """

    plans: dict[Order, Plan] = field(default_factory=dict)
    answers: dict[Order, Answer] = field(default_factory=dict)  # of the last program of each order
    took: dict[Order, float] = field(default_factory=dict)  # seconds for these answers
    impossible: list[tuple[str, ...]] = field(default_factory=list)

    def alone(self, k: int) -> Answer | None:
        """Return the answer of a program that came first."""
        return self.answers.get((k,))

    def solver(self, k: int) -> str | None:
        """Return what a program was solved with at first."""
        return next((a.solver for order, a in self.answers.items() if order[-1] == k), None)


def orders(shared: Shared) -> Iterator[Order]:
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
    until, end = clock.share(part), clock.share(min(1.0, 2 * part))
    for number, order in enumerate(todo):
        if found.plans and end.is_over:
            break
        plan: Plan | None = _start(shared)
        for place in range(len(order)):
            if plan is None:
                break
            left = (len(todo) - number) * len(order) - place
            mine = until.share(1 / left) if until.left > 0 else clock.share(HASTY)
            plan = _next(shared, found, plan, order[: place + 1], mine)
        if plan is not None:
            found.plans[order] = plan
    return found


def solve_again(shared: Shared, found: Sequences, order: Order, clock: Clock) -> Plan:
    """Return the plan of one order with more time for what the clock had cut short.

    Groups know what to do with time: other shapes get twice what they took, at most as much.
    """
    before, plan = found.plans[order], _start(shared)
    same = True
    for place, k in enumerate(order):
        ends = [order[: at + 1] for at in range(place, len(order))]
        answer = found.answers.get(ends[0])
        if same and answer is not None and answer.finished:
            plan = _with(plan, k, before[k])
            continue
        weights = [
            1.0
            if shared.parts[one[-1]].instance.grouping is not None or one not in found.took
            else min(1.0, 2 * found.took[one] / max(1e-9, clock.left))
            for one in ends
        ]
        mine = clock.share(weights[0] / max(1e-9, sum(weights)))
        instance = shared.narrow(k, plan)
        try:
            solver = choose(instance)
            answer = solver.solve(instance, mine)
            answer = replace(answer, solver=answer.solver or solver.name)
        except OutOfTimeError:
            return before
        if answer.impossible:
            return before
        if not place:
            found.answers[ends[0]] = answer  # its bounds had more time, too
        matches = shared.settled(instance, answer.matches)
        same = same and matches == before[k]
        plan = _with(plan, k, matches)
    return plan


def _start(shared: Shared) -> Plan:
    return tuple(shared.locks(k) for k in range(len(shared.parts)))


def _with(plan: Plan, k: int, matches: tuple[Found, ...]) -> Plan:
    return (*plan[:k], matches, *plan[k + 1 :])


def may_stay_empty(instance: Instance) -> bool:
    """Whether a program keeps every rule without any match."""
    counted = instance.grouping is not None and instance.grouping.count > 0
    least = bool(instance.gives_min.any() or instance.takes_min.any() or instance.required.any())
    return not (counted or least or instance.together or instance.locked)


def crowded_out(instance: Instance) -> Answer | None:
    """Return that there is no answer where other programs leave required people no place."""
    able = np.zeros(instance.n, dtype=np.bool_)
    able[instance.givers] = able[instance.takers] = True
    if instance.grouping is not None:
        able[instance.grouping.leaders] = True
    short = (instance.gives_min > instance.gives_max) | (instance.takes_min > instance.takes_max)
    stuck = np.flatnonzero((instance.required & ~able) | short)
    told = tuple(f"#{i} has no hours or places left beside the other programs" for i in stuck)
    return Answer((), impossible=told) if told else None


def _next(shared: Shared, found: Sequences, plan: Plan, order: Order, clock: Clock) -> Plan | None:
    """Return the plan with the last program of an order solved among the earlier ones.

    None if it has no answer.
    """
    k, first = order[-1], len(order) == 1
    names = [shared.parts[j].program.name for j in order]
    instance = shared.narrow(k, plan)
    if order in found.answers:
        answer = found.answers[order]
    else:
        clock.say(f"solving {' then '.join(names)}")
        solver, begun = choose(instance), clock.elapsed
        try:
            stuck = crowded_out(instance)
            answer = stuck or solver.solve(instance, clock)
            if not (answer.matches or answer.finished or answer.impossible):
                raise OutOfTimeError("nothing was found in time")
        except OutOfTimeError:
            return plan if may_stay_empty(instance) else None  # later steps fill it
        answer = replace(answer, solver=answer.solver or solver.name)
        found.answers[order], found.took[order] = answer, clock.elapsed - begun
    if answer.impossible:
        why = [named(text, shared.parts[k].compiled) for text in answer.impossible]
        if first:
            raise InfeasibleError(f"{names[-1]}: no assignment keeps every rule", why)
        found.impossible.append((f"{names[-1]} finds no assignment among the others", *why))
        return None
    return _with(plan, k, shared.settled(instance, answer.matches))

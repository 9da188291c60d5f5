"""The last repeats of a plan: a few rounds at a time, seated anew by CP-SAT.

Annealing stops where no single swap helps. Here two or three rounds are taken apart at once, the
others stay, and the model says how few repeats they can have: x(r, p, g) seats person p in group
g of round r, y(r, a, b) is at least x(r, a, g) + x(r, b, g) - 1, and two people cost what their
meetings exceed one. Who sits out stays as it is, so turns stay fair.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.base import Clock
from cohortopt.solvers.rounds.constructions import Plan, Round, repeats

MOST = 40  # people; beyond, the model is too large to help
TRIES = 10
EFFORT = 0.6  # deterministic time of each


def finish(plan: Plan, bad: NDArray[np.bool_], target: int, clock: Clock) -> Plan:
    """Return a plan with no more repeats and, where it can be found, fewer.

    Parameters
    ----------
    plan
        Rounds of the same sizes; nobody in it meets whom they may not.
    bad
        ``(n, n)``: who may not meet.
    target
        Repeats with which to be content.
    clock
        The budget; work is counted, so that only the clock's end can change the answer.
    """
    if len(bad) > MOST or len(plan) < 2:
        return plan
    rng = random.Random(clock.budget.seed)
    for attempt in range(TRIES):
        now = repeats(plan)
        if now <= target or clock.is_over:
            break
        free = _worst_rounds(plan, 2 + attempt % 2, rng)
        better = _seat(plan, free, bad, rng.randrange(1 << 30), clock)
        if better is not None and repeats(better) <= now:
            plan = better
        clock.say("rounds", value=repeats(plan))
    return plan


def _pairs(round_: Round) -> list[tuple[int, int]]:
    return [pair for group in round_ for pair in combinations(sorted(group), 2)]


def _worst_rounds(plan: Plan, count: int, rng: random.Random) -> list[int]:
    """Return rounds to take apart: one with a repeat, others by lot."""
    met = Counter(pair for round_ in plan for pair in _pairs(round_))
    guilty = [r for r, round_ in enumerate(plan) if any(met[p] > 1 for p in _pairs(round_))]
    first = rng.choice(guilty)
    others = [r for r in range(len(plan)) if r != first]
    return sorted([first, *rng.sample(others, min(count - 1, len(others)))])


def _seat(
    plan: Plan, free: Sequence[int], bad: NDArray[np.bool_], seed: int, clock: Clock
) -> Plan | None:
    """Return the plan with some rounds seated anew for the fewest repeats; None if none came."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    met = Counter(p for r, round_ in enumerate(plan) if r not in free for p in _pairs(round_))
    meets: dict[tuple[int, int], list[cp_model.IntVar]] = {}
    x: dict[tuple[int, int, int], cp_model.IntVar] = {}
    for r in free:
        groups = plan[r]
        people = sorted(person for group in groups for person in group)
        for person in people:
            for g in range(len(groups)):
                x[r, person, g] = model.new_bool_var("")
                model.add_hint(x[r, person, g], person in groups[g])
            model.add_exactly_one(x[r, person, g] for g in range(len(groups)))
        for g, group in enumerate(groups):
            model.add(sum(x[r, person, g] for person in people) == len(group))
        for a, b in combinations(people, 2):
            together = model.new_bool_var("")
            for g in range(len(groups)):
                model.add_bool_or(together, x[r, a, g].negated(), x[r, b, g].negated())
            if bad[a, b]:
                model.add(together == 0)
            meets.setdefault((a, b), []).append(together)
    costs = []
    for pair, together in meets.items():
        if met[pair]:
            costs += together
        elif len(together) > 1:
            again = model.new_int_var(0, len(together) - 1, "")
            model.add(again >= sum(together) - 1)
            costs.append(again)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.max_time_in_seconds = clock.left
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    fresh = list(plan)
    for r in free:
        people = sorted(person for group in plan[r] for person in group)
        fresh[r] = [
            tuple(person for person in people if solver.value(x[r, person, g]))
            for g in range(len(plan[r]))
        ]
    return fresh


__all__ = ["finish"]

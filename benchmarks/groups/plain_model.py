"""A plain CP-SAT model of groups with rules: what one would write first, as a rival.

A yes or no for each person and group, for each group and slot, and for each pair in a group that
might score: each person's best NEAR fellows, as all pairs would not fit into memory.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Found

NEAR = 8


def plain_model(instance: Instance, groups: int, seconds: float) -> tuple[Found, ...]:
    """Return the groups that CP-SAT finds within the seconds, building included."""
    begun = time.monotonic()
    grouping, slots = instance.grouping, instance.slots
    assert grouping is not None
    assert slots is not None
    n, square = instance.n, instance.links.dense
    model = cp_model.CpModel()
    sits = [[model.new_bool_var("") for _ in range(groups)] for _ in range(n)]
    meets = [[model.new_bool_var("") for _ in range(slots.count)] for _ in range(groups)]
    for i in range(n):
        model.add_at_most_one(sits[i])
    free = [set(slots.common([i]).tolist()) for i in range(n)]
    for g in range(groups):
        model.add_exactly_one(meets[g])
        model.add_linear_constraint(
            sum(sits[i][g] for i in range(n)), grouping.size_min, grouping.size_max
        )
        for i in range(n):
            model.add_bool_or([~sits[i][g], *(meets[g][s] for s in free[i])])
        for limit in grouping.limits:
            total = sum(int(a) * sits[i][g] for i, a in enumerate(limit.amounts) if a)
            if limit.if_any:
                some = model.new_bool_var("")
                model.add(total >= limit.least).only_enforce_if(some)
                model.add(total == 0).only_enforce_if(~some)
            else:
                model.add(total <= limit.most)
    both = np.where((square < 0) | (square.T < 0), -1, square + square.T)
    for i, j in zip(*np.nonzero(np.triu(both < 0, 1)), strict=True):
        for g in range(groups):
            model.add_bool_or([~sits[i][g], ~sits[j][g]])
    terms: list[Any] = []
    near = {tuple(sorted((i, int(j)))) for i in range(n) for j in np.argsort(-both[i])[:NEAR]}
    for i, j in sorted(near):
        if both[i, j] <= 0:
            continue
        for g in range(groups):
            pair = model.new_bool_var("")
            model.add_implication(pair, sits[i][g])
            model.add_implication(pair, sits[j][g])
            terms.append(int(both[i, j]) * pair)
    seated = sum(x for row in sits for x in row)
    model.maximize(10**6 * seated + sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(0.1, seconds - (time.monotonic() - begun))
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return ()
    found = []
    for g in range(groups):
        people = tuple(i for i in range(n) if solver.boolean_value(sits[i][g]))
        slot = next(s for s in range(slots.count) if solver.boolean_value(meets[g][s]))
        found.append(Found(people, slot=slot))
    return tuple(found)

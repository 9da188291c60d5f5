"""Rules that hold over whole exchanges: locked, together and required matches, over columns.

They become one row each (``at least one of these matches``), and locked people leave the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import Columns, fits_lock


@dataclass(frozen=True)
class Must:
    """At least one of the matches in ``rows`` has to be chosen; ``why`` names the rule."""

    why: str
    rows: NDArray[np.intp]


def musts(instance: Instance, columns: Columns) -> tuple[Must, ...]:
    """Return every rule that demands a match, in a fixed order. O(rules x columns)."""
    found: list[Must] = []
    for lock in instance.locked:
        near = holding(columns, lock.people)
        rows = [r for r in near.tolist() if fits_lock(instance, columns.members(r), lock)]
        if lock.slot >= 0 and instance.slots is not None and not instance.meet_links:
            rows = [r for r in rows if instance.slots.can_meet(columns.members(r), lock.slot)]
        found.append(Must(f"locked: {names(lock.people)}", np.array(rows, np.intp)))
    for people in instance.together:
        found.append(Must(f"together: {names(people)}", holding(columns, people)))
    for person in np.flatnonzero(instance.required).tolist():
        found.append(Must(f"required: {names((person,))}", holding(columns, (person,))))
    return tuple(found)


def names(people: tuple[int, ...]) -> str:
    """Return people's indices in words; the engine puts names in place of ``#index``."""
    return ", ".join(f"#{person}" for person in people)


def holding(columns: Columns, people: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the rows in which all of ``people`` sit."""
    inside = np.ones(len(columns), np.bool_)
    for person in people:
        inside &= (columns.people == person).any(axis=1)
    return np.flatnonzero(inside)


def fits(instance: Instance, columns: Columns, rules: list[Must], clock: Clock) -> bool:
    """Whether some choice of matches keeps all of ``rules``; yes where the time is over."""
    from ortools.sat.python import cp_model

    if any(len(must.rows) == 0 for must in rules):
        return False
    if not rules:
        return True
    rows = np.unique(np.concatenate([must.rows for must in rules])).tolist()
    model = cp_model.CpModel()
    use = {row: model.new_bool_var("") for row in rows}
    by_person: dict[int, list[int]] = {}
    for row in rows:
        for person in columns.members(row):
            by_person.setdefault(person, []).append(row)
    for person, mine in by_person.items():
        model.add(sum(use[row] for row in mine) <= int(instance.total_max[person]))
    for must in rules:
        model.add_bool_or([use[row] for row in must.rows.tolist()])
    if instance.shape == "partners" and instance.trio:
        model.add_at_most_one(use[row] for row in rows if columns.size[row] == 3)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if clock.budget.seconds is not None and not clock.budget.reproducible:
        solver.parameters.max_time_in_seconds = max(0.1, clock.left / 4)
    return bool(solver.solve(model) != cp_model.INFEASIBLE)


def clash(
    instance: Instance, columns: Columns, rules: tuple[Must, ...], clock: Clock
) -> tuple[str, ...]:
    """Return rules that cannot be kept together, a smallest such set; () if all can.

    The set is minimal: dropping any one of it lets the rest be kept. One solve per rule.
    """
    left = list(rules)
    if fits(instance, columns, left, clock):
        return ()
    for must in rules:
        fewer = [other for other in left if other is not must]
        if not clock.is_over and not fits(instance, columns, fewer, clock):
            left = fewer
    return tuple(must.why for must in left)

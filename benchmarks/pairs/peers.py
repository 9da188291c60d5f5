"""How each code is asked: the most mentees placed, then the most points. Returns points, placed.

Every function takes a ``Table`` and returns ``(placed, points, proven)``; imports are inside, so
that an interpreter needs only the code it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.pairs.generate import Table

SEAT = 1_100_000_000  # more than all points together, in codes that work with doubles


def cohortopt(table: Table) -> tuple[int, int, bool]:
    """This project: sparse flow and pricing, points asked for in blocks."""
    from cohortopt.instance import Instance, Links
    from cohortopt.solvers.base import Budget, Clock
    from cohortopt.solvers.pairs.flow import FlowSolver

    count = len(table.capacity)
    n = count + table.takers
    zero = np.zeros(n, dtype=np.int32)
    gives, takes = zero.copy(), zero.copy()
    gives[:count] = table.capacity
    takes[count:] = 1
    instance = Instance(
        shape="pairs",
        n=n,
        givers=np.arange(count, dtype=np.int32),
        takers=np.arange(count, n, dtype=np.int32),
        links=Links(n, lambda givers, takers: table.block(givers, takers - count)),
        gives_min=zero,
        gives_max=gives,
        takes_min=zero,
        takes_max=takes,
        total_max=gives + takes,
        priority=np.ones(n, dtype=np.int32),
        required=np.zeros(n, dtype=bool),
    )
    answer = FlowSolver().solve(instance, Clock(Budget(seconds=None)))
    placed, points = answer.tiers
    return placed.value, points.value, placed.bound == placed.value and points.bound == points.value


def _expanded(table: Table) -> tuple[Any, Any]:
    """Return points and weights with one column for every seat, ``(mentees, seats)``."""
    columns = np.repeat(np.arange(len(table.capacity)), table.capacity)
    points = np.ascontiguousarray(table.square().T)[:, columns]
    weight = points.astype(np.float64)
    if (points < 0).any():  # else everyone is placed anyway, and plain points are easier
        weight[points >= 0] += SEAT
        weight[points < 0] = 0
    return points, weight


def _value(points: Any, rows: Any, columns: Any) -> tuple[int, int]:
    found = points[rows, columns]
    found = found[found >= 0]
    return len(found), int(found.sum(dtype=np.int64))


def scipy(table: Table) -> tuple[int, int, bool]:
    """scipy.optimize.linear_sum_assignment on expanded columns."""
    from scipy.optimize import linear_sum_assignment

    points, weight = _expanded(table)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return *_value(points, rows, columns), True


def lapx(table: Table) -> tuple[int, int, bool]:
    """lap.lapjv (package lapx) on expanded columns."""
    import lap

    points, weight = _expanded(table)
    top = weight.max()
    np.subtract(top, weight, out=weight)
    _, chosen, _ = lap.lapjv(weight, extend_cost=True)
    rows = np.flatnonzero(chosen >= 0)
    return *_value(points, rows, chosen[rows]), True


def mincostflow(table: Table) -> tuple[int, int, bool]:
    """OR-tools SimpleMinCostFlow on all arcs; unplaced mentees through an arc of their own."""
    from ortools.graph.python import min_cost_flow

    square = table.square()
    count, takers = square.shape
    givers, chosen = np.nonzero(square >= 0)
    worth = square[givers, chosen]
    sink = count + takers
    flow = min_cost_flow.SimpleMinCostFlow()
    links = flow.add_arcs_with_capacity_and_unit_cost(
        chosen.astype(np.int32) + count,
        givers.astype(np.int32),
        np.ones(len(worth), dtype=np.int64),
        -worth.astype(np.int64),
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(count, dtype=np.int32),
        np.full(count, sink, dtype=np.int32),
        table.capacity.astype(np.int64),
        np.zeros(count, dtype=np.int64),
    )
    everyone = np.arange(count, sink, dtype=np.int32)
    alone = takers if len(worth) < square.size else 0  # all pairs allowed: everyone is placed
    flow.add_arcs_with_capacity_and_unit_cost(
        everyone[:alone],
        np.full(alone, sink, dtype=np.int32),
        np.ones(alone, dtype=np.int64),
        np.full(alone, 1001 * takers, dtype=np.int64),
    )
    flow.set_nodes_supplies(
        np.arange(sink + 1, dtype=np.int32),
        np.concatenate([np.zeros(count), np.ones(takers), [-takers]]).astype(np.int64),
    )
    if flow.solve() != flow.OPTIMAL:
        return 0, 0, False
    taken = flow.flows(links) > 0
    return int(taken.sum()), int(worth[taken].sum(dtype=np.int64)), True


def hospital(table: Table) -> tuple[int, int, bool]:
    """Package matching, HospitalResident: stable, not the most points."""
    from matching.games import HospitalResident

    square = table.square()
    count, takers = square.shape
    mentees = {
        f"e{t}": [f"m{g}" for g in np.argsort(-square[:, t], kind="stable") if square[g, t] >= 0]
        for t in range(takers)
    }
    mentors = {
        f"m{g}": [f"e{t}" for t in np.argsort(-square[g], kind="stable") if square[g, t] >= 0]
        for g in range(count)
    }
    seats = {f"m{g}": int(table.capacity[g]) for g in range(count)}
    game = HospitalResident.create_from_dictionaries(mentees, mentors, seats)
    matching = game.solve(optimal="resident")
    links = [(int(str(m)[1:]), int(str(e)[1:])) for m, people in matching.items() for e in people]
    return len(links), int(sum(int(square[link]) for link in links)), False


def munkres(table: Table) -> tuple[int, int, bool]:
    """Package munkres (pure Python), as mentor matchers use it, on expanded columns."""
    from munkres import Munkres

    points, weight = _expanded(table)
    cost = (weight.max() - weight).astype(np.int64).tolist()
    links = np.array(Munkres().compute(cost))
    return *_value(points, links[:, 0], links[:, 1]), True


PEERS = {peer.__name__: peer for peer in (cohortopt, scipy, lapx, mincostflow, hospital, munkres)}
LARGEST = {  # mentees; beyond it a code is not asked, for time or memory
    "cohortopt": 10**9,
    "scipy": 20_000,
    "lapx": 10_000,
    "mincostflow": 20_000,
    "hospital": 500,
    "munkres": 200,
}

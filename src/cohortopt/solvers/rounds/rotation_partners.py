"""Rounds of partners by exact matchings: one round after the other, then each again.

A round given all others is a matching of largest value in a general graph (Edmonds 1965,
doi:10.4153/CJM-1965-045-4; here Galil's O(n^3) version in rustworkx). Whoever sat out before gets
a bonus that outweighs all points, so that turns stay fair.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.base import Clock
from cohortopt.solvers.rounds.constructions import Plan, Round
from cohortopt.solvers.rounds.worth import Worth

SWEEPS = 6
MOST = 600  # people; beyond, matchings are slow
QUICK = 150  # people; so few are matched in every round, whatever the clock says


def matched_rounds(n: int, rounds: int, worth: Worth, clock: Clock) -> Plan:
    """Return rounds of pairs, each the best given the others; may leave more people out.

    With repeats not for sale those who met are not matched again.
    """
    plan: Plan = []
    for _ in range(rounds):
        plan.append(_best_round(n, plan, worth))
        if clock.is_over and n > QUICK:
            return plan
    for _ in range(SWEEPS):
        improved = False
        for r in range(rounds):
            if clock.is_over:
                return plan
            others = plan[:r] + plan[r + 1 :]
            fresh = _best_round(n, others, worth)
            trial = [*plan[:r], fresh, *plan[r + 1 :]]
            if len(fresh) >= len(plan[r]) and _turns_fit(n, trial):
                gain = _value(trial, worth) - _value(plan, worth)
                if gain > 0:
                    plan, improved = trial, True
        if not improved:
            break
    return plan


def _best_round(n: int, others: Plan, worth: Worth) -> Round:
    """Return the matching of most pairs, then fairest turns, then largest value."""
    import rustworkx

    met = np.zeros((n, n), np.int64)
    out = np.full(n, len(others), np.int64)
    for round_ in others:
        for a, b in round_:
            met[a, b] += 1
            met[b, a] += 1
            out[[a, b]] -= 1
    factor = int(worth.factor[2])
    value = worth.value * factor
    allowed = ~worth.bad & ~np.eye(n, dtype=np.bool_)
    if worth.loss < 0:
        allowed &= met == 0
    else:
        value = value - worth.loss * (met > 0)
    bonus = int(np.abs(value).max(initial=0)) * n + 1
    turns = (out - out.min(initial=0)) * bonus
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    first, second = np.nonzero(np.triu(allowed))
    weights = value[first, second] + turns[first] + turns[second]
    weights -= min(0, int(weights.min(initial=0)))
    edges = zip(first.tolist(), second.tolist(), weights.tolist(), strict=True)
    graph.add_edges_from(list(edges))
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in found)


def _turns_fit(n: int, plan: Plan) -> bool:
    """Whether after every round nobody sat out two times more often than anybody else."""
    out: NDArray[np.int64] = np.zeros(n, np.int64)
    for round_ in plan:
        out += 1
        out[[p for pair in round_ for p in pair]] -= 1
        if out.max() - out.min() > 1:
            return False
    return True


def _value(plan: Plan, worth: Worth) -> int:
    """Return the points of a plan less what repeats cost."""
    pairs: Sequence[tuple[int, ...]] = [pair for round_ in plan for pair in round_]
    total = sum(int(worth.value[a, b]) for a, b in pairs) * int(worth.factor[2])
    return total - max(0, worth.loss) * (len(pairs) - len(set(pairs)))

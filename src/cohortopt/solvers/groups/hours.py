"""The bound of fellows, sharpened by hours: all fellows of one group are free at one slot.

For any prices (see ``group_bounds``) a person m has at most

    max over slots s of m, over k, of  weight(k) x (the k - 1 largest of  d[m, f] + p[f] - p[m])

where f runs over the people who may share a group with m and are free at s. Of means the smallest
k is best, as fellows come by falling worth; of plain sums any k may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, unpack_rows
from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups.bounds import LOW, NEVER, leader_best, may_share, most_besides
from cohortopt.solvers.groups.problem import members_of, value_weights

MOST = 2500  # people; with more it takes too long
NEAR = 256  # fellows looked at first; only slots with too few of them need all


def by_hours(
    instance: Instance, clock: Clock, bound: int, certificate: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Return a bound on points at most as large, and its certificate. O(n^2 x slots of a person).

    Keeps the bound that it was given where the instance has no slots or time is short.
    """
    if not is_worth_it(instance, clock):
        return bound, certificate
    prices = np.array(certificate["prices"], np.int64)
    worth, extra = worths(instance, prices), most_besides(instance)
    able = (worth > NEVER) & (leader_best(instance) >= 0)
    total = int(np.maximum(0, worth + 2 * extra)[able].sum())
    if total // 2 >= bound:
        return bound, certificate
    return total // 2, {**certificate, "bound": total // 2, "hours": True}


def is_worth_it(instance: Instance, clock: Clock) -> bool:
    """Whether hours can sharpen the bound of fellows, and there is time for that."""
    grouping, slots, n = instance.grouping, instance.slots, len(members_of(instance))
    if grouping is None or slots is None or not 1 < n <= MOST or clock.left < 4e-6 * n * n:
        return False
    return grouping.size_min > 1  # a person alone needs no hour with anybody


def worths(instance: Instance, prices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``(members,)`` twice what links give each member at one slot; NEVER if at none."""
    grouping, slots = instance.grouping, instance.slots
    assert grouping is not None
    assert slots is not None
    members = members_of(instance)
    free = unpack_rows(slots.starts[members], slots.count)
    square = instance.links.dense[np.ix_(members, members)]
    both = np.where(may_share(instance), square + square.T, np.int32(LOW))
    weight, _ = value_weights(grouping)
    found = np.full(len(members), NEVER, np.int64)
    for m in range(len(members)):
        row = both[m] + prices - prices[m]
        able = np.flatnonzero(both[m] > LOW)
        able = able[np.argsort(-row[able], kind="stable")]
        worth = _best(row[able], free[able][:, free[m]], weight, grouping.size_min)
        if worth is not None:
            found[m] = worth
    return found


def _best(
    values: NDArray[np.int64], free: NDArray[np.bool_], weight: NDArray[np.int64], size_min: int
) -> int | None:
    """Return the best of any slot and size; None if no slot has enough fellows.

    ``values : (fellows,)`` falling; ``free : (fellows, slots)``.
    """
    plain = len(set(weight[2:].tolist())) <= 1
    top = len(weight) - 2 if plain else max(1, size_min - 1)  # fellows that can be best
    best: int | None = None
    first = free[:NEAR]
    few = first.sum(axis=0) < top
    for part, own in ((first[:, ~few], values[:NEAR]), (free[:, few], values)):
        if not part.size:
            continue
        count = np.cumsum(part, axis=0, dtype=np.int16)
        total = np.zeros(part.shape[1], np.int64)
        for fellows in range(1, top + 1):
            there = count[-1] >= fellows
            total = total + np.where(there, own[np.argmax(count >= fellows, axis=0)], 0)
            if fellows + 1 >= size_min and there.any():
                found = int(weight[fellows + 1] * total[there].max())
                best = found if best is None else max(best, found)
    return best

"""What a compiled branch and bound over packings remembers, and its steps: fix, undo, hand back.

A node is a path of fixed variables. ``tree_search`` walks along it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Longs
from cohortopt.solvers.compiled import njit
from cohortopt.solvers.exchange.packing_basis import INNER

DEEP = 40  # nodes of one path whose basis is kept; deeper ones are handed back
LONGEST = 400  # steps of a path
OPEN = 4_000  # nodes that can be handed back at once
LITTLE = 1e-6  # from a whole value, or of a loss


class Tree(NamedTuple):
    """What branch and bound remembers; the kernels change the arrays in place.

    ``trail``, ``was_low``, ``was_high``, ``mark[0]``: changes of bounds, to be undone. ``loss``,
    ``seen : (2, variables)``: what fixing down or up took per unit, and how often it was seen.
    ``kept_*``: bases by depth. ``path``, ``ways``, ``trails`` and ``other`` (bound of the other
    side that is still to be done here, or -inf) are by depth. ``open_*``: nodes handed back, with
    the basis above each. ``head``: the basis to begin with.
    ``best``: rings of the best choice; ``own : (m,)``: what they earn, while the linear program
    has what they add to floors in its gain, too; ``amounts : (floors, m)`` must reach ``floors``.
    ``aim``: what a bound must reach to be of interest, by how much a choice must exceed the last,
    and what reached floors earn by themselves. ``count``: nodes, trials, choices, nodes handed
    back, rings of the best choice, pivots of dives.
    """

    trail: Any
    was_low: Any
    was_high: Any
    mark: Any
    loss: Any
    seen: Any
    kept_inverse: Any
    kept_head: Any
    kept_place: Any
    kept_price: Any
    kept_pivots: Any
    path: Any
    ways: Any
    trails: Any
    other: Any
    open_bound: Any
    open_length: Any
    open_path: Any
    open_ways: Any
    open_head: Any
    head: Any
    best: Any
    own: Any
    amounts: Any
    floors: Any
    aim: Any
    count: Any


def tree(n: int, own: NDArray[np.float64], amounts: Longs, floors: Longs) -> Tree:
    """Return an empty tree for rings of ``n`` people."""
    total = n + len(own)
    return Tree(
        np.zeros(2 * total + 2, np.int64),
        np.zeros(2 * total + 2),
        np.zeros(2 * total + 2),
        np.zeros(1, np.int64),
        np.zeros((2, total)),
        np.zeros((2, total)),
        np.zeros((DEEP + 1, n, n + 1)),
        np.zeros((DEEP + 1, n), np.int64),
        np.zeros((DEEP + 1, total), np.int64),
        np.zeros((DEEP + 1, n)),
        np.zeros(DEEP + 1, np.int64),
        np.zeros(LONGEST, np.int64),
        np.zeros(LONGEST, np.bool_),
        np.zeros(LONGEST, np.int64),
        np.zeros(LONGEST),
        np.zeros(OPEN),
        np.zeros(OPEN, np.int64),
        np.zeros((OPEN, LONGEST), np.int32),
        np.zeros((OPEN, LONGEST), np.bool_),
        np.zeros((OPEN, n), np.int32),
        np.zeros(n, np.int32),
        np.full(n, -1, np.int64),
        own,
        amounts,
        floors,
        np.zeros(3),
        np.zeros(6, np.int64),
    )


@njit(**INNER)
def least_of(tree):  # type: ignore[no-untyped-def]
    """Return what a bound must reach; rounding never takes up a quarter of the step."""
    return tree.aim[0] - 0.25 * tree.aim[1]


@njit(**INNER)
def limit(lp, tree, j, low, high):  # type: ignore[no-untyped-def]
    """Change the bounds of a variable so that it can be undone."""
    at = tree.mark[0]
    tree.trail[at], tree.was_low[at], tree.was_high[at] = j, lp.low[j], lp.high[j]
    tree.mark[0] = at + 1
    lp.low[j], lp.high[j] = low, high


@njit(**INNER)
def undo(lp, tree, to):  # type: ignore[no-untyped-def]
    """Take changes back, the last first."""
    while tree.mark[0] > to:
        tree.mark[0] -= 1
        at = tree.mark[0]
        j = tree.trail[at]
        lp.low[j], lp.high[j] = tree.was_low[at], tree.was_high[at]


@njit(**INNER)
def fix(lp, tree, j, up):  # type: ignore[no-untyped-def]
    """Fix a ring or a spare seat, and what shares a person with it; say if that is possible."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    if not up:
        if lp.low[j] < 0.5 < lp.high[j]:
            limit(lp, tree, j, 0.0, 0.0)
        return lp.low[j] < 0.5
    if lp.high[j] < 0.5:
        return False
    if lp.low[j] < 0.5:
        limit(lp, tree, j, 1.0, 1.0)
    for step in range(len(lp.people) if j < m else 1):
        person = np.int64(lp.people[step, j]) if j < m else j - m
        if person == n:
            continue
        if j < m:
            if lp.low[m + person] > 0.5:
                return False
            if lp.high[m + person] > 0.5:
                limit(lp, tree, m + person, 0.0, 0.0)
        for at in range(lp.first[person], lp.first[person + 1]):
            ring = lp.rings[at]
            if ring != j and lp.low[ring] > 0.5:
                return False
            if ring != j and lp.high[ring] > 0.5:
                limit(lp, tree, ring, 0.0, 0.0)
    return True


@njit(**INNER)
def fix_by_costs(lp, tree, free, bound, least):  # type: ignore[no-untyped-def]
    """Fix what costs too much to move; say if that is possible."""
    for at in range(free):
        j = lp.free[at]
        if lp.place[j] >= 0 or lp.high[j] <= lp.low[j]:
            continue
        cost = lp.gain[j]
        for step in range(len(lp.who)):
            cost -= lp.price[lp.who[step, at]]
        if bound - abs(cost) < least and not fix(lp, tree, j, cost > 0):
            return False
    return True


@njit(**INNER)
def keep(lp, tree, depth):  # type: ignore[no-untyped-def]
    """Remember the basis."""
    n = len(lp.head)
    for row in range(n):
        tree.kept_head[depth, row] = lp.head[row]
        for i in range(n):
            tree.kept_inverse[depth, row, i] = lp.inverse[row, i]
        tree.kept_price[depth, row] = lp.price[row]
    for j in range(len(lp.place)):
        tree.kept_place[depth, j] = lp.place[j]
    tree.kept_pivots[depth] = lp.pivots[0]


@njit(**INNER)
def recall(lp, tree, depth):  # type: ignore[no-untyped-def]
    """Go back to a basis that was kept."""
    n = len(lp.head)
    for row in range(n):
        lp.head[row] = tree.kept_head[depth, row]
        for i in range(n):
            lp.inverse[row, i] = tree.kept_inverse[depth, row, i]
        lp.price[row] = tree.kept_price[depth, row]
    for j in range(len(lp.place)):
        lp.place[j] = tree.kept_place[depth, j]
    lp.pivots[0] = tree.kept_pivots[depth]


@njit(**INNER)
def take(lp, tree, value):  # type: ignore[no-untyped-def]
    """Remember whole values as the best choice, if they are one that reaches floor and aim."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    used, reached = np.zeros(n + 1, np.int64), np.zeros(len(tree.floors), np.int64)
    gain, count = tree.aim[2], 0
    for j in range(m):
        if value[j] > 0.5:
            gain += tree.own[j]
            for floor in range(len(tree.floors)):
                reached[floor] += tree.amounts[floor, j]
            for step in range(len(lp.people)):
                used[lp.people[step, j]] += 1
    fits = gain >= least_of(tree)
    for person in range(n):
        fits = fits and used[person] <= 1
    for floor in range(len(tree.floors)):
        fits = fits and reached[floor] >= tree.floors[floor]
    if not fits:
        return
    tree.aim[0] = gain + tree.aim[1]
    for j in range(m):
        if value[j] > 0.5:
            tree.best[count] = j
            count += 1
    tree.count[2] += 1
    tree.count[4] = count


@njit(**INNER)
def hand_back(tree, bound, length, flip, head):  # type: ignore[no-untyped-def]
    """Write a node for the caller: a path, its last step turned where ``flip``, and a basis."""
    if bound < least_of(tree):
        return
    at = tree.count[3]
    tree.open_bound[at], tree.open_length[at] = bound, length
    for k in range(length):
        tree.open_path[at, k], tree.open_ways[at, k] = tree.path[k], tree.ways[k]
    if flip:
        tree.open_ways[at, length - 1] = not tree.ways[length - 1]
    for row in range(len(head)):
        tree.open_head[at, row] = head[row]
    tree.count[3] = at + 1

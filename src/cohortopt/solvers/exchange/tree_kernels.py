"""Compiled branch and bound over packings: depth first below a level, the rest is handed back.

A node is a path of fixed variables. ``explore`` goes through everything below one node whose
bound is at least ``level``, and writes nodes with lesser bounds to ``Tree.open_*``: the caller
picks the best of those next, so that as few nodes as possible are looked at, and yet each linear
program starts from the one before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Longs
from cohortopt.solvers.compiled import njit
from cohortopt.solvers.exchange.packing_kernels import INNER, reoptimise

DEEP = 40  # nodes of one path whose basis is kept; deeper ones are handed back
LONGEST = 400  # steps of a path
OPEN = 4_000  # nodes that can be handed back at once
TRIES = 8  # variables tried in a row without a better one
RELIABLE = 4  # trials after which the average of a variable is trusted
QUICK = 20  # pivots of a trial
PIVOTS = 5_000  # of one linear program
LITTLE = 1e-6  # from a whole value, or of a loss
SHARE = 0.02  # no loss per unit is taken from less


class Tree(NamedTuple):
    """What branch and bound remembers; the kernels change the arrays in place.

    ``trail``, ``was_low``, ``was_high``, ``mark[0]``: changes of bounds, to be undone. ``loss``,
    ``seen : (2, variables)``: what fixing down or up took per unit, and how often it was seen.
    ``kept_*``: bases by depth. ``path``, ``ways``, ``trails`` and ``other`` (bound of the other
    side that is still to be done here, or -inf) are by depth. ``open_*``: nodes handed back.
    ``best``: rings of the best choice; ``own : (m,)``: what they earn, while the linear program
    has what they add to floors in its gain, too; ``amounts : (floors, m)`` must reach ``floors``.
    ``aim``: what a bound must reach to be of interest, by how much a choice must exceed the last,
    and what reached floors earn by themselves. ``count``: nodes, trials, choices, nodes handed
    back, rings of the best choice.
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
        np.full(n, -1, np.int64),
        own,
        amounts,
        floors,
        np.zeros(3),
        np.zeros(5, np.int64),
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
def hand_back(tree, bound, length, flip):  # type: ignore[no-untyped-def]
    """Write a node for the caller: a path, its last step turned where ``flip``."""
    if bound < least_of(tree):
        return
    at = tree.count[3]
    tree.open_bound[at], tree.open_length[at] = bound, length
    for k in range(length):
        tree.open_path[at, k], tree.open_ways[at, k] = tree.path[k], tree.ways[k]
    if flip:
        tree.open_ways[at, length - 1] = not tree.ways[length - 1]
    tree.count[3] = at + 1


@njit(**INNER)
def losses_of(tree, value, found, count, losses, score):  # type: ignore[no-untyped-def]
    """Write what fixing down and up is expected to take, and the product of both."""
    average = np.ones(2)
    for way in range(2):
        total, known = 0.0, 0
        for v in range(tree.seen.shape[1]):
            if tree.seen[way, v] > 0:
                total += tree.loss[way, v] / tree.seen[way, v]
                known += 1
        if known > 0:
            average[way] = total / known
    for k in range(count):
        v = found[k]
        score[k] = 1.0
        for way in range(2):
            share = value[v] if way == 0 else 1.0 - value[v]
            seen = tree.seen[way, v]
            each = tree.loss[way, v] / seen if seen > 0 else average[way]
            losses[way, k] = max(each * share, LITTLE)
            score[k] *= losses[way, k]


@njit(**INNER)
def try_ways(lp, tree, v, share, bound, depth):  # type: ignore[no-untyped-def]
    """Fix a variable down and up for a few pivots each; return what is left of the bound."""
    least, mark = least_of(tree), tree.mark[0]
    down = up = 0.0
    for way in range(2):
        tree.count[1] += 1
        end = -np.inf
        if fix(lp, tree, v, way == 1):
            end = min(bound, reoptimise(lp, least, QUICK)[1])
        undo(lp, tree, mark)
        recall(lp, tree, depth)
        part = share if way == 0 else 1.0 - share
        tree.loss[way, v] += (bound - max(end, least)) / max(part, SHARE)
        tree.seen[way, v] += 1
        if way == 0:
            down = end
        else:
            up = end
    return down, up


@njit(**INNER)
def choose(lp, tree, bound, found, count, value, depth):  # type: ignore[no-untyped-def]
    """Return the variable to branch on and both bounds; -1: one was fixed; -2: nothing is left.

    The product of both losses decides. What is not known well is tried, the most promising first.
    """
    least = least_of(tree)
    losses, score = np.zeros((2, count)), np.zeros(count)
    losses_of(tree, value, found, count, losses, score)
    best, best_score, kept, idle, down, up = -1, -1.0, False, 0, bound, bound
    waits = np.ones(count, np.bool_)
    for _ in range(count):
        k = -1
        for other in range(count):
            if waits[other] and (k < 0 or score[other] > score[k]):
                k = other
        waits[k] = False
        v = found[k]
        tried = min(tree.seen[0, v], tree.seen[1, v]) < RELIABLE
        if tried:
            if idle >= TRIES:
                continue
            if not kept:
                keep(lp, tree, depth)
                kept = True
            low, high = try_ways(lp, tree, v, value[v], bound, depth)
            if low < least or high < least:  # the other way is the only one
                return (-1 if fix(lp, tree, v, low < least) else -2), bound, bound
            score[k] = max(bound - low, LITTLE) * max(bound - high, LITTLE)
        elif score[k] <= best_score:
            break  # those that follow promise less, and most are known
        if score[k] > best_score:
            best, best_score, idle = v, score[k], 0
            down, up = (low, high) if tried else (bound, bound)
        else:
            idle += 1
    return best, down, up


@njit(**INNER)
def split(lp, tree, value, found):  # type: ignore[no-untyped-def]
    """Write the values of all variables, and which of them are not whole; return how many."""
    count = 0
    for j in range(len(lp.place)):
        if lp.place[j] < 0:
            value[j] = lp.high[j] if lp.top[j] else lp.low[j]
    for row in range(len(lp.head)):
        v = lp.head[row]
        value[v] = lp.x[row]
        if LITTLE < lp.x[row] < 1.0 - LITTLE and lp.high[v] > lp.low[v]:
            found[count] = v
            count += 1
    if count == 0:
        take(lp, tree, value)
        for j in range(len(lp.place)):  # for a bound that does not meet this choice
            if lp.high[j] > lp.low[j]:
                found[0] = j
                return 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def explore(lp, tree, length, level, most):  # type: ignore[no-untyped-def]
    """Go through the tree below ``tree.path[:length]`` as far as bounds are at least ``level``.

    Stops after ``most`` nodes. What is left is handed back; if nothing is, all is done.
    """
    value, found = np.zeros(len(lp.place)), np.zeros(len(lp.place), np.int64)
    root, fits, nodes = length, True, 0
    tree.count[3] = 0
    undo(lp, tree, 0)
    for k in range(length):
        fits = fits and fix(lp, tree, tree.path[k], tree.ways[k])
    while True:
        nodes += 1
        tree.count[0] += 1
        v, down, up = -2, 0.0, 0.0
        while fits:
            _, bound, free = reoptimise(lp, least_of(tree), PIVOTS)
            if bound < least_of(tree) or not fix_by_costs(lp, tree, free, bound, least_of(tree)):
                break
            count = split(lp, tree, value, found)
            if count == 0 or bound < least_of(tree):
                break
            v, down, up = choose(lp, tree, bound, found, count, value, length - root)
            if v != -1:
                break
            v = -2
        if v >= 0:
            rise = up > down or (up == down and value[v] > 0.5)
            near, far = (up, down) if rise else (down, up)
            if nodes >= most or tree.count[3] + DEEP + 4 > OPEN:
                level = np.inf  # hand everything back
            here = length - root < DEEP and length < LONGEST - 2
            tree.path[length], tree.ways[length] = v, rise
            tree.trails[length], tree.other[length] = tree.mark[0], -np.inf
            length += 1
            if here and far >= level:
                tree.other[length - 1] = far
                keep(lp, tree, length - 1 - root)
            else:
                hand_back(tree, far, length, True)
            if here and near >= level:
                fits = fix(lp, tree, v, rise)
                continue
            hand_back(tree, near, length, False)
        while length > root:  # back to where the other side is left to do
            far = tree.other[length - 1]
            if far >= max(level, least_of(tree)):
                break
            if far >= least_of(tree):
                hand_back(tree, far, length, True)
            length -= 1
        if length == root:
            return
        tree.ways[length - 1] = not tree.ways[length - 1]
        tree.other[length - 1] = -np.inf
        undo(lp, tree, tree.trails[length - 1])
        recall(lp, tree, length - 1 - root)
        fits = fix(lp, tree, tree.path[length - 1], tree.ways[length - 1])

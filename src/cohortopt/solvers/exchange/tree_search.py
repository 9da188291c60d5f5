"""Compiled branch and bound over packings: depth first below a level, the rest is handed back.

``explore`` goes through everything below one node (``tree_kernels``) whose bound is at least
``level``, and writes nodes with lesser bounds to ``Tree.open_*``: the caller picks the best of
those next, so that as few nodes as possible are looked at, and yet each linear program starts
from the one before. A node that was handed back starts from the basis above it.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit
from cohortopt.solvers.exchange.packing_basis import INNER, start_from
from cohortopt.solvers.exchange.packing_kernels import reoptimise
from cohortopt.solvers.exchange.tree_kernels import (
    DEEP,
    LITTLE,
    LONGEST,
    OPEN,
    fix,
    fix_by_costs,
    hand_back,
    keep,
    least_of,
    recall,
    take,
    undo,
)

TRIES = 8  # variables tried in a row without a better one
RELIABLE = 8  # trials after which the average of a variable is trusted
QUICK = 50  # pivots of a trial
MORE, PART = 64, 0.3  # trials while they are no more than this part of all pivots
PIVOTS = 5_000  # of one linear program
SHARE = 0.02  # no loss per unit is taken from less


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
def learn(tree, v, way, loss, part):  # type: ignore[no-untyped-def]
    """Remember what fixing a variable down (0) or up (1) took, that was away from there by part."""
    tree.loss[way, v] += max(loss, 0.0) / max(part, SHARE)
    tree.seen[way, v] += 1


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
        learn(tree, v, way, bound - max(end, least), part)
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
    reliable = MORE if QUICK * tree.count[1] < PART * lp.pivots[1] else RELIABLE
    best, best_score, kept, idle, down, up = -1, -1.0, False, 0, bound, bound
    waits = np.ones(count, np.bool_)
    for _ in range(count):
        k = -1
        for other in range(count):
            if waits[other] and (k < 0 or score[other] > score[k]):
                k = other
        waits[k] = False
        v = found[k]
        tried = min(tree.seen[0, v], tree.seen[1, v]) < reliable
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
    last, above, part = -1, 0.0, 1.0
    tree.count[3] = 0
    undo(lp, tree, 0)
    start_from(lp, tree.head)
    for k in range(length):
        fits = fits and fix(lp, tree, tree.path[k], tree.ways[k])
    while True:
        nodes += 1
        tree.count[0] += 1
        v, down, up = -2, 0.0, 0.0
        last = last if fits else -1
        while fits:
            _, bound, free = reoptimise(lp, least_of(tree), PIVOTS)
            if last >= 0:
                learn(tree, last, np.int64(tree.ways[length - 1]), above - bound, part)
                last = -1
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
                hand_back(tree, far, length, True, lp.head)
            if here and near >= level:
                fits = fix(lp, tree, v, rise)
                last, above, part = v, bound, (1.0 - value[v] if rise else value[v])
                continue
            hand_back(tree, near, length, False, lp.head)
        while length > root:  # back to where the other side is left to do
            far = tree.other[length - 1]
            if far >= max(level, least_of(tree)):
                break
            if far >= least_of(tree):
                hand_back(tree, far, length, True, tree.kept_head[length - 1 - root])
            length -= 1
        if length == root:
            return
        tree.ways[length - 1] = not tree.ways[length - 1]
        tree.other[length - 1] = -np.inf
        undo(lp, tree, tree.trails[length - 1])
        recall(lp, tree, length - 1 - root)
        fits = fix(lp, tree, tree.path[length - 1], tree.ways[length - 1])


@njit(cache=True, nogil=True, error_model="numpy")
def dive(lp, tree, length, most):  # type: ignore[no-untyped-def]
    """Look for a choice below ``tree.path[:length]``: fix the fullest ring, solve, and so on.

    Goes back to the last ring where that fails; ends after ``most`` linear programs. Nothing is
    handed back, as nothing is said about what was not looked at.
    """
    value, found = np.zeros(len(lp.place)), np.zeros(len(lp.place), np.int64)
    fixed, marks, depth = np.zeros(most, np.int64), np.zeros(most, np.int64), 0
    tree.count[5] -= lp.pivots[1]
    undo(lp, tree, 0)
    start_from(lp, tree.head)
    fits = True
    for k in range(length):
        fits = fits and fix(lp, tree, tree.path[k], tree.ways[k])
    for _ in range(most):
        v, count = -1, 0
        if fits:
            _, bound, free = reoptimise(lp, least_of(tree), PIVOTS)
            fits = bound >= least_of(tree) and fix_by_costs(lp, tree, free, bound, least_of(tree))
        if fits:
            count = split(lp, tree, value, found)
            fits = bound >= least_of(tree)  # less than a choice that was just found
        for k in range(count if fits else 0):
            if v < 0 or value[found[k]] > value[v]:
                v = found[k]
        if v >= 0:
            fixed[depth], marks[depth] = v, tree.mark[0]
            depth += 1
            fits = fix(lp, tree, v, True)
            continue
        fits = False
        while depth > 0 and not fits:
            depth -= 1
            undo(lp, tree, marks[depth])
            fits = fix(lp, tree, fixed[depth], False)
        if not fits:
            break
    tree.count[5] += lp.pivots[1]

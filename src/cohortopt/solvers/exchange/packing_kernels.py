"""A compiled dual simplex for packings of people, made for branch and bound.

    maximise sum gain_j x_j,  sum of x_j over the rings of a person + spare_i = 1,
    low_j <= x_j <= high_j  (0..1, and equal where branching fixed a variable)

Variables 0..m-1 are rings, m + i is the spare seat of person i. Every variable has two bounds, so
a basis whose nonbasic variables sit at the bound that their reduced cost asks for is always dual
feasible. Whatever floating-point work led to prices y, they prove (``proven``):

    sum y_i + sum over j of max(low_j d_j, high_j d_j),  d_j = gain_j - sum of y_i over j.

Nothing is cut off but by this sum. Koberstein (2005), "The dual simplex method, techniques for a
fast and stable implementation", describes the method; the inverse is kept whole, as packings of
a few hundred people are its only use.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Ints, Longs
from cohortopt.solvers.compiled import njit

SOLVED, CUT, STOPPED = 0, 1, 2
EPS = 1e-7  # of values, which are 0..1
TINY = 1e-9  # of pivots
REFRESH = 500  # pivots before the inverse is computed afresh
# Only `explore` is called from Python: wrappers for the others would double their compiling.
INNER = {
    "cache": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
FAST = {"reassoc", "contract"}  # sums in any order: nothing relies on their last bits
# Plain loops in place of slices: these kernels are compiled on first use, slices take far longer.


class Simplex(NamedTuple):
    """The program and its basis; the kernels change the arrays in place.

    ``people : (width, m)`` padded with n; ``first : (n + 1,)``, ``rings``: the rings by person;
    ``gain``, ``low``, ``high``, ``d`` (reduced costs), ``place`` (row of the inverse or -1) and
    ``top`` (nonbasic at its high end) are by variable; ``inverse : (n, n + 1)`` with a column of
    zeros at the end, ``head`` (variable) and ``x`` (value) are by row; ``pivots : (2,)`` since the
    last refresh and in all; ``alpha``, ``column``, ``line`` and ``free`` are room to work in.
    """

    people: Any
    first: Any
    rings: Any
    gain: Any
    low: Any
    high: Any
    d: Any
    place: Any
    top: Any
    inverse: Any
    head: Any
    x: Any
    pivots: Any
    alpha: Any
    column: Any
    line: Any
    free: Any


def simplex(people: Ints, gain: NDArray[np.float64], n: int) -> Simplex:
    """Return the program of rings ``people : (m, width)``, padded with -1, all seats spare."""
    m, total = len(people), len(people) + n
    rows, steps = np.nonzero(people >= 0)
    order = np.argsort(people[rows, steps], kind="stable")
    first: Longs = np.searchsorted(people[rows, steps][order], np.arange(n + 1)).astype(np.int64)
    place = np.full(total, -1, np.int64)
    place[m:] = np.arange(n)
    gains = np.concatenate([gain, np.zeros(n)])
    return Simplex(
        people=np.ascontiguousarray(np.where(people >= 0, people, n).T.astype(np.uint64)),
        first=first,
        rings=rows[order].astype(np.int64),
        gain=gains,
        low=np.zeros(total),
        high=np.ones(total),
        d=gains.copy(),
        place=place,
        top=np.zeros(total, np.bool_),
        inverse=np.concatenate([np.eye(n), np.zeros((n, 1))], axis=1),
        head=np.arange(m, total),
        x=np.ones(n),
        pivots=np.zeros(2, np.int64),
        alpha=np.zeros(total),
        column=np.zeros(n),
        line=np.zeros(n),
        free=np.zeros(total, np.int64),
    )


@njit(**INNER)
def refresh(lp):  # type: ignore[no-untyped-def]
    """Compute the inverse afresh, by elimination with the largest pivots, and reduced costs."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    basis, inverse = np.zeros((n, n)), np.zeros((n, n))
    for row in range(n):
        inverse[row, row] = 1.0
        v = lp.head[row]
        if v >= m:
            basis[v - m, row] = 1.0
        else:
            for step in range(len(lp.people)):
                if lp.people[step, v] < n:
                    basis[lp.people[step, v], row] = 1.0
    for k in range(n):
        best = k
        for row in range(k + 1, n):
            if abs(basis[row, k]) > abs(basis[best, k]):
                best = row
        if abs(basis[best, k]) < TINY:
            return
        if best != k:
            for c in range(n):
                basis[k, c], basis[best, c] = basis[best, c], basis[k, c]
                inverse[k, c], inverse[best, c] = inverse[best, c], inverse[k, c]
        scale = 1.0 / basis[k, k]
        for c in range(n):
            basis[k, c] *= scale
            inverse[k, c] *= scale
        for row in range(n):
            times = basis[row, k]
            if row != k and times != 0.0:
                for c in range(k, n):
                    basis[row, c] -= times * basis[k, c]
                for c in range(n):
                    inverse[row, c] -= times * inverse[k, c]
    lp.pivots[0] = 0
    for row in range(n):
        lp.d[m + row] = 0.0
        for i in range(n):
            lp.inverse[row, i] = inverse[row, i]
    for row in range(n):
        gain = lp.gain[lp.head[row]]
        if gain != 0.0:
            for i in range(n):
                lp.d[m + i] -= gain * lp.inverse[row, i]


@njit(fastmath=FAST, **INNER)
def settle(lp):  # type: ignore[no-untyped-def]
    """Put nonbasic variables at the ends that their costs ask for; return how many are free.

    Reduced costs of rings follow from those of spare seats, which are prices below zero.
    """
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    y, left = np.zeros(n + 1), np.ones(n + 1)
    for i in range(n):
        y[i] = -lp.d[m + i]
    for j in range(m):
        lp.d[j] = lp.gain[j]
    for step in range(len(lp.people)):
        for j in range(m):
            lp.d[j] -= y[lp.people[step, j]]
    free = 0
    for j in range(m + n):
        moves = lp.high[j] > lp.low[j]
        if moves:
            lp.free[free] = j
            free += 1
        if lp.place[j] >= 0:
            lp.d[j] = 0.0
            continue
        lp.top[j] = moves and lp.d[j] > 0.0
        if lp.high[j] if lp.top[j] else lp.low[j]:
            if j >= m:
                left[j - m] -= 1.0
            else:
                for step in range(len(lp.people)):
                    left[lp.people[step, j]] -= 1.0
    for row in range(n):
        value = 0.0
        for i in range(n):
            value += lp.inverse[row, i] * left[i]
        lp.x[row] = value
    return free


@njit(fastmath=FAST, **INNER)
def proven(lp, row, times):  # type: ignore[no-untyped-def]
    """Return what the prices prove, moved by ``times`` along a row of the inverse."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    y, total = np.zeros(n + 1), 0.0
    for i in range(n):
        y[i] = times * lp.inverse[row, i] - lp.d[m + i]
        total += y[i] + max(-y[i] * lp.low[m + i], -y[i] * lp.high[m + i])
    cost = lp.alpha  # room that nobody uses now
    for j in range(m):
        cost[j] = lp.gain[j]
    for step in range(len(lp.people)):
        for j in range(m):
            cost[j] -= y[lp.people[step, j]]
    for j in range(m):
        total += max(cost[j] * lp.low[j], cost[j] * lp.high[j])
    return total


@njit(fastmath=FAST, **INNER)
def leaving(lp):  # type: ignore[no-untyped-def]
    """Return the row furthest outside its bounds along its edge (-1: none), and if it is low."""
    n = len(lp.head)
    row, best, rises = -1, 0.0, False
    for i in range(n):
        v = lp.head[i]
        short, over = lp.low[v] - lp.x[i], lp.x[i] - lp.high[v]
        gap = max(short, over)
        if gap > EPS:
            norm = 0.0
            for k in range(n):
                norm += lp.inverse[i, k] * lp.inverse[i, k]
            if gap * gap > best * norm:
                row, best, rises = i, gap * gap / norm, short > over
    return row, rises


@njit(fastmath=FAST, **INNER)
def entering(lp, row, rises, free):  # type: ignore[no-untyped-def]
    """Return the variable whose reduced cost is used up first, -1 if none is."""
    m = len(lp.place) - len(lp.head)
    rho, alpha = lp.inverse[row], lp.alpha
    sign, limit = 1.0 if rises else -1.0, np.inf
    for at in range(free):
        j = lp.free[at]
        if j >= m:
            alpha[j] = rho[j - m]
        else:
            total = 0.0
            for step in range(len(lp.people)):
                total += rho[lp.people[step, j]]
            alpha[j] = total
        slope = -sign * alpha[j] if lp.top[j] else sign * alpha[j]
        if slope < -TINY and lp.place[j] < 0:
            limit = min(limit, (abs(lp.d[j]) + TINY) / -slope)
    q, steep = -1, 0.0
    for at in range(free):  # among those that are nearly first, the steepest
        j = lp.free[at]
        slope = -sign * alpha[j] if lp.top[j] else sign * alpha[j]
        if -slope > max(steep, TINY) and abs(lp.d[j]) <= limit * -slope and lp.place[j] < 0:
            q, steep = j, -slope
    return q


@njit(fastmath=FAST, **INNER)
def exchange(lp, row, q, rises, free):  # type: ignore[no-untyped-def]
    """Let ``q`` take the place of the variable of ``row``."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    out, column, line, inverse = lp.head[row], lp.column, lp.line, lp.inverse
    theta = lp.d[q] / lp.alpha[q]
    for at in range(free):
        j = lp.free[at]
        if j < m:
            lp.d[j] -= theta * lp.alpha[j]
    for i in range(n):  # prices of all, also of seats that are fixed
        lp.d[m + i] -= theta * inverse[row, i]
    lp.d[q], lp.d[out] = 0.0, -theta
    if q >= m:
        for i in range(n):
            column[i] = inverse[i, q - m]
    else:
        for i in range(n):
            column[i] = 0.0
        for step in range(len(lp.people)):
            person = lp.people[step, q]
            for i in range(n):
                column[i] += inverse[i, person]
    pivot = column[row]
    move = (lp.x[row] - (lp.low[out] if rises else lp.high[out])) / pivot
    for i in range(n):
        lp.x[i] -= move * column[i]
    lp.x[row] = (lp.high[q] if lp.top[q] else lp.low[q]) + move
    for k in range(n):  # a copy of the row: within one array no compiler computes many at once
        line[k] = inverse[row, k] / pivot
        inverse[row, k] = line[k]
    for i in range(n):
        times = column[i]
        if i != row and abs(times) > 1e-13:
            for k in range(n):
                inverse[i, k] -= times * line[k]
    lp.head[row], lp.place[q], lp.place[out], lp.top[out] = q, row, -1, not rises
    lp.pivots[0] += 1
    lp.pivots[1] += 1


@njit(**INNER)
def reoptimise(lp, least, most):  # type: ignore[no-untyped-def]
    """Pivot until solved, until nothing can be worth ``least``, or ``most`` times.

    Returns the state and a proven bound. A pivot takes O(n^2 + free variables).
    """
    free, tallest = settle(lp), 1.0
    for j in range(len(lp.gain)):
        tallest = max(tallest, abs(lp.gain[j]))
    for step in range(most):
        if lp.pivots[0] >= REFRESH:
            refresh(lp)
            free = settle(lp)
        if step % 8 == 7:
            bound = proven(lp, 0, 0.0)
            if bound < least:
                return CUT, bound
        row, rises = leaving(lp)
        if row < 0:
            return SOLVED, proven(lp, 0, 0.0)
        q = entering(lp, row, rises, free)
        if q < 0:  # nothing can mend this row: prices may move along it without end
            far = 10.0 * len(lp.head) * tallest
            bound = min(proven(lp, row, far), proven(lp, row, -far))
            return CUT if bound < least else STOPPED, min(bound, proven(lp, 0, 0.0))
        exchange(lp, row, q, rises, free)
    return STOPPED, proven(lp, 0, 0.0)

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
REFRESH = 2_000  # pivots before the inverse is computed afresh
AT_ONCE = 8  # pivots that the inverse takes over together, a multiple of 4
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
    ``gain``, ``low``, ``high``, ``place`` (row of the inverse or -1) and ``top`` (nonbasic at its
    high end) are by variable; ``price : (n + 1,)`` and the columns of ``inverse : (n, n + 1)`` by
    person, 0 at the end; ``head`` (variable) and ``x`` (value) by row; ``pivots : (2,)`` since the
    last refresh and in all. ``free``: the variables that may move, ``spot`` where each stands
    there (-1: nowhere). In the same order ``who : (width, total)`` their people, ``cost`` reduced
    costs, ``side`` 1 at the low end, -1 at the high one, 0 if basic.

    The inverse lacks the last ``waiting[0]`` pivots: row i of it minus ``columns[k, i]`` times
    ``lines[k]`` for each (``flush``). ``norm : (n,)`` are sums of squares of its rows, some of
    them from before these pivots. ``alpha``, ``speed`` and ``rho`` are room to work in.
    """

    people: Any
    first: Any
    rings: Any
    gain: Any
    low: Any
    high: Any
    place: Any
    top: Any
    price: Any
    inverse: Any
    head: Any
    x: Any
    pivots: Any
    free: Any
    spot: Any
    who: Any
    cost: Any
    side: Any
    waiting: Any
    columns: Any
    lines: Any
    norm: Any
    alpha: Any
    speed: Any
    rho: Any


def simplex(people: Ints, gain: NDArray[np.float64], n: int) -> Simplex:
    """Return the program of rings ``people : (m, width)``, padded with -1, all seats spare."""
    m, total = len(people), len(people) + n
    rows, steps = np.nonzero(people >= 0)
    order = np.argsort(people[rows, steps], kind="stable")
    first: Longs = np.searchsorted(people[rows, steps][order], np.arange(n + 1)).astype(np.int64)
    place = np.full(total, -1, np.int64)
    place[m:] = np.arange(n)
    return Simplex(
        people=np.ascontiguousarray(np.where(people >= 0, people, n).T.astype(np.uint64)),
        first=first,
        rings=rows[order].astype(np.int64),
        gain=np.concatenate([gain, np.zeros(n)]),
        low=np.zeros(total),
        high=np.ones(total),
        place=place,
        top=np.zeros(total, np.bool_),
        price=np.zeros(n + 1),
        inverse=np.concatenate([np.eye(n), np.zeros((n, 1))], axis=1),
        head=np.arange(m, total),
        x=np.ones(n),
        pivots=np.zeros(2, np.int64),
        free=np.zeros(total, np.int64),
        spot=np.full(total, -1, np.int64),
        who=np.zeros((people.shape[1], total), np.uint64),
        cost=np.zeros(total),
        side=np.zeros(total),
        waiting=np.zeros(1, np.int64),
        columns=np.zeros((AT_ONCE, n)),
        lines=np.zeros((AT_ONCE, n + 1)),
        norm=np.ones(n),
        alpha=np.zeros(total),
        speed=np.zeros(total),
        rho=np.zeros(n + 1),
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
    for i in range(n):
        lp.price[i] = 0.0
    for row in range(n):
        gain = lp.gain[lp.head[row]]
        for i in range(n):
            lp.inverse[row, i] = inverse[row, i]
            lp.price[i] += gain * inverse[row, i]


@njit(fastmath=FAST, **INNER)
def settle(lp):  # type: ignore[no-untyped-def]
    """Put nonbasic variables at the ends that their costs ask for; return how many may move."""
    n, m, width = len(lp.head), len(lp.place) - len(lp.head), len(lp.people)
    left, free = np.ones(n + 1), 0
    for j in range(m + n):
        moves, basic = lp.high[j] > lp.low[j], lp.place[j] >= 0
        lp.spot[j] = -1
        if not moves and (basic or lp.low[j] == 0.0):
            lp.top[j] = False
            continue
        cost = lp.gain[j]
        for step in range(width):
            person = lp.people[step, j] if j < m else np.uint64(j - m if step == 0 else n)
            cost -= lp.price[person]
            lp.who[step, free] = person
        lp.top[j] = moves and not basic and cost > 0.0
        if not basic and (lp.high[j] if lp.top[j] else lp.low[j]):
            for step in range(width):
                left[lp.who[step, free]] -= 1.0
        if moves:
            lp.free[free], lp.spot[j] = j, free
            lp.cost[free] = 0.0 if basic else cost
            lp.side[free] = 0.0 if basic else (-1.0 if lp.top[j] else 1.0)
            free += 1
    for row in range(n):
        value = norm = 0.0
        for i in range(n):
            value += lp.inverse[row, i] * left[i]
            norm += lp.inverse[row, i] * lp.inverse[row, i]
        lp.x[row], lp.norm[row] = value, norm
    return free


@njit(fastmath=FAST, **INNER)
def flush(lp):  # type: ignore[no-untyped-def]
    """Let the inverse take over the pivots that wait: one pass over it for all of them."""
    n, many, columns, inverse = len(lp.head), lp.waiting[0], lp.columns, lp.inverse
    for k in range(many, (many + 3) // 4 * 4):
        for i in range(n):
            columns[k, i] = 0.0
    for k in range(0, many, 4):
        one, two, three, four = lp.lines[k], lp.lines[k + 1], lp.lines[k + 2], lp.lines[k + 3]
        for row in range(n):
            a, b = columns[k, row], columns[k + 1, row]
            c, d = columns[k + 2, row], columns[k + 3, row]
            for i in range(n):
                inverse[row, i] -= a * one[i] + b * two[i] + c * three[i] + d * four[i]
    if many > 0:
        for row in range(n):
            norm = 0.0
            for i in range(n):
                norm += inverse[row, i] * inverse[row, i]
            lp.norm[row] = norm
    lp.waiting[0] = 0


@njit(fastmath=FAST, **INNER)
def proven(lp, row, times):  # type: ignore[no-untyped-def]
    """Return what the prices prove, moved by ``times`` along a row of the inverse."""
    n, m = len(lp.head), len(lp.place) - len(lp.head)
    y, total = np.zeros(n + 1), 0.0
    for i in range(n):
        y[i] = times * lp.inverse[row, i] + lp.price[i]
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
    row, best, rises = -1, 0.0, False
    for i in range(len(lp.head)):
        v = lp.head[i]
        short, over = lp.low[v] - lp.x[i], lp.x[i] - lp.high[v]
        gap = max(short, over)
        if gap > EPS and gap * gap > best * lp.norm[i]:
            row, best, rises = i, gap * gap / lp.norm[i], short > over
    return row, rises


@njit(fastmath=FAST, **INNER)
def entering(lp, row, rises, free):  # type: ignore[no-untyped-def]
    """Return where the variable stands whose reduced cost is used up first, -1 if none is."""
    n, rho, alpha, speed = len(lp.head), lp.rho, lp.alpha, lp.speed
    for i in range(n):
        rho[i] = lp.inverse[row, i]
    for k in range(lp.waiting[0]):
        times, line = lp.columns[k, row], lp.lines[k]
        for i in range(n):
            rho[i] -= times * line[i]
    one, two = lp.who[0], lp.who[1]
    for at in range(free):
        alpha[at] = rho[one[at]] + rho[two[at]]
    for step in range(2, len(lp.who)):
        one = lp.who[step]
        for at in range(free):
            alpha[at] += rho[one[at]]
    sign, fastest = -1.0 if rises else 1.0, 0.0
    for at in range(free):
        speed[at] = sign * lp.side[at] * alpha[at] / (abs(lp.cost[at]) + TINY)
    for at in range(free):
        if speed[at] > fastest:
            fastest = speed[at]
    q, steep = -1, TINY
    for at in range(free):  # among those that are nearly first, the steepest
        if speed[at] >= 0.5 * fastest:
            slope = sign * lp.side[at] * alpha[at]
            if slope > steep and abs(lp.cost[at]) * fastest <= slope:
                q, steep = at, slope
    return q


@njit(fastmath=FAST, **INNER)
def exchange(lp, row, at, rises, free):  # type: ignore[no-untyped-def]
    """Let the variable at ``at`` take the place of the one of ``row``."""
    n, k, rho = len(lp.head), lp.waiting[0], lp.rho
    column, line = lp.columns[k], lp.lines[k]
    out, q, pivot = lp.head[row], lp.free[at], lp.alpha[at]
    theta = lp.cost[at] / pivot
    for other in range(free):
        lp.cost[other] -= theta * lp.alpha[other]
    norm = 0.0
    for i in range(n):
        lp.price[i] += theta * rho[i]
        line[i] = rho[i] / pivot
        norm += line[i] * line[i]
    value = lp.high[q] if lp.top[q] else lp.low[q]
    lp.cost[at], lp.side[at], lp.top[out] = 0.0, 0.0, not rises
    if lp.spot[out] >= 0:
        lp.cost[lp.spot[out]], lp.side[lp.spot[out]] = -theta, 1.0 if rises else -1.0
    for i in range(n):
        column[i] = 0.0
    for step in range(len(lp.who)):
        person = lp.who[step, at]
        for i in range(n):
            column[i] += lp.inverse[i, person]
    for other in range(k):
        times, before = 0.0, lp.columns[other]
        for step in range(len(lp.who)):
            times += lp.lines[other, lp.who[step, at]]
        for i in range(n):
            column[i] -= times * before[i]
    move = (lp.x[row] - (lp.low[out] if rises else lp.high[out])) / pivot
    for i in range(n):
        lp.x[i] -= move * column[i]
    lp.x[row], lp.norm[row] = value + move, norm
    column[row] = pivot - 1.0  # what makes the row itself the line
    lp.head[row], lp.place[q], lp.place[out] = q, row, -1
    lp.waiting[0] += 1
    lp.pivots[0] += 1
    lp.pivots[1] += 1


@njit(**INNER)
def reoptimise(lp, least, most):  # type: ignore[no-untyped-def]
    """Pivot until solved, until nothing can be worth ``least``, or ``most`` times.

    Returns the state, a proven bound, and how many variables may move. A pivot takes
    O(n^2 + these).
    """
    free, tallest = settle(lp), 1.0
    for j in range(len(lp.gain)):
        tallest = max(tallest, abs(lp.gain[j]))
    state = STOPPED
    for _ in range(most):
        if lp.waiting[0] == AT_ONCE:
            flush(lp)
            if lp.pivots[0] >= REFRESH:
                refresh(lp)
                free = settle(lp)
            bound = proven(lp, 0, 0.0)
            if bound < least:
                return CUT, bound, free
        row, rises = leaving(lp)
        if row < 0:
            state = SOLVED
            break
        at = entering(lp, row, rises, free)
        if at < 0:  # nothing can mend this row: prices may move along it without end
            flush(lp)
            far = 10.0 * len(lp.head) * tallest
            bound = min(proven(lp, row, far), proven(lp, row, -far), proven(lp, 0, 0.0))
            return CUT if bound < least else STOPPED, bound, free
        exchange(lp, row, at, rises, free)
    flush(lp)
    return state, proven(lp, 0, 0.0), free

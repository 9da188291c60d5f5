"""A compiled dual simplex for packings of people (``packing_basis``).

Every variable has two bounds, so a basis whose nonbasic variables sit at the bound that their
reduced cost asks for is always dual feasible. Whatever floating-point work led to prices y, they
prove (``proven``):

    sum y_i + sum over j of max(low_j d_j, high_j d_j),  d_j = gain_j - sum of y_i over j.

Nothing is cut off but by this sum. Koberstein (2005), "The dual simplex method, techniques for a
fast and stable implementation", describes the method, with steepest edges and with variables that
go to their other end on the way (the long step).
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit
from cohortopt.solvers.exchange.packing_basis import (
    AT_ONCE,
    FAST,
    INNER,
    REFRESH,
    TINY,
    add_column,
    flush,
    refresh,
)

SOLVED, CUT, STOPPED = 0, 1, 2
EPS = 1e-7  # of values, which are 0..1


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
    """Return where the variable stands that takes over a row (-1: none), and how many turn before.

    Reduced costs are used up one after the other; as long as the row stays outside its bounds if
    a variable goes to its other end, it does so (``turns``), and the next one is looked for.
    """
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
    sign, out = -1.0 if rises else 1.0, lp.head[row]
    for at in range(free):
        speed[at] = sign * lp.side[at] * alpha[at] / (abs(lp.cost[at]) + TINY)
    gap = lp.low[out] - lp.x[row] if rises else lp.x[row] - lp.high[out]
    many = 0
    while True:
        fastest = 0.0
        for at in range(free):
            fastest = max(fastest, speed[at])
        q, steep = -1, TINY
        for at in range(free):  # among those that are nearly first, the steepest
            if speed[at] >= 0.5 * fastest and speed[at] > 0.0:
                slope = sign * lp.side[at] * alpha[at]
                if slope > steep and abs(lp.cost[at]) * fastest <= slope:
                    q, steep = at, slope
        gap -= steep
        if q < 0 or gap <= EPS:
            return q, many
        lp.turns[many], speed[q] = q, 0.0
        many += 1


@njit(fastmath=FAST, **INNER)
def exchange(lp, row, at, rises, free, many):  # type: ignore[no-untyped-def]
    """Let the variable at ``at`` take the place of the one of ``row``, and ``many`` turn."""
    n, rho = len(lp.head), lp.rho
    column, line = lp.columns[lp.waiting[0]], lp.lines[lp.waiting[0]]
    for i in range(n):
        column[i] = 0.0
    for other in lp.turns[:many]:
        add_column(lp, other, lp.side[other], column)
        lp.side[other] = -lp.side[other]
        lp.top[lp.free[other]] = not lp.top[lp.free[other]]
    if many > 0:
        for i in range(n):
            lp.x[i] -= column[i]
            column[i] = 0.0
    add_column(lp, at, 1.0, column)
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
        at, many = entering(lp, row, rises, free)
        if at < 0:  # nothing can mend this row: prices may move along it without end
            flush(lp)
            far = 10.0 * len(lp.head) * tallest
            bound = min(proven(lp, row, far), proven(lp, row, -far), proven(lp, 0, 0.0))
            return CUT if bound < least else STOPPED, bound, free
        exchange(lp, row, at, rises, free, many)
    flush(lp)
    return state, proven(lp, 0, 0.0), free

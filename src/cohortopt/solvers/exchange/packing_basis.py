"""The basis of a packing of people, and its inverse: compiled, made for branch and bound.

    maximise sum gain_j x_j,  sum of x_j over the rings of a person + spare_i = 1,
    low_j <= x_j <= high_j  (0..1, and equal where branching fixed a variable)

Variables 0..m-1 are rings, m + i is the spare seat of person i. The inverse is kept whole, as
packings of a few hundred people are its only use; it takes over several pivots at once.
``packing_kernels`` has the pivots.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Ints, Longs
from cohortopt.solvers.compiled import njit

TINY = 1e-9  # of pivots
LEAST = 1e-3  # of pivots on the way to a basis: the rest is not worth it
REFRESH = 2_000  # pivots before the inverse is computed afresh
AT_ONCE = 8  # pivots that the inverse takes over together: `flush` names each
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
    them from before these pivots. ``alpha``, ``speed``, ``rho`` and ``turns`` are room to
    work in.
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
    turns: Any


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
        turns=np.zeros(total, np.int64),
    )


@njit(fastmath=FAST, **INNER)
def set_prices(lp):  # type: ignore[no-untyped-def]
    """Compute the prices of the basis."""
    n = len(lp.head)
    for i in range(n):
        lp.price[i] = 0.0
    for row in range(n):
        gain = lp.gain[lp.head[row]]
        for i in range(n):
            lp.price[i] += gain * lp.inverse[row, i]


@njit(**INNER)
def refresh(lp):  # type: ignore[no-untyped-def]
    """Compute the inverse afresh, by elimination with the largest pivots, and the prices."""
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
        for i in range(n):
            lp.inverse[row, i] = inverse[row, i]
    set_prices(lp)


@njit(fastmath=FAST, **INNER)
def flush(lp):  # type: ignore[no-untyped-def]
    """Let the inverse take over the pivots that wait: one pass over it for all of them."""
    n, many, times, y = len(lp.head), lp.waiting[0], lp.columns, lp.lines
    if many == 0:
        return
    for k in range(many, AT_ONCE):
        for i in range(n):
            times[k, i] = 0.0
    y0, y1, y2, y3, y4, y5, y6, y7 = y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]
    for row in range(n):
        a, b, c, d = times[0, row], times[1, row], times[2, row], times[3, row]
        e, f, g, h = times[4, row], times[5, row], times[6, row], times[7, row]
        line, norm = lp.inverse[row], 0.0
        for i in range(n):
            value = line[i] - a * y0[i] - b * y1[i] - c * y2[i] - d * y3[i]
            value = value - e * y4[i] - f * y5[i] - g * y6[i] - h * y7[i]
            line[i] = value
            norm += value * value
        lp.norm[row] = norm
    lp.waiting[0] = 0


@njit(fastmath=FAST, **INNER)
def add_column(lp, at, times, column):  # type: ignore[no-untyped-def]
    """Add ``times`` the column of a variable, as the basis sees it."""
    n = len(lp.head)
    for step in range(len(lp.who)):
        person = lp.who[step, at]
        for i in range(n):
            column[i] += times * lp.inverse[i, person]
    for k in range(lp.waiting[0]):
        share, before = 0.0, lp.columns[k]
        for step in range(len(lp.who)):
            share += times * lp.lines[k, lp.who[step, at]]
        for i in range(n):
            column[i] -= share * before[i]


@njit(fastmath=FAST, **INNER)
def start_from(lp, head):  # type: ignore[no-untyped-def]
    """Go to the basis of these variables: each that lacks takes the place of one too many."""
    n, m, width = len(lp.head), len(lp.place) - len(lp.head), len(lp.who)
    wanted = np.zeros(len(lp.place), np.bool_)
    for v in head:
        wanted[v] = True
    for q in head:
        if lp.place[q] >= 0:
            continue
        for step in range(width):
            lp.who[step, 0] = lp.people[step, q] if q < m else np.uint64(q - m if step == 0 else n)
        column, line = lp.columns[lp.waiting[0]], lp.lines[lp.waiting[0]]
        for i in range(n):
            column[i] = 0.0
        add_column(lp, 0, 1.0, column)
        row = -1
        for i in range(n):
            if not wanted[lp.head[i]] and (row < 0 or abs(column[i]) > abs(column[row])):
                row = i
        pivot = column[row]
        if abs(pivot) < LEAST:
            continue
        for i in range(n):
            line[i] = lp.inverse[row, i] / pivot
        for k in range(lp.waiting[0]):
            times = lp.columns[k, row] / pivot
            for i in range(n):
                line[i] -= times * lp.lines[k, i]
        column[row] = pivot - 1.0
        lp.place[q], lp.place[lp.head[row]], lp.head[row] = row, -1, q
        lp.waiting[0] += 1
        lp.pivots[0] += 1
        if lp.waiting[0] == AT_ONCE:
            flush(lp)
    flush(lp)
    if lp.pivots[0] >= REFRESH:
        refresh(lp)
    set_prices(lp)

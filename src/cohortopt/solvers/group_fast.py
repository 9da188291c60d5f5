"""Compiled annealing for plain groups: sizes and points only, as fast as memory allows.

``points : (n, n) int32`` is symmetric with a zero diagonal (both directions added up). The value
of a group of k is ``weight[k]`` times its sum over unordered pairs; with ``flat`` all weights are
1 (the classic maximally diverse grouping problem, or means over groups of one size). Every group
has its own limits on size. ``shared : (groups, n) int32`` holds what each person shares with each
group, so a swap is valued in O(1) (Lai and Hao 2016, doi:10.1016/j.ejor.2016.05.018) and made in
O(n). Groups of equal sums are interchangeable, so limits may travel: where a group is full it
trades limits with another that fits (``relabel``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.group_compiled import Real, Whole, compiled

Array = NDArray[Any]


@compiled
def _next(random: Array) -> Whole:
    """Return 64 random bits (xorshift64*, Vigna 2016, doi:10.1145/2845077)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@compiled
def tabulate(points: Array, where: Array, shared: Array, size: Array, total: Array) -> None:
    """Fill ``shared``, sizes and sums of groups from who is where. O(n^2)."""
    shared[:] = 0
    size[:] = 0
    total[:] = 0
    n = len(where)
    for u in range(n):
        g = where[u]
        size[g] += 1
        for x in range(n):
            shared[g, x] += points[u, x]
    for u in range(n):
        total[where[u]] += shared[where[u], u]
    for g in range(len(size)):
        total[g] //= 2


@compiled
def value_of(weight: Array, size: Array, total: Array) -> Whole:
    """Return the value of all groups."""
    found = np.int64(0)
    for g in range(len(size)):
        found += weight[size[g]] * total[g]
    return found


@compiled
def relabel(size: Array, lower: Array, upper: Array, g: Whole, way: Whole) -> Whole:
    """Make room for ``g`` to grow (way 1) or shrink (-1) by trading limits with another group."""
    want = size[g] + way
    for x in range(len(size)):
        if x != g and lower[x] <= want <= upper[x] and lower[g] <= size[x] <= upper[g]:
            lower[g], lower[x] = lower[x], lower[g]
            upper[g], upper[x] = upper[x], upper[g]
            return True
    return False


@compiled
def anneal(
    points: Array,
    where: Array,
    shared: Array,
    size: Array,
    total: Array,
    lower: Array,
    upper: Array,
    weight: Array,
    flat: Whole,
    logs: Array,
    best: Array,
    worth: Array,
    hot: Real,
    cold: Real,
    steps: Whole,
    inserts: Whole,
    random: Array,
) -> None:
    """Anneal ``steps`` proposals; ``inserts`` of 256 are insertions. ``worth`` = now, best.

    ``logs : (4096,) float`` are logarithms of uniform draws. Updates all arrays in place.
    """
    n = np.uint64(len(where))
    many = len(where)
    heat = hot
    cool = (cold / hot) ** (4096.0 / max(4096, steps))
    now, top = worth[0], worth[1]
    low = np.uint64(0xFFFFFFFF)
    for step in range(steps):
        if step & 4095 == 4095:
            heat *= cool
        bits = _next(random)
        u = np.int64(((bits & low) * n) >> np.uint64(32))
        v = np.int64(((bits >> np.uint64(32)) * n) >> np.uint64(32))
        g, h = np.int64(where[u]), np.int64(where[v])
        if g == h:
            continue
        if np.int64(bits >> np.uint64(7)) & 255 < inserts:
            if size[h] >= upper[h] and not (
                size[g] > lower[g] and relabel(size, lower, upper, h, np.int64(1))
            ):
                continue
            if size[g] <= lower[g] and not (
                relabel(size, lower, upper, g, np.int64(-1)) and size[h] < upper[h]
            ):
                continue
            if flat:
                gain = np.int64(shared[h, u] - shared[g, u])
            else:
                gain = (
                    weight[size[g] - 1] * (total[g] - shared[g, u])
                    - weight[size[g]] * total[g]
                    + weight[size[h] + 1] * (total[h] + shared[h, u])
                    - weight[size[h]] * total[h]
                )
            if gain < heat * logs[step & 4095]:
                continue
            total[g] -= shared[g, u]
            total[h] += shared[h, u]
            size[g] -= 1
            size[h] += 1
            where[u] = h
            row, left, right = points[u], shared[g], shared[h]
            for x in range(many):
                left[x] -= row[x]
                right[x] += row[x]
        else:
            both = points[u, v]
            one = shared[g, v] - shared[g, u] - both
            other = shared[h, u] - shared[h, v] - both
            if flat:
                gain = np.int64(one + other)
            else:
                gain = weight[size[g]] * one + weight[size[h]] * other
            if gain < heat * logs[step & 4095]:
                continue
            total[g] += one
            total[h] += other
            where[u], where[v] = h, g
            mine, theirs, left, right = points[u], points[v], shared[g], shared[h]
            for x in range(many):
                step_x = mine[x] - theirs[x]
                left[x] -= step_x
                right[x] += step_x
        now += gain
        if now > top:
            top = now
            for x in range(many):
                best[x] = where[x]
    worth[0], worth[1] = now, top


@compiled
def mean_loss(
    points: Array,
    where: Array,
    shared: Array,
    weight: Array,
    size: Array,
    random: Array,
    tries: Whole,
) -> Real:
    """Return the mean loss of random swaps that lose: the scale of temperatures."""
    n = np.uint64(len(where))
    lost, count = 0.0, 0
    for _ in range(tries):
        bits = _next(random)
        u = np.int64(((bits & np.uint64(0xFFFFFFFF)) * n) >> np.uint64(32))
        v = np.int64(((bits >> np.uint64(32)) * n) >> np.uint64(32))
        g, h = where[u], where[v]
        if g == h:
            continue
        both = points[u, v]
        gain = weight[size[g]] * (shared[g, v] - shared[g, u] - both) + weight[size[h]] * (
            shared[h, u] - shared[h, v] - both
        )
        if gain < 0:
            lost -= gain
            count += 1
    return lost / max(1, count)

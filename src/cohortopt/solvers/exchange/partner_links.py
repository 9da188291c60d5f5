"""Compiled kernels over blocks of links: the best partners of each person, and prices checked.

The weight of a pair {a, b} with points p of a -> b and q of b -> a is

    head_a + head_b + per_least * min(p, q) + per_point * (p + q)

and there is no pair where p or q is ``FORBIDDEN``. Blocks cover the pairs a < b once.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit
from cohortopt.solvers.heaps import push, sink


@njit(cache=True)
def keep(weights, others, counts, person, weight, other):  # type: ignore[no-untyped-def]
    """Keep ``other`` among the best of ``person``: a small heap with the worst on top."""
    room = weights.shape[1]
    if counts[person] < room:
        counts[person] = push(weights[person], others[person], counts[person], weight, other)
    elif weight > weights[person, 0]:
        sink(weights[person], others[person], room, weight, other)


@njit(cache=True)
def best_partners(  # type: ignore[no-untyped-def]
    there, back, row, column, head, per_least, per_point, weights, others, counts
):
    """Keep the best partners of everybody among one block of pairs.

    ``there : (r, c)`` holds points of people ``row..`` to people ``column..`` and
    ``back : (c, r)`` the other direction. Returns the most points of a pair, both ways together.
    """
    most = np.int64(0)
    for i in range(there.shape[0]):
        a = row + i
        for j in range(max(0, a + 1 - column), there.shape[1]):
            p, q = np.int64(there[i, j]), np.int64(back[j, i])
            if p < 0 or q < 0:
                continue
            b = column + j
            most = max(most, p + q)
            weight = head[a] + head[b] + per_least * min(p, q) + per_point * (p + q)
            if weight <= 0:
                continue
            if counts[a] < weights.shape[1] or weight > weights[a, 0]:
                keep(weights, others, counts, a, weight, b)
            if counts[b] < weights.shape[1] or weight > weights[b, 0]:
                keep(weights, others, counts, b, weight, a)
    return most


@njit(cache=True)
def shared(a, b, up, odd):  # type: ignore[no-untyped-def]
    """Return the prices of the odd sets that hold both people, added up."""
    total = np.int64(0)
    one = up[a]
    while one >= 0:
        other = up[b]
        while other >= 0 and other != one:
            other = up[other]
        if other == one:
            total += odd[one]
        one = up[one]
    return total


@njit(cache=True)
def price_out(  # type: ignore[no-untyped-def]
    there, back, row, column, head, per_least, per_point, price, up, odd, weights, others, counts,
    short,
):  # fmt: skip
    """Keep for everybody the pairs of one block that prices do not cover, the worst ones.

    ``short : (n,)`` becomes the most that any pair a < b lacks, in doubled weight.
    """
    for i in range(there.shape[0]):
        a = row + i
        level = price[a] - 2 * head[a]
        for j in range(max(0, a + 1 - column), there.shape[1]):
            p, q = np.int64(there[i, j]), np.int64(back[j, i])
            b = column + j
            lack = 2 * (per_least * min(p, q) + per_point * (p + q) + head[b]) - price[b] - level
            if lack <= 0 or p < 0 or q < 0:
                continue
            if up[a] >= 0 and up[b] >= 0:
                lack -= shared(a, b, up, odd)
                if lack <= 0:
                    continue
            short[a] = max(short[a], lack)
            keep(weights, others, counts, a, lack, b)
            keep(weights, others, counts, b, lack, a)


@njit(cache=True)
def weights_of(lack, a, b, price, up, odd):  # type: ignore[no-untyped-def]
    """Return the weights of pairs from what their prices lack."""
    weight = np.empty(len(lack), np.int64)
    for k in range(len(lack)):
        covered = price[a[k]] + price[b[k]]
        if up[a[k]] >= 0 and up[b[k]] >= 0:
            covered += shared(a[k], b[k], up, odd)
        weight[k] = (lack[k] + covered) // 2
    return weight


@njit(cache=True)
def best_trios(  # type: ignore[no-untyped-def]
    extra, odd, alone, free, floor, top, code, weights, codes, count
):
    """Keep the three people whose match adds most to twice the bound of prices.

    Trio (a, b, c) adds ``2 (extra_ab + extra_bc + extra_ac) + alone_a + alone_b + alone_c`` less
    the greatest of ``odd_ab, odd_bc, odd_ac``. Only those above ``floor`` are kept, and after
    (``top``, ``code``) in the order of falling value and rising code ``(a * n + b) * n + c``.
    """
    n = len(alone)
    reach = np.zeros(n, np.int64)  # thrice what a third person can add through one of two
    for a in range(n):
        most = np.int64(-(2**60))
        for c in range(n):
            if c != a and extra[a, c] >= 0:
                most = max(most, 12 * extra[a, c] - 2 * odd[a, c] + 3 * alone[c])
        reach[a] = most
    for a in range(n):
        for b in range(a + 1, n):
            if extra[a, b] < 0:
                continue
            two = 2 * extra[a, b] + alone[a] + alone[b]
            limit = 6 * two - 2 * odd[a, b] + reach[a] + reach[b]  # six times, odd shared out
            least = floor
            if count[0] == weights.shape[1]:
                least = max(least, weights[0, 0])
            if limit <= 6 * least:
                continue
            for c in range(b + 1, n):
                if extra[a, c] < 0 or extra[b, c] < 0:
                    continue
                value = two + 2 * (extra[a, c] + extra[b, c]) + alone[c]
                value -= max(odd[a, b], max(odd[a, c], odd[b, c]))
                mine = (a * n + b) * n + c
                if value <= floor or value > top or (value == top and mine <= code):
                    continue
                if count[0] == weights.shape[1] and value <= weights[0, 0]:
                    continue
                meets = False
                for word in range(free.shape[1]):
                    if free[a, word] & free[b, word] & free[c, word]:
                        meets = True
                if meets:
                    keep(weights, codes, count, 0, value, mine)

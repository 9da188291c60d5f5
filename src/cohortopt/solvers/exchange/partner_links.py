"""Compiled kernels over blocks of links: the best partners of each person, and prices checked.

The weight of a pair {a, b} with points p of a -> b and q of b -> a is

    head_a + head_b + per_least * min(p, q) + per_point * (p + q)

and there is no pair where p or q is ``FORBIDDEN``. Blocks cover the pairs a < b once.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit
from cohortopt.solvers.heaps import push, sink

TILE = 32  # rows and columns of a block that are turned together


@njit(cache=True)
def keep(weights, others, counts, person, weight, other):  # type: ignore[no-untyped-def]
    """Keep ``other`` among the best of ``person``: a small heap with the worst on top."""
    room = weights.shape[1]
    if counts[person] < room:
        counts[person] = push(weights[person], others[person], counts[person], weight, other)
    elif weight > weights[person, 0]:
        sink(weights[person], others[person], room, weight, other)


@njit(cache=True)
def turned(block):  # type: ignore[no-untyped-def]
    """Return a block with rows and columns exchanged, by tiles that stay in the cache."""
    rows, columns = block.shape
    found = np.empty((columns, rows), block.dtype)
    for row in range(0, rows, TILE):
        for column in range(0, columns, TILE):
            for i in range(row, min(row + TILE, rows)):
                for j in range(column, min(column + TILE, columns)):
                    found[j, i] = block[i, j]
    return found


@njit(cache=True)
def best_partners(  # type: ignore[no-untyped-def]
    there, back, row, column, head, per_least, per_point, weights, others, counts
):
    """Keep the best partners of everybody among one block of pairs.

    ``there : (r, c)`` holds points of people ``row..`` to people ``column..`` and
    ``back : (c, r)`` the other direction. Returns the most points of a pair, both ways together.
    """
    rows, columns = there.shape
    back, most = turned(back), np.int64(0)
    room, worth = weights.shape[1], np.empty(columns, np.int64)
    least = np.where(counts < room, 0, weights[:, 0])  # what a pair must exceed to be kept
    for i in range(rows):
        a = row + i
        first = max(0, a + 1 - column)  # slices from there: indices from 0 run in vectors
        ahead, behind = there[i, first:], back[i, first:]
        heads = head[column + first :]
        for j in range(len(ahead)):
            p, q = np.int64(ahead[j]), np.int64(behind[j])
            points, fits = p + q, min(p, q) >= 0
            weight = head[a] + heads[j] + per_least * min(p, q) + per_point * points
            most = max(most, points if fits else most)
            worth[j] = weight if fits else 0
        for j in range(len(ahead)):
            b, weight = column + first + j, worth[j]
            if weight > least[a]:
                keep(weights, others, counts, a, weight, b)
                least[a] = weights[a, 0] if counts[a] == room else 0
            if weight > least[b]:
                keep(weights, others, counts, b, weight, a)
                least[b] = weights[b, 0] if counts[b] == room else 0
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
    rows, columns = there.shape
    back, worst = turned(back), np.empty(columns, np.int64)
    for i in range(rows):
        a = row + i
        first = max(0, a + 1 - column)
        ahead, behind = there[i, first:], back[i, first:]
        heads, prices = head[column + first :], price[column + first :]
        level = price[a] - 2 * head[a]
        for j in range(len(ahead)):
            p, q = np.int64(ahead[j]), np.int64(behind[j])
            lack = 2 * (per_least * min(p, q) + per_point * (p + q) + heads[j])
            worst[j] = lack - prices[j] - level if min(p, q) >= 0 else 0
        for j in range(len(ahead)):
            b, lack = column + first + j, worst[j]
            if lack > 0 and up[a] >= 0 and up[b] >= 0:
                lack -= shared(a, b, up, odd)
            if lack > 0:
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

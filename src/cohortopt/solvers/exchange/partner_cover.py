"""Compiled kernel: the best assignment of the bipartite double cover of a sparse graph.

Everyone appears once as a row and once as a column. Rows and columns may stay alone. With
prices u of rows and v of columns, ``u_i + v_j >= weight_ij`` on every link and equal on chosen
ones, and 0 where a row or a column stays alone: then the assignment is best, and its value
twice the best fractional matching of the graph. Successive shortest paths with prices, after
J. Edmonds and R. M. Karp (1972), doi:10.1145/321694.321699, started by row reduction after
R. Jonker and A. Volgenant (1987), doi:10.1007/BF02278710. O(rows x links log links) at worst.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit
from cohortopt.solvers.heaps import pop, push

FAR = np.int64(2**62)


@njit(cache=True)
def reduce_rows(start, to, weight, u, v, column_of, row_of):  # type: ignore[no-untyped-def]
    """Start from nothing: give rows their best column, raising its price to the second best."""
    n = len(start) - 1
    waiting = np.arange(n)
    for _ in range(3):
        left = len(waiting)
        later = np.empty(2 * n + 1, np.int64)
        postponed = 0
        patience = 20 * n
        at = 0
        while at < left:
            row = waiting[at]
            first = second = np.int64(0)
            one = other = np.int64(-1)
            for arc in range(start[row], start[row + 1]):
                net = weight[arc] - v[to[arc]]
                if net > first:
                    first, second = net, first
                    one, other = to[arc], one
                elif net > second:
                    second = net
                    other = to[arc]
            u[row] = first
            if one < 0:
                at += 1
                continue
            owner = row_of[one]
            if first > second:
                v[one] += first - second
            elif owner >= 0 and other >= 0 and row_of[other] < 0:
                one, owner = other, np.int64(-1)
            if owner >= 0 and first == second:
                later[postponed] = row  # a tie for a taken column: shortest paths settle it
                postponed += 1
                at += 1
                continue
            u[row] = second
            row_of[one] = row
            column_of[row] = one
            at += 1
            if owner >= 0:
                column_of[owner] = -1
                patience -= 1
                if patience > 0:
                    at -= 1
                    waiting[at] = owner
                else:
                    later[postponed] = owner
                    postponed += 1
        waiting = later[:postponed].copy()
    for row in range(n):  # prices of rows that lost their column may be lower than allowed
        best = np.int64(0)
        for arc in range(start[row], start[row + 1]):
            best = max(best, weight[arc] - v[to[arc]])
        if column_of[row] < 0:
            u[row] = best


@njit(cache=True)
def shortest_paths(start, to, weight, u, v, column_of, row_of):  # type: ignore[no-untyped-def]
    """Give every row that is alone at a price above 0 a column, or lower its price to 0.

    A shortest path ends at a column that is alone, or at a row whose price it lowers to 0 and
    that stays alone instead. Prices stay feasible; chosen links stay tight.
    """
    n = len(start) - 1
    distance = np.full(n, FAR, np.int64)
    before = np.full(n, -1, np.int64)
    done = np.zeros(n, np.bool_)
    touched = np.empty(n, np.int64)
    key = np.empty(len(to) + 1, np.int64)
    item = np.empty(len(to) + 1, np.int64)
    for root in range(n):
        if column_of[root] >= 0 or u[root] == 0:
            continue
        size = 0
        count = 0
        best, last_row, last_column = u[root], np.int64(root), np.int64(-1)
        row, base = root, np.int64(0)
        while True:
            for arc in range(start[row], start[row + 1]):
                column = to[arc]
                if done[column]:
                    continue
                far = base + u[row] + v[column] - weight[arc]
                if far < distance[column] and far < best:
                    if distance[column] == FAR:
                        touched[count] = column
                        count += 1
                    distance[column] = far
                    before[column] = row
                    if row_of[column] < 0:
                        best, last_row, last_column = far, np.int64(-1), column
                    else:
                        size = push(key, item, size, far, column)
            found = np.int64(-1)
            while size > 0 and key[0] < best:
                far, column = key[0], item[0]
                size = pop(key, item, size)
                if not done[column] and far == distance[column]:
                    found = column
                    break
            if found < 0:
                break
            done[found] = True
            row, base = row_of[found], distance[found]
            if base + u[row] < best:
                best, last_row, last_column = base + u[row], row, np.int64(-1)
        u[root] -= best
        for at in range(count):
            column = touched[at]
            if done[column] and distance[column] < best:
                gap = best - distance[column]
                v[column] += gap
                u[row_of[column]] -= gap
        if last_column < 0 and last_row != root:
            last_column = column_of[last_row]
            column_of[last_row] = -1
        while last_column >= 0:
            row = before[last_column]
            row_of[last_column] = row
            following = column_of[row]
            column_of[row] = last_column
            last_column = following if row != root else np.int64(-1)
        for at in range(count):
            column = touched[at]
            distance[column] = FAR
            done[column] = False


@njit(cache=True)
def repair(start, to, weight, u, v, column_of, row_of):  # type: ignore[no-untyped-def]
    """Make prices feasible again after links were added, letting go of what is not tight.

    Prices of rows rise to what their links demand; columns that lose their row fall as far as
    theirs allow. ``weight`` is symmetric, so the links of a column are those of its row.
    """
    n = len(start) - 1
    for row in range(n):
        needed = np.int64(0)
        for arc in range(start[row], start[row + 1]):
            needed = max(needed, weight[arc] - v[to[arc]])
        if needed > u[row]:
            u[row] = needed
            if column_of[row] >= 0:
                row_of[column_of[row]] = -1
                column_of[row] = -1
    for column in range(n):
        if row_of[column] < 0 and v[column] > 0:
            needed = np.int64(0)
            for arc in range(start[column], start[column + 1]):
                needed = max(needed, weight[arc] - u[to[arc]])
            v[column] = needed


@njit(cache=True)
def unfold(column_of, row_of, mate):  # type: ignore[no-untyped-def]
    """Match along the paths and circles of an assignment; one of each odd circle stays alone.

    Row i and column i are the same person, so the links i -> column_of[i] make paths and
    circles. All of them are tight under the mean of both prices, and whoever stays alone at the
    end of a path has price 0: only odd circles leave somebody alone at a price above 0.
    """
    n = len(column_of)
    done = np.zeros(n, np.bool_)
    for turn in range(2):  # paths from their first person, then circles
        for first in range(n):
            if done[first] or (turn == 0 and row_of[first] >= 0):
                continue
            length = 0
            one = first
            while one >= 0 and not done[one]:
                done[one] = True
                length += 1
                one = column_of[one]
            one = first
            if turn == 1 and length % 2 == 1:
                one = column_of[one]
                length -= 1
            for _ in range(length // 2):
                other = column_of[one]
                mate[one], mate[other] = other, one
                one = column_of[other]

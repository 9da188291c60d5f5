"""Compiled kernel: from a best fractional matching to a best matching, with odd sets.

A primal-dual search in general graphs after J. Edmonds (1965), doi:10.6028/jres.069B.013, one
tree at a time: it starts from prices that are feasible and matched links that are tight, and
needs one tree for each person who is alone at a price above 0 (one for each odd cycle of the
fractional matching). Weights count double, so that every price stays a whole number:

    slack(a, b) = price_a + price_b + sum of prices of odd sets holding both - 2 weight_ab >= 0

Along a tree prices have the same parity, as matched and tree links are tight and prices of odd
sets are even; so slack between two outer vertices is even and every step is whole.

Vertices are 0..n-1 and odd sets (blossoms) n..2n-1. The children of a blossom form a circle
``after``/``ahead``; ``near[c]`` and ``far[c]`` are the ends of the link from child c to the next.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit

FREE, OUTER, INNER = 0, 1, 2
FAR = np.int64(2**62)


@njit(cache=True)
def leaves(top, n, child, after, out, stack):  # type: ignore[no-untyped-def]
    """Write the vertices inside ``top`` to ``out`` and return how many there are."""
    count = 0
    height = 1
    stack[0] = top
    while height > 0:
        height -= 1
        one = stack[height]
        if one < n:
            out[count] = one
            count += 1
            continue
        first = child[one]
        kid = first
        while True:
            stack[height] = kid
            height += 1
            kid = after[kid]
            if kid == first:
                break
    return count


@njit(cache=True)
def rotate(top, vertex, n, up, child, base, after, near, far, mate, tasks):  # type: ignore[no-untyped-def]
    """Match everyone inside ``top`` but ``vertex``, along its circles, nested ones too."""
    height = 1
    tasks[0, 0], tasks[0, 1] = top, vertex
    while height > 0:
        height -= 1
        one, at = tasks[height, 0], tasks[height, 1]
        if one < n:
            continue
        kid = at
        while up[kid] != one:
            kid = up[kid]
        child[one] = kid
        base[one] = at
        tasks[height, 0], tasks[height, 1] = kid, at
        height += 1
        left = after[kid]
        while left != kid:
            right = after[left]
            p, q = near[left], far[left]
            mate[p], mate[q] = q, p
            tasks[height, 0], tasks[height, 1] = left, p
            tasks[height + 1, 0], tasks[height + 1, 1] = right, q
            height += 2
            left = after[right]


@njit(cache=True)
def complete(start, to, weight, price, mate, odd, up, child, after):  # type: ignore[no-untyped-def]
    """Make ``mate`` a matching of greatest weight; update prices; return searches made.

    ``price : (n,)`` doubled and feasible, ``mate : (n,)`` tight and -1 where alone, ``odd``,
    ``up``, ``child``, ``after : (2n,)`` the (empty) forest of odd sets with their prices.
    Each search takes O(links of its tree) per change of prices.
    """
    n = len(start) - 1
    big = 2 * n
    ahead = np.full(big, -1, np.int64)
    near = np.full(big, -1, np.int64)
    far = np.full(big, -1, np.int64)
    base = np.arange(big)
    top = np.arange(n)
    label = np.zeros(big, np.int8)
    entry_from = np.full(big, -1, np.int64)
    entry_to = np.full(big, -1, np.int64)
    mark = np.zeros(big, np.int64)
    marks = 0
    unused = np.arange(big - 1, n - 1, -1)
    unused_count = n
    out = np.empty(n, np.int64)
    stack = np.empty(big + 2, np.int64)
    tasks = np.empty((big + 2, 2), np.int64)
    queue = np.empty(8 * n + 64, np.int64)
    seen = np.empty(n, np.int64)  # vertices that were ever labelled in this search
    was_seen = np.zeros(n, np.bool_)
    tops = np.empty(8 * n + 64, np.int64)  # labelled vertices and blossoms of this search
    searches = 0
    for root in range(n):
        if mate[root] >= 0 or price[root] == 0:
            continue
        searches += 1
        seen_count = tops_count = queued = 0
        one = top[root]
        label[one] = OUTER
        entry_from[one] = entry_to[one] = -1
        tops[tops_count] = one
        tops_count += 1
        count = leaves(one, n, child, after, out, stack)
        for k in range(count):
            queue[queued] = out[k]
            queued += 1
            seen[seen_count] = out[k]
            seen_count += 1
            was_seen[out[k]] = True
        last, other_end = np.int64(-1), np.int64(-1)  # the path ends: outer vertex, its partner
        while last < 0:
            while queued > 0 and last < 0:
                queued -= 1
                v = queue[queued]
                if price[v] == 0:
                    last, other_end = v, np.int64(-1)
                    break
                for arc in range(start[v], start[v + 1]):
                    w = to[arc]
                    bv, bw = top[v], top[w]
                    if bv == bw or label[bw] == INNER:
                        continue
                    if price[v] + price[w] != 2 * weight[arc]:
                        continue
                    if label[bw] == FREE:
                        if mate[base[bw]] < 0:
                            last, other_end = v, w
                            break
                        label[bw] = INNER
                        entry_from[bw], entry_to[bw] = v, w
                        m = mate[base[bw]]
                        bm = top[m]
                        label[bm] = OUTER
                        entry_from[bm], entry_to[bm] = base[bw], m
                        tops[tops_count], tops[tops_count + 1] = bw, bm
                        tops_count += 2
                        count = leaves(bw, n, child, after, out, stack)
                        for k in range(count):
                            if not was_seen[out[k]]:
                                was_seen[out[k]] = True
                                seen[seen_count] = out[k]
                                seen_count += 1
                        count = leaves(bm, n, child, after, out, stack)
                        for k in range(count):
                            queue[queued] = out[k]
                            queued += 1
                            if not was_seen[out[k]]:
                                was_seen[out[k]] = True
                                seen[seen_count] = out[k]
                                seen_count += 1
                        continue
                    # Two outer vertices: an odd circle. Find where their paths meet.
                    marks += 1
                    step = bv
                    while True:
                        mark[step] = marks
                        if entry_from[step] < 0:
                            break
                        step = top[entry_from[step]]
                    meet = bw
                    while mark[meet] != marks:
                        meet = top[entry_from[meet]]
                    unused_count -= 1
                    new = unused[unused_count]
                    child[new] = meet
                    base[new] = base[meet]
                    odd[new] = 0
                    up[new] = -1
                    step = bv
                    while step != meet:
                        above = top[entry_from[step]]
                        after[above], ahead[step] = step, above
                        near[above], far[above] = entry_from[step], entry_to[step]
                        step = above
                    after[bv], ahead[bw] = bw, bv
                    near[bv], far[bv] = v, w
                    step = bw
                    while step != meet:
                        above = top[entry_from[step]]
                        after[step], ahead[above] = above, step
                        near[step], far[step] = entry_to[step], entry_from[step]
                        step = above
                    label[new] = OUTER
                    entry_from[new], entry_to[new] = entry_from[meet], entry_to[meet]
                    tops[tops_count] = new
                    tops_count += 1
                    kid = meet
                    while True:
                        up[kid] = new
                        was_inner = label[kid] == INNER
                        count = leaves(kid, n, child, after, out, stack)
                        for k in range(count):
                            top[out[k]] = new
                            if was_inner:
                                queue[queued] = out[k]
                                queued += 1
                        kid = after[kid]
                        if kid == meet:
                            break
            if last >= 0:
                break
            # Change prices by the largest step that keeps every slack and odd set feasible.
            step_size = FAR
            for k in range(seen_count):
                v = seen[k]
                if label[top[v]] != OUTER:
                    continue
                step_size = min(step_size, price[v])
                for arc in range(start[v], start[v + 1]):
                    w = to[arc]
                    bw = top[w]
                    if bw == top[v] or label[bw] == INNER:
                        continue
                    slack = price[v] + price[w] - 2 * weight[arc]
                    if label[bw] == OUTER:
                        slack //= 2
                    step_size = min(step_size, slack)
            for k in range(tops_count):
                one = tops[k]
                if one >= n and up[one] < 0 and label[one] == INNER:
                    step_size = min(step_size, odd[one] // 2)
            for k in range(seen_count):
                v = seen[k]
                if label[top[v]] == OUTER:
                    price[v] -= step_size
                elif label[top[v]] == INNER:
                    price[v] += step_size
            marks += 1
            for k in range(tops_count):
                one = tops[k]
                if one < n or up[one] >= 0 or mark[one] == marks:
                    continue
                mark[one] = marks
                if label[one] == OUTER:
                    odd[one] += 2 * step_size
                elif label[one] == INNER:
                    odd[one] -= 2 * step_size
            # Take apart inner odd sets whose price is used up.
            listed = tops_count
            for k in range(listed):
                one = tops[k]
                if one < n or up[one] >= 0 or label[one] != INNER or odd[one] != 0:
                    continue
                entered = entry_to[one]
                first = child[one]
                kid = entered
                while up[kid] != one:
                    kid = up[kid]
                enter = kid
                steps = 0
                kid = enter
                while kid != first:
                    kid = after[kid]
                    steps += 1
                forward = steps % 2 == 0
                kid = first
                while True:
                    following = after[kid]
                    up[kid] = -1
                    label[kid] = FREE
                    count = leaves(kid, n, child, after, out, stack)
                    for j in range(count):
                        top[out[j]] = kid
                    kid = following
                    if kid == first:
                        break
                label[enter] = INNER
                entry_from[enter], entry_to[enter] = entry_from[one], entered
                tops[tops_count] = enter
                tops_count += 1
                kid = enter
                inner = True
                while kid != first:
                    if forward:
                        following = after[kid]
                        p, q = near[kid], far[kid]
                    else:
                        following = ahead[kid]
                        p, q = far[following], near[following]
                    inner = not inner
                    label[following] = INNER if inner else OUTER
                    entry_from[following], entry_to[following] = p, q
                    tops[tops_count] = following
                    tops_count += 1
                    kid = following
                label[one] = FREE
                child[one] = -1
                unused[unused_count] = one
                unused_count += 1
            # Look again from everyone outer: new tight links, new outer vertices.
            queued = 0
            for k in range(seen_count):
                if label[top[seen[k]]] == OUTER:
                    queue[queued] = seen[k]
                    queued += 1
        # Flip the path from ``last`` to the root.
        if other_end >= 0:
            rotate(top[other_end], other_end, n, up, child, base, after, near, far, mate, tasks)
            mate[other_end] = last
        s, partner = last, other_end
        while True:
            bs = top[s]
            rotate(bs, s, n, up, child, base, after, near, far, mate, tasks)
            mate[s] = partner
            if entry_from[bs] < 0:
                break
            bt = top[entry_from[bs]]
            partner, s = entry_to[bt], entry_from[bt]
            rotate(bt, partner, n, up, child, base, after, near, far, mate, tasks)
            mate[partner] = s
        for k in range(tops_count):
            label[tops[k]] = FREE
        for k in range(seen_count):
            was_seen[seen[k]] = False
    return searches

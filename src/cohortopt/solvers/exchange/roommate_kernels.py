"""Compiled kernel: stable roommates.

R. W. Irving (1985), doi:10.1016/0196-6774(85)90033-1, for lists that need not name everybody
(D. Gusfield and R. W. Irving, 1989, ISBN 0-262-07118-5). Lists only lose their ends: the entry
of j on i's list stands while neither has cut the other off, so two numbers a person are enough.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit


@njit(cache=True)
def next_entry(i, at, order, rank, last):  # type: ignore[no-untyped-def]
    """Return the first place from ``at`` on of someone who has not cut ``i`` off, -1 if none."""
    while at <= last[i]:
        j = order[i, at]
        if rank[j, i] <= last[j]:
            return at
        at += 1
    return -1


@njit(cache=True)
def stable_roommates(order, rank, length, mate):  # type: ignore[no-untyped-def]
    """Write a stable choice to ``mate``, or return a person whose list ran empty.

    ``order : (n, n)`` lists the others, best first, as far as ``length : (n,)`` says;
    ``rank[i, j]`` is the place of j on i's list. -1: everybody is settled, and whoever has
    ``mate`` -1 is alone in every stable choice. O(sum of length).
    """
    n = len(length)
    last = length - 1
    first = np.zeros(n, np.int64)
    held = np.full(n, -1, np.int64)
    waiting = np.arange(n)
    count = n
    while count > 0:  # everyone proposes down the list; a better proposal cuts off all worse ones
        count -= 1
        i = waiting[count]
        first[i] = next_entry(i, first[i], order, rank, last)
        if first[i] < 0:
            continue
        j = order[i, first[i]]
        if held[j] >= 0:
            waiting[count] = held[j]
            count += 1
        held[j] = i
        last[j] = rank[j, i]
    turn = np.zeros(n, np.int64)
    path = np.empty(n + 1, np.int64)
    second = np.empty(n + 1, np.int64)
    turns = 0
    for start in range(n):
        while first[start] >= 0:  # rotations: second choices, and whom these would give up
            if next_entry(start, first[start] + 1, order, rank, last) < 0:
                break
            turns += 1
            steps = 0
            i = start
            while turn[i] != turns:
                turn[i] = turns
                path[steps] = i
                second[steps] = order[i, next_entry(i, first[i] + 1, order, rank, last)]
                i = held[second[steps]]
                steps += 1
            begin = 0
            while path[begin] != i:
                begin += 1
            for k in range(begin, steps):
                held[second[k]] = path[k]
                last[second[k]] = rank[second[k], path[k]]
            for k in range(begin, steps):
                first[path[k]] = next_entry(path[k], first[path[k]], order, rank, last)
                if first[path[k]] < 0:
                    return path[k]
    for i in range(n):
        mate[i] = order[i, first[i]] if first[i] >= 0 else -1
    return -1

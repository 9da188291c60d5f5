"""Compiled kernels for rings and chains: every ring once, its smallest person first.

Rings are rows of ``people : (rings, width) int32``, padded with -1, in giving order.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.compiled import njit


@njit(cache=True)
def list_matches(  # type: ignore[no-untyped-def]
    start, to, allowed, words, meet, firsts, longest, is_chain, people, most, steps
):
    """Write every ring, or chain, of 2..longest people to ``people``; return how many there are.

    Gives up beyond ``most`` of them, or ``steps`` links walked, and returns ``most + 1``.

    Each begins with one of ``firsts``; ``start : (n + 1,), to`` are the links by giver, takers
    ascending, and ``allowed : (n, n) bool`` closes rings. With ``meet`` a path without a common bit
    in ``words : (n, w)`` is cut off. Those beyond the rows of ``people`` are counted only.
    Depth-first, O(paths) time: paths of rings use people above their first only, so that each ring
    is found once; every path is a chain.
    """
    n = len(start) - 1
    room = len(people)
    width = words.shape[1]
    path = np.zeros(longest, np.int32)
    at = np.zeros(longest, np.int64)
    common = np.zeros((longest, width), np.uint64)
    inside = np.zeros(n, np.bool_)
    found = 0
    for first in firsts:
        depth = 0
        path[0] = first
        at[0] = start[first]
        inside[first] = True
        for word in range(width):
            common[0, word] = words[first, word]
        while depth >= 0:
            here = path[depth]
            if depth == longest - 1 or at[depth] == start[here + 1]:
                inside[here] = False
                depth -= 1
                continue
            there = to[at[depth]]
            at[depth] += 1
            steps -= 1
            if steps < 0 or found > most:
                return most + 1
            if inside[there] or (there < first and not is_chain):
                continue
            if meet:
                some = False
                for word in range(width):
                    bits = common[depth, word] & words[there, word]
                    common[depth + 1, word] = bits
                    some = some or bits != 0
                if not some:
                    continue
            depth += 1
            path[depth] = there
            at[depth] = start[there]
            inside[there] = True
            if is_chain or allowed[there, first]:
                if found < room:
                    for step in range(depth + 1):
                        people[found, step] = path[step]
                found += 1
    return found


@njit(cache=True)
def slots_by_link(starts, at, length, cycle, people, size, is_chain, chosen):  # type: ignore[no-untyped-def]
    """Choose a slot for each link of a ring so that nobody has two that clash; say if any fit.

    ``people : (size,)`` in ring order; ``chosen`` receives the earliest slots in the order of the
    links. Link l joins people l and l + 1 and clashes with the links before and after it only.
    Backtracking, exponential in the size of the ring (at most 6 links) at worst.
    """
    links = size - 1 if is_chain else size
    slots = len(at)
    for link in range(links):
        chosen[link] = -1
    link = 0
    while 0 <= link < links:
        one, other = people[link], people[(link + 1) % size]
        slot = chosen[link] + 1
        while slot < slots:
            word, bit = slot // 64, np.uint64(slot % 64)
            if (starts[one, word] & starts[other, word]) >> bit & np.uint64(1):
                fits = True
                for earlier in range(link):
                    near = earlier == link - 1 or (
                        not is_chain and link == links - 1 and earlier == 0
                    )
                    if near:
                        gap = abs(at[slot] - at[chosen[earlier]])
                        if cycle > 0:
                            gap = min(gap, cycle - gap)
                        if gap < length:
                            fits = False
                if fits:
                    break
            slot += 1
        if slot < slots:
            chosen[link] = slot
            link += 1
        else:
            chosen[link] = -1
            link -= 1
    return link == links


@njit(cache=True)
def can_meet_by_link(starts, at, length, cycle, people, size, is_chain):  # type: ignore[no-untyped-def]
    """Return for each ring whether its links can have slots of their own."""
    rings = len(people)
    fits = np.zeros(rings, np.bool_)
    chosen = np.zeros(people.shape[1], np.int64)
    for ring in range(rings):
        fits[ring] = slots_by_link(
            starts, at, length, cycle, people[ring], size[ring], is_chain[ring], chosen
        )
    return fits


@njit(cache=True)
def slacks(people, size, weight, price):  # type: ignore[no-untyped-def]
    """Return ``(m,)``: what the prices of its people give each ring beyond its weight."""
    slack = np.empty(len(people), price.dtype)
    for ring in range(len(people)):
        slack[ring] = -weight[ring]
        for step in range(size[ring]):
            slack[ring] += price[people[ring, step]]
    return slack


@njit(cache=True)
def raise_prices(people, size, lack_of, price):  # type: ignore[no-untyped-def]
    """Raise prices of people until no ring lacks anything; ``lack_of`` is slack, updated lazily.

    A ring that lacks something makes one of its people dearer: the one raised most so far.
    """
    raised = np.zeros(len(price), np.int64)
    for ring in range(len(people)):
        lack = -lack_of[ring]
        if lack <= 0:
            continue
        most = people[ring, 0]
        for step in range(size[ring]):
            person = people[ring, step]
            lack -= raised[person]
            if raised[person] > raised[most]:
                most = person
        if lack > 0:
            raised[most] += lack
    for person in range(len(price)):
        price[person] += raised[person]


@njit(cache=True)
def fill(order, people, size, busy):  # type: ignore[no-untyped-def]
    """Return the rings of ``order`` that fit one after the other, nobody ``busy`` twice."""
    chosen = np.empty(len(order), np.int64)
    count = 0
    for ring in order:
        fits = True
        for step in range(size[ring]):
            fits = fits and not busy[people[ring, step]]
        if fits:
            for step in range(size[ring]):
                busy[people[ring, step]] = True
            chosen[count] = ring
            count += 1
    return chosen[:count]

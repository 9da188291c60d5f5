"""Compiled shortest augmenting paths for transport with prices on both sides.

The problem: take links (0 or 1 each) between two sides. A node that has ``k`` links earns
``F(k)``, concave, with ``F(k+1) - F(k) = big * [k < least] + bonus * [k < 1] - toll``, for
``k <= most``.
A link earns its weight. Prices ``p`` (any sign, one per node) give each link the reduced weight
``r = weight - p_giver - p_taker``. Links and prices are *settled* when

- a taken link has ``r >= 0`` and any other ``r <= 0``;
- every node has as many links as maximises ``p * k + F(k)``.

Settled means optimal: for every assignment ``value = sum r*x + sum (p*k + F(k))``, and both parts
are then at their maximum. A node with fewer links than it wants is *short*. ``augment`` keeps all
other conditions and serves short nodes one by one along a cheapest alternating path (Dijkstra on
reduced weights), which is the successive shortest path method of Edmonds and Karp (1972,
doi:10.1145/321694.321699) and Tomizawa (1971, doi:10.1002/net.3230010206). One path costs
O(links log nodes) at worst; most are short. Everything is 64-bit integers, hence exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.compiled import njit
from cohortopt.solvers.heaps import pop, push

_NONE = np.int32(-1)

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return ``function`` compiled to machine code at its first call, and kept on disk."""
    fast: Function = njit(cache=True, nogil=True)(function)
    return fast


class Side(NamedTuple):
    """One side of the links (all givers or all takers) and the state of each node on it."""

    start: Longs  # (n + 1,) where each node's links begin in ``link``
    link: Ints  # (links,) link numbers, node by node
    end: Ints  # (links,) the node of each link on this side
    price: Longs  # (n,)
    degree: Ints  # (n,) links taken
    most: Ints  # (n,)
    least: Ints  # (n,)
    bonus: Longs  # (n,) what a first link earns
    toll: Longs  # (n,) what each link costs
    first: Longs  # (n + 1,) where each node's taken links begin in ``held``
    held: Ints  # link numbers taken, ``degree`` of them from ``first`` on
    dist: Longs  # (n,) scratch of the search
    seen: Ints  # (n,) the search that set ``dist``
    parent: Ints  # (n,) the link that the search came by


class Scratch(NamedTuple):
    """What one search needs and the next reuses."""

    key: Longs  # heap of distances
    node: Ints  # their nodes: v on the near side, -1 - v on the far side
    stack: Ints  # nodes at the current distance
    visited: Ints  # nodes whose distance was final
    counter: Longs  # (2,) searches so far, paths so far


@compiled
def marginal(side: Side, v: int, k: int, big: int) -> int:
    """Return F(k + 1) - F(k) of node v."""
    extra: int = -side.toll[v]
    if k < side.least[v]:
        extra += big
    if k < 1:
        extra += side.bonus[v]
    return extra


@compiled
def is_short(side: Side, v: int, big: int) -> bool:
    """Whether node v wants more links than it has, at its price."""
    k = side.degree[v]
    return bool(k < side.most[v] and side.price[v] + marginal(side, v, k, big) > 0)


@compiled
def hold(side: Side, link: int) -> None:
    """Add a taken link to its node."""
    v = side.end[link]
    side.held[side.first[v] + side.degree[v]] = link
    side.degree[v] += 1


@compiled
def release(side: Side, link: int) -> None:
    """Remove a taken link from its node."""
    v = side.end[link]
    begin = side.first[v]
    last = begin + side.degree[v] - 1
    place = begin
    while side.held[place] != link:
        place += 1
    side.held[place] = side.held[last]
    side.degree[v] -= 1


@compiled
def _serve(
    near: Side,
    far: Side,
    weight: Longs,
    taken: NDArray[np.uint8],
    big: int,
    root: int,
    scratch: Scratch,
) -> None:
    """Find a cheapest path from the short node ``root``, move the prices, take the path.

    A path ends where one more or one less link costs least: at a far node that accepts one more,
    at a near node that lets one go, or at the root itself, which then wants less.
    """
    key, node, stack, visited = scratch.key, scratch.node, scratch.stack, scratch.visited
    scratch.counter[0] += 1
    search = scratch.counter[0]
    size = 0
    height = 0
    count = 0

    best = near.price[root] + marginal(near, root, near.degree[root], big)
    finish = root  # near node v: it lets a link go (root: wants none); far node: -1 - v
    near.dist[root] = 0
    near.seen[root] = search
    near.parent[root] = _NONE
    stack[0] = root
    height = 1
    now = np.int64(0)

    while True:
        if height > 0:
            height -= 1
            v = stack[height]
        else:
            if size == 0 or key[0] >= best:
                break
            size = pop(key, node, size)
            now = key[size]
            v = node[size]
            if v >= 0:
                if near.dist[v] < now:
                    continue
            elif far.dist[-1 - v] < now:
                continue
        if now >= best:
            break
        visited[count] = v
        count += 1
        if v >= 0:
            price = near.price[v]
            for place in range(near.start[v], near.start[v + 1]):
                link = near.link[place]
                if taken[link]:
                    continue
                other = far.end[link]
                distance = now + price + far.price[other] - weight[link]
                if distance >= best:
                    continue
                if far.seen[other] == search and far.dist[other] <= distance:
                    continue
                far.dist[other] = distance
                far.seen[other] = search
                far.parent[other] = link
                k = far.degree[other]
                if k < far.most[other]:
                    refusal = -(far.price[other] + marginal(far, other, k, big))
                    if refusal < 0:
                        refusal = np.int64(0)
                    if distance + refusal < best:
                        best = distance + refusal
                        finish = -1 - other
                        if distance >= best:
                            continue
                if distance == now:
                    stack[height] = -1 - other
                    height += 1
                else:
                    size = push(key, node, size, distance, -1 - other)
        else:
            u = -1 - v
            price = far.price[u]
            begin = far.first[u]
            for place in range(begin, begin + far.degree[u]):
                link = far.held[place]
                other = near.end[link]
                distance = now + weight[link] - price - near.price[other]
                if distance >= best:
                    continue
                if near.seen[other] == search and near.dist[other] <= distance:
                    continue
                near.dist[other] = distance
                near.seen[other] = search
                near.parent[other] = link
                regret = near.price[other] + marginal(near, other, near.degree[other] - 1, big)
                if distance + regret < best:
                    best = distance + regret
                    finish = other
                    if distance >= best:
                        continue
                if distance == now:
                    stack[height] = other
                    height += 1
                else:
                    size = push(key, node, size, distance, other)

    for place in range(count):
        v = visited[place]
        if v >= 0:
            if near.dist[v] < best:
                near.price[v] -= best - near.dist[v]
        elif far.dist[-1 - v] < best:
            far.price[-1 - v] += best - far.dist[-1 - v]

    while finish != root:
        if finish < 0:
            link = far.parent[-1 - finish]
            taken[link] = 1
            hold(near, link)
            hold(far, link)
            finish = near.end[link]
        else:
            link = near.parent[finish]
            taken[link] = 0
            release(near, link)
            release(far, link)
            finish = -1 - far.end[link]


@compiled
def augment(
    near: Side,
    far: Side,
    weight: Longs,
    taken: NDArray[np.uint8],
    big: int,
    root: int,
    paths: int,
    scratch: Scratch,
) -> int:
    """Serve the short nodes of one side from ``root`` on; stop after ``paths`` paths.

    Returns the node to go on from; the number of nodes when none is short any more. No node of
    the far side becomes short by it, and none of the near side that was not.
    """
    n = len(near.price)
    while root < n:
        while is_short(near, root, big):
            if paths == 0:
                return root
            paths -= 1
            _serve(near, far, weight, taken, big, root, scratch)
            scratch.counter[1] += 1
        root += 1
    return root


@compiled
def _let_go(side: Side, other: Side, v: int, taken: NDArray[np.uint8], big: int) -> None:
    """Drop the links that node v does not want at its price."""
    while side.degree[v] > 0:
        k = side.degree[v]
        if k <= side.most[v] and side.price[v] + marginal(side, v, k - 1, big) >= 0:
            return
        link = side.held[side.first[v] + k - 1]
        taken[link] = 0
        release(side, link)
        release(other, link)


@compiled
def restore(takers: Side, givers: Side, weight: Longs, taken: NDArray[np.uint8], big: int) -> None:
    """Make the conditions on links and on too many links hold; nodes may be short afterwards.

    Prices of takers rise until no free link has a reduced weight above zero; taken links that
    fall below zero, and links that a node no longer wants, are let go. O(links).
    """
    for g in range(len(givers.price)):
        _let_go(givers, takers, g, taken, big)
    for t in range(len(takers.price)):
        rise = np.int64(0)
        for place in range(takers.start[t], takers.start[t + 1]):
            link = takers.link[place]
            if not taken[link]:
                spare = weight[link] - takers.price[t] - givers.price[givers.end[link]]
                if spare > rise:
                    rise = spare
        takers.price[t] += rise
        place = takers.first[t]
        while place < takers.first[t] + takers.degree[t]:
            link = takers.held[place]
            g = givers.end[link]
            if weight[link] < takers.price[t] + givers.price[g]:
                taken[link] = 0
                release(takers, link)
                release(givers, link)
            else:
                place += 1
        _let_go(takers, givers, t, taken, big)

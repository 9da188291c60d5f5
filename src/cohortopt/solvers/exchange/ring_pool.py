"""Rings where there are too many to list: the best links of everybody, as many as fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance, Ints, Longs
from cohortopt.solvers.exchange.columns import MOST, STEPS, Columns, allowed_links, ring_columns


def pool(instance: Instance, most: int = MOST // 3) -> Columns:
    """Return the rings over each person's best links out and in, of as many as ``most`` allows.

    Links that locked matches need always stay. The number of links is found by halving.
    """
    allowed = allowed_links(instance)
    keep = np.zeros_like(allowed)
    for lock in instance.locked:
        for giver, taker in zip(lock.people, lock.people[1:] + lock.people[:1], strict=True):
            keep[giver, taker] = True
    points = np.where(allowed, instance.links.dense, FORBIDDEN)
    low, high = 1, int(allowed.sum(axis=1).max(initial=1))
    found: Columns | None = None
    while low <= high:
        middle = (low + high) // 2
        links = allowed & (keep | best_of_rows(points, middle) | best_of_rows(points.T, middle).T)
        listed = ring_columns(instance, links, most, STEPS // 8)
        if listed is None:
            high = middle - 1
        else:
            found, low = listed, middle + 1
    if found is None:
        found = ring_columns(instance, allowed & keep, most)
    return found if found is not None else _none()


def best_of_rows(points: Ints, count: int) -> NDArray[np.bool_]:
    """Return marks of the ``count`` greatest entries of each row, the first ones among equals."""
    marks = np.zeros(points.shape, np.bool_)
    order = np.argsort(-points, axis=1, kind="stable")[:, :count]
    np.put_along_axis(marks, order, True, axis=1)
    return marks


def link_prices(instance: Instance, tier: str) -> Longs:
    """Return ``(n,) int64``: prices that every ring and chain obeys, of whatever length.

    ``placed``: everyone's priority. ``points``: each link (giver, taker) earns at most
    ``u_giver + v_taker`` with the prices of the best assignment of givers to takers, so a ring
    earns at most ``u + v`` of its people. O(n^3) at worst, seconds for 5,000 people.
    """
    from cohortopt.solvers.exchange.partner_cover import reduce_rows, shortest_paths

    allowed = allowed_links(instance)
    if tier == "placed":
        may = allowed.any(axis=0) | allowed.any(axis=1)
        placed: Longs = np.where(may, instance.priority, 0).astype(np.int64)
        return placed
    start = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
    to = np.nonzero(allowed)[1].astype(np.int64)
    weight = instance.links.dense[allowed].astype(np.int64)
    u, v = np.zeros((2, instance.n), np.int64)
    taker_of, giver_of = np.full((2, instance.n), -1, np.int64)
    reduce_rows(start, to, weight, u, v, taker_of, giver_of)
    shortest_paths(start, to, weight, u, v, taker_of, giver_of)
    both: Longs = u + v
    return both


def _none() -> Columns:
    empty = np.empty((0, 2), np.int32)
    none = np.empty(0, np.int64)
    return Columns(empty, none.astype(np.int32), none.astype(bool), none.reshape(0, 2), none)

"""Compiled passes over blocks of points: the best links of each row and column, and pricing.

A block is ``points : (g, t) int32``, some givers x all takers of a call. Both passes look at 64
entries at a time with one vector comparison and touch single entries only where something passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.heaps import sink
from cohortopt.solvers.pairs.flow_kernels import compiled

STRIDE = 64
MIX = 255  # links of equal points are told apart by a number 0..MIX made from their ends


@compiled
def mixed(g: int, t: int) -> np.int64:
    """Return a fixed scrambled number in 0..MIX for a link, so that ties spread evenly."""
    h = np.uint32(g) * np.uint32(0x9E3779B1) + np.uint32(t) * np.uint32(0x85EBCA77)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x2C1B3C6D)
    h ^= h >> np.uint32(13)
    return np.int64(h & np.uint32(MIX))


@compiled
def keep_best(
    points: Ints,
    givers: NDArray[np.intp],
    takers: NDArray[np.intp],
    row_keys: Longs,
    row_ends: Ints,
    column_keys: Longs,
    column_ends: Ints,
    column_least: Ints,
) -> None:
    """Put each entry among the best k of its giver (row) and of its taker (column), if it is.

    ``row_keys, row_ends : (g, k)`` for the givers of this block, ``column_* : (t, k)`` for its
    takers; keys are ``points * (MIX + 1) + mixed``, -1 in empty places, heaps with the least
    first. ``column_least : (t,)`` the points that an entry needs at least to enter.
    """
    count = len(takers)
    k_row = row_keys.shape[1]
    k_column = column_keys.shape[1]
    for i in range(len(givers)):
        g = givers[i]
        row = points[i]
        row_least = np.int32(0)
        for begin in range(0, count, STRIDE):
            end = min(count, begin + STRIDE)
            hit = False
            for j in range(begin, end):
                hit |= (row[j] >= row_least) | (row[j] >= column_least[j])
            if not hit:
                continue
            for j in range(begin, end):
                value = row[j]
                if value < 0 or (value < row_least and value < column_least[j]):
                    continue
                key = np.int64(value) * (MIX + 1) + mixed(g, takers[j])
                if key > row_keys[i, 0]:
                    sink(row_keys[i], row_ends[i], k_row, key, takers[j])
                    row_least = np.int32(max(0, row_keys[i, 0] >> 8))
                if key > column_keys[j, 0]:
                    sink(column_keys[j], column_ends[j], k_column, key, g)
                    column_least[j] = np.int32(max(0, column_keys[j, 0] >> 8))


@compiled
def keep_cheap(
    points: Ints,
    givers: NDArray[np.intp],
    takers: NDArray[np.intp],
    price: Ints,
    keys: Longs,
    ends: Ints,
    least: Ints,
) -> None:
    """Put each entry among the best k of its taker by points minus the giver's price, if it is.

    ``price : (givers of all,) int32`` in points; the rest as in ``keep_best``, with keys of
    ``points - price``; empty places and ``least`` start far below zero.
    """
    count = len(takers)
    k = keys.shape[1]
    for i in range(len(givers)):
        g = givers[i]
        row = points[i]
        cost = price[g]
        for begin in range(0, count, STRIDE):
            end = min(count, begin + STRIDE)
            hit = False
            for j in range(begin, end):
                hit |= (np.int32(row[j] - cost) >= least[j]) & (row[j] >= 0)
            if not hit:
                continue
            for j in range(begin, end):
                value = np.int32(row[j] - cost)
                if row[j] < 0 or value < least[j]:
                    continue
                key = np.int64(value) * (MIX + 1) + mixed(g, takers[j])
                if key > keys[j, 0]:
                    sink(keys[j], ends[j], k, key, g)
                    least[j] = np.int32(max(np.int64(least[j]), keys[j, 0] >> 8))


@compiled
def draw_of(seed: int, g: int, t: int, size: int) -> np.int64:
    """Return the lot of a link, 0..size - 1; ``size`` is a power of two (1: no draw).

    The same arithmetic is in :func:`cohortopt.solvers.pairs.pricing.lot`, in plain Python.
    """
    h = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
    h ^= np.uint64(g) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(t) * np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(30)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(27)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)
    return np.int64(h & np.uint64(size - 1))


@compiled
def price_out(
    points: Ints,
    givers: NDArray[np.intp],
    takers: NDArray[np.intp],
    per_point: int,
    per_link: int,
    seed: int,
    lots: int,
    giver_price: Longs,
    taker_price: Longs,
    giver_floor: NDArray[Any],
    taker_floor: NDArray[Any],
    known_start: Longs,
    known_taker: Ints,
    mark: Ints,
    keys: Longs,
    ends: Ints,
) -> int:
    """Find left-out links worth more than their prices (or nearly), the best k of each taker.

    ``weight = per_point * points + per_link + lot``. An entry passes the vector filter when
    ``points > giver_floor + taker_floor`` (see ``floors``), and is kept when its reduced weight
    exceeds ``-near``. Known links (per giver from ``known_start`` in ``known_taker``) are passed
    over. ``keys, ends : (takers of this call, k)`` with ``-near`` in empty places; ``mark : (n,)``
    scratch, one per taker. Returns how many entries exceed zero.
    """
    count = len(takers)
    k = keys.shape[1]
    found = 0
    for i in range(len(givers)):
        g = givers[i]
        row = points[i]
        floor = giver_floor[g]
        price = giver_price[g]
        marked = False
        for begin in range(0, count, STRIDE):
            end = min(count, begin + STRIDE)
            hit = False
            for j in range(begin, end):
                hit |= (row[j] > taker_floor.dtype.type(floor + taker_floor[j])) & (row[j] >= 0)
            if not hit:
                continue
            if not marked:
                marked = True
                for place in range(known_start[g], known_start[g + 1]):
                    mark[known_taker[place]] = g
            for j in range(begin, end):
                value = row[j]
                if value < 0 or value <= floor + taker_floor[j]:
                    continue
                t = takers[j]
                if mark[t] == g:
                    continue
                spare = per_point * np.int64(value) + per_link - price - taker_price[t]
                if lots > 1:
                    spare += draw_of(seed, g, t, lots)
                if spare > 0:
                    found += 1
                if spare > keys[j, 0]:
                    sink(keys[j], ends[j], k, spare, g)
    return found

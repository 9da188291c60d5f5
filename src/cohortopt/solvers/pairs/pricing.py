"""Links and their weights, block by block: the best few of everyone, and pricing of all others.

The engine that uses it, and the method, are in :mod:`cohortopt.solvers.pairs.transport`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs

Block = Callable[[NDArray[np.intp], NDArray[np.intp]], Ints]

ENTRIES = 4_000_000  # of a block
SAFE = 2**59  # weights stay below this, so that sums along a path stay in 64 bits


@dataclass
class Table:
    """The links known so far, ordered by taker, then giver."""

    givers: Ints
    takers: Ints
    points: Ints
    weights: Longs
    taken: NDArray[np.uint8]

    def add(self, other: Table, n_givers: int) -> Table:
        """Return both tables as one, in order, each link once (the first one counts)."""
        key = np.concatenate(
            [t.takers.astype(np.int64) * n_givers + t.givers for t in (self, other)]
        )
        _, at = np.unique(key, return_index=True)
        return Table(
            np.concatenate([self.givers, other.givers])[at],
            np.concatenate([self.takers, other.takers])[at],
            np.concatenate([self.points, other.points])[at],
            np.concatenate([self.weights, other.weights])[at],
            np.concatenate([self.taken, other.taken])[at],
        )

    def only(self, which: NDArray[np.bool_]) -> Table:
        """Return some of the links."""
        return Table(
            self.givers[which],
            self.takers[which],
            self.points[which],
            self.weights[which],
            self.taken[which],
        )


@dataclass(frozen=True)
class Weighing:
    """How points become weights."""

    per_point: int
    per_link: int
    seed: int
    lots: int
    extra: tuple[Ints, Ints, Longs]  # givers, takers, bonus; ordered by giver, then taker

    def table(self, givers: Ints, takers: Ints, points: Ints) -> Table:
        """Return links with their weights (extras included), in the order of the table."""
        order = np.lexsort((givers, takers))
        givers, takers, points = givers[order], takers[order], points[order]
        weights = points.astype(np.int64) * self.per_point + self.per_link
        if self.lots > 1:
            weights += lots_of(self.seed, givers, takers, self.lots)
        if len(self.extra[0]):
            wide = 1 + max(int(takers.max(initial=0)), int(self.extra[1].max()))
            known = self.extra[0].astype(np.int64) * wide + self.extra[1]  # ascending
            keys = givers.astype(np.int64) * wide + takers
            at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            weights += np.where(known[at] == keys, self.extra[2][at], 0)
        taken = np.zeros(len(points), dtype=np.uint8)
        return Table(givers, takers, points, weights, taken)

    def found(self, givers: Ints, takers: Ints, spare: Longs, prices: tuple[Longs, Longs]) -> Table:
        """Return links of known reduced weights, none of them an extra."""
        weights = spare + prices[0][givers] + prices[1][takers]
        rest = weights - self.per_link
        if self.lots > 1:
            rest -= lots_of(self.seed, givers, takers, self.lots)
        points = (rest // self.per_point).astype(np.int32)
        return Table(givers, takers, points, weights, np.zeros(len(givers), dtype=np.uint8))


def lot(seed: int, giver: int, taker: int, size: int) -> int:
    """Return the lot of a link in a fair draw: 0..size - 1, the same on every machine.

    Lots are spread evenly and independently over links, so no person has better odds than another
    before the seed is known. ``size`` is a power of two.
    """
    word = 2**64 - 1
    h = seed * 0x9E3779B97F4A7C15 & word
    h ^= (giver * 0xBF58476D1CE4E5B9 + taker * 0x94D049BB133111EB) & word
    h ^= h >> 30
    h = h * 0xBF58476D1CE4E5B9 & word
    h ^= h >> 27
    h = h * 0x94D049BB133111EB & word
    h ^= h >> 31
    return h & (size - 1)


def lots_of(seed: int, givers: NDArray[Any], takers: NDArray[Any], size: int) -> Longs:
    """Return the lots of links as int64, in the common shape of both; see :func:`lot`."""
    start = np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    h = givers.astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    h = h + takers.astype(np.uint64) * np.uint64(0x94D049BB133111EB)
    h ^= start
    h ^= h >> np.uint64(30)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(27)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)
    return (h & np.uint64(size - 1)).astype(np.int64)


def blocks(
    block: Block, givers: NDArray[np.intp], takers: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], Ints]]:
    """Yield ``givers, points : (g, t) int32`` for chunks of givers against all takers."""
    step = max(1, ENTRIES // max(1, len(takers)))
    for begin in range(0, len(givers), step):
        some = givers[begin : begin + step]
        yield some, np.ascontiguousarray(block(some, takers), dtype=np.int32)


def all_links(block: Block, n_givers: int, n_takers: int) -> tuple[Ints, Ints, Ints]:
    """Return ``givers, takers, points`` of every allowed link. For small tables."""
    takers = np.arange(n_takers, dtype=np.intp)
    parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    for some, points in blocks(block, np.arange(n_givers, dtype=np.intp), takers):
        rows, columns = np.nonzero(points >= 0)
        parts.append((some[rows], columns, points[rows, columns]))
    return _joined(parts)


def best_links(
    block: Block,
    n_givers: int,
    n_takers: int,
    per_giver: int,
    per_taker: int,
    extra: tuple[Ints, Ints],
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return ``givers, takers, points`` of the best links of each giver and each taker.

    Last come, for each taker, points that no other link of theirs exceeds (-1: there is no other).
    Every entry is seen once; allowed ``extra`` links (ordered by giver) come along.
    O(givers x takers) with O(log per_giver) for an entry that is kept.
    """
    from cohortopt.solvers.pairs.pricing_kernels import MIX, keep_best

    takers = np.arange(n_takers, dtype=np.intp)
    column_keys = np.full((n_takers, per_taker), -1, dtype=np.int64)
    column_ends = np.zeros((n_takers, per_taker), dtype=np.int32)
    column_least = np.zeros(n_takers, dtype=np.int32)
    parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    for some, points in blocks(block, np.arange(n_givers, dtype=np.intp), takers):
        keys = np.full((len(some), per_giver), -1, dtype=np.int64)
        ends = np.zeros((len(some), per_giver), dtype=np.int32)
        keep_best(points, some, takers, keys, ends, column_keys, column_ends, column_least)
        rows, places = np.nonzero(keys >= 0)
        parts.append((some[rows], ends[rows, places], keys[rows, places] // (MIX + 1)))
        begin, end = np.searchsorted(extra[0], [some[0], some[-1] + 1])
        known, known_takers = extra[0][begin:end], extra[1][begin:end]
        worth = points[known - some[0], known_takers]
        parts.append((known[worth >= 0], known_takers[worth >= 0], worth[worth >= 0]))
    columns, places = np.nonzero(column_keys >= 0)
    found = column_keys[columns, places] // (MIX + 1)
    parts.append((column_ends[columns, places], columns, found))
    givers, takers_, points_ = _joined(parts)
    _, at = np.unique(takers_.astype(np.int64) * n_givers + givers, return_index=True)
    rest = np.where(column_keys[:, 0] < 0, -1, column_keys[:, 0] // (MIX + 1)).astype(np.int32)
    return givers[at], takers_[at], points_[at], rest


def cheap_links(
    block: Block, n_givers: int, n_takers: int, price: Ints, per_taker: int
) -> tuple[Ints, Ints, Ints]:
    """Return ``givers, takers, points`` of each taker's best links by points minus price."""
    from cohortopt.solvers.pairs.pricing_kernels import MIX, keep_cheap

    takers = np.arange(n_takers, dtype=np.intp)
    empty = -(2**62)
    keys = np.full((n_takers, per_taker), empty, dtype=np.int64)
    ends = np.zeros((n_takers, per_taker), dtype=np.int32)
    least = np.full(n_takers, -(2**31), dtype=np.int32)
    for some, points in blocks(block, np.arange(n_givers, dtype=np.intp), takers):
        keep_cheap(points, some, takers, price, keys, ends, least)
    rows, places = np.nonzero(keys > empty)
    givers = ends[rows, places]
    points_ = keys[rows, places] // (MIX + 1) + price[givers]
    return _joined([(givers, rows, points_)])


def _joined(
    parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]],
) -> tuple[Ints, Ints, Ints]:
    empty = np.empty(0, dtype=np.int32)
    columns = list(zip(*parts, strict=True)) or [(empty,)] * 3
    givers, takers, points = (np.concatenate(c).astype(np.int32) for c in columns)
    return givers, takers, points


def left_out(
    block: Block,
    weighing: Weighing,
    table: Table,
    prices: tuple[Longs, Longs],
    givers: NDArray[np.intp],
    takers: NDArray[np.intp],
    near: int,
    most: int,
) -> tuple[int, tuple[Ints, Ints, Longs], Longs]:
    """Price links that the table does not have: some givers x some takers, prices as they are.

    Returns how many have a reduced weight above zero; the best ``most`` links of each taker above
    ``-near`` (givers, takers, reduced weights); and for each taker of the call a slack:
    no other link of the call has a reduced weight above minus it.
    """
    from cohortopt.solvers.pairs.pricing_kernels import price_out

    giver_price, taker_price = prices
    order = np.argsort(table.givers, kind="stable")
    start = np.zeros(len(giver_price) + 1, dtype=np.int64)
    np.cumsum(np.bincount(table.givers, minlength=len(giver_price)), out=start[1:])
    known = table.takers[order]
    # points > floor(price_g / per_point) + floor((price_t - rest) / per_point) follows from
    # weight - price_g - price_t > -near, as floor(x) + floor(y) <= x + y.
    rest = weighing.per_link + near + weighing.lots - 1
    giver_floor = giver_price // weighing.per_point
    taker_floor = (taker_price[takers] - rest) // weighing.per_point
    top = max(int(np.abs(giver_floor).max(initial=0)), int(np.abs(taker_floor).max(initial=0)))
    kind = np.int32 if top < 2**29 else np.int64
    keys = np.full((len(takers), most), -near, dtype=np.int64)
    ends = np.full((len(takers), most), -1, dtype=np.int32)
    mark = np.full(len(taker_price), -1, dtype=np.int32)
    found = 0
    for some, points in blocks(block, givers, takers):
        found += price_out(
            points,
            some,
            takers,
            weighing.per_point,
            weighing.per_link,
            weighing.seed,
            weighing.lots,
            giver_price,
            taker_price,
            giver_floor.astype(kind),
            taker_floor.astype(kind),
            start,
            known,
            mark,
            keys,
            ends,
        )
    rows, places = np.nonzero(ends >= 0)
    links = (ends[rows, places], takers[rows].astype(np.int32), keys[rows, places])
    return found, links, -keys[:, 0]

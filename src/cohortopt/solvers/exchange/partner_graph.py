"""All pairs of partners: their weights over all tiers, the sparse graph, and the best matching.

See ``partners`` for the method and for what prices prove.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance, Ints, Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import previous_pairs

NEAR = 20  # partners of each person in the first graph
WORST = 6  # uncovered pairs of each person that join in a round
BLOCK = 500_000  # pairs looked at together: they stay in the cache
TOGETHER = 32  # single pairs asked for together


@dataclass(frozen=True)
class Weights:
    """What a pair is worth over all tiers: see ``partner_links``. ``bonus`` for earlier pairs."""

    levels: tuple[tuple[str, int], ...]
    head: Longs
    per_least: int
    per_point: int
    per_kept: int


@dataclass
class Matching:
    """A matching of people 0..n-1 (of those who take part) with prices that prove it."""

    mate: Longs
    price: Longs
    odd: Longs
    up: Longs
    child: Longs
    after: Longs

    @cached_property
    def sets(self) -> list[tuple[list[int], int]]:
        """The odd sets that have a price, each with its people."""
        n = len(self.mate)
        inside: dict[int, list[int]] = {}
        for person in range(n):
            above = int(self.up[person])
            while above >= 0:
                inside.setdefault(above, []).append(person)
                above = int(self.up[above])
        return [(inside[s], int(self.odd[s])) for s in sorted(inside) if self.odd[s] > 0]


class Pairing:
    """All pairs of ``people`` in blocks, their weights, and the growing sparse graph.

    Within it people are numbered 0..n-1; the code of a pair a < b is ``a * n + b``.
    """

    def __init__(self, instance: Instance, people: NDArray[np.intp], weights: Weights) -> None:
        self.instance, self.people, self.weights = instance, people, weights
        self.n = len(people)
        self.head = weights.head[people]
        place = {int(person): at for at, person in enumerate(people.tolist())}
        self.earlier = sorted(
            (place[a], place[b])
            for a, b in previous_pairs(instance)
            if weights.per_kept and a in place and b in place
        )
        self.codes = np.empty(0, np.int64)
        self.weight = np.empty(0, np.int64)

    def blocks(self) -> Iterator[tuple[int, int, Ints, Ints]]:
        """Yield (row, column, there, back) over all pairs a < b."""
        block = self.instance.links.block
        step = max(1, min(self.n, int(BLOCK**0.5)))
        for row in range(0, self.n, step):
            rows = self.people[row : row + step]
            for column in range(row, self.n, step):
                columns = self.people[column : column + step]
                there = np.ascontiguousarray(block(rows, columns))
                back = there if column == row else np.ascontiguousarray(block(columns, rows))
                yield row, column, there, back

    def add(self, a: Longs, b: Longs, weight: Longs) -> int:
        """Join pairs to the graph, unless they are there; return how many are new."""
        codes, first = np.unique(np.minimum(a, b) * self.n + np.maximum(a, b), return_index=True)
        new = ~np.isin(codes, self.codes) & (weight[first] > 0)
        joined = np.concatenate([self.codes, codes[new]])
        order = np.argsort(joined)
        self.codes = joined[order]
        self.weight = np.concatenate([self.weight, weight[first][new]])[order]
        return int(new.sum())

    def without(self, gone: Collection[int]) -> Pairing:
        """Return all pairs of the others, with the same graph between them."""
        stay = np.ones(self.n, np.bool_)
        stay[list(gone)] = False
        rest = Pairing(self.instance, self.people[stay], self.weights)
        number = np.cumsum(stay) - 1
        a, b = self.codes // self.n, self.codes % self.n
        both = stay[a] & stay[b]
        rest.codes = number[a[both]] * rest.n + number[b[both]]
        rest.weight = self.weight[both]
        return rest

    def add_earlier(self) -> None:
        """Join the pairs that were matched before, with what keeping them is worth."""
        w = self.weights
        for a, b in self.earlier:
            there, back = both_ways(self.instance, int(self.people[a]), int(self.people[b]))
            if min(there, back) == FORBIDDEN:
                continue
            weight = int(self.head[a] + self.head[b]) + w.per_kept
            weight += w.per_least * min(there, back) + w.per_point * (there + back)
            self.add(*(np.array([x], np.int64) for x in (a, b, weight)))

    def add_best(self, near: int) -> int:
        """Join the best partners of everybody; return the most points of a pair, both ways.

        One pass over all pairs.
        """
        from cohortopt.solvers.exchange.partner_links import best_partners

        weights, others, counts = heaps(self.n, near)
        w = self.weights
        most = 0
        for row, column, there, back in self.blocks():
            points = best_partners(
                there, back, row, column, self.head, w.per_least, w.per_point,
                weights, others, counts,
            )  # fmt: skip
            most = max(most, int(points))
        a, b, weight = listed(weights, others, counts)
        self.add(a, b, weight)
        return most

    def add_short(self, matching: Matching, most: int) -> tuple[int, Longs]:
        """Join pairs that prices do not cover; return how many, and what each person lacks."""
        from cohortopt.solvers.exchange.partner_links import price_out, weights_of

        lacks, others, counts = heaps(self.n, most)
        short = np.zeros(self.n, np.int64)
        w, m = self.weights, matching
        for row, column, there, back in self.blocks():
            price_out(
                there, back, row, column, self.head, w.per_least, w.per_point,
                m.price, m.up, m.odd, lacks, others, counts, short,
            )  # fmt: skip
        a, b, lack = listed(lacks, others, counts)
        return self.add(a, b, weights_of(lack, a, b, m.price, m.up, m.odd)), short

    def graph(self) -> tuple[Longs, Longs, Longs]:
        """Return start, to, weight of the graph, both directions of every link."""
        a, b = self.codes // self.n, self.codes % self.n
        tail, to = np.concatenate([a, b]), np.concatenate([b, a])
        order = np.lexsort([to, tail])
        start = np.searchsorted(tail[order], np.arange(self.n + 1)).astype(np.int64)
        return start, to[order], np.concatenate([self.weight, self.weight])[order]


def heaps(n: int, room: int) -> tuple[Longs, Longs, Longs]:
    """Return empty heaps (weights, others, counts) of ``room`` pairs for each person."""
    return np.zeros((n, room), np.int64), np.zeros((n, room), np.int64), np.zeros(n, np.int64)


def listed(weights: Longs, others: Longs, counts: Longs) -> tuple[Longs, Longs, Longs]:
    """Return the pairs in heaps as (a, b, weight)."""
    mine = np.arange(others.shape[1])[None, :] < counts[:, None]
    return np.repeat(np.arange(len(counts)), counts), others[mine], weights[mine]


def both_ways(instance: Instance, a: int, b: int) -> tuple[int, int]:
    """Return the points a -> b and b -> a."""
    return all_both_ways(instance, [(a, b)])[0]


def all_both_ways(instance: Instance, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the points a -> b and b -> a of every pair, asked for some pairs at a time."""
    block = instance.links.block
    found: list[tuple[int, int]] = []
    for start in range(0, len(pairs), TOGETHER):
        one, other = np.array(pairs[start : start + TOGETHER], np.intp).T
        there, back = block(one, other).diagonal(), block(other, one).diagonal()
        found += zip(there.tolist(), back.tolist(), strict=True)
    return found


@dataclass
class Cover:
    """Prices and assignment of the double cover, kept from round to round."""

    row_price: Longs
    column_price: Longs
    column_of: Longs
    row_of: Longs
    is_fresh: bool = True

    @classmethod
    def empty(cls, n: int) -> Cover:
        """Return the cover of nobody matched."""
        return cls(np.zeros(n, np.int64), np.zeros(n, np.int64), *np.full((2, n), -1, np.int64))

    def solve(self, start: Longs, to: Longs, weight: Longs) -> None:
        """Make the assignment best on this graph, from where it was."""
        from cohortopt.solvers.exchange.partner_cover import reduce_rows, repair, shortest_paths

        u, v, columns, rows = self.row_price, self.column_price, self.column_of, self.row_of
        if self.is_fresh:
            reduce_rows(start, to, weight, u, v, columns, rows)
            self.is_fresh = False
        else:
            repair(start, to, weight, u, v, columns, rows)
        shortest_paths(start, to, weight, u, v, columns, rows)
        shortest_paths(start, to, weight, v, u, rows, columns)  # columns that were let go


def best_matching(graph: tuple[Longs, Longs, Longs], cover: Cover) -> Matching:
    """Return a matching of greatest weight of a sparse graph, with prices that prove it."""
    from cohortopt.solvers.exchange.partner_blossom import complete
    from cohortopt.solvers.exchange.partner_cover import unfold

    start, to, weight = graph
    n = len(start) - 1
    cover.solve(start, to, weight)
    mate = np.full(n, -1, np.int64)
    unfold(cover.column_of, cover.row_of, mate)
    price = cover.row_price + cover.column_price
    odd = np.zeros(2 * n, np.int64)
    up, child, after = np.full((3, 2 * n), -1, np.int64)
    complete(start, to, weight, price, mate, odd, up, child, after)
    return Matching(mate, price, odd, up, child, after)


def match_all(pairing: Pairing, clock: Clock) -> tuple[Matching, bool]:
    """Return the best matching over all pairs and whether it is proven.

    If the clock ends it, prices are raised until they cover all pairs: still a bound.
    """
    cover = Cover.empty(pairing.n)
    while True:
        matching = best_matching(pairing.graph(), cover)
        new, short = pairing.add_short(matching, WORST)
        clock.say("partners", int(new))
        if not new:
            return matching, True
        if clock.is_over:
            matching.price += short
            return matching, False

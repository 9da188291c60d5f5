"""The loop behind :mod:`~cohortopt.solvers.pairs.transport`: repair by shortest paths, price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.flow_kernels import Scratch, Side, augment, restore
from cohortopt.solvers.pairs.pricing import SAFE, Block, Table, Weighing, cheap_links, left_out
from cohortopt.solvers.pairs.transport_parts import (
    LEAST_KEPT,
    Candidates,
    Transport,
    Wants,
    candidates,
)

ADDED = 6  # links added for one taker in one round
SAMPLED = 2_000  # from so many takers on, a sample of them may show what givers will cost
SAMPLE = 8
PATHS = 256  # between two looks at the clock


class Engine:
    """One run: the table of known links, the prices, and the loop of repair and pricing."""

    def __init__(
        self,
        block: Block,
        weighing: Weighing,
        givers: Wants,
        takers: Wants,
        clock: Clock,
        start: Candidates,
    ) -> None:
        self.start = start
        self.contested = start.prices is not None  # known to be, and dealt with
        self.incumbent: Table | None = None  # best of the links known at the time
        self.block = block
        self.weighing = weighing
        self.givers = givers
        self.takers = takers
        self.clock = clock
        self.facts: dict[str, Any] = {"rounds": 0, "paths": 0}

    def run(self) -> Transport:
        start = self.start
        return self.solve(self.weighing.table(start.givers, start.takers, start.points))

    def solve(self, table: Table) -> Transport:
        self.table = table
        self.big = self._big()
        guess = self.start.prices or (self._prices(self.givers), self._prices(self.takers))
        self.giver_price, self.taker_price = guess[0].copy(), guess[1].copy()
        return self._result(self._repair() and (self.start.complete or self._price()))

    def _big(self) -> int:
        """Return what a link below a minimum load earns: more than all that it can cost.

        An improving cycle of the flow passes two nodes' loads and alternates over at most
        ``2 * min(G, T) + 1`` links, so its other gains are below one large bonus plus that many
        of the largest weights. Hence more loads are always met first, if possible.
        """
        top = int(np.abs(self.table.weights).max(initial=0))
        chain = (2 * min(len(self.givers.most), len(self.takers.most)) + 1) * top
        bonus = max(
            int(side.bonus.max(initial=0)) + int(side.toll.max(initial=0))
            for side in (self.givers, self.takers)
        )
        loads = bool(self.givers.least.any() or self.takers.least.any())
        big = bonus + chain + 1 if loads else 0
        if big + bonus + chain >= SAFE:
            raise OverflowError(
                f"the weights of links (up to {top}) and seats (up to {bonus}) are too large for"
                " 64-bit integers: use fewer tiers, smaller points or smaller priorities"
            )
        return big

    def _prices(self, wants: Wants) -> Longs:
        """Return prices at which nobody wants a first link."""
        first = np.where(wants.least > 0, self.big, 0) + wants.bonus
        return np.where(wants.most > 0, wants.toll - first, 0).astype(np.int64)

    def _sides(self) -> tuple[Side, Side]:
        table = self.table
        links = np.arange(len(table.takers), dtype=np.int32)
        by_giver = np.argsort(table.givers, kind="stable").astype(np.int32)
        takers = _side(self.takers, table.takers, links, table.taken, self.taker_price)
        givers = _side(self.givers, table.givers, by_giver, table.taken, self.giver_price)
        return givers, takers

    def _repair(self) -> bool:
        """Make links and prices of the table settled, from whatever they are; False: cut short."""
        givers, takers = self._sides()
        table = self.table
        people = len(givers.price) + len(takers.price)
        room = 2 * len(table.takers) + people + 2
        scratch = Scratch(
            np.empty(room, np.int64),
            np.empty(room, np.int32),
            np.empty(people + 2, np.int32),
            np.empty(room, np.int32),
            np.zeros(2, np.int64),
        )
        restore(takers, givers, table.weights, table.taken, self.big)
        for near, far in ((takers, givers), (givers, takers)):
            root = 0
            while root < len(near.price):
                if self.clock.is_over:
                    return False
                root = augment(
                    near, far, table.weights, table.taken, self.big, root, PATHS, scratch
                )
                self.clock.say("matching")
        self.facts["paths"] += int(scratch.counter[1])
        self.incumbent = replace(table, taken=table.taken.copy())
        return True

    def _price(self) -> bool:
        """Add links that the table lacks and repair, until none is worth adding.

        ``slack[t]`` bounds the reduced weights of all links of taker t outside the table by
        ``-slack[t]``. When prices move, only takers whose slack is used up, and givers whose price
        fell, are looked at again; all others stay proven.
        """
        n_givers, n_takers = len(self.givers.most), len(self.takers.most)
        everyone = np.arange(n_takers, dtype=np.intp)
        slack = self._first_slack()
        some_givers = np.empty(0, dtype=np.intp)
        some_takers = np.flatnonzero(slack < 0)
        near = self.weighing.per_point * 4
        while len(some_takers) or len(some_givers):
            if self.clock.is_over:
                return False
            prices = (self.giver_price.copy(), self.taker_price.copy())
            found = 0
            new = []
            everything = np.arange(n_givers, dtype=np.intp)
            for givers, takers in ((everything, some_takers), (some_givers, everyone)):
                if len(givers) and len(takers):
                    count, links, left = left_out(
                        self.block, self.weighing, self.table, prices, givers, takers, near, ADDED
                    )
                    found += count
                    new.append(links)
                    if takers is some_takers:
                        slack[takers] = left
                    else:
                        slack = np.minimum(slack, left)
            self.facts["rounds"] += 1
            if found == 0:
                return True
            if not self.contested and found > n_takers // 2 and n_takers >= SAMPLED:
                self.contested = True
                self.facts["contested"] = found
                if not self._start_again():
                    return False
                slack[:] = -1
                some_takers = everyone
                continue
            for links in new:
                givers_, takers_, spare = links
                self.table = self.table.add(
                    self.weighing.found(givers_, takers_, spare, prices), n_givers
                )
            if not self._repair():
                return False
            fell = prices[0] - self.giver_price
            some_givers = np.flatnonzero(fell > 0)
            slack -= prices[1] - self.taker_price
            if len(some_givers) * 4 > n_givers:
                slack -= int(fell.max())
                some_givers = some_givers[:0]
            some_takers = np.flatnonzero(slack < 0)
        return True

    def _first_slack(self) -> Longs:
        """Return what is proven of the links left out, from their largest points alone."""
        rest, weighing = self.start.rest, self.weighing
        if rest is None:
            return np.full(len(self.takers.most), -1, dtype=np.int64)
        most = rest.astype(np.int64) * weighing.per_point + weighing.per_link + weighing.lots - 1
        slack = self.taker_price + int(self.giver_price.min(initial=0)) - most
        return np.where(rest < 0, SAFE, slack)

    def _fill(self, table: Table) -> None:
        """Add free links that still fit, best first: for a run that was cut short."""
        gives = np.bincount(table.givers[table.taken == 1], minlength=len(self.givers.most))
        takes = np.bincount(table.takers[table.taken == 1], minlength=len(self.takers.most))
        bonus = np.where(takes == 0, self.takers.bonus, 0)
        for link in np.argsort(-(table.weights + bonus[table.takers]), kind="stable").tolist():
            g, t = table.givers[link], table.takers[link]
            if (
                not table.taken[link]
                and gives[g] < self.givers.most[g]
                and takes[t] < self.takers.most[t]
            ):
                table.taken[link] = 1
                gives[g] += 1
                takes[t] += 1

    def _start_again(self) -> bool:
        """Start from other links when the best of everyone turn out to be contested.

        A sample of takers, each standing for ``SAMPLE`` of them, shows what givers will cost; the
        best links of every taker at these prices are added, and all is solved afresh. A guess:
        only which links are known depends on it.
        """
        n_givers, n_takers = len(self.givers.most), len(self.takers.most)
        some = np.arange(0, n_takers, SAMPLE, dtype=np.intp)
        seat = int(np.median(self.takers.bonus)) // self.weighing.per_point
        takers = Wants.of(np.minimum(self.takers.most[some].astype(np.int64) * SAMPLE, n_givers))
        givers = Wants.of(self.givers.most)
        none = np.empty(0, dtype=np.int32)
        extra = (none, none, np.empty(0, dtype=np.int64))

        def block(near: NDArray[np.intp], far: NDArray[np.intp]) -> Ints:
            return self.block(near, some[far])

        sample = Engine(
            block,
            Weighing(1, min(seat, SAFE >> 20), 0, 1, extra),
            givers,
            takers,
            self.clock,
            candidates(block, givers.most, takers.most),
        )
        sample.contested = True
        result = sample.run()
        if not result.finished:
            return False
        price = np.clip(result.giver_price, 0, 2**30).astype(np.int32)
        links = cheap_links(self.block, n_givers, n_takers, price, LEAST_KEPT)
        self.table = self.table.add(self.weighing.table(*links), n_givers)
        self.table.taken[:] = 0
        self.giver_price = (
            self._prices(self.givers) + price.astype(np.int64) * self.weighing.per_point
        )
        self.taker_price = self._prices(self.takers)
        return self._repair()

    def _worth(self, table: Table) -> tuple[int, int]:
        """Return how good an assignment is: loads missing (negative), then the value."""
        chosen = table.taken == 1
        gives = np.bincount(table.givers[chosen], minlength=len(self.givers.most))
        takes = np.bincount(table.takers[chosen], minlength=len(self.takers.most))
        value = sum(table.weights[chosen].tolist())
        for side, loads in ((self.givers, gives), (self.takers, takes)):
            value += sum(side.bonus[loads > 0].tolist()) - sum((side.toll * loads).tolist())
        short = int(np.maximum(self.givers.least - gives, 0).sum())
        return -short - int(np.maximum(self.takers.least - takes, 0).sum()), value

    def _result(self, finished: bool) -> Transport:
        table = self.table
        if not finished:
            greedy = replace(table, taken=np.zeros_like(table.taken))
            found = [table, greedy, *([self.incumbent] if self.incumbent else [])]
            for one in found:
                self._fill(one)
            table = max(found, key=self._worth)
        chosen = np.flatnonzero(table.taken)
        chosen = chosen[np.lexsort((table.takers[chosen], table.givers[chosen]))]
        givers, takers = table.givers[chosen], table.takers[chosen]
        gives = np.bincount(givers, minlength=len(self.givers.most))
        takes = np.bincount(takers, minlength=len(self.takers.most))
        _, value = self._worth(table)
        self.facts["links"] = len(table.takers)
        return Transport(
            givers,
            takers,
            table.points[chosen],
            table.weights[chosen],
            self.giver_price,
            self.taker_price,
            value,
            finished,
            np.flatnonzero(gives < self.givers.least).astype(np.int32),
            np.flatnonzero(takes < self.takers.least).astype(np.int32),
            table,
            self.facts,
        )


def _side(wants: Wants, end: Ints, link: Ints, taken: NDArray[np.uint8], price: Longs) -> Side:
    """Return one side of the links; ``link`` lists them node by node; ``price`` is shared."""
    n = len(wants.most)
    count = np.bincount(end, minlength=n)
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(count, out=start[1:])
    first = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.minimum(count, wants.most) + 1, out=first[1:])  # + 1: one more along a path
    held = np.empty(int(first[-1]), dtype=np.int32)
    have = link[taken[link] == 1]
    nodes = end[have]
    degree = np.bincount(nodes, minlength=n)
    rank = np.arange(len(have)) - (np.cumsum(degree) - degree)[nodes]
    held[first[nodes] + rank] = have
    return Side(
        start,
        link,
        end,
        price,
        degree.astype(np.int32),
        wants.most,
        wants.least,
        wants.bonus,
        wants.toll,
        first,
        held,
        np.zeros(n, np.int64),
        np.zeros(n, np.int32),
        np.zeros(n, np.int32),
    )

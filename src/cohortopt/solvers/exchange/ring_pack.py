"""Choosing rings when there are many: prices, dives, and large neighbourhoods solved exactly.

1. The linear program over all rings gives whole prices and a bound (``ring_lp``).
2. A dive rounds it: the fullest rings are fixed, the program is solved again, and so on.
3. A neighbourhood frees people around a wasteful place, and branch and bound (``packing_tree``)
   chooses again among the rings inside, the rest staying as it is. With prices every ring has a
   slack (prices of its people minus its weight): a choice falls short of the bound by the slack
   of its rings and the prices of those left alone, its waste. So neighbourhoods grow from waste
   along rings of little slack, and rings that alone waste more than the whole gap never help
   (reduced-cost fixing). Their size follows the time they take.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import Columns
from cohortopt.solvers.exchange.ring_lp import Prices, RingProgram

FIRST_SIZE = 100  # people freed in the first neighbourhoods
LEAST_SIZE = 30
QUICK, SLOW = 0.25, 1.0  # seconds after which neighbourhoods grow and shrink
PATIENCE = 60  # neighbourhoods without a gain before the next dive
NEIGHBOURHOODS = 150  # in all, where the clock must not matter
NODES = 2_000  # of one neighbourhood, where the clock must not matter


@dataclass
class Packing:
    """Rings being chosen to earn the most ``gain : (m,)`` in all; ``best`` holds their rows."""

    n: int
    columns: Columns
    gain: Longs
    clock: Clock
    best: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    prices: Prices | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def value(self) -> int:
        """What the best choice earns."""
        return int(self.gain[self.best].sum())

    @property
    def limit(self) -> int | None:
        """What no choice can exceed, once there are prices."""
        return None if self.prices is None else self.prices.limit(())

    @property
    def is_proven(self) -> bool:
        """Whether nothing can be better."""
        return self.limit is not None and self.value >= self.limit

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Remember an answer if it is the best so far."""
        with self.lock:
            if int(self.gain[rows].sum()) > self.value:
                self.best = np.sort(rows)
                self.clock.say("rings", self.value, self.limit)

    def run(self) -> None:
        """Improve until proven or out of time."""
        self.keep(greedy(self.n, self.columns, self.gain))
        if not len(self.columns) or self.clock.is_over:
            return
        program = RingProgram(self.n, self.columns, self.gain)
        program.solve(self.clock.share(0.5))
        if not program.is_solved:
            return
        self.prices = program.whole_prices()
        self.clock.say(
            "preparing the search (compiles once on a machine; that time is not counted)"
        )
        random = np.random.default_rng(self.clock.budget.seed)
        noise, left = 0.0, NEIGHBOURHOODS
        while not self.is_proven and not self.clock.is_over and left > 0:
            level = noise
            part = self.clock.share(0.7)
            rows = program.dive(lambda many, level=level: level * random.random(many), part)
            start = greedy(self.n, self.columns, self.gain, rows)
            left -= self.improve(start, random, left)
            noise = 0.3

    def improve(self, rows: NDArray[np.intp], random: np.random.Generator, most: int) -> int:
        """Solve neighbourhoods of an answer until it stays as it is; return how many."""
        self.keep(rows)
        around = Neighbourhoods(self, rows, random)
        if self.clock.budget.reproducible:
            return around.count_to(most)
        threads = max(1, self.clock.budget.threads)
        if threads == 1:
            return around.climb()
        team = [around, *(Neighbourhoods(self, rows, one) for one in random.spawn(threads - 1))]
        for one in team:
            one.team = team
        with ThreadPoolExecutor(threads) as pool:
            return sum(done.result() for done in [pool.submit(one.climb) for one in team])


@dataclass
class Neighbourhoods:
    """An answer (``rows``) that is improved part by part."""

    packing: Packing
    rows: NDArray[np.intp]
    random: np.random.Generator
    team: Sequence[Neighbourhoods] = ()  # others that improve the same answer

    @property
    def value(self) -> int:
        """What the answer earns."""
        return int(self.packing.gain[self.rows].sum())

    def count_to(self, most: int) -> int:
        """Solve ``most`` neighbourhoods, fewer if the answer stays as it is; return how many."""
        idle = done = 0
        while idle < PATIENCE and done < most and not self.packing.is_proven:
            gained = self.solve(FIRST_SIZE * (1 + idle // 20), self.packing.clock)
            idle, done = 0 if gained > 0 else idle + 1, done + 1
            self.packing.keep(self.rows)
        return done

    def climb(self) -> int:
        """Solve neighbourhoods, sized by the processor time they take; return how many."""
        clock = self.packing.clock
        size, idle, done = FIRST_SIZE, 0, 0
        while idle < PATIENCE and not clock.is_over and not self.packing.is_proven:
            begun = time.thread_time()
            gained = self.solve(size, clock.share(min(1.0, 3.0 / max(clock.left, 1e-3))))
            self.packing.keep(self.rows)
            ahead = max(self.team, key=lambda one: one.value, default=self)
            if ahead.value > self.value:
                self.rows, gained = ahead.rows, 1
            idle, done = 0 if gained > 0 else idle + 1, done + 1
            took = time.thread_time() - begun
            if took < QUICK:
                size = min(self.packing.n, size + max(4, size // 10))
            elif took > SLOW:
                size = max(LEAST_SIZE, size - size // 5)
        return done

    def solve(self, size: int, clock: Clock) -> int:
        """Free about ``size`` people, choose again, and return what was gained."""
        from cohortopt.solvers.exchange.packing_tree import Aims, Search

        packing, columns = self.packing, self.packing.columns
        prices = packing.prices
        assert prices is not None
        gap = prices.bound - int(packing.gain[self.rows].sum()) * prices.scale
        ring_of = np.full(packing.n, -1, np.int64)
        for row in self.rows.tolist():
            ring_of[list(columns.members(row))] = row
        size = min(size, packing.n)
        free = self._around(size, ring_of, gap)
        inside = np.where(columns.people >= 0, free[columns.people], True).all(axis=1)
        old = self.rows[free[columns.people[self.rows, 0]]]
        candidates = np.union1d(
            np.flatnonzero(inside & (prices.slack <= (gap if size >= packing.n else gap // 2))), old
        )
        aims = Aims.plain(packing.gain[candidates], int(packing.gain[old].sum()))
        search = Search(columns.people[candidates], aims)
        search.run(clock, NODES)
        if search.rows is None:
            return 0
        new = candidates[search.rows]
        gained = int(packing.gain[new].sum() - packing.gain[old].sum())
        if gained < 0:
            return 0
        self.rows = np.sort(np.concatenate([np.setdiff1d(self.rows, old), new]))
        return gained

    def _around(self, size: int, ring_of: Longs, gap: int) -> NDArray[np.bool_]:
        """Return who is freed: from a wasteful place outwards, along rings of little slack."""
        packing = self.packing
        prices, columns = packing.prices, packing.columns
        assert prices is not None
        n = packing.n
        if size >= n:
            return np.ones(n, np.bool_)
        waste = np.where(ring_of >= 0, prices.slack[ring_of] / columns.size[ring_of], prices.price)
        chance = (waste + prices.scale) / (waste + prices.scale).sum()
        free = np.zeros(n, np.bool_)

        def let_go(person: int) -> None:
            row = ring_of[person]
            free[list(columns.members(row)) if row >= 0 else [person]] = True

        let_go(int(self.random.choice(n, p=chance)))
        good = np.flatnonzero(prices.slack <= max(gap // 3, prices.scale))
        people = columns.people[good]
        ease = 1.0 / (prices.slack[good] / prices.scale + 1.0 + gap / (50.0 * prices.scale))
        while free.sum() < size:
            touched = np.where(people >= 0, free[people], False).sum(axis=1)
            border = np.flatnonzero((touched > 0) & (touched < columns.size[good]))
            if not len(border):
                let_go(int(self.random.choice(n, p=chance)))
                continue
            many = min(len(border), 1 + size // 20)
            odds = ease[border] / ease[border].sum()
            for row in self.random.choice(border, many, replace=False, p=odds).tolist():
                for person in people[row, : columns.size[good[row]]].tolist():
                    let_go(person)
        return free


def greedy(n: int, columns: Columns, gain: Longs, begun: Sequence[int] = ()) -> NDArray[np.intp]:
    """Return ``begun`` and more rings, the most gain per person first, nobody sitting twice."""
    from cohortopt.solvers.exchange.ring_kernels import fill

    busy = np.zeros(n, np.bool_)
    for row in begun:
        busy[list(columns.members(row))] = True
    order = np.argsort(-gain / columns.size, kind="stable")
    order = order[gain[order] > 0]
    more = fill(order, columns.people, columns.size, busy)
    return np.array(sorted([*begun, *more.tolist()]), np.intp)

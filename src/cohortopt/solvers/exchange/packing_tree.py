"""Choosing the best rings of a few hundred people: branch and bound with compiled linear programs.

Cuts close next to nothing in these packings, so what counts is how many nodes are looked at in a
second. The best bound goes first, in levels: everything below it within a level is done depth
first, each linear program from the one before. Dives from open nodes find choices long before
the tree is done. Two threads share the open nodes.

Earlier tiers are floors. They enter the gain with multipliers (those of the linear program with
these floors), which bounds every choice that reaches them.
"""

from __future__ import annotations

import heapq
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Ints, Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.packing_basis import Simplex, simplex
from cohortopt.solvers.exchange.tree_kernels import LONGEST, Tree, tree
from cohortopt.solvers.exchange.tree_search import dive, explore

TALLEST = 1000.0  # the greatest gain in the linear programs
STEP = 0.3  # of what is left of the gap, that a level is deep
LEAST_STEP = 0.1  # of the whole gap: a start elsewhere takes as long as fifty pivots
MOST_STEP = 0.0015  # of the bound: twice as deep a level takes several times as many nodes
DIVE = 300  # linear programs of one dive
DIVING = 20.0  # part of all pivots that dives take, by what the gap is of the bound
MOST_DIVING = 0.5
AT_ONCE = 100  # nodes between two looks at the clock
Path = tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class Aims:
    """What rings earn and must reach: ``gain : (m,)``, and ``amounts : (floors, m)``.

    A choice is sought that earns ``least`` or more and whose amounts reach ``floors``.
    ``multipliers : (floors,)`` say what a unit of each counts in the bounds.
    """

    gain: Longs
    least: int
    amounts: Longs
    floors: Longs
    multipliers: NDArray[np.float64]

    @staticmethod
    def plain(gain: Longs, least: int) -> Aims:
        """Return aims without floors."""
        none = np.zeros(0, np.int64)
        return Aims(gain, least, np.zeros((0, len(gain)), np.int64), none, np.zeros(0))


@dataclass
class Search:
    """The best choice among rings ``people : (m, width)``, padded with -1.

    ``must`` says by person who has to be in a ring, as no choice reaches the floors otherwise.
    ``rows`` are the chosen rings, None while nothing is good enough; ``bound`` is what no choice
    that reaches the floors exceeds, or ``least - 1`` where that is less.
    """

    people: Ints
    aims: Aims
    must: NDArray[np.bool_] | None = None
    rows: NDArray[np.intp] | None = None
    nodes: int = 0
    open: list[tuple[float, int, Path, Ints]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known, at = np.unique(self.people, return_inverse=True)
        first = int(len(known) > 0 and known[0] < 0)
        self.n = len(known) - first  # only who is in a ring; -1 stays
        must = self.must
        self.needed = np.zeros(self.n, np.bool_) if must is None else must[known[first:]]
        self.people = (at.reshape(self.people.shape) - first).astype(np.int32)
        aims = self.aims
        weight = aims.gain + aims.multipliers @ aims.amounts
        self.unit = TALLEST / max(1.0, float(weight.max(initial=1.0)))
        self.weight = weight * self.unit
        self.base = float(aims.multipliers @ aims.floors) * self.unit
        self.aim = aims.least * self.unit + self.base
        self.stuck = self.root = -np.inf
        spare = np.arange(len(self.people), len(self.people) + self.n, dtype=np.int32)
        self.open.append((-np.inf, 0, (), spare))
        self.busy: dict[int, float] = {}  # bounds of what each thread is at
        self.ready = threading.Condition()
        self.made = 0

    @property
    def least(self) -> float:
        """What a bound must reach to be of interest, a quarter of a unit left for rounding."""
        return self.aim - 0.25 * self.unit

    @property
    def bound(self) -> int | None:
        """What no choice earns more than; None before the first node."""
        open_bound = -self.open[0][0] if self.open else -np.inf
        top = max([self.stuck, open_bound, *self.busy.values()])
        if top < self.least:
            return round((self.aim - self.base) / self.unit) - 1
        return None if top == np.inf else int((top - self.base) / self.unit + 0.25)

    def run(self, clock: Clock, nodes: int | None = None) -> None:
        """Search until it is done, ``nodes`` were looked at, or the time is over."""
        threads = 1 if clock.budget.reproducible else max(1, clock.budget.threads)
        if not len(self.people):
            self.open.clear()
            if self.least <= 0 and (self.aims.floors <= 0).all():
                self.rows, self.aim = np.empty(0, np.intp), self.unit + self.base
        elif threads == 1 or nodes is not None:
            self._work(clock, nodes)
        else:
            with ThreadPoolExecutor(threads) as pool:
                for done in [pool.submit(self._work, clock, nodes) for _ in range(threads)]:
                    done.result()

    def _work(self, clock: Clock, nodes: int | None) -> None:
        aims, me = self.aims, threading.get_ident()
        program = simplex(self.people, self.weight, self.n)
        program.high[len(self.people) :][self.needed] = 0.0  # no spare seat
        own = aims.gain.astype(np.float64) * self.unit
        memory = tree(self.n, own, aims.amounts, aims.floors)
        while True:
            with self.ready:
                while not self.open and self.busy:
                    self.ready.wait()
                over = clock.is_over or (nodes is not None and self.nodes >= nodes)
                if not self.open or over:
                    return
                end, _, path, head = heapq.heappop(self.open)
                if -end < self.least:
                    self.open.clear()
                    continue
                if len(path) > LONGEST - 4:
                    self.stuck = max(self.stuck, -end)
                    continue
                self.busy[me] = -end
            try:
                self._explore(program, memory, -end, path, head)
            finally:
                with self.ready:
                    del self.busy[me]
                    self.ready.notify_all()

    def _explore(self, program: Simplex, memory: Tree, end: float, path: Path, head: Ints) -> None:
        """Explore one open node, and take over what was found and what is left."""
        for k, (variable, way) in enumerate(path):
            memory.path[k], memory.ways[k] = variable, way
        memory.head[:] = head
        nodes, choices = memory.count[0], memory.count[2]
        memory.aim[:] = self.aim, self.unit, self.base
        level, diving = self.aim, -1.0
        if end < np.inf:
            step = max(STEP * (end - self.aim), LEAST_STEP * (self.root - self.aim))
            level = end - min(step, MOST_STEP * (end - self.base))
            diving = min(MOST_DIVING, DIVING * (end - self.aim) / (end - self.base))
        if memory.count[5] < diving * program.pivots[1]:
            dive(program, memory, len(path), DIVE)
        explore(program, memory, len(path), max(level, self.aim), AT_ONCE)
        with self.ready:
            self.nodes += int(memory.count[0] - nodes)
            if memory.count[2] > choices:
                rows = memory.best[: int(memory.count[4])].astype(np.intp)
                aim = (int(self.aims.gain[rows].sum()) + 1) * self.unit + self.base
                if self.rows is None or aim > self.aim:
                    self.rows, self.aim = rows, aim
            for k in range(int(memory.count[3])):
                steps = slice(int(memory.open_length[k]))
                ways = zip(
                    memory.open_path[k, steps].tolist(),
                    memory.open_ways[k, steps].tolist(),
                    strict=True,
                )
                self.made += 1
                head = memory.open_head[k].copy()
                node = (-float(memory.open_bound[k]), self.made, tuple(ways), head)
                heapq.heappush(self.open, node)
            if end == np.inf and self.open:
                self.root = -self.open[0][0]

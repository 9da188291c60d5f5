"""Seeded pairs in numbers: n mentees, n / 4 mentors of capacity 4, points in blocks.

Needs numpy only, so that every peer's interpreter can run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

KINDS = ("embedding", "coarse", "skewed", "roster")


@dataclass(frozen=True)
class Table:
    """``block(givers, takers) -> (g, t) int32`` of local indices; -1 where not allowed."""

    block: Callable[[Any, Any], Any]
    capacity: Any  # (G,)
    takers: int

    def square(self) -> Any:
        """Return all points as ``(G, T) int32``, block by block."""
        count = len(self.capacity)
        points = np.empty((count, self.takers), dtype=np.int32)
        everyone = np.arange(self.takers)
        for begin in range(0, count, 200):
            some = np.arange(begin, min(count, begin + 200))
            points[some] = self.block(some, everyone)
        return points


def table(kind: str, n: int, seed: int = 1) -> Table:
    """Return one instance.

    embedding: cosine of 64-dimensional vectors, 0..1000. coarse: the same in steps of 50.
    skewed: 30 fields whose demand and supply differ widely. roster: wanted skills covered by
    offered ones (of 40, importance 1..5), mentors above mentees only.
    """
    rng = np.random.default_rng(seed)
    count = n // 4
    capacity = np.full(count, 4, dtype=np.int32)
    if kind == "roster":
        return Table(_roster(rng, count, n), capacity, n)
    size = 16 if kind == "skewed" else 64
    giver, taker = rng.normal(size=(count, size)), rng.normal(size=(n, size))
    if kind == "skewed":
        centre = rng.normal(size=(30, size))
        demand = rng.dirichlet(np.ones(30))
        giver = centre[rng.integers(0, 30, count)] + 0.3 * giver
        taker = centre[rng.choice(30, n, p=demand)] + 0.3 * taker
    giver = (giver / np.linalg.norm(giver, axis=1, keepdims=True)).astype(np.float32)
    taker = (taker / np.linalg.norm(taker, axis=1, keepdims=True)).astype(np.float32)

    def block(givers: Any, takers: Any) -> Any:
        score = giver[givers] @ taker[takers].T
        score += np.float32(1)
        score *= np.float32(500)
        np.rint(score, out=score)
        points = score.astype(np.int32)
        if kind == "coarse":
            points //= 50
            points *= 50
        return points

    return Table(block, capacity, n)


def _roster(rng: np.random.Generator, count: int, n: int) -> Callable[[Any, Any], Any]:
    offered = (rng.random((count, 40)) < 0.15) * rng.integers(1, 6, (count, 40)) / 5
    wanted = (rng.random((n, 40)) < 0.08) * rng.integers(1, 6, (n, 40))
    wanted = wanted / np.maximum(wanted.sum(axis=1, keepdims=True), 1)
    offered, wanted = offered.astype(np.float32), wanted.astype(np.float32)
    level_giver, level_taker = rng.integers(3, 8, count), rng.integers(1, 6, n)

    def block(givers: Any, takers: Any) -> Any:
        points = np.rint(offered[givers] @ wanted[takers].T * np.float32(1000)).astype(np.int32)
        points[level_giver[givers][:, None] <= level_taker[takers][None, :]] = -1
        return points

    return block

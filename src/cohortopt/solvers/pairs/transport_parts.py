"""What the transport engine starts from and gives back: wants, candidate links, the result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.pairs.pricing import Block, Table, all_links, best_links

DENSE = 150_000  # up to so many possible links all are taken up at once
LEAST_KEPT = 12  # links kept of each giver and of each taker at first


@dataclass(frozen=True)
class Transport:
    """The links chosen, and the prices that prove them best.

    ``givers, takers, points, weights : (m,)`` ordered by giver, then taker. ``value`` is the sum of
    weights and bonuses. ``finished``: solved and priced over every link, hence best.
    ``short_givers``, ``short_takers``: local indices that got less than their minimum; when
    finished, this proves that the minimum loads cannot all be met.
    """

    givers: Ints
    takers: Ints
    points: Ints
    weights: Longs
    giver_price: Longs
    taker_price: Longs
    value: int
    finished: bool
    short_givers: Ints
    short_takers: Ints
    known: Table  # all links looked at one by one; those nearest to being chosen are among them
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wants:
    """What the nodes of one side can have, earn and pay: ``(n,)`` each."""

    least: Ints
    most: Ints
    bonus: Longs
    toll: Longs

    @classmethod
    def of(
        cls,
        most: NDArray[Any],
        least: NDArray[Any] | None = None,
        bonus: NDArray[Any] | None = None,
        toll: NDArray[Any] | None = None,
    ) -> Wants:
        """Return the wants with the defaults filled in."""
        n = len(most)
        return cls(
            np.zeros(n, np.int32) if least is None else np.asarray(least, np.int32),
            np.asarray(most, np.int32),
            np.zeros(n, np.int64) if bonus is None else np.asarray(bonus, np.int64),
            np.zeros(n, np.int64) if toll is None else np.asarray(toll, np.int64),
        )


@dataclass(frozen=True)
class Candidates:
    """Links to start from: ``givers, takers, points : (m,)``; ``complete``: there are no others.

    ``top`` is the largest points that any allowed link has (0 where there is none). ``rest : (T,)``
    are points that no other link of a taker exceeds, -1 where there is no other. ``prices`` are a
    first guess; the nearer they are, the less is to do.
    """

    givers: Ints
    takers: Ints
    points: Ints
    complete: bool
    rest: Ints | None = None
    prices: tuple[Longs, Longs] | None = None

    @property
    def flat(self) -> Candidates:
        """The same links with 0 points each."""
        rest = None if self.rest is None else np.minimum(self.rest, 0)
        return replace(self, points=np.minimum(self.points, 0), rest=rest)

    @property
    def top(self) -> int:
        """The most points of a link; the best links of everyone include the best of all."""
        return max(0, int(self.points.max(initial=0)))


def candidates(
    block: Block,
    gives_max: NDArray[Any],
    takes_max: NDArray[Any],
    extra: tuple[Ints, Ints] | None = None,
    dense: bool | None = None,
) -> Candidates:
    """Return all links of a small table (``dense``), else the best of each giver and taker."""
    n_givers, n_takers = len(gives_max), len(takes_max)
    if dense is None:
        dense = n_givers * n_takers <= DENSE
    if dense:
        return Candidates(*all_links(block, n_givers, n_takers), True)
    none = np.empty(0, dtype=np.int32)
    per_giver = int(min(n_takers, max(LEAST_KEPT, 3 * np.mean(gives_max))))
    per_taker = int(min(n_givers, max(LEAST_KEPT, 3 * np.mean(takes_max))))
    givers, takers, points, rest = best_links(
        block, n_givers, n_takers, per_giver, per_taker, extra or (none, none)
    )
    return Candidates(givers, takers, points, False, rest)

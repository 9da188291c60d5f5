"""The exact transport engine: best links of a huge table whose entries come in blocks.

``transport`` is the engine that pairs use and that other shapes borrow (the double cover of
partners, advice, stable tiers). It takes ``block(givers, takers) -> points : (g, t) int32`` over
local indices (givers 0..G-1, takers 0..T-1; -1 forbids the link), what each side can have, and
what seats earn; it returns the chosen links and whole prices that prove them best::

    transport(block, gives_max, takes_max, *, gives_min=None, takes_min=None,
              giver_bonus=None, taker_bonus=None, per_point=1, per_link=0,
              giver_toll=None, taker_toll=None,
              extra=None, draw=None, clock=None, start=None) -> Transport

A link weighs ``per_point * points + per_link (+ its extra) (+ its lot)``; a first match earns its
taker's ``taker_bonus`` (giver's ``giver_bonus``), and each match costs its two people their tolls.
Loads are at least ``*_min`` (where possible:
see ``short_givers``, ``short_takers``) and at most ``*_max``.

Method (column generation for assignment: sparse shortest augmenting paths, then pricing; Jonker
and Volgenant 1987, doi:10.1007/BF02278710; Carpaneto and Toth 1983
for solving on a sparse core). Keep
the best few links of every giver and every taker; solve on these; then visit every other link
block by block and add those whose reduced weight is positive; repair from the current prices;
repeat until no link is left. Memory: a block, and about 20 to 40 links a person. What it proves:
with ``r = weight - price_g - price_t``, for every assignment

    value <= sum over links of max(0, r)
             + sum over people of max over min <= k <= max of ((price - toll)*k + bonus*[k >= 1])

and the prices returned make both sides equal (linear programming duality; every number whole).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.pricing import Block, Table, Weighing
from cohortopt.solvers.pairs.transport_parts import Candidates, Transport, Wants, candidates


def transport(
    block: Block,
    gives_max: NDArray[Any],
    takes_max: NDArray[Any],
    *,
    gives_min: NDArray[Any] | None = None,
    takes_min: NDArray[Any] | None = None,
    giver_bonus: NDArray[Any] | None = None,
    taker_bonus: NDArray[Any] | None = None,
    giver_toll: NDArray[Any] | None = None,
    taker_toll: NDArray[Any] | None = None,
    per_point: int = 1,
    per_link: int = 0,
    extra: tuple[Ints, Ints, Longs] | None = None,
    draw: tuple[int, int] | None = None,
    clock: Clock | None = None,
    start: Candidates | None = None,
) -> Transport:
    """Return the best links between givers and takers, with prices that prove it.

    Parameters
    ----------
    block : function of (givers, takers), arrays of local indices, to ``(g, t) int32`` points
    gives_max, takes_max, gives_min, takes_min : (G,), (T,) whole numbers >= 0
    giver_bonus, taker_bonus : (G,), (T,) int64 >= 0, earned by a first match
    giver_toll, taker_toll : (G,), (T,) int64 >= 0, what each match costs
    per_point, per_link : weight of a link = per_point * points + per_link; per_point >= 1
    extra : givers, takers, bonus (int64 >= 0) of links that weigh more than their points say
    draw : (seed, size): adds the lot of each link to its weight; size a power of two
    start : the links to start from, see :func:`candidates` (default: found here); all allowed
        ``extra`` links must be among them

    Raises
    ------
    OverflowError
        If the weights do not fit 64-bit integers with room for sums along a path.
    """
    from cohortopt.solvers.pairs.transport_engine import Engine

    none = np.empty(0, dtype=np.int32)
    seed, lots = draw or (0, 1)
    given, taken, bonus = extra or (none, none, np.empty(0, dtype=np.int64))
    order = np.lexsort((taken, given))
    weighing = Weighing(per_point, per_link, seed, lots, (given[order], taken[order], bonus[order]))
    givers = Wants.of(gives_max, gives_min, giver_bonus, giver_toll)
    takers = Wants.of(takes_max, takes_min, taker_bonus, taker_toll)
    if start is None:
        start = candidates(block, givers.most, takers.most, weighing.extra[:2])
    return Engine(block, weighing, givers, takers, clock or Clock(), start).run()


def solve_links(table: Table, givers: Wants, takers: Wants, clock: Clock) -> Transport:
    """Return the best of the table's links, there being no others; the table is left solved."""
    from cohortopt.solvers.pairs.transport_engine import Engine

    none = np.empty(0, dtype=np.int32)
    weighing = Weighing(1, 0, 0, 1, (none, none, np.empty(0, dtype=np.int64)))
    start = Candidates(table.givers, table.takers, table.points, True)
    engine = Engine(
        lambda g, t: np.empty((len(g), len(t)), np.int32), weighing, givers, takers, clock, start
    )
    return engine.solve(table)

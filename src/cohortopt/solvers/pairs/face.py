"""All assignments that are best on some levels: the problem that later levels are solved on.

After a flow is solved with prices, every assignment of the same value keeps complementary
slackness. With ``r = weight - p_giver - p_taker``: links with ``r > 0`` are in, links with
``r < 0`` are out, and every load maximises ``p * load + bonus * [load >= 1]``. Conversely an
assignment that keeps this has that value. So later levels are solved on what is open (``r = 0``),
block by block like any other problem, and nothing depends on how many assignments are tied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.pairs.pricing import Block, lots_of
from cohortopt.solvers.pairs.problem import LOTS, PairsProblem, places

if TYPE_CHECKING:
    from cohortopt.solvers.pairs.transport_parts import Transport

Level = tuple[str, int]


@dataclass(frozen=True)
class Solved:
    """One group of levels and the prices that prove it on the face of the groups before."""

    levels: list[Level]
    giver_price: Longs
    taker_price: Longs


def narrowed(
    problem: PairsProblem, weights: dict[str, Any], with_points: bool, result: Transport
) -> PairsProblem:
    """Return the problem over the assignments that are as good as ``result`` on its levels."""
    reduced = result.weights - result.giver_price[result.givers] - result.taker_price[result.takers]
    sure = reduced > 0
    givers, takers = result.givers[sure], result.takers[sure]
    gives = np.bincount(givers, minlength=len(problem.givers))
    takes = np.bincount(takers, minlength=len(problem.takers))
    none = np.zeros(len(problem.givers), dtype=np.int64)
    gives_min, gives_max = best_loads(
        problem.gives_min, problem.gives_max, result.giver_price, none
    )
    takes_min, takes_max = best_loads(
        problem.takes_min, problem.takes_max, result.taker_price, weights["taker_bonus"]
    )
    links = zip(problem.givers[givers].tolist(), problem.takers[takers].tolist(), strict=True)
    return replace(
        problem,
        settled=(*problem.settled, *links),
        gives_min=np.maximum(gives_min - gives, 0).astype(np.int32),
        gives_max=(gives_max - gives).astype(np.int32),
        takes_min=np.maximum(takes_min - takes, 0).astype(np.int32),
        takes_max=(takes_max - takes).astype(np.int32),
        priority=np.where(takes > 0, 0, problem.priority),
        block=_open(problem.block, weights, with_points, result),
    )


def best_loads(
    least: Ints, most: Ints, price: Longs, bonus: Longs
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the loads k in least..most that maximise ``price * k + bonus * [k >= 1]``.

    The function is concave (bonus >= 0), so they are a range: up to where it stops rising, on to
    where it begins to fall. ``(n,)`` each.
    """
    one = np.minimum(1, most)
    first = price + bonus  # what the step from 0 to 1 adds; each further step adds price
    low = np.where(first > 0, np.maximum(least, one), least)
    low = np.where(price > 0, most, low)
    high = np.where(first >= 0, np.maximum(least, one), least)
    high = np.where(price >= 0, most, high)
    return low, high


def _open(block: Block, weights: dict[str, Any], with_points: bool, result: Transport) -> Block:
    """Return the points of links with reduced weight 0; all others are forbidden."""
    rows, columns, bonus = weights["extra"]

    def face(some: NDArray[np.intp], others: NDArray[np.intp]) -> Ints:
        points = np.array(block(some, others))
        reduced = np.full(points.shape, weights["per_link"], dtype=np.int64)
        if with_points:
            reduced += points.astype(np.int64) * weights["per_point"]
        reduced -= result.giver_price[some][:, None]
        reduced -= result.taker_price[others][None, :]
        if weights["draw"] is not None:
            seed, size = weights["draw"]
            reduced += lots_of(seed, some[:, None], others[None, :], size)
        if len(rows) and points.size:
            row, column, here = places(some, others, rows, columns)
            reduced[row, column] += bonus[here]
        points[reduced != 0] = -1
        return points

    return face


def joined(
    problem: PairsProblem, solved: list[Solved], top: int
) -> tuple[list[Level], list[int], list[int]]:
    """Return levels and prices of all groups as one certificate, in integers of any size.

    Prices of an earlier group count ``factor`` times, more than all that later groups can change:
    their levels in all, a reduced weight, or a step of a load. So where an earlier group decides,
    the sum decides alike, and where it is indifferent the later group does: the sum is tight.
    """
    most = problem.most(top)
    unit = {"points": top, "seats": 1, "kept": 1, "draw": LOTS - 1}
    levels: list[Level] = []
    giver_price = [0] * len(problem.givers)
    taker_price = [0] * len(problem.takers)
    seat = int(problem.priority.max(initial=0))
    for group in reversed(solved):
        steps = [abs(price) for price in (*giver_price, *taker_price)]
        total = sum(multiplier * most[name] for name, multiplier in levels)
        link = sum(multiplier * unit.get(name, seat) for name, multiplier in levels)
        factor = 1 + total + link + 2 * max(steps, default=0)
        levels = [*((name, m * factor) for name, m in group.levels), *levels]
        giver_price = _sum(group.giver_price, factor, giver_price)
        taker_price = _sum(group.taker_price, factor, taker_price)
    return levels, giver_price, taker_price


def _sum(prices: Longs, factor: int, others: list[int]) -> list[int]:
    return [price * factor + other for price, other in zip(prices.tolist(), others, strict=True)]

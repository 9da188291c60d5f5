"""What a flow that was cut short still proves: any prices give a bound.

The prices of givers are taken as they are, at least 0; every taker then pays what the best link is
worth at these prices, so no link is worth more than its two prices, and what people can earn by
their loads bounds every assignment. Early prices are low: everybody gets their best link.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cohortopt.instance import Longs
from cohortopt.instance.held import MOST
from cohortopt.solvers.pairs.face import Level, best_loads
from cohortopt.solvers.pairs.pricing import Block, blocks
from cohortopt.solvers.pairs.problem import Pair, PairsProblem, places


def bounds_cut_short(
    problem: PairsProblem,
    block: Block,
    levels: list[Level],
    giver_price: Longs,
    pairs: list[Pair],
    values: dict[str, int],
) -> tuple[dict[str, int], dict[str, Any]] | None:
    """Return bounds of tiers and the certificate; None where links are too many to be held.

    ``block`` gives the points that the levels count, ``values`` what the tiers are worth for
    ``pairs``. Each bound holds where the tiers before have these values.
    """
    if len(problem.givers) * len(problem.takers) > MOST:
        return None
    weights = problem.weights(levels)
    price = np.maximum(giver_price, 0)
    everyone = np.arange(len(problem.takers), dtype=np.intp)
    bonus = weights["taker_bonus"]
    pays = -bonus
    rows, columns, extra = weights["extra"]
    for some, points in blocks(block, np.arange(len(problem.givers), dtype=np.intp), everyone):
        worth = points.astype(np.int64) * weights["per_point"] + weights["per_link"]
        row, column, here = places(some, everyone, rows, columns)
        worth[row, column] += extra[here]
        worth -= price[some][:, None]
        pays = np.maximum(pays, np.where(points >= 0, worth, pays).max(axis=0, initial=-(2**62)))
    total = _earned(problem.takes_min, problem.takes_max, pays, bonus)
    total += _earned(problem.gives_min, problem.gives_max, price, np.zeros_like(price))
    priority, forced = problem.instance.priority, problem.forced
    reached = {**values, "seats": len(pairs), "kept": len(problem.earlier) - values["changes"]}
    before = {
        "placed": sum(int(priority[t]) for t in {t for _, t in forced}),
        "points": problem.points_of(forced),
        "seats": len(forced),
        "kept": len(problem.earlier.intersection(forced)),
    }
    left = total + sum(times * before[name] for name, times in levels)
    bounds: dict[str, int] = {}
    for name, times in levels:
        bounds[name] = left // times
        left -= times * reached[name]
    if "kept" in bounds:
        bounds["changes"] = max(0, len(problem.earlier) - bounds["kept"])
    certificate = {
        "kind": "prices",
        "levels": [list(level) for level in levels],
        "giver": dict(zip(problem.givers.tolist(), price.tolist(), strict=True)),
        "taker": dict(zip(problem.takers.tolist(), pays.tolist(), strict=True)),
        "locked": [list(link) for link in forced],
        "bound": total + sum(times * before[name] for name, times in levels),
    }
    return bounds, certificate


def _earned(least: Any, most: Any, price: Longs, bonus: Longs) -> int:
    """Return what people earn at most by their loads: ``price * load + bonus * [load >= 1]``."""
    load, _ = best_loads(least, most, price, bonus)
    return sum((price * load + bonus * (load > 0)).tolist())

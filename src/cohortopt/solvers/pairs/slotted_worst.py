"""A good start for the tier ``worst`` with slots: the least satisfied as well off as possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints, Links
from cohortopt.solvers.base import Answer, Clock
from cohortopt.solvers.greedy import best_links
from cohortopt.solvers.pairs.check import placed_value
from cohortopt.solvers.pairs.links import Link
from cohortopt.solvers.pairs.slotted import Slotted


def bottleneck(instance: Instance, clock: Clock) -> list[Link]:
    """Return links that place as many, none of them below the highest possible threshold.

    For takers of one match, whose satisfaction is their link's points. Bisection over the
    points that occur, with one slotted solve for each question (Gabow and Tarjan 1988,
    doi:10.1016/0196-6774(88)90031-4, for flows). Where the clock ends a question, the
    answer so far stands; nothing is proven here. [] where nobody can be placed.
    """
    beyond = {Feature.WORST, Feature.TOGETHER, Feature.STABLE}
    plain = instance.vary(
        tiers=("placed", "points"),
        together=(),
        locked=(),
        features=instance.features - beyond - {Feature.LOCKED},
        draw=-1,
    )

    def placing(least: int, part: float) -> list[Link]:
        table = Links(instance.n, lambda g, t: _above(instance, g, t, least))
        found: Answer = Slotted().solve(plain.vary(links=table), clock.share(part))
        return [(match.people[0], match.people[1]) for match in found.matches]

    best = placing(0, 0.3)
    goal = placed_value(instance, best)
    levels = np.unique(best_links(instance)[2]).tolist()
    low, high = 0, len(levels)  # levels[low - 1] is reached, levels[high] is not
    while low < high and best and not clock.is_over:
        middle = (low + high) // 2
        links = placing(levels[middle], 0.3)
        if placed_value(instance, links) >= goal:
            best, low = links, middle + 1
        else:
            high = middle
    return best


def _above(
    instance: Instance, givers: NDArray[np.intp], takers: NDArray[np.intp], least: int
) -> Ints:
    """Return points, with links below ``least`` forbidden."""
    points = instance.links.block(givers, takers)
    return np.where(points >= least, points, FORBIDDEN).astype(np.int32)

"""Stability: pairs who would both rather have each other than what they have."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance, Longs
from cohortopt.solvers.pairs_check import Link, points_of

BLOCK = 4_000_000


def blocking_pairs(instance: Instance, links: Iterable[Link]) -> list[Link]:
    """Return the allowed pairs that are not matched and block the assignment, in order.

    A pair (g, t) blocks if t has a free seat or would get more points from g than from t's
    worst match, and g has a free seat or would get more than from g's worst match. A seat is
    free while neither the seats of that side nor the total are used up. What a giver gets
    from a link is ``instance.desire`` where there is one, the link's points elsewhere.
    Where mutual links are excluded, the reverse of a match does not block.
    O(givers x takers) in blocks.
    """
    chosen = sorted(set(links))
    worst_taken, worst_given = _worst(instance, chosen)
    matched = set(chosen)
    excluded = matched if instance.mutual else matched | {(t, g) for g, t in matched}
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    step = max(1, BLOCK // max(1, len(takers)))
    found: list[Link] = []
    for start in range(0, len(givers), step):
        rows = givers[start : start + step]
        points = instance.links.block(rows, takers)
        joy = instance.desire.block(rows, takers) if instance.desire else points
        blocks = (points != FORBIDDEN) & (points > worst_taken[takers][None, :])
        blocks &= joy > worst_given[rows][:, None]
        g, t = np.nonzero(blocks)
        pairs = zip(rows[g].tolist(), takers[t].tolist(), strict=True)
        found.extend(pair for pair in pairs if pair not in excluded)
    return sorted(found)


def _worst(instance: Instance, links: list[Link]) -> tuple[Longs, Longs]:
    """Return per person the worst taken and the worst given value, what a new link must beat.

    -1 (any link will do) with a free seat, a huge value where all seats go to the other side.
    """
    huge = np.iinfo(np.int64).max
    takes, gives = np.zeros(instance.n, np.int64), np.zeros(instance.n, np.int64)
    least_taken, least_given = np.full(instance.n, huge), np.full(instance.n, huge)
    points = points_of(instance.links, links)
    joys = points_of(instance.desire, links) if instance.desire else points
    for giver, taker in links:
        takes[taker] += 1
        gives[giver] += 1
        least_taken[taker] = min(least_taken[taker], points[giver, taker])
        least_given[giver] = min(least_given[giver], joys[giver, taker])
    spare = takes + gives < instance.total_max
    least_taken[spare & (takes < instance.takes_max)] = -1
    least_given[spare & (gives < instance.gives_max)] = -1
    return least_taken, least_given

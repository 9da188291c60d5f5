"""Stability: pairs who would both rather have each other than what they have."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance, Longs
from cohortopt.solvers.pairs.links import Link, points_of

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


def deferred_acceptance(instance: Instance) -> list[Link]:
    """Return an assignment that no pair blocks, slots, totals and demands left aside.

    Takers propose to givers from their best link down; a giver holds the best proposals that
    fit its capacity (Gale and Shapley 1962, doi:10.1080/00029890.1962.11989827; with several
    seats on both sides Roth 1984, doi:10.1086/261272). Equal links are taken in the order of
    indices, which keeps the result stable, since only a strict gain blocks: whoever refused a
    proposal holds links at least as good, and holds only get better. The takers' favourite
    among the stable assignments for that order of equals. O(links log links).
    """
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    held: dict[int, list[tuple[int, int]]] = {int(g): [] for g in givers}  # (joy, -taker) heaps
    lists: dict[int, list[Link]] = {}
    step = max(1, BLOCK // max(1, len(givers)))
    joys: dict[Link, int] = {}
    for start in range(0, len(takers), step):
        columns = takers[start : start + step]
        points = instance.links.block(givers, columns)
        joy = instance.desire.block(givers, columns) if instance.desire else points
        for j, taker in enumerate(columns.tolist()):
            best = np.argsort(-points[:, j], kind="stable")
            best = best[points[best, j] != FORBIDDEN]
            lists[taker] = [(int(givers[i]), taker) for i in best[::-1]]  # best at the end
            joys.update(((int(givers[i]), taker), int(joy[i, j])) for i in best)
    seats = {int(t): int(instance.takes_max[t]) for t in takers}
    waiting = [int(t) for t in takers[::-1]]
    while waiting:
        taker = waiting.pop()
        while seats[taker] > 0 and lists[taker]:
            giver, _ = link = lists[taker].pop()
            most = int(instance.gives_max[giver])
            offer = (joys[link], -taker)
            if most == 0 or (len(held[giver]) == most and held[giver][0] >= offer):
                continue
            heapq.heappush(held[giver], offer)
            seats[taker] -= 1
            if len(held[giver]) > most:
                refused = -heapq.heappop(held[giver])[1]
                seats[refused] += 1
                waiting.append(refused)
    return sorted((giver, -other) for giver, mine in held.items() for _, other in mine)


def stability(instance: Instance, links: list[Link]) -> dict[str, Any]:
    """Return what stability costs: blocking pairs here, and the points of a stable assignment.

    ``price_of_stability``: points here less points of the assignment by deferred acceptance,
    which leaves slots, totals and demands aside; it says what stability costs where these do not
    matter.
    """
    stable = deferred_acceptance(instance)
    here = sum(points_of(instance.links, links).values())
    there = sum(points_of(instance.links, stable).values())
    return {
        "blocking_pairs": len(blocking_pairs(instance, links)),
        "stable_points": there,
        "price_of_stability": here - there,
    }


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

"""The flow relaxation of slotted pairs: all tiers in one number, prices, and reduced weights.

Without slots, totals and mutual links, pairs are a flow. Its prices bound every assignment,
and a link's reduced weight says by how much the bound falls if the link is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints, Longs
from cohortopt.solvers.base import Answer, Clock
from cohortopt.solvers.colouring import Calendar
from cohortopt.solvers.pairs_check import Link, placed_value, points_of, wanted

LINEAR = ("placed", "points", "changes")  # tiers that are sums
BLOCK = 4_000_000


@dataclass(frozen=True)
class Relaxed:
    """The flow's answer: links, prices by person, and the bound on the combined weight.

    ``worth`` says what one placed priority, point, seat and kept link add to that weight.
    """

    links: tuple[Link, ...]
    worth: dict[str, int]
    giver_price: Longs  # (n,)
    taker_price: Longs  # (n,)
    certificate: dict[str, Any] | None  # None: the flow was cut short, nothing is proven

    def weigh(self, instance: Instance, links: Iterable[Link]) -> int:
        """Return the combined weight of links, the number that the flow maximises."""
        points = points_of(instance.links, links)
        worth = self.worth.get
        total = worth("points", 0) * sum(points.values()) + worth("seats", 0) * len(points)
        total += worth("kept", 0) * len(wanted(instance) & points.keys())
        return total + worth("placed", 0) * placed_value(instance, points)


def max_points(instance: Instance) -> int:
    """Return the most points of any link, 0 without links."""
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    step = max(1, BLOCK // max(1, len(takers)))
    parts = (givers[i : i + step] for i in range(0, len(givers), step))
    most = (int(instance.links.block(rows, takers).max(initial=0)) for rows in parts)
    return max(most, default=0)


def least_loads(instance: Instance) -> tuple[Ints, Ints]:
    """Return the minimum loads of givers and takers, with those of ``required`` people."""
    gives, takes = instance.gives_min.copy(), instance.takes_min.copy()
    is_taker = np.zeros(instance.n, dtype=np.bool_)
    is_taker[instance.takers] = True
    takes[instance.required & is_taker] = np.maximum(takes[instance.required & is_taker], 1)
    gives[instance.required & ~is_taker] = np.maximum(gives[instance.required & ~is_taker], 1)
    return gives, takes


def seats_of(instance: Instance, calendar: Calendar | None) -> tuple[Ints, Ints]:
    """Return the most matches of each person as giver and as taker.

    Nobody has more than the total, nor more than meetings fit into the person's free time.
    """
    gives = np.minimum(instance.gives_max, instance.total_max)
    takes = np.minimum(instance.takes_max, instance.total_max)
    if calendar is not None:
        for i in range(instance.n):
            if max(gives[i], takes[i]) > 1:
                fit = calendar.most(calendar.free(i))
                gives[i], takes[i] = min(gives[i], fit), min(takes[i], fit)
    return gives.astype(np.int32), takes.astype(np.int32)


def relax(instance: Instance, gives: Ints, takes: Ints, clock: Clock) -> Relaxed | Answer:
    """Solve the flow with the given capacities; an answer where nothing is possible."""
    from cohortopt.solvers.flow import solve_flow

    beyond = {Feature.SLOTS, Feature.COUPLED, Feature.NO_MUTUAL}
    flow = instance.vary(
        gives_max=gives,
        takes_max=takes,
        slots=None,
        mutual=True,
        features=instance.features - beyond,
    )
    answer = solve_flow(flow, clock)
    if answer.impossible:
        return answer
    links = tuple((match.people[0], match.people[1]) for match in answer.matches)
    prices = np.zeros((2, instance.n), dtype=np.int64)
    certificate = answer.tiers[-1].certificate if answer.finished and answer.tiers else None
    if certificate is None:
        return Relaxed(links, {}, prices[0], prices[1], None)
    for row, side in zip(prices, ("giver", "taker"), strict=True):
        for person, price in certificate[side].items():
            row[person] = price
    fewer = np.flatnonzero(gives < instance.gives_max)
    if len(fewer):
        certificate = {**certificate, "seats": {int(g): int(gives[g]) for g in fewer}}
    worth = {name: int(unit) for name, unit in certificate["levels"]}
    return Relaxed(links, worth, prices[0], prices[1], certificate)


def near_links(
    instance: Instance, relaxed: Relaxed, slack: int, most: int
) -> tuple[dict[Link, int], int]:
    """Return the links with points that an assignment near the bound can use.

    An assignment whose combined weight is at least ``bound - slack`` uses no link whose
    reduced weight is below ``-slack``, because each such link costs the bound that much.
    Where more than ``most`` links remain, the nearest are kept; the slack really kept comes
    back as second value (-1 if not even all links of reduced weight 0 fit).
    """
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    step = max(1, BLOCK // max(1, len(takers)))
    worth, found = relaxed.worth.get, []
    kept_worth = worth("kept", 0)
    extra = dict.fromkeys(wanted(instance), kept_worth)
    for start in range(0, len(givers), step):
        rows = givers[start : start + step]
        points = instance.links.block(rows, takers)
        reduced = points.astype(np.int64) * worth("points", 0) + worth("seats", 0)
        reduced -= relaxed.giver_price[rows][:, None] + relaxed.taker_price[takers][None, :]
        g, t = np.nonzero((points != FORBIDDEN) & (reduced >= -slack - kept_worth))
        found.append((rows[g], takers[t], points[g, t].astype(np.int64), reduced[g, t]))
    columns = [np.concatenate(part) for part in zip(*found, strict=True)] if found else []
    if not columns:
        return {}, slack
    a, b, points, reduced = columns
    if extra:
        for i, link in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            reduced[i] += extra.get(link, 0)
    must = set(relaxed.links) | {(lock.people[0], lock.people[1]) for lock in instance.locked}
    kept = reduced >= -slack
    if int(kept.sum()) > most:
        order = np.sort(-reduced[kept])
        slack = int(order[most]) - 1
        kept = reduced >= -slack
        if slack < 0:
            kept[np.argsort(-reduced, kind="stable")[:most]] = True
    kept |= np.array([link in must for link in zip(a.tolist(), b.tolist(), strict=True)], bool)
    links = {
        (int(g), int(t)): int(p) for g, t, p in zip(a[kept], b[kept], points[kept], strict=True)
    }
    return links, max(slack, -1)

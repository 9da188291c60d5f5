"""The flow relaxation of slotted pairs: all tiers in one number, prices, and reduced weights.

Without slots, totals and mutual links, pairs are a flow. Its prices bound every assignment,
and a link's reduced weight says by how much the bound falls if the link is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints, Longs
from cohortopt.solvers.base import Answer, Clock
from cohortopt.solvers.pairs.check import placed_value, wanted
from cohortopt.solvers.pairs.colouring import Calendar
from cohortopt.solvers.pairs.links import Link, points_of
from cohortopt.solvers.pairs.problem import places

LINEAR = ("placed", "points", "changes")  # tiers that are sums
BLOCK = 4_000_000
NEVER = -(2**62)
FINE = 1024  # parts of a unit that prices are rounded to
ROOM = 2**40  # weights of an assignment below this are refined


@dataclass(frozen=True)
class Relaxed:
    """The flow's answer: links, prices by person, and the bound on the combined weight.

    ``worth`` says what one placed priority, point, seat and kept link add to that weight, and
    ``charges`` what a link was charged for rules that a flow does not know.
    """

    links: tuple[Link, ...]
    worth: dict[str, int]
    giver_price: Longs  # (n,)
    taker_price: Longs  # (n,)
    certificate: dict[str, Any] | None
    bound: int = 0  # no assignment weighs more, if there is a certificate
    finished: bool = True  # not cut short: the bound is the weight of the links
    charges: Mapping[Link, int] = field(default_factory=dict)
    near: Mapping[Link, int] = field(default_factory=dict)  # links almost used, nearest first

    def weigh(self, instance: Instance, links: Iterable[Link]) -> int:
        """Return the combined weight of links, the number that the flow maximises."""
        points = points_of(instance.links, links)
        worth = self.worth.get
        total = worth("points", 0) * sum(points.values()) + worth("seats", 0) * len(points)
        total += worth("kept", 0) * len(wanted(instance) & points.keys())
        return total + worth("placed", 0) * placed_value(instance, points)


@dataclass(frozen=True)
class Units:
    """What one unit of each tier adds to the weight of an assignment.

    Flows count ``fine`` times as much, so that whole prices come near those of linear programs.
    """

    tiers: tuple[tuple[str, int], ...]  # in the instance's order
    fine: int = 1

    def __getitem__(self, tier: str) -> int:
        return sum(unit for name, unit in self.tiers if name == tier)

    @property
    def worth(self) -> dict[str, int]:
        """Return a flow's units by level: tier ``changes`` counts the links that are kept."""
        names = {"changes": "kept"}
        return {names.get(tier, tier): unit * self.fine for tier, unit in self.tiers}

    @classmethod
    def of(cls, instance: Instance, matches: int, top: int, links: int | None = None) -> Units:
        """Return units: one of an earlier tier outweighs all of the later ones.

        With ``links`` the first tier only outweighs what so many links can give: smaller numbers,
        and just as good where the first tier reaches a bound of its own.
        """
        below, single, found = 0, 1, []
        ranges = {
            "placed": (int(instance.priority[instance.takers].sum()), int(instance.priority.max())),
            "points": (top * matches, top),
            "changes": (len(wanted(instance)), 1),
        }
        for position, tier in reversed(list(enumerate(instance.tiers))):
            unit = below + 1
            if position == 0 and links is not None:
                unit = min(unit, links * single + 1)
            below += unit * ranges[tier][0]
            single += unit * ranges[tier][1]
            found.append((tier, unit))
        return cls(tuple(reversed(found)), FINE if below < ROOM else 1)


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
    from cohortopt.solvers.pairs.flow import solve_flow

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
    certificate = next((tier.certificate for tier in answer.tiers if tier.certificate), None)
    if certificate is None:
        return Relaxed(links, {}, prices[0], prices[1], None, finished=False)
    for row, side in zip(prices, ("giver", "taker"), strict=True):
        for person, price in certificate[side].items():
            row[person] = price
    fewer = np.flatnonzero(gives < instance.gives_max)
    if len(fewer):
        certificate = {**certificate, "seats": {int(g): int(gives[g]) for g in fewer}}
    worth = {name: int(unit) for name, unit in certificate["levels"]}
    found = Relaxed(links, worth, prices[0], prices[1], certificate, finished=answer.finished)
    return replace(found, bound=certificate.get("bound", found.weigh(instance, links)))


def one_price(instance: Instance, gives: Ints, takes: Ints) -> tuple[int, dict[str, Any]]:
    """Return a bound on places + points at one price for every giver, and its certificate.

    What is left when time ends before any flow: takers pay what their best link is worth above
    the price at which as many of them as there are places want one. One pass over all links.
    """
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    best = np.zeros(len(takers), dtype=np.int64)
    step = max(1, BLOCK // max(1, len(takers)))
    for start in range(0, len(givers), step):
        points = instance.links.block(givers[start : start + step], takers)
        best = np.maximum(best, points.max(axis=0, initial=0))
    seats, wants = int(gives[givers].sum(dtype=np.int64)), takes[takers]
    asked = np.sort(np.repeat(best, wants))[::-1]
    price = int(asked[seats]) if seats < len(asked) else 0
    pays = np.maximum(best - price, 0)
    total = int((pays * wants).sum()) + price * seats
    total += int(instance.priority[takers[wants > 0]].sum(dtype=np.int64))
    return total, {
        "kind": "prices",
        "levels": [["placed", 1], ["points", 1]],
        "giver": dict.fromkeys(givers.tolist(), price),
        "taker": dict(zip(takers.tolist(), pays.tolist(), strict=True)),
        "locked": [],
    }


@dataclass(frozen=True)
class Near:
    """Links near a bound, nearest first, with their points.

    All links whose reduced weight is at least ``-slack`` are there (-1: not even all of those of
    reduced weight 0); ``top`` is the most points of any link at all.
    """

    links: dict[Link, int]
    slack: int
    top: int


def near_links(instance: Instance, relaxed: Relaxed, slack: int, most: int, each: int = 0) -> Near:
    """Return the links that an assignment near the bound can use, ``most`` of them.

    An assignment whose combined weight is at least ``bound - slack`` uses no link whose
    reduced weight is below ``-slack``, because each such link costs the bound that much.
    The flow's links, locks and the ``each`` nearest of everyone come along.
    """
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    worth = relaxed.worth.get
    step = max(1, BLOCK // max(1, len(takers)))
    changes = _changes(instance, relaxed)
    parts, top = [], 0
    for start in range(0, len(givers), step):
        rows = givers[start : start + step]
        points = instance.links.block(rows, takers)
        top = max(top, int(points.max(initial=0)))
        reduced = points.astype(np.int64) * worth("points", 0) + worth("seats", 0)
        reduced -= relaxed.giver_price[rows][:, None] + relaxed.taker_price[takers][None, :]
        row, column, here = places(rows, takers, changes[0], changes[1])
        reduced[row, column] += changes[2][here]
        reduced[points == FORBIDDEN] = NEVER
        near = reduced >= -slack
        if np.count_nonzero(near) > most:  # one more than ``most`` says that they are too many
            near &= reduced >= np.partition(reduced[near], -most - 1)[-most - 1]
        for axis in (0, 1) if each and points.size else ():
            left = reduced.copy()
            for _ in range(min(each, points.shape[axis])):
                best = np.expand_dims(left.argmax(axis=axis), axis)
                np.put_along_axis(near, best, True, axis=axis)
                np.put_along_axis(left, best, NEVER, axis=axis)
        g, t = np.nonzero(near & (reduced != NEVER))
        parts.append((rows[g], takers[t], points[g, t], reduced[g, t]))
    must = {*relaxed.links, *((lock.people[0], lock.people[1]) for lock in instance.locked)}
    if not parts:
        return Near(points_of(instance.links, must), slack, top)
    a, b, value, reduced = (np.concatenate(part) for part in zip(*parts, strict=True))
    ranked = np.argsort(-reduced, kind="stable")
    a, b, value, reduced = a[ranked], b[ranked], value[ranked], reduced[ranked]
    if int((reduced >= -slack).sum()) > most:
        slack = max(-1, -int(reduced[most]) - 1)
    kept = np.arange(len(a)) < most if slack < 0 else reduced >= -slack
    kept |= (_rank(a) < each) | (_rank(b) < each)
    ends = zip(a[kept].tolist(), b[kept].tolist(), strict=True)
    links = dict(zip(ends, value[kept].tolist(), strict=True))
    links.update(points_of(instance.links, must - links.keys()))
    return Near(links, slack, top)


def _rank(people: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how often each entry occurred before."""
    order = np.argsort(people, kind="stable")
    ordered = people[order]
    first = np.searchsorted(ordered, ordered)
    rank = np.empty(len(people), dtype=np.intp)
    rank[order] = np.arange(len(people)) - first
    return rank


def _changes(instance: Instance, relaxed: Relaxed) -> tuple[Ints, Ints, Longs]:
    """Return givers, takers and what their links weigh more than points say: kept, less charges."""
    change = {link: -price for link, price in relaxed.charges.items()}
    for link in wanted(instance):
        change[link] = change.get(link, 0) + relaxed.worth.get("kept", 0)
    ends = np.array(list(change), dtype=np.int32).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array(list(change.values()), dtype=np.int64)

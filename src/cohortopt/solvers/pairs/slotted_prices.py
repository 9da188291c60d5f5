"""Prices of everything that a flow cannot say about slotted pairs, and the bound with them.

A *cut* says that of some links no more than so many have slots together; a *window* is a set of
slots of one person of which any two overlap, so that one meeting at most starts in it; a *total*
is all that a person may have on both sides; a *mutual* pair excludes itself. Give each a whole
price of at least 0 and charge it to the links that it speaks of (a link pays for the cheapest slot
it could take). Then what is left is a flow again, and for every assignment (Geoffrion 1974,
doi:10.1007/BFb0120690)

    weight <= sum over these rules of price * most + best flow at the charged weights

because an assignment pays at most ``price * most`` for each. The prices come from a linear
program and may be as inexact as they like: the flow is solved exactly, over all links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.colouring import Calendar, bits
from cohortopt.solvers.pairs.links import Link, points_of
from cohortopt.solvers.pairs.problem import PairsProblem, flat
from cohortopt.solvers.pairs.slotted_cuts import Cut, links_of
from cohortopt.solvers.pairs.slotted_relaxed import Relaxed, Units

if TYPE_CHECKING:
    from cohortopt.solvers.pairs.transport_parts import Transport

NEAREST = 20_000  # links that are remembered
BEYOND = frozenset({Feature.SLOTS, Feature.COUPLED, Feature.NO_MUTUAL})


@dataclass(frozen=True)
class Prices:
    """Whole prices, all above 0."""

    cuts: tuple[tuple[Cut, int], ...] = ()
    windows: tuple[tuple[int, int, int], ...] = ()  # person, slots as a word, price
    totals: tuple[tuple[int, int], ...] = ()  # person, price
    mutual: tuple[tuple[Link, int], ...] = ()  # the link with the smaller giver, price

    def fixed(self, instance: Instance) -> int:
        """Return what an assignment pays at most."""
        found = sum(cut.most * price for cut, price in self.cuts)
        found += sum(price for _, _, price in self.windows)
        found += sum(int(instance.total_max[person]) * price for person, price in self.totals)
        return found + sum(price for _, price in self.mutual)

    def charges(self, instance: Instance, calendar: Calendar | None) -> dict[Link, int]:
        """Return what links pay beside the tolls of totals."""
        found: dict[Link, int] = {}

        def charge(link: Link, price: int) -> None:
            found[link] = found.get(link, 0) + price

        for cut, price in self.cuts:
            for link in cut.links:
                charge(link, price)
        for (g, t), price in self.mutual:
            charge((g, t), price)
            charge((t, g), price)
        if self.windows:
            assert calendar is not None
            for link, price in self._slot_charges(instance, calendar):
                charge(link, price)
        return found

    def _slot_charges(self, instance: Instance, calendar: Calendar) -> Iterable[tuple[Link, int]]:
        """Yield what the cheapest common slot costs each link of somebody with windows."""
        cost: dict[int, dict[int, int]] = {}
        for person, word, price in self.windows:
            mine = cost.setdefault(person, {})
            for slot in bits(word):
                mine[slot] = mine.get(slot, 0) + price
        everywhere = {person: _word(mine) for person, mine in cost.items()}
        for link in {k for person in cost for k in links_of(instance, person)}:
            common = calendar.common(link)
            priced = [person for person in link if person in cost]
            free = common
            for person in priced:
                free &= ~everywhere[person]
            if common and not free:
                yield (
                    link,
                    min(
                        sum(cost[person].get(slot, 0) for person in priced) for slot in bits(common)
                    ),
                )

    def certificate(self) -> dict[str, Any]:
        """Return the part of a certificate that says what is charged, and why."""
        return {
            "cuts": [
                {"people": [cut.person], "starts": bits(cut.word), "price": price}
                if cut.person >= 0
                else {"pairs": [list(link) for link in sorted(cut.links)], "price": price}
                for cut, price in self.cuts
            ],
            "windows": [
                {"people": [person], "starts": bits(word), "price": price}
                for person, word, price in self.windows
            ],
            "totals": [{"people": [person], "price": price} for person, price in self.totals],
            "mutual": [{"people": list(link), "price": price} for link, price in self.mutual],
        }


def _word(slots: Iterable[int]) -> int:
    word = 0
    for slot in slots:
        word |= 1 << slot
    return word


def _nearest(problem: PairsProblem, found: Transport) -> dict[Link, int]:
    """Return the links that the flow looked at, the largest reduced weight first, with points."""
    known = found.known
    spare = known.weights - found.giver_price[known.givers] - found.taker_price[known.takers]
    order = np.argsort(-spare, kind="stable")[:NEAREST]
    givers, takers = problem.givers[known.givers[order]], problem.takers[known.takers[order]]
    ends = zip(givers.tolist(), takers.tolist(), strict=True)
    return dict(zip(ends, known.points[order].tolist(), strict=True))


def priced(
    instance: Instance,
    loads: tuple[Ints, Ints],
    units: Units,
    prices: Prices,
    start: tuple[Mapping[Link, int], Relaxed],
    calendar: Calendar | None,
    clock: Clock,
) -> Relaxed | None:
    """Return the best flow at the charged weights, with its bound; None: cut short.

    ``loads`` are the most matches of each person as giver and as taker; ``start`` are links
    and another flow, whose prices are the first guess. Running time: that of
    :func:`cohortopt.solvers.pairs.transport.transport`.
    """
    from cohortopt.solvers.pairs.transport import transport
    from cohortopt.solvers.pairs.transport_parts import Candidates

    flow = instance.vary(
        gives_max=loads[0],
        takes_max=loads[1],
        slots=None,
        mutual=True,
        features=instance.features - BEYOND,
    )
    problem = PairsProblem.of(flow)
    worth = units.worth
    charges = prices.charges(instance, calendar)
    known, before = dict(start[0]), start[1]
    scale = worth.get("points", 0) / max(1, before.worth.get("points", 0))
    guess = [
        np.rint(price[people] * scale).astype(np.int64)
        for price, people in (
            (before.giver_price, problem.givers),
            (before.taker_price, problem.takers),
        )
    ]
    known.update(points_of(instance.links, (charges.keys() | problem.earlier) - known.keys()))
    closed = set(problem.forced)
    ends = np.array([k for k, p in known.items() if p != FORBIDDEN and k not in closed], np.int32)
    ends = ends.reshape(-1, 2)
    value = np.array([known[g, t] for g, t in ends.tolist()], dtype=np.int32)
    givers = np.searchsorted(problem.givers, ends[:, 0]).astype(np.int32)
    takers = np.searchsorted(problem.takers, ends[:, 1]).astype(np.int32)
    kept = worth.get("kept", 0)
    bonus = np.array(
        [kept * ((g, t) in problem.earlier) - charges.get((g, t), 0) for g, t in ends.tolist()],
        dtype=np.int64,
    )
    block = problem.block
    if "points" not in worth:
        block, value = flat(block), np.minimum(value, 0)
    extra = bonus != 0
    tolls = np.zeros(instance.n, dtype=np.int64)
    for person, price in prices.totals:
        tolls[person] += price
    weights = problem.weights(list(worth.items()))
    weights["extra"] = (givers[extra], takers[extra], bonus[extra])
    try:
        found = transport(
            block,
            problem.gives_max,
            problem.takes_max,
            gives_min=problem.gives_min,
            takes_min=problem.takes_min,
            giver_toll=tolls[problem.givers],
            taker_toll=tolls[problem.takers],
            clock=clock,
            start=Candidates(givers, takers, value, False, prices=(guess[0], guess[1])),
            **weights,
        )
    except OverflowError:
        return None
    if not found.finished or len(found.short_givers) + len(found.short_takers):
        return None
    sides = np.zeros((2, instance.n), dtype=np.int64)
    sides[0][problem.givers] = found.giver_price
    sides[1][problem.takers] = found.taker_price
    flow_of = Relaxed(
        tuple(problem.people(found.givers, found.takers)), worth, sides[0], sides[1], None
    )
    forced = flow_of.weigh(instance, problem.forced)
    paid = sum(charges.get((g, t), 0) + int(tolls[g] + tolls[t]) for g, t in problem.forced)
    return replace(
        flow_of,
        bound=found.value + forced - paid + prices.fixed(instance),
        charges=charges,
        near=_nearest(problem, found),
        certificate={
            "kind": "prices",
            "levels": [[name, unit] for name, unit in worth.items()],
            "giver": {p: int(sides[0][p] - tolls[p]) for p in problem.givers.tolist()},
            "taker": {p: int(sides[1][p] - tolls[p]) for p in problem.takers.tolist()},
            "locked": [list(link) for link in problem.forced],
            **prices.certificate(),
        },
    )

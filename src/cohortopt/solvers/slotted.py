"""Pairs with named slots: a flow, a colouring, and cuts only where slots clash.

The flow ignores slots, totals and mutual links and is exact for all links. Where its matches
can be coloured with slots it is the answer, proven by its prices. Elsewhere few links matter:
an assignment within ``gap`` of the bound uses no link whose reduced weight is below ``-gap``.
An integer program over those links gets a cut for every set of links without slots and is
solved again until its answer has slots. It then is best over these links, and over all links
if they hold everything within the gap that is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from cohortopt.errors import VerificationError
from cohortopt.instance.instance import Feature, Instance, Ints
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.colouring import Calendar
from cohortopt.solvers.greedy import Table, best_links, fill, order, start_table
from cohortopt.solvers.pairs_check import Link, broken, key, points_of, tier_value, wanted
from cohortopt.solvers.pairs_cpsat import PairsCpSat, found_of
from cohortopt.solvers.slotted_cuts import conflicts, exceeds, separate
from cohortopt.solvers.slotted_master import Master, Prices, Units
from cohortopt.solvers.slotted_relaxed import (
    LINEAR,
    Relaxed,
    max_points,
    near_links,
    relax,
    seats_of,
)

FIRST = 6_000  # links near the flow's prices in the first linear program
BEST = 8  # best links of each giver and taker that come along
ADDED = 4_000  # links added to a linear program at once
LAST = 20_000  # links in an integer program
ROUNDS = 100  # of cuts and prices


class Slotted(Solver):
    """Flow, colouring and cuts. For the tiers that are sums; the general solver does the rest."""

    name: ClassVar[str] = "slotted"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.LOADS,
            Feature.SEVERAL,
            Feature.COUPLED,
            Feature.NO_MUTUAL,
            Feature.LOCKED,
            Feature.REQUIRED,
            Feature.PREVIOUS,
        }
    )

    def accepts(self, instance: Instance) -> bool:
        """Whether the features are handled and every tier is a sum."""
        return super().accepts(instance) and set(instance.tiers) <= set(LINEAR)

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best assignment found; the general solver says why there is none."""
        calendar = Calendar(instance.slots) if instance.slots is not None else None
        gives, takes = seats_of(instance, calendar)
        try:
            relaxed = relax(instance, gives, takes, clock.share(0.6))
        except OverflowError:
            return PairsCpSat().solve(instance, clock)
        if isinstance(relaxed, Answer):
            return replace(relaxed, solver=self.name)
        search = _Search(instance, clock, calendar, gives, takes, relaxed)
        search.run()
        if search.best is None:
            return PairsCpSat().solve(instance, clock)
        return search.answer(self.name)


@dataclass
class _Search:
    """One solve after the flow: the best assignment so far and the clashes seen."""

    instance: Instance
    clock: Clock
    calendar: Calendar | None
    gives: Ints
    takes: Ints
    relaxed: Relaxed
    best: dict[Link, int] | None = None
    value: tuple[object, ...] = ()
    clashes: list[tuple[Link, ...]] = field(default_factory=list)
    bounds: list[tuple[int, Units]] = field(default_factory=list)  # of programs with cuts
    proven: bool = False  # no assignment is better in the tiers' order

    def run(self) -> None:
        """Colour the flow; where that fails, cut, price and solve small integer programs."""
        if self._try(self.relaxed.links):
            self.proven = self.relaxed.certificate is not None
            return
        self._repair(self.relaxed.links, all_links=True)
        if self.relaxed.certificate is None:
            return
        if self.instance.draw >= 0:  # lots have done their part, what follows goes by tiers
            again = relax(
                self.instance.vary(draw=-1), self.gives, self.takes, self.clock.share(0.3)
            )
            if isinstance(again, Answer) or again.certificate is None:
                return
            self.relaxed = again
        for strict in (False, True):
            self.proven = not self.clock.is_over and self._cut_and_price(strict)
            if self.proven:
                return

    def _try(self, links: Sequence[Link]) -> bool:
        """Keep an assignment if slots can be found for it; else remember what clashes."""
        slots, clashes = conflicts(self.instance, self.calendar, links)
        self.clashes += [clash for clash in clashes if clash not in self.clashes]
        if clashes or exceeds(self.instance, links):
            return False
        self._keep({link: slots[link] for link in links})
        return True

    def _keep(self, found: dict[Link, int]) -> None:
        """Take a complete assignment as the best if it is legal and better."""
        value = key(self.instance, list(found))
        better = self.best is None or value > self.value
        if better and not broken(self.instance, found_of(found)):
            self.best, self.value = found, value

    def _repair(
        self, links: Sequence[Link], all_links: bool = False, keep_order: bool = False
    ) -> None:
        """Keep what fits of the links, then fill up: with the best of all, or only with these."""
        limited = self.instance.vary(gives_max=self.gives, takes_max=self.takes)
        table: Table | None = start_table(limited, self.calendar)
        if table is None:
            return
        points = points_of(self.instance.links, links)
        price, worth = self.relaxed.giver_price, self.relaxed.worth.get("points", 0)
        other = self.relaxed.taker_price
        # First the links that the flow would miss most.
        rank = {k: (price[k[0]] + other[k[1]] - worth * points[k], k) for k in links}
        for link in links if keep_order else sorted(links, key=rank.__getitem__):
            table.add(link)
        if all_links:
            givers, takers, values = best_links(limited)
            ranked = order(limited, givers, takers, values)
            every = list(zip(givers[ranked].tolist(), takers[ranked].tolist(), strict=True))
            fill(table, every, self.clock, first=True)
            fill(table, every, self.clock, first=False)
        self._keep(dict(table.slot))

    def _cut_and_price(self, strict: bool) -> bool:
        """Improve answer and bound until they meet; whether the answer is proven best.

        The linear program gets cuts and the links that its prices ask for, until it is best
        over all links. Then only links whose reduced weight is within the gap can be in a
        better assignment: an integer program over them finds it or proves that none exists.
        """
        instance = self.instance
        gap = 2**60
        if self.best is not None:
            flow, mine = (self.relaxed.weigh(instance, k) for k in (self.relaxed.links, self.best))
            gap = flow - mine
        points, _ = near_links(instance, self.relaxed, gap, FIRST)
        for g, t, value in zip(*best_links(instance, BEST, FIRST), strict=True):
            points[int(g), int(t)] = int(value)
        points.update(points_of(instance.links, self.best or ()))
        matches = int(min(self.gives.sum(), self.takes.sum()))
        units = Units.of(instance, matches, max_points(instance), strict)
        master = Master(instance, self.gives, self.takes, units, points, self.calendar)
        master.teach(self.clashes)
        prices, closed = self._converge(master)
        if prices is None:
            return False
        if closed:
            if master.limit(prices) > master.worth(self.best or ()) and not self._integers(master):
                return False
            self.bounds.append((master.worth(self.best or ()), units))
            return self._is_exact(units, strict)
        bound = master.price(prices, 1, 0)[0]
        self.bounds.append((bound, units))
        best = master.worth(self.best) if self.best is not None else -(2**60)
        if bound <= best:
            return self._is_exact(units, strict)
        _, near, least = master.price(prices, best - bound, LAST)
        near.update(points_of(instance.links, self.best or ()))
        if not self._integers(master.over(near)) or self.best is None:
            return False
        best = master.worth(self.best)
        if least <= best - bound:
            self.bounds.append((best, units))
        return least <= best - bound and self._is_exact(units, strict)

    def _is_exact(self, units: Units, strict: bool) -> bool:
        """Whether the best weight means the best in every tier.

        Without strict units the first tier needs its own proof: the flow's value.
        """
        if strict or len(self.instance.tiers) < 2:
            return True
        first = self.instance.tiers[0]
        flow = tier_value(self.instance, first, self.relaxed.links)
        return flow == tier_value(self.instance, first, list(self.best or ()))

    def _converge(self, master: Master) -> tuple[Prices | None, bool]:
        """Solve the linear program with cuts and pricing until neither is left; its prices.

        Closed: the program holds every link that a better assignment can use, because all
        others cost the bound more than what is left to gain.
        """
        closed = False
        for _ in range(ROUNDS):
            if self.clock.is_over:
                break
            status, used, prices = master.solve(self.clock.left, whole=False)
            if status == "infeasible" or prices is None:
                break
            cuts = separate(self.instance, self.calendar, used, set(master.known))
            if master.add_cuts(cuts) or self._round(master, used):
                continue
            if closed:
                return prices, True
            bound, new, _ = master.price(prices, 1 - 2 * master.units["points"], ADDED)
            short = master.worth(self.best) - bound if self.best is not None else -(2**60)
            self.clock.say("slots", bound + short, bound)
            if short >= 0:
                return prices, False
            _, near, least = master.price(prices, short, LAST)
            if least <= short:
                near.update(points_of(self.instance.links, self.best or ()))
                master.points, closed = near, True
                continue
            new = {link: value for link, value in new.items() if link not in master.points}
            if not new:
                return prices, False
            master.points.update(new)
        return None, False

    def _round(self, master: Master, used: dict[Link, float]) -> bool:
        """Try what the program chose; whether that taught new cuts."""
        links = sorted(link for link, value in used.items() if value > 0.99)
        if self._try(links) and len(links) == len(used):
            return False
        self._repair(sorted(used, key=lambda k: (-used[k], k)), keep_order=True)
        return master.teach(self.clashes)

    def _integers(self, master: Master) -> bool:
        """Solve the integer program with cuts; whether its answer is the best over its links."""
        for _ in range(ROUNDS):
            if self.clock.is_over:
                return False
            status, used, _ = master.solve(self.clock.left, whole=True)
            if status == "infeasible":
                return True
            if not used and status != "optimal":
                return False
            if self._try(sorted(used)):
                return status == "optimal"
            self._repair(sorted(used))
            if not master.teach(self.clashes):
                return False
        return False

    # -- the answer --------------------------------------------------------------------------

    def answer(self, name: str) -> Answer:
        """Return the best assignment with values, bounds and prices."""
        assert self.best is not None
        matches = found_of(self.best)
        wrong = broken(self.instance, matches)
        if wrong:
            raise VerificationError("; ".join(wrong))
        links = list(self.best)
        tiers: list[TierAnswer] = []
        for tier in self.instance.tiers:
            value = tier_value(self.instance, tier, links)
            bound, flow = self._bound(tiers, tier)
            if self.proven:
                bound = value
            certificate = self.relaxed.certificate if bound == flow else None
            tiers.append(TierAnswer(tier, value, bound, certificate))
        finished = self.proven and not self.clock.looked_late
        facts = {"clashes": len(self.clashes)}
        return Answer(matches, tuple(tiers), finished, facts=facts, solver=name)

    def _bound(self, before: Sequence[TierAnswer], tier: str) -> tuple[int | None, int | None]:
        """Return the best bound on a tier and the flow's, given the values of those before.

        What is left of a bound on the weight after the earlier tiers' values bounds this
        tier's part, as later parts are never negative. ``changes`` counts kept links there.
        """
        old = len(wanted(self.instance))
        ways: list[tuple[int, list[tuple[str, int]]]] = []
        if self.relaxed.certificate is not None:
            names = {"changes": "kept"}
            worth = self.relaxed.worth
            combined = self.relaxed.weigh(self.instance, self.relaxed.links)
            ways.append((combined, [(t, worth[names.get(t, t)]) for t in self.instance.tiers]))
        ways += [(bound, list(units.tiers)) for bound, units in self.bounds]
        found: list[int] = []
        for rest, units in ways:
            for (name, unit), done in zip(units, before, strict=False):
                rest -= unit * (old - done.value if name == "changes" else done.value)
            limit = rest // units[len(before)][1]
            found.append(old - min(limit, old) if tier == "changes" else limit)
        if not found:
            return None, None
        flow = found[0] if self.relaxed.certificate is not None else None
        return (max if tier == "changes" else min)(found), flow

"""Pairs with named slots: a flow, a colouring, and cuts only where slots clash.

The flow ignores slots, totals and mutual links and is exact for all links. Where its matches
can be coloured with slots it is the answer, proven by its prices. Elsewhere few links matter:
an assignment within ``gap`` of the bound uses no link whose reduced weight is below ``-gap``.
An integer program over such links gets a cut for every set of links without slots and is
solved again until its answer has slots. It then is best over these links, and over all links
if they hold everything within the gap that is left; a better answer leaves a smaller gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from cohortopt.errors import VerificationError
from cohortopt.instance.instance import Feature, Instance, Ints, Longs
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.greedy import Table, best_links, fill, order, start_table
from cohortopt.solvers.pairs.check import broken, key, tier_value, wanted
from cohortopt.solvers.pairs.colouring import Calendar
from cohortopt.solvers.pairs.cpsat import PairsCpSat
from cohortopt.solvers.pairs.links import Link, found_of, points_of
from cohortopt.solvers.pairs.slotted_cuts import conflicts, exceeds, separate
from cohortopt.solvers.pairs.slotted_master import Master, Solved
from cohortopt.solvers.pairs.slotted_prices import Prices, priced
from cohortopt.solvers.pairs.slotted_relaxed import (
    LINEAR,
    Near,
    Relaxed,
    Units,
    near_links,
    one_price,
    relax,
    seats_of,
)

FIRST = 6_000  # links near the flow's prices in the first linear program
EACH = 4  # nearest links of each giver and taker that come along
ADDED = 4_000  # links added to a linear program at once
FEW = 4_000  # links in the first integer program
LAST = 64_000  # links in the last one
FAR = 100  # times what the linear program misses: an answer so far off is improved first
ROUNDS = 100  # of cuts and prices
NOTHING = -(2**60)  # the weight of no assignment
PATIENT = 3  # linear programs for cuts before the links are priced again


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


@dataclass(frozen=True)
class Bound:
    """No assignment weighs more than this in these units; what proves it, where that is prices."""

    weight: int
    units: tuple[tuple[str, int], ...]  # tiers in order
    certificate: dict[str, Any] | None = None


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
    bounds: list[Bound] = field(default_factory=list)  # with cuts
    few: int = 0  # links in the next integer program
    proven: bool = False  # no assignment is better in the tiers' order

    def run(self) -> None:
        """Colour the flow; where that fails, cut, price and solve small integer programs."""
        if self._try(self.relaxed.links):
            self.proven = self.relaxed.finished
            return
        if not self.relaxed.finished:
            every = best_links(self.instance)
            for links in ((), self.relaxed.links):  # no worse than the best links alone
                self._repair(links, every)
            self._at_one_price()
            return
        if self.instance.draw >= 0:  # lots have done their part, what follows goes by tiers
            again = relax(
                self.instance.vary(draw=-1), self.gives, self.takes, self.clock.share(0.3)
            )
            if isinstance(again, Answer) or not again.finished:
                self._repair(self.relaxed.links, best_links(self.instance))
                return
            self.relaxed = again
        near = near_links(self.instance, self.relaxed, 2**60, FIRST, EACH)
        ends = np.array(list(near.links), dtype=np.int64).reshape(-1, 2)
        value = np.array(list(near.links.values()), dtype=np.int64)
        self._repair(self.relaxed.links, (ends[:, 0], ends[:, 1], value))
        self.proven = self._cut_and_price(near)

    def _try(self, links: Sequence[Link]) -> bool:
        """Keep an assignment if slots can be found for it; else remember what clashes."""
        slots, clashes = conflicts(self.instance, self.calendar, links, self.clock)
        self.clashes += [clash for clash in clashes if clash not in self.clashes]
        if len(slots) < len(links) or exceeds(self.instance, links):
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
        self,
        links: Sequence[Link],
        more: tuple[Longs, Longs, Longs] | None = None,
        ordered: bool = False,
    ) -> None:
        """Keep what fits of the links, then fill up with ``more``: givers, takers and points."""
        limited = self.instance.vary(gives_max=self.gives, takes_max=self.takes)
        table: Table | None = start_table(limited, self.calendar)
        if table is None:
            return
        points = points_of(self.instance.links, links)
        price, worth = self.relaxed.giver_price, self.relaxed.worth.get("points", 0)
        other = self.relaxed.taker_price
        # First the links that the flow would miss most.
        rank = {k: (price[k[0]] + other[k[1]] - worth * points[k], k) for k in links}
        for link in links if ordered else sorted(links, key=rank.__getitem__):
            table.add(link)
        if more is not None:
            ranked = order(limited, *more)
            every = list(zip(more[0][ranked].tolist(), more[1][ranked].tolist(), strict=True))
            fill(table, every, self.clock, first=True)
            fill(table, every, self.clock, first=False)
        self._keep(dict(table.slot))

    def _cut_and_price(self, start: Near) -> bool:
        """Improve answer and bound until they meet; whether the answer is proven best.

        The linear program over few links prices the cuts, and a flow at these prices gives the
        bound over all links. Links that it would rather use join the program, until none is
        missed. What is left is chosen by integer programs.
        """
        instance, loads = self.instance, (self.gives, self.takes)
        points = {**start.links, **points_of(instance.links, self.best or ())}
        matches = int(min(self.gives.sum(), self.takes.sum()))
        units = Units.of(instance, matches, start.top)
        master = Master(instance, self.gives, self.takes, units, points, self.calendar)
        master.teach(self.clashes)
        bounded, lowest, self.few = self.relaxed, 2**62, FEW
        if len(units.tiers) > 1:
            light = Units.of(instance, matches, start.top, 2)
            self._price_lightly(light, (points, bounded))
        for _ in range(ROUNDS):
            solved, settled = self._converge(master)
            if solved is None or solved.prices is None:
                return False
            known = (master.points, bounded)
            again = priced(instance, loads, units, solved.prices, known, self.calendar, self.clock)
            if again is None:
                return False
            bounded = again
            limit = bounded.bound // units.fine
            self.bounds.append(Bound(limit, units.tiers, bounded.certificate))
            self._try(bounded.links)
            best = self._weight(master)
            self.clock.say("slots", None if self.best is None else best, limit)
            if limit <= best:
                return True
            near = bounded.near
            if limit >= lowest:  # missed links may be some that the flow did not look at
                missed = limit - int(solved.value)
                if limit - best > FAR * missed and self._choose(
                    master, bounded, solved.used, LAST // 4
                ):
                    return True
                near = near_links(instance, bounded, missed * units.fine, LAST).links
            lowest = min(lowest, limit)
            new = {k: value for k, value in near.items() if k not in master.points}
            if settled and (limit <= solved.value + 0.5 or not new):
                break
            master.points.update(islice(new.items(), ADDED))
        else:
            return False
        return self._choose(master, bounded, solved.used, LAST)

    def _choose(self, master: Master, bounded: Relaxed, used: Iterable[Link], most: int) -> bool:
        """Choose among ever more links near the bound, and those that the linear program used.

        Whether that proves the best.
        """
        while self.few <= most and not self.clock.is_over:
            if self._choose_among(master, bounded, used):
                return True
            self.few *= 2
        return False

    def _choose_among(self, master: Master, bounded: Relaxed, used: Iterable[Link]) -> bool:
        """Choose among few links near the bound by integer programs; whether that is the best.

        Only links whose reduced weight is within the gap can be in a better assignment: where
        they are no more than twice ``few``, a program over all of them finds it or proves that
        none exists. Otherwise the nearest may teach a better one, and that narrows the gap.
        """
        fine = master.units.fine
        slack = min(-NOTHING, bounded.bound - self._weight(master) * fine)
        near = near_links(self.instance, bounded, slack, 2 * self.few)
        is_all = near.slack >= slack
        links = near.links if is_all else dict(islice(near.links.items(), self.few))
        others = {*bounded.links, *(self.best or ()), *used, *master.locks} - links.keys()
        some = master.over({**links, **points_of(self.instance.links, others)})
        finished = self._integers(some)
        master.add_cuts(some.cuts)
        best = self._weight(master)
        if finished and is_all and self.best is not None:
            self.bounds.append(Bound(best, master.units.tiers))
            return True
        return best >= bounded.bound // fine

    def _weight(self, master: Master) -> int:
        """Return what the best assignment weighs, less than any where there is none."""
        return NOTHING if self.best is None else master.worth(self.best)

    def _price_lightly(self, units: Units, start: tuple[dict[Link, int], Relaxed]) -> None:
        """Bound points whoever is placed, should time end: a seat is worth two links here."""
        loads = self.gives, self.takes
        found = priced(self.instance, loads, units, Prices(), start, self.calendar, self.clock)
        if found is None:
            self._at_one_price()
        else:
            self.bounds.append(Bound(found.bound // units.fine, units.tiers, found.certificate))

    def _at_one_price(self) -> None:
        """Bound places and points without any flow, where they are the first tiers."""
        if self.instance.tiers[:2] == ("placed", "points") and not self.instance.locked:
            weight, proof = one_price(self.instance, self.gives, self.takes)
            self.bounds.append(Bound(weight, (("placed", 1), ("points", 1)), proof))

    def _converge(self, master: Master) -> tuple[Solved | None, bool]:
        """Solve the linear program, again where it breaks cuts, and say whether it still does not.

        None: cut short.
        """
        for turn in range(PATIENT):
            if self.clock.is_over:
                break
            solved = master.solve(self.clock.left, whole=False)
            if solved.prices is None:
                break
            cuts = separate(self.instance, self.calendar, solved.used, set(master.known))
            learned = master.add_cuts(cuts)
            if not learned or turn == PATIENT - 1:
                learned = self._round(master, solved.used) or learned
            if not learned or turn == PATIENT - 1:
                return solved, not learned
        return None, False

    def _round(self, master: Master, used: dict[Link, float]) -> bool:
        """Try what the program chose; whether that taught new cuts."""
        links = sorted(link for link, value in used.items() if value > 0.99)
        if self._try(links) and len(links) == len(used):
            return False
        self._repair(sorted(used, key=lambda k: (-used[k], k)), ordered=True)
        return master.teach(self.clashes)

    def _integers(self, master: Master) -> bool:
        """Solve the integer program with cuts; whether its answer is the best over its links."""
        for _ in range(ROUNDS):
            if self.clock.is_over:
                return False
            solved = master.solve(self.clock.left, whole=True)
            if solved.status == "infeasible":
                return True
            if not solved.used and solved.status != "optimal":
                return False
            if self._try(sorted(solved.used)):
                return solved.status == "optimal"
            self._repair(sorted(solved.used))
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
            found = self._bound(tiers, tier)
            bound, certificate = found or (None, None)
            if self.proven and bound != value:
                bound, certificate = value, None
            tiers.append(TierAnswer(tier, value, bound, certificate))
        finished = self.proven and not self.clock.looked_late
        facts = {"clashes": len(self.clashes)}
        return Answer(matches, tuple(tiers), finished, facts=facts, solver=name)

    def _bound(
        self, before: Sequence[TierAnswer], tier: str
    ) -> tuple[int, dict[str, Any] | None] | None:
        """Return the best bound on a tier, given the values of those before, and its certificate.

        What is left of a bound on the weight after the earlier tiers' values bounds this
        tier's part, as later parts are never negative. ``changes`` counts kept links there.
        """
        old = len(wanted(self.instance))
        bounds = [*self.bounds]
        if self.relaxed.certificate is not None and (self.relaxed.finished or not before):
            names = {"changes": "kept"}
            units = [(one, self.relaxed.worth[names.get(one, one)]) for one in self.instance.tiers]
            bounds.insert(0, Bound(self.relaxed.bound, tuple(units), self.relaxed.certificate))
        best: tuple[int, dict[str, Any] | None] | None = None
        for known in bounds:
            rest = known.weight
            for (name, unit), done in zip(known.units, before, strict=False):
                rest -= unit * (old - done.value if name == "changes" else done.value)
            limit = rest // known.units[len(before)][1]
            limit = old - min(limit, old) if tier == "changes" else limit
            better = best is None or (limit > best[0] if tier == "changes" else limit < best[0])
            same = best is not None and limit == best[0]  # one proof for all tiers, if possible
            if better or (same and known.certificate is not None):
                best = limit, known.certificate
        return best

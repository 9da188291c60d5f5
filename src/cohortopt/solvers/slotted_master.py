"""The linear and integer programs of slotted pairs: few links, cuts where slots clash.

Columns are links, and one "is placed" for each taker of several matches. Rows are loads,
totals, mutual links, locks and *cuts*: of all links of one person whose slots lie in a set of
slots, no more are chosen than meetings fit into that set. Where that says too little about a
person, the person becomes *active*: a column per link and slot, a row per window of
overlapping slots. Any whole prices on the rows bound
every assignment (weak duality):

    weight <= sum over rows of price * end + sum over columns of max(0, weight - prices)

where ``end`` is the upper end of a row of positive price and the lower end otherwise. The
prices come from HiGHS and are rounded, so the bound does not depend on its accuracy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance, Ints, Longs
from cohortopt.solvers.colouring import Calendar, bits
from cohortopt.solvers.pairs_check import Link, wanted
from cohortopt.solvers.slotted_cuts import Cut, cut_of
from cohortopt.solvers.slotted_relaxed import BLOCK, least_loads

FREE = float("inf")
ACTIVE = 80  # people at most whose links get a column per slot


@dataclass(frozen=True)
class Units:
    """What one unit of each tier adds to the program's weight."""

    tiers: tuple[tuple[str, int], ...]  # in the instance's order

    def __getitem__(self, tier: str) -> int:
        return sum(unit for name, unit in self.tiers if name == tier)

    @classmethod
    def of(cls, instance: Instance, matches: int, top: int, strict: bool) -> Units:
        """Return units: one of an earlier tier outweighs all of the later ones.

        Unless ``strict`` the first tier only outweighs what some fifty links can give: smaller
        numbers, and just as good where the first tier reaches a bound of its own.
        """
        below, single, found = 0, 1, []
        ranges = {
            "placed": (int(instance.priority[instance.takers].sum()), int(instance.priority.max())),
            "points": (top * matches, top),
            "changes": (len(wanted(instance)), 1),
        }
        for position, tier in reversed(list(enumerate(instance.tiers))):
            unit = below + 1
            if position == 0 and not strict:
                unit = min(unit, 50 * single + 1)
            below += unit * ranges[tier][0]
            single += unit * ranges[tier][1]
            found.append((tier, unit))
        return cls(tuple(reversed(found)))


@dataclass(frozen=True)
class Prices:
    """Whole prices of all rows, gathered by what they speak of, and the bound they give."""

    giver: Longs  # (n,)
    taker: Longs  # (n,) less what a place earns
    links: Mapping[Link, int]  # further prices of single links: cuts, mutual rows, locks
    slots: Mapping[int, Longs]  # active people: what each slot costs
    bound: int


@dataclass
class Master:
    """The programs over ``points``; links and cuts can be added between solves."""

    instance: Instance
    gives: Ints
    takes: Ints
    units: Units
    points: dict[Link, int]
    calendar: Calendar | None = None
    cuts: list[Cut] = field(default_factory=list)
    active: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.old = wanted(self.instance)
        self.locks = {(lock.people[0], lock.people[1]) for lock in self.instance.locked}
        self.least = least_loads(self.instance)
        self.known = set(self.cuts)

    def add_cuts(self, cuts: Iterable[Cut]) -> bool:
        """Add those cuts that are new; whether there were any."""
        new = [cut for cut in dict.fromkeys(cuts) if cut not in self.known]
        self.cuts = [*self.cuts, *new]
        self.known.update(new)
        return bool(new)

    def teach(self, clashes: Iterable[Sequence[Link]]) -> bool:
        """Make clashes impossible by cuts or by columns per slot; whether anything was new."""
        before = len(self.active)
        cuts: list[Cut] = []
        for clash in clashes:
            found = cut_of(self.instance, self.calendar, clash)
            count = Counter(person for link in clash for person in link)
            crowd = {person for person, times in count.items() if times > 1}
            if not found and not crowd <= self.active and len(self.active) < ACTIVE:
                self.active |= crowd
            cuts += found or [Cut(frozenset(clash), len(clash) - 1)]
        return self.add_cuts(cuts) or len(self.active) > before

    def over(self, points: dict[Link, int]) -> Master:
        """Return a program over other links with the same cuts."""
        return replace(self, points=points, cuts=[*self.cuts], active={*self.active})

    def learn(self, other: Master) -> None:
        """Take over the cuts of another program."""
        self.add_cuts(other.cuts)
        self.active |= other.active

    def slots_of(self, link: Link) -> list[int]:
        """Return the slots that a link has columns for; [-1] where slots do not matter."""
        if self.calendar is None or not self.active.intersection(link):
            return [-1]
        return bits(self.calendar.common(link))

    def gain(self, taker: int) -> int:
        """Return what placing a taker adds to the weight."""
        return self.units["placed"] * int(self.instance.priority[taker])

    def weight(self, link: Link) -> int:
        """Return what a link adds; with the place where the taker has one match at most."""
        value = self.units["points"] * self.points[link]
        value += self.units["changes"] * (link in self.old)
        return value + (self.gain(link[1]) if self.takes[link[1]] <= 1 else 0)

    def worth(self, links: Iterable[Link]) -> int:
        """Return the weight of an assignment."""
        links = list(links)
        places = {taker for _, taker in links if self.takes[taker] > 1}
        return sum(map(self.weight, links)) + sum(map(self.gain, places))

    def solve(self, seconds: float, whole: bool) -> tuple[str, dict[Link, float], Prices | None]:
        """Solve the program; return status, the links used and, unless ``whole``, prices."""
        from cohortopt.solvers.highs import Program, optimise

        instance = self.instance
        columns = [(link, slot) for link in sorted(self.points) for slot in self.slots_of(link)]
        several = sorted({taker for _, taker in self.points if self.takes[taker] > 1})
        place = {t: len(columns) + i for i, t in enumerate(several)}
        column: dict[Link, list[int]] = {}
        by_giver: dict[int, list[int]] = {}
        by_taker: dict[int, list[int]] = {}
        for i, (link, _) in enumerate(columns):
            column.setdefault(link, []).append(i)
            by_giver.setdefault(link[0], []).append(i)
            by_taker.setdefault(link[1], []).append(i)
        rows: list[tuple[Sequence[int], float, float]] = []
        kinds: list[tuple[str, Any]] = []

        def add(kind: str, what: Any, columns: Sequence[int], low: float, high: float) -> None:
            rows.append((columns, low, high))
            kinds.append((kind, what))

        for g in instance.givers.tolist():
            if g in by_giver or self.least[0][g]:
                low = float(self.least[0][g]) or -FREE
                add("giver", g, by_giver.get(g, []), low, float(self.gives[g]))
        for t in instance.takers.tolist():
            if t in by_taker or self.least[1][t]:
                low = float(self.least[1][t]) or -FREE
                add("taker", t, by_taker.get(t, []), low, float(self.takes[t]))
        for i in sorted(by_giver.keys() & by_taker.keys()):
            if self.gives[i] + self.takes[i] > instance.total_max[i]:
                add("total", i, by_giver[i] + by_taker[i], -FREE, float(instance.total_max[i]))
        if not instance.mutual:
            for g, t in column:
                if g < t and (t, g) in column:
                    add("links", [(g, t), (t, g)], column[g, t] + column[t, g], -FREE, 1.0)
        for link in sorted(self.locks):
            add("links", [link], column.get(link, []), 1.0, 1.0)
        for cut in self.cuts:
            mine = [i for link in sorted(cut.links) for i in column.get(link, [])]
            add("links", cut.links, mine, -FREE, float(cut.most))
        for link, mine in column.items():
            if len(mine) > 1:
                add("links", [link], mine, -FREE, 1.0)
        for person in sorted(self.active):
            own = by_giver.get(person, []) + by_taker.get(person, [])
            for word in self._windows(person):
                mine = [i for i in own if word >> columns[i][1] & 1]
                if len(mine) > 1:
                    add("window", (person, word), mine, -FREE, 1.0)
        values = [1.0] * sum(len(row[0]) for row in rows)
        for t in several:
            add("place", t, [place[t], *by_taker[t]], -FREE, 0.0)
            values += [1.0] + [-1.0] * len(by_taker[t])
        objective = np.array(
            [*(self.weight(link) for link, _ in columns), *map(self.gain, several)], np.float64
        )
        found = optimise(
            Program(
                objective,
                np.ones(len(objective)),
                np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows]).astype(np.int64),
                np.array([c for row in rows for c in row[0]], dtype=np.int64),
                np.array(values, dtype=np.float64),
                np.array([row[1] for row in rows], dtype=np.float64),
                np.array([row[2] for row in rows], dtype=np.float64),
            ),
            seconds,
            whole=whole,
        )
        used: dict[Link, float] = {}
        for (link, _), value in zip(columns, found.values, strict=False):
            if value > 1e-6:
                used[link] = used.get(link, 0.0) + float(value)
        prices = None
        if not whole and found.status == "optimal" and len(found.duals):
            prices = self._whole(found.duals, kinds, rows)
        return found.status, used, prices

    def _windows(self, person: int) -> list[int]:
        """Return the largest sets of a person's slots of which any two overlap."""
        assert self.calendar is not None
        free = self.calendar.free(person)
        found: list[int] = []
        for slot in bits(free):
            word = self.calendar.ahead[slot] & free
            if word & ~(found[-1] if found else 0):
                found.append(word)
        return found

    def _whole(
        self,
        duals: NDArray[np.float64],
        kinds: Sequence[tuple[str, Any]],
        rows: Sequence[tuple[Sequence[int], float, float]],
    ) -> Prices:
        """Round the prices, gather them per person and link, and add up the fixed part."""
        n = self.instance.n
        giver, taker = np.zeros(n, np.int64), np.zeros(n, np.int64)
        single: dict[Link, int] = {}
        slots: dict[int, Longs] = {}
        bound = 0
        gains = {t: self.gain(t) for t in self.instance.takers.tolist() if self.takes[t] > 1}
        for dual, (kind, what), (_, low, high) in zip(duals, kinds, rows, strict=True):
            price = round(float(dual))
            end = high if price > 0 else low
            if price == 0 or math.isinf(end):
                continue
            bound += price * int(end)
            if kind in ("giver", "total"):
                giver[what] += price
            if kind in ("taker", "total"):
                taker[what] += price
            if kind == "place":
                taker[what] -= price
                gains[what] -= price
            if kind == "links":
                for link in what:
                    single[link] = single.get(link, 0) + price
            if kind == "window":
                assert self.calendar is not None
                person, word = what
                mine = slots.setdefault(person, np.zeros(self.calendar.slots.count, np.int64))
                mine[bits(word)] += price
        placed = {what for kind, what in kinds if kind == "place"}
        for t in gains.keys() - placed:  # no links yet: let the links carry the gain
            taker[t] -= gains.pop(t)
        bound += sum(max(0, gain) for gain in gains.values())
        return Prices(giver, taker, single, slots, bound)

    # -- all links ---------------------------------------------------------------------------

    def price(self, prices: Prices, least: int, most: int) -> tuple[int, dict[Link, int], int]:
        """Return the bound over all links, and the links of reduced weight ``least`` or more.

        Of more than ``most`` such links the best are kept; the third value is the reduced
        weight above which all are there. O(givers x takers) in blocks.
        """
        instance = self.instance
        givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
        step = max(1, BLOCK // max(1, len(takers)))
        row_of = {g: i for i, g in enumerate(givers.tolist())}
        column_of = {t: i for i, t in enumerate(takers.tolist())}
        one = np.array([self.gain(t) if self.takes[t] <= 1 else 0 for t in takers.tolist()])
        extra: dict[int, list[tuple[int, int]]] = {}
        corrections = {link: -price for link, price in prices.links.items()}
        for link in self.old:
            corrections[link] = corrections.get(link, 0) + self.units["changes"]
        for link, cost in self._slot_costs(prices):
            corrections[link] = corrections.get(link, 0) - cost
        for (g, t), value in corrections.items():
            if g in row_of and t in column_of:
                place = row_of[g] * len(takers) + column_of[t]
                extra.setdefault(row_of[g] // step, []).append((place, value))
        bound, parts = prices.bound, []
        for start in range(0, len(givers), step):
            rows = givers[start : start + step]
            points = instance.links.block(rows, takers)
            reduced = points.astype(np.int64) * self.units["points"]
            reduced += (one - prices.taker[takers])[None, :] - prices.giver[rows][:, None]
            flat = reduced.reshape(-1)
            for at, value in extra.get(start // step, []):
                flat[at - start * len(takers)] += value
            allowed = points != FORBIDDEN
            bound += int(reduced[allowed & (reduced > 0)].sum())
            r, c = np.nonzero(allowed & (reduced >= least))
            parts.append((rows[r], takers[c], points[r, c], reduced[r, c]))
        a, b, p, worth = (np.concatenate(part) for part in zip(*parts, strict=True))
        if len(a) > most:
            ranked = np.argsort(-worth, kind="stable")
            least = int(worth[ranked[most]]) + 1
            a, b, p = a[ranked[:most]], b[ranked[:most]], p[ranked[:most]]
        links = zip(a.tolist(), b.tolist(), strict=True)
        return bound, dict(zip(links, p.tolist(), strict=True)), least

    def limit(self, prices: Prices) -> int:
        """Return the bound that prices give over the program's own links."""
        costs = dict(self._slot_costs(prices))
        bound = prices.bound
        for link in self.points:
            spare = self.weight(link) - int(prices.giver[link[0]]) - int(prices.taker[link[1]])
            bound += max(0, spare - prices.links.get(link, 0) - costs.get(link, 0))
        return bound

    def _slot_costs(self, prices: Prices) -> Iterator[tuple[Link, int]]:
        """Yield what the cheapest common slot costs each link of an active person."""
        if self.calendar is None or not prices.slots:
            return
        slots = self.calendar.slots
        words = slots.starts.astype("<u8").view(np.uint8)
        free = np.unpackbits(words, axis=1, bitorder="little")[:, : slots.count].astype(np.bool_)
        for side, own, others in (
            (0, self.instance.givers, self.instance.takers),
            (1, self.instance.takers, self.instance.givers),
        ):
            for person in sorted(prices.slots.keys() & set(own.tolist())):
                cost = np.repeat(prices.slots[person][None, :], len(others), axis=0)
                for i, other in enumerate(others.tolist()):
                    if other in prices.slots:
                        cost[i] += prices.slots[other]
                open_ = free[others] & free[person]
                least = np.where(open_, cost, np.iinfo(np.int64).max).min(axis=1, initial=2**62)
                for other, value in zip(others.tolist(), least.tolist(), strict=True):
                    if side == 1 and other in prices.slots:
                        continue  # told by the giver already
                    if 0 < value < 2**62:
                        yield ((person, other) if side == 0 else (other, person)), value

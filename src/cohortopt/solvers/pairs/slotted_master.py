"""The linear and integer programs of slotted pairs: few links, cuts where slots clash.

Columns are links, and one "is placed" for each taker of several matches. Rows are loads,
totals, mutual links, locks and *cuts*: of all links of one person whose slots lie in a set of
slots, no more are chosen than meetings fit into that set. Where that says too little about a
person, the person becomes *active*: a column per link and slot, a row per window of
overlapping slots. What the linear program is for are the prices of those rows that a flow does
not know; see :mod:`cohortopt.solvers.pairs.slotted_prices`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Ints
from cohortopt.solvers.highs import Basis, Program, follow, optimise
from cohortopt.solvers.pairs.check import wanted
from cohortopt.solvers.pairs.colouring import Calendar, bits
from cohortopt.solvers.pairs.links import Link, points_of
from cohortopt.solvers.pairs.slotted_cuts import Cut, cut_of
from cohortopt.solvers.pairs.slotted_prices import Prices
from cohortopt.solvers.pairs.slotted_relaxed import Units, least_loads

FREE = float("inf")
ACTIVE = 80  # people at most whose links get a column per slot


@dataclass(frozen=True)
class Solved:
    """What a program gave: links used, its value, and prices unless it was one in integers."""

    status: str
    used: dict[Link, float]
    value: float
    prices: Prices | None


@dataclass
class _Rows:
    """Rows of a program while they are written: what each speaks of, its columns and ends."""

    told: list[tuple[str, Any]] = field(default_factory=list)
    columns: list[Sequence[int]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, kind: str, what: Any, columns: Sequence[int], low: float, high: float) -> None:
        self.told.append((kind, what))
        self.columns.append(columns)
        self.low.append(low)
        self.high.append(high)


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
    ended: Basis | None = None  # of the last linear program
    taught: dict[tuple[Link, ...], list[Cut]] = field(default_factory=dict)  # by clash

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
            if (found := self.taught.get(tuple(clash))) is None:
                found = cut_of(self.instance, self.calendar, clash)
                self.taught[tuple(clash)] = found
            count = Counter(person for link in clash for person in link)
            crowd = {person for person, times in count.items() if times > 1}
            if not found and not crowd <= self.active and len(self.active) < ACTIVE:
                self.active |= crowd
            cuts += found or [Cut(frozenset(clash), len(clash) - 1)]
        return self.add_cuts(cuts) or len(self.active) > before

    def over(self, points: dict[Link, int]) -> Master:
        """Return a program over other links with the same cuts."""
        return replace(self, points=points, cuts=[*self.cuts], active={*self.active}, ended=None)

    def slots_of(self, link: Link) -> list[int]:
        """Return the slots that a link has columns for; [-1] where slots do not matter."""
        if self.calendar is None or not self.active.intersection(link):
            return [-1]
        return bits(self.calendar.common(link))

    def gain(self, taker: int) -> int:
        """Return what placing a taker adds to the weight."""
        return self.units["placed"] * int(self.instance.priority[taker])

    def weights(self, links: Sequence[Link], points: Mapping[Link, int]) -> list[int]:
        """Return what links add; with the place where the taker has one match at most."""
        point, old = self.units["points"], self.units["changes"]
        gains = {t: self.gain(t) if self.takes[t] <= 1 else 0 for t in {t for _, t in links}}
        found = [point * points[link] + gains[link[1]] for link in links]
        if self.old:
            found = [w + old * (k in self.old) for w, k in zip(found, links, strict=True)]
        return found

    def worth(self, links: Iterable[Link]) -> int:
        """Return the weight of an assignment, also of links that are not in the program."""
        links = list(links)
        places = {taker for _, taker in links if self.takes[taker] > 1}
        points = points_of(self.instance.links, links)
        return sum(self.weights(links, points)) + sum(map(self.gain, places))

    def solve(self, seconds: float, whole: bool) -> Solved:
        """Solve the linear program, or the one in integers (``whole``)."""
        columns = [(link, slot) for link in sorted(self.points) for slot in self.slots_of(link)]
        several = sorted({taker for _, taker in self.points if self.takes[taker] > 1})
        rows = self._rows(columns)
        values = [1.0] * sum(map(len, rows.columns))
        of: dict[int, list[int]] = {taker: [] for taker in several}
        for i, ((_, taker), _) in enumerate(columns) if several else ():
            if taker in of:
                of[taker].append(i)
        for i, taker in enumerate(several):
            rows.add("place", taker, [len(columns) + i, *of[taker]], -FREE, 0.0)
            values += [1.0] + [-1.0] * len(of[taker])
        weights = self.weights([link for link, _ in columns], self.points)
        objective = np.array([*weights, *map(self.gain, several)], np.float64)
        program = Program(
            objective,
            np.ones(len(objective)),
            np.repeat(np.arange(len(rows.told)), [len(row) for row in rows.columns]),
            np.array([c for row in rows.columns for c in row], dtype=np.int64),
            np.array(values, dtype=np.float64),
            np.array(rows.low, dtype=np.float64),
            np.array(rows.high, dtype=np.float64),
        )
        if whole:
            found = optimise(program, seconds, whole=True)
        else:
            names = [*columns, *several], rows.told
            found, self.ended = follow(program, seconds, names, self.ended)
        used: dict[Link, float] = {}
        for i in np.flatnonzero(found.values[: len(columns)] > 1e-6).tolist():
            link = columns[i][0]
            used[link] = used.get(link, 0.0) + float(found.values[i])
        prices = None
        if not whole and found.status == "optimal" and len(found.duals):
            prices = _whole(found.duals * self.units.fine, rows.told)
        return Solved(found.status, used, found.objective, prices)

    def _rows(self, columns: Sequence[tuple[Link, int]]) -> _Rows:
        """Return all rows but those of places."""
        instance, rows = self.instance, _Rows()
        column: dict[Link, list[int]] = {}
        by_giver: dict[int, list[int]] = {}
        by_taker: dict[int, list[int]] = {}
        for i, (link, _) in enumerate(columns):
            column.setdefault(link, []).append(i)
            by_giver.setdefault(link[0], []).append(i)
            by_taker.setdefault(link[1], []).append(i)

        def mine(person: int) -> list[int]:
            return by_giver.get(person, []) + by_taker.get(person, [])

        for kind, people, own, least, most in (
            ("giver", instance.givers, by_giver, self.least[0], self.gives),
            ("taker", instance.takers, by_taker, self.least[1], self.takes),
        ):
            for i in people.tolist():
                if i in own or least[i]:
                    rows.add(kind, i, own.get(i, []), float(least[i]) or -FREE, float(most[i]))
        for i in sorted(by_giver.keys() & by_taker.keys()):
            if self.gives[i] + self.takes[i] > instance.total_max[i]:
                rows.add("total", i, mine(i), -FREE, float(instance.total_max[i]))
        if not instance.mutual:
            for g, t in column:
                if g < t and (t, g) in column:
                    rows.add("mutual", (g, t), column[g, t] + column[t, g], -FREE, 1.0)
        for link in sorted(self.locks):
            rows.add("lock", link, column.get(link, []), 1.0, 1.0)
        for cut in self.cuts:
            some = cut.links if cut.person < 0 else (columns[i][0] for i in mine(cut.person))
            links = sorted(cut.links.intersection(some))
            rows.add("cut", cut, [i for k in links for i in column.get(k, [])], -FREE, cut.most)
        for link, several in column.items():
            if len(several) > 1:
                rows.add("once", link, several, -FREE, 1.0)
        for person in sorted(self.active):
            for word in self._windows(person):
                inside = [i for i in mine(person) if word >> columns[i][1] & 1]
                if len(inside) > 1:
                    rows.add("window", (person, word), inside, -FREE, 1.0)
        return rows

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


def _whole(duals: NDArray[np.float64], told: Sequence[tuple[str, Any]]) -> Prices:
    """Return the prices above 0 of the rows that a flow does not know, rounded.

    ``duals`` are in units of the flow.
    """
    of: dict[str, list[tuple[Any, int]]] = {}
    for dual, (kind, what) in zip(np.rint(duals).astype(np.int64).tolist(), told, strict=True):
        if dual > 0:
            of.setdefault(kind, []).append((what, dual))
    return Prices(
        cuts=tuple(of.get("cut", [])),
        windows=tuple((*what, price) for what, price in of.get("window", [])),
        totals=tuple(of.get("total", [])),
        mutual=tuple(of.get("mutual", [])),
    )

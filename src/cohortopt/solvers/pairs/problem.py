"""A pairs instance as a transport problem: local indices, loads left after locks, tiers as weights.

Tiers are combined into one weight, largest first: the multiplier of a tier exceeds all that the
tiers after it can add up to, so the best combined value is the lexicographically best one. After
the last tier come more matches (``seats``), kept earlier links (``kept``) and, when asked for, lots
(``draw``). Levels that do not fit 64 bits together are solved in groups, one after the other on
what the group before leaves open (:mod:`cohortopt.solvers.pairs.face`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Feature, Instance, Ints, Longs
from cohortopt.solvers.base import Answer, Found, TierAnswer
from cohortopt.solvers.pairs.pricing import SAFE, Block

NUMBERS = frozenset({"placed", "points", "changes"})  # tiers that are sums
LOTS = 4096  # a lot is 0..LOTS - 1

Pair = tuple[int, int]


@dataclass(frozen=True)
class PairsProblem:
    """What the flow needs to know of an instance; givers and takers by local index.

    ``forced`` links are taken beforehand: the loads below are what is left after them, and they
    and the ``banned`` links are forbidden in ``block``.
    """

    instance: Instance
    givers: Ints
    takers: Ints
    forced: tuple[Pair, ...]  # people
    gives_min: Ints
    gives_max: Ints
    takes_min: Ints
    takes_max: Ints
    priority: Longs  # (T,) 0 where a forced link seats the taker already
    block: Block
    previous: tuple[Ints, Ints]  # local givers and takers, ordered, without forced links
    settled: tuple[Pair, ...] = ()  # people of further links that are in for certain

    @classmethod
    def of(
        cls,
        instance: Instance,
        forbidden_links: Iterable[Pair] = (),
        forced_links: Iterable[Pair] = (),
    ) -> PairsProblem:
        """Return the problem; locked links are forced too."""
        givers = np.unique(np.asarray(instance.givers, dtype=np.int32))
        takers = np.unique(np.asarray(instance.takers, dtype=np.int32))
        giver_at = {g: i for i, g in enumerate(givers.tolist())}
        taker_at = {t: i for i, t in enumerate(takers.tolist())}
        locks = [(lock.people[0], lock.people[1]) for lock in instance.locked]
        forced = tuple(sorted({(int(g), int(t)) for g, t in [*locks, *forced_links]}))
        gives = np.zeros(len(givers), dtype=np.int32)
        takes = np.zeros(len(takers), dtype=np.int32)
        for g, t in forced:
            gives[giver_at[g]] += 1
            takes[taker_at[t]] += 1
        only_takes = instance.required[takers] & ~np.isin(takers, givers)
        takes_min = np.maximum(instance.takes_min[takers], only_takes).astype(np.int32)
        only_gives = instance.required[givers] & ~np.isin(givers, takers)
        gives_min = np.maximum(instance.gives_min[givers], only_gives).astype(np.int32)
        closed = {*forced, *((int(g), int(t)) for g, t in forbidden_links)}
        earlier = {(int(p[0]), int(p[1])) for p in instance.previous if len(p) == 2}
        known = sorted(
            (giver_at[g], taker_at[t])
            for g, t in earlier - closed
            if g in giver_at and t in taker_at
        )
        return cls(
            instance,
            givers,
            takers,
            forced,
            np.maximum(gives_min - gives, 0).astype(np.int32),
            (instance.gives_max[givers] - gives).astype(np.int32),
            np.maximum(takes_min - takes, 0).astype(np.int32),
            (instance.takes_max[takers] - takes).astype(np.int32),
            np.where(takes > 0, 0, instance.priority[takers]).astype(np.int64),
            _without(
                instance,
                givers,
                takers,
                [(giver_at[g], taker_at[t]) for g, t in closed if g in giver_at and t in taker_at],
            ),
            (
                np.array([g for g, _ in known], dtype=np.int32),
                np.array([t for _, t in known], dtype=np.int32),
            ),
        )

    @cached_property
    def earlier(self) -> frozenset[Pair]:
        """The previous links, as people."""
        return frozenset((int(p[0]), int(p[1])) for p in self.instance.previous if len(p) == 2)

    @cached_property
    def seats(self) -> int:
        """No assignment has more free matches than this."""
        gives = np.minimum(self.gives_max, len(self.takers))
        takes = np.minimum(self.takes_max, len(self.givers))
        return max(0, min(int(gives.sum(dtype=np.int64)), int(takes.sum(dtype=np.int64))))

    def overfull(self) -> list[int]:
        """Return people whose forced links exceed what they may have."""
        givers, takers = self.givers[self.gives_max < 0], self.takers[self.takes_max < 0]
        return [*map(int, givers), *map(int, takers)]

    def most(self, top: int) -> dict[str, int]:
        """Return the most that each level can reach; ``top`` is the most points of a link."""
        fixed = len(self.forced)
        earlier = len(self.earlier.intersection(self.forced))
        priority = self.instance.priority[self.takers]
        return {
            "placed": int(priority.sum(dtype=np.int64)),
            "points": self.seats * top + self.points_of(self.forced),
            "seats": self.seats + fixed,
            "kept": len(self.previous[0]) + earlier,
            "draw": (self.seats + fixed) * (LOTS - 1),
        }

    def names(self, tiers: Iterable[str], *, ties: bool = True) -> list[str]:
        """Return the levels of these tiers, then the tie-breaks that can make a difference.

        Without ``ties`` the number of matches is the only tie-break, and always there.
        """
        tiers = list(tiers)
        names = [{"changes": "kept"}.get(tier, tier) for tier in tiers]
        names = [name for name in names if name in ("placed", "points", "kept")]
        same = len(set(self.priority.tolist())) == 1 and self.priority[0] > 0
        counted = "placed" in names and same and self.takes_max.max() <= 1
        if not (ties and counted):
            names.append("seats")
        if ties and "kept" not in names and len(self.previous[0]):
            names.append("kept")
        if ties and self.instance.draw >= 0:
            names.append("draw")
        return names

    def levels(self, names: Iterable[str], top: int) -> list[tuple[str, int]]:
        """Return levels with their multipliers, most important first.

        ``multiplier[i] = 1 + sum over later j of multiplier[j] * most[j]``: one unit of a level
        outweighs everything after it.
        """
        most = self.most(top)
        levels: list[tuple[str, int]] = []
        total = 0
        for name in reversed(list(names)):
            levels.append((name, total + 1))
            total += (total + 1) * most[name]
        return levels[::-1]

    def groups(self, names: Iterable[str], top: int) -> list[list[tuple[str, int]]]:
        """Return the levels in as few groups as fit 64-bit integers, most important first.

        Raises
        ------
        OverflowError
            If a single level does not fit.
        """
        groups: list[list[str]] = []
        for name in names:
            if groups and self.fits([*groups[-1], name], top):
                groups[-1].append(name)
            elif self.fits([name], top):
                groups.append([name])
            else:
                raise OverflowError(
                    f'tier "{name}" does not fit 64-bit integers: use smaller points or priorities'
                )
        return [self.levels(group, top) for group in groups]

    def fits(self, names: list[str], top: int) -> bool:
        """Whether the weights of these levels stay small enough for sums along any path."""
        levels = dict(self.levels(names, top))
        seat = levels.get("placed", 0) * int(self.priority.max(initial=0))
        unit = {"points": top, "seats": 1, "kept": 1, "draw": LOTS - 1}
        link = sum(levels.get(name, 0) * size for name, size in unit.items())
        chain = (2 * min(len(self.givers), len(self.takers)) + 1) * max(link, top)
        return 2 * (seat + chain) + 1 < SAFE

    def weights(self, levels: list[tuple[str, int]]) -> dict[str, Any]:
        """Return the arguments of ``transport`` that say what links and seats weigh.

        Without the level points every link must have 0 points (see ``flat``).
        """
        worth = dict(levels)
        kept = np.full(len(self.previous[0]), worth.get("kept", 0), dtype=np.int64)
        return {
            "taker_bonus": self.priority * worth.get("placed", 0),
            "per_point": worth.get("points", 1),
            "per_link": worth.get("seats", 0),
            "extra": (*self.previous, kept),
            "draw": (self.instance.draw, LOTS) if "draw" in worth else None,
        }

    def people(self, givers: Ints, takers: Ints) -> list[Pair]:
        """Return links of local indices, the forced and the settled ones, as people in order."""
        links = zip(self.givers[givers].tolist(), self.takers[takers].tolist(), strict=True)
        return sorted([*links, *self.forced, *self.settled])

    def points_of(self, pairs: Iterable[Pair]) -> int:
        """Return the points of links, asked for giver by giver.

        A locked link that the rules forbid has none.
        """
        of: dict[int, list[int]] = {}
        for g, t in pairs:
            of.setdefault(g, []).append(t)
        total = 0
        for g, takers in of.items():
            row = self.instance.links.block(np.array([g], np.intp), np.array(takers, np.intp))
            total += int(np.maximum(row, 0).sum(dtype=np.int64))
        return total


def flat(block: Block) -> Block:
    """Return the block with 0 points for every allowed link."""
    return lambda givers, takers: np.minimum(block(givers, takers), 0)


def places(
    some: NDArray[np.intp], others: NDArray[np.intp], rows: Ints, columns: Ints
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return where links lie in the block ``some x others`` (ascending), and which of them do."""
    row = np.minimum(np.searchsorted(some, rows), len(some) - 1)
    column = np.minimum(np.searchsorted(others, columns), len(others) - 1)
    here = (some[row] == rows) & (others[column] == columns)
    return row[here], column[here], here


HANDLED = frozenset(
    {
        Feature.SEVERAL,
        Feature.LOADS,
        Feature.REQUIRED,
        Feature.PREVIOUS,
        Feature.LOCKED,
        Feature.WORST,
    }
)


def _without(instance: Instance, givers: Ints, takers: Ints, closed: list[Pair]) -> Block:
    """Return the points between local givers and takers, with the closed links forbidden."""
    closed = sorted(closed)
    rows = np.array([g for g, _ in closed], dtype=np.int32)
    columns = np.array([t for _, t in closed], dtype=np.int32)
    giver_ids, taker_ids = givers.astype(np.intp), takers.astype(np.intp)

    def block(some: NDArray[np.intp], others: NDArray[np.intp]) -> Ints:
        points = instance.links.block(giver_ids[some], taker_ids[others])
        if len(rows) == 0 or points.size == 0:
            return points
        row, column, _ = places(some, others, rows, columns)
        points = np.array(points)
        points[row, column] = -1
        return points

    return block


def tier_values(problem: PairsProblem, pairs: list[Pair], points: int) -> dict[str, int]:
    """Return what the tiers in numbers are worth for these links (people)."""
    priority = problem.instance.priority
    kept = len(problem.earlier.intersection(pairs))
    return {
        "placed": sum(int(priority[t]) for t in {t for _, t in pairs}),
        "points": points,
        "changes": len(problem.earlier) - kept,
    }


def answer_of(
    pairs: list[Pair],
    tiers: list[TierAnswer],
    finished: bool,
    facts: dict[str, Any],
    problem: PairsProblem,
) -> Answer:
    """Return the answer for these links (people)."""
    slots = {(k.people[0], k.people[1]): k.slot for k in problem.instance.locked}
    found = tuple(Found(pair, leaders=1, slot=slots.get(pair, -1)) for pair in pairs)
    return Answer(found, tuple(tiers), finished, facts=facts, solver="flow")

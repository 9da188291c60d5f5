"""A pairs instance as a transport problem: local indices, loads left after locks, tiers as weights.

Tiers are combined into one weight, largest first: the multiplier of a tier exceeds all that the
tiers after it can add up to, so the best combined value is the lexicographically best one. After
the last tier come more matches (``seats``), kept earlier links (``kept``) and, when asked for, lots
(``draw``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Feature, Instance, Ints, Longs
from cohortopt.solvers.pricing import Block

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
        takes_min = np.array(instance.takes_min[takers], dtype=np.int32)
        takes_min = np.maximum(takes_min, instance.required[takers].astype(np.int32))
        gives_min = np.array(instance.gives_min[givers], dtype=np.int32)
        only_gives = instance.required[givers] & ~np.isin(givers, takers)
        gives_min = np.maximum(gives_min, only_gives.astype(np.int32))
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

    def levels(self, tiers: Iterable[str], top: int, *, ties: bool = True) -> list[tuple[str, int]]:
        """Return the tiers and the tie-breaks with their multipliers, most important first.

        ``top`` is the most points of a link. With ``most[i]`` the most that level i can reach,
        ``multiplier[i] = 1 + sum over later j of multiplier[j] * most[j]``: one unit of a level
        outweighs everything after it. Without ``ties`` the number of matches is the only one.
        """
        most = {
            "placed": int(self.priority.sum()),
            "points": self.seats * top,
            "changes": len(self.previous[0]),
            "seats": self.seats,
            "kept": len(self.previous[0]),
            "draw": self.seats * (LOTS - 1),
        }
        names = [tier for tier in tiers if tier in most]
        seated = "placed" in names and len(set(self.priority.tolist()) - {0}) == 1
        if not (ties and seated and self.takes_max.max(initial=0) <= 1 and self.priority.min() > 0):
            names.append("seats")
        if ties and "changes" not in names and most["kept"]:
            names.append("kept")
        if ties and self.instance.draw >= 0:
            names.append("draw")
        levels: list[tuple[str, int]] = []
        total = 0
        for name in reversed(names):
            levels.append(("kept" if name == "changes" else name, total + 1))
            total += (total + 1) * most[name]
        return levels[::-1]

    def weights(self, levels: list[tuple[str, int]]) -> dict[str, Any]:
        """Return the arguments of ``transport`` that say what links and seats weigh."""
        worth = dict(levels)
        for name, multiplier in levels:
            if multiplier >= 2**62:
                raise OverflowError(
                    f'tier "{name}" would need the multiplier {multiplier}: the tiers do not fit'
                    " 64-bit integers; use fewer tiers, smaller points or no draw"
                )
        kept = np.full(len(self.previous[0]), worth.get("kept", 0), dtype=np.int64)
        return {
            "taker_bonus": self._bonus(worth.get("placed", 0)),
            "per_point": worth.get("points", 1),  # without that tier all points are made 0
            "per_link": worth.get("seats", 0),
            "extra": (*self.previous, kept),
            "draw": (self.instance.draw, LOTS) if "draw" in worth else None,
        }

    def _bonus(self, multiplier: int) -> Longs:
        if multiplier * int(self.priority.max(initial=0)) >= 2**62:
            raise OverflowError(
                f"placing a person would weigh {multiplier} times a priority: the tiers do not fit"
                " 64-bit integers; use fewer tiers, smaller points or smaller priorities"
            )
        return self.priority * multiplier

    def people(self, givers: Ints, takers: Ints) -> list[Pair]:
        """Return links of local indices, and the forced ones, as people in order."""
        links = zip(self.givers[givers].tolist(), self.takers[takers].tolist(), strict=True)
        return sorted([*links, *self.forced])

    def points_of(self, pairs: Iterable[Pair]) -> int:
        """Return the points of forced links (a locked link that the rules forbid has none)."""
        pairs = list(pairs)
        found = self.instance.links.between([g for g, _ in pairs], [t for _, t in pairs])
        return int(np.maximum(found, 0).sum(dtype=np.int64))

    @property
    def has_loads(self) -> bool:
        """Whether somebody must have at least so many matches."""
        return bool(self.gives_min.any() or self.takes_min.any())


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
    rows = np.array([g for g, _ in closed], dtype=np.intp)
    columns = np.array([t for _, t in closed], dtype=np.intp)
    giver_ids, taker_ids = givers.astype(np.intp), takers.astype(np.intp)

    def block(some: NDArray[np.intp], others: NDArray[np.intp]) -> Ints:
        points = instance.links.block(giver_ids[some], taker_ids[others])
        if len(rows) == 0 or points.size == 0:
            return points
        row = np.minimum(np.searchsorted(some, rows), len(some) - 1)
        column = np.minimum(np.searchsorted(others, columns), len(others) - 1)
        here = (some[row] == rows) & (others[column] == columns)
        points = np.array(points)
        points[row[here], column[here]] = -1
        return points

    return block

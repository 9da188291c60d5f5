"""Best link first: the baseline that every other solver must beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Longs
from cohortopt.solvers.base import Answer, Clock, Found, Solver, TierAnswer
from cohortopt.solvers.pairs.check import tier_value, wanted
from cohortopt.solvers.pairs.colouring import Calendar, colour
from cohortopt.solvers.pairs.links import Link

BLOCK = 4_000_000  # links looked at together
AT_ONCE = 512_000  # links tried before the first look at the clock: some tenths of a second
BEST = 64  # links kept per giver where there are many


class Table:
    """A growing assignment that never breaks a capacity, a total, a mutual rule or a slot."""

    def __init__(self, instance: Instance, calendar: Calendar | None) -> None:
        self.instance = instance
        self.calendar = calendar
        self.slot: dict[Link, int] = {}  # the links so far, with slots (-1 without slots)
        self.fixed: dict[Link, int] = {}
        self.gives = instance.gives_max.tolist()
        self.takes = instance.takes_max.tolist()
        self.total = instance.total_max.tolist()
        self.free: dict[int, int] = {}
        self.links_of: dict[int, list[Link]] = {}

    def add(self, link: Link, fixed: int = -1) -> bool:
        """Add a link if it fits, and say whether it did. Moves other slots where it must."""
        giver, taker = link
        if link in self.slot:
            return False
        if min(self.gives[giver], self.takes[taker], self.total[giver], self.total[taker]) < 1:
            return False
        if not self.instance.mutual and (taker, giver) in self.slot:
            return False
        slot = -1
        if self.calendar is not None:
            word = self._free(giver) & self._free(taker)
            word &= 1 << fixed if fixed >= 0 else word
            if word:
                slot = (word & -word).bit_length() - 1
            elif not self._make_room(link, fixed):
                return False
        if fixed >= 0:
            self.fixed[link] = fixed
        if slot >= 0 or self.calendar is None:
            self.slot[link] = slot
        for person in link:
            self.links_of.setdefault(person, []).append(link)
            self.free.pop(person, None)
            self.total[person] -= 1
        self.gives[giver] -= 1
        self.takes[taker] -= 1
        return True

    def _free(self, person: int) -> int:
        """Return the slots that a person still has free."""
        assert self.calendar is not None
        if person not in self.free:
            word = self.calendar.free(person)
            for link in self.links_of.get(person, []):
                word &= ~self.calendar.near[self.slot[link]]
            self.free[person] = word
        return self.free[person]

    def _make_room(self, link: Link, fixed: int) -> bool:
        """Give new slots to the matches of the link's two people, so that the link has one."""
        assert self.calendar is not None
        if not self.calendar.common(link):
            return False
        near = dict.fromkeys(other for person in link for other in self.links_of.get(person, []))
        around = dict.fromkeys(
            other for one in near for person in one for other in self.links_of.get(person, [])
        )
        # Matches next to those that may move keep their slots.
        links = [link, *around]
        pins = [fixed] + [self.fixed.get(o, -1) if o in near else self.slot[o] for o in around]
        found = colour(self.calendar, links, pins, patience=200)
        if not found.is_complete:
            return False
        for one, slot in zip(links, found.slots, strict=True):
            self.slot[one] = slot
            for person in one:
                self.free.pop(person, None)
        return True

    def matches(self) -> tuple[Found, ...]:
        """Return the links as matches, in order."""
        return tuple(Found(link, 1, slot) for link, slot in sorted(self.slot.items()))


def best_links(
    instance: Instance, best: int = BEST, few: int = BLOCK
) -> tuple[Longs, Longs, Longs]:
    """Return givers, takers and points of the allowed links, all of them if they are ``few``.

    Otherwise the best ``best`` of each giver and of each taker within a block of givers.
    Takes O(givers x takers) time and a block's memory.
    """
    givers = instance.givers.astype(np.intp)
    takers = instance.takers.astype(np.intp)
    parts: list[tuple[Longs, Longs, Longs]] = []
    step = max(1, BLOCK // max(1, len(takers)))
    many = len(givers) * len(takers) > few
    for start in range(0, len(givers), step):
        rows = givers[start : start + step]
        block = instance.links.block(rows, takers)
        if many:
            keep = np.zeros(block.shape, dtype=np.bool_)
            k = min(best, block.shape[1])
            np.put_along_axis(keep, np.argpartition(-block, k - 1, axis=1)[:, :k], True, axis=1)
            k = min(best, block.shape[0])
            np.put_along_axis(keep, np.argpartition(-block, k - 1, axis=0)[:k], True, axis=0)
            g, t = np.nonzero(keep & (block != FORBIDDEN))
        else:
            g, t = np.nonzero(block != FORBIDDEN)
        value = block[g, t].astype(np.int64)
        parts.append((rows[g].astype(np.int64), takers[t].astype(np.int64), value))
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    a, b, c = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return a, b, c


def order(instance: Instance, givers: Longs, takers: Longs, points: Longs) -> Longs:
    """Return positions of links, best first by the instance's tiers, then by indices."""
    keys: list[Longs] = []
    kept = wanted(instance)
    old = np.zeros(len(points), dtype=np.int64)
    if kept:
        codes = np.array(sorted(g * instance.n + t for g, t in kept), dtype=np.int64)
        old = np.isin(givers * instance.n + takers, codes).astype(np.int64)
    for tier in instance.tiers:
        if tier == "placed":
            keys.append(instance.priority.astype(np.int64)[takers])
        elif tier == "changes":
            keys.append(old)
        else:
            keys.append(points)
    keys.append(old)
    return np.lexsort([takers, givers, *(-key for key in reversed(keys))]).astype(np.int64)


def fill(table: Table, links: Iterable[Link], clock: Clock, first: bool) -> None:
    """Add links in the given order wherever they fit; ``first``: only a taker's first.

    The first ones are tried even when time is over, so that there is an answer.
    """
    instance = table.instance
    seated = {taker for _, taker in table.slot}
    for step, link in enumerate(links):
        if step >= AT_ONCE and step % 1024 == 0 and clock.is_over:
            return
        if first and link[1] in seated:
            continue
        if table.gives[link[0]] > 0 and table.takes[link[1]] > 0 and table.add(link):
            seated.add(link[1])
            if len(seated) == len(instance.takers) and first:
                return


def start_table(instance: Instance, calendar: Calendar | None) -> Table | None:
    """Return a table with every locked match; None if the locks do not fit together."""
    table = Table(instance, calendar)
    fixed: dict[Link, int] = {}
    for lock in instance.locked:
        link = (lock.people[0], lock.people[1])
        fixed[link] = max(lock.slot, fixed.get(link, -1))
    for link, slot in sorted(fixed.items(), key=lambda item: (item[1] < 0, item)):
        if not table.add(link, slot):
            return None
    return table


def best_first(
    instance: Instance, clock: Clock, calendar: Calendar | None, first: Iterable[Link] = ()
) -> Table | None:
    """Return locked matches, then ``first``, then the best links that fit; None: locks clash."""
    table = start_table(instance, calendar)
    if table is None:
        return None
    for link in first:
        table.add(link)
    givers, takers, points = best_links(instance)
    ranked = order(instance, givers, takers, points)
    links = list(zip(givers[ranked].tolist(), takers[ranked].tolist(), strict=True))
    fill(table, links, clock, first=True)
    fill(table, links, clock, first=False)
    return table


def values(instance: Instance, links: Sequence[Link]) -> tuple[TierAnswer, ...]:
    """Return the tiers with their values and without bounds."""
    return tuple(TierAnswer(t, tier_value(instance, t, links)) for t in instance.tiers)


class Greedy(Solver):
    """Best link first: each taker's first match, then further ones. Proves nothing.

    O(links x log links). It refuses minimum loads, ``required`` and ``together``, which it
    could not promise to keep.
    """

    name: ClassVar[str] = "greedy"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.SEVERAL,
            Feature.COUPLED,
            Feature.NO_MUTUAL,
            Feature.PREVIOUS,
            Feature.WORST,
            Feature.STABLE,
        }
    )

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return what taking the best link first gives."""
        calendar = Calendar(instance.slots) if instance.slots is not None else None
        table = best_first(instance, clock, calendar)
        assert table is not None  # no locks: an empty table always fits
        matches = table.matches()
        links = [(match.people[0], match.people[1]) for match in matches]
        tiers = values(instance, links)
        return Answer(matches, tiers, finished=not clock.looked_late, solver=self.name)

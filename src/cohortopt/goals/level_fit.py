"""A level gap that is neither too small nor too large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import PrivateAttr

from cohortopt.goals.base import WHOLE, LinkGoal, Row, share
from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import Facts, Person


class LevelFit(LinkGoal):
    """1 at the ``ideal`` gap, falling linearly to 0 at the limits of the rule ``gap``.

    A side on which the rule sets no limit ends at the widest gap that the roster holds. Someone
    without a level earns nothing here.
    """

    kind: Literal["level_fit"] = "level_fit"
    ideal: int = 1

    _low: int | None = PrivateAttr(default=None)
    _high: int | None = PrivateAttr(default=None)

    def within(self, low: int | None, high: int | None, facts: Facts) -> Self:
        """Return a copy that knows the limits of the gap."""
        copy = self.knowing(facts)
        levels = [p.level for p in facts.roster.people if p.level is not None] or [0]
        widest = max(levels) - min(levels)
        copy._low = -widest if low is None else low
        copy._high = widest if high is None else high
        return copy

    def limits(self) -> tuple[int, int]:
        """Return the gaps at which the worth is 0; never on the wrong side of the ideal."""
        low = self.ideal - 1 if self._low is None else self._low
        high = self.ideal + 1 if self._high is None else self._high
        return min(low, self.ideal), max(high, self.ideal)

    def worth(self, giver: Person, taker: Person) -> int:
        if giver.level is None or taker.level is None:
            return 0
        return self._of(giver.level - taker.level)

    def worths(self, givers: Sequence[Person], taker: Person) -> list[int]:
        known: dict[int | None, int] = {None: 0}
        found = []
        for giver in givers:
            level = giver.level if taker.level is not None else None
            if level not in known:
                known[level] = self.worth(giver, taker)
            found.append(known[level])
        return found

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        levels = [giver.level for giver in givers]
        there, known = set(levels), dict[int | None, Longs]()

        def row(taker: Person) -> Longs:
            mine = taker.level
            if mine not in known:
                off = {
                    level: 0 if level is None or mine is None else times * self._of(level - mine)
                    for level in there
                }
                known[mine] = np.array([off[level] for level in levels], dtype=np.int64)
            return known[mine]

        return row

    def _of(self, gap: int) -> int:
        if gap == self.ideal:
            return WHOLE
        low, high = self.limits()
        if gap < self.ideal:
            return share(max(0, gap - low), self.ideal - low)
        return share(max(0, high - gap), high - self.ideal)

    def lower(self, draft: Draft) -> None:
        gap = draft.givers("level")[:, None] - draft.takers("level")[None, :]
        known = ~np.isnan(gap)
        whole = np.where(known, gap, 0).astype(np.int64)
        if whole.size == 0:
            return
        least = int(whole.min())
        table = [self._of(g) for g in range(least, int(whole.max()) + 1)]
        draft.award(np.array(table, dtype=np.int64)[whole - least] * known)

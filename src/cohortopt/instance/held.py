"""Points of links that are kept once they are known, so that later passes need not lower them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Block, Ints

MOST = 64_000_000  # links that are held; larger tables are lowered again and again
STEP = 4_000_000  # links lowered at once
SHORT = 2**15  # points below this take two bytes

Index = NDArray[np.intp]


class Held:
    """A block between ``givers`` and ``takers`` (people, ascending) that remembers its rows.

    A giver's row is lowered against all takers when a block asks for most of it, and then kept:
    2 bytes a link (4 where points reach 2^15). Blocks of few takers are lowered as they are, unless
    their rows are known. Several threads may at worst lower the same row.
    """

    def __init__(self, block: Block, n: int, givers: Ints, takers: Ints, most_points: int) -> None:
        self._block = block
        self._givers, self._takers = givers.astype(np.intp), takers.astype(np.intp)
        self._row, self._column = np.full((2, n), -1, dtype=np.intp)
        self._row[givers] = np.arange(len(givers))
        self._column[takers] = np.arange(len(takers))
        kind = np.int16 if most_points < SHORT else np.int32
        self._points = np.empty((len(givers), len(takers)), dtype=kind)
        self._known = np.zeros(len(givers), dtype=np.bool_)

    def __call__(self, givers: Index, takers: Index) -> Ints:
        rows, columns = self._row[givers], self._column[takers]
        if rows.min(initial=0) < 0 or columns.min(initial=0) < 0:
            return self._block(givers, takers)
        if not self._known[rows].all():
            if 2 * len(takers) < len(self._takers):
                return self._block(givers, takers)
            self._learn(np.unique(rows[~self._known[rows]]))
        if len(columns) == len(self._takers) and bool((np.diff(columns) == 1).all()):
            return self._points[rows].astype(np.int32)
        return self._points[rows[:, None], columns[None, :]].astype(np.int32)

    def _learn(self, rows: Index) -> None:
        step = max(1, STEP // max(1, len(self._takers)))
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            self._points[some] = self._block(self._givers[some], self._takers)
            self._known[some] = True

"""Links of pairs: what they are worth, and the matches they make."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cohortopt.instance.instance import Links
from cohortopt.solvers.base import Found

Link = tuple[int, int]  # giver, taker
TOGETHER = 512  # links looked up in one block


def points_of(table: Links, links: Iterable[Link]) -> dict[Link, int]:
    """Return the points of each link; ``FORBIDDEN`` where there are none.

    Asked for in small blocks: a few givers by the takers of their links.
    """
    ordered = sorted(set(links))
    found: dict[Link, int] = {}
    for start in range(0, len(ordered), TOGETHER):
        part = np.array(ordered[start : start + TOGETHER], dtype=np.intp)
        givers, row = np.unique(part[:, 0], return_inverse=True)
        takers, column = np.unique(part[:, 1], return_inverse=True)
        points = table.block(givers, takers)[row, column]
        found.update(zip(ordered[start : start + TOGETHER], points.tolist(), strict=True))
    return found


def found_of(links: dict[Link, int]) -> tuple[Found, ...]:
    """Return links with slots as matches, in order."""
    return tuple(Found(link, 1, slot) for link, slot in sorted(links.items()))

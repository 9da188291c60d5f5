"""Stable partners: pairs who would both rather have each other, and Irving's algorithm.

Everyone prefers whoever brings them more points. Reference: R. W. Irving (1985), "An efficient
algorithm for the stable roommates problem", doi:10.1016/0196-6774(85)90033-1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance
from cohortopt.solvers.exchange_columns import Columns, allowed_links


def blocking_partners(
    instance: Instance, columns: Columns, rows: NDArray[Any]
) -> list[tuple[int, int]]:
    """Return the pairs a < b who may be partners, are not, and would both gain strictly.

    Who has an empty seat gains from anybody; otherwise the least that a match brings has to be
    exceeded. O(n^2).
    """
    huge = np.iinfo(np.int64).max
    seats = np.zeros(instance.n, np.int64)
    least = np.full(instance.n, huge, np.int64)
    together = np.zeros((instance.n, instance.n), np.bool_)
    for row in rows.tolist():
        people = columns.members(row)
        for place, person in enumerate(people):
            seats[person] += 1
            least[person] = min(least[person], columns.gets[row, place])
            together[person, list(people)] = True
    least[seats < instance.total_max] = -1
    allowed = allowed_links(instance)
    better = least[:, None] < instance.links.dense.astype(np.int64).T  # [a, b]: a gains from b
    blocks = np.triu(allowed & allowed.T & better & better.T & ~together, 1)
    one, other = np.nonzero(blocks)
    return list(zip(one.tolist(), other.tolist(), strict=True))

"""Stable partners: which pairs would both rather have each other.

Everyone prefers whoever brings them more points; a choice is stable if no such pair is left. Not
every roster has one (D. Gale and L. S. Shapley, 1962, doi:10.2307/2312726), so the tier ``stable``
makes such pairs as few as possible.
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

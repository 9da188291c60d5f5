"""Stable partners: which pairs would both rather have each other.

Everyone prefers whoever brings them more points; a choice is stable if no such pair is left. Not
every roster has one (D. Gale and L. S. Shapley, 1962, doi:10.2307/2312726), so the tier ``stable``
makes such pairs as few as possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Ints, Longs
from cohortopt.solvers.exchange.columns import Columns, allowed_links


@dataclass(frozen=True)
class Roommates:
    """Pairs that are stable among everybody but ``apart``, who had to be taken out first.

    ``is_strict``: nobody likes two others equally. Then with anyone taken out, no choice of
    partners is stable.
    """

    pairs: tuple[tuple[int, int], ...]
    apart: tuple[int, ...]
    is_strict: bool


def roommates(instance: Instance) -> Roommates:
    """Return stable partners where there are some; ties count in the order of indices.

    Irving's algorithm finds a stable choice or a person who spoils it, by whom an odd party of
    people chase each other (J. J. M. Tan, 1991, doi:10.1016/0196-6774(91)90027-W); one is taken out
    of each. The people taken out are matched with each other and with whoever is alone as far as
    they may be. O(n^2 log n) time for each who is taken out.
    """
    from cohortopt.solvers.exchange.roommate_kernels import stable_roommates

    allowed = allowed_links(instance)
    both = allowed & allowed.T
    gains = np.where(both, instance.links.dense.T, -1)  # [i, j]: what i gets from j
    order = np.argsort(-gains, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(instance.n)[None, :], axis=1)
    length = both.sum(axis=1).astype(np.int64)
    mate = np.full(instance.n, -1, np.int64)
    apart: list[int] = []
    left = length.copy()
    while (spoiler := int(stable_roommates(order, rank, left, mate))) >= 0:
        apart.append(spoiler)
        left[spoiler] = 0
    for person in apart:
        if mate[person] >= 0:
            continue
        for other in order[person, : length[person]].tolist():
            if mate[other] < 0:
                mate[person], mate[other] = other, person
                break
    pairs = tuple((a, b) for a, b in enumerate(mate.tolist()) if a < b)
    return Roommates(pairs, tuple(sorted(apart)), _is_strict(gains, order, length))


def _is_strict(gains: Ints, order: NDArray[np.intp], length: Longs) -> bool:
    """Whether nobody gets as much from two others."""
    ordered = np.take_along_axis(gains, order, axis=1)
    equal = ordered[:, 1:] == ordered[:, :-1]
    return not bool((equal & (ordered[:, 1:] >= 0)).any())


def blocking_partners(
    instance: Instance, columns: Columns, rows: NDArray[Any]
) -> list[tuple[int, int]]:
    """Return the pairs a < b who may be partners, are not, and would both gain strictly.

    Who has an empty seat gains from anybody; otherwise the least that a match brings has to be
    exceeded. O(n^2).
    """
    seats = np.zeros(instance.n, np.int64)
    least = np.full(instance.n, np.iinfo(np.int64).max, np.int64)
    together: list[tuple[int, ...]] = []
    for row in rows.tolist():
        people = columns.members(row)
        together.append(people)
        for place, person in enumerate(people):
            seats[person] += 1
            least[person] = min(least[person], columns.gets[row, place])
    least[seats < instance.total_max] = -1
    return _blocking(instance, least, together)


def blocking_pairs(instance: Instance, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same for people in at most one pair each."""
    least = np.full(instance.n, -1, np.int64)
    for a, b in pairs:
        least[a], least[b] = instance.links.dense[b, a], instance.links.dense[a, b]
    return _blocking(instance, least, pairs)


def _blocking(
    instance: Instance, least: Longs, matches: Iterable[tuple[int, ...]]
) -> list[tuple[int, int]]:
    """Return the allowed pairs outside ``matches`` who would both get more than ``least``."""
    allowed = allowed_links(instance)
    better = least[:, None] < instance.links.dense.astype(np.int64).T  # [a, b]: a gains from b
    blocks = np.triu(allowed & allowed.T & better & better.T, 1)
    for people in matches:
        blocks[np.ix_(people, people)] = False
    one, other = np.nonzero(blocks)
    return list(zip(one.tolist(), other.tolist(), strict=True))

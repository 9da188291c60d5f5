"""Plain groups (sizes and links, nothing else): the problem in arrays, plans, and which sizes.

``group_ladder`` looks for the best plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Grouping, Ints


@dataclass(frozen=True)
class PlainGroups:
    """Symmetric points and the limits of each group. ``flat``: all weights are 1."""

    points: Ints  # (n, n)
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    weight: NDArray[np.int64]
    flat: bool
    widest: bool  # start with sizes as different as possible, else as even as possible

    def fresh(self, rng: np.random.Generator) -> Plan:
        """Return a random plan with good sizes."""
        bounds = [(int(a), int(b)) for a, b in zip(self.lower, self.upper, strict=True)]
        n = len(self.points)
        sizes = widest_sizes(n, bounds) if self.widest else even_sizes(n, bounds)
        where = np.repeat(np.arange(len(sizes)), sizes)[rng.permutation(n)]
        return Plan(0, where.astype(np.uint32), self.lower.copy(), self.upper.copy())

    def plan(self, value: int, where: NDArray[np.uint32]) -> Plan:
        """Return a plan that was found. Limits are given to groups by their sizes."""
        sizes = np.bincount(where, minlength=len(self.lower))
        return Plan(value, where.copy(), *fit_limits(sizes, self.lower, self.upper))


@dataclass(frozen=True)
class Plan:
    """Who is where, the limits of each group (they travel), and the value."""

    value: int
    where: NDArray[np.uint32]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


def plain_groups(
    square: Ints, grouping: Grouping, weight: NDArray[np.int64], groups: int
) -> PlainGroups:
    """Return ``square : (n, n)`` of points with ``groups`` groups ready for the search.

    Forbidden links cost more than a person can ever earn; points are halved until sums fit.
    """
    both = square.astype(np.int64) + square.T
    bad = (square == FORBIDDEN) | (square.T == FORBIDDEN)
    np.fill_diagonal(bad, False)
    both[bad] = 0
    np.fill_diagonal(both, 0)
    top = int(both.max(initial=1))
    cost = 4 * top if bad.any() else top
    shift = 0
    while (cost >> shift) * (grouping.size_max + 1) * 2 >= 2**31:
        shift += 1
    both >>= shift
    both[bad] = -(cost >> shift)
    bounds = grouping.bounds or ((grouping.size_min, grouping.size_max),) * groups
    used = weight[min(low for low, _ in bounds) : max(high for _, high in bounds) + 1]
    flat = bool(len(used)) and bool((used == used[0]).all())
    top_size = max(high for _, high in bounds) + 2
    weights = np.zeros(top_size, np.int64)
    weights[: min(len(weight), top_size)] = weight[:top_size]
    return PlainGroups(
        points=np.array(both, np.int32, order="C"),
        lower=np.array([low for low, _ in bounds], np.int64),
        upper=np.array([high for _, high in bounds], np.int64),
        weight=np.ones(top_size, np.int64) if flat else weights,
        flat=flat,
        widest=grouping.value == "sum",
    )


def widest_sizes(people: int, bounds: list[tuple[int, int]]) -> list[int]:
    """Return sizes within bounds that add up to ``people`` with the largest sum of squares.

    The sum over pairs grows with the number of pairs. Dynamic program, O(groups x people x range).
    """
    none = -1
    best = np.full(people + 1, none, np.int64)
    best[0] = 0
    choices = []
    for low, high in bounds:
        then = np.full(people + 1, none, np.int64)
        choice = np.zeros(people + 1, np.int64)
        for k in range(low, min(high, people) + 1):
            come = np.where(best[: people + 1 - k] >= 0, best[: people + 1 - k] + k * k, none)
            better = come > then[k:]
            then[k:][better] = come[better]
            choice[k:][better] = k
        best = then
        choices.append(choice)
    if best[people] < 0:
        return []
    sizes, left = [], people
    for choice in reversed(choices):
        sizes.append(int(choice[left]))
        left -= int(choice[left])
    return sizes[::-1]


def even_sizes(people: int, bounds: list[tuple[int, int]]) -> list[int]:
    """Return sizes within bounds, as even as possible, that add up to ``people``."""
    sizes = [low for low, _ in bounds]
    for _ in range(people - sum(sizes)):
        open_ = [g for g in range(len(sizes)) if sizes[g] < bounds[g][1]]
        sizes[min(open_, key=lambda g: (sizes[g], g))] += 1
    return sizes


def fit_limits(
    sizes: NDArray[Any], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the limits dealt to groups so that every size is inside its own.

    Smallest sizes first, each takes the open limits that end soonest (interval scheduling).
    """
    left = list(range(len(sizes)))
    dealt = np.zeros(len(sizes), np.int64)
    for g in np.argsort(sizes, kind="stable"):
        fits = [x for x in left if lower[x] <= sizes[g] <= upper[x]]
        if not fits:
            raise AssertionError("sizes do not fit their limits")
        x = min(fits, key=lambda x: (upper[x], x))
        dealt[g] = x
        left.remove(x)
    return lower[dealt], upper[dealt]

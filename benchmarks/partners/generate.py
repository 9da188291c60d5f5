"""Seeded people who may all be partners, in numbers only: wants and offers of 60 skills."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Ints, Links

SKILLS = 60


def skill_points(n: int, seed: int, offers: int = 4, wants: int = 3) -> Links:
    """Return links whose points are the default goal ``skills``, 0..1000, in blocks.

    Everyone offers ``offers`` skills with mastery 1..5 and wants ``wants`` with importance 1..5;
    neighbouring skills (in a ring of 60) are close by one half. Products are whole numbers
    below 2^24, so that blocks of every size agree.
    """
    random = np.random.default_rng(seed)
    mastery = np.zeros((n, SKILLS))
    importance = np.zeros((n, SKILLS))
    for person in range(n):
        for skill in random.choice(SKILLS, offers, replace=False):
            level = 2 * random.integers(1, 6)
            mastery[person, skill] = max(mastery[person, skill], level)
            for near in (skill - 1, (skill + 1) % SKILLS):
                mastery[person, near] = max(mastery[person, near], level // 2)
        for skill in random.choice(SKILLS, wants, replace=False):
            importance[person, skill] = random.integers(1, 6)
    give = np.ascontiguousarray(mastery, dtype=np.float32)
    want = importance / importance.sum(axis=1, keepdims=True)
    take = np.ascontiguousarray(np.rint(10_000 * want), dtype=np.float32)

    def block(givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        points = np.rint(give[givers] @ take[takers].T / 100).astype(np.int32)
        points[givers[:, None] == takers[None, :]] = -1
        return points

    return Links(n, block)


def partners(n: int, seed: int, tiers: tuple[str, ...] = ("placed", "points")) -> Instance:
    """Return partners among ``n`` people, every pair allowed."""
    return Instance.plain("partners", skill_points(n, seed), tiers=tiers)

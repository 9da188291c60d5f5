"""Seeded people who swap skills, in numbers only: 60 skills, each teaches two and wants two."""

from __future__ import annotations

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance, Links

SKILLS = 60


def swaps(
    n: int, longest: int, seed: int, tiers: tuple[str, ...] = ("placed", "points")
) -> Instance:
    """Return rings of up to ``longest`` among ``n`` people.

    Mastery and importance are 1..5; a link's points are the default goal ``skills``, 0..1000,
    and links without points are not allowed.
    """
    random = np.random.default_rng(seed)
    mastery = np.zeros((n, SKILLS))
    importance = np.zeros((n, SKILLS))
    for person in range(n):
        skills = random.choice(SKILLS, 4, replace=False)
        mastery[person, skills[:2]] = random.integers(1, 6, 2)
        importance[person, skills[2:]] = random.integers(1, 6, 2)
    want = importance / importance.sum(axis=1, keepdims=True)
    points = np.rint(200 * mastery @ want.T).astype(np.int32)
    points[points == 0] = FORBIDDEN
    return Instance.plain("rings", Links.of(points), tiers=tiers, longest=longest)

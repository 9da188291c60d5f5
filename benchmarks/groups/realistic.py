"""Made-up rosters with every rule on: slots over six zones, isolation, limits, vetoes."""

from __future__ import annotations

from math import lcm

import numpy as np

from cohortopt.instance.instance import Feature, Grouping, Instance, Limit, Links, Slots, pack

BIG = 10**9


def roster(n: int, seed: int, vetoes: float = 0.02) -> Instance:
    """Return n people for groups of 4 to 6: three protected attributes, departments, hours."""
    rng = np.random.default_rng(seed)
    skills = rng.random((n, 12)) * (rng.random((n, 12)) < 0.4)
    wants = rng.random((n, 12)) * (rng.random((n, 12)) < 0.4)
    points = np.rint(1000 * (skills @ wants.T) / np.maximum(1e-9, wants.sum(axis=1))).astype(int)
    points = np.minimum(1000, points)
    points[rng.random((n, n)) < vetoes] = -1
    limits = []
    for attribute in range(3):
        value = rng.choice(3, n, p=[0.2, 0.3, 0.5])
        limits += [
            Limit((value == code).astype(np.int64), 2, BIG, True, f"attribute {attribute}")
            for code in range(2)
        ]
    department = rng.integers(0, 6, n)
    limits += [
        Limit((department == code).astype(np.int64), 0, 3, False, f"department {code}")
        for code in range(6)
    ]
    hours = np.arange(168)
    zone = rng.integers(0, 6, n) * 4
    free = ((hours[None, :] + zone[:, None]) % 24 < 9) & (rng.random((n, 168)) < 0.8)
    everyone = np.arange(n, dtype=np.int32)
    one = np.ones(n, np.int32)
    return Instance(
        shape="groups",
        n=n,
        givers=everyone,
        takers=everyone,
        links=Links.of(points),
        gives_min=0 * one,
        gives_max=one,
        takes_min=0 * one,
        takes_max=one,
        total_max=one,
        priority=one,
        required=np.zeros(n, np.bool_),
        slots=Slots(pack(free), (hours * 4).astype(np.int32), 4, 672),
        features=frozenset({Feature.SLOTS, Feature.ISOLATION, Feature.LIMITS}),
        grouping=Grouping(4, 6, scale=lcm(3, 4, 5), limits=tuple(limits)),
    )

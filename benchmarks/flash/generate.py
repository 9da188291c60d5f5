"""Events and series of sessions, seeded: calendars, profiles, topics."""

from __future__ import annotations

from typing import Any

import numpy as np

from cohortopt.instance import Feature, Instance, Links, Slots, pack

MONDAY = 24 * 60


def _instance(points: Any, givers: int, free: Any, at: Any, length: int, **more: Any) -> Instance:
    n = len(points)
    ones = np.ones(n, np.int32)
    fields = {"gives_max": ones, "takes_max": ones, "tiers": ("placed", "points"), **more}
    return Instance(
        "pairs", n, np.arange(givers, dtype=np.int32), np.arange(givers, n, dtype=np.int32),
        Links.of(points), 0 * ones, fields.pop("gives_max"), 0 * ones, fields.pop("takes_max"),
        99 * ones, ones, np.zeros(n, np.bool_), fields.pop("tiers"),
        slots=Slots(pack(free), at.astype(np.int32), length), **fields,
    )  # fmt: skip


def flash(
    mentors: int, mentees: int, slots: int, kind: str = "profiles", sessions: int = 2,
    rooms: int = -1, seed: int = 0, tiers: tuple[str, ...] = ("placed", "points"),
) -> Instance:  # fmt: skip
    """Return an event of 15-minute slots with 5 minutes between.

    Mentors are free in three quarters of the slots, mentees in 60 percent. Points from six traits
    brought and wanted (``profiles``), or random.
    """
    rng = np.random.default_rng(seed)
    n = mentors + mentees
    points = np.full((n, n), -1, np.int64)
    if kind == "profiles":
        worth = rng.random((mentors, 6)) @ rng.random((mentees, 6)).T
        worth = 1000 * (worth - worth.min()) / (worth.max() - worth.min())
    else:
        worth = rng.integers(0, 1001, (mentors, mentees))
    points[:mentors, mentors:] = worth
    free = np.vstack([rng.random((mentors, slots)) < 0.75, rng.random((mentees, slots)) < 0.6])
    return _instance(
        points, mentors, free, 20 * np.arange(slots), 15,
        gives_max=np.full(n, slots, np.int32), takes_max=np.full(n, sessions, np.int32),
        rooms=rooms, tiers=tiers, features=frozenset({Feature.EVENT}),
    )  # fmt: skip


def micro(n: int = 300, weeks: int = 12, seed: int = 0) -> Instance:
    """Return a series: a third are experts on 3 of 20 topics, the others want 4 of them.

    20 half-hour slots a week; everybody has a quarter of them free, the same every week but for
    one in ten. Three sessions for each mentee, in different weeks, six for each expert.
    """
    rng = np.random.default_rng(seed)
    experts, topics, per_week = n // 3, 20, 20
    base = np.sort(rng.choice(5 * 16, per_week, replace=False))
    day = base // 16 * MONDAY + 9 * 60 + 30 * (base % 16)
    at = np.concatenate([7 * MONDAY * week + day for week in range(weeks)])
    free = np.tile(rng.random((n, per_week)) < 0.25, (1, weeks))
    free &= rng.random(free.shape) < 0.9
    wanted = np.zeros((n, topics), np.int64)
    taught = np.zeros((n, topics), np.bool_)
    for person in range(n):
        if person < experts:
            taught[person, rng.choice(topics, 3, replace=False)] = True
        else:
            wanted[person, rng.choice(topics, 4, replace=False)] = rng.integers(1, 6, 4)
    return _instance(
        rng.integers(0, 1001, (n, n)), experts, free, at, 30,
        gives_max=np.full(n, 6, np.int32), takes_max=np.full(n, 3, np.int32),
        topics=wanted, taught=taught, apart_weeks=1,
        features=frozenset({Feature.SESSIONS, Feature.EVENT}),
    )  # fmt: skip

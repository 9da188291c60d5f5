"""Pairs in plain Python: every assignment tried, and certificates checked without the solver."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from cohortopt.instance import Feature, Instance, Links, Lock
from cohortopt.solvers.base import Answer

Pair = tuple[int, int]


def make(
    points: dict[Pair, int],
    givers: list[int],
    takers: list[int],
    n: int,
    *,
    gives: dict[int, tuple[int, int]] | None = None,
    takes: dict[int, tuple[int, int]] | None = None,
    priority: dict[int, int] | None = None,
    required: tuple[int, ...] = (),
    **rest: Any,
) -> Instance:
    """Return a pairs instance whose allowed links are the keys of ``points``."""
    square = np.full((n, n), -1, dtype=np.int32)
    for (g, t), value in points.items():
        square[g, t] = value
    gives, takes = gives or {}, takes or {}

    def loads(who: list[int], given: dict[int, tuple[int, int]], end: int) -> np.ndarray:
        array = np.zeros(n, dtype=np.int32)
        for person in who:
            array[person] = given.get(person, (0, 1))[end]
        return array

    total = loads(givers, gives, 1) + loads(takers, takes, 1)
    asked = np.zeros(n, dtype=bool)
    asked[list(required)] = True
    worth = np.ones(n, dtype=np.int32)
    for person, value in (priority or {}).items():
        worth[person] = value
    return Instance(
        shape="pairs",
        n=n,
        givers=np.array(givers, dtype=np.int32),
        takers=np.array(takers, dtype=np.int32),
        links=Links.of(square),
        gives_min=loads(givers, gives, 0),
        gives_max=loads(givers, gives, 1),
        takes_min=loads(takers, takes, 0),
        takes_max=loads(takers, takes, 1),
        total_max=total,
        priority=worth,
        required=asked,
        **rest,
    )


def tiny(seed: int, tiers: tuple[str, ...], most_links: int = 9) -> Instance:
    """Return a random instance that can be tried out: few people, colliding wishes."""
    rng = random.Random(seed)
    n_givers, n_takers = rng.randint(1, 3), rng.randint(1, 4)
    overlap = rng.randint(0, 1)
    n = n_givers + n_takers - overlap
    givers = list(range(n_givers))
    takers = list(range(n_givers - overlap, n))
    links = [(g, t) for g in givers for t in takers if g != t]
    rng.shuffle(links)
    links = links[: rng.randint(0, most_links)]
    spread = rng.choice([1, 3, 1000])
    points = {link: rng.randint(0, spread) for link in links}
    rich = rng.random() < 0.5

    def load(most: int) -> tuple[int, int]:
        top = rng.randint(0, most)
        return (rng.randint(0, top) if rich and rng.random() < 0.3 else 0, top)

    gives = {g: load(3) for g in givers}
    takes = {t: load(2 if rich else 1) for t in takers}
    features = set()
    locked: tuple[Lock, ...] = ()
    if links and rng.random() < 0.2:
        g, t = rng.choice(links)
        gives[g] = (gives[g][0], max(1, gives[g][1]))
        takes[t] = (takes[t][0], max(1, takes[t][1]))
        locked = (Lock((g, t), leaders=1),)
        features.add(Feature.LOCKED)
    previous = tuple(
        (rng.choice(givers), rng.choice(takers)) for _ in range(rng.choice([0, 0, 1, 2, 3]))
    )
    return make(
        points,
        givers,
        takers,
        n,
        gives=gives,
        takes=takes,
        priority={t: rng.choice([1, 1, 2, 5]) if rich else 1 for t in takers},
        required=tuple(t for t in takers if t not in givers and rng.random() < 0.05),
        tiers=tiers,
        locked=locked,
        previous=previous,
        features=frozenset(features),
    )


def assignments(instance: Instance) -> Iterator[tuple[Pair, ...]]:
    """Yield every set of links that keeps every load."""
    links = [
        (g, t)
        for g in instance.givers.tolist()
        for t in instance.takers.tolist()
        if instance.links.dense[g, t] >= 0
    ]
    locked = {lock.people for lock in instance.locked}
    least = instance.takes_min.copy()
    least[instance.takers] = np.maximum(
        least[instance.takers], instance.required[instance.takers].astype(int)
    )
    only = instance.required.copy()
    only[instance.takers] = False
    gives_least = np.maximum(instance.gives_min, only.astype(int))
    for size in range(len(links) + 1):
        for chosen in itertools.combinations(links, size):
            if not locked <= set(chosen):
                continue
            gives = np.bincount([g for g, _ in chosen], minlength=instance.n)
            takes = np.bincount([t for _, t in chosen], minlength=instance.n)
            gives_ok = (gives_least <= gives) & (gives <= instance.gives_max)
            takes_ok = (least <= takes) & (takes <= instance.takes_max)
            if gives_ok[instance.givers].all() and takes_ok[instance.takers].all():
                yield chosen


def worth(instance: Instance, chosen: tuple[Pair, ...], tier: str) -> Any:
    """Return what a tier is worth, more being better; leximin as a sorted tuple."""
    points = instance.links.dense
    if tier == "placed":
        return sum(int(instance.priority[t]) for t in {t for _, t in chosen})
    if tier == "points":
        return sum(max(0, int(points[link])) for link in chosen)
    if tier == "changes":
        return -len(set(instance.previous) - set(chosen))
    if tier == "worst":
        sums: dict[int, int] = {}
        for g, t in chosen:
            sums[t] = sums.get(t, 0) + int(points[g, t])
        return tuple(sorted(sums.values()))
    if tier == "seats":
        return len(chosen)
    assert tier == "kept"
    return len(set(instance.previous) & set(chosen))


def best(instance: Instance, tiers: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return the lexicographically best values over every assignment, None if there is none."""
    values = (
        tuple(worth(instance, chosen, tier) for tier in tiers) for chosen in assignments(instance)
    )
    return max(values, default=None)


def pairs_of(answer: Answer) -> tuple[Pair, ...]:
    """Return the links of an answer."""
    return tuple((m.people[0], m.people[1]) for m in answer.matches)


def price_bound(instance: Instance, certificate: dict[str, Any]) -> int:
    """Return what the prices prove, from the instance and the certificate alone."""
    worth_of = dict(certificate["levels"])
    giver, taker = certificate["giver"], certificate["taker"]
    locked = {tuple(link) for link in certificate["locked"]}
    bound = 0
    for i, g in enumerate(sorted(instance.givers.tolist())):
        for j, t in enumerate(sorted(instance.takers.tolist())):
            points = int(instance.links.dense[g, t])
            if points < 0 and (g, t) not in locked:
                continue
            weight = worth_of.get("points", 0) * max(points, 0) + worth_of.get("seats", 0)
            weight += worth_of.get("kept", 0) * ((g, t) in instance.previous)
            if "draw" in worth_of:
                seed, size = certificate["draw"]
                weight += worth_of["draw"] * plain_lot(seed, i, j, size)
            reduced = weight - giver[g] - taker[t]
            bound += reduced if (g, t) in locked else max(0, reduced)
    for t in instance.takers.tolist():
        seat = worth_of.get("placed", 0) * int(instance.priority[t])
        least = max(int(instance.takes_min[t]), int(instance.required[t]))
        loads = range(least, int(instance.takes_max[t]) + 1)
        bound += max(taker[t] * k + seat * (k >= 1) for k in loads)
    for g in instance.givers.tolist():
        loads = range(int(instance.gives_min[g]), int(instance.gives_max[g]) + 1)
        bound += max(giver[g] * k for k in loads)
    return bound


def plain_lot(seed: int, giver: int, taker: int, size: int) -> int:
    """Return the lot of a link as documented (splitmix64's finisher)."""
    word = (1 << 64) - 1
    h = (seed * 0x9E3779B97F4A7C15) & word
    h ^= (giver * 0xBF58476D1CE4E5B9 + taker * 0x94D049BB133111EB) & word
    h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & word
    h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) & word
    return (h ^ (h >> 31)) % size


def combined(instance: Instance, chosen: tuple[Pair, ...], certificate: dict[str, Any]) -> int:
    """Return the combined value of links under a certificate's levels."""
    total = 0
    places = {g: i for i, g in enumerate(sorted(instance.givers.tolist()))}
    others = {t: i for i, t in enumerate(sorted(instance.takers.tolist()))}
    for name, multiplier in certificate["levels"]:
        if name == "draw":
            seed, size = certificate["draw"]
            value = sum(plain_lot(seed, places[g], others[t], size) for g, t in chosen)
        else:
            value = worth(instance, chosen, name)
        total += multiplier * value
    return total

"""Brute force for tiny pairs instances: every assignment, plainly. Shared by several tests.

Nothing here comes from the solvers. ``key`` orders assignments, ``best`` finds the best one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from cohortopt.instance import FORBIDDEN, Feature, Instance, Links, Lock, Slots, pack

Link = tuple[int, int]


def assignments(instance: Instance) -> Iterator[tuple[Link, ...]]:
    """Yield every set of links that keeps all rules but those about slots."""
    points = instance.links.dense
    givers = instance.givers.tolist()
    ways = []
    for taker in instance.takers.tolist():
        can = [g for g in givers if points[g, taker] != FORBIDDEN]
        least = int(instance.takes_min[taker])
        most = min(int(instance.takes_max[taker]), len(can))
        sizes = range(least, most + 1)
        ways.append(
            [[(g, taker) for g in some] for k in sizes for some in itertools.combinations(can, k)]
        )

    def extend(at: int, links: tuple[Link, ...]) -> Iterator[tuple[Link, ...]]:
        if any(sum(g == i for g, _ in links) > instance.gives_max[i] for i in givers):
            return
        for i in range(instance.n):
            if sum(i in link for link in links) > instance.total_max[i]:
                return
        if at < len(ways):
            for way in ways[at]:
                yield from extend(at + 1, (*links, *way))
        elif keeps_demands(instance, links):
            yield links

    yield from extend(0, ())


def keeps_demands(instance: Instance, links: tuple[Link, ...]) -> bool:
    """Whether what must be there is there, and nothing mutual where that is excluded."""
    for g in instance.givers.tolist():
        if sum(link[0] == g for link in links) < instance.gives_min[g]:
            return False
    for i in range(instance.n):
        if instance.required[i] and not any(i in link for link in links):
            return False
    if not instance.mutual and any((t, g) in links for g, t in links):
        return False
    if not all(any(set(group) <= set(link) for link in links) for group in instance.together):
        return False
    return all(lock.people in links for lock in instance.locked)


def slots_for(instance: Instance, links: tuple[Link, ...]) -> dict[Link, int] | None:
    """Return slots that do not clash, by trying all; None if there are none."""
    slots = instance.slots
    if slots is None:
        return dict.fromkeys(links, -1)
    pinned = {lock.people: lock.slot for lock in instance.locked if lock.slot >= 0}

    def extend(at: int, found: dict[Link, int]) -> dict[Link, int] | None:
        if at == len(links):
            return found
        link = links[at]
        for slot in slots.common(link).tolist():
            if pinned.get(link, slot) != slot:
                continue
            near = (s for other, s in found.items() if set(other) & set(link))
            if not any(slots.clash(slot, s) for s in near):
                done = extend(at + 1, {**found, link: slot})
                if done is not None:
                    return done
        return None

    return extend(0, {})


def blocking(instance: Instance, links: tuple[Link, ...]) -> int:
    """Return how many pairs would rather have each other."""
    points = instance.links.dense
    joy = instance.desire.dense if instance.desire else points
    count = 0
    for g in instance.givers.tolist():
        for t in instance.takers.tolist():
            if points[g, t] == FORBIDDEN or (g, t) in links:
                continue
            if not instance.mutual and (t, g) in links:
                continue
            given = [joy[link] for link in links if link[0] == g]
            taken = [points[link] for link in links if link[1] == t]
            total = [sum(i in link for link in links) for i in (g, t)]
            g_seat = len(given) < instance.gives_max[g] and total[0] < instance.total_max[g]
            t_seat = len(taken) < instance.takes_max[t] and total[1] < instance.total_max[t]
            g_wants = g_seat or any(v < joy[g, t] for v in given)
            t_wants = t_seat or any(v < points[g, t] for v in taken)
            count += g_wants and t_wants
    return count


def vector(instance: Instance, links: tuple[Link, ...]) -> tuple[int, ...]:
    """Return what each placed taker gets, ascending."""
    points = instance.links.dense
    takers = {t for _, t in links}
    return tuple(sorted(sum(int(points[k]) for k in links if k[1] == t) for t in takers))


def value(instance: Instance, tier: str, links: tuple[Link, ...]) -> int:
    """Return a tier's value as it is reported."""
    if tier == "placed":
        return sum(int(instance.priority[t]) for t in {t for _, t in links})
    if tier == "points":
        return sum(int(instance.links.dense[link]) for link in links)
    if tier == "worst":
        return min(vector(instance, links), default=0)
    if tier == "changes":
        return len(set(instance.previous) - set(links))
    return blocking(instance, links)


def key(instance: Instance, links: tuple[Link, ...]) -> tuple[object, ...]:
    """Return what orders assignments; more is better."""
    found: list[object] = []
    for tier in instance.tiers:
        if tier == "worst":
            found.append((len(vector(instance, links)), vector(instance, links)))
        else:
            sign = -1 if tier in ("changes", "stable") else 1
            found.append(sign * value(instance, tier, links))
    return (*found, len(links), len(set(instance.previous) & set(links)))


def best(instance: Instance) -> tuple[Link, ...] | None:
    """Return a best assignment, None if there is none."""
    found: tuple[Link, ...] | None = None
    for links in assignments(instance):
        better = found is None or key(instance, links) > key(instance, found)
        if better and slots_for(instance, links) is not None:
            found = links
    return found


def is_legal(instance: Instance, links: tuple[Link, ...], slots: dict[Link, int]) -> bool:
    """Whether an answer keeps all rules, slots included."""
    if tuple(sorted(links)) not in {tuple(sorted(one)) for one in assignments(instance)}:
        return False
    if instance.slots is None:
        return True
    for link in links:
        if slots[link] not in instance.slots.common(link).tolist():
            return False
    pinned = {lock.people: lock.slot for lock in instance.locked if lock.slot >= 0}
    if any(slots[link] != slot for link, slot in pinned.items()):
        return False
    return not any(
        set(a) & set(b) and instance.slots.clash(slots[a], slots[b])
        for a, b in itertools.combinations(links, 2)
    )


ALL_TIERS = ("placed", "worst", "points", "changes", "stable")


def random_slots(rng: np.random.Generator, n: int) -> Slots:
    """Return a short circular or straight calendar with few common slots."""
    count = int(rng.integers(2, 7))
    cycle = count if rng.random() < 0.5 and count > 3 else 0
    free = rng.random((n, count)) < rng.choice([0.4, 0.6, 0.9])
    length = int(rng.integers(1, 3))
    return Slots(pack(free), np.arange(count, dtype=np.int32), length, cycle)


def random_instance(
    rng: np.random.Generator,
    features: frozenset[Feature],
    tiers: tuple[str, ...] | None = None,
    most: int = 20_000,
) -> Instance:
    """Return a tiny instance that asks for ``features`` (as far as the draw binds them)."""
    while True:
        instance = _draw(rng, features, tiers)
        size = 1
        for taker in instance.takers.tolist():
            can = int((instance.links.dense[instance.givers, taker] != FORBIDDEN).sum())
            size *= sum(
                len(list(itertools.combinations(range(can), k)))
                for k in range(int(instance.takes_max[taker]) + 1)
            )
        if size <= most:
            return instance


def _draw(
    rng: np.random.Generator, features: frozenset[Feature], tiers: tuple[str, ...] | None
) -> Instance:
    n = int(rng.choice([2, 3, 4, 5, 6, 6, 6]))
    both = rng.random() < 0.4 or Feature.NO_MUTUAL in features
    if both:
        n = min(n, 5)
        givers = takers = np.arange(n, dtype=np.int32)
    else:
        cut = int(rng.integers(1, n))
        givers, takers = np.arange(cut, dtype=np.int32), np.arange(cut, n, dtype=np.int32)
    coarse = int(rng.choice([1, 1, 4]))
    points = rng.integers(0, 12, size=(n, n)) // coarse * coarse
    points[rng.random((n, n)) < rng.choice([0.0, 0.1, 0.5])] = FORBIDDEN
    zero = np.zeros(n, np.int32)
    gives_max, takes_max, gives_min, takes_min = zero.copy(), zero.copy(), zero.copy(), zero.copy()
    gives_max[givers] = rng.choice([0, 1, 1, 2, 2, 3], size=len(givers))
    several = Feature.SEVERAL in features
    takes_max[takers] = rng.integers(0, 4, size=len(takers)) if several else 1
    if Feature.LOADS in features:
        lower = rng.random(n) < 0.15
        gives_min[givers] = np.minimum(gives_max, lower * rng.integers(0, 3, size=n))[givers]
        lower = rng.random(n) < 0.1
        takes_min[takers] = np.minimum(takes_max, lower * rng.integers(0, 3, size=n))[takers]
    coupled = Feature.COUPLED in features
    total = rng.integers(1, 4, size=n) if coupled else np.full(n, 99)
    required = zero.astype(np.bool_)
    if Feature.REQUIRED in features:
        required[takers] = rng.random(len(takers)) < 0.2
        required[givers] |= rng.random(len(givers)) < 0.1
    if Feature.EITHER_SIDE not in features:
        required[np.intersect1d(givers, takers)] = False
    pairs = [(int(g), int(t)) for g in givers for t in takers if g != t]
    slots = random_slots(rng, n) if Feature.SLOTS in features else None

    def some(share: float) -> list[Link]:
        return [pair for pair in pairs if rng.random() < share]

    locked = [Lock(pair, 1) for pair in some(0.05)] if Feature.LOCKED in features else []
    if slots is not None:
        locked = [
            Lock(k.people, 1, int(rng.integers(-1, slots.count)) if rng.random() < 0.3 else -1)
            for k in locked
        ]
    together = [tuple(sorted(pair)) for pair in some(0.04)]
    previous = tuple(some(0.3)) if Feature.PREVIOUS in features else ()
    if slots is not None:
        apart = ~(slots.starts[:, None] & slots.starts[None, :]).any(axis=2)
        points[apart] = FORBIDDEN
    if tiers is None:
        order = [str(t) for t in rng.permutation(["placed", "points"])]
        for feature, tier in (
            (Feature.WORST, "worst"),
            (Feature.PREVIOUS, "changes"),
            (Feature.STABLE, "stable"),
        ):
            if feature in features:
                order.insert(int(rng.integers(0, len(order) + 1)), tier)
        tiers = tuple(order)
    desire = None
    if Feature.STABLE in features and rng.random() < 0.5:
        desire = Links.of(rng.integers(0, 6, size=(n, n)))
    return Instance(
        shape="pairs",
        n=n,
        givers=givers,
        takers=takers,
        links=Links.of(points),
        gives_min=gives_min,
        gives_max=gives_max,
        takes_min=takes_min,
        takes_max=takes_max,
        total_max=total.astype(np.int32),
        priority=rng.integers(1, 4, size=n).astype(np.int32),
        required=required,
        tiers=tiers,
        slots=slots,
        features=features,
        together=tuple(together) if Feature.TOGETHER in features else (),
        locked=tuple(locked),
        previous=previous,
        mutual=Feature.NO_MUTUAL not in features,
        desire=desire,
    )

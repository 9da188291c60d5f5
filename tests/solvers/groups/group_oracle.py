"""Random small group problems, and the best way to group found by trying everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from math import lcm

import numpy as np

from cohortopt.instance.instance import (
    Feature,
    GroupGoal,
    Grouping,
    Instance,
    Kinds,
    Limit,
    Links,
    Lock,
    Relaxed,
    Slots,
    pack,
)
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.check import breaches_in, breaches_of, broken, member_values, parted
from cohortopt.solvers.groups.kernels import REBUILD
from cohortopt.solvers.groups.problem import meeting_slots
from cohortopt.solvers.groups.search import RichSearch
from cohortopt.solvers.groups.tables import State

BIG = 10**9


def problem(seed: int, most: int = 7) -> Instance:
    """Return a random instance of up to ``most`` people with a random choice of rules and goals."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, most + 1))
    size_min = int(rng.integers(1, 4))
    size_max = size_min + int(rng.integers(0, 3))
    features: set[Feature] = set()
    points = rng.integers(0, 50, (n, n))
    points[rng.random((n, n)) < rng.choice([0.0, 0.05, 0.25])] = -1
    both_roles = rng.random() < 0.4
    bosses = int(rng.integers(1, 3)) if rng.random() < 0.4 and n > 3 else 0
    leaders = np.arange(bosses, dtype=np.int32)
    members = np.arange(0 if both_roles else bosses, n, dtype=np.int32)
    share = int(rng.choice([0, 40, 100])) if bosses else 0
    value = "sum" if rng.random() < 0.3 else "mean"
    scale = lcm(*range(1, size_max + 1)) * (200 if bosses else 1) if value == "mean" else 1
    limits: list[Limit] = []
    if rng.random() < 0.3:
        own = rng.integers(0, 2, n).astype(np.int64)
        limits.append(Limit(own, 2, BIG, True, "not alone"))
        features.add(Feature.ISOLATION)
    if rng.random() < 0.3:
        own = rng.integers(0, 4, n).astype(np.int64)
        low = int(rng.integers(0, 3))
        limits.append(Limit(own, low, low + int(rng.integers(1, 6)), False, "sum"))
        features.add(Feature.LIMITS)
    kinds: list[Kinds] = []
    if rng.random() < 0.2:
        low = int(rng.integers(0, 3))
        codes = rng.integers(-1, 3, n).astype(np.int64)
        kinds.append(Kinds(codes, low, max(1, low + int(rng.integers(0, 2))), "kinds"))
        features.add(Feature.LIMITS)
    goals: list[GroupGoal] = []
    if rng.random() < 0.3:
        goals.append(GroupGoal("variety", rng.integers(-1, 3, n).astype(np.int64), 37))
        goals.append(GroupGoal("evenness", rng.integers(0, 9, n).astype(np.int64), 53))
        features.add(Feature.GROUP_GOALS)
    slots = None
    if rng.random() < 0.4:
        free = rng.random((n, 6)) < 0.6
        slots = Slots(pack(free), np.arange(6, dtype=np.int32) * 2, 3, 12)
        features.add(Feature.SLOTS)
    topics = np.empty((0, 0), np.int32)
    if rng.random() < 0.3:
        topics = rng.integers(0, 30, (n, 2)).astype(np.int32)
        topics[rng.random((n, 2)) < 0.2] = -1
        features.add(Feature.TOPIC)
    count = -1
    if rng.random() < 0.2:
        count = int(rng.integers(1, 3))
        features.add(Feature.GROUP_COUNT)
    required = rng.random(n) < (0.3 if rng.random() < 0.2 else 0.0)
    required[~np.isin(np.arange(n), members)] = False
    together: tuple[tuple[int, ...], ...] = ()
    if rng.random() < 0.2 and len(members) > 1:
        together = (tuple(int(i) for i in rng.choice(members, 2, replace=False)),)
        features.add(Feature.TOGETHER)
    locked: tuple[Lock, ...] = ()
    if rng.random() < 0.15 and len(members) >= size_min + bosses and not together:
        chosen = [int(i) for i in rng.choice(members, size_min, replace=False)]
        boss = [b for b in range(bosses) if b not in chosen][:1]
        locked = (Lock((*boss, *chosen), len(boss)),)
        features.add(Feature.LOCKED)
    tiers: tuple[str, ...] = ("placed", "points")
    previous: tuple[tuple[int, ...], ...] = ()
    if rng.random() < 0.25:
        shuffled = [int(i) for i in rng.permutation(members)]
        previous = (tuple(shuffled[: n // 2]), tuple(shuffled[n // 2 :]))
        tiers = ("placed", "changes", "points") if rng.random() < 0.5 else (*tiers, "changes")
        features.add(Feature.PREVIOUS)
    if bosses:
        features.add(Feature.LEADERS)
    if required.any():
        features.add(Feature.REQUIRED)
    one = np.ones(n, np.int32)
    gives = np.zeros(n, np.int32)
    gives[:bosses] = rng.integers(1, 3, bosses)
    instance = Instance(
        shape="groups",
        n=n,
        givers=members,
        takers=members,
        links=Links.of(points),
        gives_min=0 * one,
        gives_max=gives,
        takes_min=0 * one,
        takes_max=one,
        total_max=2 * one,
        priority=rng.integers(1, 3, n).astype(np.int32),
        required=required,
        tiers=tiers,
        slots=slots,
        features=frozenset(features),
        together=together,
        locked=locked,
        previous=previous,
        grouping=Grouping(
            size_min,
            size_max,
            count=count,
            leaders=leaders,
            leaders_min=1 if bosses else 0,
            leaders_max=int(rng.integers(1, 3)) if bosses else 0,
            leader_share=share,
            value=value,
            scale=scale,
            limits=tuple(limits),
            kinds=tuple(kinds),
            goals=tuple(goals),
            topics=topics,
        ),
    )
    return relaxed(instance, seed) if seed % 4 == 3 else instance


def relaxed(instance: Instance, seed: int) -> Instance:
    """Return the instance with some of its rules relaxed."""
    rng = np.random.default_rng(seed + 10**6)
    grouping = instance.grouping
    assert grouping is not None
    soft_limits = tuple(limit for limit in grouping.limits if rng.random() < 0.7)
    hard = tuple(limit for limit in grouping.limits if not any(limit is s for s in soft_limits))
    soft_kinds, hard_kinds = grouping.kinds[seed % 3 :], grouping.kinds[: seed % 3]
    slots = instance.slots if rng.random() < 0.7 else None
    asked = instance.required if rng.random() < 0.7 else None
    sizes, low, high, scale = None, grouping.size_min, grouping.size_max, grouping.scale
    if rng.random() < 0.4:
        sizes, low, high = (low, high), 1, 2 * high
        if grouping.value == "mean":
            scale = lcm(*range(1, high + 1)) * (200 if len(grouping.leaders) else 1)
    tiers = instance.tiers
    at = tiers.index("placed") + int(rng.integers(0, 2))
    return instance.vary(
        tiers=(*tiers[:at], "violations", *tiers[at:]),
        slots=None if slots is not None else instance.slots,
        required=instance.required if asked is None else instance.required & False,
        features=instance.features | {Feature.RELAXED},
        grouping=replace(
            grouping,
            size_min=low,
            size_max=high,
            scale=scale,
            limits=hard,
            kinds=hard_kinds,
            relaxed=Relaxed(soft_limits, soft_kinds, slots, sizes, asked),
        ),
    )


def groups_of(instance: Instance, people: tuple[int, ...]) -> list[Found]:
    """Return every way to make ``people`` one group: leaders, slot and topic."""
    grouping = instance.grouping
    assert grouping is not None
    bosses = [int(b) for b in grouping.leaders if b not in people]
    teams = [
        team
        for k in range(grouping.leaders_min, grouping.leaders_max + 1)
        for team in combinations(bosses, k)
    ]
    alone = instance.vary(
        required=np.zeros(instance.n, np.bool_),
        together=(),
        locked=(),
        grouping=Grouping(**{**grouping.__dict__, "count": -1}),
    )
    topics = range(grouping.topics.shape[1]) if grouping.topics.size else [-1]
    meeting = meeting_slots(instance)
    slots = range(meeting.count) if meeting is not None else [-1]
    found = []
    for team in teams if grouping.leaders_max else [()]:
        for topic in topics:
            fits = [
                match
                for slot in slots
                if not broken(
                    alone, [match := Found((*team, *people), len(team), slot, (), 1, topic)]
                )
            ]
            fits.sort(key=lambda match: breaches_in(instance, match))
            found += fits if team else fits[:1]
    return found


def best_by_trying(instance: Instance) -> tuple[int, ...] | None:
    """Return the best value of each tier, negated where fewer is better; None if none is."""
    grouping = instance.grouping
    assert grouping is not None
    members = [int(i) for i in instance.givers]
    ways: dict[tuple[int, ...], list[tuple[Found, int]]] = {}
    for k in range(grouping.size_min, min(grouping.size_max, len(members)) + 1):
        for people in combinations(members, k):
            ways[people] = [
                (match, sum(member_values(instance, match)))
                for match in groups_of(instance, people)
            ]
    best: tuple[int, ...] | None = None

    def extend(left: list[int], chosen: list[tuple[Found, int]]) -> None:
        nonlocal best
        if not left:
            matches = [match for match, _ in chosen]
            if broken(instance, matches):
                return
            value = {
                "placed": sum(
                    int(instance.priority[i]) for m in matches for i in m.people[m.leaders :]
                ),
                "violations": -breaches_of(instance, matches),
                "points": sum(points for _, points in chosen),
                "changes": -parted(instance, matches) if instance.previous else 0,
            }
            key = tuple(value[tier] for tier in instance.tiers)
            if best is None or key > best:
                best = key
            return
        first, rest = left[0], left[1:]
        extend(rest, chosen)
        loads = Counter(b for match, _ in chosen for b in match.people[: match.leaders])
        for k in range(max(1, grouping.size_min), min(grouping.size_max, len(left)) + 1):
            for others in combinations(rest, k - 1):
                for way in ways[(first, *others)]:
                    if any(loads[b] >= 2 for b in way[0].people[: way[0].leaders]):
                        continue
                    extend([i for i in rest if i not in others], [*chosen, way])

    extend(members, [])
    return best


def recount(one: RichSearch, again: State) -> None:
    """Make ``again`` from scratch: the same plan as the search's state."""
    state, one.state = one.state, again
    one.work(REBUILD, state)
    one.state = state

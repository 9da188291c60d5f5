"""A first plan of groups: how many, how large, and who sits where to begin with.

The most constrained people choose first: their slot is the one that most others share, and the
group is filled with people who have few other slots. Whatever is still broken the search repairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Ints, unpack
from cohortopt.solvers.group_problem import GroupProblem, leader_loads, members_of


@dataclass(frozen=True)
class Start:
    """Where each unit sits (``groups``: on the bench), and each group's leaders, slot, topic."""

    where: Ints
    lead: Ints
    slot: Ints
    topic: Ints


def open_members(instance: Instance) -> Ints:
    """Return the people who may sit in a group that is not locked."""
    members = members_of(instance)
    locked = [i for lock in instance.locked for i in lock.people]
    return members[~np.isin(members, locked)]


def sitters(instance: Instance, groups: int) -> int:
    """Return how many people are left to sit once ``groups`` groups have their fewest leaders.

    -1 if there are not enough leaders. People who can only lead do so first, then those with
    most places; each of the latter who leads cannot sit. This is the largest number possible.
    """
    grouping = instance.grouping
    assert grouping is not None
    members = open_members(instance)
    if not grouping.leaders_max:
        return len(members)
    loads = leader_loads(instance, grouping.leaders)
    for lock in instance.locked:
        loads[np.isin(grouping.leaders, lock.people[: lock.leaders])] -= 1
    loads = np.maximum(loads, 0)
    both = np.isin(grouping.leaders, members)
    left = groups * grouping.leaders_min - int(np.minimum(loads[~both], groups).sum())
    used = 0
    for load in np.sort(np.minimum(loads[both], groups))[::-1]:
        if left <= 0:
            break
        left -= int(load)
        used += 1
    return len(members) - used if left <= 0 else -1


def group_counts(instance: Instance) -> dict[int, int]:
    """Return the people that can be seated for each number of groups that sizes allow."""
    grouping = instance.grouping
    assert grouping is not None
    people = len(open_members(instance))
    locks = len(instance.locked)
    seated = len(members_of(instance)) - people
    found: dict[int, int] = {}
    counts = (
        [grouping.count - locks]
        if grouping.count >= 0
        else range(people // max(1, grouping.size_min) + 1)
    )
    for groups in counts:
        able = sitters(instance, groups)
        if groups >= 0 and able >= groups * grouping.size_min:
            found[groups + locks] = seated + min(able, groups * grouping.size_max)
    return found


def plans(instance: Instance) -> list[int]:
    """Return the numbers of groups worth trying, best guess first; [] if there is none.

    Only numbers that seat as many as possible. With a target the nearest number is the only one;
    otherwise the number between, many small groups, and few large ones (plain sums: the ends).
    """
    grouping = instance.grouping
    assert grouping is not None
    counts = group_counts(instance)
    best = max(counts.values(), default=0)
    full = [g for g, able in counts.items() if able == best and g > 0]
    if not full:
        return []
    relaxed = grouping.relaxed
    if relaxed is not None and relaxed.sizes is not None:
        low, high = relaxed.sizes
        off = {g: max(0, g * low - best, best - g * high) for g in full}
        full = [g for g in full if off[g] == min(off.values())]
    if grouping.target > 0:
        goal = best / grouping.target
        return [min(full, key=lambda g: (abs(g - goal), g))]
    low, high = full[0], full[-1]
    if grouping.value == "sum":
        return list(dict.fromkeys([low, high]))
    return list(dict.fromkeys([(low + high) // 2, high, low]))


def even_sizes(people: int, groups: int, size_min: int, size_max: int) -> list[int]:
    """Return ``groups`` sizes as even as possible, never beyond the limits."""
    sizes = [people // groups + (g < people % groups) for g in range(groups)]
    return [min(size_max, max(size_min, size)) for size in sizes]


def first_plan(problem: GroupProblem, seed: int) -> Start:
    """Return a start: nearly feasible, every group filled to its even size where possible.

    O(groups x (units + slots)) numpy work.
    """
    rng = np.random.default_rng(seed)
    p, g = problem, problem.groups
    count = len(p.units)
    where = np.full(count, g, np.int32)
    lead = np.full((g, max(1, p.grouping.leaders_max)), -1, np.int32)
    slot = np.full(g, 0 if p.has_slots else -1, np.int32)
    topic = np.full(g, 0 if len(p.topic_points) else -1, np.int32)
    loads = p.leader_most.copy()
    for at, fixed in enumerate(p.pinned_leaders):
        lead[at, : len(fixed)] = fixed
        loads[list(fixed)] -= 1
    free = _free(p.starts, len(p.slot_at)) if p.has_slots else np.ones((count, 1), np.bool_)
    lead_free = _free(p.leader_starts, len(p.slot_at)) if p.has_slots else None
    open_ = np.ones(count, np.bool_)
    open_[p.pinned >= 0] = False
    where[p.pinned >= 0] = p.pinned[p.pinned >= 0]
    scarce = free.sum(axis=1) + rng.random(count)
    topic_open = ~p.topic_bad
    _choose_leaders(p, lead, loads, open_, rng)
    popular = free[open_].sum(axis=0)
    room = int(p.size[open_].sum())
    locks = len(p.pinned_slot)
    sizes = [0] * locks
    if g > locks:
        sizes += even_sizes(room, g - locks, p.grouping.size_min, p.grouping.size_max)
    taken: dict[int, list[int]] = {}
    for at in range(g):
        bosses = [int(b) for b in lead[at] if b >= 0]
        inside = np.flatnonzero(where == at)
        left = sizes[at]
        fits = free[inside].all(axis=0) if p.has_slots else np.ones(1, np.bool_)
        for boss in bosses:
            if lead_free is not None:
                fits = fits & lead_free[boss]
                for other in taken.get(boss, []):
                    fits = fits & ~_near(p, other)
        waiting = np.flatnonzero(open_)
        for boss in bosses:
            waiting = waiting[~p.leader_bad[boss, waiting]]
        allowed = np.ones(count, np.bool_)
        if len(waiting):
            able = waiting[(free[waiting] & fits).any(axis=1)] if p.has_slots else waiting
            if len(able):
                chief = able[np.argmin(scarce[able])] if p.has_slots else rng.choice(able)
                options = fits & free[chief]
                if len(topic):
                    likes: NDArray[np.intp] = np.flatnonzero(topic_open[:, chief])
                    if len(likes):
                        topic[at] = _popular_topic(p, likes, waiting)
                        allowed = topic_open[topic[at]]
            else:
                options = fits
        else:
            options = fits
        if p.has_slots:
            if at < len(p.pinned_slot) and p.pinned_slot[at] >= 0:
                slot[at] = p.pinned_slot[at]
            elif options.any():
                slot[at] = int(np.argmax(np.where(options, popular, -1)))
            for boss in bosses:
                taken.setdefault(boss, []).append(int(slot[at]))
            good = waiting[free[waiting, slot[at]] & allowed[waiting]]
            good = good[np.argsort(scarce[good], kind="stable")]
        else:
            good = rng.permutation(waiting[allowed[waiting]])
        for u in good:
            if p.size[u] <= left:
                where[u] = at
                open_[u] = False
                popular = popular - free[u]
                left -= int(p.size[u])
            if left <= 0:
                break
    _fill(p, where, open_, sizes, rng)
    return Start(where, lead, slot, topic)


def _free(starts: NDArray[np.uint64], count: int) -> NDArray[np.bool_]:
    """Return ``(rows, slots) bool`` for rows of start bits."""
    found = np.zeros((len(starts), count), np.bool_)
    for i, word in enumerate(starts):
        found[i, unpack(word, count)] = True
    return found


def _near(p: GroupProblem, slot: int) -> NDArray[np.bool_]:
    """Return which slots clash with ``slot``."""
    gap = np.abs(p.slot_at.astype(np.int64) - int(p.slot_at[slot]))
    if p.slot_cycle:
        gap = np.minimum(gap, p.slot_cycle - gap)
    near: NDArray[np.bool_] = gap < p.slot_length
    return near


def _popular_topic(p: GroupProblem, topics: NDArray[np.intp], waiting: NDArray[np.intp]) -> int:
    """Return the topic that the people waiting like most, with a group's worth of them."""
    most = p.grouping.size_max
    best, found = -1, int(topics[0])
    for t in topics:
        likes = p.topic_points[t, waiting][~p.topic_bad[t, waiting]]
        worth = int(np.sort(likes)[-most:].sum()) + len(likes[-most:])
        if worth > best:
            best, found = worth, int(t)
    return found


def _choose_leaders(
    p: GroupProblem, lead: Ints, loads: Ints, open_: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Give every group its fewest leaders; people who can only lead first, then evenly."""
    if not len(p.leaders):
        return
    single = np.array([len(p.units[u]) == 1 if u >= 0 else True for u in p.leader_unit])
    for at in range(p.groups):
        own = {int(b) for b in lead[at] if b >= 0}
        if own and at < len(p.pinned_leaders):
            for boss in own:
                if p.leader_unit[boss] >= 0:
                    open_[p.leader_unit[boss]] = False
        while len(own) < p.grouping.leaders_min and at >= len(p.pinned_slot):
            can = [
                b
                for b in np.flatnonzero((loads > 0) & single).tolist()
                if b not in own and (p.leader_unit[b] < 0 or p.pinned[p.leader_unit[b]] < 0)
            ]
            if not can:
                break
            used = p.leader_most - loads

            def rank(b: int, used: Ints = used) -> tuple[bool, bool, int, float]:
                fresh_dual = p.leader_unit[b] >= 0 and used[b] == 0
                owes = used[b] < p.leader_least[b]
                return (not owes, fresh_dual, int(used[b]), rng.random())

            boss = min(can, key=rank)
            lead[at, len(own)] = boss
            own.add(boss)
            loads[boss] -= 1
            if p.leader_unit[boss] >= 0:
                open_[p.leader_unit[boss]] = False


def _fill(
    p: GroupProblem,
    where: Ints,
    open_: NDArray[np.bool_],
    sizes: list[int],
    rng: np.random.Generator,
) -> None:
    """Seat who is left wherever there is room, big units first; the rest stays on the bench."""
    held = np.zeros(p.groups, np.int64)
    seated = where < p.groups
    np.add.at(held, where[seated], p.size[seated])
    rest = np.flatnonzero(open_)
    rest = rest[np.lexsort((rng.random(len(rest)), -p.priority[rest] // p.size[rest]))]
    rest = rest[np.argsort(-p.size[rest], kind="stable")]
    most = np.where(np.arange(p.groups) < len(p.pinned_slot), 0, p.grouping.size_max)
    for top in (np.array(sizes, np.int64), most):
        for u in rest:
            if where[u] < p.groups or not p.groups:
                continue
            spare = top - held
            at = int(np.argmax(spare))
            if spare[at] >= p.size[u]:
                where[u] = at
                held[at] += p.size[u]

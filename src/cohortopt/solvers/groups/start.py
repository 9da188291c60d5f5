"""A first plan of groups: how many, how large, and who sits where to begin with.

The most constrained people choose first: their slot is the one that most others share, and the
group is filled with people who have few other slots. A group that cannot be filled stays empty and
its people wait; the search seats them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Ints, unpack_rows
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.problem import GroupProblem, leader_loads, members_of

SAMPLE = 500  # people who are asked which slot suits most


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


def plans(
    instance: Instance,
    seats: dict[int, int] | None = None,
    breaches: Callable[[int], int] | None = None,
) -> list[int]:
    """Return the numbers of groups worth trying, best guess first; [] if there is none.

    ``seats`` says what each number of groups can seat (``group_counts`` by default), ``breaches``
    what it must break of relaxed rules. Only numbers that seat as many as possible, and of those
    the ones that must break least. With a target the nearest number is the only one;
    otherwise the number between, many small groups, and few large ones (plain sums: the ends).
    """
    grouping = instance.grouping
    assert grouping is not None
    counts = seats or group_counts(instance)
    best = max(counts.values(), default=0)
    full = [g for g, able in counts.items() if able == best and g > 0]
    if not full:
        return []
    relaxed = grouping.relaxed
    if relaxed is not None and relaxed.sizes is not None:
        low, high = relaxed.sizes
        off = {g: max(0, g * low - best, best - g * high) for g in full}
        full = [g for g in full if off[g] == min(off.values())]
    if breaches is not None:
        broken = {g: breaches(g) for g in full}
        full = [g for g in full if broken[g] == min(broken.values())]
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
    """Return a start in which links, slots, topics and caps hold; whoever does not fit stays out.

    O((groups + people) x units) numpy steps, times slots where topics differ.
    """
    return _Builder(problem, seed).build()


def start_of(problem: GroupProblem, matches: Sequence[Found]) -> Start:
    """Return groups that were found as a start; they have members only."""
    groups = problem.groups
    group_of = {i: g for g, match in enumerate(matches) for i in match.people}
    slot, topic = np.full(groups, -1, np.int32), np.full(groups, -1, np.int32)
    slot[: len(matches)] = [match.slot for match in matches]
    topic[: len(matches)] = [match.topic for match in matches]
    where = [group_of.get(unit[0], groups) for unit in problem.units]
    lead = np.full((groups, max(1, problem.grouping.leaders_max)), -1, np.int32)
    return Start(np.array(where, np.int32), lead, slot, topic)


def filled(problem: GroupProblem, start: Start, seed: int) -> Start:
    """Return the start with everyone seated where there is room, whatever rules that breaks."""
    where = start.where.copy()
    leads = {int(problem.leader_unit[b]) for b in start.lead.ravel() if b >= 0}
    open_ = where == problem.groups
    open_[[u for u in leads if u >= 0]] = False
    locks = len(problem.pinned_slot)
    room = int(problem.size[problem.pinned < 0].sum()) - len(leads - {-1})
    sizes = [0] * locks
    if problem.groups > locks:
        low, high = problem.grouping.size_min, problem.grouping.size_max
        sizes += even_sizes(room, problem.groups - locks, low, high)
    _fill(problem, where, open_, sizes, np.random.default_rng(seed))
    return replace(start, where=where)


class _Builder:
    """Groups built one after the other, each round the person who has fewest slots left."""

    def __init__(self, problem: GroupProblem, seed: int) -> None:
        self.p = p = problem
        self.rng = np.random.default_rng(seed)
        g, count = p.groups, len(p.units)
        slots = len(p.slot_at)
        self.where = np.full(count, g, np.int32)
        self.lead = np.full((g, max(1, p.grouping.leaders_max)), -1, np.int32)
        self.slot = np.full(g, 0 if p.has_slots else -1, np.int32)
        self.topic = np.full(g, 0 if len(p.topic_points) else -1, np.int32)
        self.free = unpack_rows(p.starts, slots) if p.has_slots else np.ones((count, 1), np.bool_)
        self.lead_free = unpack_rows(p.leader_starts, slots) if p.has_slots else None
        self.scarce = self.free.sum(axis=1) + self.rng.random(count)
        self.topic_open = ~p.topic_bad
        self.open = p.pinned < 0
        self.where[~self.open] = p.pinned[~self.open]
        capped = ~p.soft & (p.most < p.amounts.clip(min=0).sum(axis=1))
        capped &= (p.amounts >= 0).all(axis=1)
        self.caps, self.most = p.amounts[capped], p.most[capped]
        self.taken: dict[int, list[int]] = {}  # the slots in which a leader is busy

    def build(self) -> Start:
        """Return the plan."""
        p = self.p
        loads = p.leader_most.copy()
        for at, fixed in enumerate(p.pinned_leaders):
            self.lead[at, : len(fixed)] = fixed
            loads[list(fixed)] -= 1
        _choose_leaders(p, self.lead, loads, self.open, self.rng)
        locks = len(p.pinned_slot)
        for at in range(locks):
            inside = self.where == at
            fits = self._fits(at) & self.free[inside].all(axis=0)
            wanted = int(p.pinned_slot[at])
            self._meet(at, wanted if wanted >= 0 else int(np.argmax(fits)))
        room = int(p.size[self.open].sum())
        low, high = p.grouping.size_min, p.grouping.size_max
        sizes = even_sizes(room, p.groups - locks, low, high) if p.groups > locks else []
        tried = ~self.open
        at = locks
        while at < p.groups:
            chief = self._chief(at, tried)
            if chief < 0:
                if self.lead[at, 0] < 0:
                    break
                at += 1
            elif self._gather(at, chief, sizes[at - locks]):
                at += 1
            else:
                tried[chief] = True
        return Start(self.where, self.lead, self.slot, self.topic)

    def _bosses(self, at: int) -> list[int]:
        return [int(b) for b in self.lead[at] if b >= 0]

    def _fits(self, at: int) -> NDArray[np.bool_]:
        """Return the slots in which the group's leaders can come."""
        fits = np.ones(self.free.shape[1], np.bool_)
        for boss in self._bosses(at):
            if self.lead_free is not None:
                fits &= self.lead_free[boss]
                for other in self.taken.get(boss, []):
                    fits &= ~_near(self.p, other)
        return fits

    def _meet(self, at: int, slot: int) -> None:
        """Give the group its slot."""
        if self.p.has_slots:
            self.slot[at] = slot
            for boss in self._bosses(at):
                self.taken.setdefault(boss, []).append(slot)

    def _waiting(self, at: int) -> NDArray[np.intp]:
        """Return who is not seated and may be led by the group's leaders."""
        waiting: NDArray[np.intp] = np.flatnonzero(self.open)
        for boss in self._bosses(at):
            waiting = waiting[~self.p.leader_bad[boss, waiting]]
        return waiting

    def _chief(self, at: int, tried: NDArray[np.bool_]) -> int:
        """Return the person with the fewest slots who can come to the group, -1 if nobody can."""
        waiting = self._waiting(at)
        waiting = waiting[~tried[waiting]]
        if self._bosses(at) and self.p.has_slots:
            waiting = waiting[(self.free[waiting] & self._fits(at)).any(axis=1)]
        return int(waiting[np.argmin(self.scarce[waiting])]) if len(waiting) else -1

    def _gather(self, at: int, chief: int, size: int) -> bool:
        """Fill the group round its chief; leave it empty if too few people fit."""
        p = self.p
        waiting = self._waiting(at)
        near = waiting[p.ties[chief, waiting] >= 0]
        if len(p.topic_points):
            likes: NDArray[np.intp] = np.flatnonzero(self.topic_open[:, chief])
            if not len(likes):
                return False
            self.topic[at] = _popular_topic(p, likes, near)
            near = near[self.topic_open[self.topic[at], near]]
        slot = -1
        if p.has_slots:
            options = self._fits(at) & self.free[chief]
            if not options.any():
                return False
            some = near if len(near) <= SAMPLE else self.rng.choice(near, SAMPLE, replace=False)
            slot = int(np.argmax(np.where(options, self.free[some].sum(axis=0), -1)))
            near = near[self.free[near, slot]]
            near = near[np.argsort(self.scarce[near], kind="stable")]
        else:
            near = self.rng.permutation(near)
        chosen, people, barred = [chief], int(p.size[chief]), p.ties[chief] < 0
        held = self.caps[:, chief].copy()
        for u in near:
            if people >= size:
                break
            heavy = people + p.size[u] > p.grouping.size_max
            if u == chief or barred[u] or heavy or (held + self.caps[:, u] > self.most).any():
                continue
            chosen.append(int(u))
            people += int(p.size[u])
            barred = barred | (p.ties[u] < 0)
            held = held + self.caps[:, u]
        if not p.grouping.size_min <= people <= p.grouping.size_max:
            return False
        self.where[chosen] = at
        self.open[chosen] = False
        self._meet(at, slot)
        return True


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

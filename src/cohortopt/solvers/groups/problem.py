"""The groups problem in arrays, made once per solve: units, link sums, unary points and rules.

People who must sit together are one *unit*; a unit moves as a whole. All arrays below are over
units (u), groups (g), leaders (l), limits (c), topics (t) and goals (q). Values are scaled by
``Grouping.scale`` so that they stay whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import (
    FORBIDDEN,
    Grouping,
    Instance,
    Ints,
    Longs,
    Relaxed,
    Slots,
    Words,
    pack,
)

BAD = 1 << 16  # one forbidden pair in the packed pair terms; kept pairs count 1 each


@dataclass(frozen=True)
class GroupProblem:
    """What the kernels read. See the module's docstring for the axes."""

    instance: Instance
    grouping: Grouping
    units: tuple[tuple[int, ...], ...]
    groups: int  # how many groups there can be at most
    counted: bool  # every group must be used
    size: Ints  # (u,) people in the unit
    links: Ints  # (u, u) sum of points both ways; 0 where forbidden, 0 on the diagonal
    inner: Longs  # (u,) sum of points inside the unit
    ties: Ints  # (u, u) earlier pairs that meet again, minus BAD for each forbidden pair
    ties_inner: Longs  # (u,)
    priority: Longs  # (u,)
    required: NDArray[np.bool_]  # (u,)
    starts: Words  # (u, words) common start bits of the unit's people
    slot_at: Ints  # (slots,)
    slot_length: int
    slot_cycle: int
    weight: Longs  # (size_max + 1,) what the link sum of a group of k is multiplied by
    leaders: Ints  # (l,) people
    leader_unit: Ints  # (l,) the unit if the leader could be a member too, else -1
    unit_leader: Ints  # (u,) the leader who is this unit, or -1
    leader_most: Ints  # (l,) groups
    leader_least: Ints  # (l,) groups
    leader_asked: NDArray[np.bool_]  # (l,) required, and could be a member too
    leader_links: Longs  # (l, u) points that the leader brings the unit's people
    leader_bad: NDArray[np.bool_]  # (l, u)
    leader_starts: Words  # (l, words)
    leader_weight: Longs  # (leaders_max + 1,) by the number of leaders
    topic_points: Longs  # (t, u) scaled
    topic_bad: NDArray[np.bool_]  # (t, u)
    amounts: Longs  # (c, u)
    least: Longs  # (c,)
    most: Longs  # (c,)
    if_any: NDArray[np.bool_]  # (c,)
    soft: NDArray[np.bool_]  # (c,) relaxed
    step: Longs  # (c,) what counts as one violation
    goal_kind: Ints  # (q,) 0 variety, 1 evenness, 2 a limit on different codes: no goal, a rule
    goal_points: Longs  # (q,) scaled by nothing: rounded first, scaled after
    goal_values: Longs  # (q, n) codes from 0, -1 unknown; or numbers
    goal_codes: Ints  # (q,) how many codes there are
    goal_total: Longs  # (q,) evenness: sum over everyone
    goal_spread: Longs  # (q,) evenness: max - min
    goal_least: Longs  # (q,) limits: different codes
    goal_most: Longs  # (q,)
    goal_soft: NDArray[np.bool_]  # (q,) relaxed
    people: int  # how many people can be members
    pinned: Ints  # (u,) the group that the unit is locked to, else -1
    pinned_leaders: tuple[tuple[int, ...], ...]  # per locked group, indices into leaders
    pinned_slot: Ints  # (locked groups,) slot or -1
    needs_leader: Ints  # (u,) the leader index that must lead the unit's group, else -1
    soft_slots: bool  # meeting outside somebody's hours is a breach, not a broken rule
    soft_sizes: tuple[int, int] | None  # relaxed sizes; those of ``grouping`` must hold
    hoped: Longs  # (u,) people of the unit whose absence is a breach
    leader_hoped: NDArray[np.bool_]  # (l,)

    @property
    def has_slots(self) -> bool:
        """Whether groups need a common slot."""
        return len(self.slot_at) > 0


def value_weights(grouping: Grouping) -> tuple[Longs, Longs]:
    """Return the factors of a group's link sum by size, and of leaders' points by their number.

    Whole for every size that may occur; sizes below the minimum (only seen on the way) are
    rounded down.
    """
    top, scale = grouping.size_max, grouping.scale
    lead = max(0, grouping.leaders_max)
    if grouping.value == "sum":
        return np.full(top + 1, scale, np.int64), np.full(lead + 1, scale, np.int64)
    share = grouping.leader_share if lead else 0
    by_size = np.zeros(top + 1, np.int64)
    for k in range(2, top + 1):
        whole, rest = divmod(scale * (100 - share), 100 * (k - 1))
        if rest and k >= grouping.size_min:
            raise AssertionError(f"scale {scale} does not keep means over {k - 1} fellows whole")
        by_size[k] = whole
    by_leaders = np.zeros(lead + 1, np.int64)
    for k in range(1, lead + 1):
        whole, rest = divmod(scale * share, 100 * k)
        if rest:
            raise AssertionError(f"scale {scale} does not keep means over {k} leaders whole")
        by_leaders[k] = whole
    return by_size, by_leaders


def members_of(instance: Instance) -> Ints:
    """Return the people who may sit in a group as members, ascending."""
    people = np.asarray(instance.givers, np.int32)
    return people[instance.total_max[people] > 0]


def meeting_slots(instance: Instance) -> Slots | None:
    """Return the slots of groups, whether all must be free or their absence is counted."""
    relaxed = instance.grouping.relaxed if instance.grouping is not None else None
    return relaxed.slots if relaxed is not None and relaxed.slots is not None else instance.slots


def leader_loads(instance: Instance, leaders: Ints) -> Ints:
    """Return how many groups each of ``leaders`` may lead."""
    return instance.gives_max[leaders].astype(np.int32)


def merge(sets: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the unions of sets that overlap, each ascending, ordered by their first person."""
    merged: list[set[int]] = []
    for people in sets:
        found = set(people)
        apart = []
        for other in merged:
            if other & found:
                found |= other
            else:
                apart.append(other)
        merged = [*apart, found]
    return sorted(tuple(sorted(one)) for one in merged if one)


def asked_for(instance: Instance) -> NDArray[np.bool_]:
    """Return ``(n,) bool``: who must be in a group: required, locked, or together with somebody."""
    asked = instance.required.copy()
    for people in (*instance.together, *(lock.people for lock in instance.locked)):
        asked[list(people)] = True
    return asked


def spread_values(instance: Instance) -> dict[str, Any]:
    """Return the arrays of group goals and of limits on kinds; codes are renumbered from 0."""
    assert instance.grouping is not None
    goals, hard = instance.grouping.goals, instance.grouping.kinds
    limits = (*hard, *(instance.grouping.relaxed or Relaxed()).kinds)
    rows = [*(goal.values for goal in goals), *(limit.codes for limit in limits)]
    kind = [*(int(goal.kind == "evenness") for goal in goals), *(2 for _ in limits)]
    values = np.full((len(rows), instance.n), -1, np.int64)
    codes = np.zeros(len(rows), np.int32)
    total = np.zeros(len(rows), np.int64)
    spread = np.zeros(len(rows), np.int64)
    for q, own in enumerate(rows):
        if kind[q] == 1:
            values[q] = own
            total[q] = own.sum()
            spread[q] = own.max() - own.min() if len(own) else 0
        else:
            known = np.unique(own[own >= 0])
            codes[q] = len(known)
            hit = own >= 0
            values[q, hit] = np.searchsorted(known, own[hit])
    none = [0] * len(goals)
    return {
        "goal_kind": np.array(kind, np.int32),
        "goal_points": np.array([*(goal.points for goal in goals), *(0 for _ in limits)], np.int64),
        "goal_least": np.array([*none, *(limit.least for limit in limits)], np.int64),
        "goal_most": np.array([*none, *(limit.most for limit in limits)], np.int64),
        "goal_soft": np.arange(len(rows)) >= len(goals) + len(hard),
        "goal_values": values,
        "goal_codes": codes,
        "goal_total": total,
        "goal_spread": spread,
    }


def previous_pairs(instance: Instance) -> set[tuple[int, int]]:
    """Return the unordered pairs that shared a match before."""
    return {(a, b) for match in instance.previous for a in match for b in match if a < b}


def limit_step(amounts: Longs) -> int:
    """Return the amount that counts as one violation: the mean of those that are not zero."""
    some = np.abs(amounts[amounts != 0])
    return max(1, int(some.mean())) if len(some) else 1


def make_problem(instance: Instance, groups: int) -> GroupProblem:
    """Return ``instance`` as arrays with ``groups`` groups. O(n^2) time and memory."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    sits = np.zeros(instance.n, np.bool_)
    sits[members] = True
    leaders = np.asarray(grouping.leaders, np.int32) if grouping.leaders_max else members[:0]
    lead_at = {int(person): boss for boss, person in enumerate(leaders)}

    locked: list[tuple[int, ...]] = [tuple(lock.people[lock.leaders :]) for lock in instance.locked]
    joined = [tuple(p for p in people if sits[p]) for people in instance.together]
    bound = merge([tuple(p for p in people if sits[p]) for people in (*locked, *joined)])
    taken = {p for people in bound for p in people}
    units = sorted([*bound, *((int(p),) for p in members if int(p) not in taken)])
    count = len(units)
    unit_of = np.full(instance.n, -1, np.int32)
    for u, people in enumerate(units):
        unit_of[list(people)] = u
    pinned = np.full(count, -1, np.int32)
    pinned_leaders: list[tuple[int, ...]] = []
    pinned_slot: list[int] = []
    for lock in instance.locked:
        own = {int(unit_of[p]) for p in lock.people[lock.leaders :]}
        g = next((int(pinned[u]) for u in own if pinned[u] >= 0), len(pinned_slot))
        if g == len(pinned_slot):
            pinned_slot.append(-1)
            pinned_leaders.append(())
        for u in own:
            pinned[u] = g
        fixed = tuple(lead_at[p] for p in lock.people[: lock.leaders] if p in lead_at)
        pinned_leaders[g] = tuple(dict.fromkeys((*pinned_leaders[g], *fixed)))
        if lock.slot >= 0:
            pinned_slot[g] = lock.slot
    needs = np.full(count, -1, np.int32)
    for people in instance.together:
        inside = [p for p in people if sits[p]]
        for p in people:
            if not sits[p] and p in lead_at and inside:
                needs[unit_of[inside[0]]] = lead_at[p]

    square = instance.links.dense
    rows = square[np.ix_(members, members)]
    bad = (rows == FORBIDDEN) | (rows.T == FORBIDDEN)
    np.fill_diagonal(bad, False)
    both = np.where(bad, 0, rows + rows.T).astype(np.int32)
    np.fill_diagonal(both, 0)
    ties = np.where(bad, -BAD, 0).astype(np.int32)
    if instance.previous and "changes" in instance.tiers:
        at = np.full(instance.n, -1, np.int32)
        at[members] = np.arange(len(members))
        for a, b in previous_pairs(instance):
            if at[a] >= 0 and at[b] >= 0:
                ties[at[a], at[b]] += 1
                ties[at[b], at[a]] += 1
    own_unit = unit_of[members]
    if count == len(members):
        links, tied = both, ties
        inner = np.zeros(count, np.int64)
        tied_inner = np.zeros(count, np.int64)
    else:
        links, inner = fold(both, own_unit, count)
        tied, tied_inner = fold(ties, own_unit, count)

    def summed(values: NDArray[Any]) -> Longs:
        """Return ``values : (m,)`` of members summed over units."""
        found = np.zeros(count, np.int64)
        np.add.at(found, own_unit, values.astype(np.int64))
        return found

    starts, leader_starts = _start_bits(instance, units, leaders)
    by_size, by_leaders = value_weights(grouping)
    lead_rows = square[np.ix_(leaders, members)]
    same = leaders[:, None] == members[None, :]
    lead_bad = np.zeros((len(leaders), count), np.bool_)
    lead_sum = np.zeros((len(leaders), count), np.int64)
    forbidden = (lead_rows == FORBIDDEN) & ~same
    for boss in range(len(leaders)):
        np.add.at(lead_sum[boss], own_unit, np.maximum(lead_rows[boss], 0))
        np.logical_or.at(lead_bad[boss], own_unit, forbidden[boss])
    topics = grouping.topics.shape[1] if grouping.topics.size else 0
    own_topics = grouping.topics[members] if topics else np.empty((len(members), 0), np.int32)
    topic_bad = np.zeros((topics, count), np.bool_)
    topic_sum = np.zeros((topics, count), np.int64)
    for t in range(topics):
        topic_sum[t] = grouping.scale * summed(np.maximum(own_topics[:, t], 0))
        np.logical_or.at(topic_bad[t], own_unit, own_topics[:, t] == FORBIDDEN)
    required = np.zeros(count, np.bool_)
    np.logical_or.at(required, own_unit, asked_for(instance)[members])
    own_lead = unit_of[leaders].astype(np.int32)
    loads = leader_loads(instance, leaders)
    fixed_leaders = {boss for bosses in pinned_leaders for boss in bosses}
    inverse = np.full(count, -1, np.int32)
    for boss, unit in enumerate(own_lead):
        if unit >= 0 and len(units[unit]) == 1:
            inverse[unit] = boss
        elif unit >= 0 and boss not in fixed_leaders:
            loads[boss] = 0  # someone who must sit with others does not lead
    asked = asked_for(instance)[leaders]
    least = np.maximum(instance.gives_min[leaders], asked & (own_lead < 0)).astype(np.int32)
    relaxed = grouping.relaxed or Relaxed()
    slots = meeting_slots(instance)
    limits = (*grouping.limits, *relaxed.limits)
    hoped = np.zeros(instance.n, np.bool_) if relaxed.asked is None else relaxed.asked
    return GroupProblem(
        instance=instance,
        grouping=grouping,
        units=tuple(units),
        groups=max(groups, len(pinned_slot)),
        counted=grouping.count >= 0,
        size=np.array([len(people) for people in units], np.int32),
        links=np.ascontiguousarray(links),
        inner=inner,
        ties=np.ascontiguousarray(tied),
        ties_inner=tied_inner,
        priority=summed(instance.priority[members]),
        required=required,
        starts=starts,
        slot_at=slots.at.astype(np.int32) if slots else np.empty(0, np.int32),
        slot_length=slots.length if slots else 0,
        slot_cycle=slots.cycle if slots else 0,
        weight=by_size,
        leaders=leaders,
        leader_unit=own_lead,
        unit_leader=inverse,
        leader_most=loads,
        leader_least=least,
        leader_asked=asked & (own_lead >= 0),
        leader_links=lead_sum,
        leader_bad=lead_bad,
        leader_starts=leader_starts,
        leader_weight=by_leaders,
        topic_points=topic_sum,
        topic_bad=topic_bad,
        amounts=np.array([summed(one.amounts[members]) for one in limits], np.int64).reshape(
            len(limits), count
        ),
        least=np.array([one.least for one in limits], np.int64),
        most=np.array([one.most for one in limits], np.int64),
        if_any=np.array([one.if_any for one in limits], np.bool_),
        soft=np.arange(len(limits)) >= len(grouping.limits),
        step=np.array([limit_step(one.amounts[members]) for one in limits], np.int64),
        people=len(members),
        pinned=pinned,
        pinned_leaders=tuple(pinned_leaders),
        pinned_slot=np.array(pinned_slot, np.int32),
        needs_leader=needs,
        soft_slots=relaxed.slots is not None,
        soft_sizes=relaxed.sizes,
        hoped=summed(hoped[members]),
        leader_hoped=hoped[leaders],
        **spread_values(instance),
    )


def with_groups(problem: GroupProblem, groups: int) -> GroupProblem:
    """Return the problem with another number of groups; everything else is shared."""
    return replace(problem, groups=max(groups, len(problem.pinned_slot)))


def fold(square: Ints, own_unit: Ints, count: int) -> tuple[Ints, Longs]:
    """Return ``square : (m, m)`` summed over units, and half of what falls inside each unit."""
    rows = np.zeros((count, square.shape[1]), np.int64)
    np.add.at(rows, own_unit, square)
    folded = np.zeros((count, count), np.int64)
    np.add.at(folded.T, own_unit, rows.T)
    inner = np.diagonal(folded).copy() // 2
    np.fill_diagonal(folded, 0)
    return folded.astype(np.int32), inner


def _start_bits(
    instance: Instance, units: list[tuple[int, ...]], leaders: Ints
) -> tuple[Words, Words]:
    """Return start bits of units (AND of their people) and of leaders."""
    slots = meeting_slots(instance)
    if slots is None:
        one = pack(np.ones((1, 1), np.bool_))
        return np.repeat(one, len(units), axis=0), np.repeat(one, len(leaders), axis=0)
    bits = np.ascontiguousarray(slots.starts, np.uint64)
    found = np.zeros((len(units), bits.shape[1]), np.uint64)
    for u, people in enumerate(units):
        found[u] = np.bitwise_and.reduce(bits[list(people)], axis=0)
    return found, np.ascontiguousarray(bits[leaders])

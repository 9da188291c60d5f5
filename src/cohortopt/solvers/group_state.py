"""Compiled state of the rich groups search: every sum that makes a move's value O(1).

For each group the state keeps the link sum, the unary sum, the sums of limits, the counts of
codes and the chosen leaders, slot and topic; ``contrib[g, u]`` is what unit ``u`` shares with the
members of ``g``. ``after`` says what a group is worth once one unit left and one entered, so a
swap or an insertion costs two calls, whatever the size of the groups; ``move`` is O(units).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.group_compiled import Whole, compiled
from cohortopt.solvers.group_problem import GroupProblem

Array: TypeAlias = NDArray[Any]
Table: TypeAlias = Any  # a structured array; a row has the fields of its dtype


UNIT = np.dtype(
    [
        ("size", "i8"),  # people
        ("inner", "i8"),  # points inside
        ("ties_inner", "i8"),
        ("priority", "i8"),
        ("required", "i8"),
        ("pinned", "i8"),  # group that it is locked to, or -1
        ("needs", "i8"),  # leader who must lead its group, or -1
        ("lead", "i8"),  # leader who is this unit, or -1
        ("first", "i8"),  # its people: person[first:end]
        ("end", "i8"),
        ("row", "i8"),  # limits that it touches: cols[row:row_end]
        ("row_end", "i8"),
    ]
)
BOSS = np.dtype([("unit", "i8"), ("most", "i8"), ("least", "i8"), ("asked", "i8")])
LIMIT = np.dtype([("least", "i8"), ("most", "i8"), ("if_any", "i8"), ("step", "i8")])
GOAL = np.dtype(
    [("kind", "i8"), ("points", "i8"), ("codes", "i8"), ("total", "i8"), ("spread", "i8")]
)
PIN = np.dtype(
    [("pinned_slot", "i8"), ("pinned_leads", "i8"), ("closed", "i8")]
)  # of groups; slot -1: free
GROUP = np.dtype(
    [
        ("people", "i8"),
        ("filled", "i8"),  # units
        ("link", "i8"),
        ("tie", "i8"),  # packed, see BAD
        ("unary_sum", "i8"),
        ("barred_sum", "i8"),
        ("slot_bad", "i8"),  # units and leaders that are not free at the slot
        ("limit_bad", "i8"),
        ("leads", "i8"),  # leaders
        ("viol", "i8"),
        ("points", "i8"),
        ("kept", "i8"),
    ]
)


class Fixed(NamedTuple):
    """The problem's arrays as kernels take them; ``num`` holds the scalars, see ``fixed``."""

    unit: Table  # (u,) UNIT
    boss: Table  # (l,) BOSS
    limit: Table  # (c,) LIMIT
    goal: Table  # (q,) GOAL
    pin: Table  # (g,) PIN
    links: Array
    ties: Array
    starts: Array
    at: Array
    weight: Array
    lead_links: Array
    lead_bad: Array
    lead_starts: Array
    lead_weight: Array
    topic_points: Array
    topic_bad: Array
    amounts: Array  # (u, c)
    cols: Array
    goal_values: Array  # (q, n)
    person: Array
    num: Array


# Places in ``num``.
SIZE_MIN, SIZE_MAX, COUNTED, LEAD_MIN, LEAD_MAX, SCALE, PEOPLE, LENGTH, CYCLE, GROUPS, SLOTS = (
    range(11)
)
HAS_TIES, HAS_UNARY, HAS_GOALS = 11, 12, 13


class State(NamedTuple):
    """What changes. ``total`` = violations, points, kept pairs, placed priority."""

    where: Array  # (u,) group; GROUPS: on the bench
    group: Table  # (g,) GROUP
    contrib: Array  # (g, u) int32
    tied: Array  # (g, u) int32, packed
    unary: Array  # (g, u) int64: leaders' and topic points of u in g
    barred: Array  # (g, u) int32: leaders and topics that forbid u in g
    sums: Array  # (g, c)
    counts: Array  # (g, q, codes)
    kinds: Array  # (g, q) distinct codes
    number: Array  # (g, q) sums
    slot: Array  # (g,)
    topic: Array  # (g,)
    lead: Array  # (g, leaders_max)
    load: Array  # (l,)
    members: Array  # (g, size_max + 1)
    bench: Array  # (u,)
    place: Array  # (u,) position in members or bench
    total: Array  # (4,)
    benched: Array  # (1,)
    random: Array  # (1,) uint64


def table(dtype: np.dtype[Any], rows: int, **columns: Any) -> Array:
    """Return a structured array of so many rows."""
    found = np.zeros(rows, dtype)
    for name, values in columns.items():
        found[name] = values
    return found


def fixed(problem: GroupProblem) -> Fixed:
    """Return the problem as kernels take it: own, writable, contiguous (one compiled version)."""
    p, g = problem, problem.groups
    hits = [np.flatnonzero(p.amounts[:, u]) for u in range(len(p.units))]
    ends = np.cumsum([len(hit) for hit in hits], dtype=np.int64)
    people = np.cumsum(p.size, dtype=np.int64)
    slots = np.full(g, -1, np.int64)
    slots[: len(p.pinned_slot)] = p.pinned_slot
    leads = np.zeros(g, np.int64)
    leads[: len(p.pinned_leaders)] = [len(own) for own in p.pinned_leaders]
    closed = np.arange(g) < len(p.pinned_slot)
    grouping = p.grouping
    num = [
        grouping.size_min,
        grouping.size_max,
        p.counted,
        grouping.leaders_min if grouping.leaders_max else 0,
        grouping.leaders_max,
        grouping.scale,
        p.instance.n,
        p.slot_length,
        p.slot_cycle,
        g,
        len(p.slot_at),
        bool(p.ties.any() or p.ties_inner.any()),
        len(p.leaders) > 0 or len(p.topic_points) > 0,
        len(p.goal_points) > 0,
    ]
    units, bosses = len(p.units), len(p.leaders)

    def own(array: Any, dtype: Any) -> Array:
        return np.array(array, dtype, order="C", copy=True)

    return Fixed(
        unit=table(
            UNIT, units, size=p.size, inner=p.inner, ties_inner=p.ties_inner,
            priority=p.priority, required=p.required, pinned=p.pinned, needs=p.needs_leader,
            lead=p.unit_leader, first=people - p.size, end=people,
            row=ends - [len(hit) for hit in hits] if units else 0, row_end=ends if units else 0,
        ),
        boss=table(
            BOSS, bosses, unit=p.leader_unit, most=p.leader_most, least=p.leader_least,
            asked=p.leader_asked,
        ),
        limit=table(
            LIMIT, len(p.least), least=p.least, most=p.most, if_any=p.if_any, step=p.step
        ),
        goal=table(
            GOAL, len(p.goal_kind), kind=p.goal_kind, points=p.goal_points, codes=p.goal_codes,
            total=p.goal_total, spread=p.goal_spread,
        ),
        pin=table(PIN, g, pinned_slot=slots, pinned_leads=leads, closed=closed),
        links=own(p.links, np.int32),
        ties=own(p.ties, np.int32),
        starts=own(p.starts, np.uint64),
        at=own(p.slot_at, np.int32),
        weight=own(p.weight, np.int64),
        lead_links=own(p.leader_links, np.int64),
        lead_bad=own(p.leader_bad, np.bool_),
        lead_starts=own(p.leader_starts, np.uint64),
        lead_weight=own(p.leader_weight, np.int64),
        topic_points=own(p.topic_points, np.int64),
        topic_bad=own(p.topic_bad, np.bool_),
        amounts=own(p.amounts.T, np.int64),
        cols=np.concatenate([*hits, np.empty(0, np.intp)]).astype(np.int64),
        goal_values=own(p.goal_values, np.int64),
        person=np.array([i for people in p.units for i in people], np.int64),
        num=np.array(num, np.int64),
    )  # fmt: skip


def blank(problem: GroupProblem, f: Fixed, seed: int) -> State:
    """Return a state to be filled by ``rebuild``."""
    u, g = len(problem.units), problem.groups
    goals = len(problem.goal_points)
    codes = max(1, int(problem.goal_codes.max(initial=0)))
    ties = (g, u) if f.num[HAS_TIES] else (1, 1)
    unary = (g, u) if f.num[HAS_UNARY] else (1, 1)
    zeros = np.zeros
    start = (seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) & (2**64 - 1)
    return State(
        where=np.full(u, g, np.int64),
        group=zeros(g, GROUP),
        contrib=zeros((g, u), np.int32),
        tied=zeros(ties, np.int32),
        unary=zeros(unary, np.int64),
        barred=zeros(unary, np.int32),
        sums=zeros((g, len(problem.least)), np.int64),
        counts=zeros((g, goals, codes), np.int32),
        kinds=zeros((g, goals), np.int64),
        number=zeros((g, goals), np.int64),
        slot=np.full(g, -1, np.int64),
        topic=np.full(g, -1, np.int64),
        lead=np.full((g, max(1, problem.grouping.leaders_max)), -1, np.int64),
        load=zeros(len(problem.leaders), np.int64),
        members=zeros((g, problem.grouping.size_max + 1), np.int64),
        bench=zeros(u, np.int64),
        place=zeros(u, np.int64),
        total=zeros(4, np.int64),
        benched=zeros(1, np.int64),
        random=np.array([start or 1], np.uint64),
    )


@compiled
def draw(random: Array, below: Whole) -> Whole:
    """Return a number in 0..below-1 (xorshift64*, Vigna 2016, doi:10.1145/2845077)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    high = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32)
    return np.int64((high * np.uint64(below)) >> np.uint64(32))


@compiled
def is_free(bits: Array, i: Whole, slot: Whole) -> Whole:
    """Whether row ``i`` of start bits has ``slot``."""
    return (bits[i, slot >> 6] >> np.uint64(slot & 63)) & np.uint64(1) != np.uint64(0)


@compiled
def excess(f: Fixed, c: Whole, total: Whole) -> Whole:
    """Return how many violations of limit ``c`` a sum of ``total`` makes."""
    if total > f.limit[c].most:
        return (total - f.limit[c].most + f.limit[c].step - 1) // f.limit[c].step
    if total < f.limit[c].least and not (f.limit[c].if_any and total == 0):
        return (f.limit[c].least - total + f.limit[c].step - 1) // f.limit[c].step
    return 0


@compiled
def goal_worth(f: Fixed, q: Whole, k: Whole, kinds: Whole, number: Whole) -> Whole:
    """Return the points that goal ``q`` gives each member of a group of ``k`` (see GroupGoal)."""
    if f.goal[q].kind == 0:
        whole = min(k, f.goal[q].codes)
        if whole == 0:
            return 0
        worth = (2_000_000 * kinds + whole) // (2 * whole)
    elif f.goal[q].spread == 0:
        worth = 1_000_000
    else:
        n = f.num[PEOPLE]
        whole = k * n * f.goal[q].spread
        part = whole - abs(number * n - f.goal[q].total * k)
        if whole < 1 << 40:
            worth = (2_000_000 * part + whole) // (2 * whole)
        else:  # too big for exact work here; the answer is added up again without limits
            worth = np.int64(np.floor(1e6 * (part / whole) + 0.5))
    earned = f.goal[q].points * worth
    points, rest = earned // 1_000_000, earned % 1_000_000
    if 2 * rest > 1_000_000 or (2 * rest == 1_000_000 and points % 2 == 1):
        points += 1
    return points


@compiled
def goals_after(f: Fixed, s: State, g: Whole, out: Whole, into: Whole, k: Whole) -> Whole:
    """Return what goals give group ``g`` of ``k`` people once ``out`` left and ``into`` came."""
    earned = 0
    for q in range(len(f.goal)):
        kinds, number = s.kinds[g, q], s.number[g, q]
        counts = s.counts[g, q]
        for unit, way in ((out, -1), (into, 1)):
            if unit < 0:
                continue
            for x in range(f.unit[unit].first, f.unit[unit].end):
                value = f.goal_values[q, f.person[x]]
                if f.goal[q].kind == 1:
                    number += way * value
                elif value >= 0:
                    if way < 0:
                        counts[value] -= 1
                        if counts[value] == 0:
                            kinds -= 1
                    else:
                        if counts[value] == 0:
                            kinds += 1
                        counts[value] += 1
        if f.goal[q].kind == 0:  # take the trial back
            for unit, way in ((out, 1), (into, -1)):
                if unit < 0:
                    continue
                for x in range(f.unit[unit].first, f.unit[unit].end):
                    value = f.goal_values[q, f.person[x]]
                    if value >= 0:
                        counts[value] += way
        earned += goal_worth(f, q, k, kinds, number)
    return earned * k * f.num[SCALE]


@compiled
def after(
    f: Fixed, s: State, g: Whole, out: Whole, into: Whole
) -> tuple[Whole, Whole, Whole, Whole]:
    """Return (violations without slots, slot violations, points, kept) of ``g`` after a move.

    ``out`` leaves and ``into`` enters; -1 means nobody.
    """
    k = s.group[g].people
    link, slot_bad, limit_bad = s.group[g].link, s.group[g].slot_bad, s.group[g].limit_bad
    unary, bad, tie = s.group[g].unary_sum, s.group[g].barred_sum, s.group[g].tie
    slot = s.slot[g]
    if out >= 0:
        k -= f.unit[out].size
        link -= s.contrib[g, out] + f.unit[out].inner
        if f.num[HAS_TIES]:
            tie -= s.tied[g, out] + f.unit[out].ties_inner
        if f.num[HAS_UNARY]:
            unary -= s.unary[g, out]
            bad -= s.barred[g, out]
        if slot >= 0 and not is_free(f.starts, out, slot):
            slot_bad -= 1
        for x in range(f.unit[out].row, f.unit[out].row_end):
            c = f.cols[x]
            now = s.sums[g, c]
            then = now - f.amounts[out, c]
            if into >= 0:
                then += f.amounts[into, c]
            limit_bad += excess(f, c, then) - excess(f, c, now)
    if into >= 0:
        k += f.unit[into].size
        link += s.contrib[g, into] + f.unit[into].inner
        if out >= 0:
            link -= f.links[out, into]
        if f.num[HAS_TIES]:
            tie += s.tied[g, into] + f.unit[into].ties_inner
            if out >= 0:
                tie -= f.ties[out, into]
        if f.num[HAS_UNARY]:
            unary += s.unary[g, into]
            bad += s.barred[g, into]
        if slot >= 0 and not is_free(f.starts, into, slot):
            slot_bad += 1
        for x in range(f.unit[into].row, f.unit[into].row_end):
            c = f.cols[x]
            if out >= 0 and f.amounts[out, c] != 0:
                continue
            now = s.sums[g, c]
            limit_bad += excess(f, c, now + f.amounts[into, c]) - excess(f, c, now)
    if k == 0:
        return (f.num[SIZE_MIN] if f.num[COUNTED] else 0), 0, 0, 0
    pairs = (65535 - tie) >> 16
    kept = tie + (pairs << 16)
    viol = bad + pairs + limit_bad
    if k < f.num[SIZE_MIN]:
        viol += f.num[SIZE_MIN] - k
    elif k > f.num[SIZE_MAX]:
        return viol + 1000 * (k - f.num[SIZE_MAX]), slot_bad, 0, kept
    if s.group[g].leads < f.num[LEAD_MIN]:
        viol += f.num[LEAD_MIN] - s.group[g].leads
    points = f.weight[k] * link + unary
    if f.num[HAS_GOALS]:
        points += goals_after(f, s, g, out, into, k)
    return viol, slot_bad, points, kept


@compiled
def refresh(f: Fixed, s: State, g: Whole) -> None:
    """Recompute the worth of ``g`` from its sums and keep the totals right."""
    viol, slot_bad, points, kept = after(f, s, g, np.int64(-1), np.int64(-1))
    viol += slot_bad
    s.total[0] += viol - s.group[g].viol
    s.total[1] += points - s.group[g].points
    s.total[2] += kept - s.group[g].kept
    s.group[g].viol, s.group[g].points, s.group[g].kept = viol, points, kept


@compiled
def recount(f: Fixed, s: State, g: Whole) -> None:
    """Recompute unary terms of all units for group ``g`` (leaders or topic changed), and slots."""
    if f.num[HAS_UNARY]:
        leads = s.group[g].leads
        topic = s.topic[g]
        for u in range(len(s.where)):
            points, bad = 0, 0
            for x in range(leads):
                boss = s.lead[g, x]
                points += f.lead_links[boss, u]
                if f.lead_bad[boss, u]:
                    bad += 1
            points *= f.lead_weight[leads]
            need = f.unit[u].needs
            if need >= 0:
                found = False
                for x in range(leads):
                    found = found or s.lead[g, x] == need
                if not found:
                    bad += 1
            if topic >= 0:
                points += f.topic_points[topic, u]
                if f.topic_bad[topic, u]:
                    bad += 1
            s.unary[g, u] = points
            s.barred[g, u] = bad
        s.group[g].unary_sum = 0
        s.group[g].barred_sum = 0
        for x in range(s.group[g].filled):
            s.group[g].unary_sum += s.unary[g, s.members[g, x]]
            s.group[g].barred_sum += s.barred[g, s.members[g, x]]
    recount_slot(f, s, g)


@compiled
def clashes(f: Fixed, one: Whole, other: Whole) -> Whole:
    """Whether two slots overlap (see Slots.clash)."""
    gap = abs(np.int64(f.at[one]) - np.int64(f.at[other]))
    if f.num[CYCLE] > 0:
        gap = min(gap, f.num[CYCLE] - gap)
    return gap < f.num[LENGTH]


@compiled
def recount_slot(f: Fixed, s: State, g: Whole) -> None:
    """Recount who cannot come to ``g``'s slot: members, leaders, and leaders' other groups."""
    if s.slot[g] >= 0:
        slot, bad = s.slot[g], 0
        for x in range(s.group[g].filled):
            if not is_free(f.starts, s.members[g, x], slot):
                bad += 1
        for x in range(s.group[g].leads):
            boss = s.lead[g, x]
            if not is_free(f.lead_starts, boss, slot):
                bad += 1
            if s.load[boss] > 1:
                for h in range(f.num[GROUPS]):
                    for y in range(s.group[h].leads):
                        if h != g and s.lead[h, y] == boss and clashes(f, slot, s.slot[h]):
                            bad += 1
        s.group[g].slot_bad = bad
    refresh(f, s, g)


@compiled
def open_slots(f: Fixed, s: State, g: Whole, out: Whole, into: Whole, words: Array) -> Whole:
    """Write the slots in which ``g`` can meet after a move to ``words``; say whether any is."""
    for w in range(len(words)):
        words[w] = ~np.uint64(0)
    for x in range(s.group[g].filled):
        u = s.members[g, x]
        if u != out:
            for w in range(len(words)):
                words[w] &= f.starts[u, w]
    if into >= 0:
        for w in range(len(words)):
            words[w] &= f.starts[into, w]
    for x in range(s.group[g].leads):
        boss = s.lead[g, x]
        for w in range(len(words)):
            words[w] &= f.lead_starts[boss, w]
        if s.load[boss] > 1:
            for h in range(f.num[GROUPS]):
                for y in range(s.group[h].leads):
                    if h != g and s.lead[h, y] == boss:
                        for t in range(f.num[SLOTS]):
                            if clashes(f, t, s.slot[h]):
                                words[t >> 6] &= ~(np.uint64(1) << np.uint64(t & 63))
    if f.pin[g].pinned_slot >= 0:
        t = f.pin[g].pinned_slot
        keep = words[t >> 6] & (np.uint64(1) << np.uint64(t & 63))
        for w in range(len(words)):
            words[w] = np.uint64(0)
        words[t >> 6] = keep
    found = False
    for w in range(len(words)):
        found = found or words[w] != np.uint64(0)
    return found


@compiled
def pick(s: State, words: Array, slots: Whole) -> Whole:
    """Return a random slot among the bits of ``words``, or -1."""
    count = 0
    found = -1
    for t in range(slots):
        if (words[t >> 6] >> np.uint64(t & 63)) & np.uint64(1):
            count += 1
            if draw(s.random, count) == 0:
                found = t
    return found


@compiled
def best_slot(f: Fixed, s: State, g: Whole, words: Array) -> Whole:
    """Return a slot for ``g``: a random common one, or one that most people can come to."""
    if f.pin[g].pinned_slot >= 0:
        return f.pin[g].pinned_slot
    if open_slots(f, s, g, np.int64(-1), np.int64(-1), words):
        return pick(s, words, f.num[SLOTS])
    best: Whole = -1
    found: Whole = s.slot[g]
    ties: Whole = 0
    for t in range(f.num[SLOTS]):
        free = 0
        for x in range(s.group[g].filled):
            if is_free(f.starts, s.members[g, x], t):
                free += 1
        for x in range(s.group[g].leads):
            if is_free(f.lead_starts, s.lead[g, x], t):
                free += 2
        if free > best:
            best, found, ties = free, t, 1
        elif free == best:
            ties += 1
            if draw(s.random, ties) == 0:
                found = t
    return found


@compiled
def set_slot(f: Fixed, s: State, g: Whole, slot: Whole) -> None:
    """Give ``g`` a slot; groups that share a leader are recounted."""
    if slot == s.slot[g]:
        return
    s.slot[g] = slot
    recount_slot(f, s, g)
    for x in range(s.group[g].leads):
        boss = s.lead[g, x]
        if s.load[boss] > 1:
            for h in range(f.num[GROUPS]):
                for y in range(s.group[h].leads):
                    if h != g and s.lead[h, y] == boss:
                        recount_slot(f, s, h)


@compiled
def owed(f: Fixed, s: State, boss: Whole) -> Whole:
    """Return the violations of a leader: groups not led; less what leading makes good.

    A required person on the bench counts as one violation there; leading takes it back.
    """
    found = max(0, f.boss[boss].least - s.load[boss])
    if f.boss[boss].asked and s.load[boss] > 0:
        found -= 1
    return found


@compiled
def set_leader(f: Fixed, s: State, g: Whole, x: Whole, boss: Whole) -> None:
    """Make ``boss`` the ``x``-th leader of ``g`` (-1: drop that place, the last one moves in)."""
    old: Whole = -1
    if x < s.group[g].leads:
        old = s.lead[g, x]
        s.total[0] -= owed(f, s, old)
        s.load[old] -= 1
        s.total[0] += owed(f, s, old)
    else:
        s.group[g].leads += 1
    if boss >= 0:
        s.lead[g, x] = boss
        s.total[0] -= owed(f, s, boss)
        s.load[boss] += 1
        s.total[0] += owed(f, s, boss)
    else:
        s.group[g].leads -= 1
        s.lead[g, x] = s.lead[g, s.group[g].leads]
        s.lead[g, s.group[g].leads] = -1
    recount(f, s, g)
    if s.slot[g] >= 0:
        for h in range(f.num[GROUPS]):
            for y in range(s.group[h].leads):
                if h != g and (s.lead[h, y] == boss or s.lead[h, y] == old):
                    recount_slot(f, s, h)


@compiled
def set_topic(f: Fixed, s: State, g: Whole, topic: Whole) -> None:
    """Give ``g`` a topic."""
    s.topic[g] = topic
    recount(f, s, g)


@compiled
def leave(f: Fixed, s: State, u: Whole) -> None:
    """Take ``u`` out of its group, or off the bench; the caller puts it somewhere at once."""
    g = s.where[u]
    if g == f.num[GROUPS]:
        s.benched[0] -= 1
        last = s.bench[s.benched[0]]
        s.bench[s.place[u]] = last
        s.place[last] = s.place[u]
        s.total[3] += f.unit[u].priority
        if f.unit[u].required:
            s.total[0] -= 1
        return
    s.group[g].filled -= 1
    last = s.members[g, s.group[g].filled]
    s.members[g, s.place[u]] = last
    s.place[last] = s.place[u]
    shift(f, s, u, g, np.int64(-1))


@compiled
def enter(f: Fixed, s: State, u: Whole, g: Whole) -> None:
    """Put ``u`` into ``g`` or onto the bench."""
    s.where[u] = g
    if g == f.num[GROUPS]:
        s.bench[s.benched[0]] = u
        s.place[u] = s.benched[0]
        s.benched[0] += 1
        s.total[3] -= f.unit[u].priority
        if f.unit[u].required:
            s.total[0] += 1
        return
    s.members[g, s.group[g].filled] = u
    s.place[u] = s.group[g].filled
    s.group[g].filled += 1
    shift(f, s, u, g, np.int64(1))


@compiled
def shift(f: Fixed, s: State, u: Whole, g: Whole, way: Whole) -> None:
    """Add (way 1) or take away (way -1) unit ``u`` in every sum of ``g``. O(units)."""
    s.group[g].people += way * f.unit[u].size
    s.group[g].link += way * (s.contrib[g, u] + f.unit[u].inner)
    row, mine = f.links[u], s.contrib[g]
    for v in range(len(mine)):
        mine[v] += way * row[v]
    if f.num[HAS_TIES]:
        s.group[g].tie += way * (s.tied[g, u] + f.unit[u].ties_inner)
        tie_row, tied = f.ties[u], s.tied[g]
        for v in range(len(tied)):
            tied[v] += way * tie_row[v]
    if f.num[HAS_UNARY]:
        s.group[g].unary_sum += way * s.unary[g, u]
        s.group[g].barred_sum += way * s.barred[g, u]
    if s.slot[g] >= 0 and not is_free(f.starts, u, s.slot[g]):
        s.group[g].slot_bad += way
    for x in range(f.unit[u].row, f.unit[u].row_end):
        c = f.cols[x]
        before = excess(f, c, s.sums[g, c])
        s.sums[g, c] += way * f.amounts[u, c]
        s.group[g].limit_bad += excess(f, c, s.sums[g, c]) - before
    for q in range(len(f.goal)):
        for x in range(f.unit[u].first, f.unit[u].end):
            value = f.goal_values[q, f.person[x]]
            if f.goal[q].kind == 1:
                s.number[g, q] += way * value
            elif value >= 0:
                count = s.counts[g, q, value] + way
                s.counts[g, q, value] = count
                if way < 0 and count == 0:
                    s.kinds[g, q] -= 1
                elif way > 0 and count == 1:
                    s.kinds[g, q] += 1
    refresh(f, s, g)


@compiled
def rebuild(f: Fixed, s: State, where: Array, lead: Array, slot: Array, topic: Array) -> None:
    """Make the state from scratch: who is where, who leads, when, about what. O(units^2)."""
    groups, units = f.num[GROUPS], len(where)
    s.contrib[:] = 0
    s.tied[:] = 0
    s.unary[:] = 0
    s.barred[:] = 0
    for g in range(groups):
        s.group[g].people = 0
        s.group[g].filled = 0
        s.group[g].link = 0
        s.group[g].tie = 0
        s.group[g].unary_sum = 0
        s.group[g].barred_sum = 0
        s.group[g].slot_bad = 0
        s.group[g].leads = 0
        s.group[g].viol = 0
        s.group[g].points = 0
        s.group[g].kept = 0
    s.sums[:] = 0
    s.counts[:] = 0
    s.kinds[:] = 0
    s.number[:] = 0
    s.total[:] = 0
    s.benched[0] = 0
    s.load[:] = 0
    for g in range(groups):
        s.slot[g] = slot[g]
        s.topic[g] = topic[g]
        s.group[g].limit_bad = 0
        for c in range(len(f.limit)):
            s.group[g].limit_bad += excess(f, c, 0)
        for x in range(lead.shape[1]):
            s.lead[g, x] = -1
            if lead[g, x] >= 0:
                s.lead[g, s.group[g].leads] = lead[g, x]
                s.group[g].leads += 1
                s.load[lead[g, x]] += 1
    total = np.int64(0)
    for u in range(units):
        total += f.unit[u].priority
    s.total[3] = total
    for u in range(units):
        enter(f, s, u, where[u])
    for boss in range(len(s.load)):
        s.total[0] += owed(f, s, boss)
    for g in range(groups):
        recount(f, s, g)

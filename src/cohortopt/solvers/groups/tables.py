"""The tables of the rich groups search: what is fixed, and what its state holds.

For each group the state keeps the link sum, the unary sum, the sums of limits, the counts of
codes and the chosen leaders, slot and topic; ``contrib[g, u]`` is what unit ``u`` shares with the
members of ``g``. These sums make the value of a move O(1), see ``group_worth.after``.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.groups.problem import GroupProblem, meeting_slots

Array: TypeAlias = NDArray[Any]
Table: TypeAlias = Any  # a structured array; a row has the fields of its dtype


UNIT = np.dtype(
    [
        ("size", "i8"),  # people
        ("inner", "i8"),  # points inside
        ("ties_inner", "i8"),
        ("priority", "i8"),
        ("required", "i8"),
        ("hoped", "i8"),  # people whose absence is a breach
        ("pinned", "i8"),  # group that it is locked to, or -1
        ("needs", "i8"),  # leader who must lead its group, or -1
        ("lead", "i8"),  # leader who is this unit, or -1
        ("first", "i8"),  # its people: person[first:end]
        ("end", "i8"),
        ("row", "i8"),  # limits that it touches: cols[row:row_end]
        ("row_end", "i8"),
    ]
)
BOSS = np.dtype([("unit", "i8"), ("most", "i8"), ("least", "i8"), ("asked", "i8"), ("hoped", "i8")])
LIMIT = np.dtype(
    [("least", "i8"), ("most", "i8"), ("if_any", "i8"), ("step", "i8"), ("soft", "i8")]
)
GOAL = np.dtype(
    [
        ("kind", "i8"),  # 0 variety, 1 evenness, 2 a limit on different codes
        ("points", "i8"),
        ("codes", "i8"),
        ("total", "i8"),
        ("spread", "i8"),
        ("least", "i8"),
        ("most", "i8"),
        ("soft", "i8"),
    ]
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
        ("clash_bad", "i8"),  # leaders' other groups at the same time
        ("limit_bad", "i8"),
        ("limit_soft", "i8"),  # relaxed limits that are broken
        ("leads", "i8"),  # leaders
        ("viol", "i8"),
        ("points", "i8"),
        ("kept", "i8"),
        ("breaches", "i8"),  # of relaxed rules
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
    own_starts: Array  # (n, words) relaxed slots only: start bits of people
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
HAS_TIES, HAS_UNARY, HAS_GOALS, SOFT_SLOTS, WANT_MIN, WANT_MAX = range(11, 17)


class State(NamedTuple):
    """What changes. ``total`` = violations, points, kept pairs, placed priority, - breaches."""

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
    total: Array  # (5,)
    benched: Array  # (1,)
    gathered: Array  # (2, size_max + 1) units brought to a new group, and from where
    random: Array  # (1,) uint64


KEPT = ("where", "lead", "slot", "topic", "total")  # what a plan is, apart from sums


def keep(state: State, best: State) -> None:
    """Copy who is where (and leaders, slots, topics, totals) to ``best``."""
    for name in KEPT:
        getattr(best, name)[...] = getattr(state, name)


def table(dtype: np.dtype[Any], rows: int, **columns: Any) -> Array:
    """Return a structured array of so many rows."""
    found = np.zeros(rows, dtype)
    for name, values in columns.items():
        found[name] = values
    return found


def fixed(problem: GroupProblem) -> Fixed:
    """Return the problem as kernels take it: writable, contiguous (one compiled version)."""
    p, g = problem, problem.groups
    hits = [np.flatnonzero(p.amounts[:, u]) for u in range(len(p.units))]
    ends = np.cumsum([len(hit) for hit in hits], dtype=np.int64)
    people = np.cumsum(p.size, dtype=np.int64)
    pinned = np.full(g, -1, np.int64)
    pinned[: len(p.pinned_slot)] = p.pinned_slot
    slots = meeting_slots(p.instance)
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
        p.soft_slots,
        *(p.soft_sizes or (0, grouping.size_max)),
    ]
    units, bosses = len(p.units), len(p.leaders)

    def own(array: Any, dtype: Any) -> Array:
        return np.require(array, dtype, ["C", "W", "O"])

    return Fixed(
        unit=table(
            UNIT, units, size=p.size, inner=p.inner, ties_inner=p.ties_inner,
            priority=p.priority, required=p.required, hoped=p.hoped, pinned=p.pinned,
            needs=p.needs_leader, lead=p.unit_leader, first=people - p.size, end=people,
            row=ends - [len(hit) for hit in hits] if units else 0, row_end=ends if units else 0,
        ),
        boss=table(
            BOSS, bosses, unit=p.leader_unit, most=p.leader_most, least=p.leader_least,
            asked=p.leader_asked, hoped=p.leader_hoped,
        ),
        limit=table(
            LIMIT, len(p.least), least=p.least, most=p.most, if_any=p.if_any, step=p.step,
            soft=p.soft,
        ),
        goal=table(
            GOAL, len(p.goal_kind), kind=p.goal_kind, points=p.goal_points, codes=p.goal_codes,
            total=p.goal_total, spread=p.goal_spread, least=p.goal_least, most=p.goal_most,
            soft=p.goal_soft,
        ),
        pin=table(PIN, g, pinned_slot=pinned, pinned_leads=leads, closed=closed),
        links=own(p.links, np.int32),
        ties=own(p.ties, np.int32),
        starts=own(p.starts, np.uint64),
        own_starts=own(slots.starts if slots and p.soft_slots else [[0]], np.uint64),
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
        total=zeros(5, np.int64),
        benched=zeros(1, np.int64),
        gathered=zeros((2, problem.grouping.size_max + 1), np.int64),
        random=np.array([start or 1], np.uint64),
    )

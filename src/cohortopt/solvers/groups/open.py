"""A move that opens a group: people on the bench, a slot and a topic that suit them. Compiled.

Single moves cannot make a new group, as a group of one, two or three breaks the rule on sizes.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.groups.compiled import Real, Whole, apart, inner
from cohortopt.solvers.groups.energy import gained, may_sit, now
from cohortopt.solvers.groups.slots import draw
from cohortopt.solvers.groups.state import enter, leave, set_leader, set_slot, set_topic
from cohortopt.solvers.groups.tables import (
    GROUPS,
    HAS_TIES,
    LEAD_MIN,
    SIZE_MAX,
    SIZE_MIN,
    SLOTS,
    Array,
    Fixed,
    State,
)
from cohortopt.solvers.groups.worth import is_free

TRIES = 6  # pairs of a slot and a topic


@inner
def empty_group(f: Fixed, s: State) -> Whole:
    """Return a group without members that may be filled, -1 if there is none."""
    start = draw(s.random, f.num[GROUPS])
    for step in range(f.num[GROUPS]):
        g = (start + step) % f.num[GROUPS]
        if s.group[g].filled == 0 and not f.pin[g].closed:
            return g
    return np.int64(-1)


@inner
def draw_slot(f: Fixed, s: State, u: Whole) -> Whole:
    """Return a slot in which ``u`` is free: the first after a random one; -1 if there is none."""
    start = draw(s.random, f.num[SLOTS])
    for step in range(f.num[SLOTS]):
        t = (start + step) % f.num[SLOTS]
        if is_free(f.starts, u, t):
            return t
    return np.int64(-1)


@inner
def draw_topic(f: Fixed, s: State, u: Whole) -> Whole:
    """Return a topic that is for ``u``: the first after a random one; -1 if there is none."""
    topics = len(f.topic_points)
    start = draw(s.random, topics)
    for step in range(topics):
        t = (start + step) % topics
        if not f.topic_bad[t, u]:
            return t
    return np.int64(-1)


@inner
def suits(f: Fixed, s: State, u: Whole, v: Whole, slot: Whole, topic: Whole) -> Whole:
    """Whether ``v`` may share a group with ``u`` then, and about that."""
    if slot >= 0 and not is_free(f.starts, v, slot):
        return False
    if topic >= 0 and f.topic_bad[topic, v]:
        return False
    return not (f.num[HAS_TIES] and f.ties[u, v] < 0)


@inner
def is_spare(f: Fixed, s: State, v: Whole) -> Whole:
    """Whether ``v`` is on the bench, or its group stays large enough without it."""
    g = s.where[v]
    if g == f.num[GROUPS]:
        return True
    return s.group[g].people - f.unit[v].size >= f.num[SIZE_MIN]


@inner
def is_within(f: Fixed, s: State, g: Whole, v: Whole) -> Whole:
    """Whether ``v`` keeps ``g`` within its upper limits."""
    for x in range(f.unit[v].row, f.unit[v].row_end):
        c = f.cols[x]
        if not f.limit[c].soft and s.sums[g, c] + f.amounts[v, c] > f.limit[c].most:
            return False
    return True


@inner
def _may_lead(f: Fixed, boss: Whole, u: Whole, slot: Whole) -> Whole:
    """Whether ``boss`` may lead ``u`` and is free then."""
    return not f.lead_bad[boss, u] and (slot < 0 or is_free(f.lead_starts, boss, slot))


@inner
def _is_idle(f: Fixed, s: State, boss: Whole, u: Whole) -> Whole:
    """Whether leading takes no seat from ``boss``, and ``boss`` is not ``u``."""
    unit = f.boss[boss].unit
    if unit < 0:
        return True
    waits = s.where[unit] == f.num[GROUPS] and f.unit[unit].lead == boss
    return waits and unit != u and f.unit[unit].pinned < 0


@inner
def leader_for(f: Fixed, s: State, u: Whole, slot: Whole) -> Whole:
    """Return a leader who can take one more group, with ``u`` in it, at ``slot``; -1 for none.

    Somebody who could sit, too, leads only if they wait.
    """
    bosses = len(s.load)
    start = draw(s.random, bosses)
    for step in range(bosses):
        boss = (start + step) % bosses
        if (
            s.load[boss] < f.boss[boss].most
            and _is_idle(f, s, boss, u)
            and _may_lead(f, boss, u, slot)
        ):
            return boss
    return np.int64(-1)


@inner
def gather(
    f: Fixed, s: State, g: Whole, u: Whole, slot: Whole, topic: Whole, moved: Array, came: Array
) -> Whole:
    """Bring ``u`` and people who suit to ``g``; return how many units came, and from where."""
    apart()
    units, bench = len(s.where), f.num[GROUPS]
    want = f.num[SIZE_MIN] + draw(s.random, f.num[SIZE_MAX] - f.num[SIZE_MIN] + 1)
    count = 0
    for only_bench in range(2):
        start = draw(s.random, units)
        for step in range(-1, units):
            v = u if step < 0 else (start + step) % units
            people = s.group[g].people
            if people >= (want if only_bench == 0 else f.num[SIZE_MIN]):
                break
            h = s.where[v]
            if h == g or (only_bench == 0 and h != bench) or not may_sit(f, s, v):
                continue
            if people + f.unit[v].size > f.num[SIZE_MAX] or not is_spare(f, s, v):
                continue
            fits = suits(f, s, u, v, slot, topic) and is_within(f, s, g, v)
            for x in range(count):
                fits = fits and not (f.num[HAS_TIES] and f.ties[moved[x], v] < 0)
            if not fits:
                continue
            leave(f, s, v)
            enter(f, s, v, g)
            moved[count], came[count] = v, h
            count += 1
    return count


@inner
def try_open(f: Fixed, s: State, knobs: Array, limit: Real) -> Whole:
    """Open a group round somebody on the bench; undo unless worth ``limit``. O(units x TRIES)."""
    apart()
    g = empty_group(f, s)
    u = s.bench[draw(s.random, s.benched[0])]
    if g < 0 or not may_sit(f, s, u):
        return False
    slots, topics, units = f.num[SLOTS] > 0, len(f.topic_points) > 0, len(s.where)
    best: Whole = 0
    slot, topic = np.int64(-1), np.int64(-1)
    for _ in range(TRIES if slots or topics else 1):
        at = draw_slot(f, s, u) if slots else np.int64(-1)
        about = draw_topic(f, s, u) if topics else np.int64(-1)
        if (slots and at < 0) or (topics and about < 0):
            return False
        people = np.int64(0)
        for v in range(units):
            if is_spare(f, s, v) and suits(f, s, u, v, at, about):
                people += f.unit[v].size
        if people > best:
            best, slot, topic = people, at, about
    if best < f.num[SIZE_MIN]:
        return False
    before = now(s)
    old_slot, old_topic = s.slot[g], s.topic[g]
    led, old, place = np.int64(-1), np.int64(-1), s.group[g].leads
    if place == 1 and f.num[LEAD_MIN] == 1 and not _may_lead(f, s.lead[g, 0], u, slot):
        old, place = s.lead[g, 0], np.int64(0)
    if place < f.num[LEAD_MIN]:
        led = leader_for(f, s, u, slot)
        if led < 0:
            return False
        set_leader(f, s, g, place, led)
    if slots:
        set_slot(f, s, g, slot)
    if topics:
        set_topic(f, s, g, topic)
    moved, came = s.gathered[0], s.gathered[1]
    count = gather(f, s, g, u, slot, topic, moved, came)
    if s.group[g].people >= f.num[SIZE_MIN] and gained(s, knobs, before) >= limit:
        return True
    for x in range(count - 1, -1, -1):
        leave(f, s, moved[x])
        enter(f, s, moved[x], came[x])
    if led >= 0:
        set_leader(f, s, g, place, old)
    if topics:
        set_topic(f, s, g, old_topic)
    if slots:
        set_slot(f, s, g, old_slot)
    return False

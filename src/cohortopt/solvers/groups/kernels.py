"""Compiled annealing over rich groups: swaps, insertions, leaders, slots and topics.

Violations are part of the energy, ranked above people placed, ranked above points. A move that
only misses the groups' current slots is tried again with another common slot.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.groups.compiled import Real, Whole, apart, entry, inner, lend
from cohortopt.solvers.groups.energy import (
    BENCH,
    COLD,
    HOT,
    INSERT,
    OPEN,
    SPECIAL,
    energy,
    gained,
    is_better,
    may_sit,
    now,
    remember,
)
from cohortopt.solvers.groups.open import try_open
from cohortopt.solvers.groups.slots import best_slot, draw, open_slots, pick
from cohortopt.solvers.groups.state import (
    enter,
    leave,
    rebuild,
    set_leader,
    set_slot,
    set_topic,
)
from cohortopt.solvers.groups.tables import (
    GROUPS,
    LEAD_MAX,
    LEAD_MIN,
    SIZE_MAX,
    SLOTS,
    Array,
    Fixed,
    State,
)
from cohortopt.solvers.groups.worth import after

REBUILD, ANNEAL, MEND, MEASURE = range(4)  # tasks, see ``work``


@inner
def try_swap(
    f: Fixed,
    s: State,
    u: Whole,
    v: Whole,
    g: Whole,
    h: Whole,
    knobs: Array,
    limit: Real,
    words: Array,
) -> Whole:
    """Move ``u`` from ``g`` to ``h`` and ``v`` (or nobody, -1) back if worth at least ``limit``."""
    bench = f.num[GROUPS]
    viol, points, kept, placed, slots, breaches = 0, 0, 0, 0, 0, 0
    for one in range(2):
        here, out, into = (g, u, v) if one == 0 else (h, v, u)
        if here == bench:
            if out >= 0:
                placed += f.unit[out].priority
                viol -= f.unit[out].required
                breaches -= f.unit[out].hoped
            if into >= 0:
                placed -= f.unit[into].priority
                viol += f.unit[into].required
                breaches += f.unit[into].hoped
            continue
        bad, slot_bad, value, met, soft = after(f, s, here, out, into)
        viol += bad - s.group[here].viol
        slots += slot_bad
        points += value - s.group[here].points
        kept += met - s.group[here].kept
        breaches += soft - s.group[here].breaches
    if energy(knobs, viol + slots, points, kept, placed, breaches) < limit:
        if slots == 0 or energy(knobs, viol, points, kept, placed, breaches) < limit:
            return False
        slot_g, slot_h = np.int64(-1), np.int64(-1)
        if g != bench and open_slots(f, s, g, u, v, words):
            slot_g = pick(s, words, f.num[SLOTS])
        elif g != bench:
            return False
        if h != bench and open_slots(f, s, h, v, u, words):
            slot_h = pick(s, words, f.num[SLOTS])
        elif h != bench:
            return False
        if slot_g >= 0 and not _stays(f, s, g, u, v):
            set_slot(f, s, g, slot_g)
        if slot_h >= 0 and not _stays(f, s, h, v, u):
            set_slot(f, s, h, slot_h)
    leave(f, s, u)
    if v >= 0:
        leave(f, s, v)
        enter(f, s, v, g)
    enter(f, s, u, h)
    return True


@inner
def _stays(f: Fixed, s: State, g: Whole, out: Whole, into: Whole) -> Whole:
    """Whether the slot of ``g`` still suits everyone after the move."""
    apart()
    return after(f, s, g, out, into)[1] == 0


@inner
def try_special(
    f: Fixed, s: State, knobs: Array, limit: Real, words: Array, led: bool | None
) -> Whole:
    """Change a leader, a topic or a slot of a random group; undo unless worth ``limit``.

    Where ``led`` is None nothing about leaders is compiled.
    """
    apart()
    bosses, topics, slots = len(s.load), len(f.topic_points), f.num[SLOTS]
    g = draw(s.random, f.num[GROUPS])
    kinds = (bosses > 0) * 4 + (topics > 1) * 2 + (slots > 1)
    kind = draw(s.random, kinds)
    before = now(s)
    if led is not None and bosses > 0 and kind < 4:
        return try_leader(f, s, g, kind, knobs, limit, words)
    kind -= 4 * (bosses > 0)
    if topics > 1 and kind < 2:
        old = s.topic[g]
        new = draw(s.random, topics)
        if kind == 0 and s.group[g].filled > 0:  # one that a member likes best
            u = s.members[g, draw(s.random, s.group[g].filled)]
            start = draw(s.random, topics)
            for step in range(topics):
                t = (start + step) % topics
                if f.topic_bad[new, u] or (
                    not f.topic_bad[t, u] and f.topic_points[t, u] > f.topic_points[new, u]
                ):
                    new = t
        if new == old:
            return False
        set_topic(f, s, g, new)
        if gained(s, knobs, before) < limit:
            set_topic(f, s, g, old)
            return False
        return True
    old = s.slot[g]
    set_slot(f, s, g, best_slot(f, s, g, words))
    if gained(s, knobs, before) < limit:
        set_slot(f, s, g, old)
        return False
    return s.slot[g] != old


@inner
def try_leader(
    f: Fixed, s: State, g: Whole, kind: Whole, knobs: Array, limit: Real, words: Array
) -> Whole:
    """Replace, add, drop or exchange a leader of ``g``; undo unless worth ``limit``."""
    apart()
    before = now(s)
    first = f.pin[g].pinned_leads
    bosses = len(s.load)
    bench = f.num[GROUPS]
    old_slot = s.slot[g]
    if kind == 3 and s.group[g].leads > max(first, f.num[LEAD_MIN]):  # drop one
        x = first + draw(s.random, s.group[g].leads - first)
        old = s.lead[g, x]
        set_leader(f, s, g, x, np.int64(-1))
        if gained(s, knobs, before) < limit:
            set_leader(f, s, g, s.group[g].leads, old)
            return False
        return True
    x = s.group[g].leads
    if kind == 2 or s.group[g].leads < f.num[LEAD_MIN]:  # add one
        if s.group[g].leads >= f.num[LEAD_MAX] or f.pin[g].closed:
            return False
    else:
        if s.group[g].leads <= first:
            return False
        x = first + draw(s.random, s.group[g].leads - first)
    old = s.lead[g, x] if x < s.group[g].leads else np.int64(-1)
    new = draw(s.random, bosses)
    if kind == 1 and old >= 0:  # exchange with another group
        h = draw(s.random, bench)
        if h == g or s.group[h].leads <= f.pin[h].pinned_leads:
            return False
        y = f.pin[h].pinned_leads + draw(s.random, s.group[h].leads - f.pin[h].pinned_leads)
        new = s.lead[h, y]
        if new == old or _leads(s, g, new) or _leads(s, h, old):
            return False
        slot_h = s.slot[h]
        set_leader(f, s, g, x, new)
        set_leader(f, s, h, y, old)
        if s.slot[g] >= 0:
            set_slot(f, s, g, best_slot(f, s, g, words))
            set_slot(f, s, h, best_slot(f, s, h, words))
        if gained(s, knobs, before) < limit:
            set_leader(f, s, g, x, old)
            set_leader(f, s, h, y, new)
            set_slot(f, s, g, old_slot)
            set_slot(f, s, h, slot_h)
            return False
        return True
    if new == old or _leads(s, g, new) or s.load[new] >= f.boss[new].most:
        return False
    seat = f.boss[new].unit
    home = bench
    moved = np.int64(-1)
    if seat >= 0:
        home = s.where[seat]
        if f.unit[seat].pinned >= 0 or f.unit[seat].lead != new:
            return False
    if home < bench:  # the new leader sits somewhere: the old one takes the seat, if able
        leave(f, s, seat)
        enter(f, s, seat, bench)
    if old >= 0:
        set_leader(f, s, g, x, new)
    else:
        set_leader(f, s, g, s.group[g].leads, new)
    if old >= 0 and s.load[old] == 0 and f.boss[old].unit >= 0 and home < bench:
        moved = f.boss[old].unit
        if f.unit[moved].lead == old and f.unit[moved].pinned < 0:
            leave(f, s, moved)
            enter(f, s, moved, home)
        else:
            moved = np.int64(-1)
    if s.slot[g] >= 0:
        set_slot(f, s, g, best_slot(f, s, g, words))
    if gained(s, knobs, before) >= limit:
        return True
    if moved >= 0:
        leave(f, s, moved)
        enter(f, s, moved, bench)
    set_leader(f, s, g, x, old)
    if home < bench:
        leave(f, s, seat)
        enter(f, s, seat, home)
    set_slot(f, s, g, old_slot)
    return False


@inner
def _leads(s: State, g: Whole, boss: Whole) -> Whole:
    """Whether ``boss`` leads ``g``."""
    found = False
    for x in range(s.group[g].leads):
        found = found or s.lead[g, x] == boss
    return found


@inner
def anneal(
    f: Fixed,
    s: State,
    best: State,
    order: Array,
    knobs: Array,
    words: Array,
    steps: Whole,
    led: bool | None,
) -> Whole:
    """Anneal ``steps`` proposals from temperature HOT to COLD; keep the best in ``best``.

    Kirkpatrick et al. 1983 (doi:10.1126/science.220.4598.671). O(1) a proposal besides goals and
    limits, O(units) an accepted move. Returns how many moves were accepted.
    """
    units, bench = len(s.where), f.num[GROUPS]
    heat = knobs[HOT]
    cool = (knobs[COLD] / knobs[HOT]) ** (256.0 / max(256, steps))
    accepted = 0
    if units == 0 or bench == 0:
        return 0
    for step in range(steps):
        if step & 255 == 255:
            heat *= cool
        chance = (draw(s.random, 1 << 30) + 1) / (1 << 30)
        limit = heat * np.log(chance)
        dice = draw(s.random, 1 << 16) / 65536.0
        if dice < knobs[SPECIAL]:
            moved = try_special(f, s, knobs, limit, words, led)
        elif dice < knobs[SPECIAL] + knobs[OPEN]:
            if s.benched[0] == 0:
                continue
            moved = try_open(f, s, knobs, limit)
        else:
            u = draw(s.random, units)
            if s.total[0] > 0 and draw(s.random, 2) == 0:  # somebody in a group with violations
                at = draw(s.random, bench)
                for _ in range(4):
                    if s.group[at].viol > 0 and s.group[at].filled > 0:
                        u = s.members[at, draw(s.random, s.group[at].filled)]
                        break
                    at = draw(s.random, bench)
            if not may_sit(f, s, u):
                continue
            g = s.where[u]
            if dice < knobs[SPECIAL] + knobs[OPEN] + knobs[INSERT]:
                h = draw(s.random, bench + (knobs[BENCH] > 0.0))
                if (
                    h == g
                    or (h < bench and f.pin[h].closed)
                    or (h < bench and (s.group[h].people + f.unit[u].size > f.num[SIZE_MAX]))
                ):
                    continue
                moved = try_swap(f, s, u, np.int64(-1), g, h, knobs, limit, words)
            else:
                v = draw(s.random, units)
                h = s.where[v]
                if h == g or not may_sit(f, s, v):
                    continue
                grow = f.unit[u].size - f.unit[v].size
                if (h < bench and s.group[h].people + grow > f.num[SIZE_MAX]) or (
                    g < bench and s.group[g].people - grow > f.num[SIZE_MAX]
                ):
                    continue
                moved = try_swap(f, s, u, v, g, h, knobs, limit, words)
        if moved:
            accepted += 1
            if is_better(order, s.total, best.total):
                remember(s, best)
    return accepted


@inner
def spread_of_moves(f: Fixed, s: State, tries: Whole) -> Real:
    """Return the mean loss of points of random swaps and insertions: the scale of temperature."""
    units, bench = len(s.where), f.num[GROUPS]
    total, count = 0.0, 0
    for _ in range(tries):
        u, v = draw(s.random, units), draw(s.random, units)
        g, h = s.where[u], s.where[v]
        if g in (h, bench) or h == bench:
            continue
        change = (
            after(f, s, g, u, v)[2]
            - s.group[g].points
            + after(f, s, h, v, u)[2]
            - s.group[h].points
        )
        if change < 0:
            total -= change
            count += 1
    return total / max(1, count)


@inner
def mend(f: Fixed, s: State) -> None:
    """Take people out of groups until no rule is broken, or taking out mends nothing more.

    The person whose leaving mends most goes first; where nobody's does, the whole group.
    """
    apart()
    bench, found = f.num[GROUPS], True
    while s.total[0] > 0 and found:
        found = False
        for g in range(bench):
            while s.group[g].viol > 0:
                go = _first_to_go(f, s, g)
                if go == -2:
                    break
                found = True
                for x in range(s.group[g].filled - 1, -1, -1):
                    u = s.members[g, x]
                    if f.unit[u].pinned < 0 and go in (-1, u):
                        leave(f, s, u)
                        enter(f, s, u, bench)


@inner
def _first_to_go(f: Fixed, s: State, g: Whole) -> Whole:
    """Return whose leaving mends ``g`` most, -1 if nobody's does, -2 if nobody may leave."""
    apart()
    best = np.int64(-2)
    least, lowest = np.int64(0), np.int64(0)
    for x in range(s.group[g].filled):
        u = s.members[g, x]
        if f.unit[u].pinned >= 0:
            continue
        bad, slot_bad, _, _, _ = after(f, s, g, u, np.int64(-1))
        rank = bad + slot_bad
        if best == -2 or (rank, f.unit[u].priority, u) < (least, lowest, best):
            least, lowest, best = rank, f.unit[u].priority, u
    if best >= 0 and least >= s.group[g].viol:
        return np.int64(-1)
    return best


@entry
def work(
    f: Fixed,
    s: State,
    plan: State,
    order: Array,
    knobs: Array,
    words: Array,
    task: Whole,
    steps: Whole,
    led: bool | None,
) -> Real:
    """Do a task; return moves accepted or, measuring, the mean loss of a move.

    ``plan`` is what is made anew, or keeps the best. There is one entry for all, as every entry is
    compiled with all that it calls.
    """
    f, s, plan = lend(f), lend(s), lend(plan)
    if task == REBUILD:
        rebuild(f, s, plan)
    elif task == MEND:
        mend(f, s)
    elif task == MEASURE:
        return spread_of_moves(f, s, steps)
    else:
        return 1.0 * anneal(f, s, plan, order, knobs, words, steps, led)
    return 0.0

"""The compiled state of the rich groups search: units, leaders, slots and topics come and go.

Every change keeps all sums and totals right; moving a unit is O(units).
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.groups.compiled import Whole, apart, inner
from cohortopt.solvers.groups.slots import clashes
from cohortopt.solvers.groups.tables import (
    GROUPS,
    HAS_TIES,
    HAS_UNARY,
    Fixed,
    State,
)
from cohortopt.solvers.groups.worth import after, excess, is_free, misses


@inner
def refresh(f: Fixed, s: State, g: Whole) -> None:
    """Recompute the worth of ``g`` from its sums and keep the totals right."""
    apart()
    viol, slot_bad, points, kept, soft = after(f, s, g, np.int64(-1), np.int64(-1))
    viol += slot_bad
    s.total[0] += viol - s.group[g].viol
    s.total[1] += points - s.group[g].points
    s.total[2] += kept - s.group[g].kept
    s.total[4] -= soft - s.group[g].breaches
    s.group[g].viol, s.group[g].points, s.group[g].kept = viol, points, kept
    s.group[g].breaches = soft


@inner
def recount(f: Fixed, s: State, g: Whole) -> None:
    """Recompute unary terms of all units for group ``g`` (leaders or topic changed), and slots."""
    apart()
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


@inner
def recount_slot(f: Fixed, s: State, g: Whole) -> None:
    """Recount who cannot come to ``g``'s slot: members, leaders, and leaders' other groups."""
    apart()
    if s.slot[g] >= 0:
        slot, bad, clash = s.slot[g], 0, 0
        for x in range(s.group[g].filled):
            bad += misses(f, s.members[g, x], slot)
        for x in range(s.group[g].leads):
            boss = s.lead[g, x]
            if not is_free(f.lead_starts, boss, slot):
                bad += 1
            if s.load[boss] > 1:
                for h in range(f.num[GROUPS]):
                    for y in range(s.group[h].leads):
                        if h != g and s.lead[h, y] == boss and clashes(f, slot, s.slot[h]):
                            clash += 1
        s.group[g].slot_bad = bad
        s.group[g].clash_bad = clash
    refresh(f, s, g)


@inner
def set_slot(f: Fixed, s: State, g: Whole, slot: Whole) -> None:
    """Give ``g`` a slot; groups that share a leader are recounted."""
    apart()
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


@inner
def owed(f: Fixed, s: State, boss: Whole) -> Whole:
    """Return the violations of a leader: groups not led; less what leading makes good.

    A required person on the bench counts as one violation there; leading takes it back.
    """
    found = max(0, f.boss[boss].least - s.load[boss])
    if f.boss[boss].asked and s.load[boss] > 0:
        found -= 1
    return found


@inner
def take_on(f: Fixed, s: State, boss: Whole, more: Whole) -> None:
    """Let ``boss`` lead so many groups more (or fewer)."""
    s.total[0] -= owed(f, s, boss)
    s.total[4] += missed(f, s, boss)
    s.load[boss] += more
    s.total[0] += owed(f, s, boss)
    s.total[4] -= missed(f, s, boss)


@inner
def missed(f: Fixed, s: State, boss: Whole) -> Whole:
    """Return the breach of a leader who is hoped for and leads nothing.

    One who could sit counts as absent on the bench; leading takes that back.
    """
    if not f.boss[boss].hoped:
        return 0
    leads = s.load[boss] > 0
    return np.int64(not leads) if f.boss[boss].unit < 0 else -np.int64(leads)


@inner
def set_leader(f: Fixed, s: State, g: Whole, x: Whole, boss: Whole) -> None:
    """Make ``boss`` the ``x``-th leader of ``g`` (-1: drop that place, the last one moves in)."""
    apart()
    old: Whole = -1
    if x < s.group[g].leads:
        old = s.lead[g, x]
        take_on(f, s, old, np.int64(-1))
    else:
        s.group[g].leads += 1
    if boss >= 0:
        s.lead[g, x] = boss
        take_on(f, s, boss, np.int64(1))
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


@inner
def set_topic(f: Fixed, s: State, g: Whole, topic: Whole) -> None:
    """Give ``g`` a topic."""
    apart()
    s.topic[g] = topic
    recount(f, s, g)


@inner
def leave(f: Fixed, s: State, u: Whole) -> None:
    """Take ``u`` out of its group, or off the bench; the caller puts it somewhere at once."""
    g = s.where[u]
    if g == f.num[GROUPS]:
        s.benched[0] -= 1
        last = s.bench[s.benched[0]]
        s.bench[s.place[u]] = last
        s.place[last] = s.place[u]
        s.total[3] += f.unit[u].priority
        s.total[4] += f.unit[u].hoped
        if f.unit[u].required:
            s.total[0] -= 1
        return
    s.group[g].filled -= 1
    last = s.members[g, s.group[g].filled]
    s.members[g, s.place[u]] = last
    s.place[last] = s.place[u]
    shift(f, s, u, g, np.int64(-1))


@inner
def enter(f: Fixed, s: State, u: Whole, g: Whole) -> None:
    """Put ``u`` into ``g`` or onto the bench."""
    s.where[u] = g
    if g == f.num[GROUPS]:
        s.bench[s.benched[0]] = u
        s.place[u] = s.benched[0]
        s.benched[0] += 1
        s.total[3] -= f.unit[u].priority
        s.total[4] -= f.unit[u].hoped
        if f.unit[u].required:
            s.total[0] += 1
        return
    s.members[g, s.group[g].filled] = u
    s.place[u] = s.group[g].filled
    s.group[g].filled += 1
    shift(f, s, u, g, np.int64(1))


@inner
def shift(f: Fixed, s: State, u: Whole, g: Whole, way: Whole) -> None:
    """Add (way 1) or take away (way -1) unit ``u`` in every sum of ``g``. O(units)."""
    apart()
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
    if s.slot[g] >= 0:
        s.group[g].slot_bad += way * misses(f, u, s.slot[g])
    for x in range(f.unit[u].row, f.unit[u].row_end):
        c = f.cols[x]
        before = excess(f, c, s.sums[g, c])
        s.sums[g, c] += way * f.amounts[u, c]
        change = excess(f, c, s.sums[g, c]) - before
        if f.limit[c].soft:
            s.group[g].limit_soft += change
        else:
            s.group[g].limit_bad += change
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


@inner
def rebuild(f: Fixed, s: State, plan: State) -> None:
    """Make the state from scratch: who is where, who leads, when, about what. O(units^2)."""
    apart()
    where, lead, slot, topic = plan.where, plan.lead, plan.slot, plan.topic
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
        s.group[g].clash_bad = 0
        s.group[g].leads = 0
        s.group[g].viol = 0
        s.group[g].points = 0
        s.group[g].kept = 0
        s.group[g].breaches = 0
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
        s.group[g].limit_soft = 0
        for c in range(len(f.limit)):
            if f.limit[c].soft:
                s.group[g].limit_soft += excess(f, c, np.int64(0))
            else:
                s.group[g].limit_bad += excess(f, c, np.int64(0))
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
        s.total[4] -= missed(f, s, boss)
    for g in range(groups):
        recount(f, s, g)

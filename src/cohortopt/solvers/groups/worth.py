"""What a group is worth: rules broken, points and kept pairs, now and after one move. Compiled.

``after`` says what a group is worth once one unit left and one entered, so a swap or an insertion
costs two calls, whatever the size of the groups.
"""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.groups.compiled import Whole, inner
from cohortopt.solvers.groups.tables import (
    COUNTED,
    HAS_GOALS,
    HAS_TIES,
    HAS_UNARY,
    LEAD_MIN,
    PEOPLE,
    SCALE,
    SIZE_MAX,
    SIZE_MIN,
    SOFT_SLOTS,
    WANT_MAX,
    WANT_MIN,
    Array,
    Fixed,
    State,
)


@inner
def is_free(bits: Array, i: Whole, slot: Whole) -> Whole:
    """Whether row ``i`` of start bits has ``slot``."""
    return (bits[i, slot >> 6] >> np.uint64(slot & 63)) & np.uint64(1) != np.uint64(0)


@inner
def misses(f: Fixed, u: Whole, slot: Whole) -> Whole:
    """Return 1 if unit ``u`` is not free at ``slot``; relaxed, how many of its people are not."""
    if not f.num[SOFT_SLOTS]:
        return np.int64(not is_free(f.starts, u, slot))
    away: Whole = 0
    for x in range(f.unit[u].first, f.unit[u].end):
        away += not is_free(f.own_starts, f.person[x], slot)
    return away


@inner
def excess(f: Fixed, c: Whole, total: Whole) -> Whole:
    """Return how many violations of limit ``c`` a sum of ``total`` makes; relaxed, at most 1."""
    low = total < f.limit[c].least and not (f.limit[c].if_any and total == 0)
    if f.limit[c].soft:
        return np.int64(low or total > f.limit[c].most)
    if total > f.limit[c].most:
        return (total - f.limit[c].most + f.limit[c].step - 1) // f.limit[c].step
    if low:
        return (f.limit[c].least - total + f.limit[c].step - 1) // f.limit[c].step
    return 0


@inner
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


@inner
def goals_after(
    f: Fixed, s: State, g: Whole, out: Whole, into: Whole, k: Whole
) -> tuple[Whole, Whole, Whole]:
    """Return what goals give group ``g`` of ``k`` people once ``out`` left and ``into`` came.

    And how often it then breaks limits on different codes, and relaxed ones.
    """
    earned, bad, soft = 0, 0, 0
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
        if f.goal[q].kind != 1:  # take the trial back
            for unit, way in ((out, 1), (into, -1)):
                if unit < 0:
                    continue
                for x in range(f.unit[unit].first, f.unit[unit].end):
                    value = f.goal_values[q, f.person[x]]
                    if value >= 0:
                        counts[value] += way
        if f.goal[q].kind < 2:
            earned += goal_worth(f, q, k, kinds, number)
        else:
            off = max(0, kinds - f.goal[q].most, f.goal[q].least - kinds)
            if f.goal[q].soft:
                soft += off > 0
            else:
                bad += off
    return earned * k * f.num[SCALE], bad, soft


@inner
def after(
    f: Fixed, s: State, g: Whole, out: Whole, into: Whole
) -> tuple[Whole, Whole, Whole, Whole, Whole]:
    """Return (violations without slots, slot violations, points, kept, breaches) after a move.

    ``out`` leaves and ``into`` enters; -1 means nobody.
    """
    k = s.group[g].people
    link, slot_bad, limit_bad = s.group[g].link, s.group[g].slot_bad, s.group[g].limit_bad
    soft = s.group[g].limit_soft
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
        if slot >= 0:
            slot_bad -= misses(f, out, slot)
        for x in range(f.unit[out].row, f.unit[out].row_end):
            c = f.cols[x]
            now = s.sums[g, c]
            then = now - f.amounts[out, c]
            if into >= 0:
                then += f.amounts[into, c]
            change = excess(f, c, then) - excess(f, c, now)
            if f.limit[c].soft:
                soft += change
            else:
                limit_bad += change
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
        if slot >= 0:
            slot_bad += misses(f, into, slot)
        for x in range(f.unit[into].row, f.unit[into].row_end):
            c = f.cols[x]
            if out >= 0 and f.amounts[out, c] != 0:
                continue
            now = s.sums[g, c]
            change = excess(f, c, now + f.amounts[into, c]) - excess(f, c, now)
            if f.limit[c].soft:
                soft += change
            else:
                limit_bad += change
    if k == 0:
        return (f.num[SIZE_MIN] if f.num[COUNTED] else 0), 0, 0, 0, 0
    pairs = (65535 - tie) >> 16
    kept = tie + (pairs << 16)
    viol = bad + pairs + limit_bad
    soft += max(0, f.num[WANT_MIN] - k, k - f.num[WANT_MAX])
    if f.num[SOFT_SLOTS]:
        soft += slot_bad
        slot_bad = 0
    slot_bad += s.group[g].clash_bad
    if k < f.num[SIZE_MIN]:
        viol += f.num[SIZE_MIN] - k
    elif k > f.num[SIZE_MAX]:
        return viol + 1000 * (k - f.num[SIZE_MAX]), slot_bad, 0, kept, soft
    if s.group[g].leads < f.num[LEAD_MIN]:
        viol += f.num[LEAD_MIN] - s.group[g].leads
    points = f.weight[k] * link + unary
    if f.num[HAS_GOALS]:
        earned, bad, broken = goals_after(f, s, g, out, into, k)
        points += earned
        viol += bad
        soft += broken
    return viol, slot_bad, points, kept, soft

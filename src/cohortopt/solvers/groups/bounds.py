"""Bounds on groups that plain arithmetic can check again: who can sit, and best fellows.

``seats_bound`` (certificate ``counting``). Nobody in ``alone`` can sit: too few people may share a
group with them, or nobody may lead them, or the rules on amounts exclude every group they are in.
With g groups at most ``size_max`` x g people sit, and of each capped set at most ``most`` x g; g
groups need ``size_min`` x g people who fit under the caps.
Capped sets of one family are disjoint, so taking people by falling priority while caps allow is
optimal (a laminar matroid). The bound is the largest over every g that could be filled.

``points_bound`` (certificate ``fellows``). In a group of k the value is weight(k) times the sum
over ordered pairs of members, plus what each member has from leaders, topic and goals. For any
whole prices p, adding p[f] - p[m] to twice the half of the pair (m, f) changes no group's sum, as
the prices cancel over a group. So twice the value of links is at most the sum over people m of

    max over k of  weight(k) x (the k - 1 largest of  d[m, f] + p[f] - p[m]),   at least 0

where d[m, f] adds both directions and f runs over the people who may share a group with m. Half
of that, plus each person's best from leaders, topic and goals, is the bound. Prices of popular
people fall (subgradient steps): it is the Lagrangian of "as often a fellow as having fellows".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Instance
from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups.problem import (
    asked_for,
    leader_loads,
    members_of,
    value_weights,
)
from cohortopt.solvers.groups.start import group_counts

LOW = -(2**31)  # twice the points of two people who may not share a group
NEVER = -(2**60)


def may_share(instance: Instance) -> NDArray[np.bool_]:
    """Return ``(m, m) bool``: which members may sit in one group, by links, slots and topics."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    square = instance.links.dense[np.ix_(members, members)]
    able = (square != FORBIDDEN) & (square.T != FORBIDDEN)
    if instance.slots is not None:
        bits = instance.slots.starts[members]
        common = np.zeros_like(able)
        for word in range(bits.shape[1]):
            common |= (bits[:, word][:, None] & bits[:, word][None, :]) != 0
        able &= common
    if grouping.topics.size:
        fine = (grouping.topics[members] != FORBIDDEN).astype(np.int32)
        able &= fine @ fine.T > 0
    np.fill_diagonal(able, False)
    shared: NDArray[np.bool_] = able
    return shared


def leader_best(instance: Instance) -> NDArray[np.int64]:
    """Return what each member can have from leaders at most, scaled; -1 if nobody may lead them."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    if not grouping.leaders_max:
        return np.zeros(len(members), np.int64)
    _, weight = value_weights(grouping)
    rows = instance.links.dense[np.ix_(grouping.leaders, members)].astype(np.int64)
    if instance.slots is not None:
        bits = instance.slots.starts
        able = (bits[grouping.leaders][:, None, :] & bits[members][None, :, :]).any(axis=2)
        rows[~able] = FORBIDDEN
    rows[grouping.leaders[:, None] == members[None, :]] = FORBIDDEN
    ordered = -np.sort(-rows, axis=0)
    best = np.full(len(members), -1, np.int64)
    if not grouping.leaders_min:
        best[:] = 0
    for k in range(max(1, grouping.leaders_min), min(grouping.leaders_max, len(ordered)) + 1):
        fits = ordered[k - 1] != FORBIDDEN
        worth = weight[k] * ordered[:k].sum(axis=0)
        best[fits] = np.maximum(best[fits], worth[fits])
    return best


def leader_hands(instance: Instance) -> int:
    """Return how many groups the leaders can lead; no fewer than people where none are asked."""
    grouping = instance.grouping
    assert grouping is not None
    if not grouping.leaders_max or not grouping.leaders_min:
        return instance.n
    hands = int(leader_loads(instance, grouping.leaders).sum())
    return hands // grouping.leaders_min


def alone(instance: Instance) -> list[int]:
    """Return the members who can sit in no group, for a reason that needs no search."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    share = may_share(instance)
    lonely = share.sum(axis=1) < grouping.size_min - 1
    lonely |= leader_best(instance) < 0
    if grouping.topics.size:
        lonely |= (grouping.topics[members] == FORBIDDEN).all(axis=1)
    for limit in grouping.limits:
        own = limit.amounts[members]
        if own.size and own.min() >= 0:
            short = own.sum() < limit.least
            lonely |= (own > limit.most) | (short & ((own > 0) | (not limit.if_any)))
            if limit.if_any and limit.least > own.max():  # nobody alike may sit with them
                lonely |= (own > 0) & ~(share & (own > 0)[None, :]).any(axis=1)
    return [int(i) for i in members[lonely]]


def families(instance: Instance, members: NDArray[Any]) -> list[list[tuple[list[int], int]]]:
    """Return sets of people of whom at most so many sit in one group, in disjoint families."""
    grouping = instance.grouping
    assert grouping is not None
    found: list[list[tuple[list[int], int]]] = []
    for limit in grouping.limits:
        own = limit.amounts[members]
        if not len(own) or own.min() < 0 or not own.any():
            continue
        people = members[own > 0].tolist()
        cap = limit.most // int(own[own > 0].min())
        if cap >= grouping.size_max:
            continue
        for family in found:
            if not {i for other, _ in family for i in other} & set(people):
                family.append((people, cap))
                break
        else:
            found.append([(people, cap)])
    return found


def seats_by_count(instance: Instance, out: list[int] | None = None) -> dict[int, int]:
    """Return the most priority that each number of groups can seat, for those that can be filled.

    ``out`` are those who cannot sit at all. A number of groups is left out where caps do not allow
    as many people as the smallest groups need. O(numbers x people x families).
    """
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    able = np.setdiff1d(members, alone(instance) if out is None else out)
    least = [limit for limit in grouping.limits if limit.least > 0 and not limit.if_any]
    sets = [[], *families(instance, able)]
    order = able[np.argsort(-instance.priority[able], kind="stable")]
    same = len(np.unique(instance.priority[able])) <= 1
    unit = int(instance.priority[able[0]]) if len(able) else 1
    found: dict[int, int] = {}
    for groups, most in group_counts(instance).items():
        if any(groups * one.least > max(0, int(one.amounts[members].sum())) for one in least):
            continue
        seats = min(most, len(able))
        fits = [min(seats, held(len(able), groups, family)) for family in sets]
        if min(fits) < groups * grouping.size_min:
            continue
        found[groups] = (
            unit * min(fits)
            if same
            else min(taken(instance, order.tolist(), seats, groups, family) for family in sets)
        )
    return found


def held(people: int, groups: int, family: list[tuple[list[int], int]]) -> int:
    """Return how many of ``people`` fit into so many groups when each set is capped."""
    capped = sum(len(one) for one, _ in family)
    return people - capped + sum(min(len(one), cap * groups) for one, cap in family)


def seats_bound(instance: Instance) -> tuple[int, dict[str, Any]]:
    """Return the most priority that can be seated and the certificate ``counting``."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    out = alone(instance)
    seats = seats_by_count(instance, out)
    best = max(seats.values(), default=0)
    total = int(instance.priority[members].sum())
    text = (
        f"{len(members)} people, groups of {grouping.size_min} to {grouping.size_max}: "
        f"at most {best} of {total} can be seated"
    )
    if out:
        text += f"; {len(out)} can sit in no group at all"
    sets = families(instance, np.setdiff1d(members, out))
    return best, {
        "kind": "counting",
        "bound": best,
        "text": text,
        "people": out,
        "groups": [groups for groups, worth in seats.items() if worth == best],
        "caps": [{"people": people, "most": cap} for family in sets for people, cap in family],
    }


def taken(
    instance: Instance,
    order: list[int],
    seats: int,
    groups: int,
    family: list[tuple[list[int], int]],
) -> int:
    """Return the most priority in ``seats`` seats when each set of the family is capped."""
    cap_of = {i: at for at, (people, _) in enumerate(family) for i in people}
    left = [cap * groups for _, cap in family]
    worth = 0
    for i in order:
        if seats == 0:
            break
        at = cap_of.get(i, -1)
        if at >= 0:
            if left[at] == 0:
                continue
            left[at] -= 1
        seats -= 1
        worth += int(instance.priority[i])
    return worth


def most_besides(instance: Instance) -> NDArray[np.int64]:
    """Return the most that leaders, topic and group goals can give each member, scaled."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    extra = np.maximum(leader_best(instance), 0)
    if grouping.topics.size:
        best_topic = np.maximum(grouping.topics[members].max(axis=1), 0).astype(np.int64)
        extra += grouping.scale * best_topic
    extra += grouping.scale * sum(max(0, goal.points) for goal in grouping.goals)
    return extra


def points_bound(
    instance: Instance, clock: Clock, value: int = 0, rounds: int = 60
) -> tuple[int, dict[str, Any]]:
    """Return the most points that groups can have and the certificate ``fellows``.

    ``value`` is what is known to be possible; it only sets the length of steps. O(rounds x n^2).
    """
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    n = len(members)
    weight, _ = value_weights(grouping)
    seated = leader_best(instance) >= 0
    extra = most_besides(instance)
    square = instance.links.dense[np.ix_(members, members)]
    able = may_share(instance)
    both = np.where(able, square + square.T, np.int32(LOW))
    del square, able
    prices = np.zeros(n, np.int64)
    best, best_prices = (2**62), prices
    rounds = max(1, min(rounds, int(6e8 / max(1, n * n))))
    slack = 1.0
    for step in range(rounds):
        worth, times, used = fellows(both, prices, weight, grouping.size_min, grouping.size_max)
        worth = np.where(seated, np.maximum(0, worth + 2 * extra), 0)
        bound = int(worth.sum()) // 2
        if bound < best:
            best, best_prices = bound, prices
        else:
            slack *= 0.85
        pull = np.where(worth > 0, times - used, 0).astype(np.float64)
        size = float((pull * pull).sum())
        if size == 0 or step == rounds - 1 or (step and clock.is_over):
            break
        target = max(value, 0)
        stride = slack * max(1.0, 2.0 * (bound - target)) / size
        prices = prices - np.rint(stride * pull).astype(np.int64)
    return best, {
        "kind": "fellows",
        "scale": grouping.scale,
        "bound": best,
        "people": members.tolist(),
        "prices": best_prices.tolist(),
    }


def fellows(
    both: NDArray[Any],
    prices: NDArray[np.int64],
    weight: NDArray[np.int64],
    size_min: int,
    size_max: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each person's best (twice the value), the weight of being chosen, and of choosing.

    ``both : (n, n)`` is at most LOW where two may not share a group.
    """
    n = len(both)
    top = min(size_max - 1, n - 1)
    worth = np.full(n, 0 if size_min <= 1 else -(2**60), np.int64)
    times = np.zeros(n, np.int64)
    used = np.zeros(n, np.int64)
    if top < 1:
        return worth, times, used
    step = max(1, 4_000_000 // max(1, n))
    for start in range(0, n, step):
        part = both[start : start + step]
        rows = part + prices[None, :] - prices[start : start + step, None]
        rows[part <= LOW] = NEVER
        pick = np.argpartition(-rows, top - 1, axis=1)[:, :top]
        values = np.take_along_axis(rows, pick, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        pick = np.take_along_axis(pick, order, axis=1)
        values = np.take_along_axis(values, order, axis=1)
        sums = np.cumsum(np.maximum(values, -(2**40)), axis=1)
        fits = values > -(2**40)
        own = worth[start : start + step]
        kept = np.zeros(len(rows), np.int64)
        for k in range(max(2, size_min), top + 2):
            now = weight[k] * sums[:, k - 2]
            better = fits[:, k - 2] & (now > own)
            own = np.where(better, now, own)
            kept = np.where(better, k, kept)
        worth[start : start + step] = own
        for k in range(2, top + 2):
            hit = np.flatnonzero(kept == k)
            if len(hit):
                np.add.at(times, pick[hit, : k - 1], weight[k])
                used[start + hit] += (k - 1) * weight[k]
    return worth, times, used


def impossible(instance: Instance) -> tuple[str, ...]:
    """Return why no assignment keeps every rule, by counting; empty if that proves nothing."""
    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    n = len(members)
    reasons = []
    if grouping.count >= 0 and grouping.count not in group_counts(instance):
        need = grouping.count * grouping.size_min
        leaders = grouping.count * grouping.leaders_min
        text = f"{grouping.count} groups of at least {grouping.size_min} need {need} people"
        if grouping.leaders_max:
            text += f" and {leaders} leaders"
        reasons.append(f"{text}; {n} could sit")
    out = set(alone(instance))
    stuck = [i for i in np.flatnonzero(asked_for(instance)).tolist() if i in out]
    leads = set(grouping.leaders.tolist())
    for i in stuck:
        if i not in leads:
            reasons.append(f"#{i} is required and can sit in no group of {grouping.size_min}")
    for limit in grouping.limits:
        have = int(limit.amounts[members].sum())
        if limit.least > 0 and not limit.if_any and limit.amounts[members].min(initial=0) >= 0:
            need = grouping.count * limit.least
            if grouping.count > 0 and need > have:
                reasons.append(
                    f"{grouping.count} groups need {need} of {limit.name or 'a limit'}; "
                    f"there are {have}"
                )
    needed = int((asked_for(instance)[members] & ~np.isin(members, grouping.leaders)).sum())
    counts = group_counts(instance)
    most = max(counts.values(), default=0)
    if needed > most:
        reasons.append(
            f"{needed} people are required, and groups of {grouping.size_min} to "
            f"{grouping.size_max} seat {most} of {n}"
        )
    return tuple(reasons)

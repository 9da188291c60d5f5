"""How seldom relaxed rules of groups can be broken: lower bounds by counting (``breaches``).

Compared are plans that keep every other rule and are as good on the tiers before ``violations``:
if everyone sits and ``placed`` comes first, everyone sits in all of them; otherwise those who are
required do. So many are *sure*; the groups are at least sure / largest size and at most people /
smallest size, or as many as asked for.

- Isolation: someone who can share a group with nobody of the same value is alone in any group.
- At most k of a value: G groups hold k G of them, and a group that breaks the limit at most
  (largest size - k) more. A group that keeps it needs least size - k others, so with o others at
  most o // (least size - k) keep it; all other groups break it, and they hold whoever is beyond k
  for each that keeps it. At least k: with c of the value at most c // k groups keep it.
- At most k different: a group that keeps it has as many of one value as its least size / k, rounded
  up; so no more can keep it than such parts can be cut from the people of each value, and one more
  for each person without any.
- Sizes: g groups are g x least - people too few, or sure - g x most too many.
- Hours: whoever is free nowhere misses every meeting. Of people who share no hour with anybody at
  most one in a group comes, and only if all others stay away: so all of them count, but for one in
  each group that they fill alone.
- Required people who can sit in no group stay out.

Breaches of different rules and values are counted apart, so the bounds add up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Grouping, Instance, Kinds, Limit, Relaxed
from cohortopt.solvers.groups.bounds import alone, leader_hands, may_share
from cohortopt.solvers.groups.problem import members_of


def breaches_bound(instance: Instance, everyone: bool) -> tuple[int, dict[str, Any]]:
    """Return how many breaches no plan can do without, and the certificate ``breaches``.

    ``everyone``: the plan that is compared seats all, and ``placed`` comes before. O(n^2).
    """
    grouping = instance.grouping
    assert grouping is not None
    assert grouping.relaxed is not None
    relaxed = grouping.relaxed
    tiers = instance.tiers
    first = "placed" in tiers and tiers.index("placed") < tiers.index("violations")
    members = members_of(instance)
    sure = np.ones(len(members), np.bool_) if first and everyone else instance.required[members]
    if not (first and everyone):
        sure = sure & ~np.isin(members, grouping.leaders)
    most = min(len(members) // grouping.size_min, leader_hands(instance))
    fewest = -(-int(sure.sum()) // grouping.size_max)
    if grouping.count >= 0:
        most = fewest = grouping.count
    told: list[str] = []
    total = 0
    share = may_share(instance) if any(one.if_any for one in relaxed.limits) else None
    for limit in relaxed.limits:
        if share is not None and limit.if_any:
            alike = limit.amounts[members] > 0
            lonely = alike & sure & ~(share & alike[None, :]).any(axis=1)
            found, why = int(lonely.sum()), "who can sit with nobody alike"
        else:
            found = _over(limit, limit.amounts[members], sure, grouping, most, fewest)
            why = f"groups of {fewest} to {most} that cannot keep it"
        total += found
        if found:
            told.append(f"{limit.name}: {found} {why}")
    for kinds in relaxed.kinds:
        found = max(0, fewest - _alike(kinds, members, grouping.size_min))
        total += found
        if found:
            told.append(f"{kinds.name}: {found} groups of {fewest} that cannot keep it")
    for found, why in (
        (_sizes(relaxed, int(sure.sum()), len(members), fewest, most), "too few or too many"),
        (_hours(relaxed, members, sure, grouping.size_min), "whose hours nobody shares"),
        (_left_out(instance, relaxed), "required who can sit in no group"),
    ):
        total += found
        if found:
            told.append(f"{found} {why}")
    return total, {"kind": "breaches", "bound": total, "text": "; ".join(told)}


def limits_broken(instance: Instance, groups: int) -> int:
    """Return how many breaches of limits so many groups of everyone cannot do without. O(n)."""
    grouping = instance.grouping
    assert grouping is not None
    relaxed, members = grouping.relaxed or Relaxed(), members_of(instance)
    sure = np.ones(len(members), np.bool_)
    over = sum(
        _over(limit, limit.amounts[members], sure, grouping, groups, groups)
        for limit in relaxed.limits
        if not limit.if_any
    )
    alike = (_alike(kinds, members, grouping.size_min) for kinds in relaxed.kinds)
    return over + sum(max(0, groups - most) for most in alike)


def _alike(kinds: Kinds, members: NDArray[np.int32], size_min: int) -> int:
    """Return how many groups can have at most so many different codes."""
    own = kinds.codes[members]
    part = -(-size_min // kinds.most) if kinds.most > 0 else len(own) + 1
    _, alike = np.unique(own[own >= 0], return_counts=True)
    return int((alike // part).sum() + (own < 0).sum())


def _over(
    limit: Limit,
    own: NDArray[np.int64],
    sure: NDArray[np.bool_],
    grouping: Grouping,
    most: int,
    fewest: int,
) -> int:
    """Return in how many of ``fewest`` to ``most`` groups a limit on a count must fail."""
    values = np.unique(own[own != 0])
    if len(values) != 1 or values[0] < 0:
        return 0
    unit = int(values[0])
    over = under = 0
    cap, alike = limit.most // unit, int((sure & (own > 0)).sum())
    if cap < grouping.size_max:
        over = -(-(alike - cap * most) // (grouping.size_max - cap))
    if cap < grouping.size_min:
        keeping = int((own == 0).sum()) // (grouping.size_min - cap)
        over = max(over, -(-(alike - cap * keeping) // grouping.size_max), fewest - keeping)
    if limit.least > 0:
        under = fewest - int((own > 0).sum()) // -(-limit.least // unit)
    return max(0, over, under)


def _sizes(relaxed: Relaxed, sure: int, able: int, fewest: int, most: int) -> int:
    if relaxed.sizes is None:
        return 0
    low, high = relaxed.sizes
    offs = (max(0, g * low - able, sure - g * high) for g in range(fewest, most + 1))
    return min(offs, default=0)


def _hours(
    relaxed: Relaxed, members: NDArray[np.int32], sure: NDArray[np.bool_], size_min: int
) -> int:
    if relaxed.slots is None or size_min < 2:
        return 0
    bits = relaxed.slots.starts[members]
    free = bits.any(axis=1)
    met = np.zeros(len(members), np.bool_)
    for i in range(len(members)):
        met[i] = (bits & bits[i]).any(axis=1).sum() > 1  # somebody besides oneself
    never, lonely = int((sure & ~free).sum()), int((sure & free & ~met).sum())
    return never + lonely - min(lonely, (never + lonely) // size_min)


def _left_out(instance: Instance, relaxed: Relaxed) -> int:
    if relaxed.asked is None or instance.grouping is None:
        return 0
    able = np.setdiff1d(members_of(instance), alone(instance))
    able = np.union1d(able, instance.grouping.leaders)
    return int(relaxed.asked.sum()) - int(relaxed.asked[able].sum())

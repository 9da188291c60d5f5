"""What keeps people apart: every rule about two people, asked about every candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import FORBIDDEN, Draft
from cohortopt.reasons.plan import Plan
from cohortopt.rules import LinkRule

Masks = dict[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Blocked:
    """Per rule how many candidates it keeps away, the nearest miss and what blocks only them.

    The nearest miss is the candidate whom the fewest rules forbid, the first by id of those; -1
    where no candidate is forbidden.
    """

    counts: Counter[str]
    nearest: int = -1
    rules: tuple[str, ...] = ()
    everyone: bool = False  # no candidate is left


def blocked(
    plan: Plan, person: int, candidates: Sequence[int], ways: tuple[str, ...] = ()
) -> Blocked:
    """Return what keeps candidates from giving to a person (way "gets") or taking ("gives").

    By default the ways that a match of the shape needs: both for partners and groups.
    O(candidates x rules).
    """
    others = np.array([k for k in candidates if k != person], dtype=np.intp)
    if not len(others):
        return Blocked(Counter(), everyone=True)
    one = np.array([person], dtype=np.intp)
    ways = ways or (
        ("gets", "gives") if plan.instance.shape in ("partners", "groups") else ("gets",)
    )
    masks: Masks = {}
    if "gets" in ways:
        masks = {rule: no[:, 0] for rule, no in banned(plan, others, one).items()}
    if "gives" in ways:
        for rule, no in banned(plan, one, others).items():
            masks[rule] = masks[rule] | no[0] if rule in masks else no[0]
    hurdles = np.sum([*masks.values(), np.zeros(len(others), dtype=np.int64)], axis=0)
    counts = Counter({rule: int(no.sum()) for rule, no in masks.items() if no.any()})
    if not hurdles.any():
        return Blocked(counts)
    k = int(np.argmin(np.where(hurdles > 0, hurdles, np.iinfo(np.int64).max)))
    rules = tuple(rule for rule, no in masks.items() if no[k])
    return Blocked(counts, int(others[k]), rules, bool((hurdles > 0).all()))


def holds(plan: Plan, person: int) -> Counter[str]:
    """Return what keeps every candidate away, those who fit included: what holds them elsewhere."""
    instance = plan.instance
    counts = blocked(plan, person, instance.givers.tolist()).counts
    locked = {k for lock in instance.locked for k in lock.people}
    together = {k for people in instance.together for k in people}
    for k in plan.near(person):
        if k in locked:
            counts["locked"] += 1
        elif k in together:
            counts["together"] += 1
        else:
            counts["required" if instance.required.any() else "capacity"] += 1
    return counts


def banned(plan: Plan, givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Masks:
    """Return per rule ``(givers, takers) bool``: the links that it forbids by itself.

    ``reciprocity`` speaks of links that are worth too little and that nothing else forbids;
    ``topics`` of givers who can cover no topic that the taker wants.
    """
    instance, masks = plan.instance, Masks()
    same = givers[:, None] == takers[None, :]
    either = same
    for rule in plan.program.rules:
        if isinstance(rule, LinkRule):
            draft = Draft(plan.columns, givers, takers)
            rule.lower(draft)
            masks[rule.kind_name] = np.array(draft.banned, dtype=np.bool_) & ~same
            either = either | draft.banned
    if plan.program.min_points:
        masks["reciprocity"] = (instance.links.block(givers, takers) == FORBIDDEN) & ~either
    if instance.topics.size:
        wanted = (instance.topics[takers] > 0).astype(np.int32)
        masks["topics"] = instance.taught[givers].astype(np.int32) @ wanted.T == 0
    return masks

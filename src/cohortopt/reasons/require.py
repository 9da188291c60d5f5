"""Solve once more with a person required: what nothing cheaper could decide."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from cohortopt.compile import with_features
from cohortopt.errors import OutOfTimeError
from cohortopt.instance import frozen
from cohortopt.model import Person
from cohortopt.reasons.plan import Plan
from cohortopt.solvers import choose
from cohortopt.solvers.base import Budget, Clock
from cohortopt.verify.score import scale_of, tier_values

SMALL = 40  # people in the roster up to which trade-offs are priced by solving again
SOLVES = 4  # for one program
SECONDS = 1.0  # for each
FEW = 2  # seats that requiring one more person may cost to be advised


def advice(person: Person, unseated: Collection[int], proven: bool) -> str:
    """Return what helps somebody who could sit if others gave up their seat: few, or many."""
    if len(unseated) <= FEW:
        help_ = "Require this person to put the seat before the points."
    else:
        help_ = f"More people who fit {person}: requiring them costs {len(unseated)} seats."
    if not proven:
        help_ += " Or solve longer: it is not proven that no plan seats more people."
    return help_


@dataclass(frozen=True)
class Forced:
    """What seating the person brings about; ``possible`` None: not decided in the time."""

    possible: bool | None
    unseated: tuple[int, ...] = ()
    loss: int | None = None  # points; exact where ``proven``
    proven: bool = False


def require(plan: Plan, person: int, clock: Clock) -> Forced:
    """Return what the best plan with the person in it loses, as far as a short solve can tell.

    In pairs the person must take, not only sit: somebody may be there as giver already.
    """
    instance = plan.instance
    if instance.shape == "pairs":
        least = instance.takes_min.copy()
        least[person] = max(1, int(least[person]))
        changed = with_features(instance.vary(takes_min=frozen(least)))
    else:
        required = instance.required.copy()
        required[person] = True
        changed = with_features(instance.vary(required=frozen(required)))
    mine = Clock(
        Budget(
            min(SECONDS, clock.left),
            clock.budget.seed,
            clock.budget.threads,
            clock.budget.reproducible,
        ),
        cancel=clock.cancel,
    )
    try:
        answer = choose(changed).solve(changed, mine)
    except OutOfTimeError:
        clock.looked_late = True
        return Forced(None)
    clock.looked_late = clock.looked_late or mine.looked_late
    if answer.impossible:
        return Forced(False)
    taking = slice(1, None) if instance.shape == "pairs" else slice(None)
    seated = {i for match in answer.matches for i in match.people[taking]}
    if person not in seated:
        return Forced(None)
    tiers = {tier.tier: tier for tier in answer.tiers}
    loss, proven = None, False
    if "points" in tiers:
        values = tier_values(plan.program, plan.matches, plan.facts)
        scale = scale_of(plan.program, plan.facts)
        loss = math.ceil((values["points"] - tiers["points"].value) / scale)
        proven = all(tier.value == tier.bound for tier in tiers.values())
    now = {i for people in plan.members for i in people[taking]}
    return Forced(True, tuple(sorted(now - seated)), loss, proven)

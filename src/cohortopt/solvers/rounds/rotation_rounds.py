"""Rounds one by one with the solver of a single round, then each again in the light of the others.

In a round, whoever met in another round may not meet (or loses points), and whoever sat out more
often than others comes first. After the first pass every round is solved again with all others
fixed, as long as that improves the plan: seats, repeats, turns, then tiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints, Links
from cohortopt.solvers.base import Answer, Clock, Found, Solver, TierAnswer
from cohortopt.solvers.groups.check import broken
from cohortopt.solvers.rounds.rotation_check import (
    askers,
    is_forgiving,
    met,
    rank,
    repeats,
    sat_out,
    tier_value,
)
from cohortopt.solvers.rounds.rotation_groups import designed, limits, round_sizes, too_many

SWEEPS = 3
DEAR = 1 << 30  # what meeting again costs where it is forgiven, more than any link is worth


def single(instance: Instance, number: int = 1) -> Instance:
    """Return one round of the instance on its own, with the locks of that round."""
    locked = tuple(lock for lock in instance.locked if lock.round == number)
    features = set(instance.features) - {Feature.ROUNDS, Feature.LOCKED}
    if locked:
        features.add(Feature.LOCKED)
    tiers = tuple(tier for tier in instance.tiers if tier != "violations")
    return instance.vary(rounds=1, locked=locked, features=frozenset(features), tiers=tiers)


def single_solver(instance: Instance) -> Solver:
    """Return the solver of a single round.

    Raises
    ------
    NoSolverError
        If no solver handles a single round.
    """
    from cohortopt.solvers.single import first_of, singles

    for lock in instance.locked[:1]:
        first_of(singles(instance.shape), single(instance, lock.round))
    return first_of(singles(instance.shape), single(instance, 0))


def solve_rounds(
    instance: Instance,
    clock: Clock,
    held: dict[int, list[Found]] | None = None,
    wishes: dict[int, list[Found]] | None = None,
) -> Answer:
    """Return rounds planned one after the other and improved in turns.

    Where people can be mixed at will, rounds planned together come first, as far as they keep all
    rules. Proves nothing but that everybody sits in every round, where they do, and how few
    repeats counting allows. ``held`` rounds stay as they are. Where a round has ``wishes``, seats
    come first, then as many of the wished meetings as possible, then everything else.
    """
    plan: dict[int, list[Found]] = dict(held or {})
    instance = instance if not wishes else _closest(instance)
    asked = wishes or {}
    numbers = [number for number in range(1, instance.rounds + 1) if number not in plan]
    refused: tuple[str, ...] = ()
    facts: dict[str, Any] = {}
    bounds: dict[str, tuple[int, dict[str, Any]]] = {}
    if held is None and wishes is None and is_mixing(instance):
        least, most = limits(instance)
        if least.value and instance.repeat_loss < 0 and not is_forgiving(instance):
            return Answer((), (), True, too_many(least, most), {}, "rotation")
        facts["most_rounds"] = f"{most.value}: {most.text}"
        bounds["violations"] = least.value, {"kind": "repeats", "text": least.text}
        if instance.grouping is not None:
            plan = _designed(instance, clock.share(0.4))
    for number in (number for number in numbers if number not in plan):
        part = 0.7 / (instance.rounds - number + 1)
        turn = _wishing(instance, asked.get(number))
        found, why = _round(turn, plan, number, clock.share(part))
        refused = refused or why
        plan[number] = found
    best = rank(instance, _all(plan))
    for _ in range(SWEEPS if wishes is None else 0):
        improved = False
        for number in numbers:
            if clock.is_over:
                break
            found, _ = _round(instance, plan, number, clock.share(0.2))
            other = {**plan, number: found}
            value = rank(instance, _all(other))
            if value > best:
                plan, best, improved = other, value, True
        if not improved:
            break
    matches = sorted(_all(plan), key=lambda match: (match.round, match.people))
    facts |= {"repeats": repeats(instance, matches), "sat_out": sat_out(instance, matches)}
    tiers = tuple(_tier(instance, tier, matches, bounds, clock) for tier in instance.tiers)
    impossible = refused if not matches else ()
    return Answer(tuple(matches), tiers, not clock.looked_late, impossible, facts, "rotation")


def is_mixing(instance: Instance) -> bool:
    """Whether rounds are partners, or groups of people of one kind who may be mixed at will."""
    grouping = instance.grouping
    if grouping is None:
        return instance.shape == "partners" and bool(round_sizes(instance))
    alike = grouping.leaders_max <= 0 and not grouping.topics.size
    return alike and bool(round_sizes(instance))


def _designed(instance: Instance, clock: Clock) -> dict[int, list[Found]]:
    """Return those rounds planned together, blind to rules, that happen to keep them all."""
    matches, _ = designed(instance, clock)
    plan: dict[int, list[Found]] = {}
    strict = instance.repeat_loss < 0 and not is_forgiving(instance)
    for number in range(1, instance.rounds + 1):
        turn = [match for match in matches if match.round == number]
        alone = [replace(match, round=1) for match in turn]
        again = strict and repeats(instance, [*_all(plan), *turn]) > 0
        if turn and not again and not broken(single(instance, number), alone):
            plan[number] = turn
    return plan


def _tier(
    instance: Instance,
    tier: str,
    matches: list[Found],
    bounds: dict[str, tuple[int, dict[str, Any]]],
    clock: Clock,
) -> TierAnswer:
    """Return a tier's value; rounds hold and are worth no more than each of them by itself.

    Of groups what bounds one round bounds all; of others seats, by everybody sitting in each.
    """
    value = tier_value(instance, tier, matches)
    if instance.grouping is not None and tier in ("placed", "points"):
        from cohortopt.solvers.groups.bounds import seats_bound
        from cohortopt.solvers.groups.solver import points_bound

        turn = single(instance, 0)
        each = value // instance.rounds
        most, proof = seats_bound(turn) if tier == "placed" else points_bound(turn, clock, each)
        most *= instance.rounds
        return TierAnswer(tier, value, most, {**proof, "bound": most})
    if tier != "placed":
        return TierAnswer(tier, value, *bounds.get(tier, (None, None)))
    people = askers(instance)
    most = instance.rounds * int(instance.priority[people].astype(np.int64).sum())
    proof = {"kind": "seats", "seats": len(people), "rounds": instance.rounds}
    return TierAnswer(tier, value, most, proof)


def _closest(instance: Instance) -> Instance:
    """Return the instance with the tier ``changes`` right after ``placed``."""
    rest = [tier for tier in instance.tiers if tier not in ("placed", "changes")]
    features = instance.features | {Feature.PREVIOUS}
    return instance.vary(tiers=("placed", "changes", *rest), features=features)


def _wishing(instance: Instance, wishes: list[Found] | None) -> Instance:
    """Return the instance with the wished matches as its previous ones, if there are wishes."""
    if wishes is None:
        return instance
    return instance.vary(previous=tuple(match.people for match in wishes))


def _all(plan: dict[int, list[Found]]) -> list[Found]:
    return [match for number in sorted(plan) for match in plan[number]]


def _round(
    instance: Instance, plan: dict[int, list[Found]], number: int, clock: Clock
) -> tuple[list[Found], tuple[str, ...]]:
    """Return the best matches of a round given all others, and why there are none."""
    from cohortopt.solvers.single import first_of, singles

    others = [match for k in plan if k != number for match in plan[k]]
    turn = single(instance, number).vary(
        links=Links(instance.n, _after(instance, others)),
        priority=_turns(instance, others),
    )
    try:
        answer = first_of(singles(turn.shape), turn).solve(turn, clock)
    except (InfeasibleError, OutOfTimeError) as error:
        return plan.get(number, []), (str(error),)
    found = [
        Found(m.people, m.leaders, m.slot, m.slots, number, m.topic, m.chain)
        for m in answer.matches
    ]
    return found, answer.impossible


def _after(
    instance: Instance, others: list[Found]
) -> Callable[[NDArray[np.intp], NDArray[np.intp]], Ints]:
    """Return the links of a round after others: those who met are forbidden, or cost points.

    Points never fall below 0, which would forbid the link.
    """
    seen: Counter[frozenset[int]] = met(instance, others)
    times = np.zeros((instance.n, instance.n), np.int64)
    for pair, count in seen.items():
        a, b = sorted(pair)
        times[a, b] = times[b, a] = count
    both = 1 if instance.shape in ("pairs", "rings") else 2  # links of one meeting
    loss = DEAR if is_forgiving(instance) else instance.repeat_loss

    def block(givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        points = instance.links.block(givers, takers).astype(np.int64)
        known = times[np.ix_(givers, takers)] > 0
        if loss < 0:
            left = np.where(known, FORBIDDEN, points)
        else:
            price = -(-loss // both)
            left = np.where(known & (points >= 0), np.maximum(0, points - price), points)
        return left.astype(np.int32)

    return block


def _turns(instance: Instance, others: list[Found]) -> Ints:
    """Return priorities in which whoever sat out more often outweighs all who did less often."""
    planned = {match.round for match in others}
    missed = sat_out(instance, others)
    out = np.zeros(instance.n, np.int64)
    for person, rounds in missed.items():
        out[person] = sum(r in planned for r in rounds)
    people = askers(instance)
    if not people:
        return instance.priority
    out -= out[people].min()
    step = int(instance.priority[people].astype(np.int64).sum()) + 1
    most = (2**31 - 1) // (4 * max(1, len(people)) * step)
    raised = instance.priority + step * np.minimum(np.maximum(out, 0), most)
    return np.asarray(raised, np.int32)

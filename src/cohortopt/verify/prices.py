"""Prices for pairs: no assignment is worth more than what the prices add up to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Facts, Person
from cohortopt.programs.program import Program
from cohortopt.rules import Locked
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import multipliers


def prices_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
) -> int | None:
    """Return what the prices prove of the combined value, None if they prove nothing.

    For any whole prices p(giver) and p(taker), every assignment is worth at most
    ``sum over links of max(0, weight - p(giver) - p(taker))
    + sum over takers of max over k seats of (k p(taker) + bonus if k > 0)
    + sum over givers of max over k seats of k p(giver)``
    by Lagrangian duality (Geoffrion 1974, doi:10.1007/BFb0120690). Links whose prices exceed
    the greatest weight a link can have are not asked about, all others are, so the running time is
    that of the rules on the contested links.
    """
    levels = dict(multipliers(certificate))
    givers_price = {str(one): int(price) for one, price in certificate["giver"].items()}
    takers_price = {str(one): int(price) for one, price in certificate["taker"].items()}
    allowed = Allowed(program, facts)
    givers, takers = allowed.givers(), allowed.takers()
    total = 0
    bonus = levels.get("placed", 0)
    for person in takers:
        price = takers_price.get(person.id, 0)
        least, most = allowed.takes(person)
        total += _best(price, least, most, bonus * person.priority)
    for person in givers:
        price = givers_price.get(person.id, 0)
        least, most = allowed.gives(person)
        total += _best(price, least, most, 0)
    kept = {(match[0], match[1]) for match in previous if len(match) == 2}
    locked = _locked(program)
    total += _excess(allowed, givers, takers, (givers_price, takers_price), levels, kept, locked)
    return total


def _best(price: int, least: int, most: int, bonus: int) -> int:
    """Return the best of ``k x price + (bonus if k)`` for k from least to most: at an end."""
    ends = {least, most, min(max(1, least), most)}
    return max(k * price + (bonus if k else 0) for k in ends)


def _excess(
    allowed: Allowed,
    givers: Sequence[Person],
    takers: Sequence[Person],
    prices: tuple[Mapping[str, int], Mapping[str, int]],
    levels: Mapping[str, int],
    kept: set[tuple[str, str]],
    locked: set[tuple[str, str]],
) -> int:
    """Return how much the weights of all allowed links exceed their prices; locked ones always."""
    by_points, by_seat = levels.get("points", 0), levels.get("seats", 0)
    by_kept = levels.get("kept", 0)
    ceiling = by_points * allowed.program.most_points + by_seat + (by_kept if kept else 0)
    ranked = sorted(givers, key=lambda person: prices[0].get(person.id, 0))
    by_price = [prices[0].get(person.id, 0) for person in ranked]
    total = 0
    roster = allowed.facts.roster
    for one, other in sorted(locked):
        weight = by_seat + by_points * allowed.program.points(roster[one], roster[other])
        weight += by_kept * ((one, other) in kept)
        total += weight - prices[0].get(one, 0) - prices[1].get(other, 0)
    for taker in takers:
        price = prices[1].get(taker.id, 0)
        asked = ranked[: bisect_left(by_price, ceiling - price)]
        points = row_points(allowed.program.goals, asked, taker)
        for giver, giver_price, worth in zip(asked, by_price, points, strict=False):
            weight = by_seat + by_points * worth
            if kept and (giver.id, taker.id) in kept:
                weight += by_kept
            margin = price + giver_price
            if (giver.id, taker.id) in locked:
                continue
            if weight > margin and allowed.objection(giver, taker) is None:
                total += weight - margin
    return total


def _locked(program: Program) -> set[tuple[str, str]]:
    rule = program.rule(Locked)
    return {(lock.people[0], lock.people[1]) for lock in (rule.matches if rule else ())}

"""Prices for pairs: no assignment is worth more than what the prices add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.goals.base import Rows, even
from cohortopt.model import Facts, Match, Person
from cohortopt.programs.program import Program
from cohortopt.rules import Locked
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.charges import Charges, charges_of
from cohortopt.verify.levels import level_values, multipliers
from cohortopt.verify.lots import Lots
from cohortopt.verify.stop import Stop, never, until


def prices_bound(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    previous: Sequence[tuple[str, ...]] = (),
    stop: Stop = never,
) -> int | None:
    """Return what the prices prove of the combined value, None if they prove nothing.

    For any whole prices p(giver) and p(taker), every assignment is worth at most
    ``sum over links of max(0, weight - p(giver) - p(taker))
    + sum over takers of max over k seats of (k p(taker) + bonus if k > 0)
    + sum over givers of max over k seats of k p(giver)``
    by Lagrangian duality (Geoffrion 1974, doi:10.1007/BFb0120690). Further rules may be priced
    too, see :mod:`cohortopt.verify.charges`: their links weigh less by what they are charged, and
    what an assignment pays at most is added. Links whose prices exceed the greatest weight a link
    can have are not asked about, all others are, so the running time is that of the rules on the
    contested links, besides a few additions for every two people.
    """
    levels = dict(multipliers(certificate))
    givers_price = {str(one): int(price) for one, price in certificate["giver"].items()}
    takers_price = {str(one): int(price) for one, price in certificate["taker"].items()}
    allowed = Allowed(program, facts)
    givers, takers = allowed.givers(), allowed.takers()
    charges = charges_of(allowed, certificate, givers, takers)
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
    prices = givers_price, takers_price
    for side in prices:
        for one, toll in charges.tolls.items():
            side[one] = side.get(one, 0) + toll
    lots = Lots.of(allowed, certificate)
    total += _excess(
        allowed, givers, until(stop, takers), prices, levels, kept, locked, charges, lots
    )
    return total + charges.fixed


def is_drawn(
    program: Program,
    facts: Facts,
    certificate: Mapping[str, Any],
    matches: Sequence[Match],
    previous: Sequence[tuple[str, ...]] = (),
) -> bool:
    """Whether these matches are the ones that the program's lots choose among equals.

    They are if the prices, lots included, prove that no assignment has more in all levels together.
    """
    if program.draw is None or list(certificate["draw"])[:1] != [program.draw]:
        return False
    lots = Lots.of(Allowed(program, facts), certificate)
    values = level_values(program, matches, facts, previous)
    links = [link for match in matches for link in match.links()]
    values["draw"] = sum(lots.lot(link) for link in links if link not in _locked(program))
    total = sum(times * values[name] for name, times in multipliers(certificate))
    return prices_bound(program, facts, certificate, previous) == total


def _best(price: int, least: int, most: int, bonus: int) -> int:
    """Return the best of ``k x price + (bonus if k)`` for k from least to most: at an end."""
    ends = {least, most, min(max(1, least), most)}
    return max(k * price + (bonus if k else 0) for k in ends)


def _excess(
    allowed: Allowed,
    givers: Sequence[Person],
    takers: Iterable[Person],
    prices: tuple[Mapping[str, int], Mapping[str, int]],
    levels: Mapping[str, int],
    kept: set[tuple[str, str]],
    locked: set[tuple[str, str]],
    charges: Charges,
    lots: Lots,
) -> int:
    """Return how much the weights of all allowed links exceed their prices; locked ones always."""
    by_points, by_seat = levels.get("points", 0), levels.get("seats", 0)
    by_kept, by_lot = levels.get("kept", 0), levels.get("draw", 0)
    most = by_seat + by_kept * bool(kept) + by_lot * (lots.size - 1)
    ceiling = by_points * allowed.program.most_points + most
    rows, permitted = Rows(allowed.program.goals, givers), allowed.sieve(givers)
    giver_prices = [prices[0].get(person.id, 0) for person in givers]
    least, total, unit = min(giver_prices, default=ceiling), 0, max(1, by_points)
    floors = whole_numbers([price * rows.whole // unit for price in giver_prices])
    roster = allowed.facts.roster
    for one, other in sorted(locked):
        weight = by_seat + by_points * allowed.program.points(roster[one], roster[other])
        weight += by_kept * ((one, other) in kept)
        total += weight - prices[0].get(one, 0) - prices[1].get(other, 0)
        total -= charges.links.get((one, other), 0)
    for taker in takers:
        price = prices[1].get(taker.id, 0)
        if least + price >= ceiling:
            continue
        sums = rows.array(taker) if by_points else np.zeros_like(floors)
        # As points are rounded by less than 1, a weight above the prices means that the sum is
        # more than (giver's price + price - most - by_points) x whole / by_points.
        short = (price - most - by_points) * rows.whole // unit
        contested = np.flatnonzero(sums - floors > short)
        for k in permitted(taker, contested.tolist()):
            link = (givers[k].id, taker.id)
            weight = by_seat + by_points * even(int(sums[k]), rows.whole) + by_kept * (link in kept)
            weight += by_lot * lots.lot(link) if by_lot else 0
            spare = weight - price - giver_prices[k] - charges.links.get(link, 0)
            if spare > 0 and link not in locked:
                total += spare
    return total


def whole_numbers(values: Sequence[int]) -> NDArray[Any]:
    """Return an array that is exact: of Python's own numbers where 64 bits could overflow."""
    return np.array(values, np.int64 if max(map(abs, values), default=0) < 2**62 else object)


def _locked(program: Program) -> set[tuple[str, str]]:
    rule = program.rule(Locked)
    return {(lock.people[0], lock.people[1]) for lock in (rule.matches if rule else ())}

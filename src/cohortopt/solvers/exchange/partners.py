"""The proven best partners among all possible pairs, from a sparse graph and prices.

1. One pass over all pairs, in blocks, keeps the ``NEAR`` best partners of everybody.
2. The bipartite double cover of this graph gives a best fractional matching with half-integral
   prices (``partner_cover``), and a few odd circles.
3. One search of Edmonds' per odd circle makes it a best matching of the graph, with prices of
   odd sets (``partner_blossom``).
4. Another pass prices out all pairs: those that the prices do not cover are added, and the two
   steps repeated from where they were. When there is none, prices prove the matching best among
   *all* pairs. Memory stays linear in people and links kept.

Tiers become one weight per pair, each tier counting more than everything after it can add up to.

Certificate, of every tier: ``{"kind": "odd_sets", "levels": [[tier, multiplier], ...],
"double": True, "price": {i: y_i}, "sets": [[[i, ...], z_S], ...]}``. The weight of a pair is the
sum over levels of multiplier times what the pair adds to the tier: ``required`` 1 for each
required person, ``placed`` the priorities of both, ``mutual`` the lesser direction, ``points``
the sum of both, ``changes`` 1 where the two were matched before. It is valid iff all prices are
>= 0 (a person that is not named has 0), every S is odd, and for every allowed pair

    y_a + y_b + (sum of z_S over S holding both) >= 2 * weight(a, b).

Then ``sum(multiplier * tier) <= (sum y_i + sum z_S * (|S| - 1) / 2) / 2`` for every choice of
partners: a pair takes two y, and at most (|S| - 1) / 2 pairs fit inside S. With ``"fixed":
[[a, b], ...]`` (pairs that locked and together demand) these people take part in no other pair:
their pairs need no prices, and their weight is added to the bound.

Where a trio is allowed, ``"trios": [{"people": [a, b, c], "price": ..., "sets": ...}, ...]`` holds
the prices of a best matching of everybody else for each trio that was tried; the bound is the
greatest over no trio, these trios, and what the first prices prove of all the others, see
``partner_trio``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cohortopt.errors import OutOfTimeError
from cohortopt.instance.instance import FORBIDDEN, Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.exchange.columns import found, previous_pairs, seated
from cohortopt.solvers.exchange.partner_graph import (
    NEAR,
    Matching,
    Pairing,
    Weights,
    all_both_ways,
    both_ways,
    match_all,
)
from cohortopt.solvers.exchange.partner_trio import Case, doubled, pairs_of, with_trio
from cohortopt.solvers.exchange.rules import names

USUAL = 2_000  # points of a pair, both ways; more only costs another pass
TOP = 2**61  # no sum of doubled weights may exceed this

Pair = tuple[int, int]


def weigh(instance: Instance, people: int, most: int) -> Weights | None:
    """Return one weight for all tiers of ``people`` people whose pairs earn at most ``most``.

    Each tier counts one more than all that follow can add up to. None if 64 bits are too few.
    """
    pairs = people // 2 + 2 * instance.trio  # a trio counts as three pairs
    reach = {
        "required": int(instance.required.sum()),
        "placed": int(instance.priority.sum()),
        "mutual": pairs * (most // 2),
        "points": pairs * most,
        "changes": len(previous_pairs(instance)),
    }
    order = (("required",) if instance.required.any() else ()) + instance.tiers
    factor, multiplier = 1, {}
    for tier in reversed(order):
        multiplier[tier] = factor
        factor *= reach[tier] + 1
    if 2 * factor > TOP:
        return None
    head = multiplier.get("placed", 0) * instance.priority.astype(np.int64)
    head += multiplier.get("required", 0) * instance.required
    return Weights(
        tuple((tier, multiplier[tier]) for tier in order),
        head,
        multiplier.get("mutual", 0),
        multiplier.get("points", 0),
        multiplier.get("changes", 0),
    )


def forced(instance: Instance) -> tuple[list[Pair], tuple[str, ...]]:
    """Return the pairs that locked and together ask for, and what is impossible about them."""
    may = seated(instance)
    pairs: dict[Pair, str] = {}
    asked = [("locked", lock.people, lock.slot) for lock in instance.locked]
    asked += [("together", people, -1) for people in instance.together]
    for rule, people, slot in asked:
        why = f"{rule}: {names(people)}"
        if len(people) != 2 or not may[list(people)].all():
            return [], (why,)
        a, b = min(people), max(people)
        if min(both_ways(instance, a, b)) == FORBIDDEN:
            return [], (why,)
        if slot >= 0 and instance.slots and not instance.slots.can_meet((a, b), slot):
            return [], (why,)
        for other, reason in pairs.items():
            if other != (a, b) and set(other) & {a, b}:
                return [], (reason, why)
        pairs[a, b] = why
    return sorted(pairs), ()


def tier_values(instance: Instance, matches: Sequence[tuple[int, ...]]) -> dict[str, int]:
    """Return what matches are worth in every tier that adds up, ``changes`` as pairs kept."""
    pairs = [pair for match in matches for pair in combinations(sorted(match), 2)]
    both = all_both_ways(instance, pairs)
    people = [person for match in matches for person in match]
    return {
        "required": int(instance.required[people].sum()),
        "placed": int(instance.priority[people].sum()),
        "mutual": sum(map(min, both)),
        "points": sum(map(sum, both)),
        "changes": len(previous_pairs(instance) & set(pairs)),
    }


def certificate(
    weights: Weights,
    people: NDArray[np.intp],
    matching: Matching,
    fixed: list[Pair],
    cases: Sequence[Case] = (),
) -> dict[str, Any]:
    """Return the prices of a matching as plain data. People in ``fixed`` pairs have none."""
    plain: dict[str, Any] = {
        "kind": "odd_sets",
        "levels": [[tier, multiplier] for tier, multiplier in weights.levels],
        "double": True,
        **prices_of(people, matching),
    }
    if fixed:
        plain["fixed"] = [list(pair) for pair in fixed]
    if cases:
        plain["trios"] = [
            {"people": list(case.trio), **prices_of(case.others, case.matching)} for case in cases
        ]
    return plain


def prices_of(people: NDArray[np.intp], matching: Matching) -> dict[str, Any]:
    """Return the prices of people and of odd sets as plain data."""
    price = {int(i): int(y) for i, y in zip(people, matching.price, strict=True) if y}
    sets = [[people[inside].tolist(), z] for inside, z in matching.sets]
    return {"price": price, "sets": sets}


def bounds(weights: Weights, bound: int, values: dict[str, int]) -> dict[str, int]:
    """Return what no choice can exceed tier by tier, given the tiers before.

    If the sum of multiplier * tier is at most ``bound``, then with the earlier tiers at their
    values a tier is at most what is left divided by its multiplier: the later ones are >= 0.
    """
    left, found = bound, {}
    for tier, multiplier in weights.levels:
        found[tier] = left // multiplier
        left -= multiplier * values[tier]
    return found


class PartnersByPrices(Solver):
    """Partners by a sparse graph, a double cover, odd circles and prices: proven, and fast.

    10,000 people take seconds; see ``docs/method-exchange.md``. For people who sit in at most
    one match, and one trio where it is allowed.
    """

    name: ClassVar[str] = "partners"
    shapes: ClassVar[frozenset[str]] = frozenset({"partners"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.TOGETHER,
            Feature.LOCKED,
            Feature.REQUIRED,
            Feature.PREVIOUS,
            Feature.MUTUAL,
            Feature.TRIO,
        }
    )

    def accepts(self, instance: Instance) -> bool:
        """Whether this solver handles everything, and everyone sits at most once.

        Where a trio is allowed, people who must be together may sit in it: not for this solver.
        """
        pairs = not instance.trio or (
            not instance.together and all(len(lock.people) == 2 for lock in instance.locked)
        )
        return super().accepts(instance) and pairs and bool((instance.total_max <= 1).all())

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best partners, with prices that prove it."""
        fixed, impossible = forced(instance)
        if impossible:
            return Answer((), impossible=impossible, solver=self.name)
        may = seated(instance)
        may[[person for pair in fixed for person in pair]] = False
        people = np.flatnonzero(may)
        pairing = started(instance, people, fixed)
        if pairing is None:
            from cohortopt.solvers.exchange.cpsat import ExchangeCpSat

            return ExchangeCpSat().solve(instance, clock)
        matching, finished = match_all(pairing, clock)
        weights = pairing.weights
        worth = tier_values(instance, list(fixed))
        extra = sum(multiplier * worth[tier] for tier, multiplier in weights.levels)
        chosen: list[tuple[int, ...]] = [*pairs_of(people, matching), *fixed]
        bound: int | None = doubled(matching) // 2 + extra
        proof: dict[str, Any] | None = certificate(weights, people, matching, fixed)
        if instance.trio:
            best = with_trio(pairing, matching, clock)
            chosen = [*best.pairs, *fixed]
            chosen += [best.trio] if best.trio else []
            finished = finished and best.bound == best.value
            bound, proof = None, None
            if best.bound is not None:
                bound = best.bound + extra
                proof = certificate(weights, people, matching, fixed, best.cases)
        values = tier_values(instance, chosen)
        needed = int(instance.required.sum())
        if values["required"] < needed:
            alone = set(np.flatnonzero(instance.required).tolist()) - {p for x in chosen for p in x}
            clash = tuple(f"required: {names((person,))}" for person in sorted(alone))
            if finished:
                return Answer((), impossible=clash, solver=self.name)
            raise OutOfTimeError(f"no choice found in time that keeps {', '.join(clash)}")
        limits = {} if bound is None else bounds(weights, bound, values)
        earlier = len(previous_pairs(instance))
        tiers = []
        for tier in instance.tiers:
            value, limit = values[tier], limits.get(tier)
            if tier == "changes":
                value, limit = earlier - value, None if limit is None else max(0, earlier - limit)
            tiers.append(TierAnswer(tier, value, limit, proof))
        matches = tuple(found(instance, people) for people in sorted(chosen))
        return Answer(matches, tuple(tiers), finished, solver=self.name)


def started(instance: Instance, people: NDArray[np.intp], fixed: list[Pair]) -> Pairing | None:
    """Return all pairs of ``people`` with the best of everybody; None if 64 bits are too few."""
    most = max([USUAL, *(sum(both_ways(instance, a, b)) for a, b in fixed)])
    while True:
        weights = weigh(instance, len(people) + 2 * len(fixed), most)
        if weights is None:
            return None
        pairing = Pairing(instance, people, weights)
        pairing.add_earlier()
        points = pairing.add_best(NEAR)
        if points <= most:
            return pairing
        most = points

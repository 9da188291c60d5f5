"""Rings and chains: everybody gives to the next; as many, then as good, as can be.

All rings are listed (``ring_kernels``), each once. Then

- rings of two are partners, solved and proven as such (``partners``);
- few rings are chosen exactly, tier by tier (``ring_few``);
- many are chosen by prices, dives and neighbourhoods (``ring_pack``), all tiers in one weight.

Whatever found the answer, the bound of each tier comes from whole prices that every ring obeys,
with the tiers before it held at what they reached (``ring_lp``).

Certificate: ``{"kind": "ring_prices", "levels": [[tier, multiplier], ...], "price": {i: p_i}}``.
It is valid iff all p_i >= 0 (a person that is not named has 0) and for every allowed ring or
chain r

    sum over levels of multiplier * (what r adds to the tier) <= sum of p_i over its people.

Then ``sum(multiplier * tier) <= sum of p`` for every choice of rings. A ring adds to ``placed``
the priorities of its people, to ``points`` its points (with ``dropout`` the expected thousandths
of ``exchange_columns.expected_points``), to ``changes`` the number of pairs of people who shared
an earlier match and share this one, to ``rules`` the number of locked, together and required
rules that it keeps. A tier's bound: with the other levels at their values,
``(sum p - sum of multiplier * value) // its own multiplier``. ``changes`` counts pairs lost.

Within equal tiers the choice with the least sum of squared ring sizes is preferred: short rings.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cohortopt.errors import OutOfTimeError
from cohortopt.instance.instance import Feature, Instance, Longs
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.exchange.columns import (
    Columns,
    decode,
    gain,
    previous_pairs,
    ring_columns,
)
from cohortopt.solvers.exchange.ring_few import best_of_few
from cohortopt.solvers.exchange.ring_lp import Floor, Prices, RingProgram
from cohortopt.solvers.exchange.ring_pack import NODES, Packing
from cohortopt.solvers.exchange.rules import Must, clash, musts

FEW = 1_500  # rings that HiGHS chooses from directly
MANY, CROWD = 8_000, 500  # rings and people of whom the best are searched for all at once
FIRST = 4.0  # seconds of neighbourhoods before that
SHORT = 2.0  # seconds for shorter rings among equals, once all else is proven
TOP = 2**50  # sums of weights stay exact as floating-point numbers; prices are in thousandths


class RingsByPrices(Solver):
    """Rings and chains by prices: small ones proven, large ones with a bound."""

    name: ClassVar[str] = "rings"
    shapes: ClassVar[frozenset[str]] = frozenset({"rings"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.TOGETHER,
            Feature.LOCKED,
            Feature.REQUIRED,
            Feature.PREVIOUS,
            Feature.CHAINS,
            Feature.DROPOUT,
        }
    )

    def accepts(self, instance: Instance) -> bool:
        """Whether this solver handles everything, and everyone sits at most once."""
        return super().accepts(instance) and bool((instance.total_max <= 1).all())

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best rings found, with prices that bound every tier."""
        if are_partners(instance):
            return as_partners(instance, clock)
        columns = ring_columns(instance)
        if columns is None:
            return from_pool(instance, clock)
        rules = musts(instance, columns)
        impossible = clash(instance, columns, rules, clock)
        if impossible:
            return Answer((), impossible=impossible, solver=self.name)
        if len(columns) <= FEW:
            few = best_of_few(instance, columns, rules, clock)
            if few is not None:
                return finish(instance, columns, rules, few.rows, few.claims, False, clock)
        packing, factor = choose(instance, columns, rules, clock)
        rows = packing.best
        kept = sum(1 for must in rules if np.isin(must.rows, rows).any())
        if kept < len(rules):
            from cohortopt.solvers.exchange.cpsat import ExchangeCpSat

            return ExchangeCpSat().solve(instance, clock)
        known = None
        if len(instance.tiers) == 1 and not rules and packing.prices is not None:
            known = without_sizes(packing.prices, columns, factor)
        return finish(instance, columns, rules, rows, {}, packing.is_proven, clock, known)


def are_partners(instance: Instance) -> bool:
    """Whether the rings are pairs and nothing but pairs."""
    return (
        min(instance.longest, instance.n) == 2
        and (instance.chain == 0 or len(instance.volunteers) == 0)
        and instance.dropout is None
        and not (instance.slots is not None and instance.meet_links)
    )


def as_partners(instance: Instance, clock: Clock) -> Answer:
    """Return rings of two as partners. Certificates are those of partners."""
    from dataclasses import replace

    from cohortopt.solvers.exchange.partners import PartnersByPrices

    features = instance.features - {Feature.CHAINS, Feature.DROPOUT}
    answer = PartnersByPrices().solve(instance.vary(shape="partners", features=features), clock)
    return replace(answer, solver=RingsByPrices.name)


def rule_counts(columns: Columns, rules: tuple[Must, ...]) -> Longs:
    """Return ``(m,) int64``: how many rules each match keeps."""
    count = np.zeros(len(columns), np.int64)
    for must in rules:
        count[must.rows] += 1
    return count


def combined(
    instance: Instance, columns: Columns, rules: tuple[Must, ...]
) -> tuple[Longs, int] | None:
    """Return one weight for all tiers and short rings, and the last tier's multiplier.

    None if it would be inexact.

    Each tier counts one more than all that follow can add up to, over people at their best.
    """
    longest = int(columns.size.max(initial=2))
    parts = [gain(instance, columns, tier) for tier in instance.tiers]
    if rules:
        parts.insert(0, rule_counts(columns, rules))
    # Shorter is better: a ring of L people costs L^2 and never more than longest^2 / L each.
    weight = -(columns.size.astype(np.int64) ** 2)
    reach = longest * instance.n
    last = reach + 1
    for part in reversed(parts):
        factor, most = reach + 1, at_most(instance.n, columns, part)
        reach += most * factor
        if reach > TOP:
            return None
        weight = part * factor + weight
    return weight, last


def at_most(n: int, columns: Columns, part: Longs) -> int:
    """Return what no choice adds up to more than: everyone's best share of a ring of theirs."""
    best = np.zeros(n)
    share = part / columns.size
    for step in range(columns.people.shape[1]):
        sits = columns.people[:, step] >= 0
        np.maximum.at(best, columns.people[sits, step], share[sits])
    return int(best.sum() * (1 + 1e-9)) + 1


def choose(
    instance: Instance, columns: Columns, rules: tuple[Must, ...], clock: Clock
) -> tuple[Packing, int]:
    """Return good rows among many, and how often the last tier counts in their weight."""
    weighed = combined(instance, columns, rules)
    if weighed is None:  # 64 bits are too few: at least the first tier
        first = rule_counts(columns, rules) if rules else gain(instance, columns, instance.tiers[0])
        weighed = first, 1
    part = 0.7
    if len(columns) <= MANY:  # the rest of the time is for the proof
        part = min(part, max(0.1, FIRST / max(clock.left, FIRST)))
    elif len(instance.tiers) == 1:  # nothing is left to do after
        part = 0.95
    packing = Packing(instance.n, columns, weighed[0], clock.share(part))
    packing.run()
    return packing, weighed[1]


def without_sizes(prices: Prices, columns: Columns, factor: int) -> Prices:
    """Return prices of ``factor * gain - size^2`` as prices of ``factor * gain``.

    A ring of L people takes L more for each of them, so everyone pays ``longest`` more: in all
    less than one unit of the tier, as ``factor`` is above ``longest * n``.
    """
    longest = int(columns.size.max(initial=2))
    squares = columns.size.astype(np.int64) ** 2
    price = prices.price + longest * prices.scale
    slack = prices.slack + (columns.size * longest - squares) * prices.scale
    bound = prices.bound + longest * prices.scale * len(price)
    return Prices(price, (), prices.scale * factor, slack, bound)


def from_pool(instance: Instance, clock: Clock) -> Answer:
    """Return rings chosen from the best links where there are too many rings to list.

    What is possible is bounded over all rings nevertheless: see ``ring_pool.link_prices``.
    """
    from cohortopt.solvers.exchange.ring_pool import link_prices, pool

    columns = pool(instance)
    rules = musts(instance, columns)
    rows = choose(instance, columns, rules, clock)[0].best
    if any(not np.isin(must.rows, rows).any() for must in rules):
        raise OutOfTimeError("too many rings to list, and no choice found that keeps every rule")
    tiers = []
    for tier in instance.tiers:
        value = int(gain(instance, columns, tier)[rows].sum())
        if tier == "changes":
            tiers.append(TierAnswer(tier, len(previous_pairs(instance)) - value, 0))
            continue
        price = link_prices(instance, tier)
        scale = columns.scale if tier == "points" else 1
        named = {i: scale * p for i, p in enumerate(price.tolist()) if p}
        proof = {"kind": "ring_prices", "levels": [[tier, 1]], "price": named}
        tiers.append(TierAnswer(tier, value, scale * int(price.sum()), proof))
    facts = {"scale": {"points": columns.scale}} if columns.scale > 1 else {}
    matches = decode(instance, columns, rows.tolist())
    return Answer(matches, tuple(tiers), False, facts=facts, solver=RingsByPrices.name)


def finish(
    instance: Instance,
    columns: Columns,
    rules: tuple[Must, ...],
    rows: NDArray[np.intp],
    claims: dict[str, int],
    finished: bool,
    clock: Clock,
    known: Prices | None = None,
) -> Answer:
    """Return the answer of chosen rows: tiers with bounds by prices, or claimed ones if better.

    ``claims`` are bounds of the solver that chose, by tier; ``known`` the prices of an only tier.
    """
    floors: tuple[Floor, ...] = ()
    if rules:
        counts = rule_counts(columns, rules)
        floors = (Floor("rules", counts, int(counts[rows].sum())),)
    facts: dict[str, Any] = {}
    bounds: list[tuple[int | None, dict[str, Any] | None]] = []
    lost = len(previous_pairs(instance))
    for done, tier in enumerate(instance.tiers):
        amounts = gain(instance, columns, tier)
        claim = claims.get(tier)
        prices = known or priced(instance.n, columns, amounts, floors, clock)
        limit, proof = claim, None
        if prices is not None:
            limit, proof = prices.limit(floors), certificate(tier, prices, floors)
            if claim is None and limit > int(amounts[rows].sum()):
                part = clock.share(1.0 / (len(instance.tiers) - done))
                must = must_sit(instance, columns, floors)
                rows, claim = polish(columns, amounts, floors, rows, prices, must, part)
            if claim is not None and claim < limit:
                facts.setdefault("price_bounds", {})[tier] = {
                    "bound": lost - limit if tier == "changes" else limit,
                    "certificate": proof,
                }
                limit, proof = claim, None
        bounds.append((limit, proof))
        floors = (*floors, Floor(tier, amounts, int(amounts[rows].sum())))
    if not claims and all(
        limit == floor.least
        for (limit, _), floor in zip(bounds, floors[-len(bounds) :], strict=True)
    ):
        rows = shorter(instance, columns, floors, rows, clock)
    tiers: list[TierAnswer] = []
    for tier, (limit, proof) in zip(instance.tiers, bounds, strict=True):
        value = int(gain(instance, columns, tier)[rows].sum())
        if tier == "changes":
            least = None if limit is None else max(0, lost - limit)
            tiers.append(TierAnswer(tier, lost - value, least, proof))
        else:
            tiers.append(TierAnswer(tier, value, limit, proof))
    if columns.scale > 1:
        facts["scale"] = {"points": columns.scale}
    finished = finished or all(tier.value == tier.bound for tier in tiers)
    matches = decode(instance, columns, rows.tolist())
    return Answer(matches, tuple(tiers), finished, facts=facts, solver=RingsByPrices.name)


def must_sit(instance: Instance, columns: Columns, floors: tuple[Floor, ...]) -> NDArray[np.bool_]:
    """Return ``(n,)``: without whom all others together miss the floor of ``placed``."""
    worth = np.where(np.isin(np.arange(instance.n), columns.people), instance.priority, 0)
    spare = [worth.sum() - floor.least for floor in floors if floor.tier == "placed"]
    return np.asarray(worth > min(spare, default=worth.sum()), np.bool_)


def polish(
    columns: Columns,
    amounts: Longs,
    floors: tuple[Floor, ...],
    rows: NDArray[np.intp],
    prices: Prices,
    must: NDArray[np.bool_],
    clock: Clock,
) -> tuple[NDArray[np.intp], int | None]:
    """Return rows that are at least as good in a tier, and a claim of what is possible.

    ``must : (n,)`` says who has to be in a ring (``must_sit``). Only rings that alone waste no more
    than the gap can be in anything better; the claim holds for all rings, as a choice with any
    other earns no more than what is there.
    """
    from cohortopt.solvers.exchange.packing_tree import Aims, Search

    value = int(amounts[rows].sum())
    gap = prices.bound - value * prices.scale
    gap -= sum(t * f.least for t, f in zip(prices.multipliers, floors, strict=True))
    kept = np.flatnonzero(prices.slack <= gap)
    if len(kept) > MANY or len(np.unique(columns.people[kept])) > CROWD:
        return rows, None
    aims = Aims(
        amounts[kept],
        value + 1,
        np.array([floor.amounts[kept] for floor in floors], np.int64).reshape(-1, len(kept)),
        np.array([floor.least for floor in floors], np.int64),
        np.array(prices.multipliers, np.float64) / prices.scale,
    )
    search = Search(columns.people[kept], aims, must)
    search.run(clock, NODES if clock.budget.reproducible else None)
    if search.rows is not None:
        rows = kept[search.rows]
        value = int(amounts[rows].sum())
    return rows, None if search.bound is None else max(value, search.bound)


def shorter(
    instance: Instance,
    columns: Columns,
    floors: tuple[Floor, ...],
    rows: NDArray[np.intp],
    clock: Clock,
) -> NDArray[np.intp]:
    """Return rows of short rings among those that reach all that was proven best.

    The weights that chose them preferred short rings before: there is little time for the rest.
    """
    squares = -(columns.size.astype(np.int64) ** 2)
    clock = clock.share(min(1.0, SHORT / max(clock.left, SHORT)))
    prices = priced(instance.n, columns, squares, floors, clock)
    if prices is None or prices.limit(floors) <= int(squares[rows].sum()):
        return rows
    must = must_sit(instance, columns, floors)
    return polish(columns, squares, floors, rows, prices, must, clock)[0]


def priced(
    n: int, columns: Columns, amounts: Longs, floors: tuple[Floor, ...], clock: Clock
) -> Prices | None:
    """Return whole prices that bound one tier with the earlier ones at their floors."""
    program = RingProgram(n, columns, amounts, floors)
    program.solve(clock)
    return program.whole_prices() if program.is_solved else None


def certificate(tier: str, prices: Prices, floors: tuple[Floor, ...]) -> dict[str, Any]:
    """Return whole prices as plain data."""
    both = zip(floors, prices.multipliers, strict=True)
    levels: list[list[Any]] = [[floor.tier, times] for floor, times in both if times]
    plain: dict[str, Any] = {
        "kind": "ring_prices",
        "levels": [*levels, [tier, prices.scale]],
        "price": {int(i): int(p) for i, p in enumerate(prices.price) if p},
    }
    return plain

"""Pairs as a flow: the proven best assignment, however many links are possible.

Every tier in numbers is folded into whole weights (see :mod:`cohortopt.solvers.pairs.problem`), the
transport engine finds the best links and prices, and the prices are the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from cohortopt.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.pairs.problem import (
    HANDLED,
    LOTS,
    NUMBERS,
    Pair,
    PairsProblem,
    answer_of,
    flat,
    tier_values,
)


class FlowSolver(Solver):
    """Sparse flow and pricing: exact for pairs without slots, and proven by prices."""

    name: ClassVar[str] = "flow"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})
    handles: ClassVar[frozenset[Feature]] = HANDLED

    def accepts(self, instance: Instance) -> bool:
        """Whether this is a flow; the worst tier is one only where takers have one match."""
        single = bool((instance.takes_max[instance.takers] <= 1).all())
        return super().accepts(instance) and (single or "worst" not in instance.tiers)

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best assignment; cut short, the best one found so far, with rough bounds."""
        return solve_flow(instance, clock)


def solve_flow(
    instance: Instance,
    clock: Clock,
    *,
    forbidden_links: Iterable[Pair] = (),
    forced_links: Iterable[Pair] = (),
) -> Answer:
    """Return the best assignment of a pairs instance, slots and total loads left aside.

    ``forbidden_links`` and ``forced_links`` are (giver, taker) people. So this is the relaxation
    of richer pairs instances: its bounds hold for them, and cuts are links forbidden or forced.

    Bounds. Every assignment has ``combined = sum of multiplier * level <= bound`` (see the
    certificate), and levels are never negative. So ``first level <= bound // multiplier``, and for
    assignments that have the best values on the levels before,
    ``level <= (bound - sum of multiplier * value of those before) // multiplier``. Multipliers
    exceed all that later levels add up to, so at the optimum these bounds equal the values.

    Certificate (on the last tier): ``{"kind": "prices", "levels": [[name, multiplier], ...],
    "giver": {person: price}, "taker": {person: price}, "locked": [[giver, taker], ...],
    "draw": [seed, lots]}`` (a lot is
    :func:`cohortopt.solvers.pairs.pricing.lot` of the giver's place among all givers in order and
    the taker's among all takers). A link weighs ``w = points level * points + seats level + kept
    level if it is a previous link + draw level * lot``, a placed taker earns ``M = placed level *
    priority``. With ``r = w - price of giver - price of taker`` for every assignment

        combined <= sum over free links of max(0, r) + sum over locked links of r
                    + sum over takers of max over takes_min <= k <= takes_max of
                      (price * k + M * [k >= 1])
                    + sum over givers of max over gives_min <= k <= gives_max of price * k

    because the right side maximises, link by link and person by person, the same sum in which
    every price enters once for the person and once for each of their links. Running time: that of
    :func:`cohortopt.solvers.pairs.transport.transport`.
    """
    problem = PairsProblem.of(instance, forbidden_links, forced_links)
    overfull = problem.overfull()
    if overfull:
        text = f"locked matches exceed what these people may have: {overfull}"
        return Answer((), impossible=(text,), facts={"overfull": overfull}, solver="flow")
    if "worst" in instance.tiers:
        from cohortopt.solvers.pairs.leximin import solve_worst

        return solve_worst(problem, clock)
    return solve_numbers(problem, clock)


def solve_numbers(problem: PairsProblem, clock: Clock) -> Answer:
    """Return the best assignment by the tiers placed, points and changes."""
    from cohortopt.solvers.pairs.face import Solved, joined, narrowed
    from cohortopt.solvers.pairs.transport import transport
    from cohortopt.solvers.pairs.transport_parts import candidates

    instance = problem.instance
    names = problem.names(instance.tiers)
    open_, start, solved = problem, None, list[Solved]()
    groups: list[list[tuple[str, int]]] = [[]]
    while len(solved) < len(groups):
        block = open_.block if "points" in instance.tiers else flat(open_.block)
        start = candidates(block, open_.gives_max, open_.takes_max, open_.previous)
        if not solved:
            top = start.top
            groups = problem.groups(names, top)
        levels = groups[len(solved)]
        if "points" not in dict(levels):
            block, start = flat(block), start.flat
        weights = open_.weights(levels)
        result = transport(
            block,
            open_.gives_max,
            open_.takes_max,
            gives_min=open_.gives_min,
            takes_min=open_.takes_min,
            clock=clock,
            start=start,
            **weights,
        )
        short = len(result.short_givers) + len(result.short_takers) > 0
        if result.finished and short:
            from cohortopt.solvers.pairs.shortage import shortage

            return shortage(problem, result)
        if short and not solved:
            return Answer((), finished=False, facts=dict(result.facts), solver="flow")
        if short:
            break
        pairs = open_.people(result.givers, result.takers)
        facts = {**result.facts, "groups": len(groups)}
        if not result.finished:
            break
        solved.append(Solved(levels, result.giver_price, result.taker_price))
        if len(solved) < len(groups):
            open_ = narrowed(open_, weights, "points" in dict(levels), result)
    finished = len(solved) == len(groups)
    if len(groups) == 1 and "points" in instance.tiers:
        points = sum(result.points.tolist()) + problem.points_of(problem.forced)
    else:
        points = problem.points_of(pairs)
    values = tier_values(problem, pairs, points)
    certificate = None
    if finished:
        levels, giver_price, taker_price = joined(problem, solved, top)
        certificate = {
            "kind": "prices",
            "levels": [list(level) for level in levels],
            "giver": dict(zip(problem.givers.tolist(), giver_price, strict=True)),
            "taker": dict(zip(problem.takers.tolist(), taker_price, strict=True)),
            "locked": [list(link) for link in problem.forced],
        }
        if instance.draw >= 0:
            certificate["draw"] = [instance.draw, LOTS]
    known = {name for group in solved for name, _ in group.levels}
    bounds = {t: values[t] for t in NUMBERS if {"changes": "kept"}.get(t, t) in known}
    if not solved and len(groups) == 1 and instance.draw < 0:
        from cohortopt.solvers.pairs.flow_short import bounds_cut_short

        rough = bounds_cut_short(problem, block, levels, result.giver_price, pairs, values)
        bounds, certificate = rough or (bounds, None)
    tiers: list[TierAnswer] = []
    for tier in instance.tiers:
        if tier in NUMBERS:
            first = not tiers or bool(solved)
            tiers.append(TierAnswer(tier, values[tier], bounds.get(tier) if first else None))
    if tiers and certificate is not None:
        at = -1 if finished else 0  # what is left of a rough bound says nothing of later tiers
        tiers[at] = replace(tiers[at], certificate=certificate)
    return answer_of(pairs, tiers, finished, facts, problem)

"""Stable partners among many people, where CP-SAT would not even write its model in time.

Irving's algorithm finds a stable choice where there is one (``roommates``); for the tiers after
``stable`` that choice is then taken as it is. What they could be at most, stable or not, is known
from the best partners and their prices.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.exchange.columns import found, seated
from cohortopt.solvers.exchange.partner_graph import match_all
from cohortopt.solvers.exchange.partner_trio import doubled
from cohortopt.solvers.exchange.partners import Pair, bounds, certificate, started, tier_values
from cohortopt.solvers.exchange.roommates import blocking_pairs, roommates
from cohortopt.words import counted

FEW = 120  # people up to whom CP-SAT also optimises the tiers after ``stable``


class StablePartners(Solver):
    """Partners whom no two people would leave for each other, for hundreds and thousands."""

    name: ClassVar[str] = "stable-partners"
    shapes: ClassVar[frozenset[str]] = frozenset({"partners"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {Feature.SLOTS, Feature.STABLE, Feature.MUTUAL}
    )

    def accepts(self, instance: Instance) -> bool:
        """Whether stability comes first, nothing else is asked for, and there are many people."""
        first = instance.tiers[0] == "stable" and len(instance.givers) > FEW
        return first and super().accepts(instance) and bool((instance.total_max <= 1).all())

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return stable partners, or nearly, with bounds of all tiers."""
        settled = roommates(instance)
        blocking = len(blocking_pairs(instance, settled.pairs))
        least = 1 if settled.apart and settled.is_strict else 0
        tiers = [TierAnswer("stable", blocking, least), *others(instance, settled.pairs, clock)]
        facts = {} if blocking == 0 else {"stable": told(least, len(settled.apart))}
        matches = tuple(found(instance, pair) for pair in settled.pairs)
        return Answer(matches, tuple(tiers), facts=facts, solver=self.name)


def told(least: int, apart: int) -> str:
    """Return in words why some pairs block."""
    none = "no choice of partners is stable" if least else "no stable choice was found"
    circles = counted(apart, "odd circle of people chases", "odd circles of people chase")
    return f"{none}: {circles} each other"


def others(instance: Instance, pairs: tuple[Pair, ...], clock: Clock) -> list[TierAnswer]:
    """Return the tiers after ``stable``: no choice of partners at all exceeds their bounds."""
    rest = instance.vary(tiers=instance.tiers[1:], features=instance.features - {Feature.STABLE})
    values = tier_values(instance, pairs)
    people = np.flatnonzero(seated(rest))
    pairing = started(rest, people, []) if rest.tiers else None
    if pairing is None:
        return [TierAnswer(tier, values[tier]) for tier in rest.tiers]
    matching, _ = match_all(pairing, clock)
    proof = certificate(pairing.weights, people, matching, [])
    limits = bounds(pairing.weights, doubled(matching) // 2, values)
    return [TierAnswer(tier, values[tier], limits[tier], proof) for tier in rest.tiers]

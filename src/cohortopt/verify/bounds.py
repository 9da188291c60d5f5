"""Whether a certificate proves a bound: prices checked against every link, from people.

Nothing is taken from the solver but the numbers it offers. Each checker returns the bound that
the certificate really proves, which may be weaker than the one claimed, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cohortopt.model import Facts, TierResult
from cohortopt.programs.program import Program
from cohortopt.verify.prices import prices_bound

Certificate = Mapping[str, Any]
Proves = Callable[[Program, Facts, Certificate, Sequence[tuple[str, ...]]], int | None]

CHECKERS: dict[str, Proves] = {"prices": prices_bound}


def check_bounds(
    program: Program,
    tiers: Sequence[TierResult],
    facts: Facts,
    previous: Sequence[tuple[str, ...]] = (),
) -> tuple[TierResult, ...]:
    """Return the tiers with the standing that their certificates earn.

    A certificate over several tiers proves the bound of each in turn: with combined value
    ``sum(multiplier x tier)`` at most B, and every lower tier at least 0, the first tier is at
    most ``B // multiplier``; once that equals its value, what is left bounds the next.
    """
    proven: dict[str, int] = {}
    seen: list[Certificate] = []
    for tier in tiers:
        certificate = tier.certificate
        if certificate is None or certificate.get("kind") not in CHECKERS or certificate in seen:
            continue
        seen.append(certificate)
        bound = CHECKERS[str(certificate["kind"])](program, facts, certificate, previous)
        if bound is None:
            continue
        for name, value in spread(certificate, bound, tiers, len(previous)).items():
            proven[name] = min(proven.get(name, value), value)
    return tuple(_standing(tier, proven.get(tier.tier)) for tier in tiers)


def spread(
    certificate: Certificate, bound: int, tiers: Sequence[TierResult], previous: int
) -> dict[str, int]:
    """Return what a bound on the combined value says of each of its tiers, in order."""
    values = {tier.tier: tier.value for tier in tiers}
    found: dict[str, int] = {}
    left = bound
    for level, multiplier in certificate.get("levels", ()):
        if multiplier <= 0 or left < 0:
            break
        most = left // multiplier
        name = "changes" if level == "kept" else level
        if name not in values:
            break
        reached = previous - values[name] if level == "kept" else values[name]
        found[name] = previous - most if level == "kept" else most
        if reached != most:
            break
        left -= multiplier * reached
    return found


def _standing(tier: TierResult, proven: int | None) -> TierResult:
    if proven is None or tier.bound is None:
        return tier.model_copy(update={"standing": "claimed"})
    fewer = tier.tier in ("changes", "stable")
    holds = proven >= tier.bound if fewer else proven <= tier.bound
    return tier.model_copy(update={"standing": "checked" if holds else "claimed"})

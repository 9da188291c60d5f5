"""Whether a certificate proves a bound: prices checked against every link, from people.

Nothing is taken from the solver but the numbers it offers. Each checker returns the bound that
the certificate really proves, which may be weaker than the one claimed, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cohortopt.model import LOWER_IS_BETTER, Facts, Match, TierResult
from cohortopt.programs.program import Program
from cohortopt.verify.breaches import breaches_bound
from cohortopt.verify.ceiling import ceiling_bound
from cohortopt.verify.claim import Claim
from cohortopt.verify.cores import cores_bound
from cohortopt.verify.face import face_bounds
from cohortopt.verify.group_bounds import counting_bound, fellows_bound
from cohortopt.verify.levels import MALFORMED, level_values, meetings_of, multipliers
from cohortopt.verify.odd_sets import odd_sets_bound
from cohortopt.verify.prices import prices_bound
from cohortopt.verify.ring_prices import ring_prices_bound
from cohortopt.verify.round_prices import meetings_bound, others_bound, seats_bound
from cohortopt.verify.round_repeats import repeats_bound
from cohortopt.verify.season_prices import season_bound
from cohortopt.verify.session_prices import session_bound
from cohortopt.verify.stop import Stop, StoppedError, never

Certificate = Mapping[str, Any]
Proves = Callable[[Program, Facts, Certificate, Sequence[tuple[str, ...]], Stop], int | None]

CHECKERS: dict[str, Proves] = {
    "prices": prices_bound,
    "odd_sets": odd_sets_bound,
    "ring_prices": ring_prices_bound,
}

# Certificates of one tier, given those before it.
TIER_CHECKERS: dict[str, Callable[[Claim], int | None]] = {
    "session_prices": session_bound,
    "session_levels": session_bound,
    "season_prices": season_bound,
    "seats": seats_bound,
    "meeting_prices": meetings_bound,
    "best_others": others_bound,
    "repeats": repeats_bound,
    "counting": counting_bound,
    "fellows": fellows_bound,
    "cores": cores_bound,
    "breaches": breaches_bound,
    "ceiling": ceiling_bound,
}


def check_bounds(
    program: Program,
    tiers: Sequence[TierResult],
    matches: Sequence[Match],
    facts: Facts,
    previous: Sequence[tuple[str, ...]] = (),
    stop: Stop = never,
) -> tuple[TierResult, ...]:
    """Return the tiers with the standing that their certificates earn.

    What ``stop`` keeps from being checked stays claimed.

    A certificate bounds ``sum(multiplier x level)``. With the levels before a tier at their values
    and those after it at least 0, the tier is at most what is left, divided by its multiplier.
    """
    proven: dict[str, int] = {}
    with suppress(StoppedError):
        _prove(proven, program, tiers, matches, facts, previous, stop)
    return tuple(_standing(tier, proven.get(tier.tier)) for tier in tiers)


def _prove(
    proven: dict[str, int],
    program: Program,
    tiers: Sequence[TierResult],
    matches: Sequence[Match],
    facts: Facts,
    previous: Sequence[tuple[str, ...]],
    stop: Stop,
) -> None:
    """Put into ``proven`` what certificates prove of each tier."""
    if stop():
        raise StoppedError
    kinds = {tier.certificate.get("kind") for tier in tiers if tier.certificate}
    chained = kinds & {"levels", "chain"}  # each certificate holds where those before are tight
    if chained:
        proven |= face_bounds(program, tiers, matches, facts, previous, stop)
    seen: list[Certificate] = []
    values = level_values(program, matches, facts, previous)
    pairs = program.shape.kind == "pairs"
    earlier = len(previous) if pairs else len(meetings_of(previous))
    for tier in tiers:
        certificate = tier.certificate
        if certificate is not None and certificate.get("kind") in TIER_CHECKERS:
            bound = _tier_bound(Claim(program, facts, tier, matches, previous, stop), certificate)
            if bound is not None:
                proven[tier.tier] = bound
            continue
        if certificate is None or certificate.get("kind") not in CHECKERS or certificate in seen:
            continue
        seen.append(certificate)
        bound = _combined_bound(program, facts, certificate, previous, stop)
        if bound is None:
            continue
        left = bound
        for level, times in multipliers(certificate):
            if times <= 0 or level not in values:
                break
            most = left // times
            if level == "kept":
                proven["changes"] = max(proven.get("changes", 0), earlier - most)
            else:
                proven[level] = min(proven.get(level, most), most)
            left -= times * values[level]


def _combined_bound(
    program: Program,
    facts: Facts,
    certificate: Certificate,
    previous: Sequence[tuple[str, ...]],
    stop: Stop,
) -> int | None:
    """Return what a certificate proves of its levels combined, None where it is not well formed."""
    try:
        bound = CHECKERS[str(certificate["kind"])](program, facts, certificate, previous, stop)
        multipliers(certificate)
    except MALFORMED:
        return None
    return bound


def _tier_bound(claim: Claim, certificate: Certificate) -> int | None:
    """Return what a tier's own certificate proves; one that is not well formed proves nothing."""
    try:
        return TIER_CHECKERS[str(certificate["kind"])](claim)
    except MALFORMED:
        return None


def _standing(tier: TierResult, proven: int | None) -> TierResult:
    if proven is None or tier.bound is None:
        return tier.model_copy(update={"standing": "claimed"})
    fewer = tier.tier in LOWER_IS_BETTER
    holds = proven >= tier.bound if fewer else proven <= tier.bound
    return tier.model_copy(update={"standing": "checked" if holds else "claimed"})

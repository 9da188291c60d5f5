"""How good a solution is, in words that claim no more than was proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from cohortopt.io.safe import printable
from cohortopt.model.solution import LOWER_IS_BETTER, ProgramSolution, Solution, TierResult
from cohortopt.words import counted

Level = Literal["best", "claimed", "near", "open", "none"]

TIERS = {
    "placed": "people placed",
    "worst": "the least satisfied person",
    "mutual": "the lesser of both directions",
    "points": "points",
    "changes": "people who move",
    "stable": "pairs who would rather swap",
    "violations": "breaches of relaxed rules",
}
ROOM = {
    "placed": "At most {} more could be placed",
    "changes": "At most {} fewer would have to move",
    "stable": "At most {} fewer pairs could wish to swap",
    "violations": "At most {} fewer breaches of relaxed rules are possible",
}


@dataclass(frozen=True)
class Statement:
    """A level for the eye, a headline for everyone, and a detail for whoever asks."""

    level: Level
    headline: str
    detail: str


def statement(part: Solution | ProgramSolution) -> Statement:
    """Return what may be said of a solution, or of one program's part of it."""
    said = _proof(part)
    return replace(said, detail=said.detail + _worthless(part) + _stability(part))


def _worthless(part: Solution | ProgramSolution) -> str:
    """Return a warning where no match earns a point: then any other would have done as well."""
    programs = part.programs if isinstance(part, Solution) else (part,)
    said = ""
    for program in programs:
        if program.matches and not any(match.points for match in program.matches):
            said += f" No match of {printable(program.name)} earns any points: nothing that its"
            said += " goals count is known of these people."
    return said


def _stability(part: Solution | ProgramSolution) -> str:
    """Return how many pairs would rather swap, and what it costs that nobody would."""
    programs = part.programs if isinstance(part, Solution) else (part,)
    said = ""
    for program in programs:
        if "price_of_stability" not in program.facts:
            continue
        pairs, price = (int(program.facts[k]) for k in ("blocking_pairs", "price_of_stability"))
        said += f" {counted(pairs, 'pair')} would rather have each other; leaving meeting"
        said += f" times aside, an assignment without any has {counted(abs(price), 'point')} "
        said += "fewer." if price >= 0 else "more."
    return said


def _proof(part: Solution | ProgramSolution) -> Statement:
    if part.status == "infeasible":
        return Statement("none", "Proven impossible", "No assignment keeps every rule.")
    tiers = part.tiers
    early = " The search was stopped early." if part.status == "stopped" else ""
    if not tiers:
        return Statement("open", "Not proven", "Nothing is known about the best possible." + early)
    open_tiers = [tier for tier in tiers if not tier.is_proven]
    if not open_tiers:
        if all(tier.standing == "checked" for tier in tiers):
            detail = (
                "Nobody can find a better assignment under these rules and goals. "
                "The proof was checked again without the solver."
            )
            return Statement("best", "Proven best", detail)
        detail = (
            "The solver proved that nothing better exists under these rules and goals; "
            "that proof was not checked independently."
        )
        return Statement("claimed", "Best, says the solver", detail)
    return _open(open_tiers[0], tiers, early)


def _open(first: TierResult, tiers: Sequence[TierResult], early: str) -> Statement:
    proven = [TIERS[tier.tier] for tier in tiers if tier.is_proven]
    settled = f" Proven best in {' and '.join(proven)}." if proven else ""
    if first.bound is None:
        detail = f"No limit on {TIERS[first.tier]} is known, so better ones may exist."
        return Statement("open", "Not proven", detail + settled + early)
    short = abs(first.bound - first.value)
    if first.tier in ("placed", *LOWER_IS_BETTER):
        headline = ROOM[first.tier].format(amount(short, first.scale))
    else:
        headline = f"Within {percent(gap(first))} of the best possible"
    said = "" if first.standing == "checked" else " (by the solver's word)"
    detail = (
        f"{TIERS[first.tier].capitalize()}: {amount(first.value, first.scale)} reached, "
        f"{'at least' if first.tier in LOWER_IS_BETTER else 'at most'} "
        f"{amount(first.bound, first.scale)} possible{said}."
    )
    return Statement("near", headline, detail + settled + early)


def gap(tier: TierResult) -> float | None:
    """Return how far a tier is from its bound, as a part of the bound; None if there is none."""
    if tier.bound is None:
        return None
    if tier.bound == tier.value:
        return 0.0
    return abs(tier.bound - tier.value) / max(1, abs(tier.bound))


def percent(part: float | None) -> str:
    """Return a gap as text, rounded up so that it never promises too much."""
    if part is None:
        return "unknown"
    places = Decimal("0.01") if part < 0.001 else Decimal("0.1")
    shown = (Decimal(repr(part)) * 100).quantize(places, rounding=ROUND_CEILING)
    return f"{shown} %"


def amount(value: int, scale: int = 1) -> str:
    """Return points with thin groups of three; ``scale`` is what they are multiplied by."""
    if scale == 1 or value % scale == 0:
        return f"{value // scale:,}"
    return f"{value / scale:,.1f}"


def proof_word(part: Solution | ProgramSolution) -> str:
    """Return the proof in two or three words, for a table."""
    said = statement(part)
    words = {"best": "proven", "claimed": "claimed", "open": "not proven", "none": "impossible"}
    if said.level in words:
        return words[said.level]
    open_tier = next(tier for tier in part.tiers if not tier.is_proven)
    return f"gap {percent(gap(open_tier))}"

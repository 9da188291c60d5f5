"""What a checker of one tier's certificate is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cohortopt.model import Facts, Match, TierResult
from cohortopt.programs.program import Program
from cohortopt.verify.stop import Stop, never


@dataclass(frozen=True)
class Claim:
    """That a tier cannot be better, and all that its certificate may speak of.

    ``previous`` are the ids of people matched before; ``stop`` says that somebody asked to stop.
    """

    program: Program
    facts: Facts
    tier: TierResult
    matches: Sequence[Match] = ()
    previous: Sequence[tuple[str, ...]] = ()
    stop: Stop = never

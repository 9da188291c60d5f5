"""What no plan exceeds, whatever its links: everyone who can sits, every link at full points.

The bound of last resort: a solve that was cut short still says how far it may be from the best.
Nothing is taken from the certificate but its name.
"""

from __future__ import annotations

from cohortopt.model import (
    LOWER_IS_BETTER,
    Facts,
    Groups,
    Pairs,
    Partners,
    Rings,
)
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.claim import Claim
from cohortopt.verify.round_prices import seats_bound
from cohortopt.verify.score import scale_of
from cohortopt.verify.timetable import is_timetable

CEILING = {"kind": "ceiling"}


def ceiling_bound(claim: Claim) -> int:
    """Return what a tier cannot exceed, or, where less is better, fall below.

    A link is worth at most ``program.most_points``; a taker has at most as many links as seats, and
    so have all givers together; a peer or member gets at most one link of each fellow.
    """
    program, facts, tier = claim.program, claim.facts, claim.tier
    if tier.tier in LOWER_IS_BETTER:
        return 0
    if tier.tier == "placed":
        return seats_bound(claim) or 0
    allowed = Allowed(program, facts)
    takes = [allowed.takes(one)[1] for one in allowed.takers()]
    each = _most_each(program, facts)
    if tier.tier == "worst" and is_timetable(program, facts):
        return max(takes, default=0)  # sessions, not points
    if tier.tier == "worst":
        return each * max((_most_links(program, seats) for seats in takes), default=0)
    if tier.tier == "mutual":
        return program.rounds * len(takes) * _fellows(program) * program.most_points // 2
    links = sum(takes) if isinstance(program.shape, Pairs) else len(takes)
    if isinstance(program.shape, Pairs):
        links = min(links, sum(allowed.gives(one)[1] for one in allowed.givers()))
    elif _most_links(program, 1) > 1:
        links += 3  # one trio, where everybody gets a second link
    return program.rounds * links * each


def _most_links(program: Program, seats: int) -> int:
    """Return how many links, or seats in a group, one person may have in one round."""
    shape = program.shape
    if isinstance(shape, Partners):
        return 2 if shape.odd == "trio" else 1
    return seats if isinstance(shape, Pairs) else 1


def _fellows(program: Program) -> int:
    """Return with how many others a person of one match gives and takes at once."""
    shape = program.shape
    return shape.longest - 1 if isinstance(shape, Rings) else _most_links(program, 1)


def _most_each(program: Program, facts: Facts) -> int:
    """Return what one link, or one seat in a group, is worth at most.

    A member's points are rounded once for the mean and once for each goal of the group.
    """
    scale, shape = scale_of(program, facts), program.shape
    if not isinstance(shape, Groups):
        return scale * program.most_points
    whole = program.most_points + len(program.goals)
    if program.value != "sum":
        return scale * whole
    leaders = shape.leaders.max if shape.leaders is not None else 0
    return scale * whole * (program.sizes[1] + leaders)

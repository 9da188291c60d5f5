"""How seldom people can meet again over rounds, counted from people and sizes alone.

Nothing is taken from the certificate but its name. The arguments: R rounds hold at least so many
meetings of two, of which only n (n - 1) / 2 can be first ones. Where all groups have one size
and everybody sits, each person meets R (s - 1) others. And who shared a group of s cannot all be
spread over the next round's groups (and the seats outside) if those are fewer than s.
"""

from __future__ import annotations

from collections.abc import Sequence

from cohortopt.model import Groups, Partners
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.claim import Claim
from cohortopt.verify.round_prices import most_seats


def repeats_bound(claim: Claim) -> int | None:
    """Return how many meetings are repeats in any plan that seats as many as this one."""
    program, tier = claim.program, claim.tier
    tiers = program.tiers
    if tier.tier != "violations" or program.relax != ("repeat",) or tiers[0] != "placed":
        return None
    n, rounds = len(Allowed(program, claim.facts).takers()), program.rounds
    seats = most_seats(program, n)
    for number in range(1, rounds + 1):
        round_ = [match for match in claim.matches if match.round == number]
        if sum(len(match.with_role("member", "peer")) for match in round_) != seats:
            return None  # a plan with fewer seats need not meet so often
    ways = list(_ways(program, seats))
    if not ways:
        return None
    each = min(sum(size * (size - 1) // 2 for size in sizes) for sizes in ways)
    bounds = [0, rounds * each - n * (n - 1) // 2]
    if len(ways) == 1 and len(set(ways[0])) == 1:
        sizes = ways[0]
        size = sizes[0]
        if seats == n:
            bounds.append(-(-n * (rounds * (size - 1) - (n - 1)) // 2))
        rooms = [*sizes, *[1] * (n - seats)]
        bounds.append((rounds - 1) * len(sizes) * _left_together(size, rooms))
    return max(bounds)


def _ways(program: Program, seats: int) -> list[list[int]]:
    """Return the sizes of a round with so many seats: for each number of groups the evenest."""
    shape = program.shape
    if isinstance(shape, Partners):
        return [[3] * (seats % 2) + [2] * ((seats - 3 * (seats % 2)) // 2)]
    if not isinstance(shape, Groups):
        return []
    least, most, count = shape.size.min, shape.size.max, shape.size.groups
    counts = range(1, seats // max(1, least) + 1) if count is None else [count]
    return [
        [seats // k + (place < seats % k) for place in range(k)]
        for k in counts
        if k * least <= seats <= k * most
    ]


def _left_together(size: int, rooms: Sequence[int]) -> int:
    """Return how many pairs of a group stay together when it is spread as evenly as can be."""
    inside = [0] * len(rooms)
    for _ in range(size):
        open_ = [k for k, room in enumerate(rooms) if inside[k] < room]
        if open_:
            inside[min(open_, key=lambda k: inside[k])] += 1
    return sum(k * (k - 1) // 2 for k in inside)

"""What rounds can hold and be worth at most: seats, prices of meetings, best others.

Nothing but prices is taken from a certificate. In R rounds a person in groups of s has at most
R (s - 1) meetings, no round has more meetings than its largest groups allow, and two people meet
once, or again at a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from cohortopt.goals import MatchGoal, TopicGoal
from cohortopt.goals.base import row_points
from cohortopt.model import Groups, Pairs, Partners, Person
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.claim import Claim
from cohortopt.verify.season_prices import Season
from cohortopt.verify.stop import Stop, until


def seats_bound(claim: Claim) -> int | None:
    """Return the priorities of those who could sit in every round, as many as there are seats."""
    program, facts, tier = claim.program, claim.facts, claim.tier
    if tier.tier != "placed":
        return None
    if isinstance(program.shape, Pairs) and program.rounds > 1 and program.repeat == "never":
        return Season(program, facts, claim.matches).most_placed()
    allowed = Allowed(program, facts)
    people = allowed.takers()
    priorities = sorted((person.priority for person in people), reverse=True)
    seats = most_seats(program, len(people))
    if isinstance(program.shape, Pairs):
        seats = min(seats, sum(allowed.gives(one)[1] for one in allowed.givers()))
    return program.rounds * sum(priorities[:seats])


def most_seats(program: Program, n: int) -> int:
    """Return how many of n people one round can seat."""
    shape = program.shape
    if isinstance(shape, Partners):
        return n if shape.odd == "trio" and n > 2 else n // 2 * 2
    if not isinstance(shape, Groups):
        return n
    size = shape.size
    counts = range(1, n // size.min + 1) if size.groups is None else [size.groups]
    return max((min(n, count * size.max) for count in counts if count * size.min <= n), default=0)


def meetings_bound(claim: Claim) -> int | None:
    """Return what prices of meetings prove of the points of all rounds.

    With a price u >= 0 for a meeting of each person and w >= 0 for any meeting, no plan exceeds

        sum_p R (s - 1) u_p + meetings x w + sum_{p < q} max(0, value(p, q) - u_p - u_q - w)
            [+ (R - 1) max(0, value(p, q) - loss - u_p - u_q - w), where repeats are for sale].

    Of partners also the seats are bounded so: a meeting is worth the priorities of the two. Takes
    time quadratic in people.
    """
    program, tier = claim.program, claim.tier
    certificate, sizes = tier.certificate, _sizes(program)
    seats = tier.tier == "placed" and isinstance(program.shape, Partners) and sizes == [2]
    if certificate is None or not (seats or tier.tier == "points") or not sizes:
        return None
    factors = {1 if seats else _factor(program, size) for size in sizes}
    if len(factors) != 1:
        return None
    scale, any_ = int(certificate["scale"]), int(certificate["any"])
    price = {str(one): int(u) for one, u in certificate["price"].items()}
    if scale < 1 or any_ < 0 or min(price.values(), default=0) < 0:
        return None
    allowed, loss = Allowed(program, claim.facts), _loss(program)
    if seats and loss is not None:
        loss = 0  # who meets again is seated again
    people, factor, rounds = allowed.takers(), factors.pop(), program.rounds
    total = rounds * (max(sizes) - 1) * sum(price.get(one.id, 0) for one in people)
    total += rounds * _most_meetings(program, len(people)) * any_
    worths = _seated(people) if seats else _pairs(program, people, claim.stop)
    for one, other, points in worths:
        left = scale * factor * points - any_ - price.get(one.id, 0) - price.get(other.id, 0)
        if left > 0 and _may_meet(allowed, one, other):
            total += left
            if loss is not None:
                total += (rounds - 1) * max(0, left - scale * loss)
    return total // scale


def others_bound(claim: Claim) -> int | None:
    """Return half of what the best others of everyone could be worth over all rounds.

    Each person has at most R (s - 1) meetings in groups of s, and a meeting has two ends.
    """
    program, tier = claim.program, claim.tier
    sizes, rounds, loss = _sizes(program), program.rounds, _loss(program)
    if tier.tier != "points" or not sizes:
        return None
    allowed = Allowed(program, claim.facts)
    people = allowed.takers()
    values: dict[str, list[int]] = {person.id: [] for person in people}
    for one, other, points in _pairs(program, people, claim.stop):
        if points > 0 and _may_meet(allowed, one, other):
            values[one.id].append(points)
            values[other.id].append(points)
    total = 0
    for found in values.values():
        best = 0
        for size in sizes:
            worth = [points * _factor(program, size) for points in found]
            if loss is not None:
                worth += [value - loss for value in worth if value > loss] * (rounds - 1)
            best = max(best, sum(sorted(worth, reverse=True)[: rounds * (size - 1)]))
        total += best
    return total // 2


def _loss(program: Program) -> int | None:
    """Return what meeting again costs, in the units of points; None where nobody may."""
    if isinstance(program.repeat, str):
        return 0 if "repeat" in program.relax else None
    return program.repeat * program.scale


def _sizes(program: Program) -> list[int]:
    """Return the sizes of matches that are worth nothing but their pairs; [] for other shapes."""
    shape = program.shape
    if isinstance(shape, Partners):
        return [2, 3] if shape.odd == "trio" else [2]
    whole = any(isinstance(goal, MatchGoal | TopicGoal) for goal in program.goals)
    if not isinstance(shape, Groups) or shape.leaders is not None or shape.topic or whole:
        return []
    return list(range(max(1, shape.size.min), shape.size.max + 1))


def _factor(program: Program, size: int) -> int:
    """Return by what a match of a size multiplies the points of its pairs."""
    if isinstance(program.shape, Groups) and program.value == "mean":
        return program.scale // max(1, size - 1)
    return 1


def _most_meetings(program: Program, n: int) -> int:
    """Return how many pairs of n people can meet in one round: as few and large groups as fit."""
    shape = program.shape
    if isinstance(shape, Partners):
        trio = shape.odd == "trio" and n > 2  # three meetings in place of one
        return (n - 3) // 2 + 3 if trio else n // 2
    assert isinstance(shape, Groups)
    least, most, count = shape.size.min, shape.size.max, shape.size.groups
    if count is not None:
        left, found = min(n, count * most) - count * least, 0
        for _ in range(count):  # convex: fill one group after the other
            size = least + max(0, min(left, most - least))
            left -= size - least
            found += size * (size - 1) // 2
        return found if count * least <= n else 0
    best = [0] * (n + 1)
    for people in range(1, n + 1):
        taken = (
            best[people - size] + size * (size - 1) // 2
            for size in range(least, min(most, people) + 1)
        )
        best[people] = max(best[people - 1], max(taken, default=0))
    return best[n]


def _pairs(
    program: Program, people: Sequence[Person], stop: Stop
) -> Iterator[tuple[Person, Person, int]]:
    """Yield every two people and the points that they bring each other."""
    rows = [row_points(program.goals, people, taker) for taker in until(stop, people)]
    for k, one in enumerate(until(stop, people)):
        for j in range(k):
            yield people[j], one, rows[k][j] + rows[j][k]


def _seated(people: Sequence[Person]) -> Iterator[tuple[Person, Person, int]]:
    """Yield every two people and the priorities that a meeting of them seats."""
    for one, other in combinations(people, 2):
        yield one, other, one.priority + other.priority


def _may_meet(allowed: Allowed, one: Person, other: Person) -> bool:
    return allowed.objection(one, other) is None and allowed.objection(other, one) is None

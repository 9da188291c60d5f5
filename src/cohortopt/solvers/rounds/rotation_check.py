"""What rounds are worth and what they break, added up from the instance in plain whole numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Found

Meeting = frozenset[int]


def meetings(instance: Instance, match: Found) -> set[Meeting]:
    """Return who meets in a match: neighbours in rings, otherwise any two."""
    if instance.shape != "rings":
        return {frozenset(two) for two in combinations(match.people, 2)}
    around = match.people if match.chain else (*match.people, match.people[0])
    return {frozenset(two) for two in pairwise(around)}


def met(instance: Instance, matches: Iterable[Found]) -> Counter[Meeting]:
    """Return how often any two meet."""
    found: Counter[Meeting] = Counter()
    for match in matches:
        found.update(meetings(instance, match))
    return found


def is_forgiving(instance: Instance) -> bool:
    """Whether people may meet again, but as seldom as possible."""
    return instance.repeat_loss < 0 and "violations" in instance.tiers


def repeats(instance: Instance, matches: Iterable[Found]) -> int:
    """Return the meetings beyond the first of any two."""
    return sum(count - 1 for count in met(instance, matches).values())


def links(instance: Instance, match: Found) -> list[tuple[int, int]]:
    """Return the links of a match that is not a group."""
    people = match.people
    if instance.shape == "pairs":
        return [(people[0], people[1])]
    if instance.shape == "rings":
        around = people if match.chain else (*people, people[0])
        return list(pairwise(around))
    return [(a, b) for a in people for b in people if a != b]


def received(instance: Instance, matches: Iterable[Found]) -> dict[int, int]:
    """Return what each placed person gets over all rounds; group members scaled."""
    from cohortopt.solvers.groups.check import member_values

    found: dict[int, int] = defaultdict(int)
    for match in matches:
        if instance.shape == "groups":
            members = match.people[match.leaders :]
            for member, value in zip(members, member_values(instance, match), strict=True):
                found[member] += value
            continue
        couples = links(instance, match)
        points = instance.links.between(*zip(*couples, strict=True)).tolist()
        for (_, taker), value in zip(couples, points, strict=True):
            found[taker] += value
        if match.chain:
            found[match.people[0]] += 0
    return dict(found)


def asking(instance: Instance, match: Found) -> tuple[int, ...]:
    """Return the people of a match whom the tier ``placed`` counts."""
    if instance.shape == "pairs":
        return match.people[1:]
    return match.people[match.leaders :] if instance.shape == "groups" else match.people


def askers(instance: Instance) -> list[int]:
    """Return everyone who asks for a match in every round."""
    people = instance.takers if instance.shape == "pairs" else instance.givers
    limit = instance.takes_max if instance.shape == "pairs" else instance.total_max
    return [person for person in people.tolist() if limit[person] > 0]


def sat_out(instance: Instance, matches: Sequence[Found]) -> dict[int, list[int]]:
    """Return the rounds in which each asking person has no match, of those who miss any."""
    seated = {(match.round, one) for match in matches for one in asking(instance, match)}
    found: dict[int, list[int]] = {}
    for person in askers(instance):
        missed = [r for r in range(1, instance.rounds + 1) if (r, person) not in seated]
        if missed:
            found[person] = missed
    return found


def is_fair(instance: Instance, matches: Sequence[Found]) -> bool:
    """Whether nobody sits out twice before everyone has once, after every round."""
    missed = sat_out(instance, matches)
    everyone = askers(instance)
    for last in range(1, instance.rounds + 1):
        counts = [sum(r <= last for r in missed.get(person, ())) for person in everyone]
        if counts and max(counts) - min(counts) > 1:
            return False
    return True


def loss(instance: Instance, matches: Sequence[Found]) -> int:
    """Return the points lost by repeats, in the units of the tier ``points``."""
    if instance.repeat_loss <= 0:
        return 0
    scale = instance.grouping.scale if instance.grouping is not None else 1
    return instance.repeat_loss * scale * repeats(instance, matches)


def tier_value(instance: Instance, tier: str, matches: Sequence[Found]) -> int:
    """Return one tier's value over all rounds.

    ``placed`` counts the seats of every round; ``points`` is the sum over matches less
    ``repeat_loss`` for every repeat; ``worst`` the least that a placed person gets in all rounds;
    ``changes`` the earlier meetings that are gone.
    """
    if tier == "placed":
        seats = {(match.round, one) for match in matches for one in asking(instance, match)}
        return sum(int(instance.priority[one]) for _, one in seats)
    if tier == "points":
        return sum(received(instance, matches).values()) - loss(instance, matches)
    if tier == "violations":
        return repeats(instance, matches)
    if tier == "worst":
        return min(received(instance, matches).values(), default=0)
    if tier == "mutual":
        total = 0
        for match in matches:
            for a, b in combinations(match.people, 2):
                total += int(instance.links.between([a, b], [b, a]).min())
        return total
    if tier == "changes":
        now = set(met(instance, matches))
        earlier = {frozenset(two) for old in instance.previous for two in combinations(old, 2)}
        return len(earlier - now)
    raise ValueError(f"rounds have no tier {tier!r}")


def rank(instance: Instance, matches: Sequence[Found]) -> tuple[int, ...]:
    """Return what orders plans, more is better: seats, repeats where they are not for sale,
    fair turns, then the other tiers."""
    order = [tier_value(instance, "placed", matches)]
    if instance.repeat_loss < 0:
        order.append(-repeats(instance, matches))
    order.append(int(is_fair(instance, matches)))
    for tier in instance.tiers:
        if tier not in ("placed", "violations"):
            value = tier_value(instance, tier, matches)
            order.append(-value if tier == "changes" else value)
    return tuple(order)

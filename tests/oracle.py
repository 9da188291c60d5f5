"""Brute force over every assignment, in words only: the truth for up to about six people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from cohortopt.model import Facts, Groups, Match, Member, Pairs, Partners, Rings, Roster
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Availability
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import satisfactions, tier_values

SETS_OF_MATCHES = {"capacity", "hours", "together", "locked", "required", "one_way", "repeat"}


def facts_of(roster: Roster, program: Program) -> Facts:
    return Scenario.of(program).facts(roster)


def candidates(program: Program, facts: Facts) -> Iterator[Match]:
    """Every match that keeps the rules about a single match, in every slot that it could have."""
    ids = [person.id for person in facts.roster.people]
    shape = program.shape
    seats: Iterator[tuple[tuple[str, str], ...]]
    if isinstance(shape, Pairs):
        seats = (((g, "giver"), (t, "taker")) for g, t in permutations(ids, 2))
    elif isinstance(shape, Partners):
        sizes = (2, 3) if shape.odd == "trio" and len(ids) % 2 else (2,)
        seats = (tuple((p, "peer") for p in c) for k in sizes for c in combinations(ids, k))
    elif isinstance(shape, Rings):
        seats = (
            tuple((p, "peer") for p in c)
            for k in range(2, shape.longest + 1)
            for c in permutations(ids, k)
            if c[0] == min(c)
        )
    else:
        assert isinstance(shape, Groups)
        seats = _groups(shape, program, facts)
    for number, members in enumerate(seats):
        match = Match(
            match=f"m{number}",
            members=tuple(Member(person=p, role=role) for p, role in members),  # type: ignore[arg-type]
            ring=isinstance(shape, Rings),
        )
        topics = [None]
        if isinstance(shape, Groups) and shape.topic:
            people = [facts.roster[one] for one in match.people]
            topics = sorted({s for p in people for s in (*p.skills_wanted, *p.skills_offered)})
        for topic in topics:
            for slot in _slots(program, match, facts):
                one = match.model_copy(update={"slot": slot, "topic": topic})
                broken = find_violations(program, [one], facts)
                if all(violation.rule in SETS_OF_MATCHES for violation in broken):
                    yield one


def _groups(shape: Groups, program: Program, facts: Facts) -> Iterator[tuple[tuple[str, str], ...]]:
    lead = sorted(program.leaders(facts) or ())
    ids = [person.id for person in facts.roster.people if program.asks(person)]
    sizes = range(shape.size.min, shape.size.max + 1)
    fewest, most = (shape.leaders.min, shape.leaders.max) if shape.leaders else (0, 0)
    for k in sizes:
        for members in combinations(ids, k):
            for n in range(fewest, most + 1):
                for leaders in combinations(lead, n):
                    yield (
                        *((p, "leader") for p in leaders),
                        *((p, "member") for p in members),
                    )


def _slots(program: Program, match: Match, facts: Facts) -> list[object]:
    """Slots worth trying: all that the members share, thinned where they cannot matter."""
    from cohortopt.model import Slot

    rule = program.rule(Availability)
    if rule is None:
        return [None]
    shared = frozenset.intersection(*(rule.starts(facts.roster[one]) for one in match.people))
    if len(shared) > 60:  # so much time that clashes can always be avoided by a few of them
        shared = frozenset(sorted(shared)[:: max(1, len(shared) // 12)])
    return [Slot.weekly(start, rule.minutes, facts.timezone) for start in sorted(shared)]


def assignments(program: Program, facts: Facts) -> Iterator[tuple[Match, ...]]:
    """Every set of matches that keeps every rule."""
    possible = list(candidates(program, facts))

    def extend(chosen: list[Match], start: int) -> Iterator[tuple[Match, ...]]:
        broken = find_violations(program, chosen, facts)
        if not broken:
            yield tuple(chosen)
        for k in range(start, len(possible)):
            if _fits(program, chosen, possible[k], facts):
                chosen.append(possible[k])
                yield from extend(chosen, k + 1)
                chosen.pop()

    yield from extend([], 0)


GROWING = {"together", "locked", "required"}


def _fits(program: Program, chosen: Sequence[Match], match: Match, facts: Facts) -> bool:
    for violation in find_violations(program, [*chosen, match], facts):
        lack = violation.rule == "capacity" and "at least" in violation.message
        count = violation.rule == "size" and "groups in round" in violation.message
        if violation.rule not in GROWING and not lack and not count:
            return False
    return True


def best(roster: Roster, program: Program) -> tuple[tuple[int, ...], ...] | None:
    """Return what the best assignment reaches, tier by tier; None if nothing keeps the rules.

    ``worst`` is the whole sorted vector; lower is better for ``changes`` and ``stable``.
    """
    facts = facts_of(roster, program)
    bound = program.bound(facts)
    return max((score(bound, one, facts) for one in assignments(bound, facts)), default=None)


def score(program: Program, matches: Sequence[Match], facts: Facts) -> tuple[tuple[int, ...], ...]:
    """Return what orders assignments: more is better in every place."""
    values = tier_values(program, matches, facts)
    found: list[tuple[int, ...]] = []
    for tier in program.tiers:
        if tier == "worst":
            found.append(tuple(sorted(satisfactions(program, matches, facts).values())))
        else:
            sign = -1 if tier in ("changes", "stable") else 1
            found.append((sign * values[tier],))
    return tuple(found)

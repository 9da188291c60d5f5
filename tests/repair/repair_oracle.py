"""Every repair of a small solution, tried in words."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from cohortopt import PROGRAMS, Person, Roster
from cohortopt.goals import Skills
from cohortopt.model import Facts, Groups, Leaders, Match, Member, Rings, Size
from cohortopt.programs import Program
from cohortopt.rules import Apart, Capacity, Gap, Hours
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import tier_values

RULES = (Capacity(), Hours(), Apart())


def plain(use: str, **more: object) -> Program:
    """Return a built-in program without meetings, gaps and languages: small to try out."""
    base = PROGRAMS[use]
    return base.model_copy(update={"rules": RULES, "goals": (Skills(),), **more})


KINDS = (
    plain("mentorship"),
    plain("peer_mentorship"),
    plain("skill_swap", shape=Rings(longest=3)),
    plain("learning_circles", shape=Groups(size=Size(min=2, max=3))),
    plain(
        "group_pods",
        shape=Groups(who=("mentee",), size=Size(min=2, max=3), leaders=Leaders(max=1)),
        rules=(*RULES, Gap(at_least=1)),
    ),
)


def person(r: random.Random, i: int) -> Person:
    mentor = i % 3 == 0
    skills = ["sql", "art", "law"]
    return Person(
        id=f"p{i}",
        role=("mentor",) if mentor else ("mentee",),
        level=3 if mentor else r.randint(1, 2),
        capacity=r.randint(1, 2),
        hours=r.choice([2, 4, None]),
        skills_offered={s: r.randint(1, 5) for s in r.sample(skills, 2)},
        skills_wanted={s: r.randint(1, 5) for s in r.sample(skills, 2)},
    )


def changed(r: random.Random, roster: Roster) -> Roster:
    """Return the roster with people gone, new, or with other hours and vetoes."""
    people = list(roster.people)
    for _ in range(r.randint(1, 2)):
        what = r.choice(["leave", "join", "veto", "hours"])
        k = r.randrange(len(people))
        if what == "leave" and len(people) > 3:
            del people[k]
        elif what == "join":
            people.append(person(r, 10 + len(people)))
        elif what == "veto":
            other = r.choice(people).id
            if other != people[k].id:
                people[k] = people[k].model_copy(update={"vetoes": (other,)})
        else:
            people[k] = people[k].model_copy(update={"hours": r.choice([0, 2, 6])})
    return Roster(people=tuple(people))


def drafts(program: Program, ids: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    shape = program.shape
    if shape.kind == "pairs":
        yield from ([(a, "giver"), (b, "taker")] for a, b in permutations(ids, 2))
    elif shape.kind == "partners":
        yield from ([(a, "peer"), (b, "peer")] for a, b in combinations(ids, 2))
    elif isinstance(shape, Rings):
        for size in range(2, shape.longest + 1):
            for ring in permutations(ids, size):
                if ring[0] == min(ring):
                    yield [(one, "peer") for one in ring]
    elif isinstance(shape, Groups):
        for size in range(shape.size.min, shape.size.max + 1):
            for members in combinations(ids, size):
                seats = [(one, "member") for one in members]
                if shape.leaders is None:
                    yield seats
                    continue
                others = [one for one in ids if one not in members]
                yield from ([(boss, "leader"), *seats] for boss in others)


def plans(program: Program, facts: Facts) -> Iterator[tuple[Match, ...]]:
    """Yield every assignment that keeps every rule."""
    singles: list[Match] = []
    for seats in drafts(program, [p.id for p in facts.roster.people]):
        members = [Member.model_validate({"person": p, "role": role}) for p, role in seats]
        match = Match(match="x", members=tuple(members), ring=program.shape.kind == "rings")
        if not find_violations(program, (match,), facts):
            singles.append(match)

    def grow(start: int, chosen: tuple[Match, ...]) -> Iterator[tuple[Match, ...]]:
        yield chosen
        for k in range(start, len(singles)):
            more = (*chosen, singles[k].model_copy(update={"match": f"m{len(chosen)}"}))
            if not find_violations(program, more, facts):
                yield from grow(k + 1, more)

    yield from grow(0, ())


def moves(program: Program, was: Sequence[Match], now: Sequence[Match], here: set[str]) -> int:
    """Return the seats given up, as ``cohortopt.repair.moves`` defines them."""
    if program.shape.kind == "groups":
        old = [set(match.people) & here for match in was]
        old = [group for group in old if len(group) > 1]
        new: list[set[str]] = [set(match.people) for match in now]
        new += [set() for _ in old]
        kept = max(
            sum(len(group & carries) for group, carries in zip(old, chosen, strict=True))
            for chosen in permutations(new, len(old))
        )
        return sum(map(len, old)) - kept
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for match in was:
        for giver, taker in match.links():
            if giver in here and taker in here:
                before[taker].add(giver)
    for match in now:
        for giver, taker in match.links():
            after[taker].add(giver)
    if program.shape.kind == "pairs":
        return sum(len(givers - after[taker]) for taker, givers in before.items())
    return sum(not givers <= after[one] for one, givers in before.items())


def best_repairs(
    program: Program, was: Sequence[Match], facts: Facts
) -> tuple[tuple[int, int, int], dict[int, tuple[int, int]]]:
    """Return the best (placed, -moves, points), and for each number of moves what it buys."""
    here = set(facts.roster.ids())
    bound = program.bound(facts)
    found: list[tuple[int, int, int]] = []
    for plan in plans(bound, facts):
        value = tier_values(bound, plan, facts)
        found.append((value["placed"], -moves(program, was, plan, here), value["points"]))
    most = max(-lost for _, lost, _ in found)
    buys = {
        cap: max((placed, points) for placed, lost, points in found if -lost <= cap)
        for cap in range(most + 1)
        if any(-lost <= cap for _, lost, _ in found)
    }
    return max(found), buys

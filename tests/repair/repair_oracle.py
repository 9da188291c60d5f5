"""Every repair of a small solution, tried in words."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from cohortopt import PROGRAMS, Person, Roster
from cohortopt.goals import Skills
from cohortopt.model import Facts, Groups, Leaders, Match, Member, Rings, Size
from cohortopt.programs import Program
from cohortopt.rules import Apart, Capacity, Gap, Hours
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import tier_values

MOST = 9  # people of a case
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
        elif what == "join" and len(people) < MOST:
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


@dataclass(frozen=True)
class Option:
    """A match that keeps every rule by itself, and what it adds to a plan."""

    match: Match
    people: frozenset[str]
    placed: frozenset[str]  # who is placed by it
    points: int


def options(program: Program, facts: Facts) -> list[Option]:
    """Return every match that keeps every rule by itself."""
    found: list[Option] = []
    for number, seats in enumerate(drafts(program, [p.id for p in facts.roster.people])):
        members = [Member.model_validate({"person": p, "role": role}) for p, role in seats]
        ring = program.shape.kind == "rings"
        match = Match(match=f"m{number}", members=tuple(members), ring=ring)
        if not find_violations(program, (match,), facts):
            placed = frozenset(p for p, role in seats if role not in ("giver", "leader"))
            points = tier_values(program, (match,), facts)["points"]
            found.append(Option(match, frozenset(match.people), placed, points))
    return found


def plans(program: Program, facts: Facts) -> Iterator[tuple[Option, ...]]:
    """Yield every assignment that keeps every rule.

    None of these programs' rules binds three matches but loads: so a set of matches keeps the rules
    if each match does, every two do, and nobody gives more, or meets for longer, than they can.
    """
    listed = options(program, facts)
    fits = [0] * len(listed)
    for a, b in combinations(range(len(listed)), 2):
        apart = listed[a].people.isdisjoint(listed[b].people)
        if apart or not find_violations(program, (listed[a].match, listed[b].match), facts):
            fits[a] |= 1 << b
    loads: Counter[str] = Counter()
    most = {person.id: most_matches(program, person) for person in facts.roster.people}

    def grow(open_: int, chosen: tuple[Option, ...]) -> Iterator[tuple[Option, ...]]:
        yield chosen
        while open_:
            k = (open_ & -open_).bit_length() - 1
            open_ &= open_ - 1
            if all(loads[one] < most[one] for one in listed[k].people):
                loads.update(listed[k].people)
                yield from grow(open_ & fits[k], (*chosen, listed[k]))
                loads.subtract(listed[k].people)

    yield from grow((1 << len(listed)) - 1, ())


def most_matches(program: Program, person: Person) -> int:
    """Return in how many matches a person can sit; two at once are judged elsewhere."""
    hours = 99 if person.hours is None else round(person.hours * 60) // program.minutes_a_month
    return min(hours, max(1, person.capacity))


Seats = dict[str, frozenset[str]]  # whose: from whom (groups: with whom)


def moves(program: Program, was: Sequence[Match], now: Sequence[Option], here: set[str]) -> int:
    """Return the seats given up, as ``cohortopt.repair.moves`` defines them."""
    if program.shape.kind == "groups":
        old = [group for match in was if len(group := set(match.people) & here) > 1]
        return sum(map(len, old)) - most_kept(old, [one.people for one in now])
    before, after = given(was, here), given([one.match for one in now], here)
    lost = {one: givers - after.get(one, frozenset()) for one, givers in before.items()}
    if program.shape.kind == "pairs":
        return sum(map(len, lost.values()))
    return sum(bool(givers) for givers in lost.values())


def most_kept(old: Sequence[set[str]], new: Sequence[frozenset[str]]) -> int:
    """Return how many sit in the group that carries theirs on, each carried on by one at most."""
    if not old:
        return 0
    first, rest = old[0], old[1:]
    best = most_kept(rest, new)
    for k, group in enumerate(new):
        stay = len(first & group)
        if stay:
            best = max(best, stay + most_kept(rest, [*new[:k], *new[k + 1 :]]))
    return best


def given(matches: Sequence[Match], here: set[str]) -> Seats:
    """Return who gives to whom, among those who are here."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in matches:
        for giver, taker in match.links():
            if giver in here and taker in here:
                found[taker].add(giver)
    return {one: frozenset(givers) for one, givers in found.items()}


def best_repairs(
    program: Program, was: Sequence[Match], facts: Facts
) -> tuple[tuple[int, int, int], dict[int, tuple[int, int]]]:
    """Return the best (placed, -moves, points), and for each number of moves what it buys."""
    here = set(facts.roster.ids())
    bound = program.bound(facts)
    best: dict[int, tuple[int, int]] = {}  # by moves: (placed, points)
    for plan in plans(bound, facts):
        placed = frozenset[str]().union(*(one.placed for one in plan))
        worth = len(placed), sum(one.points for one in plan)
        lost = moves(program, was, plan, here)
        best[lost] = max(worth, best.get(lost, worth))
    buys: dict[int, tuple[int, int]] = {}
    for cap in range(max(best) + 1):
        affordable = [worth for lost, worth in best.items() if lost <= cap]
        if affordable:
            buys[cap] = max(affordable)
    return max((placed, -lost, points) for lost, (placed, points) in best.items()), buys

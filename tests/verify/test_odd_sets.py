"""Certificates of partners: demanded pairs, one trio and rings of two are checked from people."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest

import cohortopt
from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario
from cohortopt.model import Partners, Rings
from cohortopt.programs import Program
from cohortopt.rules import Locked, Required, Together
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.odd_sets import odd_sets_bound

SKILLS = ("a", "b", "c", "d", "e", "f")
HOURS = ("Mon 09:00-12:00", "Tue 14:00-16:00", "Mon 11:00-13:00; Tue 15:00-17:00", "any")
TRIO = Partners(odd="trio")


def peers(count: int, seed: int) -> Roster:
    draw = random.Random(seed)
    people = []
    for k in range(count):
        skills = draw.sample(SKILLS, 4)
        offers = {skill: draw.randint(1, 5) for skill in skills[:2]}
        wants = {skill: draw.randint(1, 5) for skill in skills[2:]}
        one: dict[str, object] = {"id": f"p{k:02}", "skills_offered": offers}
        one |= {"skills_wanted": wants, "availability": draw.choice(HOURS)}
        people.append(Person.model_validate(one))
    return Roster(people=tuple(people))


def meeting(roster: Roster, count: int) -> tuple[tuple[str, str], ...]:
    """Return a few pairs, nobody twice, who are always free."""
    free = [person.id for person in roster.people if str(person.availability) == "any"]
    return tuple(zip(free[::2], free[1::2], strict=False))[:count]


def case(name: str, seed: int) -> tuple[Program, Roster]:
    roster = peers(11 if "trio" in name else 14, seed)
    program = PROGRAMS["skill_swap" if "rings" in name else "mutual_mentorship"]
    if "rings" in name:
        program = program.model_copy(update={"shape": Rings(longest=2)})
    if "trio" in name:
        program = PROGRAMS["peer_mentorship"].model_copy(update={"shape": TRIO})
    if "locked" in name:
        program = PROGRAMS["peer_mentorship"].with_rule(
            Locked.model_validate({"matches": meeting(roster, 2)})
        )
    if "together" in name:
        program = PROGRAMS["peer_mentorship"].with_rule(Together(lists=meeting(roster, 2)))
    if "trio, locked" in name:
        program = program.model_copy(update={"shape": TRIO})
    if "required" in name:
        program = program.with_rule(Required(ids=(roster.people[3].id,)))
    return program, roster


NAMES = (
    "pairs",
    "trio",
    "locked",
    "together",
    "trio, locked",
    "rings of two",
    "trio, required",
)


def standings(program: Program, roster: Roster, change: dict[str, Any] | None = None) -> list[str]:
    """Solve, perhaps change the certificates, and return what the checker says of each tier."""
    part = cohortopt.solve(roster, program, budget=Budget(seconds=20)).programs[0]
    assert all(tier.is_proven for tier in part.tiers)
    facts = Scenario.of(program).facts(roster)
    tiers = tuple(
        tier.model_copy(update={"certificate": {**(tier.certificate or {}), **(change or {})}})
        for tier in part.tiers
    )
    checked = check_bounds(program.bound(facts), tiers, part.matches, facts)
    return [tier.standing for tier in checked]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_proven_of_partners_is_checked(name: str, seed: int) -> None:
    assert set(standings(*case(name, seed))) == {"checked"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pairs", {"fixed": [["p00", "p01"]]}),  # nobody demanded them
        ("locked", {"fixed": []}),
        ("together", {"price": {}}),
        ("trio", {"sets": [[["p00", "p01"], 10**9]]}),  # not odd
        ("trio", {"sets": [[["p00", "p01", "p02"], -5]]}),
        ("rings of two", {"price": {"p00": -1}}),
    ],
)
def test_a_false_certificate_of_partners_proves_nothing(name: str, change: dict[str, Any]) -> None:
    assert set(standings(*case(name, 1), change)) == {"claimed"}


def test_a_trio_that_is_left_out_of_the_certificate_is_missed() -> None:
    missed = 0
    for seed in range(30):
        program, roster = case("trio", seed)
        certificate = cohortopt.solve(roster, program).programs[0].tiers[0].certificate or {}
        missed += "claimed" in standings(program, roster, {"trios": certificate["trios"][1:]})
    assert missed  # mostly the first trio that is tried is the best: its own prices prove that


def test_a_trio_that_two_of_three_cannot_form_is_not_asked_about() -> None:
    draw = random.Random(3)
    roster = peers(9, 3)
    vetoes = {frozenset(two) for two in combinations([p.id for p in roster.people], 2)}
    vetoes = {two for two in vetoes if draw.random() < 0.5}
    people = [
        person.model_copy(
            update={"vetoes": tuple(sorted(o for v in vetoes if person.id in v for o in v))}
        )
        for person in roster.people
    ]
    people = [
        person.model_copy(update={"vetoes": tuple(v for v in person.vetoes if v != person.id)})
        for person in people
    ]
    program = PROGRAMS["peer_mentorship"].model_copy(update={"shape": TRIO})
    assert set(standings(program, Roster(people=tuple(people)))) == {"checked"}


def test_a_locked_ring_keeps_its_direction() -> None:
    skills = ("s", "t", "u")
    people = [  # everyone could teach everyone: both directions are possible
        {"id": one, "skills_offered": dict.fromkeys(skills, 3), "skills_wanted": {s: 3}}
        for one, s in zip("abc", skills, strict=True)
    ]
    roster = Roster(people=tuple(map(Person.model_validate, people)))
    for ring in (("a", "b", "c"), ("a", "c", "b")):
        program = PROGRAMS["skill_swap"].with_rule(Locked.model_validate({"matches": [list(ring)]}))
        part = cohortopt.solve(roster, program).programs[0]
        assert [match.people for match in part.matches] == [ring]
        assert [tier.standing for tier in part.tiers] == ["checked", "checked"]
        turned = part.matches[0].model_copy(update={"members": part.matches[0].members[::-1]})
        facts = Scenario.of(program).facts(roster)
        wrong = find_violations(program.bound(facts), [turned], facts)
        assert "locked" in {violation.rule for violation in wrong}


@pytest.mark.parametrize("seed", range(30))
def test_prices_of_partners_are_believed_where_every_pair_obeys_them(seed: int) -> None:
    draw = random.Random(f"obey {seed}")
    skills = ("sql", "negotiation", "python", "writing")
    people = tuple(
        Person(
            id=f"p{k}",
            priority=draw.randint(1, 2),
            skills_offered={one: draw.randint(1, 5) for one in draw.sample(skills, 2)},
            skills_wanted={one: draw.randint(1, 5) for one in draw.sample(skills, 2)},
            vetoes=tuple({f"p{draw.randrange(7)}"} - {f"p{k}"}),
        )
        for k in range(7)
    )
    program = PROGRAMS[draw.choice(["mutual_mentorship", "peer_mentorship"])]
    facts = Scenario.of(program).facts(Roster(people=people))
    program, known = program.bound(facts), facts.roster
    allowed, levels = Allowed(program, facts), {"placed": 90, "mutual": 7, "points": 2, "kept": 3}
    earlier = {frozenset(("p0", "p1")), frozenset(("p2", "p5"))}
    weight: dict[tuple[str, str], int] = {}
    for a, b in combinations(sorted(known.by_id), 2):
        there, back = allowed.points(known[a], known[b]), allowed.points(known[b], known[a])
        if there is not None and back is not None:
            weight[a, b] = 90 * (known[a].priority + known[b].priority) + 2 * (there + back)
            weight[a, b] += 7 * min(there, back) + 3 * (frozenset((a, b)) in earlier)
    price = dict.fromkeys(known.by_id, 0)
    for (a, b), worth in weight.items():  # just enough for every pair
        price[draw.choice((a, b))] += max(0, 2 * worth - price[a] - price[b])
    for lowered in [None, *price]:
        some = {**price, lowered: max(0, price[lowered] - 1)} if lowered else price
        obeyed = all(some[a] + some[b] >= 2 * worth for (a, b), worth in weight.items())
        proof = {"levels": list(levels.items()), "price": some, "sets": []}
        told = odd_sets_bound(program, facts, proof, [tuple(two) for two in earlier])
        assert told == (sum(some.values()) // 2 if obeyed else None)

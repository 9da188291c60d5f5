"""Certificates in words are checked by plain Python, and do not prove what is false."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

import cohortopt
from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario
from cohortopt.model import Facts, ProgramSolution, TierResult
from cohortopt.programs import Program
from cohortopt.rules import Availability, Gap
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.prices import prices_bound

HOURS = ("any", "Mon 09:00-12:00; Thu 13:00-15:00", "Tue 14:00-16:00; Thu 13:00-14:00")
SKILLS = ("a", "b", "c", "d")
WORST = ("placed", "worst", "points")
RELAXED = ("placed", "violations", "points")


def roster_of(mentors: int, mentees: int, seed: int = 1, **more: object) -> Roster:
    draw = random.Random(seed)
    people: list[dict[str, object]] = []
    for k in range(mentors):
        offers = {skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, 3)}
        people.append({"id": f"m{k}", "role": ("mentor",), "level": 5, "skills_offered": offers})
        people[-1] |= {"capacity": draw.randint(1, 4), "availability": draw.choice(HOURS)}
    for k in range(mentees):
        wants = {skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, 2)}
        people.append({"id": f"e{k}", "role": ("mentee",), "level": 2, "skills_wanted": wants})
        people[-1] |= {"prefers": (f"m{draw.randrange(mentors)}",), "needs": 2}
        people[-1] |= {"availability": draw.choice(HOURS), "skills_offered": {"d": k % 5 + 1}}
    return Roster(people=tuple(Person.model_validate(one | more) for one in people))


def clashing(mentees: int) -> Roster:
    """Return people who would rather meet at the same times."""
    draw = random.Random(3)
    hours = ("Mon 09:00-10:00", "Mon 09:30-10:30; Thu 13:00-14:00", "Thu 13:00-14:45")
    people: list[dict[str, object]] = []
    for k in range(4):
        offers = {skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, 3)}
        people.append({"id": f"m{k}", "role": ("mentor", "mentee") if k else ("mentor",)})
        people[-1] |= {"level": 6 - k, "skills_offered": offers, "capacity": 3, "hours": 6}
        people[-1] |= {"availability": "Mon 09:00-10:30; Thu 13:00-14:45"}
        people[-1] |= {"skills_wanted": {"a": 3}}
    for k in range(mentees):
        wants = {skill: draw.randint(1, 5) for skill in draw.sample(SKILLS, 2)}
        people.append({"id": f"e{k:02}", "role": ("mentee",), "level": 1, "skills_wanted": wants})
        people[-1] |= {"availability": draw.choice(hours)}
    return Roster(people=tuple(Person.model_validate(one) for one in people))


def case(name: str) -> tuple[Program, Roster]:
    """Return a program and a roster whose solution carries the certificates to be checked."""
    small, large = roster_of(4, 7), roster_of(4, 26)
    always = roster_of(4, 7, availability=None, needs=1)
    flash, micro = PROGRAMS["flash_mentoring"], PROGRAMS["micro_mentoring"]
    event = flash.shape.model_copy(
        update={"event": flash.shape.event.model_copy(update={"rooms": 2})}  # type: ignore[union-attr]
    )
    peers, pairs = PROGRAMS["peer_mentorship"], PROGRAMS["mentorship"].without_rule(Availability)
    return {
        "flash": (flash, small),
        "flash, fair": (flash.model_copy(update={"tiers": WORST}), small),
        "flash, two rooms": (flash.model_copy(update={"shape": event}), small),
        "micro": (micro, small),
        "micro, fair": (micro.model_copy(update={"tiers": WORST}), small),
        "pairs": (pairs, always),
        "pairs, fair": (pairs.model_copy(update={"tiers": WORST}), always),
        "pairs, drawn": (pairs.model_copy(update={"draw": 7}), always),
        "pairs, few hours": (PROGRAMS["mentorship"], clashing(12)),
        "season": (pairs.model_copy(update={"rounds": 3}), always),
        "season, empty seats": (
            PROGRAMS["mentorship"].model_copy(update={"rounds": 3}),
            roster_of(4, 7, needs=1),
        ),
        "partners": (peers, small),
        "rings": (PROGRAMS["skill_swap"], roster_of(3, 5, availability=None)),
        "rounds": (peers.model_copy(update={"rounds": 3}), small),
        "rounds that may repeat": (peers.model_copy(update={"rounds": 3, "repeat": 100}), small),
        "rounds that must repeat": (
            peers.without_rule(Gap)
            .without_rule(Availability)
            .model_copy(update={"rounds": 5, "relax": ("repeat",), "tiers": RELAXED}),
            roster_of(2, 2),
        ),
        "pods": (PROGRAMS["group_pods"], large),
        "circles": (PROGRAMS["learning_circles"], large),
        "circles in rounds": (PROGRAMS["learning_circles"].model_copy(update={"rounds": 2}), large),
        "cross": (PROGRAMS["cross_functional"], large),
    }[name]


KINDS = {
    "flash": {"session_prices", "session_levels"},
    "flash, fair": {"session_prices", "session_levels"},
    "flash, two rooms": {"session_prices", "session_levels"},
    "micro": {"session_prices", "session_levels"},
    "micro, fair": {"session_prices", "session_levels"},
    "pairs": {"prices", "ceiling"},
    "pairs, fair": {"prices", "levels"},
    "pairs, drawn": {"prices", "ceiling"},
    "pairs, few hours": {"prices"},
    "season": {"seats", "season_prices"},
    "season, empty seats": {"season_prices"},
    "partners": {"odd_sets"},
    "rings": {"ring_prices"},
    "rounds": {"seats", "meeting_prices"},
    "rounds that may repeat": {"seats", "meeting_prices"},
    "rounds that must repeat": {"seats", "repeats", "meeting_prices"},
    "pods": {"counting", "fellows"},
    "circles": {"counting", "fellows"},
    "circles in rounds": {"counting", "fellows"},
    "cross": {"counting", "cores"},
}
RICHER = {
    name: {"counting", "cores"} for name in ("pods", "circles", "circles in rounds")
}  # if time is left for it
ROOT = ("kind", "bound", "text", "groups", "caps", "factor", "most", "meetings", "rounds")
COUNTED = (
    "seats",
    "counting",
    "best_others",
    "ceiling",
    "repeats",
)  # proven from people alone, without prices


@lru_cache(maxsize=16)
def solved(name: str) -> tuple[Program, Facts, ProgramSolution]:
    program, roster = case(name)
    # pairs and seasons end by themselves; cores are looked for after the others' two seconds
    seconds = 30 if name.startswith(("pairs", "season")) else 8 if name == "cross" else 2
    solution = cohortopt.solve(roster, program, budget=Budget(seconds=seconds))
    facts = Scenario.of(program).facts(roster)
    return program.bound(facts), facts, solution.programs[0]


def standings(name: str, tiers: tuple[TierResult, ...]) -> list[str]:
    program, facts, part = solved(name)
    return [tier.standing for tier in check_bounds(program, tiers, part.matches, facts)]


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every whole number inside a certificate that a checker looks at."""
    if isinstance(value, bool) or (path and path[-1] in ROOT):
        return
    if isinstance(value, int):
        yield path
    parts: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list | tuple):
        parts = enumerate(value)
    for key, inner in parts:
        yield from numbers(inner, (*path, key))


def changed(certificate: dict[str, Any], path: tuple[Any, ...], number: int) -> dict[str, Any]:
    found = copy.deepcopy(certificate)
    inside = found
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = number
    return found


def zeroed(certificate: dict[str, Any]) -> dict[str, Any]:
    """Return a certificate whose prices are all 0."""
    for path in numbers(certificate):
        if path[0] not in ("levels", "scale", "number") or "prices" in path:
            certificate = changed(certificate, path, 0)
    return certificate


@pytest.mark.parametrize("name", KINDS)
def test_what_a_solver_proves_is_checked(name: str) -> None:
    _, _, part = solved(name)
    kinds = {tier.certificate["kind"] for tier in part.tiers if tier.certificate}
    assert kinds in (KINDS[name], RICHER.get(name))
    assert {tier.standing for tier in part.tiers} == {"checked"}
    assert standings(name, part.tiers) == ["checked"] * len(part.tiers)


@pytest.mark.parametrize("name", KINDS)
def test_no_change_of_a_price_proves_what_is_false(name: str) -> None:
    """A bound below a value that was reached is false; no certificate may prove it."""
    _, _, part = solved(name)
    draw = random.Random(name)
    for k, tier in enumerate(part.tiers):
        if tier.certificate is None:  # the certificate of another tier speaks for this one too
            continue
        ways = list(numbers(tier.certificate))
        for path in draw.sample(ways, min(4, len(ways))):
            for number in (-1, 0, 10**9):
                certificate = changed(tier.certificate, path, number)
                false = {"bound": tier.value - 1, "certificate": certificate}
                tiers = (*part.tiers[:k], tier.model_copy(update=false), *part.tiers[k + 1 :])
                assert standings(name, tiers)[k] == "claimed"


@pytest.mark.parametrize("name", KINDS)
def test_prices_that_no_longer_prove_leave_a_claim(name: str) -> None:
    _, _, part = solved(name)
    spoiled = tuple(
        tier.model_copy(update={"certificate": zeroed(tier.certificate or {})})
        for tier in part.tiers
    )
    kinds = [(tier.certificate or {}).get("kind") for tier in part.tiers]
    for kind, tier, standing in zip(kinds, part.tiers, standings(name, spoiled), strict=True):
        if kind not in COUNTED and tier.tier == "points" and kind != "fellows":
            assert standing == "claimed"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("junk", [{}, {"prices": 3, "levels": "x"}, {"scale": 0, "people": 1}])
def test_a_certificate_that_is_not_well_formed_proves_nothing(
    name: str, junk: dict[str, Any]
) -> None:
    _, _, part = solved(name)
    kinds = [(tier.certificate or {}).get("kind") for tier in part.tiers]
    tiers = tuple(
        tier.model_copy(update={"certificate": {"kind": kind, **junk}})
        for tier, kind in zip(part.tiers, kinds, strict=True)
    )
    for kind, standing in zip(kinds, standings(name, tiers), strict=True):
        counted = ("seats", "best_others", "ceiling", "repeats")
        assert standing == ("checked" if kind in counted else "claimed")


def test_an_unknown_kind_proves_nothing() -> None:
    _, _, part = solved("flash")
    tiers = tuple(
        tier.model_copy(update={"certificate": {"kind": "my word for it"}}) for tier in part.tiers
    )
    assert set(standings("flash", tiers)) == {"claimed"}


@pytest.mark.parametrize("price", [7, 2**61, 2**70, -(2**70)])
def test_prices_of_any_size_count_exactly(price: int) -> None:
    program, facts, part = solved("pairs")
    told = [tier.certificate for tier in part.tiers if tier.certificate]
    (given,) = (one for one in told if one["kind"] == "prices")
    certificate = changed(given, ("giver", next(iter(given["giver"]))), price)
    allowed, levels = Allowed(program, facts), dict(given["levels"])
    paid = {side: {str(k): v for k, v in certificate[side].items()} for side in ("giver", "taker")}
    total = 0
    for giver in facts.roster.people:
        least, most = allowed.gives(giver)
        total += max(paid["giver"].get(giver.id, 0) * k for k in range(least, most + 1))
        for taker in facts.roster.people:
            points = allowed.points(giver, taker)
            if points is not None and allowed.gives(giver)[1] and allowed.takes(taker)[1]:
                weight = levels["points"] * points + levels.get("seats", 0)
                spare = weight - paid["giver"][giver.id] - paid["taker"][taker.id]
                total += max(0, spare)
    for taker in facts.roster.people:
        least, most = allowed.takes(taker)
        bonus, own = levels.get("placed", 0) * taker.priority, paid["taker"].get(taker.id, 0)
        total += max(own * k + bonus * (k > 0) for k in range(least, most + 1))
    assert prices_bound(program, facts, certificate) == total

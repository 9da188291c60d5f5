"""Fair draws among equals: repeatable from the seed, and anybody can draw again."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import cohortopt
from cohortopt import PROGRAMS, Person, Roster, Scenario, Solution
from cohortopt.programs import Program
from cohortopt.rules import Availability
from cohortopt.verify.verdict import verify


def alike(pairs: int) -> Roster:
    """Return mentors and mentees between whom nothing makes a difference."""
    mentors = [Person(id=f"m{k}", role=("mentor",), level=5) for k in range(pairs)]
    mentees = [Person(id=f"e{k}", role=("mentee",), level=2) for k in range(pairs)]
    return Roster(people=(*mentors, *mentees))


def drawn(seed: int) -> Program:
    program = PROGRAMS["mentorship"].without_rule(Availability)
    return program.model_copy(update={"draw": seed})


def links(solution: Solution) -> list[tuple[str, ...]]:
    return sorted(match.people for match in solution.programs[0].matches)


def test_a_seed_always_draws_the_same_and_seeds_differ() -> None:
    roster = alike(5)
    found = [links(cohortopt.solve(roster, drawn(seed))) for seed in (1, 2, 3, 4, 1)]
    assert found[0] == found[4]
    assert len({tuple(one) for one in found}) > 2


def test_lots_favour_nobody() -> None:
    first = [links(cohortopt.solve(alike(2), drawn(seed)))[0][1] for seed in range(60)]
    assert 15 < first.count("e0") < 45


def test_matches_that_the_lots_did_not_choose_are_told() -> None:
    roster, program = alike(4), drawn(3)
    solution = cohortopt.solve(roster, program)
    assert verify(solution, roster, Scenario.of(program)).is_sound
    part = solution.programs[0]
    one, other, *rest = part.matches
    mine, theirs = one.members[1], other.members[1]
    swapped = (
        one.model_copy(update={"members": (one.members[0], theirs)}),
        other.model_copy(update={"members": (other.members[0], mine)}),
        *rest,
    )
    edited = solution.model_copy(
        update={"programs": (part.model_copy(update={"matches": swapped}),)}
    )
    verdict = verify(edited, roster, Scenario.of(program))
    assert verdict.programs[0].mismatches == (
        "these are not the matches that the lots of seed 3 choose",
    )
    assert not verify(solution, roster, Scenario.of(drawn(4))).is_sound


def test_lots_are_for_pairs_in_one_round() -> None:
    circles = PROGRAMS["learning_circles"]
    with pytest.raises(ValidationError, match="expected a program of pairs"):
        Program.model_validate({**circles.model_dump(), "draw": 1})

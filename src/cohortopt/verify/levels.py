"""What matches add to the levels that a certificate combines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from cohortopt.model import Facts, Match
from cohortopt.programs.program import Program
from cohortopt.rules import Locked, Required, Together
from cohortopt.verify.score import changes, mutual, placed, points

MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, AssertionError)
# what a certificate that is not well formed may raise


def level_values(
    program: Program,
    matches: Sequence[Match],
    facts: Facts,
    previous: Sequence[tuple[str, ...]] = (),
) -> dict[str, int]:
    """Return the value of every level that a certificate may name; more is better in each.

    ``kept`` counts earlier meetings that are still there, ``seats`` matches, ``required`` the
    required people who sit, ``rules`` the matches demanded by name that are there.
    """
    pairs = program.shape.kind == "pairs"
    seated = {one for match in matches for one in match.people}
    rule = program.rule(Required)
    earlier = len(previous) if pairs else len(meetings_of(previous))
    found = {
        "placed": placed(program, matches, facts),
        "points": points(program, matches, facts),
        "seats": len(matches),
        "kept": earlier - changes(matches, previous, pairs),
        "required": sum(one in seated for one in (rule.ids if rule else ())),
        "rules": sum(demands_kept(program, match.people) for match in matches),
    }
    if "mutual" in program.tiers:
        found["mutual"] = mutual(program, matches, facts)
    return found


def meetings_of(previous: Sequence[tuple[str, ...]]) -> set[frozenset[str]]:
    """Return every two people who shared an earlier match."""
    return {frozenset(two) for match in previous for two in combinations(match, 2)}


def demands_kept(program: Program, people: Sequence[str]) -> int:
    """Return how many of the demands locked, together and required a match of ``people`` keeps."""
    seated = set(people)
    locked, together = program.rule(Locked), program.rule(Together)
    required = program.rule(Required)
    ring = program.shape.kind == "rings"
    count = sum(lock.is_kept_by(people, ring) for lock in (locked.matches if locked else ()))
    count += sum(set(one) <= seated for one in (together.lists if together else ()))
    return count + sum(one in seated for one in (required.ids if required else ()))


def multipliers(certificate: Mapping[str, object]) -> list[tuple[str, int]]:
    """Return the levels of a certificate in order, ``changes`` under the name ``kept``."""
    levels = certificate["levels"]
    assert isinstance(levels, list | tuple)
    return [("kept" if name == "changes" else str(name), int(times)) for name, times in levels]

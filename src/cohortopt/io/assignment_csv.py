"""``assignment.csv``: one row per person per match."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cohortopt.io.link_slots import written
from cohortopt.io.table import csv_bytes
from cohortopt.model.people import Roster
from cohortopt.model.solution import Match, Solution
from cohortopt.scenarios.figures import points_scale

COLUMNS = (
    "program",
    "match",
    "round",
    "person",
    "name",
    "role",
    "slot",
    "points",
    "why",
    "keep",
)
Why = Callable[[Match, str], str]


def assignment_rows(
    solution: Solution, roster: Roster, why: Why
) -> Iterator[tuple[str | int | float, ...]]:
    """Yield a row per person per match, in the order of the solution.

    ``keep`` is ``x`` for matches that were locked, so that a file read back keeps them.
    """
    for program in solution.programs:
        scale = points_scale(program)
        for match in program.matches:
            for member in match.members:
                known = roster.by_id.get(member.person)
                yield (
                    program.name,
                    match.match,
                    match.round,
                    member.person,
                    known.name if known else "",
                    member.role,
                    str(match.slot) if match.slot else written(match, member.person),
                    shown_points(match.points, scale),
                    why(match, member.person),
                    "x" if match.locked else "",
                )


def shown_points(points: int, scale: int) -> int | float:
    """Return the points of a match as people read them: without the scale of its program."""
    return points // scale if points % scale == 0 else round(points / scale, 1)


def assignment_csv(solution: Solution, roster: Roster, why: Why) -> bytes:
    """Return the bytes of ``assignment.csv``."""
    return csv_bytes(COLUMNS, assignment_rows(solution, roster, why))

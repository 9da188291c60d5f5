"""``unplaced.csv``: everyone whom a program does not seat, why, and what would help."""

from __future__ import annotations

from collections.abc import Iterator

from cohortopt.io.table import csv_bytes
from cohortopt.model.people import Roster
from cohortopt.model.solution import Solution

COLUMNS = ("program", "person", "name", "role", "reason", "detail", "what_would_help")


def unplaced_rows(solution: Solution, roster: Roster) -> Iterator[tuple[str, ...]]:
    """Yield a row per person per program that does not seat them."""
    for program in solution.programs:
        for left in program.unplaced:
            known = roster.by_id.get(left.person)
            yield (
                program.name,
                left.person,
                known.name if known else "",
                left.role,
                left.reason,
                left.detail,
                left.would_help,
            )


def unplaced_csv(solution: Solution, roster: Roster) -> bytes:
    """Return the bytes of ``unplaced.csv``."""
    return csv_bytes(COLUMNS, unplaced_rows(solution, roster))

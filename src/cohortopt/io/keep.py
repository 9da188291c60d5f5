"""What a manager wants to keep: the rows marked ``x`` in an assignment, xlsx or CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cohortopt.errors import InputError, Problem
from cohortopt.io.assignment import read_seats
from cohortopt.io.safe import quoted

YES = frozenset({"x", "yes", "y", "1", "true", "keep", "✓", "✔"})
NO = frozenset({"", "no", "n", "0", "false", "-"})


@dataclass(frozen=True)
class Kept:
    """A match to keep: its program, its people in the order of the file, and its round."""

    program: str
    match: str
    people: tuple[str, ...]
    round: int = 1


def read_keep(path: Path | str) -> tuple[Kept, ...]:
    """Return the matches that are marked in ``assignment.xlsx`` or ``assignment.csv``.

    A mark on any row of a match keeps the whole match, as its rows then stand in the file.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or has marks that are neither yes nor no.
    """
    problems: list[Problem] = []
    people: dict[tuple[str, str, int], list[str]] = {}
    marked: set[tuple[str, str, int]] = set()
    for seat in read_seats(Path(path), ("program", "match", "person", "keep"), problems):
        key = (seat.program, seat.match, seat.round)
        people.setdefault(key, []).append(seat.person)
        mark = seat.keep.casefold()
        if mark in YES:
            marked.add(key)
        elif mark not in NO:
            found = quoted(seat.keep)
            problems.append(Problem(str(path), seat.row, "keep", "CO167", found, "x or nothing"))
    if problems:
        raise InputError(problems)
    return tuple(
        Kept(program, match, tuple(who), round_)
        for (program, match, round_), who in people.items()
        if (program, match, round_) in marked
    )

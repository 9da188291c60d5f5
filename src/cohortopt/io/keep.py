"""What a manager wants to keep: the rows marked ``x`` in an assignment, xlsx or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cohortopt.errors import InputError, Problem
from cohortopt.io.safe import quoted, unsafe_cell

YES = frozenset({"x", "yes", "y", "1", "true", "keep", "✓", "✔"})
NO = frozenset({"", "no", "n", "0", "false", "-"})
NEEDED = ("program", "match", "person", "keep")
HEADING_ROWS = 10  # a sheet may start with a title


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
    path = Path(path)
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    where = _headings(rows, str(path))
    problems: list[Problem] = []
    people: dict[tuple[str, str, int], list[str]] = {}
    marked: set[tuple[str, str, int]] = set()
    for number, row in enumerate(rows[where["row"] + 1 :], start=where["row"] + 2):
        cells = {name: row[k] if k < len(row) else "" for name, k in where.items() if name != "row"}
        if not any(cells[name] for name in NEEDED):
            continue
        if not cells["person"] or not cells["match"]:
            found = quoted(" ".join(filter(None, cells.values())))
            problems.append(
                Problem(str(path), number, "person", "CO161", found, "a match and a person")
            )
            continue
        text = cells.get("round", "")
        key = (cells["program"], cells["match"], int(text) if text.isdecimal() else 1)
        people.setdefault(key, []).append(cells["person"])
        mark = cells["keep"].casefold()
        if mark in YES:
            marked.add(key)
        elif mark not in NO:
            found = quoted(cells["keep"])
            problems.append(Problem(str(path), number, "keep", "CO162", found, "x or nothing"))
    if problems:
        raise InputError(problems)
    return tuple(
        Kept(program, match, tuple(who), round_)
        for (program, match, round_), who in people.items()
        if (program, match, round_) in marked
    )


def _headings(rows: Sequence[Sequence[str]], file: str) -> dict[str, int]:
    """Return the row of the headings (under "row") and the place of each column."""
    for number, row in enumerate(rows[:HEADING_ROWS]):
        found = {
            cell.casefold().removesuffix("? (x)"): k for k, cell in reversed([*enumerate(row)])
        }
        if all(name in found for name in NEEDED):
            places = {name: found[name] for name in (*NEEDED, "round") if name in found}
            return {"row": number, **places}
    expected = "the columns program, match, person and keep, as in assignment.csv"
    raise InputError([Problem(file, 1, "", "CO160", "other headings", expected)])


def _csv(path: Path) -> list[list[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([_unreadable(path, error.strerror or str(error))]) from error
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError([_unreadable(path, str(error))]) from error
    return [[unsafe_cell(cell).strip() for cell in row] for row in rows]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _sheet(path: Path) -> list[list[str]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            name = "Assignments" if "Assignments" in book.sheet_names else book.sheet_names[0]
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (OSError, IndexError, ValueError, python_calamine.CalamineError) as error:
        raise InputError([_unreadable(path, str(error))]) from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _unreadable(path: Path, why: str) -> Problem:
    expected = "assignment.xlsx or assignment.csv of a solve"
    return Problem(str(path), 0, "", "CO163", "an unreadable file", expected, why)

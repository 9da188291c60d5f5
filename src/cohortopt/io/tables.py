"""Tables about links: own scores, allowed pairs, who has met before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from cohortopt.errors import Problem, RosterError
from cohortopt.io.doctor.cells import tidy
from cohortopt.io.doctor.headings import normal
from cohortopt.io.doctor.read_sheet import name_of, read_sheet
from cohortopt.io.doctor.remarks import Remarks
from cohortopt.io.doctor.sheet import Sheet, Source

MOST_POINTS = 1_000_000

SHOWN = 4  # strangers that a warning names
GIVER = (
    "giver|from|mentor|source|reviewer|person|mentor email address|mentor id|mentor email|"
    "teacher|leader|user|person 1|id 1|email"
)
TAKER = (
    "taker|to|mentee|target|paper|other|mentee email address|mentee id|mentee email|"
    "learner|member|partner|person 2|id 2|met|past|should match with"
)
POINTS = "points|score|weight|value|bid|affinity|similarity"


class Record(NamedTuple):
    """A row of a table: its number, and its cells by the names that were asked for."""

    row: int
    cells: dict[str, str]


def read_records(
    source: Source,
    names: Mapping[str, str],
    required: Sequence[str],
    *,
    headless: bool = False,
    clean: Callable[[str], str] = tidy,
) -> tuple[list[Record], Remarks]:
    """Read a table whose columns have known names.

    Parameters
    ----------
    source : path, bytes or open file
    names : mapping
        Name to its aliases, separated by ``|``; an earlier alias wins.
    required : sequence of str
        Names without which the table is of no use.
    headless : bool
        Whether a table without headings is read by position, in the order of ``names``.
    clean : callable
        What is done to every cell.

    Raises
    ------
    RosterError
        If the file cannot be read, or a required column is missing.
    """
    ranks = {alias: (name, k) for name, text in names.items()
             for k, alias in enumerate(text.split("|"))}  # fmt: skip
    sheet = read_sheet(source, known=lambda heading: normal(heading) in ranks)
    _stop_on_errors(sheet.remarks)
    found = _heading(sheet, ranks)
    missing = [name for name in required if name not in found[1]]
    if missing and headless and found[0] < 0:
        found = (-1, {name: k for k, name in enumerate(names)})
    elif missing:
        top = max(found[0], 0)
        have = ", ".join(sheet.remarks.quote(cell) for cell in sheet.rows[top][:8])
        wanted = f"the columns {', '.join(required)}"
        sheet.remarks.add("CO114", sheet.lines[top], "", have, wanted)
        raise RosterError(sheet.remarks.problems)
    at, columns = found
    records = []
    for row, line in zip(sheet.rows[at + 1 :], sheet.lines[at + 1 :], strict=True):
        if not any(cell.strip() for cell in row):
            continue
        cells = {n: clean(row[k]) if k < len(row) else "" for n, k in columns.items()}
        records.append(Record(line, cells))
    return records, sheet.remarks


def _heading(sheet: Sheet, ranks: Mapping[str, tuple[str, int]]) -> tuple[int, dict[str, int]]:
    """Return the heading's index and each name's column; (-1, {}) where nothing is known."""
    for at, row in enumerate(sheet.rows[:10]):
        best: dict[str, tuple[int, int]] = {}
        for k, cell in enumerate(row):
            known = ranks.get(normal(cell))
            if known and (known[0] not in best or known[1] < best[known[0]][0]):
                best[known[0]] = (known[1], k)
        if best:
            return at, {name: k for name, (_, k) in best.items()}
    return -1, {}


def _stop_on_errors(remarks: Remarks) -> None:
    if remarks.has_errors:
        raise RosterError(remarks.problems)


def read_scores(source: Source) -> tuple[tuple[str, str, int], ...]:
    """Read ``giver,taker,points`` as (giver, taker, points), in the order of the file.

    Points are whole numbers from 0 to 1,000,000. A table without headings is read by position.

    Raises
    ------
    RosterError
        With every row that cannot be used.
    """
    names = {"giver": GIVER, "taker": TAKER, "points": POINTS}
    records, remarks = read_records(source, names, ("giver", "taker", "points"), headless=True)
    found: dict[tuple[str, str], int] = {}
    for record in records:
        giver, taker = record.cells["giver"], record.cells["taker"]
        points = _whole(record.cells["points"])
        if not giver or not taker:
            remarks.add("CO115", record.row, "", "a blank id", "giver and taker")
        elif points is None:
            text = remarks.quote(record.cells["points"])
            remarks.add("CO115", record.row, "points", text, "a whole number from 0 to 1,000,000")
        elif found.get((giver, taker), points) != points:
            remarks.add("CO115", record.row, "", "another number for the same two", "one number")
        else:
            found[giver, taker] = points
    _stop_on_errors(remarks)
    return tuple((giver, taker, points) for (giver, taker), points in found.items())


def _whole(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 7:
        value = int(text)
    else:
        head, dot, tail = text.partition(".")
        if not (dot and head.isascii() and head.isdigit() and not tail.strip("0")):
            return None
        value = int(head[:8])
    return value if value <= MOST_POINTS else None


def read_links(source: Source) -> frozenset[tuple[str, str]]:
    """Read ``giver,taker`` rows: the only links that a program may use.

    Raises
    ------
    RosterError
        If a row lacks one of the two.
    """
    return frozenset(_pairs(source))


def read_history(source: Source) -> tuple[tuple[str, str], ...]:
    """Read who has met: ``person,other`` rows, an ``assignment.csv``, or a ``solution.json``.

    Raises
    ------
    RosterError
        If the file cannot be used.
    """
    if isinstance(source, str | os.PathLike) and Path(source).suffix.lower() == ".json":
        from cohortopt.io.solution import read_solution

        matches = read_solution(Path(source)).assignment.matches
        met = (pair for match in matches for pair in combinations(match.people, 2))
        return tuple(dict.fromkeys(tuple(sorted(pair)) for pair in met))  # type: ignore[misc]
    names = {"program": "program", "match": "match", "person": "person"}
    try:
        records, _ = read_records(source, names, ("match", "person"))
    except RosterError as error:
        if any(problem.code != "CO114" for problem in error.problems if problem.is_error):
            raise
        return tuple(dict.fromkeys(_pairs(source)))
    together: dict[tuple[str, str], list[str]] = {}
    for record in records:
        key = record.cells.get("program", ""), record.cells["match"]
        together.setdefault(key, []).append(record.cells["person"])
    pairs = (pair for people in together.values() for pair in combinations(people, 2))
    return tuple(dict.fromkeys(pairs))


def _pairs(source: Source) -> Iterator[tuple[str, str]]:
    names = {"giver": GIVER, "taker": TAKER}
    records, remarks = read_records(source, names, ("giver", "taker"), headless=True)
    pairs = []
    for record in records:
        one, other = record.cells["giver"], record.cells["taker"]
        if one and other:
            pairs.append((one, other))
        else:
            remarks.add("CO115", record.row, "", "a blank id", "two people")
    _stop_on_errors(remarks)
    return iter(pairs)


def strangers(
    source: Source, pairs: Iterable[tuple[str, str]], known: frozenset[str]
) -> tuple[Problem, ...]:
    """Return a warning of the people in a table of links who are not in the roster, if any."""
    remarks = Remarks(name_of(source))
    unknown = sorted({person for pair in pairs for person in pair} - known)
    if unknown:
        told = ", ".join(map(remarks.quote, unknown[:SHOWN]))
        more = f" and {len(unknown) - SHOWN:,} more" if len(unknown) > SHOWN else ""
        remarks.add("CO350", 0, "", told + more, "people of the roster")
    return tuple(remarks.problems)

"""CSV conformance: the same table as the clean twin, a located remark, or silently different.

    python benchmarks/doctor/conformance.py CORPORA

CORPORA holds ``csv-spectrum``, ``csv-test-data`` and ``pollock``. Cells are compared after
stripping spaces, as the reader does. *Same*: heading and rows are those of the twin. *Located*:
the reader refused the file, or left out or reported the rows that differ, with their line. *Twin*:
every cell that differs stands in the file as we read it, and nowhere as the twin has it, so the
twin belongs to another file; these are listed with the cell. *Silent*: neither; listed too.

Pollock's polluted files also get the ten measures of its paper (DOI 10.14778/3594512.3594518): a
file counts 1 if it loads, and precision, recall and F1 of its heading's cells, its records and all
its cells, each as a multiset against the twin. A file that we refuse counts 0 in all of them.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from cohortopt.io.doctor.read_sheet import read_sheet
from cohortopt.io.doctor.rows import FileRows

Table = list[list[str]]


def read(path: Path) -> tuple[Table, set[int], bool]:
    """Return heading and kept rows, the lines that were reported, and whether it was refused."""
    sheet = read_sheet(path)
    rows = FileRows(0, sheet)
    problems = rows.log.problems
    reported = {p.row for p in problems if p.row and p.code not in ("CO312", "CO315", "CO320")}
    known = any(p.row == 0 and p.code != "CO305" for p in problems)
    table = [rows.plan.headings, *(draft.cells for draft in rows.drafts)] if sheet.rows else []
    known = known or not rows.drafts
    return strip(table), reported, known or any(p.is_error for p in problems)


def strip(table: Table) -> Table:
    """Return a table without spaces round cells, empty cells at the end and empty rows."""
    bare = [[" ".join(cell.split()) for cell in row] for row in table]
    for row in bare:
        while row and not row[-1]:
            row.pop()
    return [row for row in bare if row]


def twin_of(path: Path) -> Table:
    """Return the expected table from a JSON or CSV twin."""
    if path.suffix == ".json":
        data = json.loads(path.read_text("utf-8"))
        data = [data] if isinstance(data, dict) else data
        if data and isinstance(data[0], dict):
            return strip([list(data[0]), *([str(v) for v in row.values()] for row in data)])
        return strip([[str(cell) for cell in row] for row in data])
    with path.open(encoding="utf-8", newline="") as file:
        return strip(list(csv.reader(file)))


def judge(path: Path, twin: Path | None) -> str:
    """Return ``same``, ``located``, ``twin`` or ``silent`` for one file."""
    table, reported, refused = read(path)
    expected = twin_of(twin) if twin is not None else None
    if table == expected:
        return "same"
    if expected and foreign_cells(path, table, expected):
        return "twin"
    return "located" if reported or refused else "silent"


def foreign_cells(path: Path, table: Table, expected: Table) -> list[tuple[str, str]]:
    """Return the cells that differ as (ours, the twin's), if only ours stand in the file."""
    if table[:1] != expected[:1] or [*map(len, table)] != [*map(len, expected)]:
        return []
    text = path.read_text("utf-8", errors="replace")
    ours, theirs = ([cell for row in rows for cell in row] for rows in (table, expected))
    different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    return different if all(a in text and b not in text for a, b in different) else []


def measures(path: Path, twin: Path) -> list[float]:
    """Return Pollock's ten measures of one file."""
    sheet = read_sheet(path)
    if sheet.remarks.has_errors:
        return [0.0] * 10
    found, expected = read(path)[0], twin_of(twin)
    parts: list[float] = [1.0]
    for pick in (
        lambda rows: Counter(cell for row in rows[:1] for cell in row),
        lambda rows: Counter(map(tuple, rows[1:])),
        lambda rows: Counter(cell for row in rows for cell in row),
    ):
        ours, theirs = pick(found), pick(expected)
        both = (ours & theirs).total()
        precision = both / ours.total() if ours else float(not theirs)
        recall = both / theirs.total() if theirs else float(not ours)
        total = precision + recall
        parts += [precision, recall, 2 * precision * recall / total if total else 0.0]
    return parts


def files(corpora: Path) -> list[tuple[str, Path, Path | None]]:
    """Return corpus, file and twin (None: it must be refused or reported) of every file."""
    found: list[tuple[str, Path, Path | None]] = []
    for path in sorted((corpora / "csv-spectrum" / "csvs").glob("*.csv")):
        found.append(("csv-spectrum", path, corpora / "csv-spectrum/json" / f"{path.stem}.json"))
    for path in sorted((corpora / "csv-test-data" / "csv").glob("*.csv")):
        twin = corpora / "csv-test-data" / "json" / f"{path.stem}.json"
        found.append(("csv-test-data", path, twin if twin.exists() else None))
    for path in sorted((corpora / "pollock/polluted_files/csv").glob("*.csv")):
        found.append(("pollock", path, corpora / "pollock/polluted_files/clean" / path.name))
    return found


def main() -> None:
    """Print the counts for each corpus, and every file that differs in silence."""
    jobs = files(Path(sys.argv[1]))
    counts: dict[str, dict[str, int]] = {}
    for corpus, path, twin in jobs:
        verdict = judge(path, twin)
        row = counts.setdefault(corpus, {"same": 0, "located": 0, "twin": 0, "silent": 0})
        row[verdict] += 1
        if verdict == "silent":
            print(f"silent: {corpus} {path.name}")
        elif verdict == "twin" and twin is not None:
            for ours, theirs in foreign_cells(path, read(path)[0], twin_of(twin)):
                print(f"twin: {corpus} {path.name} holds {ours!r} and nowhere {theirs!r}")
    for corpus, row in counts.items():
        print(f"{corpus:14} " + "  ".join(f"{name} {count:3}" for name, count in row.items()))
    scores = [measures(path, twin) for corpus, path, twin in jobs if corpus == "pollock" and twin]
    means = [sum(column) / len(scores) for column in zip(*scores, strict=True)]
    names = ("loads", "heading F1", "records F1", "cells F1")
    shown = "  ".join(f"{n} {means[k]:.3f}" for n, k in zip(names, (0, 3, 6, 9), strict=True))
    print(f"pollock, ten measures: {sum(means):.3f} of 10  ({shown}; {len(scores)} files)")


if __name__ == "__main__":
    main()

"""CSV conformance: the same table as the clean twin, a located remark, or silently different.

    python benchmarks/doctor/conformance.py CORPORA

CORPORA holds ``csv-spectrum``, ``csv-test-data`` and ``pollock``. Cells are compared after
stripping spaces, as the reader does. *Same*: heading and rows are those of the twin, apart from
rows that were reported. *Located*: the reader refused the file, or left out or reported the rows
that differ, with their line. *Silent*: neither; these are listed.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from cohortopt.io.rows import FileRows
from cohortopt.io.sheet import read_sheet

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
    """Return ``same``, ``located`` or ``silent`` for one file."""
    table, reported, refused = read(path)
    if twin is not None and table == twin_of(twin):
        return "same"
    return "located" if reported or refused else "silent"


def main() -> None:
    """Print the counts for each corpus, and every file that differs in silence."""
    corpora = Path(sys.argv[1])
    jobs: list[tuple[str, Path, Path | None]] = []
    for path in sorted((corpora / "csv-spectrum" / "csvs").glob("*.csv")):
        jobs.append(("csv-spectrum", path, corpora / "csv-spectrum/json" / f"{path.stem}.json"))
    for path in sorted((corpora / "csv-test-data" / "csv").glob("*.csv")):
        twin = corpora / "csv-test-data" / "json" / f"{path.stem}.json"
        jobs.append(("csv-test-data", path, twin if twin.exists() else None))
    for path in sorted((corpora / "pollock/polluted_files/csv").glob("*.csv")):
        jobs.append(("pollock", path, corpora / "pollock/polluted_files/clean" / path.name))
    counts: dict[str, dict[str, int]] = {}
    for corpus, path, twin in jobs:
        verdict = judge(path, twin)
        row = counts.setdefault(corpus, {"same": 0, "located": 0, "silent": 0})
        row[verdict] += 1
        if verdict == "silent":
            print(f"silent: {corpus} {path.name}")
    for corpus, row in counts.items():
        print(f"{corpus:14} " + "  ".join(f"{name} {count:3}" for name, count in row.items()))


if __name__ == "__main__":
    main()

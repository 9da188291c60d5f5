"""CSV text that any spreadsheet opens as text: no formula, UTF-8 with a mark, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from cohortopt.io.safe import safe_cell


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return the bytes of a CSV file. Text cells are made safe; None is an empty cell.

    The byte order mark is for Excel, which else reads UTF-8 as the local code page.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([safe_cell(column) for column in columns])
    for row in rows:
        writer.writerow(["" if cell is None else _cell(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig", errors="replace")


def _cell(cell: object) -> str:
    return str(cell) if isinstance(cell, int) else safe_cell(str(cell))

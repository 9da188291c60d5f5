"""Rows of text from xlsx, xls and ods workbooks, checked before anything is unpacked."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import Any

from cohortopt.io.doctor.encodings import UnreadableError
from cohortopt.io.doctor.remarks import Remarks
from cohortopt.io.doctor.sheet import MAX_CELL, MAX_ROWS, Known, Sheet

MAX_UNPACKED = 300_000_000
MAX_RATIO = 200  # unpacked bytes for each packed byte, beyond ten megabytes
MAX_GRID = 20_000_000  # cells between A1 and the last used one

_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def read_workbook(data: bytes, remarks: Remarks, *, sheet: str | None, known: Known) -> Sheet:
    """Read one sheet: the named one, else the one with the most known headings.

    Raises
    ------
    UnreadableError
        If the workbook is unsafe, damaged, or lacks the sheet.
    """
    if data.startswith(b"PK"):
        _refuse_unsafe(data)
    tables = _tables(data, sheet)
    full = {name: rows for name, rows in tables.items() if any(map(any, rows))}
    if not full:
        raise UnreadableError("CO107", 0, "nothing", "a heading and people")

    order = list(tables)

    def promise(name: str) -> tuple[int, int]:
        return max(sum(map(known, row)) for row in full[name][:30]), -order.index(name)

    chosen = max(full, key=promise)
    others = tuple(name for name in full if name != chosen)
    if others:
        listed = ", ".join(remarks.quote(name) for name in others[:5])
        found = f"sheet {remarks.quote(chosen)} read, {listed} not"
        remarks.add("CO317", 0, "", found, "one sheet")
    rows = full[chosen]
    if len(rows) > MAX_ROWS:
        raise UnreadableError("CO102", 0, f"{len(rows):,} rows", f"at most {MAX_ROWS:,} rows")
    for number, row in enumerate(rows, 1):
        if row and max(map(len, row)) > MAX_CELL:
            raise UnreadableError("CO102", number, "a cell of more than 64 kB", "at most 64 kB")
    lines = list(range(1, len(rows) + 1))
    return Sheet(remarks.file, rows, lines, remarks, sheet=chosen, others=others)


def _tables(data: bytes, sheet: str | None) -> dict[str, list[list[str]]]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise UnreadableError("CO113", 0, f'sheet "{sheet}"', f"one of {', '.join(names)}")
        wanted = names if sheet is None else [sheet]
        return {name: _rows(book.get_sheet_by_name(name)) for name in wanted}
    except UnreadableError:
        raise
    except BaseException as error:  # the Rust side panics with a BaseException of its own
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        what = str(error).split("\n", 1)[0][:80] or type(error).__name__
        raise UnreadableError("CO112", 0, what, "a readable workbook") from None


def _refuse_unsafe(data: bytes) -> None:
    """Refuse archives that unpack to too much, leave their folder or define entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > MAX_UNPACKED or (total > 10_000_000 and total > MAX_RATIO * len(data)):
                raise UnreadableError(
                    "CO112", 0, f"{len(data):,} bytes that unpack to {total:,}", "a plain workbook"
                )
            for member in members:
                parts = re.split(r"[/\\]", member.filename)
                if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
                    raise UnreadableError(
                        "CO112", 0, "a member outside the archive", "a plain workbook"
                    )
                if member.filename.endswith((".xml", ".rels")):
                    _refuse_member(archive, member)
    except RuntimeError as error:
        raise UnreadableError(
            "CO112", 0, f"a protected workbook ({error})"[:80], "one without a password",
            "Save it without a password.",
        ) from None  # fmt: skip
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error) as error:
        raise UnreadableError("CO112", 0, f"a damaged file ({error})"[:80], "a workbook") from None


def _refuse_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as file:
        if b"<!DOCTYPE" in file.read(4096).upper():
            raise UnreadableError("CO112", 0, "a document type definition", "a plain workbook")
    if not re.match(r"xl/worksheets/[^/]*\.xml$", member.filename):
        return
    last_column = last_row = 0
    with archive.open(member) as file:
        tail = b""
        while block := file.read(1 << 20):
            for name, row in set(_CELL.findall(tail + block)):
                last_row = max(last_row, int(row))
                index = 0
                for code in name:
                    index = index * 26 + code - 64
                last_column = max(last_column, index)
            tail = block[-64:]
    if last_row * last_column > MAX_GRID:
        raise UnreadableError(
            "CO102", 0, f"a sheet of {last_row:,} rows and {last_column:,} columns",
            f"at most {MAX_ROWS:,} rows", "Delete empty rows and columns beyond the roster.",
        )  # fmt: skip


def _rows(sheet: Any) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    """Return a cell as the spreadsheet shows it, near enough: whole numbers without a point."""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.time):
        return f"{cell.hour:02d}:{cell.minute:02d}"
    return "" if cell is None else str(cell)

"""Rows of text from CSV in all its dialects; odd quotes are found where they stand."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from cohortopt.io.doctor.encodings import UnreadableError, decode
from cohortopt.io.doctor.remarks import Remarks
from cohortopt.io.doctor.sheet import MAX_CELL, MAX_ROWS, Known, Sheet
from cohortopt.io.safe import quoted
from cohortopt.words import counted

DELIMITERS = (",", ";", "\t", "|")

_PICTURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x7fELF", "a program"),
)
_MERGE = re.compile(r"(?m)^(<{7} |>{7} |={7}$)")
_SEP = re.compile(r"(?i)^\"?sep=(.)\"?$")
_CLEANED = re.compile(r"\ufeff?id,(.*,)?checked$")  # commas, whatever its headings hold


def read_text(data: bytes, remarks: Remarks, known: Known) -> Sheet:
    """Read the bytes of a text file.

    Raises
    ------
    UnreadableError
        If they are no table, or too large.
    """
    _refuse_other_formats(data)
    decoded = decode(data)
    for code, row, found, expected in decoded.remarks[:200]:
        remarks.add(code, row, "", found, expected)
    text = decoded.text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\n \t\ufeff\x1a"):
        raise UnreadableError("CO107", 0, "nothing", "a heading and people")
    if _MERGE.search(text) and text.count("<<<<<<<") and text.count(">>>>>>>"):
        row = text.count("\n", 0, text.index("<<<<<<<")) + 1
        raise UnreadableError(
            "CO103", row, "marks of an unfinished merge", "a table", "Finish the merge first."
        )
    lines = text.split("\n")
    if lines and lines[-1].strip("\x1a\x00") == "":
        lines.pop()
    skip = 0
    hint = _SEP.match(lines[0]) if lines else None
    if hint:
        skip, delimiter = 1, hint[1]
        if not any(line.strip() for line in lines[1:]):
            raise UnreadableError("CO107", 0, "nothing", "a heading and people")
    elif lines and _CLEANED.match(lines[0]):
        delimiter = ","
    else:
        delimiter = _likeliest_delimiter(lines, known)
    if len(lines) > 4 * MAX_ROWS:
        raise UnreadableError("CO102", 0, f"{len(lines):,} lines", f"at most {MAX_ROWS:,} rows")
    style = _style(lines[skip : skip + 60], delimiter)
    rows, numbers = _parse_any(lines, skip, style, remarks)
    if len(rows) > MAX_ROWS + 100:
        raise UnreadableError("CO102", 0, f"{len(rows):,} rows", f"at most {MAX_ROWS:,} rows")
    return Sheet(
        remarks.file, rows, numbers, remarks, encoding=decoded.encoding, delimiter=delimiter
    )


def _refuse_other_formats(data: bytes) -> None:
    for mark, what in _PICTURES:
        if data.startswith(mark):
            raise UnreadableError("CO103", 0, what, "a table")
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise UnreadableError(
            "CO103", 0, "a web page", "a table", "Sign in, then download the file again."
        )
    if head.startswith(b"version https://git-lfs"):
        raise UnreadableError("CO103", 0, "a Git LFS pointer", "a table", "Run `git lfs pull`.")
    if head[:1] in (b"[", b"{"):
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            return
        raise UnreadableError("CO103", 0, "JSON", "a table", "Export it as CSV.")


def _likeliest_delimiter(lines: list[str], known: Known) -> str:
    """Return the separator under which most headings are known, else rows are most even."""
    best, best_score = ",", (-1, -1.0, -1)
    sample = [line[:20_000] for line in lines[:60]]
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader((s + "\n" for s in sample), delimiter=delimiter))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        if not widths:
            continue
        wide = {width: n for width, n in widths.items() if width > 1}
        width, even = max(wide.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        headings = max(sum(map(known, row[:300])) for row in rows[:30])
        score = (headings, round(even / sum(widths.values()), 2), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _style(lines: Sequence[str], delimiter: str) -> dict[str, Any]:
    """Return how cells are quoted: ``"`` unless single quotes stand round cells; spaces before."""
    sample = "\n".join(line[:20_000] for line in lines)
    style: dict[str, Any] = {"delimiter": delimiter}
    if f'{delimiter} "' in sample and delimiter != " ":
        style["skipinitialspace"] = True
    opened, closed = sample.count(f"{delimiter}'"), sample.count(f"'{delimiter}")
    if f'{delimiter}"' not in sample and min(opened, closed) >= 3 and opened <= 2 * closed:
        style["quotechar"] = "'"
    return style


def _feed(lines: Sequence[str], start: int) -> Iterator[str]:
    for k in range(start, len(lines)):
        yield lines[k] + "\n"


def _parse_any(
    lines: list[str], start: int, style: dict[str, Any], remarks: Remarks
) -> tuple[list[list[str]], list[int]]:
    """Split lines into records; where quotes do not work out, try backslashes as escapes."""
    failed: UnreadableError | None = None
    before = len(remarks.problems)
    found: tuple[list[list[str]], list[int]] = ([], [])
    try:
        found = _parse(lines, start, style, remarks)
    except UnreadableError as error:
        failed = error
    odd = len(remarks.problems) - before
    if (failed or odd) and any('\\"' in line for line in lines):
        other = Remarks(remarks.file, remarks.shown)
        try:
            again = _parse(lines, start, {**style, "escapechar": "\\"}, other)
        except UnreadableError:
            again = None
        if again and (failed or len(other.problems) < odd):
            remarks.problems[before:] = other.problems
            remarks.add("CO220", 0, "", "backslashes before quotes", "doubled quotes")
            return again
    if failed:
        raise failed
    return found


def _parse(
    lines: list[str], start: int, style: dict[str, Any], remarks: Remarks
) -> tuple[list[list[str]], list[int]]:
    """Split lines into records; records with odd quotes are read one by one, the rest strictly."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    at, delimiter = start, str(style["delimiter"])
    long = any(len(line) > MAX_CELL for line in lines)
    while at < len(lines):
        base = at
        reader = csv.reader(_feed(lines, base), strict=True, **style)
        try:
            for row in reader:
                rows.append(row)
                numbers.append(at + 1)
                at = base + reader.line_num
            break
        except csv.Error as error:
            message = str(error)
        if "field larger" in message:
            raise UnreadableError(
                "CO102", at + 1, "a cell of more than 64 kB", "at most 64 kB in a cell"
            )
        if "end of data" in message:
            raise _unclosed(lines, at, delimiter, base + reader.line_num)
        loose = csv.reader(_feed(lines, at), **style)
        try:
            row = next(loose)
        except csv.Error:
            raise UnreadableError(
                "CO102", at + 1, "a cell of more than 64 kB", "at most 64 kB in a cell"
            ) from None
        remarks.add("CO220", at + 1, "", quoted(lines[at]), "quotes round whole cells")
        rows.append(row)
        numbers.append(at + 1)
        at += loose.line_num
    _refuse_swallowed(rows, numbers, delimiter)
    _report_bare_quotes(lines, rows, numbers, style, remarks)
    if long or any(b - a > 1 for a, b in pairwise(numbers)):
        for row, number in zip(rows, numbers, strict=True):
            if row and max(map(len, row)) > MAX_CELL:
                raise UnreadableError(
                    "CO102", number, "a cell of more than 64 kB", "at most 64 kB in a cell"
                )
    return rows, numbers


def _refuse_swallowed(rows: list[list[str]], numbers: list[int], delimiter: str) -> None:
    """Refuse a file where a stray quote made several rows one cell.

    Such a cell holds a line with about as many separators as a row has, and leaves its own row
    with the wrong number of cells.
    """
    width = len(rows[0]) if rows else 0
    for row, number in zip(rows, numbers, strict=True):
        if len(row) == width or width < 3:
            continue
        for k, cell in enumerate(row):
            if "\n" in cell and any(
                line.count(delimiter) >= width - 2 for line in cell.split("\n")[1:]
            ):
                raise UnreadableError(
                    "CO106", number, f"a quote in cell {k + 1} that holds {cell.count(chr(10)) + 1}"
                    " lines", "a closing quote in the same row",
                )  # fmt: skip


def _report_bare_quotes(
    lines: list[str],
    rows: list[list[str]],
    numbers: list[int],
    style: dict[str, Any],
    remarks: Remarks,
) -> None:
    """Report rows with a quote inside a cell that is not itself quoted; the cell is kept."""
    if style.get("quotechar", '"') != '"' or "escapechar" in style:
        return
    reported = {problem.row for problem in remarks.problems}
    for row, number, following in zip(rows, numbers, [*numbers[1:], len(lines) + 1], strict=True):
        odd = [cell for cell in row if '"' in cell]
        if not odd or number in reported:
            continue
        record = "\n".join(lines[number - 1 : following - 1])
        for cell in odd:
            if '"' + cell.replace('"', '""') + '"' not in record:
                found = quoted(cell, remarks.shown)
                remarks.add("CO220", number, "", found, "quotes round whole cells, or none")
                break


def _unclosed(lines: list[str], at: int, delimiter: str, end: int) -> UnreadableError:
    """Locate the quote that never closes: the last cell start of the record, by scanning it."""
    row, cell, inside, fresh = at, 0, False, True
    opened = (at, 0)
    for k in range(at, min(end, len(lines))):
        line, i = lines[k], 0
        while i < len(line):
            if inside:  # jump to the next quote: what is swallowed may be long
                i = line.find('"', i)
                if i < 0:
                    break
                if line[i + 1 : i + 2] == '"':
                    i += 1
                else:
                    inside = False
                fresh, i = False, i + 1
                continue
            ch = line[i]
            if ch == delimiter:
                cell, fresh, i = cell + 1, True, i + 1
                continue
            if ch == '"' and fresh:
                inside, opened = True, (k, cell)
            fresh, i = False, i + 1
        if not inside:
            fresh, cell = True, 0
    row, cell = opened
    swallowed = len(lines) - row - 1
    after = f"; {counted(swallowed, 'more line')} would be swallowed" if swallowed > 0 else ""
    return UnreadableError(
        "CO106", row + 1, f"a quote in cell {cell + 1} that never closes{after}", "a closing quote"
    )

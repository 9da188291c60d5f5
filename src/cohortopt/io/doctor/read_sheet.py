"""From a path, bytes, an open file or stdin to a sheet of text, whatever the file is."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from cohortopt.io.doctor.encodings import UnreadableError
from cohortopt.io.doctor.remarks import Remarks
from cohortopt.io.doctor.sheet import Known, Sheet, Source
from cohortopt.io.doctor.sheet_csv import read_text

MAX_BYTES = 50_000_000
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def name_of(source: Source) -> str:
    """Return what messages call the source."""
    if isinstance(source, bytes):
        return "input"
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        return "stdin" if text == "-" else Path(text).name
    return Path(str(getattr(source, "name", "input"))).name


def read_sheet(
    source: Source, *, sheet: str | None = None, known: Known | None = None, shown: int = 40
) -> Sheet:
    """Read a file as rows of text. Never raises for what is in the file: see ``remarks``.

    ``known`` says whether a text is a heading that the reader understands; it decides between
    separators, and between the sheets of a workbook.
    """
    remarks = Remarks(name_of(source), shown)
    empty = Sheet(remarks.file, [], [], remarks)
    try:
        data = _bytes_of(source)
        empty.sha256 = "sha256:" + hashlib.sha256(data).hexdigest()
        suffix = Path(remarks.file).suffix.lower()
        if data.startswith((_ZIP, _OLE)) or suffix in WORKBOOKS:
            if suffix not in WORKBOOKS and suffix in (".csv", ".tsv", ".txt"):
                raise UnreadableError(
                    "CO103", 0, f"a workbook named {suffix}", "text",
                    "Rename it to .xlsx, or export it as CSV.",
                )  # fmt: skip
            from cohortopt.io.doctor.sheet_book import read_workbook

            found = read_workbook(data, remarks, sheet=sheet, known=known or (lambda _: False))
        else:
            found = read_text(data, remarks, known or (lambda _: False))
        found.sha256 = empty.sha256
        return found
    except UnreadableError as error:
        remarks.add(error.code, error.row, "", error.found, error.expected, error.fix or None)
        return empty


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, str | os.PathLike):
        if os.fspath(source) == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            try:
                size = Path(source).stat().st_size
                data = b"" if size > MAX_BYTES else Path(source).read_bytes()
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                raise UnreadableError("CO101", 0, why.lower(), "a readable file") from None
            if size > MAX_BYTES:
                raise _too_large(size)
    else:
        read = source.read(MAX_BYTES + 1)
        data = read.encode("utf-8", "surrogatepass") if isinstance(read, str) else read
    if len(data) > MAX_BYTES:
        raise _too_large(len(data))
    return data


def _too_large(size: int) -> UnreadableError:
    return UnreadableError("CO102", 0, f"{size // 1_000_000:,} MB", "at most 50 MB")

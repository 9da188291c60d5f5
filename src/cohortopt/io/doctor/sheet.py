"""A sheet: rows of text as some file holds them, each with its line."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from cohortopt.io.doctor.remarks import Remarks

MAX_ROWS = 200_000
MAX_CELL = 65_536

Source = str | os.PathLike[str] | bytes | IO[str] | IO[bytes]
Known = Callable[[str], bool]


@dataclass
class Sheet:
    """Rows of cells as text; ``lines[k]`` is the row's number in the file, from 1."""

    file: str
    rows: list[list[str]]
    lines: list[int]
    remarks: Remarks
    sha256: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    others: tuple[str, ...] = field(default=())

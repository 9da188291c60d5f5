"""``solution.json``: everything, and the only file that other commands read back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import ValidationError

from cohortopt.errors import InputError, Problem
from cohortopt.io.folder import recover
from cohortopt.model.solution import SCHEMA, Solution

FILE = "solution.json"


def read_solution(path: Path | str) -> Solution:
    """Read a solution from its file, from the folder of a solve, or from stdin (``-``).

    Raises
    ------
    InputError
        If there is none, or it is not a solution of this version; every problem is listed.
    """
    path = Path(path)
    if path == Path("-"):
        return parse_solution(sys.stdin.read(), "stdin")
    if path.name != FILE:
        recover(path.resolve())
    file = path / FILE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else "an unreadable file"
        raise InputError(
            [Problem(str(file), 0, "", "CO150", found, f"a {FILE}, or a solved folder")]
        ) from error
    return parse_solution(text, str(file))


def parse_solution(text: str, file: str = FILE) -> Solution:
    """Read a solution from the text of its file.

    Raises
    ------
    InputError
        If the text is not a solution of this version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            [Problem(file, 0, "", "CO151", "text that is not JSON", "JSON", str(error))]
        ) from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        found = f"schema {schema!r}" if schema else "no schema"
        fix = "It was made by another version; solve again." if schema else ""
        raise InputError([Problem(file, 0, "schema", "CO152", found, f'"{SCHEMA}"', fix)])
    try:
        return Solution.model_validate(data)
    except ValidationError as error:
        raise InputError(
            Problem(
                file,
                0,
                ".".join(str(part) for part in one["loc"]),
                "CO153",
                _short(one["input"]),
                one["msg"],
            )
            for one in error.errors()
        ) from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

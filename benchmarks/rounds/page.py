"""The page that both benchmarks of this issue write, one section each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-rounds.md"
SECTIONS = ("rounds", "flash")
HEAD = """# Sessions and rounds: measured

Written by `python -m benchmarks.rounds` and `python -m benchmarks.flash`, one thread, imports and
compilation counted. Machine: a shared virtual machine with two cores, busy with other work during
these runs: trust CPU seconds.
"""
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float, float]:
    """Return the result of ``work``, its CPU seconds and its wall seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    result = work()
    return result, time.process_time() - cpu, time.monotonic() - wall


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def write_section(name: str, text: str) -> None:
    """Replace one section of the page, and keep the others and what follows them."""
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    parts = []
    for section in SECTIONS:
        start, end = f"<!-- {section} -->\n", f"<!-- end of {section} -->\n"
        inside = old.partition(start)[2].partition(end)[0] if start in old else ""
        parts.append(start + (text + "\n" if section == name else inside) + end)
    rest = old.partition(f"<!-- end of {SECTIONS[-1]} -->\n")[2]
    PAGE.write_text(HEAD + "\n" + "\n".join(parts) + rest, encoding="utf-8")

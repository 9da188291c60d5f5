"""A sweep shows a table that is redrawn in place on a terminal, and plain lines elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from cohortopt.model import Solution
from cohortopt.report.sweep_table import SweepTable, told
from cohortopt.scenarios.sweep import Outcome, combinations

VARIATIONS = combinations(["a.b=1,2,3", "c=\x1b[31m"])


def shown(terminal: bool, height: int = 30, quiet: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=90, height=height, markup=False)
    table = SweepTable(console, VARIATIONS, quiet)
    table.announce(2, 30, 1)
    with table:
        for variation in VARIATIONS[:2]:
            table.show(Outcome(variation, Solution()))
        table.show(Outcome(VARIATIONS[2], None, "no way\nsecond line", 3))
    return out.getvalue()


def test_without_a_terminal_each_combination_is_a_line() -> None:
    lines = shown(terminal=False).splitlines()
    assert lines[0] == "3 combinations, 2 at a time, 30 s each."
    assert [line.strip() for line in lines[1:4]] == ["1 b=1 c=[31m", "2 b=2 c=[31m", "3 b=3 c=[31m"]
    assert lines[4] == "1 is there from an earlier run."
    assert [line.split("  ")[0] for line in lines[5:]] == [one.strip() for one in lines[1:4]]
    assert "no way" in lines[-1]
    assert "second line" not in "".join(lines)


def test_on_a_terminal_the_table_stands_from_the_start_and_is_redrawn() -> None:
    text = shown(terminal=True)
    first = text.index("combination ")
    assert all(text.index(one, first) for one in ("1 b=1", "2 b=2", "3 b=3"))
    assert text.count("3 b=3") >= 3 > text.split("0 of 3 done")[0].count("3 b=3")
    assert "\x1b[31m" not in text
    assert "3 of 3 done" in text
    assert "no way" in text


def test_a_screen_too_small_shows_the_rows_around_the_latest() -> None:
    text = shown(terminal=True, height=7)
    assert all(f"  {one.number} b=" in text for one in VARIATIONS)  # listed before the start
    last = text[text.rindex("combination ") :]
    assert "3 b=3" in last
    assert "1 b=1" not in last


def test_quiet_says_nothing() -> None:
    assert shown(terminal=True, quiet=True) == shown(terminal=False, quiet=True) == ""


def test_an_error_is_told_by_its_first_line() -> None:
    assert told(Outcome(VARIATIONS[0], None, "no way\nat all", 3)) == ("", "", "no way")

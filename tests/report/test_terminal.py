"""Terminal output: tables for people, nothing from data but text."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from fixtures import solved
from rich.console import Console

from cohortopt.errors import Problem
from cohortopt.model import (
    Facts,
    Match,
    Member,
    Person,
    ProgramSolution,
    Roster,
    Solution,
    TierResult,
)
from cohortopt.report.terminal import ProgressBar, show_problems, show_solution
from cohortopt.solvers.base import Progress


def console(terminal: bool = False, width: int = 100) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, width=width, force_terminal=terminal), file


def test_a_summary_says_how_good_who_is_left_and_what_comes_next() -> None:
    screen, file = console()
    solution, facts = solved(40)
    written = [Path("out dir") / name for name in ("solution.json", "report.html")]
    show_solution(screen, solution, facts, written)
    text = file.getvalue()
    assert "Within 1.8 % of the best possible" in text
    assert "Not placed: 2" in text
    assert "… and 30 more" in text
    assert text.rstrip().endswith('Next: cohortopt verify "out dir"')


def test_names_are_never_markup_and_never_control_the_terminal() -> None:
    screen, file = console(terminal=True)
    solution, facts = solved(24)
    show_solution(screen, solution, facts)
    text = file.getvalue()
    assert "[bold]markup[/bold]" in text
    assert "\u202e" not in text
    assert "<script>" in text


def test_people_with_one_name_are_told_apart() -> None:
    screen, file = console()
    people = (Person(id="a", name="Ada Li"), Person(id="b", name="Ada Li"), Person(id="c"))
    match = Match(match="M-1", members=tuple(Member(person=one, role="peer") for one in "abc"))
    part = ProgramSolution(name="M", use="peer_mentorship", status="feasible", matches=(match,))
    show_solution(screen, Solution(programs=(part,)), Facts(roster=Roster(people=people)))
    assert "Ada Li (a), Ada Li (b), c" in file.getvalue()


def test_people_nobody_asked_for_are_not_counted_as_left_over() -> None:
    screen, file = console()
    solution, facts = solved(40)
    first = solution.programs[0]
    spare = first.unplaced[0].model_copy(update={"reason": "not_asked", "role": "giver"})
    part = first.model_copy(update={"unplaced": (spare, first.unplaced[1])})
    show_solution(screen, solution.model_copy(update={"programs": (part,)}), facts)
    text = file.getvalue()
    assert "Not placed: 1" in text
    assert "Still free, nobody asked for them: 1" in text


def test_an_empty_solution_can_be_shown() -> None:
    screen, file = console()
    show_solution(screen, Solution(), Facts())
    assert "Not proven" in file.getvalue()


def test_the_same_problem_on_many_rows_is_one_entry() -> None:
    screen, file = console(width=200)
    problems = [
        Problem("people.csv", row, "level", "CO101", '"x"', "a number") for row in range(2, 60)
    ]
    show_problems(screen, [*problems, Problem("people.csv", 0, "", "CO301", "", "fine [red]")])
    text = file.getvalue()
    assert "58 errors and 1 remark" in text
    assert "the same on rows 6, 7" in text
    assert "and 34 more" in text
    assert "fine [red]" in text
    assert len(text.splitlines()) == 7


def test_without_a_terminal_progress_is_plain_lines_one_per_phase() -> None:
    screen, file = console()
    with ProgressBar(screen) as bar:
        for k in range(50):
            bar(Progress(k / 10, "points", k, 100))
        bar(Progress(5.0, "slots"))
    lines = file.getvalue().splitlines()
    assert lines == ["points  best 0  bound 100  gap 100.0 %  0.0 s", "slots  5.0 s"]


def test_on_a_terminal_progress_is_one_live_line_from_any_thread() -> None:
    screen, file = console(terminal=True)
    with ProgressBar(screen, seconds=10) as bar:
        threads = [
            threading.Thread(target=bar, args=(Progress(1.0, "points", 5, 10),)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "best 5" in file.getvalue()
    assert "gap 50.0 %" in file.getvalue()


def test_quiet_says_nothing_and_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, file = console(terminal=True)
    with ProgressBar(screen, quiet=True) as bar:
        bar(Progress(1.0, "points", 5, 10))
    assert file.getvalue() == ""
    monkeypatch.setenv("NO_COLOR", "1")
    screen, file = console(terminal=True)
    show_solution(screen, *solved(12))
    assert "\x1b[3" not in file.getvalue()
    assert "\x1b[1;3" not in file.getvalue()


@pytest.mark.parametrize(
    ("people", "chain", "told"),
    [("ab", False, "a ↔ b"), ("abc", False, "a → b → c → a"), ("abc", True, "a → b → c")],
)
def test_rings_close_and_chains_do_not(people: str, chain: bool, told: str) -> None:
    members = tuple(Member(person=one, role="peer") for one in people)
    match = Match(match="Swap-1", members=members, ring=True, chain=chain)
    part = ProgramSolution(name="Swap", use="skill_swap", status="feasible", matches=(match,))
    screen, file = console()
    show_solution(screen, Solution(programs=(part,)), Facts())
    row = next(line for line in file.getvalue().splitlines() if "Swap-1" in line)
    assert row.split("Swap-1")[1].split("  ")[1].strip() == told


def test_where_the_whole_is_best_no_program_alone_shows_a_gap() -> None:
    screen, file = console()
    open_ = TierResult(tier="placed", value=1, bound=3)
    parts = [
        ProgramSolution(name=name, use="mentorship", status="feasible", tiers=(open_,))
        for name in "AB"
    ]
    best = TierResult(tier="placed", value=2, bound=2)
    solution = Solution(programs=tuple(parts), tiers=(best,), status="optimal")
    show_solution(screen, solution, Facts())
    assert file.getvalue().count("see together") == 2
    assert "gap" not in file.getvalue()

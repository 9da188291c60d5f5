"""What a command shows on a terminal: tables, problems, a live line. Data is never markup."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cohortopt.errors import Problem
from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, ProgramSolution, Solution
from cohortopt.report.quality import Level, amount, percent, proof_word, statement
from cohortopt.report.why import name_of
from cohortopt.scenarios.figures import points_scale
from cohortopt.words import counted

if TYPE_CHECKING:
    from rich.live import Live

    from cohortopt.solvers.base import Progress

SHOWN_MATCHES = 12
SHOWN_LEFT = 8
SHOWN_NAMES = 4
SHOWN_ROWS = 4
PLAIN_SECONDS = 5.0  # between two plain lines of the same phase
_STYLES: dict[Level, str] = {
    "best": "bold green",
    "claimed": "bold green",
    "near": "bold yellow",
    "open": "bold yellow",
    "none": "bold red",
}


def show_solution(
    console: Console, solution: Solution, facts: Facts, written: Sequence[Path] = ()
) -> None:
    """Print a summary: how good, each program, some matches, who is left, what was written."""
    said = statement(solution)
    console.print()
    console.print(Text(printable(solution.scenario) or "Assignment", style="bold"))
    console.print(Text.assemble((said.headline, _STYLES[said.level]), ". ", said.detail))
    console.print()
    console.print(_programs(solution))
    count = len(solution.assignment.matches)
    if count:
        console.print()
        console.print(_matches(solution, facts))
        _more(console, count - SHOWN_MATCHES, "assignment.csv", written)
    _breaches(console, solution)
    _rounds(console, solution)
    _left_over(console, solution, facts, written)
    show_written(console, written)


def _breaches(console: Console, solution: Solution) -> None:
    """Print where relaxed rules are broken, and how few breaches are possible."""
    for part in solution.programs:
        tier = next((tier for tier in part.tiers if tier.tier == "violations"), None)
        if tier is None:
            continue
        least = ""
        if tier.bound is not None:
            least = f"; at least {tier.bound:,} cannot be avoided ({tier.standing})"
        console.print()
        title = f"Breaches of relaxed rules: {tier.value:,}{least}"
        console.print(Text(title, style="bold"))
        why = (tier.certificate or {}).get("text")
        if why:
            console.print(Text(f"  Why: {_sentence(str(why))}", style="dim"), soft_wrap=True)
        for one in part.breaches[:SHOWN_LEFT]:
            console.print(Text(f"  {one.rule}: {_sentence(one.message)}"), soft_wrap=True)
        _more(console, len(part.breaches) - SHOWN_LEFT, "solution.json", ())


def _rounds(console: Console, solution: Solution) -> None:
    """Print how many rounds without repeats are possible, where several were planned."""
    for part in solution.programs:
        told = str(part.facts.get("rounds_for_all", ""))
        most = part.facts.get("most_rounds")
        if most:
            count, _, why = str(most).partition(": ")
            rounds = counted(int(count), "round is", "rounds are")
            told = f"At most {rounds} possible without repeats. {why}"
        if told:
            console.print()
            console.print(Text(_sentence(told), style="dim"), soft_wrap=True)


def _left_over(console: Console, solution: Solution, facts: Facts, written: Sequence[Path]) -> None:
    """Print who is not placed and why; people with one reason and one remedy are told together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    spare = 0
    for program in solution.programs:
        for one in program.unplaced:
            if one.reason == "not_asked":
                spare += 1
                continue
            key = (program.name, one.detail, one.would_help)
            groups.setdefault(key, []).append(_told_apart(one.person, facts))
    if spare:
        console.print()
        console.print(Text(f"Still free, nobody asked for them: {spare:,}", style="dim"))
    if not groups:
        return
    count = sum(map(len, groups.values()))
    console.print()
    console.print(Text(f"Not placed: {count:,}", style="bold"))
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    for (program_name, detail, help_), names in ordered[:SHOWN_LEFT]:
        shown = ", ".join(names[:SHOWN_NAMES])
        if len(names) > SHOWN_NAMES:
            shown += f" and {len(names) - SHOWN_NAMES:,} more"
        line = f"  {printable(program_name)}: {shown}: {_sentence(detail)}"
        rest = f" {_sentence(help_)}" if help_ else ""
        console.print(Text.assemble(line, (rest, "dim")), soft_wrap=True)
    told = sum(len(names) for _, names in ordered[:SHOWN_LEFT])
    _more(console, count - told, "unplaced.csv", written)


def _sentence(text: str) -> str:
    shown = printable(text).strip()
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."


def show_written(console: Console, written: Sequence[Path]) -> None:
    """Print what was written and the next command."""
    if not written:
        return
    folder = _folder(written)
    names = ", ".join(printable(path.name) for path in written if path.parent == folder)
    console.print()
    console.print(
        Text.assemble(("Written", "bold"), f" to {printable(str(folder))}: {names}"),
        soft_wrap=True,
    )
    page = folder / "report.html"
    if page in written:
        console.print(Text(f"Open {printable(str(page))} in a browser."), soft_wrap=True)
    shown = printable(str(folder))
    where = f'"{shown}"' if " " in shown else shown
    console.print(Text(f"Next: cohortopt verify {where}"), soft_wrap=True)


def show_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print every problem once, errors first; the same one on many rows is one entry."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    for file, found in by_file.items():
        errors = sum(problem.is_error for problem in found)
        counts = [counted(errors, "error")] if errors else []
        if len(found) > errors:
            counts.append(counted(len(found) - errors, "remark"))
        title = f"{printable(file) or 'Input'}: {' and '.join(counts)}"
        console.print(Text(title, style="bold"))
        groups: dict[tuple[str, str, str, str], list[Problem]] = {}
        for one in sorted(found, key=lambda p: (not p.is_error, p)):
            groups.setdefault((one.code, one.column, one.expected, one.fix), []).append(one)
        for same in groups.values():
            style = "red" if same[0].is_error else "yellow"
            for one in same[:SHOWN_ROWS]:
                line = printable(str(one))
                console.print(Text.assemble(("  • ", style), line), soft_wrap=True)
            if len(same) > SHOWN_ROWS:
                rows = ", ".join(str(one.row) for one in same[SHOWN_ROWS : SHOWN_ROWS + 20])
                rest = len(same) - SHOWN_ROWS - 20
                tail = f" and {rest} more" if rest > 0 else ""
                console.print(Text(f"    the same on rows {rows}{tail}", style="dim"))


def _folder(written: Sequence[Path]) -> Path:
    return min((path.parent for path in written), key=lambda folder: len(folder.parts))


def _more(console: Console, count: int, file: str, written: Sequence[Path]) -> None:
    if count > 0:
        where = f", see {file}" if any(path.name == file for path in written) else ""
        console.print(Text(f"  … and {count:,} more{where}", style="dim"))


def plain_table(*columns: str) -> Table:
    """Return a table without lines; columns of numbers stand to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        right = column in ("matches", "placed", "left", "points", "possible")
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold")
    return table


def _programs(solution: Solution) -> Table:
    table = plain_table("program", "matches", "placed", "left", "points", "possible", "proof")
    whole = len(solution.programs) > 1 and solution.is_optimal
    for program in solution.programs:
        # where the whole is best, a gap of one program alone would only mislead
        last = "see together" if whole and program.status != "optimal" else proof_word(program)
        table.add_row(*map(Text, (*_program_row(program), last)))
    if len(solution.programs) > 1:
        points = solution.tier("points")
        together = len({p for one in solution.programs for p in one.placed})
        scale = points.scale if points else 1
        bound = "" if points is None or points.bound is None else amount(points.bound, scale)
        table.add_row(
            *(
                Text(cell, style="bold")
                for cell in (
                    "together",
                    f"{len(solution.assignment.matches):,}",
                    f"{together:,}",
                    "",
                    amount(solution.total, scale),
                    bound,
                    proof_word(solution),
                )
            )
        )
    return table


def _program_row(program: ProgramSolution) -> tuple[str, ...]:
    points = next((tier for tier in program.tiers if tier.tier == "points"), None)
    total = sum(match.points for match in program.matches)
    scale = points_scale(program)
    return (
        printable(program.name),
        f"{len(program.matches):,}",
        f"{len(program.placed):,}",
        f"{sum(one.reason != 'not_asked' for one in program.unplaced):,}",
        amount(points.value, points.scale) if points else amount(total, scale),
        amount(points.bound, points.scale) if points and points.bound is not None else "",
    )


def _matches(solution: Solution, facts: Facts) -> Table:
    table = plain_table("match", "people", "when", "points")
    every = [(match, points_scale(p)) for p in solution.programs for match in p.matches]
    for match, scale in every[:SHOWN_MATCHES]:
        people = _in_order(match, facts)
        if match.topic:
            people += f" ({printable(match.topic)})"
        slots = [match.slot] if match.slot else match.slots
        when = ", ".join(f"{slot.date or slot.day} {slot.start}" for slot in slots if slot)
        cells = (printable(match.match), people, when, amount(match.points, scale))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _in_order(match: Match, facts: Facts) -> str:
    """Return the people of a match: who gives to whom, rings closed, chains left open."""
    called = [_told_apart(person, facts) for person in match.people]
    if match.ring and not match.chain:
        return " ↔ ".join(called) if len(called) == 2 else " → ".join([*called, called[0]])
    return (" → " if match.ring or match.with_role("giver") else ", ").join(called)


def _told_apart(person: str, facts: Facts) -> str:
    """Return the name to show for an id; of people with one name the id as well."""
    known = facts.roster.by_id.get(person)
    if known is not None and known.name in facts.roster.namesakes:
        return printable(str(known))
    return name_of(person, facts.roster)


class ProgressBar:
    """A live line on a terminal, plain lines elsewhere, nothing when quiet.

    Use it as ``on_progress`` of a solve; it may be called from any thread.

    Examples
    --------
    >>> from rich.console import Console
    >>> with ProgressBar(Console(stderr=True), quiet=True) as bar:
    ...     pass
    """

    def __init__(self, console: Console, quiet: bool = False, seconds: float | None = None) -> None:
        self.console = console
        self.quiet = quiet
        self.seconds = seconds
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._last: tuple[str, int | None, int | None] | None = None
        self._said = float("-inf")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, progress: Progress) -> None:
        """Show where a solve is."""
        if self.quiet:
            return
        with self._lock:
            if self.console.is_terminal:
                self._draw(progress)
            else:
                self._print(progress)

    def close(self) -> None:
        """Take the live line away."""
        with self._lock:
            if self._live is not None:
                self._live.stop()
                self._live = None

    def _draw(self, progress: Progress) -> None:
        if self._live is None:
            from rich.live import Live

            self._live = Live(
                console=self.console, transient=True, refresh_per_second=8, auto_refresh=True
            )
            self._live.start()
        parts = [("  " + _bar(progress, self.seconds) + "  ", "cyan"), (_phase(progress), "bold")]
        parts += [("  " + part, "") for part in _parts(progress)]
        self._live.update(Text.assemble(*parts, no_wrap=True, overflow="ellipsis"))

    def _print(self, progress: Progress) -> None:
        state = (progress.phase, progress.value, progress.bound)
        now = time.monotonic()
        new_phase = self._last is None or self._last[0] != progress.phase
        if state == self._last or (not new_phase and now - self._said < PLAIN_SECONDS):
            return
        self._last, self._said = state, now
        self.console.print(
            Text("  ".join([_phase(progress), *_parts(progress)])), soft_wrap=True, style=None
        )


def _phase(progress: Progress) -> str:
    return printable(progress.phase)


def _parts(progress: Progress) -> list[str]:
    parts = []
    if progress.value is not None:
        parts.append(f"best {progress.value:,}")
    if progress.bound is not None:
        parts.append(f"bound {progress.bound:,}")
    if progress.value is not None and progress.bound is not None:
        short = abs(progress.bound - progress.value) / max(1, abs(progress.bound))
        parts.append(f"gap {percent(short)}")
    parts.append(f"{progress.seconds:.1f} s")
    return parts


def _bar(progress: Progress, seconds: float | None, width: int = 16) -> str:
    """Return the part of the time budget that is used; a moving mark where there is none."""
    if seconds:
        full = min(width, round(width * progress.seconds / seconds))
        return "━" * full + "╌" * (width - full)
    at = int(progress.seconds * 4) % width
    return "╌" * at + "━" + "╌" * (width - at - 1)

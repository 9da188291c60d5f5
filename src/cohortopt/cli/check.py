"""``cohortopt check``: what is wrong with a roster or scenario, and its mended twin."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cohortopt.cli.common import FILE, SOURCE, format_option, quiet_option, remarks, set_option
from cohortopt.words import counted

if TYPE_CHECKING:
    from cohortopt.errors import Problem
    from cohortopt.io.roster import RosterReport


@click.command()
@click.argument("source", metavar="ROSTER|SCENARIO|-", type=SOURCE, required=False)
@click.option("--fix", is_flag=True, help="Write the cleaned roster, the rejected rows and issues.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path),
              help="Folder for --fix; by default the roster's name with -checked.")  # fmt: skip
@click.option("--sheet", help="The sheet of a workbook.")
@click.option("--skills", type=FILE, help="Decisions about spellings: a CSV of spelling,skill.")
@click.option("--explain", "code", metavar="CODE", help="Say what a code means.")
@click.option("--show-values", is_flag=True, help="Quote values at length (personal data).")
@click.option("--strict", is_flag=True, help="Exit 1 also when a row or cell could not be used.")
@set_option
@format_option("text", "json")
@quiet_option
def check(
    source: str | None,
    fix: bool,
    output: Path | None,
    sheet: str | None,
    skills: Path | None,
    code: str | None,
    show_values: bool,
    strict: bool,
    changes: tuple[str, ...],
    form: str,
    quiet: bool,
) -> None:
    """Say what is wrong with a roster or scenario, and mend what can be.

    Exit code 0 means that it can be solved as it was understood, 1 that it has errors. The file
    itself is never changed: --fix writes cleaned.csv, rejected.csv, issues.csv, columns.toml and,
    for you to edit, skills.csv.
    """
    if code is not None:
        _explain(code)
        return
    if source is None:
        raise click.UsageError("name a roster or a scenario, or --explain CODE")
    report, problems = _read(source, sheet, skills, show_values, changes)
    written = _write(report, source, output) if fix and report else []
    if form == "json":
        click.echo(json.dumps(_data(report, problems, written), ensure_ascii=True, indent=1))
    else:
        with remarks(quiet):
            _show(report, problems, written)
    if any(problem.is_error for problem in problems) or (strict and _unused(report, problems)):
        sys.exit(1)


def _explain(code: str) -> None:
    from cohortopt.io.doctor.codes import CODES, explain_code

    if code.strip().upper() not in CODES:
        raise click.UsageError(f"no code {code}; the codes run from {min(CODES)} to {max(CODES)}")
    click.echo(explain_code(code), nl=False)


def _read(
    source: str,
    sheet: str | None,
    skills: Path | None,
    show_values: bool,
    changes: tuple[str, ...],
) -> tuple[RosterReport | None, tuple[Problem, ...]]:
    """Return the report on the roster, and all problems, those of a scenario too."""
    from cohortopt.errors import InputError
    from cohortopt.io.roster import read_roster_report
    from cohortopt.io.skills import read_spellings

    if Path(source).suffix.lower() != ".toml":
        spellings = read_spellings(skills) if skills else None
        report = read_roster_report(
            source, sheet=sheet, spellings=spellings, show_values=show_values
        )
        return report, report.problems
    from cohortopt.io.scenario import read_scenario

    try:
        problems = read_scenario(source, changes=changes).problems
    except InputError as error:
        problems = error.problems
    scenario_report = _roster_of(Path(source), show_values)
    if scenario_report is None:
        return None, tuple(problems)
    others = [p for p in problems if p.file not in scenario_report.hashes]
    return scenario_report, (*scenario_report.problems, *others)


def _roster_of(path: Path, show_values: bool) -> RosterReport | None:
    """Return the report on a scenario's roster, None where it names none."""
    from cohortopt.errors import InputError
    from cohortopt.io.roster import read_roster_report
    from cohortopt.io.skills import read_spellings, spellings_in

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        roster = data.get("roster")
        tables = [{"file": roster}] if isinstance(roster, str) else roster
        sources = [
            (path.parent / one["file"], one.get("role"), one.get("sheet"), one.get("columns"))
            for one in tables or ()
        ]
        spellings = spellings_in(path.parent / data["skills"]) if data.get("skills") else {}
        if data.get("spellings"):
            spellings |= read_spellings(path.parent / data["spellings"])
        if not sources:
            return None
        return read_roster_report(sources, columns=data.get("columns"), levels=data.get("levels"),
                                  spellings=spellings, show_values=show_values)  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None  # the scenario's own problems say why


def _write(report: RosterReport, source: str, output: Path | None) -> list[Path]:
    from cohortopt.io.doctor.mended import fixed_files
    from cohortopt.io.folder import write_file

    stem = "stdin" if source == "-" else Path(source).stem
    folder = output or Path(f"{stem}-checked")
    targets = {folder / name: data for name, data in fixed_files(report).items()}
    if source != "-" and any(target.resolve() == Path(source).resolve() for target in targets):
        raise click.UsageError(f"{source} would be overwritten; choose another folder with -o")
    folder.mkdir(parents=True, exist_ok=True)
    for target, data in targets.items():
        write_file(target, data)
    return list(targets)


def _unused(report: RosterReport | None, problems: tuple[Problem, ...]) -> bool:
    from cohortopt.io.roster import UNUSED

    rejected = report is not None and bool(report.rejected)
    return rejected or any(problem.code in UNUSED for problem in problems)


def _show(report: RosterReport | None, problems: tuple[Problem, ...], written: list[Path]) -> None:
    from cohortopt.io.doctor.mended import grouped

    for line in grouped(problems):
        click.echo(line)
    if report is not None:
        empty = f"; {counted(report.blank_rows, 'empty row')} skipped" if report.blank_rows else ""
        click.echo(f"{report.counts}{empty}")
    errors = sum(problem.is_error for problem in problems)
    if errors:
        told = counted(errors, "error has to be mended", "errors have to be mended")
        click.echo(f"{told} before anything can be solved.", err=True)
    elif not problems:
        click.echo("Nothing to say against it.")
    for path in written:
        click.echo(f"wrote {path}", err=True)


def _data(
    report: RosterReport | None, problems: tuple[Problem, ...], written: list[Path]
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "ok": not any(problem.is_error for problem in problems),
        "problems": [problem.as_dict() for problem in problems],
        "written": [str(path) for path in written],
    }
    if report is not None:
        data |= {
            "rows_in": report.rows_in,
            "people": len(report.roster),
            "merged": report.merged,
            "rejected": len(report.rejected),
            "blank_rows": report.blank_rows,
            "columns": report.mapping,
            "inputs": report.hashes,
            "encodings": report.encodings,
        }
    return data

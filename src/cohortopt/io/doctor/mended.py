"""What ``check --fix`` writes: the roster in canonical form, what was left out, and why.

The cleaned roster reads back as the same people and without a word: what cannot be mended (a
blank level, two people with one address) is listed in its column ``checked``, and a reader says
nothing of what is listed there. Empty that cell to hear it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from cohortopt.errors import Problem
from cohortopt.io.doctor.codes import CODES
from cohortopt.io.doctor.headings import CANONICAL, target_of
from cohortopt.io.roster import RosterReport, acceptance, read_roster_report
from cohortopt.io.safe import printable
from cohortopt.io.table import csv_bytes
from cohortopt.io.toml import to_toml
from cohortopt.model import Person, Roster

CLEANED, REJECTED, ISSUES, MAPPING = "cleaned.csv", "rejected.csv", "issues.csv", "columns.toml"
DECISIONS = "skills.csv"
KINDS = {"1": "Errors", "2": "Repaired", "3": "Warnings"}


def fixed_files(report: RosterReport) -> dict[str, bytes]:
    """Return the files of ``check --fix`` by name; only the issues where there are errors."""
    files = {ISSUES: issues_file(report.problems)}
    if not report.has_errors:
        files[CLEANED] = cleaned_file(report)
        files[REJECTED] = rejected_file(report)
        files[MAPPING] = mapping_file(report)
        if decisions := decisions_file(report):
            files[DECISIONS] = decisions
    return files


def issues_file(problems: Iterable[Problem]) -> bytes:
    """Return every problem as CSV: file, row, column, code, found, expected, fix."""
    columns = ("file", "row", "column", "code", "found", "expected", "fix")
    return csv_bytes(columns, ([p.as_dict()[key] for key in columns] for p in problems))


def rejected_file(report: RosterReport) -> bytes:
    """Return the rows that became nobody, with their cells as they stand."""
    width = max((len(row.cells) for row in report.rejected), default=0)
    headings = next(iter(report.headings.values())) if len(report.headings) == 1 else ()
    names = [headings[k] if k < len(headings) and headings[k] else f"cell {k + 1}"
             for k in range(width)]  # fmt: skip
    rows = [(r.file, r.row, r.code, r.reason, *r.cells) for r in report.rejected]
    return csv_bytes(("file", "row", "code", "reason", *names), rows)


def mapping_file(report: RosterReport) -> bytes:
    """Return the recognised columns as a line for a scenario."""
    text = "# Which heading was read as what. Copy into a scenario to fix it.\n"
    text += to_toml({"columns": report.mapping})
    if report.guesses:
        both = to_toml({"columns": {**report.mapping, **report.guesses}})
        text += f"\n# With the guesses. Look at them, then use this line instead.\n# {both}"
    return text.encode("utf-8")


def decisions_file(report: RosterReport) -> bytes:
    """Return ``spelling,skill,suggestion``: what was joined, and what could be; nothing if none.

    Edited, and named by ``spellings`` in a scenario or ``check --skills``, it is obeyed.
    """
    joined = ((s, skill, "") for s, skill in report.spellings.items() if s != skill)
    close = ((skill, skill, near) for skill, near in report.near_skills.items())
    rows = sorted({*joined, *close})
    return csv_bytes(("spelling", "skill", "suggestion"), rows) if rows else b""


def cleaned_file(report: RosterReport) -> bytes:
    """Return the roster with canonical headings; read back, it is the same roster."""
    again = read_roster_report(_roster_csv(report, {}))
    people = {row: person for person, (_, row) in again.rows.items()}
    first = next(iter(again.rows), "")
    remain: dict[str, list[str]] = {}
    for problem in again.problems:
        tokens = remain.setdefault(people.get(problem.row, first), [])
        if acceptance(problem) not in tokens:
            tokens.append(acceptance(problem))
    return _roster_csv(report, remain, marked=bool(remain))


def people_file(people: Sequence[Person]) -> bytes:
    """Return people as a roster with canonical headings; read back, they are the same people."""
    return cleaned_file(RosterReport(Roster(people=tuple(people)), rows_in=len(people)))


def _roster_csv(
    report: RosterReport, checked: dict[str, list[str]], *, marked: bool = True
) -> bytes:
    people = report.roster.people
    attributes = list(dict.fromkeys(name for person in people for name in person.attributes))
    twins = {found[0] for name in attributes if (found := target_of(name))}
    columns = [
        name for name in CANONICAL
        if name == "id" or name in report.columns or name in twins
        or any(_is_told(person, name) for person in people)
    ]  # fmt: skip
    marked = marked or len(columns) + len(attributes) == 1  # one column has no separator
    heading = [*columns, *attributes, *(["checked"] if marked else [])]
    rows = (
        [*(_cell(person, name) for name in columns),
         *(person.attributes.get(name, "") for name in attributes),
         *(["; ".join(checked.get(person.id, ()))] if marked else [])]
        for person in people
    )  # fmt: skip
    return csv_bytes(heading, rows)


def _is_told(person: Person, name: str) -> bool:
    field = type(person).model_fields[name]
    return bool(getattr(person, name) != field.get_default(call_default_factory=True))


def _cell(person: Person, name: str) -> str | int:
    """Return one value in the canonical form of the columns table."""
    value = getattr(person, name)
    if value is None:
        return ""
    if name in ("skills_offered", "skills_wanted"):
        text = "; ".join(f"{skill}:{degree}" for skill, degree in value.items())
        return text + ";" if "," in text and ";" not in text else text
    if name == "availability":
        return str(value) or "never"
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, int) else str(value)


def grouped(problems: Sequence[Problem], examples: int = 2) -> list[str]:
    """Return problems as lines for people: by kind, code and column, with a few examples each."""
    lines: list[str] = []
    order = sorted(problems, key=lambda p: (p.code[2:3], p.code, p.file, p.column, p.row))
    for digit, kind in groupby(order, key=lambda p: p.code[2:3]):
        lines.append(f"{KINDS.get(digit, 'Others')}:")
        for (code, _, _), group in groupby(kind, key=lambda p: (p.code, p.file, p.column)):
            alike = list(group)
            title = CODES[code].title if code in CODES else "Problem"
            times = f" ({len(alike)} times)" if len(alike) > 1 else ""
            lines.append(f"  {code} {title}{times}")
            lines += [f"    {_line(problem)}" for problem in alike[:examples]]
            rest = list(dict.fromkeys(str(p.row) for p in alike[examples:] if p.row))
            if rest:
                more = f" and {len(rest) - 12} more" if len(rest) > 12 else ""
                plural = "s" if len(rest) > 1 else ""
                lines.append(f"    also row{plural} {', '.join(rest[:12])}{more}")
    return lines


def _line(problem: Problem) -> str:
    text = str(problem).removesuffix(f" [{problem.code}]")
    return printable(f"{problem.file}: {text}" if problem.file else text)

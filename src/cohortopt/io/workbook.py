"""``assignment.xlsx``: sheets that a manager can filter, print and mark.

Every cell that came from data is a string: no formula, no link and no number is made of it. The
column ``Keep? (x)`` comes back through ``keep.py``.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cohortopt.io.assignment_csv import assignment_rows, shown_points
from cohortopt.io.safe import CELL_LIMIT, sheet_text
from cohortopt.io.unplaced_csv import COLUMNS as UNPLACED
from cohortopt.io.unplaced_csv import unplaced_rows
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.model.time import DAYS
from cohortopt.scenarios.figures import points_scale
from cohortopt.scenarios.settings import flattened

KEEP = "Keep? (x)"
ASSIGNMENTS = ("Program", "Match", "Round", "Person", "Name", "Role", "Slot", "Points", "Why", KEEP)
MATCHES = ("Program", "Match", "Round", "People", "Names", "Topic", "Slot", "Points", "Locked")
SKILLS = ("Skill", "Wanted by", "Offered by", "Near skill offered by", "Learned by")
CHARTED = 15  # skills in the chart
_CREATED = dt.datetime(2027, 1, 4)  # fixed, so that the same solution gives the same file


@dataclass(frozen=True)
class Tables:
    """What the workbook shows besides the solution itself."""

    summary: Sequence[tuple[str, str | int]] = ()
    skills: Sequence[tuple[str, int, int, int, int]] = ()
    hours: Sequence[Sequence[int]] = ()  # 7 days x 24 hours, people free
    clock: str = "UTC"


class _Sheet:
    """A worksheet whose text cells are strings whatever they look like."""

    def __init__(self, book: Any, name: str, widths: Sequence[int], *, wide: bool = True) -> None:
        self.sheet = book.add_worksheet(name)
        self.row = 0
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        if wide:
            self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&A&RPage &P of &N")

    def write(self, cells: Sequence[str | int | float], style: Any = None) -> None:
        """Write the next row."""
        for column, cell in enumerate(cells):
            if isinstance(cell, int | float):
                self.sheet.write_number(self.row, column, cell, style)
            elif cell:
                self.sheet.write_string(self.row, column, sheet_text(cell), style)
        self.row += 1

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | int | float]],
        head: Any,
        body: Any,
    ) -> None:
        """Write a heading and rows: frozen, filtered, repeated on every printed page."""
        top = self.row
        self.write(columns, head)
        for row in rows:
            self.write(row, body)
        self.sheet.freeze_panes(top + 1, 0)
        self.sheet.autofilter(top, 0, max(top + 1, self.row - 1), len(columns) - 1)
        self.sheet.repeat_rows(top)


def workbook(
    solution: Solution, facts: Facts, why: Callable[[Match, str], str], tables: Tables
) -> bytes:
    """Return the bytes of ``assignment.xlsx``; the same solution always gives the same bytes."""
    import xlsxwriter

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": sheet_text(solution.scenario)[:200], "created": _CREATED})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#0F5C57", "font_color": "#FFFFFF", "valign": "vcenter"}
        ),
        "body": book.add_format({"valign": "top", "text_wrap": True}),
        "keep": book.add_format({"bg_color": "#FFF6DD", "align": "center", "border": 1}),
        "left": book.add_format({"align": "left", "valign": "top"}),
        "label": book.add_format({"bold": True, "valign": "top"}),
    }
    _summary(book, solution, tables, styles)
    _assignments(book, solution, facts, why, styles)
    _matches(book, solution, facts, styles)
    left = _Sheet(book, "Not placed", (14, 12, 24, 10, 14, 60, 50))
    headings = tuple(column.replace("_", " ").capitalize() for column in UNPLACED)
    left.table(headings, [*unplaced_rows(solution, facts.roster)], styles["head"], styles["body"])
    _skills(book, tables, styles)
    _hours(book, tables, styles)
    settings = _Sheet(book, "Settings", (44, 80))
    flat = [(key, text[:CELL_LIMIT]) for key, text in flattened(solution.settings)]
    inputs = [(f"input {name}", digest) for name, digest in solution.inputs.items()]
    made = [
        ("seed", str(solution.seed)),
        ("solver", solution.run.solver),
        *((f"version {name}", version) for name, version in solution.run.versions.items()),
        *([("command", solution.run.command)] if solution.run.command else []),
    ]
    settings.table(("Setting", "Value"), [*made, *inputs, *flat], styles["head"], styles["body"])
    book.close()
    return file.getvalue()


def _summary(book: Any, solution: Solution, tables: Tables, styles: dict[str, Any]) -> None:
    sheet = _Sheet(book, "Summary", (34, 70), wide=False)
    sheet.write([solution.scenario or "Assignment"], styles["title"])
    sheet.row += 1
    for label, value in tables.summary:
        sheet.write([label], styles["label"])
        sheet.row -= 1
        if isinstance(value, int):
            sheet.sheet.write_number(sheet.row, 1, value, styles["left"])
        else:
            sheet.sheet.write_string(sheet.row, 1, sheet_text(value), styles["body"])
        sheet.row += 1
    sheet.row += 1
    sheet.write([f'To keep matches: put an x in "{KEEP}" on the sheet Assignments, save, and'])
    sheet.write(["solve again with --keep assignment.xlsx. Everyone else is assigned anew."])


def _assignments(
    book: Any,
    solution: Solution,
    facts: Facts,
    why: Callable[[Match, str], str],
    styles: dict[str, Any],
) -> None:
    sheet = _Sheet(book, "Assignments", (14, 14, 7, 12, 24, 9, 26, 8, 60, 10))
    rows = [*assignment_rows(solution, facts.roster, why)]
    sheet.table(ASSIGNMENTS, rows, styles["head"], styles["body"])
    last = len(ASSIGNMENTS) - 1
    for number, row in enumerate(rows, start=1):
        sheet.sheet.write_string(number, last, str(row[-1]), styles["keep"])
    if rows:
        choice = {
            "validate": "list",
            "source": ["x"],
            "ignore_blank": True,
            "error_type": "warning",
        }
        sheet.sheet.data_validation(1, last, len(rows), last, choice)


def _matches(book: Any, solution: Solution, facts: Facts, styles: dict[str, Any]) -> None:
    sheet = _Sheet(book, "Matches", (14, 14, 7, 24, 50, 20, 30, 8, 8))
    known = facts.roster.by_id
    rows: list[Sequence[str | int | float]] = []
    for program in solution.programs:
        for match in program.matches:
            names = [known[p].name or p if p in known else p for p in match.people]
            slots = [match.slot] if match.slot else [*match.slots]
            rows.append(
                (
                    program.name,
                    match.match,
                    match.round,
                    "; ".join(match.people),
                    "; ".join(names),
                    match.topic or "",
                    "; ".join(str(slot) for slot in slots if slot),
                    shown_points(match.points, points_scale(program)),
                    "yes" if match.locked else "",
                )
            )
    sheet.table(MATCHES, rows, styles["head"], styles["body"])


def _skills(book: Any, tables: Tables, styles: dict[str, Any]) -> None:
    sheet = _Sheet(book, "Skills", (32, 11, 11, 20, 11))
    sheet.table(SKILLS, tables.skills, styles["head"], styles["body"])
    shown = min(CHARTED, len(tables.skills))
    if shown:
        chart = book.add_chart({"type": "bar"})
        for column, color in ((1, "#B4690E"), (2, "#8AA8A4"), (4, "#0F5C57")):
            chart.add_series(
                {
                    "name": ["Skills", 0, column],
                    "categories": ["Skills", 1, 0, shown, 0],
                    "values": ["Skills", 1, column, shown, column],
                    "fill": {"color": color},
                    "gap": 60,
                }
            )
        chart.set_title({"name": "Skills wanted, offered and learned"})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"name": "people", "major_gridlines": {"visible": False}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 120 + 34 * shown})
        sheet.sheet.insert_chart("G2", chart)


def _hours(book: Any, tables: Tables, styles: dict[str, Any]) -> None:
    sheet = _Sheet(book, "Free hours", (34, *[6] * 24))
    rows: list[list[str | int]] = [
        [day, *counts] for day, counts in zip(DAYS, tables.hours, strict=False)
    ]
    heading = [f"People free ({tables.clock})", *(f"{hour:02d}" for hour in range(24))]
    sheet.write(heading, styles["head"])
    for row in rows:
        sheet.write(row)
    sheet.sheet.freeze_panes(1, 1)
    if rows:
        scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#0F8F86"}
        sheet.sheet.conditional_format(1, 1, len(rows), 24, scale)

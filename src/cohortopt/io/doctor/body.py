"""One file's rows: headings found, strange rows set aside, the others kept as drafts of people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cohortopt.io.doctor.cells import (
    BLANK_WORDS,
    Grades,
    is_error_value,
    plain,
    read_amount,
    read_count,
    read_email,
    tidy,
)
from cohortopt.io.doctor.headings import MANY, Plan, find_heading, plan_columns
from cohortopt.io.doctor.hints import meaning_of
from cohortopt.io.doctor.hours import read_hours
from cohortopt.io.doctor.people import Draft, Rejected
from cohortopt.io.doctor.sheet import Sheet
from cohortopt.io.doctor.zones import read_zone
from cohortopt.words import counted

_TOTALS = frozenset(("total", "totals", "sum", "grand total", "count", "average", "subtotal",
                     "gesamt", "summe", "total:", "totals:", "count:", "sum:"))  # fmt: skip
MOST_HINTS = 200  # columns looked at


class Body:
    """The rows of one sheet: each ends in ``drafts`` or ``rejected``, or is blank.

    ``texts[k]`` is the tidied column ``k``, a text for each draft.
    """

    def __init__(
        self,
        part: int,
        sheet: Sheet,
        columns: Mapping[str, str] | None = None,
        levels: Sequence[str] | None = None,
    ) -> None:
        self.part, self.sheet, self.log = part, sheet, sheet.remarks
        self.grades = Grades(levels)
        told = (columns or {}).items()
        self.kept = {heading for heading, target in told if target == "attribute"}
        self.drafts: list[Draft] = []
        self.rejected: list[Rejected] = []
        self.rows_in = self.blank_rows = 0
        self.plan = Plan(0, [])
        self.texts: dict[int, list[str]] = {}
        if not sheet.rows:
            return
        at = find_heading(sheet.rows, columns)
        number = sheet.lines[at]
        for row, line in zip(sheet.rows[:at], sheet.lines[:at], strict=True):
            if any(cell.strip() for cell in row) and not _is_data(row, sheet.rows[at]):
                shown = self.log.quote(" ".join(cell for cell in row if cell.strip()))
                self.log.add("CO202", line, "", shown, f"the headings, found on row {number}")
        self.plan = plan_columns(sheet.rows[at], at, self.log, columns, number)
        body = self._body(at)
        self._report_line_breaks()
        self._tidy(body)
        self._one_column_each(number)
        self._suggest_meanings(number)

    def _body(self, at: int) -> list[list[str]]:
        """Keep the rows that may be people; say why the others are not."""
        heading = self.sheet.rows[at]
        full = len(heading)
        needed = max((k for k, cell in enumerate(heading) if cell.strip()), default=-1) + 1
        folded = [cell.strip().casefold() for cell in heading[:needed]]
        kept: list[list[str]] = []
        rows = list(zip(self.sheet.rows, self.sheet.lines, strict=True))
        above = [(row, line) for row, line in rows[:at] if _is_data(row, heading)]
        for row, line in [*above, *rows[at + 1 :]]:
            if not row or not any(row) or not any(cell.strip() for cell in row):
                self.blank_rows += 1
                continue
            self.rows_in += 1
            first = row[0].strip().casefold()
            if first == folded[0] and [cell.strip().casefold() for cell in row[:needed]] == folded:
                self.log.add("CO203", line, "", "the headings again", "a person")
                self._reject(row, line, "CO203", "the headings again")
                continue
            if self._is_total(row[:full]):
                self.log.add("CO204", line, "", self.log.quote(" ".join(filter(None, row))), "a "
                             "person")  # fmt: skip
                self._reject(row, line, "CO204", "a row of totals")
                continue
            if len(row) < needed:
                found = counted(len(row), "cell")
                self.log.add("CO303", line, "", found, f"{needed} cells")
                self._reject(row, line, "CO303", f"{found} instead of {needed}")
                continue
            if len(row) > full:
                fit, told = self._fit(row), any(cell.strip() for cell in row[full:])
                if fit < 0 or (told and fit == 0):
                    self.log.add("CO304", line, "", f"{len(row)} cells", f"{full} cells")
                    self._reject(row, line, "CO304", f"{len(row)} cells instead of {full}")
                    continue
                extra = " ".join(cell for cell in row[full:] if cell.strip())
                found = self.log.quote(extra) if extra else counted(len(row) - full, "empty cell")
                self.log.add("CO215", line, "", f"{found} after the last heading", f"{full} cells")
                row = row[:full]
            elif len(row) < full:
                row = [*row, *[""] * (full - len(row))]
            kept.append(row)
            self.drafts.append(Draft(self.part, line, cells=row))
        for index in self.plan.unnamed:
            used = [d.row for d, row in zip(self.drafts, kept, strict=True) if row[index].strip()]
            if used:
                label = self.plan.label(index)
                self.log.add(
                    "CO314", used[0], label, f"text in {counted(len(used), 'row')}", "a heading"
                )
        return kept

    def _reject(self, row: Sequence[str], line: int, code: str, reason: str) -> None:
        self.rejected.append(Rejected(self.log.file, line, code, reason, tuple(row)))

    def _is_total(self, row: Sequence[str]) -> bool:
        filled = [cell.strip() for cell in row if cell.strip()]
        if not filled or filled[0].casefold() not in _TOTALS:
            return False
        words = [text for text in filled[1:] if not re.fullmatch(r"[\d.,% ]+", text)]
        return len(filled) <= max(2, len(row) // 2) or not words

    def _fit(self, row: Sequence[str]) -> int:
        """Return how many cells of a long row suit their headings, less those that do not."""
        readers: dict[str, Callable[[str], Any]] = {
            "level": lambda text: self.grades.read(text).value,
            "timezone": lambda text: read_zone(text).name,
            "availability": lambda text: read_hours(text).hours,
            "email": lambda text: read_email(text).value,
            "capacity": lambda text: read_count(text).value,
            "hours": lambda text: read_amount(text).value,
        }
        good = bad = 0
        for target, read in readers.items():
            for index in self.plan.fields.get(target, ())[:1]:
                text = tidy(row[index])
                if text and plain(text) not in BLANK_WORDS:
                    good, bad = (good + 1, bad) if read(text) is not None else (good, bad + 1)
        return good - bad

    def _report_line_breaks(self) -> None:
        lines = self.sheet.lines
        for draft, after in zip(self.drafts, self.drafts[1:], strict=False):
            if any("\n" in cell for cell in draft.cells) and after.row - draft.row > 1:
                if self.sheet.delimiter and lines[-1] != len(lines):
                    column = next(k for k, cell in enumerate(draft.cells) if "\n" in cell)
                    self.log.add("CO316", draft.row, self.plan.label(column), "a line break",
                                 "one line")  # fmt: skip
                break
        else:
            if self.drafts and any("\n" in cell for cell in self.drafts[-1].cells):
                self.log.add("CO316", self.drafts[-1].row, "", "a line break", "one line")

    def _tidy(self, body: list[list[str]]) -> None:
        """Tidy the columns that are used; spreadsheet errors become blank."""
        used = {k for indices in self.plan.fields.values() for k in indices}
        used |= {*self.plan.attributes, *self.plan.slots}
        for index in sorted(used):
            texts = [tidy(row[index]) for row in body]
            if any(text[:1] in ("#", "E", "e") and is_error_value(text) for text in set(texts)):
                for k, text in enumerate(texts):
                    if is_error_value(text):
                        self.log.add("CO335", self.drafts[k].row, self.plan.label(index), text,
                                     "a value")  # fmt: skip
                        texts[k] = ""
            self.texts[index] = texts

    def _suggest_meanings(self, number: int) -> None:
        """Say which columns are kept as attributes although they look like something known."""
        taken = set(self.plan.fields)
        taken |= {"role"} if taken & {"is_mentor", "is_both"} else set()
        taken |= {"name"} if taken & {"first_name", "last_name"} else set()
        taken |= {"availability"} if taken & {"unavailable"} or self.plan.slots else set()
        told = {problem.column for problem in self.log.problems if problem.code == "CO312"}
        for index, name in [*self.plan.attributes.items()][:MOST_HINTS]:
            label = self.plan.label(index)
            if label in told or name != self.plan.headings[index] or name in self.kept:
                continue
            meaning = meaning_of(name, self.texts[index], taken)
            if meaning:
                taken |= {meaning} - MANY
                self.plan.guesses[name] = meaning
                fix = f'Does it mean "{meaning}"? Then rename it, or add it to `columns`.'
                self.log.add("CO319", number, label, self.log.quote(name), "a known heading", fix)

    def _one_column_each(self, number: int) -> None:
        """Two columns of one name must agree, unless lists can be joined."""
        for target, indices in self.plan.fields.items():
            if len(indices) < 2:
                continue
            same = all(self.texts[index] == self.texts[indices[0]] for index in indices[1:])
            if same:
                del indices[1:]
            elif target not in MANY or len({self.plan.headings[k] for k in indices}) == 1:
                labels = ", ".join(self.plan.label(index) for index in indices)
                self.log.add("CO109", number, labels, f"two columns for {target}", "one")
                del indices[1:]


def _is_data(row: Sequence[str], heading: Sequence[str]) -> bool:
    """Whether a row above the heading is as full as people's rows (the sheet was sorted)."""
    wide = sum(1 for cell in heading if cell.strip())
    return sum(1 for cell in row if cell.strip()) >= max(3, 0.6 * wide)

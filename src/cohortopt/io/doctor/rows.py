"""What the cells of a row say about a person, column by column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from cohortopt.io.doctor.body import Body
from cohortopt.io.doctor.cells import (
    BLANK_WORDS,
    Cell,
    plain,
    read_amount,
    read_count,
    read_email,
    read_roles,
    tidy_name,
)
from cohortopt.io.doctor.headings import normal, skill_in, target_of
from cohortopt.io.doctor.hours import Hours, read_hours
from cohortopt.io.doctor.readers import (
    LONGEST_TEXT,
    at_least_one,
    forwards,
    hidden,
    languages,
    opposite,
    probability,
    short_text,
    zone_cell,
)
from cohortopt.io.doctor.sheet import Sheet
from cohortopt.io.doctor.skills_text import read_skills_cell
from cohortopt.io.doctor.slots import NO, YES, SlotReader
from cohortopt.io.doctor.zones import suggest_zone

MOSTLY = 0.6  # of the rows
# A column is missed where it is blank if this part of the rows has it; many have no manager here.
_MISSED = {"level": MOSTLY, "timezone": MOSTLY, "skills_wanted": MOSTLY, "availability": MOSTLY,
           "manager": 0.85}  # fmt: skip
_GONE = frozenset(("inactive", "terminated", "t", "l", "leave", "on leave", "suspended", "left",
                   "disabled", "withdrawn", "resigned", "leaver", "paused", "deactivated",
                   "deleted", "retired"))  # fmt: skip
_SURELY_GONE = frozenset(word for word in _GONE if len(word) > len("leave"))
_HERE = frozenset(("active", "a", "current", "employed", "enabled", "", "yes"))
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")

EXPECTED = {
    "id": "an id",
    "email": "one address like ann@example.org",
    "role": "mentor, mentee, peer, both or none",
    "level": "a whole number, or a grade named in `levels`",
    "timezone": "a zone like Europe/London",
    "availability": 'days and hours like "Mon 09:00-12:00"',
    "skills_offered": 'skills like "python:5; sql"',
    "skills_wanted": 'skills like "python:5; sql"',
    "manager": "the manager's id",
    "hours": "hours a month, 0 to 744",
    "priority": "a whole number from 1 to 1000",
    "dropout": "a probability from 0 to 1",
}
_COUNT = "a whole number from 0 to 1000"


class FileRows(Body):
    """Reads the cells of one sheet: afterwards ``drafts`` hold what each row says of a person."""

    def __init__(
        self,
        part: int,
        sheet: Sheet,
        *,
        columns: Mapping[str, str] | None = None,
        levels: Sequence[str] | None = None,
        role: str | None = None,
    ) -> None:
        super().__init__(part, sheet, columns, levels)
        if sheet.rows:
            self._read(role)

    def _column(self, target: str) -> list[str] | None:
        """Return the texts of a column; several list columns are joined by ``;``."""
        indices = self.plan.fields.get(target)
        if not indices:
            return None
        if len(indices) == 1:
            return self.texts[indices[0]]
        rows = zip(*(self.texts[index] for index in indices), strict=True)
        return ["; ".join(filter(None, cells)) for cells in rows]

    def _label(self, target: str) -> str:
        return self.plan.label(self.plan.fields[target][0])

    @cached_property
    def labels(self) -> dict[str, str]:
        """Return what messages call each recognised column."""
        return {target: self._label(target) for target in self.plan.fields}

    def _typed(
        self, target: str, read: Callable[[str], Cell[Any]], expected: str | None = None
    ) -> None:
        texts = self._column(target)
        if texts is None:
            return
        wanted, label = expected or EXPECTED.get(target, _COUNT), self._label(target)
        memo: dict[str, Cell[Any]] = {}
        for draft, text in zip(self.drafts, texts, strict=True):
            if not text:
                continue
            cell = memo.get(text)
            if cell is None:
                cell = memo[text] = read(text)
            if cell.value is not None:
                draft.fields[target] = cell.value
            if cell.code:
                self._say(cell.code, draft.row, label, text, wanted, cell)

    def _say(
        self, code: str, row: int, label: str, text: str, wanted: str, cell: Cell[Any]
    ) -> None:
        if code == "CO320":
            found = f"{self.log.quote(text)}, read as blank"
        elif cell.value is not None and code in ("CO209", "CO212", "CO217", "CO323"):
            found = f"{self.log.quote(text)}, read as {cell.value}"
        else:
            found = self.log.quote(text) + (f", {cell.note}" if cell.note else "")
        fix = None
        if code == "CO324" and not cell.note:
            near = suggest_zone(text)
            fix = f"Did you mean {near}?" if near else None
        self.log.add(code, row, label, found, wanted, fix)

    def _read(self, role: str | None) -> None:
        self._read_accepted()
        self._read_names()
        self._read_ids()
        self._typed("email", read_email)
        self._typed("level", self.grades.read)
        self._typed("timezone", zone_cell)
        for target in ("capacity", "capacity_min", "needs"):
            self._typed(target, read_count)
        self._typed("priority", lambda text: at_least_one(read_count(text)))
        self._typed("hours", read_amount)
        self._typed("dropout", probability)
        for target in ("department", "location"):
            self._typed(target, short_text, "a short text")
        self._typed("languages", languages)
        for target in ("skills_offered", "skills_wanted"):
            self._read_skills(target)
        self._read_hours()
        self._read_roles(role)
        for target in ("prefers", "vetoes", "past", "manager"):
            for draft, text in zip(self.drafts, self._column(target) or (), strict=False):
                if text:
                    draft.refs[target] = text
        self._read_attributes()
        self._report_blanks()

    def _read_accepted(self) -> None:
        for draft, text in zip(self.drafts, self._column("checked") or (), strict=False):
            if text:
                draft.accepted = frozenset(part.strip() for part in text.split(";"))

    def _read_ids(self) -> None:
        """Read ids; what means "none", like ``n/a``, is an id only where it stands once."""
        times = Counter(self._column("id") or ())
        none = {text for text, count in times.items() if count > 1 and plain(text) in BLANK_WORDS}
        self._typed("id", lambda text: Cell(None if text in none else text.replace("\n", " ")))

    def _read_names(self) -> None:
        parts = [self._column(target) for target in ("first_name", "middle_name", "last_name")]
        given = [column for column in parts if column]
        names = self._column("name")
        if names and sum(name.count(",") == 1 for name in names) >= MOSTLY * len(names):
            names = [forwards(name) for name in names]  # "Last, First"
        target = next((t for t in ("name", "last_name", "first_name") if t in self.plan.fields), "")
        if not target:
            return
        label = self._label(target)
        raw = self.plan.fields[target][0]
        for k, draft in enumerate(self.drafts):
            text = names[k] if names else ""
            if not text:
                text = " ".join(filter(None, (column[k] for column in given)))
            if not text:
                continue
            cell = tidy_name(text[:LONGEST_TEXT])
            draft.fields["name"] = cell.value
            code = cell.code or hidden(draft.cells[raw])
            code = "CO338" if len(text) > LONGEST_TEXT else code
            if code:
                self.log.add(code, draft.row, label, self.log.quote(draft.cells[raw]), "a name")

    def _read_skills(self, target: str) -> None:
        indices = self.plan.fields.get(target)
        if not indices:
            return
        rated = {i: self._is_rating(i) for i in indices if self._is_flag(i) or self._is_rating(i)}
        named = {index: skill_in(self.plan.headings[index]) for index in rated}
        columns = [self.texts[index] for index in indices if index not in rated]
        label, wanted = self._label(target), EXPECTED[target]
        for k, draft in enumerate(self.drafts):
            text = "; ".join(filter(None, (column[k] for column in columns)))
            ticked = [
                said
                for index, skill in named.items()
                if (said := _rated(skill, self.texts[index][k], rated[index]))
            ]
            if ticked:
                text = "; ".join(filter(None, (text, *ticked)))
            if not text:
                continue
            if plain(text) in BLANK_WORDS:
                self.log.add("CO320", draft.row, label, self.log.quote(text), wanted)
                continue
            skills = read_skills_cell(text)
            for code, part in skills.remarks:
                self.log.add(code, draft.row, label, self.log.quote(part), wanted)
            if skills.items:
                draft.skills[target] = skills
            else:
                self.log.add("CO320", draft.row, label, self.log.quote(text), wanted)

    def _is_rating(self, index: int) -> bool:
        """Whether a column of one skill holds numbers from 0 to 5, and not only yes and no."""
        values = set(self.texts[index]) - {""}
        one = target_of(self.plan.headings[index]) is None
        return one and values <= set("012345") and not self._is_flag(index)

    def _is_flag(self, index: int) -> bool:
        values = {text.casefold() for text in self.texts[index]} - {""}
        return bool(values) and values <= YES | NO

    def _read_hours(self) -> None:
        texts, busy = self._column("availability"), self._column("unavailable")
        slots = SlotReader(self.plan.slots, self.texts) if self.plan.slots else None
        if texts is None and busy is None and slots is None:
            return
        label = self._label("availability") if texts else "availability"
        wanted = EXPECTED["availability"]
        where = self.plan.label(min(self.plan.slots)) if slots else label
        for k, draft in enumerate(self.drafts):
            text = texts[k] if texts else ""
            found = Hours(None)
            if text and plain(text) in BLANK_WORDS:
                self.log.add("CO320", draft.row, label, self.log.quote(text), wanted)
            elif text:
                found = read_hours(text)
                if found.code:
                    self.log.add(found.code, draft.row, label, self.log.quote(found.part), wanted)
            elif busy and busy[k] and (taken := read_hours(busy[k]).hours) is not None:
                found = Hours(opposite(taken))
                self.log.add("CO327", draft.row, self._label("unavailable"),
                             "busy hours; Mon-Fri 08-18 without them", wanted)  # fmt: skip
            elif slots:
                row = {index: self.texts[index][k] for index in self.plan.slots}
                hours, code, part = slots.read(row)
                found = Hours(hours, code, part)
                if code and code != "CO320":
                    self.log.add(code, draft.row, where, self.log.quote(part), wanted)
            if found.hours is not None:
                draft.fields["availability"] = found.hours

    def _read_roles(self, role: str | None) -> None:
        self._typed("role", read_roles)
        if "role" not in self.plan.fields:
            self._read_role_flags()
        for k, draft in enumerate(self.drafts):
            if role and "role" not in draft.fields:
                draft.fields["role"] = tuple(r.strip() for r in role.split(";") if r.strip())
            for target, yes, no in (("is_mentor", "mentor", "mentee"), ("joins", "", "none"),
                                    ("is_both", "both", "")):  # fmt: skip
                column = self._column(target)
                if column is None:
                    continue
                word = column[k].casefold()
                told = yes if word in YES or word[:4] == "yes " else no if word in NO else ""
                if told == "both" and role:
                    continue  # the file says in which part the person is here
                if told and not (target == "is_mentor" and "role" in draft.fields):
                    draft.fields["role"] = (told,)
        status = self._column("status")
        if status is None:
            return
        label = self._label("status")
        gone = _GONE
        if not {plain(text) for text in status} <= _GONE | _HERE:  # codes may mean anything
            index = self.plan.fields["status"][0]
            self.plan.attributes[index] = self.plan.headings[index]
            gone = _SURELY_GONE
        for draft, text in zip(self.drafts, status, strict=True):
            if plain(text) in gone:
                draft.fields["role"] = ("none",)
                self.log.add("CO347", draft.row, label, self.log.quote(text), "active people")

    def _read_role_flags(self) -> None:
        """Read a column for each role, ``Mentor?`` and ``Mentee?``, with yes or no below."""
        columns = [
            (role, self.texts[index])
            for index, name in self.plan.attributes.items()
            if (role := normal(name).removeprefix("is ")) in ("mentor", "mentee", "peer")
            and self._is_flag(index)
        ]
        for k, draft in enumerate(self.drafts):
            words = {role: texts[k].casefold() for role, texts in columns}
            roles = tuple(role for role, word in words.items() if word in YES)
            refused = len(words) > 1 and all(word in NO - {""} for word in words.values())
            if roles or refused:
                draft.fields["role"] = roles or ("none",)

    def _read_attributes(self) -> None:
        for index, name in self.plan.attributes.items():
            texts = self.texts[index]
            self._report_dates(index, texts)
            for draft, text in zip(self.drafts, texts, strict=True):
                if text and text != "-":
                    draft.attributes[name] = text

    def _report_dates(self, index: int, texts: Sequence[str]) -> None:
        """In a column of ISO dates, report the cells that are none."""
        filled = [text for text in texts if text]
        if len(filled) < 4 or not any(_ISO.fullmatch(text) for text in filled[:20]):
            return
        odd = {text for text in set(filled) if not _ISO.fullmatch(text)}
        if sum(text not in odd for text in filled) < MOSTLY * len(filled):
            return
        for draft, text in zip(self.drafts, texts, strict=True):
            if text in odd:
                self.log.add("CO334", draft.row, self.plan.label(index), self.log.quote(text),
                             "a date like 2027-10-04, as in the other rows")  # fmt: skip

    def _report_blanks(self) -> None:
        for target, usual in _MISSED.items():
            texts = self._column(target)
            if texts is None or sum(map(bool, texts)) < usual * len(texts):
                continue
            label = self._label(target)
            for draft, text in zip(self.drafts, texts, strict=True):
                if not text:
                    self.log.add("CO320", draft.row, label, "nothing", EXPECTED[target])


def _rated(skill: str, text: str, rating: bool) -> str:
    """Return a skill of a column's heading with the cell's number; "" for no, 0 or blank."""
    if rating:
        return f"{skill}:{text}" if text.strip("0") else ""
    return skill if text.casefold() in YES else ""

"""From files to a `Roster`: everything that a person could understand, and every problem found.

Which problems stop the reading: those of the file as a whole (CO101-CO109, CO111-CO113), an id
on two people (CO110), and a roster without people (CO108). A cell that cannot be used counts as
blank, a row that cannot be used is left out; both are reported and the reading goes on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cohortopt.errors import Problem, RosterError
from cohortopt.io.doctor.headings import is_known, normal
from cohortopt.io.doctor.people import Draft, People, Rejected, report_lookalikes
from cohortopt.io.doctor.read_sheet import read_sheet
from cohortopt.io.doctor.references import resolve
from cohortopt.io.doctor.remarks import LONG, SHORT, Remarks
from cohortopt.io.doctor.rows import FileRows
from cohortopt.io.doctor.sheet import Source
from cohortopt.io.doctor.skills_text import Spellings
from cohortopt.model import Person, Roster
from cohortopt.words import counted

UNUSED = ("CO303", "CO304", "CO307", "CO321", "CO322", "CO324", "CO326", "CO329", "CO336")
"""Codes that say that a row or a cell could not be used; ``strict`` counts them as errors."""


@dataclass(frozen=True)
class RosterReport:
    """A roster, and what became of every row and column of its files."""

    roster: Roster
    problems: tuple[Problem, ...] = ()
    rows_in: int = 0
    merged: int = 0
    rejected: tuple[Rejected, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)  # heading -> canonical column
    guesses: dict[str, str] = field(default_factory=dict)  # heading -> column, only suggested
    hashes: dict[str, str] = field(default_factory=dict)  # file -> "sha256:..."
    encodings: dict[str, str] = field(default_factory=dict)
    blank_rows: int = 0
    columns: tuple[str, ...] = ()  # canonical columns that some file had
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)  # id -> file, row
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of each file
    spellings: dict[str, str] = field(default_factory=dict)  # every spelling -> its skill
    near_skills: dict[str, str] = field(default_factory=dict)  # skill -> a commoner, close one

    def __post_init__(self) -> None:
        assert self.rows_in == len(self.roster) + self.merged + len(self.rejected), (
            "every row is a person, merged or rejected"
        )

    @property
    def has_errors(self) -> bool:
        """Whether any problem stops the reading."""
        return any(problem.is_error for problem in self.problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that stop the reading."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def counts(self) -> str:
        """Return what became of the rows, as one sentence."""
        return (
            f"{counted(self.rows_in, 'row')} in = {counted(len(self.roster), 'person')} "
            f"+ {self.merged} merged "
            f"+ {len(self.rejected)} rejected"
        )


@dataclass(frozen=True)
class _Spec:
    source: Source
    role: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    levels: Sequence[str] | None = None


def read_roster(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    levels: Sequence[str] | None = None,
    sheet: str | None = None,
    role: str | None = None,
    spellings: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Roster:
    """Read a roster from a path, bytes, an open file, ``-`` (stdin), or several of them.

    Parameters
    ----------
    source : path, bytes, open file, or a sequence of (path, role, sheet, columns)
        CSV in any usual dialect and encoding, xlsx, xls or ods. The tuple may end early;
        objects with ``file`` and the like do as well.
    columns : mapping, optional
        Heading of the file to canonical column, in either direction.
    levels : sequence of str, optional
        Grades from the lowest, which is level 1.
    sheet : str, optional
        Sheet of a workbook; by default the one with the most known headings.
    role : str, optional
        Role of everyone whose row names none.
    spellings : mapping, optional
        Decisions about skills: spelling to skill.
    strict : bool
        Refuse the roster also when a row or cell could not be used.

    Raises
    ------
    RosterError
        With every problem of the roster, if any of them is an error.
    """
    report = read_roster_report(
        source, columns=columns, levels=levels, sheet=sheet, role=role, spellings=spellings
    )
    wrong = [p for p in report.problems if p.is_error or (strict and p.code in UNUSED)]
    if wrong:
        raise RosterError(wrong)
    return report.roster


def read_roster_report(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    levels: Sequence[str] | None = None,
    sheet: str | None = None,
    role: str | None = None,
    spellings: Mapping[str, str] | None = None,
    show_values: bool = False,
) -> RosterReport:
    """Read a roster and report on it; never raises for what is in the files.

    Takes what `read_roster` takes. ``show_values`` quotes values in messages at length.
    Reading takes time linear in the cells, plus at most five million comparisons of names.
    """
    specs = _specs(source, _Spec(b"", role, sheet, columns, levels))
    known = _known_with(specs)
    files: list[FileRows] = []
    hashes: dict[str, str] = {}
    encodings: dict[str, str] = {}
    for part, spec in enumerate(specs):
        found = read_sheet(spec.source, sheet=spec.sheet, known=known,
                           shown=LONG if show_values else SHORT)  # fmt: skip
        if any(found.file == file.log.file for file in files):
            found.remarks.file = found.file = _longer_name(spec, found.file, part)
        hashes[found.file] = found.sha256
        encodings[found.file] = found.encoding
        files.append(
            FileRows(part, found, columns=spec.columns, levels=spec.levels, role=spec.role)
        )
    return _assemble(files, Spellings(spellings), hashes, encodings)


def _specs(source: Any, default: _Spec) -> list[_Spec]:
    if isinstance(source, str | os.PathLike | bytes) or hasattr(source, "read"):
        return [replace(default, source=source)]
    return [_spec(one, default) for one in ([source] if hasattr(source, "file") else source)]


def _spec(one: Any, default: _Spec) -> _Spec:
    """Return what is told of one source, and what is told of all where it says nothing."""
    if isinstance(one, tuple):
        file, role, sheet, columns = (*one, None, None, None)[:4]
        levels = None
    elif hasattr(one, "file"):
        file = one.file
        told = (getattr(one, name, None) for name in ("role", "sheet", "columns", "levels"))
        role, sheet, columns, levels = told
    else:
        return replace(default, source=one)
    return _Spec(
        file,
        _role_text(role) or default.role,
        sheet or default.sheet,
        {**(default.columns or {}), **(columns or {})} or None,
        levels or default.levels,
    )


def _role_text(role: Any) -> str | None:
    return role if role is None or isinstance(role, str) else ";".join(role)


def _longer_name(spec: _Spec, name: str, part: int) -> str:
    """Return what tells a file from an earlier one of the same name: its sheet, or its folder."""
    if spec.sheet:
        return f"{name} ({spec.sheet})"
    source = spec.source
    return os.fspath(source) if isinstance(source, str | os.PathLike) else f"{name} {part + 1}"


def _known_with(specs: Sequence[_Spec]) -> Any:
    told = {normal(text) for spec in specs for pair in (spec.columns or {}).items()
            for text in pair}  # fmt: skip
    return lambda heading: is_known(heading) or (len(heading) < 300 and normal(heading) in told)


def _assemble(
    files: list[FileRows], spellings: Spellings, hashes: dict[str, str], encodings: dict[str, str]
) -> RosterReport:
    logs = [file.log for file in files]
    people = People(logs)
    for file in files:
        people.rejected.extend(file.rejected)
    _give_ids(files)
    for file in files:
        for draft in file.drafts:
            people.add(draft)
    drafts = people.by_id
    near: dict[str, str] = {}
    if files:
        _one_spelling(drafts, logs)
        report_lookalikes(drafts.values(), logs)
        resolve(drafts, logs, [file.labels for file in files])
        near = _settle_skills(files, drafts, logs, spellings)
        if not any(log.has_errors for log in logs) and len(drafts) < 2:
            code, found = ("CO311", "one person") if drafts else ("CO108", "no people")
            logs[0].add(code, 0, "", found, "at least two people")
        if len(drafts) >= 10 and _all_alike(drafts):
            logs[0].add("CO318", 0, "", "the same skills, level and hours for everyone",
                        "people who differ")  # fmt: skip
    problems = tuple(sorted(
        problem for part, log in enumerate(logs)
        for problem in _not_accepted(log, part, drafts)
    ))  # fmt: skip
    return RosterReport(
        roster=Roster(people=tuple(_person(draft) for draft in drafts.values())),
        problems=problems,
        rows_in=sum(file.rows_in for file in files),
        merged=people.merged,
        rejected=tuple(people.rejected),
        mapping={k: v for file in files for k, v in file.plan.mapping.items()},
        guesses={k: v for file in files for k, v in file.plan.guesses.items()},
        hashes=hashes,
        encodings=encodings,
        blank_rows=sum(file.blank_rows for file in files),
        columns=tuple(dict.fromkeys(t for file in files for t in file.plan.fields)),
        spellings=spellings.chosen,
        near_skills=near,
        headings={file.log.file: tuple(file.plan.headings) for file in files},
        rows={d.id: (logs[d.part].file, d.row) for d in drafts.values()},
    )


def _all_alike(drafts: dict[str, Draft]) -> bool:
    """Whether everyone has the same skills, and the same level and hours."""
    people = iter(drafts.values())
    first = next(people)
    columns = ("level", "availability")
    return bool(first.skills) and all(
        draft.skills == first.skills
        and all(draft.fields.get(key) == first.fields.get(key) for key in columns)
        for draft in people
    )


def _give_ids(files: list[FileRows]) -> None:
    """Give everyone an id: the id column's, else the e-mail address, else the row number."""
    by_email: dict[str, str] = {}
    for file in files:
        for draft in file.drafts:
            if "id" in draft.fields and "email" in draft.fields:
                by_email.setdefault(str(draft.fields["email"]).casefold(), draft.fields["id"])
    seen: dict[str, Draft] = {}
    for file in files:
        if not file.drafts:
            continue
        has_column = "id" in file.plan.fields
        used: Counter[str] = Counter()
        for draft in file.drafts:
            given = draft.fields.pop("id", "")
            email = str(draft.fields.get("email", ""))
            if given:
                draft.id = given
                continue
            key = email.casefold()
            known = seen.get(key)
            if key and not (known and known.name and draft.name and known.part == draft.part
                            and known.name.casefold() != draft.name.casefold()):  # fmt: skip
                draft.id = by_email.setdefault(key, email)
                seen.setdefault(key, draft)
                used["the e-mail address"] += 1
            else:
                stem = "" if len(files) == 1 else file.log.file.rsplit(".", 1)[0] + "-"
                draft.id = f"{stem}row-{draft.row}"
                used["the row number"] += 1
            if has_column:
                file.log.add("CO306", draft.row, file.labels["id"], "nothing",
                             "an id", f"{draft.id} is used. Fill in the id.")  # fmt: skip
        if not has_column:
            what = " or ".join(used)
            file.log.add("CO305", 0, "", "no column of ids", f"one; {what} serves instead")


def _one_spelling(drafts: dict[str, Draft], logs: list[Remarks]) -> None:
    """Write departments and locations that differ by case in their commonest spelling."""
    for target in ("department", "location"):
        counts = Counter(d.fields[target] for d in drafts.values() if d.fields.get(target))
        groups: dict[str, list[str]] = {}
        for spelling in counts:
            groups.setdefault(spelling.casefold(), []).append(spelling)
        best = {
            spelling: min(group, key=lambda s: (-counts[s], s.islower() or s.isupper(), s))
            for group in groups.values() if len(group) > 1
            for spelling in group
        }  # fmt: skip
        for draft in drafts.values():
            spelling = str(draft.fields.get(target, ""))
            chosen = best.get(spelling, spelling)
            if chosen != spelling:
                draft.fields[target] = chosen
                log = logs[draft.part]
                log.add("CO207", draft.row, target, log.quote(spelling), log.quote(chosen))


def _settle_skills(
    files: list[FileRows], drafts: dict[str, Draft], logs: list[Remarks], spellings: Spellings
) -> dict[str, str]:
    """Give every skill one spelling; suggest near misses where they stand, and return them."""
    for draft in drafts.values():
        spellings.count(draft.skills.values())
    spellings.settle()
    near = spellings.near_misses()
    for draft in drafts.values():
        log = logs[draft.part]
        labels = files[draft.part].labels if draft.skills else {}
        for target, skills in draft.skills.items():
            chosen: dict[str, int] = {}
            for spelling, degree in skills.items:
                names = spellings.names(spelling)
                if names != (spelling,):
                    log.add("CO208", draft.row, labels.get(target, target), log.quote(spelling),
                            log.quote("; ".join(names)))  # fmt: skip
                for name in names:
                    if name in near:
                        log.add("CO333", draft.row, labels.get(target, target), log.quote(name),
                                "a known skill", f'Did you mean "{near[name]}"? If so, add the '
                                f'line "{name},{near[name]}" to skills.csv.')  # fmt: skip
                    chosen[name] = max(degree, chosen.get(name, 0))
            draft.fields[target] = chosen
    return near


def _not_accepted(log: Remarks, part: int, drafts: dict[str, Draft]) -> list[Problem]:
    """Return the problems but those that the roster's column ``checked`` names for their row."""
    accepted = {d.row: d.accepted for d in drafts.values() if d.part == part and d.accepted}
    if not accepted:
        return log.problems
    rows = {draft.row for draft in drafts.values() if draft.part == part}
    anywhere = frozenset[str]().union(*accepted.values())
    return [
        p
        for p in log.problems
        if acceptance(p) not in (accepted.get(p.row, ()) if p.row in rows else anywhere)
    ]


def acceptance(problem: Problem) -> str:
    """Return what the column ``checked`` says of a problem that was looked at."""
    column = " ".join(problem.column.split(" ", 1)[-1].replace(";", ",").split())
    return f"{problem.code} {column}".strip()


def _person(draft: Draft) -> Person:
    return Person(id=draft.id, attributes=draft.attributes, **draft.fields)

"""Reading an assignment back, CSV or workbook, also one that was edited or made by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from cohortopt.errors import InputError, Problem
from cohortopt.io.link_slots import by_link, parted
from cohortopt.io.safe import quoted, unsafe_cell
from cohortopt.io.tables import read_records
from cohortopt.model import DAYS, Match, Member, ProgramSolution, Rings, Roster, Slot, Solution
from cohortopt.model.solution import MemberRole
from cohortopt.model.time import zone
from cohortopt.programs import Program, Scenario

_SLOT = re.compile(
    r"^(?P<day>[A-Z][a-z]{2})(?: (?P<date>\d{4}-\d\d-\d\d))? (?P<start>\d\d:\d\d)"
    r" \((?P<zone>[^,]+), (?P<minutes>\d+) min\)$"
)
ROLES = {
    "pairs": ("giver", "taker"),
    "partners": ("peer",),
    "rings": ("peer",),
    "groups": ("member",),
}
SEATS: tuple[str, ...] = get_args(MemberRole)


@dataclass(frozen=True)
class Seat:
    """One row: a person in a match. ``program`` is "" where the file has no such column."""

    row: int
    program: str
    match: str
    person: str
    round: int = 1
    role: str = ""
    slot: str = ""
    keep: str = ""


COLUMNS = {
    "program": "program",
    "match": "match",
    "person": "person|person id|id",
    "round": "round",
    "role": "role",
    "slot": "slot",
    "keep": "keep|keep x",
}


def read_seats(path: Path, needed: Sequence[str], problems: list[Problem]) -> Iterator[Seat]:
    """Yield the rows of an assignment; those without match or person go to ``problems``.

    Raises
    ------
    InputError
        If the file cannot be read or lacks a needed column.
    """
    records, _ = read_records(path, COLUMNS, needed, clean=lambda text: unsafe_cell(text).strip())
    for row, cells in records:
        missing = next((name for name in ("person", "match") if not cells[name]), "")
        if missing:
            if any(cells[name] for name in needed):
                problems.append(Problem(str(path), row, missing, "CO167", "", f"a {missing}"))
            continue
        around = cells.pop("round", "1")
        yield Seat(row, cells.pop("program", ""), **cells, round=_round(around))


def _round(text: str) -> int:
    return int(text) if text.isdecimal() else 1


def read_assignment(path: Path, scenario: Scenario, roster: Roster | None = None) -> Solution:
    """Read matches from ``match, person`` and, if known, ``program, role, slot, round``.

    Rows of one match stand in the order of its members. Without roles, pairs are giver then
    taker, and everyone in a group is a member. Without a program column there is one program.
    Where rings may be chains, those that begin with somebody of the roster who wants nothing are.

    Raises
    ------
    InputError
        With every row that cannot be read.
    """
    problems: list[Problem] = []
    programs = {program.name: program for program in scenario.programs}
    only = scenario.programs[0].name if len(programs) == 1 else ""
    found: dict[tuple[str, int, str], list[Seat]] = {}
    for seat in read_seats(path, ("match", "person"), problems):
        name = seat.program or only
        for column, text, expected in _objections(seat, name, list(programs)):
            problems.append(Problem(str(path), seat.row, column, "CO167", quoted(text), expected))
        found.setdefault((name, seat.round, seat.match), []).append(seat)
    if problems:
        raise InputError(problems)
    people = roster.people if roster else ()
    volunteers = frozenset(person.id for person in people if not person.skills_wanted)
    parts = tuple(_part(program, found, volunteers) for program in scenario.programs)
    return Solution(scenario=scenario.name, programs=parts)


def _objections(seat: Seat, program: str, programs: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, value and what was expected for each cell that cannot be used."""
    if program not in programs:
        yield "program", seat.program, f"a program: one of {', '.join(programs)}"
    if seat.role and seat.role not in SEATS:
        yield "role", seat.role, f"one of {', '.join(SEATS)}"
    if seat.slot:
        try:
            for text in [slot for slot, _ in parted(seat.slot)] or [seat.slot]:
                read_slot(text)
        except ValueError:
            yield "slot", seat.slot, 'a slot like "Tue 14:00 (Europe/London, 60 min)"'


def _part(
    program: Program, found: dict[tuple[str, int, str], list[Seat]], volunteers: frozenset[str]
) -> ProgramSolution:
    shape = program.shape
    default = ROLES[shape.kind]
    matches: list[Match] = []
    for (name, number, title), seats in found.items():
        if name != program.name:
            continue
        members = tuple(
            Member.model_validate(
                {"person": seat.person, "role": seat.role or default[min(k, len(default) - 1)]}
            )
            for k, seat in enumerate(seats)
        )
        match = Match(
            match=title,
            round=number,
            members=members,
            ring=isinstance(shape, Rings),
            chain=isinstance(shape, Rings) and shape.chains > 0 and seats[0].person in volunteers,
        )
        cells = [seat.slot for seat in seats]
        one = next(filter(None, cells), "")
        if any(map(parted, cells)):
            match = match.model_copy(update={"slots": by_link(match, cells, read_slot)})
        elif one:
            match = match.model_copy(update={"slot": read_slot(one)})
        matches.append(match)
    return ProgramSolution(
        name=program.name, use=program.use, status="feasible", matches=tuple(matches)
    )


def read_slot(text: str) -> Slot:
    """Return the slot that ``str(slot)`` wrote.

    Raises
    ------
    ValueError
        If the text is no slot, or names no zone or time that there is.
    """
    found = _SLOT.match(text)
    if not found or found["day"] not in DAYS:
        raise ValueError(f"{text!r} is no slot")
    zone(found["zone"])
    dt.time.fromisoformat(found["start"])
    return Slot.model_validate(
        {
            "day": found["day"],
            "start": found["start"],
            "minutes": int(found["minutes"]),
            "timezone": found["zone"],
            "date": found["date"],
        }
    )

"""Reading ``assignment.csv`` back, also one that was edited or made by hand."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from cohortopt.errors import InputError, Problem
from cohortopt.io.safe import quoted, unsafe_cell
from cohortopt.model import DAYS, Match, Member, ProgramSolution, Slot, Solution
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


def read_assignment(path: Path, scenario: Scenario) -> Solution:
    """Read matches from a CSV with ``program, match, person`` and, if known, ``role, slot, round``.

    Rows of one match stand in the order of its members. Without roles, pairs are giver then
    taker, and everyone in a group is a member. Without a program column there is one program.

    Raises
    ------
    InputError
        With every row that cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(str(path), 0, "", "CO150", str(error), "a CSV file")]) from None
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    problems: list[Problem] = []
    programs = {program.name: program for program in scenario.programs}
    only = scenario.programs[0].name if len(programs) == 1 else ""
    found: dict[tuple[str, int, str], dict[str, list[str]]] = {}
    for number, row in enumerate(rows, start=2):
        cell = {
            (key or "").strip().casefold(): unsafe_cell(value or "").strip()
            for key, value in row.items()
            if isinstance(value, str)
        }
        name = cell.get("program") or only
        if name not in programs:
            expected = f"a program: one of {', '.join(programs)}"
            problems.append(Problem(str(path), number, "program", "CO167", quoted(name), expected))
            continue
        if not cell.get("person") or not cell.get("match"):
            missing = "match" if cell.get("person") else "person"
            problems.append(Problem(str(path), number, missing, "CO167", "", f"a {missing}"))
            continue
        slot = cell.get("slot", "")
        if slot and not _SLOT.match(slot):
            expected = 'a slot like "Tue 14:00 (Europe/London, 60 min)"'
            problems.append(Problem(str(path), number, "slot", "CO167", quoted(slot), expected))
            continue
        around = cell.get("round", "1")
        key = (name, int(around) if around.isdecimal() else 1, cell["match"])
        match = found.setdefault(key, {"people": [], "roles": [], "slots": []})
        match["people"].append(cell["person"])
        match["roles"].append(cell.get("role", ""))
        match["slots"].append(slot)
    if problems:
        raise InputError(problems)
    parts = tuple(_part(program, found) for program in scenario.programs)
    return Solution(scenario=scenario.name, programs=parts)


def _part(
    program: Program, found: dict[tuple[str, int, str], dict[str, list[str]]]
) -> ProgramSolution:
    matches: list[Match] = []
    for (name, number, title), told in found.items():
        if name != program.name:
            continue
        default = ROLES[program.shape.kind]
        members = tuple(
            Member.model_validate(
                {"person": one, "role": role or default[min(k, len(default) - 1)]}
            )
            for k, (one, role) in enumerate(zip(told["people"], told["roles"], strict=True))
        )
        slot = next(filter(None, told["slots"]), "")
        matches.append(
            Match(
                match=title,
                round=number,
                members=members,
                slot=read_slot(slot) if slot else None,
                ring=program.shape.kind == "rings",
            )
        )
    return ProgramSolution(
        name=program.name, use=program.use, status="feasible", matches=tuple(matches)
    )


def read_slot(text: str) -> Slot:
    """Return the slot that ``str(slot)`` wrote.

    Raises
    ------
    ValueError
        If the text is no slot.
    """
    found = _SLOT.match(text)
    if not found or found["day"] not in DAYS:
        raise ValueError(f"{text!r} is no slot")
    return Slot.model_validate(
        {
            "day": found["day"],
            "start": found["start"],
            "minutes": int(found["minutes"]),
            "timezone": found["zone"],
            "date": found["date"],
        }
    )

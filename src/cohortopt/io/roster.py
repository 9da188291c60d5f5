"""From a file to a `Roster`."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cohortopt.errors import Problem, RosterError
from cohortopt.model import Availability, Person, Roster

LISTS = ("languages", "prefers", "vetoes", "past", "role")
SKILLS = ("skills_offered", "skills_wanted")
NUMBERS = ("level", "capacity", "capacity_min", "needs", "priority")


def read_roster(
    source: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | None = None,
    levels: Sequence[str] | None = None,
    role: str | None = None,
) -> Roster:
    """Read a clean CSV with canonical headings."""
    with Path(source).open(encoding="utf-8-sig", newline="") as file:
        people = []
        for number, row in enumerate(csv.DictReader(file), 2):
            fields: dict[str, Any] = {}
            for heading, text in row.items():
                key = (columns or {}).get(heading, heading)
                value = (text or "").strip()
                if not value:
                    continue
                if key in LISTS:
                    fields[key] = tuple(part.strip() for part in value.split(";") if part.strip())
                elif key in SKILLS:
                    degrees = (part.partition(":") for part in value.split(";"))
                    fields[key] = {s.strip(): int(d or 3) for s, _, d in degrees if s.strip()}
                elif key == "level" and levels and value in levels:
                    fields[key] = levels.index(value) + 1
                elif key in NUMBERS:
                    fields[key] = int(value)
                elif key == "availability":
                    fields[key] = Availability.parse(value)
                else:
                    fields[key] = value
            if role:
                fields["role"] = (role,)
            try:
                people.append(Person(**fields))
            except ValueError as error:
                place = (os.fspath(source), number, "", "CO101", "", str(error))
                raise RosterError([Problem(*place)]) from None
    return Roster(people=tuple(people))

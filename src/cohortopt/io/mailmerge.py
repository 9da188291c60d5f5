"""``mailmerge.csv``: one row per person, with nothing in it that a participant may not read.

Only the columns named here are written: names, addresses, who meets whom, topic and time. No
points, vetoes, calendars, managers, notes, reasons or other columns of the roster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cohortopt.io.local_time import clock_of, local_text
from cohortopt.io.meetings import Rhythm, rhythm_of
from cohortopt.io.safe import printable
from cohortopt.io.table import csv_bytes
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.solution import Match, Solution
from cohortopt.model.time import Slot

PERSON_COLUMNS = ("person", "name", "email", "matches")
MATCH_COLUMNS = (
    "program",
    "your_part",
    "with",
    "with_email",
    "topic",
    "meeting",
    "timezone",
    "how_often",
    "why",
)
PARTS = {
    "giver": "mentor",
    "taker": "mentee",
    "peer": "peer",
    "leader": "leader",
    "member": "member",
}
Why = Callable[[Match, str], str]


@dataclass(frozen=True)
class Seat:
    """One person's place in one match."""

    program: str
    match: Match
    part: str


def seats(solution: Solution) -> dict[str, list[Seat]]:
    """Return everyone's places, in the order of the solution."""
    found: dict[str, list[Seat]] = {}
    for program in solution.programs:
        for match in program.matches:
            for member in match.members:
                seat = Seat(program.name, match, PARTS[member.role])
                found.setdefault(member.person, []).append(seat)
    return found


def slots_of(match: Match, person: str) -> list[tuple[Slot, tuple[str, ...]]]:
    """Return the meetings of a match that ``person`` attends, each with the others there."""
    people = match.people
    if not match.slots:
        others = tuple(one for one in people if one != person)
        return [(match.slot, others)] if match.slot else []
    found: list[tuple[Slot, tuple[str, ...]]] = []
    for slot, (giver, taker) in zip(match.slots, match.links(), strict=False):
        if slot is not None and person in (giver, taker):
            found.append((slot, (taker if person == giver else giver,)))
    return found


def meeting_texts(
    match: Match, person: Person, facts: Facts, mondays: tuple[dt.date, ...]
) -> list[str]:
    """Return when ``person`` meets, on their own clock; whom, where it differs by meeting."""
    clock = clock_of(person, facts.timezone)
    texts = []
    for slot, others in slots_of(match, person.id):
        text = local_text(slot, clock, mondays)
        if match.slots:
            text += f" with {_names(others, facts)}"
        texts.append(text)
    return texts


def mailmerge_rows(solution: Solution, facts: Facts, why: Why) -> tuple[list[str], list[list[str]]]:
    """Return the columns and a row for everyone of the roster who was placed.

    A mail merge needs one row per person, so a second match gets columns ending in ``_2``.
    """
    placed = seats(solution)
    rhythms = {one.name: rhythm_of(solution, one, facts) for one in solution.programs}
    most = max((len(mine) for mine in placed.values()), default=1)
    columns = [*PERSON_COLUMNS]
    for number in range(1, most + 1):
        columns += [name if number == 1 else f"{name}_{number}" for name in MATCH_COLUMNS]
    rows = []
    for person in facts.roster.people:
        mine = placed.get(person.id, [])
        if mine:
            row = [person.id, person.name, person.email, str(len(mine))]
            for seat in mine:
                row.extend(_seat_cells(seat, person, rhythms[seat.program], facts, why))
            rows.append(row + [""] * (len(columns) - len(row)))
    return columns, rows


def _seat_cells(
    seat: Seat, person: Person, rhythm: Rhythm, facts: Facts, why: Why
) -> Iterator[str]:
    match = seat.match
    others = tuple(one for one in match.people if one != person.id)
    dated = match.slot is not None and match.slot.date is not None
    texts = meeting_texts(match, person, facts, rhythm.mondays(match))
    yield seat.program
    yield seat.part
    yield _names(others, facts)
    yield "; ".join(facts.roster[o].email for o in others if o in facts.roster)
    yield match.topic or ""
    yield "; ".join(texts)
    yield clock_of(person, facts.timezone) if texts else ""
    yield "" if not texts else "once" if dated else str(rhythm)
    yield why(match, person.id)


def _names(people: tuple[str, ...], facts: Facts) -> str:
    known = facts.roster.by_id
    names = [known[one].name or one if one in known else one for one in people]
    return ", ".join(printable(name) for name in names)


def mailmerge_csv(solution: Solution, facts: Facts, why: Why) -> bytes:
    """Return the bytes of ``mailmerge.csv``; ``why`` must be the participants' version."""
    columns, rows = mailmerge_rows(solution, facts, why)
    return csv_bytes(columns, rows)

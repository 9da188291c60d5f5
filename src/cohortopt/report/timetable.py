"""The timetable of dated sessions: who meets when, slot by slot and person by person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from cohortopt.io.local_time import local_text
from cohortopt.io.safe import printable
from cohortopt.model import Facts, Slot, Solution
from cohortopt.report.why import name_of


@dataclass(frozen=True)
class Timetable:
    """Lines of a slot (or person) and its sessions, in order of time; on the event's own clock."""

    clock: str
    slots: tuple[tuple[str, tuple[str, ...]], ...]
    people: tuple[tuple[str, tuple[str, ...]], ...]


def timetable(solution: Solution, facts: Facts) -> Timetable | None:
    """Return the timetable of all dated sessions, None where nothing has a date."""
    timed = [
        (match.slot, match)
        for program in solution.programs
        for match in program.matches
        if match.slot is not None and match.slot.date is not None
    ]
    if not timed:
        return None
    timed.sort(key=lambda one: (one[0].instant, one[1].match))
    several = len({slot.date for slot, _ in timed}) > 1
    by_slot: dict[Slot, list[str]] = defaultdict(list)
    by_person: dict[str, list[str]] = defaultdict(list)
    for slot, match in timed:
        names = {one: name_of(one, facts.roster) for one in match.people}
        topic = f" ({printable(match.topic)})" if match.topic else ""
        by_slot[slot].append(" → ".join(names.values()) + topic)
        at = f"{slot.date} {slot.start}" if several else slot.start
        for one in match.people:
            others = ", ".join(name for other, name in names.items() if other != one)
            by_person[one].append(f"{at} {others}{topic}")
    people = sorted(by_person, key=lambda one: (name_of(one, facts.roster).casefold(), one))
    return Timetable(
        timed[0][0].timezone,
        tuple((_says(slot), tuple(sessions)) for slot, sessions in by_slot.items()),
        tuple((name_of(one, facts.roster), tuple(by_person[one])) for one in people),
    )


def _says(slot: Slot) -> str:
    assert slot.monday is not None
    return local_text(slot, slot.timezone, (slot.monday,))

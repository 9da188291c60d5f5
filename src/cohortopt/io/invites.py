"""``invites/*.ics``: a calendar file per match (RFC 5545), with its own time zone data.

The UID of a meeting comes from who meets in which program, so importing a later file moves the
meeting instead of adding one. A file holds names, the topic and the time, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cohortopt.io import ics
from cohortopt.io.local_time import clock_of, local_text
from cohortopt.io.meetings import Rhythm, rhythm_of
from cohortopt.io.safe import file_names, printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.model.time import Slot

_SPACE = uuid.UUID("6d1f7c0e-5a0b-5d0e-9b58-0a3f3f0c9a11")  # ours, for uuid5
_TITLE = 120
_STAMPS = ("UID:", "DTSTAMP:", "SEQUENCE:")
HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cohortopt//cohortopt//EN")


@dataclass(frozen=True)
class Sent:
    """What an earlier file said about a meeting."""

    sequence: int
    stamp: str
    content: tuple[str, ...]


def read_invites(folder: Path) -> dict[str, Sent]:
    """Return the meetings in the calendar files of a folder by UID."""
    found: dict[str, Sent] = {}
    for file in sorted(folder.glob("*.ics")) if folder.is_dir() else ():
        for lines in ics.read_events(file):
            said = dict(line.split(":", 1) for line in lines if line.startswith(_STAMPS))
            if len(said) == len(_STAMPS) and said["SEQUENCE"].isdecimal():
                content = tuple(line for line in lines if not line.startswith(_STAMPS))
                found[said["UID"]] = Sent(int(said["SEQUENCE"]), said["DTSTAMP"], content)
    return found


def invites(
    solution: Solution,
    facts: Facts,
    *,
    earlier: Mapping[str, Sent] | None = None,
    now: dt.datetime | None = None,
    organizer: str | None = None,
) -> dict[str, bytes]:
    """Return the calendar files by name.

    A meeting that is in ``earlier`` and changed gets the next SEQUENCE and the time ``now``; one
    that did not change keeps both, so that the same solution gives the same files. With an
    ``organizer`` (an address) the files are requests that name the members as attendees.

    Where the scenario names no weeks, meetings start in the week after ``now``.
    """
    now = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    names = file_names(match.match for match in solution.assignment.matches)
    taken: set[str] = set()
    files: dict[str, bytes] = {}
    for program in solution.programs:
        rhythm = rhythm_of(solution, program, facts, now.date())
        maker = _Maker(facts, rhythm, organizer, earlier or {}, now)
        for match in program.matches:
            meetings = _meetings(match)
            if meetings:
                lines = []
                for slot, people in meetings:
                    uid = _identity(solution.scenario, program.name, match, people, taken)
                    lines += maker.event(program.name, match, slot, people, uid)
                files[f"{names[match.match]}.ics"] = maker.calendar(lines, match, meetings)
    return files


def _meetings(match: Match) -> list[tuple[Slot, tuple[str, ...]]]:
    if match.slots:
        pairs = zip(match.slots, match.links(), strict=False)
        return [(slot, link) for slot, link in pairs if slot is not None]
    return [(match.slot, match.people)] if match.slot else []


def _identity(
    scenario: str, program: str, match: Match, people: tuple[str, ...], taken: set[str]
) -> str:
    """Return the meeting's UID: from the scenario, the program and who meets."""
    base = "\x1f".join([scenario, program, str(match.round), match.topic or "", *sorted(people)])
    number = 0
    while True:
        found = f"{uuid.uuid5(_SPACE, base if not number else f'{base}#{number}')}@cohortopt"
        if found not in taken:
            taken.add(found)
            return found
        number += 1


@dataclass(frozen=True)
class _Maker:
    facts: Facts
    rhythm: Rhythm
    organizer: str | None
    earlier: Mapping[str, Sent]
    now: dt.datetime

    def event(
        self, program: str, match: Match, slot: Slot, people: tuple[str, ...], uid: str
    ) -> list[str]:
        """Return the lines of one VEVENT."""
        content = self._content(program, match, slot, people)
        sent = self.earlier.get(uid)
        sequence, stamp = 0, f"{ics.local(self.now)}Z"
        if sent is not None:
            same = sent.content == content
            sequence, stamp = (sent.sequence, sent.stamp) if same else (sent.sequence + 1, stamp)
        head = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{stamp}", f"SEQUENCE:{sequence}"]
        return [*head, *content, "END:VEVENT"]

    def calendar(
        self, events: list[str], match: Match, meetings: list[tuple[Slot, tuple[str, ...]]]
    ) -> bytes:
        """Return the file around the meetings, with a VTIMEZONE for every zone they use."""
        lines = [*HEAD]
        if self.organizer:
            lines.append("METHOD:REQUEST")
        days = [slot.date for slot, _ in meetings if slot.date] or list(self.rhythm.mondays(match))
        for name in sorted({slot.timezone for slot, _ in meetings} - {"UTC"}):
            lines += ics.vtimezone(name, min(days).year - 1, max(days).year + 1)
        return ics.folded([*lines, *events, "END:VCALENDAR"]).encode("utf-8")

    def _content(
        self, program: str, match: Match, slot: Slot, people: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the lines by which a meeting is the same as before, or not."""
        names = [self._name(person) for person in people]
        mondays = self.rhythm.mondays(match)
        title = f"{printable(program)}: {', '.join(names)}"
        start = ics.local(slot.on(mondays[0]))
        title = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
        content = [f"SUMMARY:{ics.text(title)}"]
        if slot.timezone == "UTC":
            content.append(f"DTSTART:{start}Z")
        else:
            content.append(f"DTSTART;TZID={ics.parameter(slot.timezone)}:{start}")
        content.append(f"DURATION:PT{slot.minutes}M")
        if slot.date is None and len(mondays) > 1:
            often = f"INTERVAL={self.rhythm.apart};COUNT={len(mondays)}"
            content.append(f"RRULE:FREQ=WEEKLY;{often}")
        lines = [f"{printable(program)}, {printable(match.match)}"]
        if match.topic:
            lines.append(f"Topic: {printable(match.topic)}")
        lines.append("Once" if slot.date else f"How often: {self.rhythm}")
        lines.extend(self._line(person, slot, mondays) for person in people)
        content.append(f"DESCRIPTION:{ics.text(chr(10).join(lines))}")
        if self.organizer:
            content.append(f"ORGANIZER:mailto:{printable(self.organizer)}")
            content.extend(line for person in people for line in self._attendee(person))
        return tuple(content)

    def _name(self, person: str) -> str:
        known = self.facts.roster.by_id.get(person)
        return printable(known.name or person if known else person)

    def _line(self, person: str, slot: Slot, mondays: tuple[dt.date, ...]) -> str:
        known = self.facts.roster.by_id.get(person)
        clock = clock_of(known, self.facts.timezone) if known else self.facts.timezone
        return f"{self._name(person)}: {local_text(slot, clock, mondays)} ({clock})"

    def _attendee(self, person: str) -> list[str]:
        known = self.facts.roster.by_id.get(person)
        email = printable(known.email) if known else ""
        name = ics.parameter(self._name(person))
        return (
            [f"ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE;CN={name}:mailto:{email}"] if email else []
        )

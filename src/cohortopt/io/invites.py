"""``invites/*.ics``: a calendar file per match (RFC 5545), with its own time zone data.

The UID of a meeting comes from who meets in which program, so importing a later file moves the
meeting instead of adding one. A file holds names, the topic and the time, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cohortopt.io.local_time import clock_of, local_text
from cohortopt.io.meetings import meeting_weeks, rhythm, weeks_apart
from cohortopt.io.safe import printable, slugs
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.model.time import Slot, zone

_SPACE = uuid.UUID("6d1f7c0e-5a0b-5d0e-9b58-0a3f3f0c9a11")  # ours, for uuid5
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sent:
    """What an earlier file said about a meeting."""

    sequence: int
    stamp: dt.datetime
    content: bytes


def read_invites(folder: Path) -> dict[str, Sent]:
    """Return the meetings in the calendar files of a folder by UID; unreadable files are passed."""
    from icalendar import Calendar

    found: dict[str, Sent] = {}
    for file in sorted(folder.glob("*.ics")) if folder.is_dir() else ():
        try:
            events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        except (ValueError, OSError, IndexError):
            continue
        for event in events:
            stamp = event.get("DTSTAMP")
            if event.get("UID") and stamp is not None:
                sequence = int(event.get("SEQUENCE", 0))
                found[str(event["UID"])] = Sent(sequence, stamp.dt, _content(event))
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
    """
    now = (now or dt.datetime.now(dt.UTC)).replace(microsecond=0)
    names = slugs(match.match for match in solution.assignment.matches)
    taken: set[str] = set()
    files: dict[str, bytes] = {}
    for program in solution.programs:
        apart = weeks_apart(solution, program.name)
        mondays = meeting_weeks(facts, apart, now.date())
        maker = _Maker(solution.scenario, facts, mondays, apart, organizer)
        for match in program.matches:
            events = []
            for slot, people in _meetings(match):
                identity = _identity(solution.scenario, program.name, match, people, taken)
                event = maker.event(program.name, match, slot, people, identity)
                _stamp(event, (earlier or {}).get(identity), now)
                events.append((event, slot))
            if events:
                files[f"{names[match.match]}.ics"] = maker.calendar(events)
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


def _content(event: Any) -> bytes:
    """Return a meeting's text without what changes whenever it is written."""
    bare = event.copy()
    for name in ("DTSTAMP", "SEQUENCE"):
        bare.pop(name, None)
    return bytes(bare.to_ical())


def _stamp(event: Any, sent: Sent | None, now: dt.datetime) -> None:
    same = sent is not None and sent.content == _content(event)
    if sent is None:
        sequence, stamp = 0, now
    elif same:
        sequence, stamp = sent.sequence, sent.stamp
    else:
        sequence, stamp = sent.sequence + 1, now
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", stamp)


@dataclass(frozen=True)
class _Maker:
    scenario: str
    facts: Facts
    mondays: tuple[dt.date, ...]
    apart: int
    organizer: str | None

    def event(
        self, program: str, match: Match, slot: Slot, people: tuple[str, ...], identity: str
    ) -> Any:
        """Return the VEVENT of one meeting, without its stamp."""
        from icalendar import Event

        names = [self._name(person) for person in people]
        topic = printable(match.topic) if match.topic else ""
        start = slot.on(self.mondays[0])
        if slot.timezone == "UTC":
            start = start.astimezone(dt.UTC)
        event = Event()
        event.add("UID", identity)
        title = f"{printable(program)}: {', '.join(names)}"
        event.add("SUMMARY", title if len(title) <= 120 else f"{title[:119]}…")
        event.add("DTSTART", start)
        event.add("DURATION", dt.timedelta(minutes=slot.minutes))
        if slot.date is None and len(self.mondays) > 1:
            rule = {"FREQ": "WEEKLY", "INTERVAL": self.apart, "COUNT": len(self.mondays)}
            event.add("RRULE", rule)
        lines = [f"{printable(program)}, {printable(match.match)}"]
        if topic:
            lines.append(f"Topic: {topic}")
        lines.append("Once" if slot.date else f"How often: {rhythm(self.apart)}")
        lines.extend(self._line(person, slot) for person in people)
        event.add("DESCRIPTION", "\n".join(lines))
        if self.organizer:
            event.add("ORGANIZER", f"mailto:{self.organizer}")
            for person in people:
                self._attendee(event, person)
        return event

    def calendar(self, events: list[tuple[Any, Slot]]) -> bytes:
        """Return the file around the meetings, with a VTIMEZONE for every zone they use."""
        from icalendar import Calendar

        calendar = Calendar()
        calendar.add("PRODID", "-//cohortopt//cohortopt//EN")
        calendar.add("VERSION", "2.0")
        if self.organizer:
            calendar.add("METHOD", "REQUEST")
        for name in sorted({slot.timezone for _, slot in events} - {"UTC"}):
            days = [slot.date for _, slot in events if slot.date] or list(self.mondays)
            calendar.add_component(vtimezone(name, min(days).year - 1, max(days).year + 1))
        for event, _ in events:
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _name(self, person: str) -> str:
        known = self.facts.roster.by_id.get(person)
        return printable(known.name or person if known else person)

    def _line(self, person: str, slot: Slot) -> str:
        known = self.facts.roster.by_id.get(person)
        clock = clock_of(known, self.facts.timezone) if known else self.facts.timezone
        return f"{self._name(person)}: {local_text(slot, clock, self.mondays)} ({clock})"

    def _attendee(self, event: Any, person: str) -> None:
        from icalendar import vCalAddress, vText

        known = self.facts.roster.by_id.get(person)
        email = printable(known.email) if known else ""
        if email:
            attendee = vCalAddress(f"mailto:{email}")
            attendee.params["CN"] = vText(self._name(person).replace('"', "'"))
            attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
            attendee.params["RSVP"] = vText("TRUE")
            event.add("ATTENDEE", attendee, encode=0)


@lru_cache(maxsize=64)
def vtimezone(name: str, first: int, last: int) -> Any:
    """Return a VTIMEZONE that holds from the year ``first`` to the year ``last``.

    Every change of the clock in those years is its own observance. As RFC 5545 (3.6.5) asks, its
    DTSTART is the local time *before* the change.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    here = zone(name)
    start = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(last, 12, 31, tzinfo=dt.UTC)
    component = Timezone()
    component.add("TZID", name)
    changes = [(start, start.astimezone(here).utcoffset())]
    moment = start
    while moment < end:
        following = moment + _DAY
        if moment.astimezone(here).utcoffset() != following.astimezone(here).utcoffset():
            changes.append((_change(moment, following, here), moment.astimezone(here).utcoffset()))
        moment = following
    for at, before in changes:
        local = at.astimezone(here)
        part = TimezoneDaylight() if local.dst() else TimezoneStandard()
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", local.utcoffset())
        part.add("TZNAME", local.tzname() or name)
        part.add("DTSTART", (at + (before or dt.timedelta())).replace(tzinfo=None))
        component.add_component(part)
    return component


def _change(low: dt.datetime, high: dt.datetime, here: dt.tzinfo) -> dt.datetime:
    """Return the first minute of the new offset between two instants, by halving."""
    before = low.astimezone(here).utcoffset()
    while high - low > dt.timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(here).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high

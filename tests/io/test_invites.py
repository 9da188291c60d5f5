"""Calendar files, read by a second library and checked against zoneinfo."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from fixtures import AUTUMN, HOSTILE, solved
from tests.solutions import alone, pair

from cohortopt.io.ics import folded, parameter, text, vtimezone
from cohortopt.io.invites import invites, read_invites
from cohortopt.io.meetings import Rhythm
from cohortopt.io.safe import printable
from cohortopt.model import Facts, Person, Roster, Slot, Solution, Weeks
from cohortopt.report.outputs import write_outputs

NOW = dt.datetime(2027, 9, 1, 12, tzinfo=dt.UTC)


def one(slot: Slot, weeks: Weeks | None, per_month: float = 4) -> tuple[Solution, Facts]:
    people = (
        Person(id="a", name="Ann", email="ann@example.org", timezone="America/New_York"),
        Person(id="b", name="Bo", email="bo@example.org"),
    )
    settings = {"program": [{"name": "M", "rules": {"availability": {"per_month": per_month}}}]}
    solution = alone(pair("M-1", "a", "b", slot), scenario="S", settings=settings)
    roster = Roster(people=people)
    return solution, Facts(roster=roster, timezone=slot.timezone, weeks=weeks)


def offset_by(component: icalendar.Component, naive: dt.datetime) -> dt.timedelta:
    """Return the offset that a VTIMEZONE gives a local time (RFC 5545: the last onset counts)."""
    onsets = sorted(
        (part["DTSTART"].dt.replace(tzinfo=None), part["TZOFFSETTO"].td)
        for part in component.subcomponents
    )
    return [offset for start, offset in onsets if start <= naive][-1]


def starts(data: bytes) -> list[dt.datetime]:
    """Return the instants of all meetings of a file, from its own time zone data alone."""
    calendar = icalendar.Calendar.from_ical(data)
    zones = {str(zone["TZID"]): zone for zone in calendar.walk("VTIMEZONE")}
    found = []
    for event in calendar.walk("VEVENT"):
        begin = event["DTSTART"].dt.replace(tzinfo=None)
        name = event["DTSTART"].params.get("TZID")
        rule = event.get("RRULE", {"COUNT": [1], "INTERVAL": [1]})
        for k in range(rule["COUNT"][0]):
            local = begin + dt.timedelta(weeks=k * rule["INTERVAL"][0])
            offset = offset_by(zones[name], local) if name else dt.timedelta()
            found.append((local - offset).replace(tzinfo=dt.UTC))
    return found


@pytest.mark.parametrize(
    "clock",
    [
        "Europe/London",
        "America/New_York",
        "Australia/Lord_Howe",  # half an hour of daylight saving
        "America/Santiago",
        "Asia/Kolkata",
        "Africa/Casablanca",
    ],
)
@pytest.mark.parametrize("first", [dt.date(2027, 10, 4), dt.date(2027, 2, 22)])
def test_local_times_are_right_across_both_changes_of_the_clock(clock: str, first: dt.date) -> None:
    slot = Slot(day="Tue", start="14:15", minutes=60, timezone=clock)
    solution, facts = one(slot, Weeks(first=first, count=12))
    found = starts(invites(solution, facts, now=NOW)["M-1.ics"])
    monday = first - dt.timedelta(days=first.weekday())
    wanted = [
        dt.datetime.combine(
            monday + dt.timedelta(weeks=k, days=1), dt.time(14, 15), ZoneInfo(clock)
        )
        for k in range(12)
    ]
    assert found == wanted


def test_every_change_of_a_zone_lies_where_zoneinfo_has_it() -> None:
    for name in ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"):
        data = folded(["BEGIN:VCALENDAR", *vtimezone(name, 2026, 2029), "END:VCALENDAR"])
        component = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")[0]
        here = ZoneInfo(name)
        for hour in range(0, 24 * 365 * 3, 7):
            naive = dt.datetime(2026, 1, 2) + dt.timedelta(hours=hour, minutes=30)
            sure = naive.replace(tzinfo=here).utcoffset()
            if naive.replace(tzinfo=here, fold=1).utcoffset() == sure:  # neither gap nor repeat
                assert offset_by(component, naive) == sure


def test_meetings_every_second_week_and_on_one_date() -> None:
    weekly = Slot(day="Mon", start="09:00", minutes=45, timezone="Europe/London")
    found = starts(invites(*one(weekly, AUTUMN, per_month=2), now=NOW)["M-1.ics"])
    assert len(found) == 6
    assert {(b - a).days for a, b in pairwise(found)} <= {13, 14, 15}
    dated = weekly.model_copy(update={"date": dt.date(2027, 11, 3), "day": "Wed"})
    found = starts(invites(*one(dated, AUTUMN), now=NOW)["M-1.ics"])
    assert found == [dt.datetime(2027, 11, 3, 9, tzinfo=dt.UTC)]


def test_every_round_has_its_share_of_the_weeks() -> None:
    slot = Slot(day="Mon", start="09:00", minutes=45, timezone="UTC")
    solution, facts = one(slot, AUTUMN)
    program = solution.programs[0]
    rounds = tuple(
        program.matches[0].model_copy(update={"match": f"M-{k}", "round": k}) for k in (1, 2, 3)
    )
    several = program.model_copy(update={"matches": rounds})
    files = invites(solution.model_copy(update={"programs": (several,)}), facts, now=NOW)
    days = [[start.date() for start in starts(files[f"M-{k}.ics"])] for k in (1, 2, 3)]
    assert [day for some in days for day in some] == list(AUTUMN.mondays)
    assert [len(some) for some in days] == [4, 4, 4]
    rhythm = Rhythm(AUTUMN.mondays[:2], 1, 3)
    assert all(len(rhythm.mondays(match)) == 1 for match in rounds)


def test_utc_and_fixed_offsets_work() -> None:
    for clock, hour in (("UTC", 9), ("UTC+05:30", 3)):
        slot = Slot(day="Mon", start="09:00", minutes=45, timezone=clock)
        found = starts(invites(*one(slot, AUTUMN), now=NOW)["M-1.ics"])
        assert found[0].hour == hour
        assert len(found) == 12


def test_without_weeks_meetings_start_in_the_week_after_now() -> None:
    slot = Slot(day="Wed", start="09:00", minutes=45, timezone="UTC")
    found = starts(invites(*one(slot, None), now=NOW)["M-1.ics"])
    assert found[0] == dt.datetime(2027, 9, 8, 9, tzinfo=dt.UTC)


def test_every_match_with_a_slot_has_a_file_that_parses_and_holds_the_names() -> None:
    solution, facts = solved(24)
    files = invites(solution, facts, now=NOW, organizer="boss@example.org")
    assert len(files) == len(solution.assignment.matches)
    uids = []
    everything = ""
    for data in files.values():
        assert all(len(line) <= 75 for line in data.split(b"\r\n"))
        calendar = icalendar.Calendar.from_ical(data)
        assert calendar.errors == []
        for event in calendar.walk("VEVENT"):
            assert event.errors == []
            uids.append(str(event["UID"]))
            everything += str(event["DESCRIPTION"])
            assert event.decoded("DURATION").total_seconds() > 0
    assert len(uids) == len(set(uids))
    for name in HOSTILE:
        assert printable(name) in everything
    assert len(icalendar.Calendar.from_ical(files["Swap-2.ics"]).walk("VEVENT")) == 4


def test_importing_again_updates_and_does_not_repeat(tmp_path: Path) -> None:
    slot = Slot(day="Mon", start="09:00", minutes=45, timezone="Europe/London")
    solution, facts = one(slot, AUTUMN)
    first = invites(solution, facts, now=NOW)
    (tmp_path / "M-1.ics").write_bytes(first["M-1.ics"])
    earlier = read_invites(tmp_path)
    later = NOW + dt.timedelta(days=3)
    assert invites(solution, facts, earlier=earlier, now=later) == first
    moved, _ = one(slot.model_copy(update={"start": "11:00"}), AUTUMN)
    again = invites(moved, facts, earlier=earlier, now=later)["M-1.ics"]
    old, new = (
        icalendar.Calendar.from_ical(data).walk("VEVENT")[0] for data in (first["M-1.ics"], again)
    )
    assert old["UID"] == new["UID"]
    assert (old["SEQUENCE"], new["SEQUENCE"]) == (0, 1)
    assert new["DTSTAMP"].dt == later


def test_a_meeting_that_is_no_more_is_cancelled_once(tmp_path: Path) -> None:
    slot = Slot(day="Mon", start="09:00", minutes=45, timezone="Europe/London")
    solution, facts = one(slot, AUTUMN)
    write_outputs(tmp_path / "old", solution, facts, now=NOW)
    nobody = solution.programs[0].model_copy(update={"matches": ()})
    empty = solution.model_copy(update={"programs": (nobody,)})
    later = NOW + dt.timedelta(days=3)
    write_outputs(tmp_path / "new", empty, facts, now=later, published=tmp_path / "old")
    (file,) = (tmp_path / "new" / "invites").iterdir()
    old = icalendar.Calendar.from_ical((tmp_path / "old/invites/M-1.ics").read_bytes())
    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    assert (file.name, str(calendar["METHOD"]), calendar.errors) == (
        "cancelled_1.ics",
        "CANCEL",
        [],
    )
    (was,), (gone,) = old.walk("VEVENT"), calendar.walk("VEVENT")
    for name in ("UID", "DTSTART", "RRULE", "SUMMARY"):
        assert gone[name] == was[name]
    assert (str(gone["STATUS"]), gone["SEQUENCE"], gone["DTSTAMP"].dt) == ("CANCELLED", 1, later)
    assert starts(file.read_bytes()) == starts((tmp_path / "old/invites/M-1.ics").read_bytes())

    write_outputs(tmp_path / "third", empty, facts, now=later, published=tmp_path / "new")
    assert not (tmp_path / "third" / "invites").exists()
    write_outputs(tmp_path / "back", solution, facts, now=later, published=tmp_path / "new")
    again = icalendar.Calendar.from_ical((tmp_path / "back/invites/M-1.ics").read_bytes())
    assert [(e["SEQUENCE"], e.get("STATUS")) for e in again.walk("VEVENT")] == [(2, None)]


def test_files_that_are_not_ours_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.ics").write_text("BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n")
    assert read_invites(tmp_path) == {}
    assert read_invites(tmp_path / "nothing") == {}


@pytest.mark.parametrize("length", [0, 74, 75, 76, 149, 150, 400])
def test_a_long_line_is_cut_at_75_octets(length: int) -> None:
    line = ("abcdefg " * 50)[:length]
    first, *rest = folded([line]).removesuffix("\r\n").split("\r\n")
    assert all(len(part) == 75 for part in [first, *rest][:-1])
    assert first + "".join(part[1:] for part in rest) == line
    assert all(part[0] == " " and 1 < len(part) <= 75 for part in rest)


def test_text_is_escaped_folded_and_quoted() -> None:
    assert text("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"
    assert parameter('He said "hi": now') == "\"He said 'hi': now\""
    lines = folded(["SUMMARY:" + "名" * 60]).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "".join(line.removeprefix(" ") for line in lines) == "SUMMARY:" + "名" * 60


def test_invitations_reveal_nothing_private() -> None:
    solution, facts = solved(24, hostile=False)
    data = b"".join(invites(solution, facts, now=NOW).values()).decode().replace("\r\n ", "")
    for private in ("SECRET-NOTE", "points", "@example.org", "choice ", "learns"):
        assert private not in data

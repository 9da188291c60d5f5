"""The timetable in the report: everyone at every slot, in order of time, on the event's clock."""

from __future__ import annotations

import datetime as dt

from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, solve
from cohortopt.model import Event
from cohortopt.report.page import report_html
from cohortopt.report.timetable import timetable


def evening(*dates: dt.date) -> tuple[Roster, Scenario]:
    people = [Person(id="m", name="Mo <b>", role=("mentor",), capacity=2, availability="any")]
    people += [
        Person(id=f"t{k}", name=f"Tess {k}", role=("mentee",), availability="any") for k in (1, 2)
    ]
    timed = Event(dates=dates, starts=("16:00",), minutes=30)
    program = PROGRAMS["flash_mentoring"]
    shape = program.shape.model_copy(update={"event": timed})
    return Roster(people=people), Scenario.of(program.model_copy(update={"shape": shape}))


def test_slots_and_people_are_in_order_of_time() -> None:
    first, second = dt.date(2027, 10, 14), dt.date(2027, 11, 4)
    roster, scenario = evening(second, first)
    solution = solve(roster, scenario, budget=Budget(10))
    table = timetable(solution, scenario.facts(roster))
    assert table is not None
    days = ["Thursday 14 Oct 2027, 16:00–16:30", "Thursday 4 Nov 2027, 16:00–16:30"]
    assert [when for when, _ in table.slots] == days
    sessions = dict(table.people)
    assert list(sessions) == ["Mo <b>", "Tess 1", "Tess 2"]
    assert [text[:16] for text in sessions["Mo <b>"]] == ["2027-10-14 16:00", "2027-11-04 16:00"]
    page = report_html(solution, scenario.facts(roster), audience="participants")
    assert 'id="timetable"' in page
    assert "Mo &lt;b&gt; → Tess" in page


def test_weekly_matches_have_no_timetable() -> None:
    roster, _ = evening(dt.date(2027, 10, 14))
    scenario = Scenario.of(PROGRAMS["near_peer"])
    solution = solve(roster, scenario, budget=Budget(10))
    assert timetable(solution, scenario.facts(roster)) is None

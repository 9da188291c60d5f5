"""Meetings fit everyone's local hours in every week, across both clock changes of 2027."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from cohortopt.engine import solve
from cohortopt.model import Groups, Person, Roster, Size, Solution, Weeks
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.rules import Isolation
from cohortopt.solvers.base import Budget

ZONES = ("America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Sydney")
WEEKS = Weeks(first=dt.date(2027, 3, 1), count=40)  # spring and autumn, north and south
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def outside(solution: Solution, roster: Roster) -> list[str]:
    """Every quarter hour of a meeting that is outside somebody's hours, by zoneinfo alone."""
    found: list[str] = []
    for match in solution.assignment.matches:
        slot = match.slot
        assert slot is not None
        day = DAYS.index(slot.day)
        hour, minute = map(int, slot.start.split(":"))
        for week in range(WEEKS.count):
            date = WEEKS.first + dt.timedelta(weeks=week, days=day)
            wall = dt.datetime(date.year, date.month, date.day, hour, minute)
            start = wall.replace(tzinfo=ZoneInfo(slot.timezone)).astimezone(dt.UTC)
            for part in range(0, slot.minutes, 15):
                for one in match.people:
                    person = roster[one]
                    assert person.timezone is not None
                    assert person.availability is not None
                    then = (start + dt.timedelta(minutes=part)).astimezone(
                        ZoneInfo(person.timezone)
                    )
                    now = then.hour * 60 + then.minute
                    if not any(
                        span.day == then.weekday() and span.start <= now and now + 15 <= span.end
                        for span in person.availability.spans
                    ):
                        found.append(f"{match.match} {one} {then:%a %Y-%m-%d %H:%M}")
    return found


def people(zones: tuple[str, ...], each: int) -> Roster:
    """People who are free all day, and long: else some continents would never meet."""
    hours = "; ".join(f"{day} 06:00-22:30" for day in DAYS[:5])
    return Roster(
        people=tuple(
            Person(
                id=f"{zone[-4:]}{k}",
                role=("mentor",) if k % 2 else ("mentee",),
                level=5 if k % 2 else 1 + k % 3,
                capacity=2,
                timezone=zone,
                availability=hours,
                skills_offered={"sql": 3} if k % 2 else {},
                skills_wanted={} if k % 2 else {"sql": 4},
            )
            for zone in zones
            for k in range(each)
        )
    )


def solved(roster: Roster, program: Program, clock: str) -> Solution:
    scenario = Scenario(programs=(program,), timezone=clock, weeks=WEEKS)
    return solve(roster, scenario, budget=Budget(seconds=8))


@pytest.mark.parametrize("clock", ["Europe/London", "Asia/Kolkata", "America/New_York"])
def test_pairs_meet_inside_local_hours_in_every_week(clock: str) -> None:
    roster = people(ZONES[:3], 6)
    solution = solved(roster, PROGRAMS["mentorship"], clock)
    assert len(solution.assignment.matches) == 9
    assert outside(solution, roster) == []


def test_cohorts_of_four_continents_meet_inside_local_hours_in_every_week() -> None:
    roster = people(ZONES, 4)
    program = PROGRAMS["virtual_cohort"].without_rule(Isolation)
    program = program.model_copy(update={"shape": Groups(size=Size(min=3, max=6))})
    solution = solved(roster, program, "Europe/London")
    assert solution.assignment.matches
    assert outside(solution, roster) == []


def test_the_check_itself_can_fail() -> None:
    roster = people(ZONES[:2], 2)
    solution = solved(roster, PROGRAMS["mentorship"], "Europe/London")
    match = solution.programs[0].matches[0]
    assert match.slot is not None
    late = match.slot.model_copy(update={"start": "03:00"})
    broken = match.model_copy(update={"slot": late})
    part = solution.programs[0].model_copy(update={"matches": (broken,)})
    assert outside(solution.model_copy(update={"programs": (part,)}), roster) != []

"""One-off sessions on an event's timetable."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Event, Pairs
from cohortopt.programs.program import Program
from cohortopt.rules import Apart, Availability, Capacity, Hours, Language, Past

FLASH_MENTORING = Program(
    use="flash_mentoring",
    name="Flash sessions",
    shape=Pairs(
        giver=("mentor",),
        taker=("mentee",),
        sessions_max=3,
        event=Event(dates=("2027-10-14",), start="13:00", end="16:00", minutes=15, pause=5),
    ),
    rules=(Capacity(), Hours(), Availability(minutes=15), Apart(), Past(), Language()),
    tiers=("placed", "worst", "points"),
    goals=(Skills(weight=4), Prefers(weight=4)),
    note="Topics, choices and a fair number of sessions.",
)

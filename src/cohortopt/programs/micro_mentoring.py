"""Several short sessions, each with a different expert on one wanted topic."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Pairs
from cohortopt.programs.program import Program
from cohortopt.rules import Apart, Availability, Capacity, Hours, Language, Past

MICRO_MENTORING = Program(
    use="micro_mentoring",
    name="Micro sessions",
    shape=Pairs(giver=("mentor",), taker=("mentee",), sessions=True, sessions_max=3),
    rules=(
        Capacity(),
        Hours(),
        Availability(minutes=30, per_month=1),
        Apart(),
        Past(),
        Language(),
    ),
    tiers=("placed", "worst", "points"),
    goals=(Skills(weight=5), Prefers(weight=1)),
    apart_weeks=1,
    note="Wanted topics covered, as evenly as can be; never two sessions at once or in a week.",
)

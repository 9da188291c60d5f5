"""Two people who both gain: each offers something that the other wants."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Partners
from cohortopt.programs.program import Program
from cohortopt.rules import Apart, Availability, Capacity, Hours, Language, Past, Reciprocity

MUTUAL_MENTORSHIP = Program(
    use="mutual_mentorship",
    name="Mutual mentors",
    shape=Partners(),
    rules=(
        Capacity(),
        Hours(),
        Availability(),
        Apart(),
        Past(),
        Language(),
        Reciprocity(min_points=1),
    ),
    goals=(Skills(weight=5), Prefers(weight=1)),
    tiers=("placed", "mutual", "points"),
    note="The lesser direction of each pair counts first, then the sum.",
)

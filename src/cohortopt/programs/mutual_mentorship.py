"""Two people who both gain: each offers something that the other wants."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Partners
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Language, Reciprocity

MUTUAL_MENTORSHIP = Program(
    use="mutual_mentorship",
    name="Mutual mentors",
    shape=Partners(),
    rules=(*USUAL, Language(), Reciprocity(min_points=1)),
    goals=(Skills(weight=5), Prefers(weight=1)),
    tiers=("placed", "mutual", "points"),
    note="The lesser direction of each pair counts first, then the sum.",
)

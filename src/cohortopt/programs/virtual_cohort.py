"""Five to ten people anywhere, with one weekly slot inside everyone's local hours."""

from cohortopt.goals import Overlap, Skills, Variety
from cohortopt.model import Groups, Size
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Isolation, Language

VIRTUAL_COHORT = Program(
    use="virtual_cohort",
    name="Virtual cohorts",
    shape=Groups(size=Size(min=5, max=10)),
    rules=(*USUAL, Language(), Isolation()),
    goals=(Overlap(weight=2), Variety(weight=2, attribute="location"), Skills(weight=2)),
    note="Shared hours, variety and mutual support.",
)

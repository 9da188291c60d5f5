"""A junior person gives, a senior one takes."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Pairs
from cohortopt.programs.program import Program
from cohortopt.programs.usual import ANYONE, USUAL
from cohortopt.rules import Gap, Language

REVERSE_MENTORSHIP = Program(
    use="reverse_mentorship",
    name="Reverse mentorship",
    shape=Pairs(giver=ANYONE, taker=ANYONE),
    rules=(*USUAL, Gap(at_most=-1), Language()),
    goals=(Skills(weight=5), Prefers(weight=3)),
    note="What the senior wants that the junior offers.",
)

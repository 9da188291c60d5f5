"""A more senior person mentors a more junior one; mentors may take several."""

from cohortopt.goals import LevelFit, Prefers, Skills
from cohortopt.model import Pairs
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Gap, Language

MENTORSHIP = Program(
    use="mentorship",
    name="Mentorship",
    shape=Pairs(giver=("mentor",), taker=("mentee",)),
    rules=(*USUAL, Gap(at_least=1), Language()),
    goals=(Skills(weight=5), Prefers(weight=3), LevelFit(weight=1, ideal=2)),
    note="Skills wanted, choices and a sensible level gap.",
)

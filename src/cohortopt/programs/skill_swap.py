"""Rings of two to five people, each teaching the next something that the next one wants."""

from cohortopt.goals import Prefers, Skills
from cohortopt.model import Rings
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Language, Reciprocity

SKILL_SWAP = Program(
    use="skill_swap",
    name="Skill swap",
    shape=Rings(longest=3),
    rules=(*USUAL, Language(), Reciprocity(min_points=1)),
    goals=(Skills(weight=5), Prefers(weight=1)),
    note="People served first, then skills; short rings preferred.",
)

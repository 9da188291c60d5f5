"""Four to eight people of about the same level around one shared topic."""

from cohortopt.goals import Evenness, Skills, Topic
from cohortopt.model import Groups, Size
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Gap, Language

LEARNING_CIRCLES = Program(
    use="learning_circles",
    name="Circles",
    shape=Groups(size=Size(min=4, max=8), topic=True),
    rules=(*USUAL, Language(), Gap(at_least=-1, at_most=1)),
    goals=(Topic(weight=3), Skills(weight=2), Evenness(weight=1, attribute="level")),
    note="A shared topic, mutual teaching and balance.",
)

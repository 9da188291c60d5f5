"""Two peers of about the same level help each other."""

from cohortopt.goals import Novelty, Prefers, SharedWishes, Skills
from cohortopt.model import Partners
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Gap, Language

PEER_MENTORSHIP = Program(
    use="peer_mentorship",
    name="Peers",
    shape=Partners(),
    rules=(*USUAL, Gap(at_least=-1, at_most=1), Language()),
    goals=(Skills(weight=4), SharedWishes(weight=2), Prefers(weight=2), Novelty(weight=1)),
    note="Shared goals, mutual help and new faces.",
)

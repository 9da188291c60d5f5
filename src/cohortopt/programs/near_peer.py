"""Someone one or two levels ahead gives; anyone may be on both sides."""

from cohortopt.goals import LevelFit, Prefers, Skills
from cohortopt.model import Pairs
from cohortopt.programs.program import Program
from cohortopt.programs.usual import ANYONE, USUAL
from cohortopt.rules import Gap, Language, OneWay

NEAR_PEER = Program(
    use="near_peer",
    name="Near peers",
    shape=Pairs(giver=ANYONE, taker=ANYONE),
    rules=(*USUAL, Gap(at_least=1, at_most=2), Language(), OneWay()),
    goals=(Skills(weight=5), Prefers(weight=2), LevelFit(weight=2, ideal=1)),
    note="Skills wanted and a small gap.",
)

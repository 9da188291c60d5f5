"""Four to six people from different functions."""

from cohortopt.goals import DifferentGoal, Evenness, Skills, Variety
from cohortopt.model import Groups, Size
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Isolation, Language, Limits
from cohortopt.rules.groups import LimitItem

CROSS_FUNCTIONAL = Program(
    use="cross_functional",
    name="Cross-functional groups",
    shape=Groups(size=Size(min=4, max=6)),
    rules=(
        *USUAL,
        Language(),
        Isolation(),
        Limits(items=(LimitItem(attribute="department", at_most=2),)),
    ),
    goals=(
        Variety(weight=3, attribute="department"),
        DifferentGoal(weight=2, attribute="department"),
        Skills(weight=2),
        Evenness(weight=1, attribute="level"),
    ),
    note="Different functions, complementary skills, and balance between groups.",
)

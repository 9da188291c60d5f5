"""One or two leaders and three to eight members."""

from cohortopt.goals import DifferentGoal, Skills
from cohortopt.model import Groups, Leaders, Size
from cohortopt.programs.program import Program
from cohortopt.programs.usual import USUAL
from cohortopt.rules import Gap, Language

GROUP_PODS = Program(
    use="group_pods",
    name="Pods",
    shape=Groups(who=("mentee", "peer"), size=Size(min=3, max=8, target=5), leaders=Leaders()),
    rules=(*USUAL, Language(), Gap(at_least=1)),
    goals=(Skills(weight=5), DifferentGoal(weight=1, attribute="department")),
    leader_share=70,
    note="Members' wanted skills by the leader, and a mix of peers.",
)

"""Why, why not, and what would help. Everything said here was derived again by solving."""

from cohortopt.explain.advise import Advice, Fix, advise
from cohortopt.explain.bottlenecks import BottleneckSkill, Bridge, bottleneck_skills
from cohortopt.explain.conflict import Clash, find_conflict
from cohortopt.explain.fairness import FairnessLedger, fairness_ledger
from cohortopt.explain.pair import PairExplanation, explain_pair
from cohortopt.explain.person import PersonExplanation, explain_person
from cohortopt.explain.stress import Stress, dropout_stress

__all__ = [
    "Advice",
    "BottleneckSkill",
    "Bridge",
    "Clash",
    "FairnessLedger",
    "Fix",
    "PairExplanation",
    "PersonExplanation",
    "Stress",
    "advise",
    "bottleneck_skills",
    "dropout_stress",
    "explain_pair",
    "explain_person",
    "fairness_ledger",
    "find_conflict",
]

"""Rules: what must hold. Each says itself twice in one file; ``RULES`` is the registry."""

from cohortopt.rules.apart import Apart
from cohortopt.rules.attributes import Different, Language, Same
from cohortopt.rules.availability import Availability
from cohortopt.rules.base import LinkRule, Rule, Violation
from cohortopt.rules.capacity import Capacity, Hours
from cohortopt.rules.gap import Gap
from cohortopt.rules.groups import Isolation, Limits
from cohortopt.rules.named import Locked, Only, Required, Together
from cohortopt.rules.one_way import OneWay
from cohortopt.rules.past import Past
from cohortopt.rules.reciprocity import Reciprocity

RULES: tuple[type[Rule], ...] = (
    Capacity,
    Hours,
    Availability,
    Apart,
    Past,
    Gap,
    Same,
    Different,
    Language,
    Only,
    OneWay,
    Reciprocity,
    Isolation,
    Limits,
    Together,
    Locked,
    Required,
)

__all__ = [
    "RULES",
    "Apart",
    "Availability",
    "Capacity",
    "Different",
    "Gap",
    "Hours",
    "Isolation",
    "Language",
    "Limits",
    "LinkRule",
    "Locked",
    "OneWay",
    "Only",
    "Past",
    "Reciprocity",
    "Required",
    "Rule",
    "Same",
    "Together",
    "Violation",
]

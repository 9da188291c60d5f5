"""Words: people, time, skills, shapes, solutions. Nothing here knows numbers or files."""

from cohortopt.model.facts import Facts, Met
from cohortopt.model.people import DEFAULT_MASTERY, MASTERY, ROLES, Person, Roster
from cohortopt.model.shapes import (
    Event,
    Groups,
    Leaders,
    Pairs,
    Partners,
    Rings,
    Shape,
    Size,
)
from cohortopt.model.skills import CLOSENESS, FLOOR, Relation, SkillGraph, skill_key
from cohortopt.model.solution import (
    Assignment,
    Match,
    Member,
    ProgramSolution,
    Run,
    Solution,
    TierResult,
    Unplaced,
)
from cohortopt.model.time import (
    DAYS,
    QUARTER,
    QUARTERS,
    Availability,
    Slot,
    Span,
    Weeks,
    zone,
)

__all__ = [
    "CLOSENESS",
    "DAYS",
    "DEFAULT_MASTERY",
    "FLOOR",
    "MASTERY",
    "QUARTER",
    "QUARTERS",
    "ROLES",
    "Assignment",
    "Availability",
    "Event",
    "Facts",
    "Groups",
    "Leaders",
    "Match",
    "Member",
    "Met",
    "Pairs",
    "Partners",
    "Person",
    "ProgramSolution",
    "Relation",
    "Rings",
    "Roster",
    "Run",
    "Shape",
    "Size",
    "SkillGraph",
    "Slot",
    "Solution",
    "Span",
    "TierResult",
    "Unplaced",
    "Weeks",
    "skill_key",
    "zone",
]

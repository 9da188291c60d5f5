"""Goals: what is good to have, each with a worth from 0 to 1; ``GOALS`` is the registry."""

from cohortopt.goals.base import (
    POINTS,
    WHOLE,
    Goal,
    LinkGoal,
    MatchGoal,
    TopicGoal,
    even,
    points_at_full_worth,
    share,
)
from cohortopt.goals.groups import Evenness, Topic, Variety
from cohortopt.goals.level_fit import LevelFit
from cohortopt.goals.likeness import DifferentGoal, Near, Novelty, Overlap, SameGoal
from cohortopt.goals.prefers import Prefers
from cohortopt.goals.shared import SharedWishes
from cohortopt.goals.skills import Skills
from cohortopt.goals.table import TableGoal

GOALS: tuple[type[Goal], ...] = (
    Skills,
    SharedWishes,
    Prefers,
    LevelFit,
    Overlap,
    SameGoal,
    DifferentGoal,
    Near,
    Novelty,
    TableGoal,
    Variety,
    Evenness,
    Topic,
)

__all__ = [
    "GOALS",
    "POINTS",
    "WHOLE",
    "DifferentGoal",
    "Evenness",
    "Goal",
    "LevelFit",
    "LinkGoal",
    "MatchGoal",
    "Near",
    "Novelty",
    "Overlap",
    "Prefers",
    "SameGoal",
    "SharedWishes",
    "Skills",
    "TableGoal",
    "Topic",
    "TopicGoal",
    "Variety",
    "even",
    "points_at_full_worth",
    "share",
]

"""Numbers: the small closed middle between people and solvers."""

from cohortopt.instance.instance import (
    FORBIDDEN,
    Feature,
    GroupGoal,
    Grouping,
    Instance,
    Ints,
    Limit,
    Links,
    Lock,
    Longs,
    Slots,
    Words,
    frozen,
    pack,
    unpack,
)

__all__ = [
    "FORBIDDEN",
    "Feature",
    "GroupGoal",
    "Grouping",
    "Instance",
    "Ints",
    "Limit",
    "Links",
    "Lock",
    "Longs",
    "Slots",
    "Words",
    "frozen",
    "pack",
    "unpack",
]

"""Numbers: the small closed middle between people and solvers."""

from cohortopt.instance.draft import Columns, Draft, halves_to_even
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
    unpack_rows,
)

__all__ = [
    "FORBIDDEN",
    "Columns",
    "Draft",
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
    "halves_to_even",
    "pack",
    "unpack",
    "unpack_rows",
]

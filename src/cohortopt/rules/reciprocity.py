"""R6: every member gives and gets something."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cohortopt.rules.base import Rule


class Reciprocity(Rule):
    """Every link of a match is worth at least ``min_points``: each member gives and gets.

    The points are those of the program's goals, so this rule is applied after them.
    """

    shapes: ClassVar[frozenset[str]] = frozenset({"partners", "rings", "pairs"})
    shorthand: ClassVar[str] = "min_points"

    kind: Literal["reciprocity"] = "reciprocity"
    min_points: int = Field(default=1, ge=0)

"""A mentor and a peer circle for everyone, solved as one: two programs of one scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cohortopt.goals import Skills, Variety
from cohortopt.model import Groups, Pairs, Size
from cohortopt.programs.learning_circles import LEARNING_CIRCLES
from cohortopt.programs.mentorship import MENTORSHIP
from cohortopt.programs.program import Program

MENTORS = MENTORSHIP.model_copy(
    update={
        "use": "integrated",
        "name": "Mentors",
        "shape": Pairs(giver=("mentor",), taker=("mentee", "peer")),
        "note": "A mentor for everyone; mentors have theirs if they are mentees, too.",
    }
)

CIRCLES = LEARNING_CIRCLES.model_copy(
    update={
        "use": "integrated",
        "name": "Circles",
        "shape": Groups(who=("peer", "mentor", "mentee"), size=Size(min=4, max=6, target=5)),
        "goals": (Skills(weight=3), Variety(weight=1, attribute="department")),
        "note": "A circle of peers of about the same level for everyone.",
    }
)

INTEGRATED: tuple[Program, ...] = (MENTORS, CIRCLES)
KEYS = ("mentors", "circles")  # tables of settings for one of the two alone


def split(table: Mapping[str, Any]) -> tuple[tuple[Program, dict[str, Any]], ...]:
    """Return both programs, each with the settings that a ``[[program]]`` table has for it.

    ``mentors = {...}`` and ``circles = {...}`` hold settings of one program; ``size`` speaks of
    the circles; ``name`` is put before both names; every other key goes to both.
    """
    parts: list[tuple[Program, dict[str, Any]]] = []
    for key, program in zip(KEYS, INTEGRATED, strict=True):
        both = {name: value for name, value in table.items() if name not in (*KEYS, "size")}
        if key == "circles" and "size" in table:
            both["size"] = table["size"]
        if table.get("name"):
            both["name"] = f"{table['name']} {program.name.lower()}"
        own = table.get(key)
        parts.append((program, {**both, **(own if isinstance(own, Mapping) else {})}))
    return tuple(parts)

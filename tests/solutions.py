"""Solutions by hand: matches from text like ``m1:giver e1:taker``, and programs that hold them."""

from __future__ import annotations

from typing import Any

from cohortopt.model import Match, ProgramSolution, Slot, Solution


def at(start: str = "09:00", day: str = "Mon") -> Slot:
    """Return a weekly hour."""
    return Slot(day=day, start=start, minutes=60, timezone="UTC")


def match(name: str, roles: str, slot: Slot | None = None, **more: Any) -> Match:
    """Return a match of people and their roles."""
    parts = [text.split(":") for text in roles.split()]
    members = [{"person": person, "role": role} for person, role in parts]
    return Match.model_validate({"match": name, "members": members, "slot": slot, **more})


def pair(name: str, giver: str, taker: str, slot: Slot | None = None, **more: Any) -> Match:
    """Return a mentor pair."""
    return match(name, f"{giver}:giver {taker}:taker", slot, **more)


def part(*matches: Match, name: str = "M", use: str = "mentorship", **more: Any) -> ProgramSolution:
    """Return one program's part, proven best unless said otherwise."""
    said = {"name": name, "use": use, "status": "optimal", "matches": matches, **more}
    return ProgramSolution.model_validate(said)


def alone(*matches: Match, name: str = "M", **more: Any) -> Solution:
    """Return the solution of one program that holds these matches."""
    return Solution(programs=(part(*matches, name=name),), **more)

"""People who lack the hours for a match."""

from __future__ import annotations

from cohortopt.model import Person
from cohortopt.programs import Program
from cohortopt.reasons.plan import Plan
from cohortopt.verify.allowed import Allowed


def more_hours(program: Program, person: Person) -> str:
    """Return what would give somebody the time for a match."""
    instead = "hold shorter sessions" if program.has_sessions else "meet less often"
    return f"Raise the hours of {person} to {program.minutes_a_month / 60:g}, or {instead}."


def too_busy(plan: Plan, person: Person) -> list[Person]:
    """Return the others who could give but lack the hours for a match, most hours first."""
    program, rules = plan.program, Allowed(plan.program, plan.facts)
    of_pairs = plan.instance.shape == "pairs"
    busy = [
        other
        for other in plan.people
        if other.id != person.id
        and rules.total(other) < 1
        and (rules.capacity.gives(other)[1] > 0 if of_pairs else program.asks(other))
    ]
    return sorted(busy, key=lambda other: -(other.hours or 0))

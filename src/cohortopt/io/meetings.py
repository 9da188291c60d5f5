"""When the meetings of a match take place: every so many weeks, over the weeks of the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cohortopt.model.facts import Facts
from cohortopt.model.solution import ProgramSolution, Solution
from cohortopt.programs import PROGRAMS
from cohortopt.rules import Availability

WEEKS_A_MONTH = 52 / 12
DEFAULT_PER_MONTH = 2.0
OPEN_WEEKS = 12  # weeks in a calendar file where the scenario names none


def per_month(solution: Solution, program: ProgramSolution) -> float:
    """Return how many meetings a month the settings ask of a program, else its own default."""
    for table in _programs(solution.settings):
        named = table.get("name", program.name)
        if named == program.name and table.get("use", program.use) == program.use:
            rules = table.get("rules")
            rule = rules.get("availability") if isinstance(rules, Mapping) else None
            value = rule.get("per_month") if isinstance(rule, Mapping) else None
            if isinstance(value, int | float) and value > 0:
                return float(value)
    known = PROGRAMS.get(program.use)
    availability = known.rule(Availability) if known else None
    return availability.per_month if availability else DEFAULT_PER_MONTH


def weeks_apart(solution: Solution, program: ProgramSolution) -> int:
    """Return how many weeks lie between two meetings of a match, at least one."""
    return max(1, round(WEEKS_A_MONTH / per_month(solution, program)))


def meeting_weeks(facts: Facts, apart: int, today: dt.date | None = None) -> tuple[dt.date, ...]:
    """Return the Mondays of the weeks in which a weekly slot is used.

    Where the scenario names no weeks: twelve weeks from the Monday after ``today``, or the
    reference week without it.
    """
    if facts.weeks is not None or today is None:
        return facts.mondays[::apart]
    monday = today + dt.timedelta(days=7 - today.weekday())
    return tuple(monday + dt.timedelta(weeks=week) for week in range(0, OPEN_WEEKS, apart))


def rhythm(apart: int) -> str:
    """Return how often, in words."""
    return "every week" if apart == 1 else f"every {apart} weeks"


def _programs(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tables = settings.get("program") or settings.get("programs") or ()
    return [table for table in tables if isinstance(table, Mapping)]

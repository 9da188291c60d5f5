"""When the meetings of a match take place: every so many weeks, over the weeks of the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, ProgramSolution, Solution
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


@dataclass(frozen=True)
class Rhythm:
    """How often the matches of a program meet, and in which weeks."""

    weeks: tuple[dt.date, ...]  # the Mondays of all weeks of the program
    apart: int  # weeks between two meetings of a match, at least one
    rounds: int  # each round has its share of the weeks

    def mondays(self, match: Match) -> tuple[dt.date, ...]:
        """Return the Mondays of the weeks in which the match meets, at least one."""
        count, place = len(self.weeks), min(match.round, self.rounds) - 1
        first, last = place * count // self.rounds, (place + 1) * count // self.rounds
        share = self.weeks[first:last] or self.weeks[min(first, count - 1) :][:1]
        return share[:: self.apart]

    def __str__(self) -> str:
        return "every week" if self.apart == 1 else f"every {self.apart} weeks"


def rhythm_of(
    solution: Solution, program: ProgramSolution, facts: Facts, today: dt.date | None = None
) -> Rhythm:
    """Return the rhythm of a program.

    Where the scenario names no weeks: twelve weeks from the Monday after ``today``, or the
    reference week without it.
    """
    weeks = facts.mondays
    if facts.weeks is None and today is not None:
        monday = today + dt.timedelta(days=7 - today.weekday())
        weeks = tuple(monday + dt.timedelta(weeks=week) for week in range(OPEN_WEEKS))
    apart = max(1, round(WEEKS_A_MONTH / per_month(solution, program)))
    rounds = max((match.round for match in program.matches), default=1)
    return Rhythm(weeks, apart, rounds)


def _programs(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tables = settings.get("program") or settings.get("programs") or ()
    return [table for table in tables if isinstance(table, Mapping)]

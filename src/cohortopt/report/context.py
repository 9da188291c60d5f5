"""What a report can say when it knows the scenario too: references and rules."""

from __future__ import annotations

from cohortopt.model.facts import Facts
from cohortopt.model.solution import Solution
from cohortopt.programs import Program
from cohortopt.programs.scenario import Scenario
from cohortopt.report.closest import rules_checked
from cohortopt.report.extras import ReportExtras
from cohortopt.scenarios.figures import LinkPoints


def extras_of(
    scenario: Scenario, solution: Solution, facts: Facts, *, last: Solution | None = None
) -> ReportExtras:
    """Return the extras of a report that follow from its scenario (and from the last round)."""
    bound = [program.bound(facts) for program in scenario.programs]
    return ReportExtras(
        link_points={program.name: _worth(program, facts) for program in bound},
        last=last,
        rules=tuple(rules_checked(bound, solution, facts)),
    )


def _worth(program: Program, facts: Facts) -> LinkPoints:
    people = facts.roster.by_id
    known: dict[tuple[str, str], int] = {}

    def worth(giver: str, taker: str) -> int:
        key = (giver, taker)
        if key not in known:
            known[key] = program.points(people[giver], people[taker])
        return known[key]

    return worth

"""What a report can say when it knows the scenario too: references and rules."""

from __future__ import annotations

from cohortopt.explain.bottlenecks import bottleneck_skills
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.programs import Program
from cohortopt.programs.scenario import Scenario
from cohortopt.report.closest import rules_checked
from cohortopt.report.extras import ReportExtras
from cohortopt.report.points import PointsInWords
from cohortopt.scenarios.figures import MatchPoints
from cohortopt.verify.score import match_points


def extras_of(
    scenario: Scenario,
    solution: Solution,
    facts: Facts,
    *,
    last: Solution | None = None,
    chance: bool = True,
) -> ReportExtras:
    """Return the extras of a report that follow from its scenario (and from the last round).

    Without ``chance`` points are not compared with those of a random seating, which takes longest.
    """
    bound = [program.bound(facts) for program in scenario.programs]
    return ReportExtras(
        match_points={p.name: _points(p, facts) for p in bound} if chance else {},
        points=PointsInWords(bound, solution, facts),
        last=last,
        rules=tuple(rules_checked(bound, solution, facts)),
        bottlenecks=bottleneck_skills(solution, facts.roster, scenario),
    )


def _points(program: Program, facts: Facts) -> MatchPoints:
    def points(match: Match) -> int:
        return match_points(program, match, facts)

    return points

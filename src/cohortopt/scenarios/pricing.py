"""What a plan is worth by the goals of another scenario."""

from __future__ import annotations

from cohortopt.model.facts import Facts
from cohortopt.model.solution import Solution
from cohortopt.programs.scenario import Scenario
from cohortopt.verify.score import points, scale_of


def priced(solution: Solution, scenario: Scenario, facts: Facts) -> float | None:
    """Return the points of a plan by a scenario's goals; None where these do not speak of it.

    Programs go together by name. They must be of one kind, and everybody in the plan must be among
    the people of ``facts``.
    """
    parts = {part.name: part for part in solution.programs}
    worth = 0.0
    for program in scenario.programs:
        part = parts.pop(program.name, None)
        if part is None or part.use != program.use:
            return None
        if any(one not in facts.roster for match in part.matches for one in match.people):
            return None
        bound = program.bound(facts)
        weight = program.weight if len(scenario.programs) > 1 else 1
        worth += weight * points(bound, part.matches, facts) / scale_of(bound, facts)
    return None if parts else worth

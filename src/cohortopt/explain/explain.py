"""One door to explanations of people and of pairs."""

from __future__ import annotations

from cohortopt.explain.base import Audience
from cohortopt.explain.pair import PairExplanation, explain_pair
from cohortopt.explain.person import PersonExplanation, explain_person
from cohortopt.model import Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.solvers.base import Budget


def explain(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    person: str,
    other: str | None = None,
    *,
    budget: Budget | None = None,
    audience: Audience = "manager",
) -> PersonExplanation | tuple[PairExplanation, ...]:
    """Explain why a person sits where they sit; with ``other``, why the two do not meet.

    Raises
    ------
    KeyError
        If one of them is not on the roster.
    """
    if other is None:
        return explain_person(solution, roster, scenario, person, audience=audience)
    return explain_pair(solution, roster, scenario, person, other, budget=budget, audience=audience)

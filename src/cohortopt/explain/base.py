"""What explanations share: typed, frozen, JSON-ready; and the re-solve that confirms them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.model import Facts, Roster, Solution
from cohortopt.model.solution import LOWER_IS_BETTER
from cohortopt.programs import Program, Scenario
from cohortopt.solvers.base import Budget

Audience = Literal["manager", "participants"]
RESOLVE_SECONDS = 10.0


class Told(BaseModel):
    """An explanation, or part of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TierChange(Told):
    """A tier before and after a change; ``gain`` is positive where it became better."""

    tier: str
    before: int
    after: int
    proven: bool  # both values are proven best

    @property
    def gain(self) -> int:
        """Return how much better the tier became."""
        more = self.after - self.before
        return -more if self.tier in LOWER_IS_BETTER else more


def solve_again(
    roster: Roster, scenario: Scenario, budget: Budget | None = None
) -> Solution | None:
    """Solve a changed scenario; None where no assignment keeps every rule, or none was found."""
    budget = budget or Budget(seconds=RESOLVE_SECONDS, seed=scenario.seed)
    try:
        return solve(roster, scenario, budget=budget, reasons=False)
    except (InfeasibleError, OutOfTimeError):
        return None


def with_program(scenario: Scenario, program: Program) -> Scenario:
    """Return the scenario with this program in place of the one of the same name."""
    programs = tuple(program if one.name == program.name else one for one in scenario.programs)
    return scenario.model_copy(update={"programs": programs})


def tier_changes(before: Solution, after: Solution) -> tuple[TierChange, ...]:
    """Return every tier of the whole before and after."""
    later = {tier.tier: tier for tier in after.tiers}
    return tuple(
        TierChange(
            tier=tier.tier,
            before=tier.value,
            after=later[tier.tier].value,
            proven=tier.is_proven and later[tier.tier].is_proven,
        )
        for tier in before.tiers
        if tier.tier in later
    )


def gains(changes: Sequence[TierChange]) -> tuple[int, ...]:
    """Return the gains in tier order: what ranks changes."""
    return tuple(change.gain for change in changes)


def facts_for(roster: Roster, scenario: Scenario | Program) -> tuple[Scenario, Facts]:
    """Return the scenario and its facts about the roster."""
    scenario = Scenario.of(scenario)
    return scenario, scenario.facts(roster)

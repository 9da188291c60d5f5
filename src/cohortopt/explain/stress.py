"""What happens when somebody leaves: the cost after repair, and who is left without a partner."""

from __future__ import annotations

from collections.abc import Sequence

from cohortopt.explain.base import TierChange, Told, facts_for, solve_again, tier_changes
from cohortopt.model import Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.solvers.base import Budget


class Leaving(Told):
    """One person (or set of people) leaving."""

    people: tuple[str, ...]
    orphaned: tuple[str, ...]  # who loses every partner at once
    after: tuple[TierChange, ...]  # the whole before, and solved again without them
    still_left: tuple[str, ...]  # orphaned and not placed again

    @property
    def is_fragile(self) -> bool:
        """Whether somebody who had a place finds none again."""
        return bool(self.still_left)


class Stress(Told):
    """Everyone who could leave, the worst first."""

    leavings: tuple[Leaving, ...]

    @property
    def fragile(self) -> tuple[Leaving, ...]:
        """Return the leavings that leave somebody without a place."""
        return tuple(one for one in self.leavings if one.is_fragile)


def dropout_stress(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    *,
    people: Sequence[str] | None = None,
    budget: Budget | None = None,
) -> Stress:
    """Return what each person's leaving costs, solved again without them, the worst first.

    One re-solve for each person who sits in a match (or for each of ``people``).
    """
    scenario, _ = facts_for(roster, scenario)
    seated = sorted({one for match in solution.assignment.matches for one in match.people})
    found = [
        _leaving(solution, roster, scenario, (one,), budget)
        for one in (seated if people is None else people)
    ]
    found.sort(key=lambda one: (-len(one.still_left), *(c.gain for c in one.after), one.people))
    return Stress(leavings=tuple(found))


def _leaving(
    solution: Solution,
    roster: Roster,
    scenario: Scenario,
    leavers: tuple[str, ...],
    budget: Budget | None,
) -> Leaving:
    rest = Roster(people=tuple(p for p in roster.people if p.id not in leavers))
    partners: dict[str, set[str]] = {}
    for match in solution.assignment.matches:
        for one in match.people:
            partners.setdefault(one, set()).update(set(match.people) - {one})
    orphaned = sorted(
        one
        for one, others in partners.items()
        if one not in leavers and others and others <= set(leavers)
    )
    again = solve_again(rest, scenario, budget)
    placed = {one for match in again.assignment.matches for one in match.people} if again else set()
    return Leaving(
        people=leavers,
        orphaned=tuple(orphaned),
        after=tier_changes(solution, again) if again else (),
        still_left=tuple(one for one in orphaned if one not in placed),
    )

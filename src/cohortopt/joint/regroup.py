"""Groups of one program among the others, improved from what they are now by annealing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cohortopt.instance import Instance
from cohortopt.solvers.base import Clock, Found

PROPOSALS = 12_000  # for each person, where no clock says when to end


def regroup(instance: Instance, matches: Sequence[Found], clock: Clock) -> tuple[Found, ...]:
    """Return groups as good as these or better, as many as these.

    Parameters
    ----------
    instance
        Groups, narrowed by the other programs.
    matches
        The present groups; they keep every rule of the instance.
    """
    from cohortopt.solvers.groups.problem import make_problem
    from cohortopt.solvers.groups.search import RichSearch
    from cohortopt.solvers.groups.solver import improve
    from cohortopt.solvers.groups.start import Start

    problem = make_problem(instance, len(matches))
    order = _order(problem.pinned.tolist(), problem.units, matches)
    where = np.full(len(problem.units), problem.groups, np.int32)
    lead = np.full((problem.groups, max(1, problem.grouping.leaders_max)), -1, np.int32)
    slot = np.full(problem.groups, -1, np.int32)
    topic = np.full(problem.groups, -1, np.int32)
    unit = {i: u for u, people in enumerate(problem.units) for i in people}
    boss = {int(i): b for b, i in enumerate(problem.leaders)}
    for g, found in enumerate(order):
        leaders, members = found.people[: found.leaders], found.people[found.leaders :]
        if any(i not in boss for i in leaders) or any(i not in unit for i in members):
            return tuple(matches)
        where[[unit[i] for i in members]] = g
        lead[g, : len(leaders)] = [boss[i] for i in leaders]
        slot[g], topic[g] = found.slot, found.topic
    search = RichSearch(problem, clock.budget.seed)
    search.begin(Start(where, lead, slot, topic))
    search.measure()
    counted = clock.budget.reproducible or clock.budget.seconds is None
    team = [search]
    if clock.budget.threads >= 2:
        team.append(RichSearch(problem, clock.budget.seed + 1, search))
    improve(team, clock, PROPOSALS * len(problem.units) if counted else 0)
    return search.matches() if search.is_feasible else tuple(matches)


def _order(
    pinned: Sequence[int], units: Sequence[tuple[int, ...]], matches: Sequence[Found]
) -> list[Found]:
    """Return the groups with locked ones where the problem wants them: first, in its order."""
    place = {i: g for u, g in enumerate(pinned) if g >= 0 for i in units[u]}

    def key(found: Found) -> int:
        return min((place[i] for i in found.people if i in place), default=len(units))

    return sorted(matches, key=key)

"""How many rounds without repeats there can be, and a plan of as many as were found."""

from __future__ import annotations

from collections.abc import Sequence

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.rounds.bounds import meetings, most_rounds
from cohortopt.solvers.rounds.constructions import Plan
from cohortopt.solvers.rounds.rotation_search import known_plan, plain_plan, search_plan


def rounds_possible(
    n: int, sizes: Sequence[int], seconds: float = 10.0, seed: int = 0
) -> tuple[int, Plan]:
    """Return a bound on the rounds without repeats, and the longest such plan found.

    Constructions first; then a search for one round more, as long as one is found in time.

    Parameters
    ----------
    n
        People, 0..n-1 in the plan.
    sizes
        Sizes of the groups of every round; their sum is at most n.
    seconds
        Time for the search, from the start.
    seed
        Of the search.

    Returns
    -------
    tuple
        ``(bound, plan)``: nobody can do more than ``bound`` rounds, and ``plan`` is a list of
        rounds (lists of tuples of people) in which no two people meet twice.

    Raises
    ------
    ValueError
        If the groups need more than n people, or a size is below 1.
    """
    sizes = tuple(sizes)
    if sum(sizes) > n or any(size < 1 for size in sizes):
        raise ValueError(f"sizes {sizes} do not fit {n} people")
    bound = most_rounds(n, sizes).value
    if meetings(sizes) == 0:
        return bound, plain_plan(n, sizes, 4 * n)
    plan = known_plan(n, sizes, min(bound, 4 * n))
    clock = Clock(Budget(seconds, seed))
    while len(plan) < min(bound, 4 * n) and not clock.is_over:
        longer, again = search_plan(n, sizes, len(plan) + 1, clock, start=plan)
        if again:
            break
        plan = longer
    return bound, plan

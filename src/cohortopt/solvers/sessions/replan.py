"""Re-plan what is left of an event or a season: the past stays, the rest changes least.

For when somebody comes late or a mentor has to leave. The instance is the new one (its people,
capacities and calendars as they are now); the plan is the old one in the new people's indices,
without those who left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Found


def replan_sessions(instance: Instance, plan: Sequence[Found], clock: Clock) -> Answer:
    """Return a timetable that keeps what was held and changes as little as possible of the rest.

    Parameters
    ----------
    instance
        The event from now on: sessions that were held are locked at their slots, and nobody is
        free for others before now.
    plan
        All sessions of the earlier timetable.
    clock
        The budget.

    Returns
    -------
    Answer
        Of held and new sessions. Tiers: ``placed``, then ``changes``, then the others of the
        instance. As few sessions as possible change at all; among equals, as few pairs as possible
        no longer meet. ``facts["changed"]`` counts the sessions of the plan that are no longer
        there as they were, and no timetable that places as many changes fewer than
        ``facts["changed_bound"]``.
    """
    from cohortopt.solvers.sessions.model import Timetable
    from cohortopt.solvers.sessions.timetable import Solve

    left = _closest(instance, plan)
    answer = Solve(Timetable(left, plan=plan), clock).run()
    facts = {key: value for key, value in answer.facts.items() if not key.startswith("same")}
    same, most = answer.facts.get("same", 0), answer.facts.get("same_bound", 0)
    facts["changed"] = len(plan) - same
    if most is not None:
        facts["changed_bound"] = len(plan) - most
    return replace(answer, facts=facts)


def replan_rounds(
    instance: Instance, plan: Sequence[Found], from_round: int, clock: Clock
) -> Answer:
    """Return a season that keeps the rounds before ``from_round``, and as much of the others.

    Round by round, seats first, then as many of the planned meetings as possible, then the other
    tiers. ``facts["changed"]`` counts the matches of the plan that are no longer there.
    """
    from cohortopt.solvers.rounds.rotation_rounds import solve_rounds

    by_round: dict[int, list[Found]] = {r: [] for r in range(1, instance.rounds + 1)}
    for match in plan:
        by_round.setdefault(match.round, []).append(match)
    held = {r: matches for r, matches in by_round.items() if r < from_round}
    wishes = {r: matches for r, matches in by_round.items() if r >= from_round}
    answer = solve_rounds(instance, clock, held, wishes)
    now = {(match.round, match.people) for match in answer.matches}
    changed = sum((match.round, match.people) not in now for match in plan)
    return replace(answer, facts={**answer.facts, "changed": changed})


def _closest(instance: Instance, plan: Sequence[Found]) -> Instance:
    """Return the instance with the tier ``changes`` right after ``placed``."""
    rest = [tier for tier in instance.tiers if tier not in ("placed", "changes")]
    return instance.vary(
        tiers=("placed", "changes", *rest),
        previous=tuple(match.people for match in plan),
        features=instance.features | {Feature.PREVIOUS},
    )

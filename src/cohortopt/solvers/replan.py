"""Re-plan what is left of an event or a season: the past stays, the rest changes least.

For when somebody comes late or a mentor has to leave. The instance is the new one (its people,
capacities and calendars as they are now); the plan is the old one in the new people's indices,
without those who left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cohortopt.instance.instance import Feature, Instance, Links, Lock, Slots, pack, unpack_rows
from cohortopt.solvers.base import Answer, Clock, Found

if TYPE_CHECKING:
    from cohortopt.solvers.session_model import Columns, Timetable


def replan(
    instance: Instance,
    plan: Sequence[Found],
    clock: Clock,
    from_slot: int | None = None,
    from_round: int | None = None,
) -> Answer:
    """Return a plan that keeps what is done and changes as little as possible of the rest.

    Parameters
    ----------
    instance
        Sessions on slots, or several rounds, as they are to be from now on.
    plan
        All matches of the earlier plan.
    clock
        The budget.
    from_slot
        Sessions that start before this slot are done and stay as they are; no new session
        is put there.
    from_round
        Rounds before this one are done.

    Returns
    -------
    Answer
        Of done and new matches. Tiers: ``placed``, then ``changes`` (pairs or meetings of the
        plan that are gone), then the others of the instance. ``facts["changed"]`` counts the
        later matches of the plan that are no longer there as they were, slot included.

    Raises
    ------
    ValueError
        Unless exactly one of ``from_slot`` and ``from_round`` is given.
    """
    if (from_slot is None) == (from_round is None):
        raise ValueError("say either from_slot or from_round")
    if from_slot is not None:
        answer = _sessions(instance, plan, from_slot, clock)
    else:
        assert from_round is not None
        answer = _rounds(instance, plan, from_round, clock)
    now = {(m.round, m.slot, m.people, m.topic) for m in answer.matches}
    changed = sum((m.round, m.slot, m.people, m.topic) not in now for m in plan)
    return replace(answer, facts={**answer.facts, "changed": changed})


def _rounds(instance: Instance, plan: Sequence[Found], first: int, clock: Clock) -> Answer:
    from cohortopt.solvers.rotation_rounds import solve_rounds

    by_round: dict[int, list[Found]] = {r: [] for r in range(1, instance.rounds + 1)}
    for match in plan:
        by_round.setdefault(match.round, []).append(match)
    held = {r: matches for r, matches in by_round.items() if r < first}
    wishes = {r: matches for r, matches in by_round.items() if r >= first}
    return solve_rounds(instance, clock, held, wishes)


def _sessions(instance: Instance, plan: Sequence[Found], first: int, clock: Clock) -> Answer:
    """Lock what is done, leave nobody else free before ``first``, then solve and re-time."""
    from cohortopt.solvers.session_model import Timetable
    from cohortopt.solvers.timetable import Solve

    assert instance.slots is not None
    at = instance.slots.at
    past = at < at[first]
    done = [match for match in plan if past[match.slot]]
    later = [match for match in plan if not past[match.slot]]
    free = unpack_rows(instance.slots.starts, instance.slots.count)
    free[:, past] = False
    for match in done:
        free[list(match.people), match.slot] = True
    locks = tuple(Lock(m.people, 1, m.slot, topic=m.topic) for m in done)
    rest = [tier for tier in instance.tiers if tier not in ("placed", "changes")]
    left = instance.vary(
        slots=Slots(pack(free), at, instance.slots.length, instance.slots.cycle),
        locked=(*instance.locked, *locks),
        previous=tuple(match.people for match in plan),
        tiers=("placed", "changes", *rest),
        features=instance.features | {Feature.LOCKED, Feature.PREVIOUS},
    )
    answer = Solve(Timetable(left), clock).run()
    return replace(answer, matches=_retimed(left, answer.matches, later, clock))


def _retimed(
    instance: Instance, matches: Sequence[Found], wished: Sequence[Found], clock: Clock
) -> tuple[Found, ...]:
    """Return the same sessions, as many as possible of them at the wished slots."""
    from cohortopt.solvers.highs import optimise
    from cohortopt.solvers.session_lp import TimetableProgram
    from cohortopt.solvers.session_model import Timetable
    from cohortopt.solvers.session_prices import Goal

    if not matches:
        return ()
    square = np.full((instance.n, instance.n), -1, np.int32)
    for match in matches:
        square[match.people] = 0
    slots = {lock.people: lock.slot for lock in instance.locked}
    locks = tuple(Lock(m.people, 1, slots.get(m.people, -1), topic=m.topic) for m in matches)
    table = Timetable(instance.vary(links=Links.of(square), locked=locks))
    columns = table.all_columns()
    nothing = Goal(
        "same", np.zeros((1, 1, 1), np.int64), np.zeros((len(table.takers), 0), np.int64)
    )
    program, _ = TimetableProgram(table, 0).build(nothing, [], [], columns)
    same = {(match.people, match.slot) for match in wished}
    program = replace(program, objective=_same(table, columns, same))
    outcome = optimise(program, clock.left, whole=True)
    if not len(outcome.values):
        return tuple(matches)
    return table.matches(columns.take(outcome.values > 0.5))


def _same(
    table: Timetable, columns: Columns, same: set[tuple[tuple[int, ...], int]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return 1 for every column that is one of the wished sessions."""
    people = zip(
        table.givers[columns.giver].tolist(), table.takers[columns.taker].tolist(), strict=True
    )
    pairs = zip(people, columns.slot.tolist(), strict=True)
    return np.array([float(session in same) for session in pairs])

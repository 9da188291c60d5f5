"""Re-planning: what is done stays, what is left changes least."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from session_oracle import Session, every_timetable, lacks, objection, timetable_instance, worth
from tests.instances import rotation_instance

from cohortopt.instance import Feature, Instance, Lock, pack, unpack_rows
from cohortopt.solvers.base import Clock, Found
from cohortopt.solvers.rounds.rotation import Rotation
from cohortopt.solvers.rounds.rotation_check import repeats
from cohortopt.solvers.sessions.replan import replan_rounds, replan_sessions
from cohortopt.solvers.sessions.timetable import TimetableSolver


def event(seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    points = rng.integers(1, 9, (6, 6))
    free = rng.random((6, 3)) < 0.85
    twos = np.full(6, 2, np.int32)
    return timetable_instance(
        points, free, [0, 1], [2, 3, 4, 5], gives_max=3 * twos, takes_max=twos
    )


def from_slot(instance: Instance, plan: tuple[Found, ...], first: int) -> Instance:
    """Return the event from a slot on: earlier sessions are locked, and there are no others."""
    assert instance.slots is not None
    done = [match for match in plan if match.slot < first]
    free = unpack_rows(instance.slots.starts, instance.slots.count)
    free[:, :first] = False
    for match in done:
        free[list(match.people), match.slot] = True
    return instance.vary(
        slots=replace(instance.slots, starts=pack(free)),
        locked=tuple(Lock(match.people, 1, match.slot, topic=match.topic) for match in done),
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_mentor_who_leaves_changes_as_little_as_trying_everything(seed: int) -> None:
    instance = event(seed)
    plan = TimetableSolver().solve(instance, Clock()).matches
    assert instance.slots is not None
    free = unpack_rows(instance.slots.starts, 3)
    free[0, 1:] = False  # mentor 0 leaves after the first slot
    new = from_slot(instance.vary(slots=replace(instance.slots, starts=pack(free))), plan, 1)
    answer = replan_sessions(new, plan, Clock())
    done = {match for match in plan if match.slot == 0}
    assert {m for m in answer.matches if m.slot == 0} == done
    chosen = [(*m.people, m.slot, m.topic) for m in answer.matches]
    assert objection(new, chosen) is None
    held = new.vary(tiers=("placed", "changes", "points"), previous=tuple(m.people for m in plan))
    old = {(*m.people, m.slot, m.topic) for m in plan}

    def value(sessions: list[Session], points: int) -> tuple[int, ...]:
        placed, *others = worth(held, sessions, points)
        return (placed, len(old & set(sessions)), *others)

    timetables = [(s, p) for s, p in every_timetable(held) if not lacks(held, s)]
    total = sum(int(new.links.dense[match.people]) for match in answer.matches)
    assert value(chosen, total) == max(value(*timetable) for timetable in timetables)
    assert answer.facts["changed"] == answer.facts["changed_bound"] == len(old - set(chosen))


def test_nothing_changes_when_nothing_happened() -> None:
    instance = event(3)
    plan = TimetableSolver().solve(instance, Clock()).matches
    answer = replan_sessions(from_slot(instance, plan, 1), plan, Clock())
    assert answer.matches == plan
    assert answer.facts["changed"] == 0


def test_a_late_person_joins_the_rounds_that_are_left() -> None:
    points = np.arange(64).reshape(8, 8) % 7
    early = rotation_instance("partners", points[:7, :7], 3)
    plan = Rotation().solve(early, Clock()).matches
    late = rotation_instance("partners", points, 3)
    answer = replan_rounds(late, plan, 2, Clock())
    first = {match.people for match in plan if match.round == 1}
    assert {match.people for match in answer.matches if match.round == 1} == first
    for number in (2, 3):
        kept = {m.people for m in plan if m.round == number}
        now = {m.people for m in answer.matches if m.round == number}
        assert len(now) == 4
        assert kept <= now  # the late person meets whoever sat out
    assert repeats(late, answer.matches) == 0


def test_topics_of_done_sessions_stay() -> None:
    points = np.full((3, 3), 10)
    free = np.ones((3, 2), np.bool_)
    topics = np.array([[0, 0], [0, 0], [2, 5]], np.int64)
    taught = np.array([[True, True], [True, True], [False, False]])
    instance = timetable_instance(
        points, free, [0, 1], [2], takes_max=[0, 0, 2], topics=topics, taught=taught,
        features=[Feature.SESSIONS, Feature.EVENT],
    )  # fmt: skip
    done = Found((0, 2), 1, slot=0, topic=0)
    answer = replan_sessions(from_slot(instance, (done,), 1), (done,), Clock())
    assert answer.matches == (done, Found((1, 2), 1, slot=1, topic=1))

"""Re-planning: what is done stays, what is left changes least."""

from __future__ import annotations

import numpy as np
import pytest
from session_oracle import every_timetable, lacks, objection, timetable_instance, worth
from test_rotation import rotation_instance

from cohortopt.instance import Feature, Instance, Lock
from cohortopt.solvers.base import Clock, Found
from cohortopt.solvers.replan import replan
from cohortopt.solvers.rotation import Rotation
from cohortopt.solvers.rotation_check import repeats
from cohortopt.solvers.timetable import TimetableSolver


def event(seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    points = rng.integers(1, 9, (6, 6))
    free = rng.random((6, 3)) < 0.85
    twos = np.full(6, 2, np.int32)
    return timetable_instance(
        points, free, [0, 1], [2, 3, 4, 5], gives_max=3 * twos, takes_max=twos
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_mentor_who_leaves_changes_as_little_as_trying_everything(seed: int) -> None:
    instance = event(seed)
    plan = TimetableSolver().solve(instance, Clock()).matches
    assert instance.slots is not None
    free = np.array([[s in instance.slots.common([p]) for s in range(3)] for p in range(6)])
    free[0, 1:] = False  # mentor 0 leaves after the first slot
    points = np.asarray(instance.links.dense).copy()
    np.fill_diagonal(points, 0)
    new = timetable_instance(
        points, free, [0, 1], [2, 3, 4, 5], gives_max=instance.gives_max,
        takes_max=instance.takes_max,
    )  # fmt: skip
    answer = replan(new, plan, Clock(), from_slot=1)
    done = [match for match in plan if match.slot == 0]
    assert set(done) <= set(answer.matches)
    assert {m for m in answer.matches if m.slot == 0} == set(done)
    chosen = [(*m.people, m.slot, m.topic) for m in answer.matches]
    assert objection(new, chosen) is None
    held = new.vary(
        tiers=("placed", "changes", "points"),
        previous=tuple(match.people for match in plan),
        locked=tuple(Lock(match.people, 1, 0) for match in done),
    )
    truth = max(
        worth(held, sessions, points)
        for sessions, points in every_timetable(held)
        if not lacks(held, sessions)
        and {s[:2] for s in sessions if s[2] == 0} <= {match.people for match in done}
    )
    total = sum(int(new.links.dense[match.people]) for match in answer.matches)
    assert worth(held, chosen, total) == truth


def test_nothing_changes_when_nothing_happened() -> None:
    instance = event(3)
    plan = TimetableSolver().solve(instance, Clock()).matches
    answer = replan(instance, plan, Clock(), from_slot=1)
    assert answer.matches == plan
    assert answer.facts["changed"] == 0


def test_a_late_person_joins_the_rounds_that_are_left() -> None:
    points = np.arange(64).reshape(8, 8) % 7
    early = rotation_instance("partners", points[:7, :7], 3)
    plan = Rotation().solve(early, Clock()).matches
    late = rotation_instance("partners", points, 3)
    answer = replan(late, plan, Clock(), from_round=2)
    first = {match.people for match in plan if match.round == 1}
    assert {match.people for match in answer.matches if match.round == 1} == first
    for number in (2, 3):
        kept = {m.people for m in plan if m.round == number}
        now = {m.people for m in answer.matches if m.round == number}
        assert len(now) == 4
        assert kept <= now  # the late person meets whoever sat out
    assert repeats(late, answer.matches) == 0


def test_a_plan_needs_one_beginning() -> None:
    with pytest.raises(ValueError, match="either"):
        replan(event(0), (), Clock())


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
    answer = replan(instance, (done,), Clock(), from_slot=1)
    assert answer.matches == (done, Found((1, 2), 1, slot=1, topic=1))

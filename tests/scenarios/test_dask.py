"""A sweep on a real Dask cluster on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cohortopt.errors import InputError
from cohortopt.goals import LevelFit, Skills
from cohortopt.model import Person, Roster
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.scenarios.cluster import executor_for
from cohortopt.scenarios.sweep import Made, Outcome, Variation, combinations, sweep
from cohortopt.solvers.base import Budget

distributed = pytest.importorskip("distributed")

SKILLS = ("sql", "law", "python", "coaching", "budgets")
ROSTER = Roster(
    people=tuple(
        Person(
            id=f"p{k:02d}",
            role=("mentor",) if k < 8 else ("mentee",),
            level=9 - k % 5 if k < 8 else 1,
            capacity=2,
            skills_offered={SKILLS[k % 5]: 1 + k % 5, SKILLS[(k + 2) % 5]: 3} if k < 8 else {},
            skills_wanted={} if k < 8 else {SKILLS[k % 5]: 1 + k % 3, SKILLS[(k * 3) % 5]: 2},
        )
        for k in range(24)
    )
)
COMBINATIONS = combinations(["skills=1,2,5,8", "fit=1,2,3", "gap=0,1"])


def make(variation: Variation) -> Made:
    said = dict(change.split("=") for change in variation.changes)
    goals = (Skills(weight=float(said["skills"])), LevelFit(weight=float(said["fit"])))
    program = PROGRAMS["mentorship"].model_copy(update={"goals": goals})
    budget = Budget(seconds=60, seed=int(said["gap"]))
    return ROSTER, Scenario.of(program), budget


def table(outcomes: Iterator[Outcome]) -> dict[int, object]:
    return {
        one.variation.number: one.solution.programs if one.solution else one.message
        for one in outcomes
    }


def test_one_job_is_solved_here_and_several_in_threads() -> None:
    with executor_for(1) as executor:
        assert executor is None
    with executor_for(3) as executor:
        assert isinstance(executor, ThreadPoolExecutor)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_loses_nothing_and_the_table_is_the_serial_one() -> None:
    assert len(COMBINATIONS) == 24
    serial = table(sweep(COMBINATIONS, make))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        killed = False

        def watched() -> Iterator[Outcome]:
            nonlocal killed
            with executor_for(2, cluster.scheduler_address) as executor:
                for outcome in sweep(COMBINATIONS, make, executor=executor):
                    yield outcome
                    if not killed:
                        killed = True
                        os.kill(cluster.workers[0].pid, signal.SIGKILL)

        assert table(watched()) == serial
        assert killed


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_its_own_and_a_scheduler_that_is_not_there() -> None:
    few = COMBINATIONS[:2]
    with executor_for(1, "local") as executor:
        assert table(sweep(few, make, executor=executor)) == table(sweep(few, make))
    with (
        pytest.raises(InputError, match="scheduler that answers"),
        executor_for(1, "tcp://127.0.0.1:9"),
    ):
        pass

"""Exact groups are as good as trying everything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from group_oracle import best_by_trying, problem

from cohortopt import PROGRAMS, Person, Roster, read_scenario, solve
from cohortopt.model.shapes import Size
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.groups import exact
from cohortopt.solvers.groups.bounds import impossible, seats_bound
from cohortopt.solvers.groups.check import broken
from cohortopt.solvers.groups.exact import GroupsExact
from cohortopt.solvers.groups.solver import breaches_bound, points_bound

CASES = int(os.environ.get("GROUP_CASES", "300"))
STEP = 30
CIRCLES = Path(__file__).parents[3] / "examples" / "learning_circles"


def check(seed: int, most: int) -> None:
    """Compare the exact solver with trying everything, on one random problem."""
    instance = problem(seed, most)
    best = best_by_trying(instance)
    answer = GroupsExact().solve(instance, Clock(Budget(None, 0)))
    if best is None:
        assert answer.impossible, seed
        return
    assert not answer.impossible, seed
    assert not broken(instance, answer.matches), seed
    signs = {"changes": -1, "violations": -1}
    values = tuple(signs.get(tier.tier, 1) * tier.value for tier in answer.tiers)
    assert values == best, seed
    for tier in answer.tiers:
        if tier.tier == "violations":
            assert breaches_bound(instance, answer.matches)[0] <= tier.value, seed


@pytest.mark.parametrize("start", range(0, CASES, STEP))
def test_exact_groups_are_worth_as_much_as_trying_everything(start: int) -> None:
    for seed in range(start, min(CASES, start + STEP)):
        check(seed, 6 if seed % 10 else 7)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(10_000, 12_000, 100))
def test_two_thousand_groupings_of_up_to_nine_people_are_as_good_as_can_be(start: int) -> None:
    for seed in range(start, start + 100):
        check(seed, 9 if seed % 10 == 0 else 8 if seed % 3 == 0 else 7)


@pytest.mark.parametrize("start", range(0, CASES, STEP))
def test_no_bound_lies_below_what_exact_groups_reach(start: int) -> None:
    for seed in range(start, min(CASES, start + STEP)):
        instance = problem(seed, 8).vary(tiers=("placed", "points"), previous=())
        answer = GroupsExact().solve(instance, Clock(Budget(None, 0)))
        if answer.impossible:
            continue
        assert not impossible(instance), seed
        placed, points = answer.tiers
        assert seats_bound(instance)[0] >= placed.value, seed
        bound, certificate = points_bound(instance, Clock(Budget(None, 0)), points.value)
        assert bound >= points.value, seed
        assert certificate["bound"] == bound
        only = GroupsExact().solve(instance.vary(tiers=("points",)), Clock(Budget(None, 0)))
        assert bound >= only.tiers[0].value, seed


def test_groups_too_many_to_list_in_time_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "PART", 0.0)  # no time for listing
    people = tuple(
        Person(id=f"p{i:02}", role=("mentor",) if i < 3 else ("mentee",), level=5 if i < 3 else 1)
        for i in range(18)
    )
    pods = PROGRAMS["group_pods"]
    shape = pods.shape.model_copy(update={"size": Size(min=12, max=13)})
    program = pods.model_copy(update={"shape": shape})
    solution = solve(Roster(people=people), program, budget=Budget(seconds=3.0))
    (pod,) = solution.programs[0].matches
    assert len(pod.with_role("member")) in (12, 13)
    assert len(pod.with_role("leader")) in (1, 2)


@pytest.mark.parametrize("people", [16, 36])
def test_nobody_of_the_first_people_of_the_example_is_left_over(
    people: int, tmp_path: Path
) -> None:
    lines = (CIRCLES / "people.csv").read_text("utf-8").splitlines()
    (tmp_path / "people.csv").write_text("\n".join(lines[: people + 1]), "utf-8")
    given = read_scenario(CIRCLES / "scenario.toml", roster=tmp_path / "people.csv")
    solution = solve(given.roster, given.scenario, budget=Budget(30, reproducible=True))
    assert not solution.programs[0].unplaced

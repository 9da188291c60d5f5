"""Sweeps: every combination, resumable, wherever it runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.solutions import alone, pair

from cohortopt.errors import InfeasibleError
from cohortopt.goals import LevelFit, Skills
from cohortopt.model import Person, Roster, Solution
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.scenarios.sweep import (
    Made,
    Variation,
    combinations,
    split_values,
    sweep,
    weight_range,
)
from cohortopt.solvers.base import Budget

ROSTER = Roster(
    people=(
        Person(id="m1", role=("mentor",), level=5, skills_offered={"sql": 5, "law": 2}),
        Person(id="m2", role=("mentor",), level=3, skills_offered={"law": 5, "sql": 3}),
        Person(id="e1", role=("mentee",), level=1, skills_wanted={"sql": 3}),
        Person(id="e2", role=("mentee",), level=1, skills_wanted={"law": 2, "sql": 3}),
    )
)


def test_all_combinations_are_numbered_and_named() -> None:
    found = combinations(["mentors.goals.prefers=0,1,3", "circles.size.max=5,6"])
    assert len(found) == 6
    assert found[0] == Variation(
        1, "1 prefers=0 max=5", ("mentors.goals.prefers=0", "circles.size.max=5")
    )
    assert found[-1].changes == ("mentors.goals.prefers=3", "circles.size.max=6")
    assert [one.number for one in found] == [*range(1, 7)]


def test_names_grow_until_they_differ_and_repeated_values_count_once() -> None:
    assert combinations(["a.max=1", "b.max=2,2"])[0].name == "1 a.max=1 b.max=2"
    assert len(combinations(["a=1,1"])) == 1
    assert combinations([])[0].changes == ()
    assert combinations(["k=" + ",".join(map(str, range(12)))])[0].name == "01 k=0"


@pytest.mark.parametrize("setting", ["a", "=1", "a=", "a=1,", "a=,1"])
def test_settings_that_say_nothing_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="expected key=value"):
        combinations([setting])


def test_too_many_and_doubled_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="combinations"):
        combinations([f"k{k}=1,2,3,4,5,6,7,8,9,10" for k in range(5)])
    with pytest.raises(ValueError, match="twice"):
        combinations(["a=1", "a=2"])


def test_commas_inside_brackets_and_quotes_do_not_separate() -> None:
    assert split_values('1, [2,3], "a,b", {x=[1,2]}') == ["1", "[2,3]", '"a,b"', "{x=[1,2]}"]


def make(variation: Variation) -> Made:
    settings = dict(change.split("=") for change in variation.changes)
    if settings["skills"] == "99":
        raise InfeasibleError("no such thing")
    goals = (Skills(weight=float(settings["skills"])), LevelFit(weight=float(settings["fit"])))
    program = PROGRAMS["mentorship"].model_copy(update={"goals": goals})
    budget = Budget(seconds=20, seed=int(settings.get("seed", 0)))
    return ROSTER, Scenario.of(program), budget


def table(*, threads: int = 0, **more: object) -> dict[int, object]:
    variations = combinations(["skills=1,5,99", "fit=1,2"])
    if not threads:
        outcomes = [*sweep(variations, make, **more)]  # type: ignore[arg-type]
    else:
        with ThreadPoolExecutor(threads) as pool:
            outcomes = [*sweep(variations, make, executor=pool, **more)]  # type: ignore[arg-type]
    return {
        one.variation.number: one.solution.programs if one.solution else one.exit_code
        for one in outcomes
    }


def test_threads_give_the_same_table_and_errors_stay_with_their_variation() -> None:
    serial = table()
    assert table(threads=3) == serial
    assert table(threads=2, at_once=2) == serial
    assert len(serial) == 6
    assert serial[5] == serial[6] == 3


def test_what_is_known_is_not_solved_again() -> None:
    known = {1: Solution(scenario="kept"), 2: Solution(scenario="kept too")}
    found = {
        one.variation.number: one.solution
        for one in sweep(combinations(["skills=1,5", "fit=1,2"]), make, known=known)
    }
    assert found[1] is known[1]
    assert found[2] is known[2]
    assert found[3] is not None
    assert found[3].scenario != "kept"


def plan(first: bool) -> Solution:
    return alone(pair("M-1", "m1" if first else "m2", "e1"))


def test_a_weight_range_ends_where_the_plan_changes() -> None:
    found = weight_range(lambda weight: plan(1.25 <= weight < 7.5), 3.0, steps=16)
    assert 1.25 <= found.least < 1.26
    assert found.below is not None
    assert 1.24 < found.below < 1.25
    assert 7.4 < found.most < 7.5
    assert found.above is not None
    assert found.above >= 7.5


def test_a_plan_that_never_changes_has_no_ends() -> None:
    found = weight_range(lambda weight: plan(True), 3.0)
    assert (found.least, found.below, found.most, found.above) == (0.0, None, 100.0, None)

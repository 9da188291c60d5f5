"""Solving once more for a reason never costs the answer."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import cast

import pytest

from cohortopt import PROGRAMS, Person, Roster, Scenario, solve
from cohortopt.compile import compile_instance
from cohortopt.errors import OutOfTimeError
from cohortopt.instance import Instance
from cohortopt.reasons.plan import Plan
from cohortopt.reasons.require import Forced, advice, require
from cohortopt.solvers.base import Budget, Clock


class Late:
    def solve(self, instance: Instance, clock: Clock) -> None:
        raise OutOfTimeError("nothing was found in time")


def test_a_second_solve_that_finds_nothing_in_time_leaves_the_reason_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roster = Roster(people=(Person(id="a"), Person(id="b")))
    program = PROGRAMS["skill_swap"]
    facts = Scenario.of(program).facts(roster)
    instance = compile_instance(facts, program.bound(facts)).instance
    module = import_module("cohortopt.reasons.require")  # the package has a function of this name
    monkeypatch.setattr(module, "choose", lambda _: Late())
    clock = Clock(Budget(seconds=10))
    assert require(cast(Plan, SimpleNamespace(instance=instance)), 0, clock) == Forced(None)
    assert clock.looked_late


@pytest.mark.parametrize(("seats", "said"), [(0, "Require"), (2, "Require"), (6, "More people")])
def test_to_require_somebody_is_advised_where_it_costs_few_their_seat(
    seats: int, said: str
) -> None:
    told = advice(Person(id="p"), range(seats), proven=True)
    assert told.startswith(said)
    assert ("6 seats" in told) == (seats == 6)
    assert advice(Person(id="p"), range(seats), proven=False).startswith(told)


@pytest.mark.parametrize(
    ("leader", "said"),
    [
        (Person(id="m", role=("mentee",), level=1), "Give the role mentor to whoever should lead."),
        (
            Person(id="m", role=("mentor",), capacity=0),
            "Raise the capacity of whoever should lead.",
        ),
        (Person(id="m", role=("mentor",), level=9, hours=0.5), "More hours a month for m."),
        (Person(id="m", role=("mentor",), level=1), "Loosen gap: m is the nearest miss."),
    ],
)
def test_where_leaders_are_missing_smaller_groups_are_no_help(leader: Person, said: str) -> None:
    members = (Person(id=f"e{k}", role=("mentee",), level=1) for k in range(4))
    roster = Roster(people=(leader, *members))
    unplaced = solve(roster, PROGRAMS["group_pods"]).programs[0].unplaced
    assert {one.would_help for one in unplaced if one.role == "member"} == {said}

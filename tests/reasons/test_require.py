"""Solving once more for a reason never costs the answer."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import cast

import pytest

from cohortopt import PROGRAMS, Person, Roster, Scenario
from cohortopt.compile import compile_instance
from cohortopt.errors import OutOfTimeError
from cohortopt.instance import Instance
from cohortopt.reasons.plan import Plan
from cohortopt.reasons.require import Forced, require
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

"""Ctrl-C: the best plan so far is kept at once, and what was not looked into is not told."""

from __future__ import annotations

import threading
from functools import partial
from itertools import chain, repeat

import pytest

import cohortopt
from cohortopt import finish
from cohortopt.model import Person, Roster
from cohortopt.programs import PROGRAMS, Program
from cohortopt.rules import Availability
from cohortopt.solvers.base import Budget
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.stop import StoppedError, until

PROGRAMS_STOPPED = (
    "mentorship",
    "peer_mentorship",
    "skill_swap",
    "group_pods",
    "learning_circles",
    "cross_functional",
    "micro_mentoring",
)
SKILLS = ("sql", "python", "talks")


def crowd(count: int = 11) -> Roster:
    """Return people who can teach each other, two who lead, and one without the hours."""
    people = [
        Person(
            id=f"p{k:02}",
            role=("mentor", "peer") if k < 2 else ("mentee", "peer"),
            level=5 if k < 2 else 3,
            department=f"d{k % 3}",
            skills_offered={SKILLS[k % 3]: 4},
            skills_wanted={SKILLS[(k + 1) % 3]: 4},
            hours=0.1 if k == count - 1 else 20,
        )
        for k in range(count)
    ]
    return Roster(people=tuple(people))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every roster count as one whose check takes long."""
    monkeypatch.setattr(finish, "QUICK_LINKS", 0)


def program(name: str) -> Program:
    if name == "micro_mentoring":
        return PROGRAMS[name]
    return PROGRAMS[name].without_rule(Availability)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("name", PROGRAMS_STOPPED)
def test_what_a_stopped_solve_did_not_look_into_is_not_told(name: str) -> None:
    cancel = threading.Event()
    cancel.set()
    whole = cohortopt.solve(crowd(), program(name), budget=Budget(5))
    stopped = cohortopt.solve(crowd(), program(name), budget=Budget(5), cancel=cancel)
    assert {tier.standing for tier in stopped.programs[0].tiers} == {"claimed"}
    assert "checked" in {tier.standing for tier in whole.programs[0].tiers}
    told = {one.person: one for one in stopped.programs[0].unplaced if one.role != "giver"}
    assert set(told) >= {"p10"}
    for one in told.values():
        short = "hour" in one.detail
        assert short == (one.person == "p10")
        assert short or "stopped before" in one.detail


def test_a_small_roster_is_looked_into_even_then() -> None:
    cancel = threading.Event()
    cancel.set()
    stopped = cohortopt.solve(crowd(), program("learning_circles"), budget=Budget(5), cancel=cancel)
    assert "checked" in {tier.standing for tier in stopped.programs[0].tiers}
    assert not any("stopped" in one.detail for one in stopped.programs[0].unplaced)


@pytest.mark.parametrize("name", PROGRAMS_STOPPED)
def test_a_check_that_is_stopped_in_the_middle_proves_nothing_of_what_is_left(name: str) -> None:
    roster, one = crowd(), program(name)
    part = cohortopt.solve(roster, one, budget=Budget(5)).programs[0]
    facts = cohortopt.Scenario.of(one).facts(roster)
    bound = one.bound(facts)
    asked = iter(range(1000))
    whole = check_bounds(bound, part.tiers, part.matches, facts, (), lambda: next(asked) < 0)
    often = next(asked)
    assert often > 1
    for times in range(often):
        stop = partial(next, chain(repeat(False, times), repeat(True)))
        tiers = check_bounds(bound, part.tiers, part.matches, facts, (), stop)
        for tier, known in zip(tiers, whole, strict=True):
            assert tier.standing in ("claimed", known.standing)
    assert "claimed" in {tier.standing for tier in tiers}


def test_items_come_until_somebody_asks_to_stop() -> None:
    asked = iter([False, False, True])
    items = until(lambda: next(asked), "abc")
    assert [next(items), next(items)] == ["a", "b"]
    with pytest.raises(StoppedError):
        next(items)

"""What must hold between the answers to two questions that differ in one thing, in every shape."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cohortopt
from cohortopt.errors import InfeasibleError, ProgramError
from cohortopt.goals import Goal, Prefers, SameGoal, Skills
from cohortopt.model import Groups, Pairs, Partners, Person, Rings, Roster, Size, Solution
from cohortopt.programs import Program
from cohortopt.rules import Apart, Availability, Capacity, Rule
from cohortopt.solvers.base import Budget
from tests.strategies import GOALS_DRAWN, RULES_DRAWN, rosters

EXACT = Budget(seconds=None, reproducible=True)
ANYONE = ("mentor", "mentee", "peer")
SHAPES = {
    "pairs": Pairs(giver=ANYONE, taker=("mentee", "peer")),
    "partners": Partners(),
    "rings": Rings(longest=3),
    "groups": Groups(size=Size(min=2, max=3)),
}
GOALS: tuple[type[Goal], ...] = (Skills, Prefers, SameGoal)  # of the two people alone
NAMING = ("together", "required", "locked", "only")  # rules that name people
every_shape = pytest.mark.parametrize("shape", SHAPES)


def rules_of(shape: str, *, naming: bool) -> list[type[Rule]]:
    """Return the kinds of rules that a shape may have."""
    kinds = [kind for kind in RULES_DRAWN if shape in kind.shapes and kind is not Capacity]
    return [kind for kind in kinds if naming or kind.model_fields["kind"].default not in NAMING]


@st.composite
def programs(draw: st.DrawFn, shape: str, *, naming: bool = False) -> Program:
    kinds = draw(st.lists(st.sampled_from(rules_of(shape, naming=naming)), max_size=3, unique=True))
    rules = [draw(RULES_DRAWN[kind]) for kind in kinds]
    assume(all(not isinstance(one, Availability) or one.slots == 1 for one in rules))
    goals = draw(st.lists(st.sampled_from(GOALS), min_size=1, max_size=2, unique=True))
    return Program(
        use="drawn",
        name="drawn",
        shape=SHAPES[shape],
        rules=(Capacity(), *rules),
        goals=tuple(draw(GOALS_DRAWN[kind]) for kind in goals),
    )


def solved(roster: Roster, program: Program) -> Solution | None:
    """Return the best plan, None where there is none."""
    try:
        return cohortopt.solve(roster, program, budget=EXACT, reasons=False)
    except (InfeasibleError, ProgramError):
        return None


def is_no_better(one: Solution | None, other: Solution | None) -> bool:
    """Whether the first seats no more people than the second, as far as both are proven."""
    if one is None:
        return True
    assert other is not None
    assume(other.tiers[0].is_proven)
    return one.tiers[0].value <= other.tiers[0].value


@every_shape
@given(data=st.data(), roster=rosters(max_size=5, min_size=2))
@settings(max_examples=15)
def test_one_more_rule_never_seats_more(shape: str, data: st.DataObject, roster: Roster) -> None:
    program = data.draw(programs(shape))
    known = {type(rule) for rule in program.rules} | {Availability}  # its minutes cost hours
    more = [kind for kind in rules_of(shape, naming=True) if kind not in known]
    tighter = program.with_rule(data.draw(RULES_DRAWN[data.draw(st.sampled_from(more))]))
    assert is_no_better(solved(roster, tighter), solved(roster, program))


@every_shape
@given(data=st.data(), roster=rosters(max_size=5, min_size=2))
@settings(max_examples=15)
def test_one_person_fewer_never_seats_more(shape: str, data: st.DataObject, roster: Roster) -> None:
    program = data.draw(programs(shape))
    apart = program.rule(Apart)  # a reporting line ends where somebody in it is not listed
    assume(apart is None or apart.manager != "line")
    gone = data.draw(st.sampled_from(roster.people))
    fewer = Roster(people=tuple(one for one in roster.people if one is not gone))
    assert is_no_better(solved(fewer, program), solved(roster, program))


@every_shape
@given(data=st.data(), roster=rosters(max_size=5))
@settings(max_examples=10)
def test_doubling_all_weights_changes_nothing(
    shape: str, data: st.DataObject, roster: Roster
) -> None:
    program = data.draw(programs(shape))
    doubled = tuple(goal.model_copy(update={"weight": 2 * goal.weight}) for goal in program.goals)
    once, twice = (
        solved(roster, one) for one in (program, program.model_copy(update={"goals": doubled}))
    )
    assert once == twice


@every_shape
@given(data=st.data(), roster=rosters(max_size=5))
@settings(max_examples=10)
def test_new_ids_change_no_tier(shape: str, data: st.DataObject, roster: Roster) -> None:
    program = data.draw(programs(shape))
    apart = program.rule(Apart)
    assume(apart is None or not apart.lists)
    ids = [person.id for person in roster.people]
    new = dict(
        zip(ids, data.draw(st.permutations([f"x{k}" for k in range(len(ids))])), strict=True)
    )

    def renamed(person: Person) -> Person:
        lists = {
            name: tuple(new[one] for one in getattr(person, name))
            for name in ("prefers", "vetoes", "past")
        }
        manager = None if person.manager is None else new[person.manager]
        return person.model_copy(update={"id": new[person.id], "manager": manager, **lists})

    again = Roster(people=tuple(map(renamed, roster.people)))
    first, second = solved(roster, program), solved(again, program)
    assume(first is not None and second is not None and first.is_optimal and second.is_optimal)
    assert first is not None
    assert second is not None
    assert [tier.value for tier in first.tiers] == [tier.value for tier in second.tiers]


@every_shape
@given(data=st.data(), roster=rosters(max_size=6), seed=st.integers(0, 99))
@settings(max_examples=10)
def test_row_order_changes_nothing_at_all(
    shape: str, data: st.DataObject, roster: Roster, seed: int
) -> None:
    program = data.draw(programs(shape, naming=True))
    people = list(roster.people)
    random.Random(seed).shuffle(people)
    first, again = solved(roster, program), solved(Roster(people=tuple(people)), program)
    assert (first and first.to_json()) == (again and again.to_json())

"""Repair of every shape when too many people are left to try everything."""

from __future__ import annotations

import random

import pytest
from repair_oracle import person, plain

from cohortopt import Budget, Person, Roster, Scenario, solve
from cohortopt.joint.exact import PEOPLE
from cohortopt.model import Groups, Leaders, Rings, Size
from cohortopt.repair.repair import repair
from cohortopt.rules import Apart, Capacity, Gap, Hours
from cohortopt.verify.verdict import verify

COUNT = PEOPLE + 6
UNLIMITED = Budget(seconds=None, reproducible=True)
PAIRS = plain("mentorship")
CIRCLES = plain("learning_circles", name="Circles", shape=Groups(size=Size(min=4, max=5)))
SCENARIOS = {
    "pairs": (PAIRS,),
    "partners": (plain("peer_mentorship"),),
    "rings": (plain("skill_swap", shape=Rings(longest=3)),),
    "groups": (CIRCLES,),
    "led groups": (
        plain(
            "group_pods",
            shape=Groups(who=("mentee",), size=Size(min=3, max=4), leaders=Leaders(max=1)),
            rules=(Capacity(), Hours(), Apart(), Gap(at_least=1)),
        ),
    ),
    "mentors and circles": (PAIRS, CIRCLES),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SCENARIOS)
def test_who_leaves_moves_few_and_nobody_moves_without_a_change(shape: str) -> None:
    r = random.Random(len(shape))
    people = [person(r, i).model_copy(update={"hours": 8, "capacity": 4}) for i in range(COUNT)]
    roster, scenario = Roster(people=tuple(people)), Scenario(programs=SCENARIOS[shape])
    budget = Budget(seconds=1.5, seed=1)
    first = solve(roster, scenario, budget=budget, reasons=False)
    placed = len({one for part in first.programs for one in part.placed})
    assert placed > COUNT // 2

    same = repair(first, roster, scenario, budget=UNLIMITED)
    assert same.moves == 0

    gone = first.programs[-1].matches[0].people[-1]
    new = Roster(people=tuple(one for one in people if one.id != gone))
    found = repair(first, new, scenario, budget=UNLIMITED)
    assert found.left == (gone,)
    assert found.moves == len(found.moved) <= 6
    assert verify(found.solution, new, scenario, bounds=False).is_sound
    before, now = first.tier("placed"), found.solution.tier("placed")
    assert before is not None
    assert now is not None
    assert now.value >= before.value - 2 * len(scenario.programs)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SCENARIOS)
def test_who_joins_is_placed_and_who_vetoes_is_parted(shape: str) -> None:
    r = random.Random(len(shape))
    people = [person(r, i).model_copy(update={"hours": 8, "capacity": 4}) for i in range(COUNT)]
    roster, scenario = Roster(people=tuple(people)), Scenario(programs=SCENARIOS[shape])
    budget = Budget(seconds=1.5, seed=1)
    first = solve(roster, scenario, budget=budget, reasons=False)
    one, other = first.programs[0].matches[0].people[:2]
    angry = [p.model_copy(update={"vetoes": (other,)}) if p.id == one else p for p in people]
    newcomer: Person = people[1].model_copy(update={"id": "new"})
    new = Roster(people=(*angry, newcomer))
    found = repair(first, new, scenario, budget=UNLIMITED)
    assert "new" in found.joined
    assert verify(found.solution, new, scenario, bounds=False).is_sound
    met = [set(match.people) for match in found.solution.assignment.matches]
    assert not any({one, other} <= people for people in met)
    assert found.moves <= 6

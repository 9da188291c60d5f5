"""Whoever is left over and fits a group with room joins it, at another time if need be."""

from __future__ import annotations

from dataclasses import replace

from cohortopt.compile import compile_instance
from cohortopt.instance import Instance
from cohortopt.model import Availability, Leaders, Person, Roster, Size
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.rules import Availability as Meetings
from cohortopt.rules import Capacity, Gap
from cohortopt.rules.groups import LimitItem, Limits
from cohortopt.solvers.base import Found
from cohortopt.solvers.groups.check import broken
from cohortopt.solvers.groups.top_up import top_up

NINE, TEN, BOTH = "Mon 09:00-10:00", "Mon 10:00-11:00", "Mon 09:00-11:00"


def pods(*hours: str, bosses: int = 1, most: int = 8, **more: object) -> Instance:
    """Return an instance of pods: leaders are first, and free all Monday morning."""
    people = [
        Person(
            id=f"p{k}",
            role=("mentor",) if k < bosses else ("mentee",),
            level=5 if k < bosses else 1,
            capacity=2,
            department="A" if k == len(hours) + bosses - 1 else "B",
            availability=Availability.parse(BOTH if k < bosses else hours[k - bosses]),
        )
        for k in range(bosses + len(hours))
    ]
    shape = PROGRAMS["group_pods"].shape.model_copy(
        update={"size": Size(min=2, max=most), "leaders": Leaders(min=1, max=1)}
    )
    rules = (Capacity(), Meetings(), Gap(at_least=1), Limits(items=more.get("limits", ())))
    program = Program(
        use="t", name="t", shape=shape, rules=rules, goals=PROGRAMS["group_pods"].goals
    )
    scenario = Scenario.of(program)
    facts = scenario.facts(Roster(people=tuple(people)))
    return compile_instance(facts, program.bound(facts)).instance


def slot_of(instance: Instance, *people: int, but: int | None = None) -> int:
    """Return the first slot of people; one that overlaps no slot of ``but``."""
    slots = instance.slots
    assert slots is not None
    taken = slots.common([but]).tolist() if but is not None else []
    free = (t for t in slots.common(people) if not any(slots.clash(t, o) for o in taken))
    return int(next(free))


def test_somebody_who_fits_at_another_time_joins_and_the_group_meets_then() -> None:
    instance = pods(BOTH, BOTH, TEN)
    group = Found((0, 1, 2), 1, slot_of(instance, 0, 1, 2, but=3))
    (now,) = top_up(instance, [group])
    assert now.people == (0, 1, 2, 3)
    assert now.slot == slot_of(instance, 0, 1, 2, 3) != group.slot
    assert broken(instance, [now]) == []


def test_nobody_joins_where_no_time_is_shared_or_no_seat_is_free() -> None:
    instance = pods(NINE, NINE, TEN)
    group = Found((0, 1, 2), 1, slot_of(instance, 0, 1, 2))
    assert top_up(instance, [group]) == (group,)
    full = pods(BOTH, BOTH, BOTH, most=2)
    group = Found((0, 1, 2), 1, slot_of(full, 0, 1, 2))
    assert top_up(full, [group]) == (group,)


def test_a_group_does_not_move_to_when_its_leader_leads_another() -> None:
    instance = pods(BOTH, BOTH, TEN, TEN, TEN)
    early = Found((0, 1, 2), 1, slot_of(instance, 0, 1, 2, but=3))
    late = Found((0, 3, 4), 1, slot_of(instance, 0, 3, 4))
    found = top_up(instance, [early, late])
    assert [match.people for match in found] == [(0, 1, 2), (0, 3, 4, 5)]
    assert broken(instance, found) == []


def test_limits_and_what_comes_first_are_kept() -> None:
    limits = (LimitItem(attribute="department", value="A", at_most=0),)
    instance = pods(BOTH, BOTH, BOTH, limits=limits)
    group = Found((0, 1, 2), 1, slot_of(instance, 0, 1, 2))
    assert top_up(instance, [group]) == (group,)
    other = replace(pods(BOTH, BOTH, BOTH), tiers=("points",))
    assert top_up(other, [group]) == (group,)

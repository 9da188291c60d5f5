"""Advice holds what it promises, and nothing of the kinds offered is cheaper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from tests.reasons.acting import EXACT, crowd, variant

from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError
from cohortopt.explain.advise import Advice, advise
from cohortopt.explain.ideas import DROPPED, ideas
from cohortopt.explain.recruit import Profile, recruit
from cohortopt.model import Availability, Groups, Pairs, Person, Roster
from cohortopt.programs import INTEGRATED, PROGRAMS, Program, Scenario
from cohortopt.rules import Availability as Meetings
from cohortopt.rules import Gap
from cohortopt.solvers.base import Budget

Edit = Callable[[Roster, Program], tuple[Roster, Program]]
HOURS = [
    f"{day} {hour:02d}:00-{hour + 1:02d}:00" for day in ("Mon", "Tue", "Wed") for hour in (9, 10)
]
SHAPES = ("mentorship", "peer_mentorship", "cross_functional")


def placed(roster: Roster, program: Program) -> int:
    try:
        tier = solve(roster, program, budget=EXACT, reasons=False).tier("placed")
    except InfeasibleError:
        return 0
    assert tier is not None
    return tier.value


def cells(one: Person, **changes: object) -> Edit:
    def edit(roster: Roster, program: Program) -> tuple[Roster, Program]:
        changed = [p.model_copy(update=changes) if p.id == one.id else p for p in roster.people]
        return Roster(people=tuple(changed)), program

    return edit


def unlisted(one: str, other: str, column: str) -> Edit:
    def edit(roster: Roster, program: Program) -> tuple[Roster, Program]:
        people = []
        for p in roster.people:
            gone = {one: other, other: one}.get(p.id)
            left = tuple(i for i in getattr(p, column) if i != gone)
            people.append(p.model_copy(update={column: left}))
        return Roster(people=tuple(people)), program

    return edit


def rule(change: Callable[[Program], Program]) -> Edit:
    return lambda roster, program: (roster, change(program))


def edits(roster: Roster, program: Program) -> Iterator[tuple[int, Edit]]:
    """Yield every single edit of the kinds that advice offers, with its effort."""
    cost, shape = program.minutes_a_month / 60, program.shape
    for p in roster.people:
        hours = None if p.hours is None else max(p.hours, cost * (p.capacity + 1))
        yield 1, cells(p, capacity=p.capacity + 1, hours=hours)
        if p.hours is not None:
            yield 1, cells(p, hours=cost * (p.hours // cost + 1))
        if p.availability is not None and not p.availability.is_always:
            for hour in HOURS:
                more = [*p.availability.spans, *Availability.parse(hour).spans]
                yield 1, cells(p, availability=Availability.of(more))
    for one, other in combinations(roster.people, 2):
        if one.id in other.past or other.id in one.past:
            yield 1, unlisted(one.id, other.id, "past")
        if one.id in other.vetoes or other.id in one.vetoes:
            yield 3, unlisted(one.id, other.id, "vetoes")
    if isinstance(shape, Groups):
        size = shape.size
        for update in ({"max": size.max + 1}, {"min": size.min - 1, "target": None}):
            new = shape.model_copy(update={"size": size.model_copy(update=update)})
            yield 2, rule(lambda p, new=new: p.model_copy(update={"shape": new}))  # type: ignore[misc]
    gap = program.rule(Gap)
    if gap is not None and gap.at_least is not None:
        lower = Gap(at_least=gap.at_least - 1, at_most=gap.at_most)
        yield 2, rule(lambda p: p.with_rule(lower))
    if gap is not None and gap.at_most is not None:
        higher = Gap(at_least=gap.at_least, at_most=gap.at_most + 1)
        yield 2, rule(lambda p: p.with_rule(higher))
    shorter = (program.rule(Meetings) or Meetings()).model_copy(update={"minutes": 45})
    yield 2, rule(lambda p: p.with_rule(shorter))
    for kind in DROPPED:
        yield 3, rule(lambda p, kind=kind: p.without_rule(kind))  # type: ignore[misc]


def check_nothing_is_cheaper(roster: Roster, program: Program) -> Advice:
    """Try all single and double edits of less effort than the cheapest fix that seats somebody."""
    solution = solve(roster, program, budget=EXACT)
    advice = advise(solution, roster, program, seconds=300, recruiting=False)
    assert not advice.cut_short
    now = placed(roster, program)
    known = min((fix.effort for fix in advice.fixes if fix.gain[0] > 0), default=7)
    asks = program.bound(Scenario.of(program).facts(roster)).asks
    if now < sum(asks(p) for p in roster.people):
        single = list(edits(roster, program))
        for effort, edit in single:
            if effort < known:
                assert placed(*edit(roster, program)) <= now
        for (one, first), (two, second) in combinations(single, 2):
            if one + two < known:
                assert placed(*second(*first(roster, program))) <= now
    return advice


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("seed", [1, 3])
def test_no_edit_and_no_two_edits_are_cheaper_than_the_advice(name: str, seed: int) -> None:
    program = variant(name)
    check_nothing_is_cheaper(crowd(seed, program), program)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*SHAPES, "near_peer", "learning_circles", "mutual_mentorship", "group_pods"]
)
@pytest.mark.parametrize("seed", range(100, 110))
def test_nothing_is_cheaper_than_the_advice_in_many_rosters(name: str, seed: int) -> None:
    program = variant(name)
    check_nothing_is_cheaper(crowd(seed, program), program)


@pytest.mark.parametrize("name", SHAPES)
def test_each_fix_delivers_what_it_promises(name: str) -> None:
    program = variant(name)
    roster = crowd(5, program)
    solution = solve(roster, program, budget=EXACT)
    advice = advise(solution, roster, program, seconds=300, tries=60, recruiting=False)
    scenario = Scenario.of(program)
    facts = scenario.facts(roster)
    offered = {idea.text: idea for idea in ideas(solution, facts, scenario)}
    for fix in advice.fixes:
        if fix.text in offered:
            again = solve(*offered[fix.text].apply(roster, scenario), budget=EXACT, reasons=False)
            for change in fix.changes:
                tier = again.tier(change.tier)
                assert tier is not None
                assert tier.value >= change.after


def recruits_as(profiles: tuple[Profile, ...], program: Program) -> list[Person]:
    """Return people who are what the profiles say and nothing more."""
    found = []
    for k, profile in enumerate(profiles):
        hours = [slot.split(" (")[0] for slot in profile.slots]
        spans = "; ".join(f"{one}-{int(one[4:6]) + 1:02d}{one[6:]}" for one in hours)
        found.append(
            Person(
                id=f"new{k}",
                role=(profile.role,),
                level=profile.level,
                languages=profile.languages,
                skills_offered=dict.fromkeys(profile.skills, 5),
                skills_wanted=dict.fromkeys(profile.wants, 5),
                availability=Availability.parse(spans) if spans else None,
                capacity=profile.takes,
                needs=0 if isinstance(program.shape, Pairs) else 1,
                hours=profile.hours,
            )
        )
    return found


def served(roster: Roster, scenario: Scenario, new: list[Person], name: str) -> set[str]:
    """Return who of the roster is seated when these people join, their own seats worth nothing."""
    joined = (person.model_copy(update={"priority": 0}) for person in new)
    both = Roster(people=(*roster.people, *joined))
    solution = solve(both, scenario, budget=Budget(seconds=10), reasons=False)
    matches = solution.program(name).matches
    seated = {m.person for match in matches for m in match.members if m.role != "giver"}
    return seated & set(roster.by_id)


def check_recruits(roster: Roster, scenario: Scenario) -> bool:
    """People as described place all who can be placed; without any one of them they do not."""
    found = recruit(roster, scenario, Budget(seconds=5))
    if found is None:
        return False
    program = next(one for one in scenario.programs if one.name == found.program)
    new = recruits_as(found.profiles, program)
    asked = {p.id for p in roster.people if program.asks(p)}
    now = served(roster, scenario, new, program.name) & asked
    assert len(now) == found.places
    assert asked - now == set(found.never)
    assert found.without < found.places
    if found.fewest:
        for one in new:
            others = [other for other in new if other is not one]
            assert len(served(roster, scenario, others, program.name) & asked) < found.places
    return True


@pytest.mark.parametrize(
    "name", ["mentorship", "near_peer", "peer_mentorship", "group_pods", "mutual_mentorship"]
)
def test_people_exactly_as_described_place_everyone_and_one_fewer_do_not(name: str) -> None:
    program = variant(name)
    assert any(check_recruits(crowd(seed, program), Scenario.of(program)) for seed in (1, 2, 3))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_recruits_of_every_shape_do_as_described(seed: int) -> None:
    for name in (*SHAPES, "near_peer", "mutual_mentorship", "skill_swap", "virtual_cohort"):
        program = variant(name)
        check_recruits(crowd(300 + seed, program), Scenario.of(program))


def test_the_mentors_of_two_programs_solved_together_are_recruited() -> None:
    people = [Person(id="m", role=("mentor",), level=5, capacity=1, hours=2)]
    people += [Person(id=f"e{k}", role=("mentee",), level=1 + k % 2) for k in range(4)]
    scenario = Scenario(programs=INTEGRATED)
    roster = Roster(people=tuple(people))
    found = recruit(roster, scenario, Budget(seconds=3))
    assert found is not None
    assert found.program == INTEGRATED[0].name
    assert check_recruits(roster, scenario)


def test_levels_too_far_apart_for_one_recruit_ask_for_two() -> None:
    program = PROGRAMS["near_peer"]
    people = tuple(
        Person(id=one, role=("mentee",), level=level, capacity=0)
        for one, level in (("a", 1), ("b", 9))
    )
    found = recruit(Roster(people=people), Scenario.of(program), Budget(seconds=5))
    assert found is not None
    assert sorted(profile.level or 0 for profile in found.profiles) == [2, 10]
    assert found.places == 2

"""Every plan of a small scenario, tried in words: slow, short, and independent of the solver."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, product

from cohortopt import PROGRAMS, Person, Roster, Scenario
from cohortopt.goals import Skills
from cohortopt.model import Facts, Groups, Match, Member, ProgramSolution, Size, Slot
from cohortopt.programs import Program
from cohortopt.rules import Apart, Availability, Capacity, Gap, Hours
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import tier_values
from cohortopt.verify.together import find_joint_violations


def member(person: str, role: str) -> Member:
    return Member.model_validate({"person": person, "role": role})


def single_matches(program: Program, facts: Facts, slots: Sequence[Slot]) -> list[Match]:
    """Return every match that is right by itself but for loads, once for every slot."""
    ids = [person.id for person in facts.roster.people]
    drafts: list[list[Member]] = []
    if program.shape.kind == "pairs":
        drafts = [[member(a, "giver"), member(b, "taker")] for a in ids for b in ids if a != b]
    elif program.shape.kind == "partners":
        drafts = [[member(a, "peer"), member(b, "peer")] for a, b in combinations(ids, 2)]
    else:
        assert isinstance(program.shape, Groups)
        size = program.shape.size
        for count in range(size.min, size.max + 1):
            drafts += [[member(i, "member") for i in who] for who in combinations(ids, count)]
    found: list[Match] = []
    for draft in drafts:
        for slot in slots:
            match = Match(match="x", members=tuple(draft), slot=slot)
            if not find_violations(program, (match,), facts):
                found.append(match)
    return found


def sets(program: Program, matches: Sequence[Match], facts: Facts) -> Iterator[tuple[Match, ...]]:
    """Yield every set of matches that keeps the program's rules."""

    def grow(start: int, chosen: tuple[Match, ...]) -> Iterator[tuple[Match, ...]]:
        yield chosen
        for k in range(start, len(matches)):
            named = matches[k].model_copy(update={"match": f"{program.name}-{len(chosen)}"})
            more = (*chosen, named)
            if not find_violations(program, more, facts):
                yield from grow(k + 1, more)

    yield from grow(0, ())


def best_together(scenario: Scenario, roster: Roster, slots: Sequence[Slot]) -> tuple[int, int]:
    """Return the best (placed, points) of all plans; points in the common scale."""
    facts = scenario.facts(roster)
    options: list[list[tuple[int, int, tuple[Match, ...]]]] = []
    scale = 1
    for program in scenario.programs:
        scale = max(scale, program.scale)
    for program in scenario.programs:
        bound = program.bound(facts)
        found = []
        for chosen in sets(bound, single_matches(bound, facts, slots), facts):
            value = tier_values(bound, chosen, facts)
            points = value["points"] * program.weight * (scale // program.scale)
            found.append((value["placed"] * program.weight, points, chosen))
        options.append(found)
    plans = sorted(
        product(*options), key=lambda plan: (-sum(p[0] for p in plan), -sum(p[1] for p in plan))
    )
    for plan in plans:
        parts = [
            ProgramSolution(name=program.name, use="", status="feasible", matches=one[2])
            for program, one in zip(scenario.programs, plan, strict=True)
        ]
        if not find_joint_violations(scenario, parts, facts):
            return sum(one[0] for one in plan), sum(one[1] for one in plan)
    raise AssertionError("the empty plan keeps every rule")


def small_scenario(seed: int, most: int = 7) -> tuple[Scenario, Roster, list[Slot]]:
    """Return a scenario of up to ``most`` people who compete for hours, slots and each other."""
    r = random.Random(seed)
    count = r.randint(4, most)
    skills = ["sql", "art", "law"]
    people = []
    times = ["Mon 09:00-10:00", "Tue 09:00-10:00", "Wed 09:00-10:00"]
    known = r.choice([times, times[:2], times])
    for i in range(count):
        mentor = i < 2
        free = "; ".join(sorted(r.sample(known, r.randint(1, len(known)))))
        people.append(
            Person(
                id=f"p{i}",
                role=("mentor", "peer") if mentor else ("mentee", "peer"),
                level=3 if mentor else r.randint(1, 2),
                capacity=r.randint(1, 2),
                hours=r.choice([2, 4, 6]),
                department=r.choice("AB"),
                manager="p0" if r.random() < 0.3 and i else None,
                skills_offered={s: r.randint(1, 5) for s in r.sample(skills, 2)},
                skills_wanted={s: r.randint(1, 5) for s in r.sample(skills, 2)},
                availability=free,
                vetoes=("p3",) if r.random() < 0.15 and i != 3 else (),
            )
        )
    mentors = PROGRAMS["mentorship"].model_copy(update={"weight": r.randint(1, 2)})
    circles = Program(
        use="learning_circles",
        name="Circles",
        shape=Groups(size=Size(min=3, max=3 if count > 6 else 4)),
        rules=(Capacity(), Hours(), Availability(), Apart(), Gap(at_least=-2, at_most=2)),
        goals=(Skills(),),
    )
    second = circles if r.random() < 0.6 else PROGRAMS["peer_mentorship"]
    joint = {
        "capacity": r.choice([None, None, 2]),
        "mentor_not_in_circle": r.random() < 0.8,
        "apart": r.choice([(), (), ("manager",), ("department",)]),
        "slots": r.random() < 0.8,
    }
    scenario = Scenario.model_validate({"programs": (mentors, second), "joint": joint})
    facts = scenario.facts(Roster(people=tuple(people)))
    days = sorted({one.split()[0] for one in known})
    slots = [Slot(day=day, start="09:00", minutes=60, timezone=facts.timezone) for day in days]
    return scenario, Roster(people=tuple(people)), slots

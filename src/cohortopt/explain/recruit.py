"""Whom to recruit: the fewest more givers that place everybody, and what they must bring."""

from __future__ import annotations

from collections import Counter

from cohortopt.explain.base import Told, solve_again
from cohortopt.model import Availability, Match, Pairs, Person, Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Gap
from cohortopt.solvers.base import Budget

MOST = 64
NEW = "recruit-"


class Profile(Told):
    """One person to look for."""

    role: str
    level: int | None
    skills: tuple[str, ...]
    slots: tuple[str, ...]
    takes: int
    serves: tuple[str, ...]


class Recruits(Told):
    """The smallest list of recruits that places everyone who can be placed by recruiting.

    ``places`` is how many are placed with them, ``without`` with one recruit fewer. Recruits take
    ``capacity`` each. ``never`` names people whom no recruit can help.
    """

    program: str
    profiles: tuple[Profile, ...]
    capacity: int
    places: int
    without: int
    never: tuple[str, ...]


def recruit(roster: Roster, scenario: Scenario, budget: Budget) -> Recruits | None:
    """Return the fewest recruits that place all who can be, None where none are needed.

    For a single program of pairs. A recruit who is free at any time, has every wanted skill and a
    fitting level is the best there can be, so if k - 1 of them do not suffice, no k - 1 people do;
    k is found by doubling and halving, each step a re-solve.
    """
    if len(scenario.programs) != 1 or not isinstance(scenario.programs[0].shape, Pairs):
        return None
    program = scenario.programs[0]
    facts = scenario.facts(roster)
    asking = [person for person in roster.people if program.asks(person)]
    now = _placed(solve_again(roster, scenario, budget))
    if now is None or len(now) == len(asking):
        return None
    capacity = _usual_capacity(roster, program)
    ideal = _ideal(asking, program, capacity)
    top = min(MOST, len(asking))
    full = _placed(solve_again(_with(roster, ideal, top), scenario, budget))
    if full is None or len(full) <= len(now):
        return None
    goal = len(full)
    low, high = 0, top
    while high - low > 1:
        middle = (low + high) // 2
        reached = _placed(solve_again(_with(roster, ideal, middle), scenario, budget))
        low, high = (low, middle) if reached and len(reached) >= goal else (middle, high)
    solution = solve_again(_with(roster, ideal, high), scenario, budget)
    fewer = _placed(solve_again(_with(roster, ideal, high - 1), scenario, budget)) or set()
    if solution is None:
        return None
    served = _placed(solution) or set()
    never = tuple(sorted(person.id for person in asking if person.id not in served))
    profiles = tuple(
        _profile(facts.roster, solution, f"{NEW}{k}", ideal) for k in range(1, high + 1)
    )
    return Recruits(
        program=program.name,
        profiles=tuple(profile for profile in profiles if profile.serves),
        capacity=capacity,
        places=len(served),
        without=len(fewer),
        never=never,
    )


def _usual_capacity(roster: Roster, program: Program) -> int:
    assert isinstance(program.shape, Pairs)
    giving = [p.capacity for p in roster.people if p.plays(program.shape.giver) and p.capacity]
    return sorted(giving)[len(giving) // 2] if giving else 1


def _ideal(asking: list[Person], program: Program, capacity: int) -> Person:
    assert isinstance(program.shape, Pairs)
    wanted = {skill: 5 for person in asking for skill in person.skills_wanted}
    levels = [person.level for person in asking if person.level is not None]
    gap = program.rule(Gap)
    level = None
    if levels and gap is not None and gap.at_least is not None:
        level = max(levels) + gap.at_least
        if gap.at_most is not None:
            level = min(level, min(levels) + gap.at_most)
    return Person(
        id=NEW,
        role=(program.shape.giver[0],),
        level=level,
        skills_offered=wanted,
        availability=Availability.always(),
        capacity=capacity,
    )


def _with(roster: Roster, ideal: Person, count: int) -> Roster:
    new = (ideal.model_copy(update={"id": f"{NEW}{k}"}) for k in range(1, count + 1))
    return Roster(people=(*roster.people, *new))


def _placed(solution: Solution | None) -> set[str] | None:
    if solution is None:
        return None
    return {one for match in solution.assignment.matches for one in match.with_role("taker")}


def _profile(roster: Roster, solution: Solution, one: str, ideal: Person) -> Profile:
    matches: list[Match] = [m for m in solution.assignment.matches if one in m.people]
    takers = [taker for match in matches for taker in match.with_role("taker")]
    skills: Counter[str] = Counter()
    for taker in takers:
        skills.update(roster[taker].skills_wanted)
    levels = [level for taker in takers if (level := roster[taker].level) is not None]
    level = None
    if ideal.level is not None and levels:
        level = max(levels) + 1
    return Profile(
        role=(ideal.role or ("mentor",))[0],
        level=level,
        skills=tuple(skill for skill, _ in skills.most_common(5)),
        slots=tuple(str(match.slot) for match in matches if match.slot),
        takes=len(takers),
        serves=tuple(takers),
    )

"""Why two people do not meet: the rules that forbid it, or exactly what it would cost."""

from __future__ import annotations

from functools import partial

from cohortopt.explain.base import (
    Audience,
    TierChange,
    Told,
    facts_for,
    solve_again,
    tier_changes,
    with_program,
)
from cohortopt.explain.conflict import find_conflict
from cohortopt.model import Facts, Pairs, Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.rules import LinkRule, Locked, Together
from cohortopt.rules.named import LockedMatch
from cohortopt.solvers.base import Budget
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.score import satisfactions


class Obstacle(Told):
    """A rule that forbids the two, and its own sentence."""

    rule: str
    message: str


class PairExplanation(Told):
    """Whether two people meet in a program, and if not, why.

    ``obstacles`` is not empty where rules about the two forbid it: every one of them has to go,
    and any one alone is enough to forbid it. ``clash`` names rules that forbid it only together
    with others. Otherwise ``cost`` compares the best plan with them and the best without.
    """

    program: str
    giver: str
    taker: str
    meets: bool
    obstacles: tuple[Obstacle, ...] = ()
    clash: tuple[str, ...] = ()
    cost: tuple[TierChange, ...] = ()
    worse_off: tuple[str, ...] = ()
    better_off: tuple[str, ...] = ()
    exact: bool = False  # both plans are proven best, so the cost is exact
    sentence: str = ""


def explain_pair(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    person: str,
    other: str,
    *,
    budget: Budget | None = None,
    audience: Audience = "manager",
) -> tuple[PairExplanation, ...]:
    """Explain, for each program, why ``person`` and ``other`` are not together.

    In pairs both directions are looked at, and the one that the rules allow is explained.

    Raises
    ------
    KeyError
        If one of them is not on the roster.
    """
    scenario, facts = facts_for(roster, scenario)
    roster[person], roster[other]
    found = tuple(
        _explain(solution, roster, scenario, program, facts, (person, other), budget)
        for program in scenario.programs
    )
    if audience == "manager":
        return found
    return tuple(
        PairExplanation(
            program=one.program,
            giver=one.giver,
            taker=one.taker,
            meets=one.meets,
            sentence="You meet." if one.meets else "Another plan served everyone better.",
        )
        for one in found
    )


def _explain(
    solution: Solution,
    roster: Roster,
    scenario: Scenario,
    program: Program,
    facts: Facts,
    two: tuple[str, str],
    budget: Budget | None,
) -> PairExplanation:
    bound = program.bound(facts)
    part = solution.program(program.name)
    if any(set(two) <= set(match.people) for match in part.matches):
        return PairExplanation(
            program=program.name, giver=two[0], taker=two[1], meets=True, sentence="They meet."
        )
    directions = [two, (two[1], two[0])]
    ways = [(_obstacles(bound, facts, *way), way) for way in directions]
    obstacles, (giver, taker) = min(ways, key=lambda one: len(one[0]))
    if not isinstance(bound.shape, Pairs):
        both = {obstacle.rule: obstacle for found, _ in ways for obstacle in found}
        obstacles, (giver, taker) = list(both.values()), two
    apart = partial(PairExplanation, program=program.name, giver=giver, taker=taker, meets=False)
    if obstacles:
        rules = ", ".join(obstacle.rule for obstacle in obstacles)
        told = "; ".join(obstacle.message for obstacle in obstacles)
        return apart(obstacles=tuple(obstacles), sentence=f"Forbidden by {rules}: {told}.")
    forced = with_program(scenario, force(program, giver, taker))
    after = solve_again(roster, forced, budget)
    if after is None:
        clash = find_conflict(roster, forced, budget=budget)
        lines = clash.lines if clash is not None else ()
        told = "No plan keeps every rule with the two together: " + "; ".join(lines)
        return apart(clash=lines, sentence=told)
    before = solve_again(roster, scenario, budget) or solution
    changes = tier_changes(before, after)
    worse, better = _moved(bound, facts, before, after)
    losses = [f"{-c.gain:,} {c.tier}" for c in changes if c.gain < 0]
    exact = all(change.proven for change in changes)
    told = f"It would cost {'' if exact else 'about '}{', '.join(losses) or 'nothing'}"
    if worse:
        told += f"; worse off: {', '.join(worse[:5])}"
    return apart(cost=changes, worse_off=worse, better_off=better, exact=exact, sentence=f"{told}.")


def force(program: Program, giver: str, taker: str) -> Program:
    """Return the program in which the two must meet."""
    if isinstance(program.shape, Pairs):
        locks = program.rule(Locked) or Locked()
        lock = LockedMatch(people=(giver, taker))
        return program.with_rule(Locked(matches=(*locks.matches, lock)))
    lists = program.rule(Together) or Together()
    return program.with_rule(Together(lists=(*lists.lists, (giver, taker))))


def _obstacles(program: Program, facts: Facts, giver: str, taker: str) -> list[Obstacle]:
    """Return every rule that forbids the link by itself."""
    one, other = facts.roster[giver], facts.roster[taker]
    allowed = Allowed(program, facts)
    found: list[Obstacle] = []
    if one.id not in {person.id for person in allowed.givers()}:
        found.append(Obstacle(rule="seats", message=f"{one} has no place to give here"))
    if other.id not in {person.id for person in allowed.takers()}:
        found.append(Obstacle(rule="seats", message=f"{other} can take no place here"))
    for rule in program.rules:
        if isinstance(rule, LinkRule) and (told := rule.objection(one, other)) is not None:
            found.append(Obstacle(rule=rule.kind_name, message=told))
    if program.min_points and program.points(one, other) < program.min_points:
        told = f"{one} brings {other} less than {program.min_points} points"
        found.append(Obstacle(rule="reciprocity", message=told))
    return found


def _moved(
    program: Program, facts: Facts, before: Solution, after: Solution
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who gets less and who gets more in the second plan, the largest loss first."""
    first = satisfactions(program, before.program(program.name).matches, facts)
    second = satisfactions(program, after.program(program.name).matches, facts)
    change = {one: second.get(one, -1) - first.get(one, -1) for one in first.keys() | second.keys()}
    worse = sorted((one for one in change if change[one] < 0), key=lambda one: (change[one], one))
    better = sorted((one for one in change if change[one] > 0), key=lambda one: (-change[one], one))
    return tuple(worse), tuple(better)

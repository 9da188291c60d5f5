"""What is asked of named people, looked at before any solving: strangers and hopeless demands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from cohortopt.compile import Compiled
from cohortopt.errors import InfeasibleError, Problem, ProgramError
from cohortopt.instance import FORBIDDEN
from cohortopt.keep import broken_by, locked_matches
from cohortopt.model import Pairs
from cohortopt.programs import Program
from cohortopt.rules import Locked, Required, Together
from cohortopt.verify.allowed import Allowed


def check_demands(compiled: Compiled) -> None:
    """Refuse demands that speak of strangers, or of people who cannot do what is asked.

    Raises
    ------
    ProgramError
        Somebody who is named is not on the roster.
    InfeasibleError
        A locked match breaks a rule, somebody required takes no part at all, or people who must be
        together are too many for a match or kept apart by a rule.
    """
    program = compiled.program
    known = {person.id for person in compiled.people}
    problems = [
        Problem("", 0, f"{program.name}.{rule}", "CO164", f'"{one}"', "the id of a person", "")
        for rule, one in named(program)
        if one not in known
    ]
    if problems:
        raise ProgramError(problems)
    clash = [*_locks(compiled), *_required(compiled), *_together(compiled)]
    if clash:
        raise InfeasibleError(f"{program.name}: no assignment keeps every rule", clash)


def named(program: Program) -> Iterator[tuple[str, str]]:
    """Yield every id that a rule demands something of, with the rule's name."""
    for rule in program.rules:
        if isinstance(rule, Locked):
            yield from (("locked", one) for lock in rule.matches for one in lock.people)
        elif isinstance(rule, Together):
            yield from (("together", one) for people in rule.lists for one in people)
        elif isinstance(rule, Required):
            yield from (("required", one) for one in rule.ids)


def _locks(compiled: Compiled) -> Iterator[str]:
    program, instance = compiled.program, compiled.instance
    rule = program.rule(Locked)
    if rule is None:
        return
    if not isinstance(program.shape, Pairs):
        facts = rule.facts
        for who, broken in broken_by(program, locked_matches(program, facts), facts):
            yield f'locked: {who}, but by the rule "{broken.rule}" {broken.message}'
        return
    index = {person.id: i for i, person in enumerate(compiled.people)}
    givers, takers = set(instance.givers.tolist()), set(instance.takers.tolist())
    for lock in rule.matches:
        pair = " + ".join(lock.people)
        if len(lock.people) != 2:
            yield f"locked: {pair} is not a pair"
            continue
        g, t = (index[one] for one in lock.people)
        giver, taker = compiled.people[g], compiled.people[t]
        if g not in givers:
            yield f"locked: {pair}, but {giver} has no place to give"
        elif t not in takers:
            yield f"locked: {pair}, but {taker} can take no place"
        elif instance.links.between([g], [t])[0] == FORBIDDEN:
            found = Allowed(program, program.rules[0].facts).objection(giver, taker)
            yield f"locked: {pair}, but {found[1] if found else 'a rule forbids it'}"


def _required(compiled: Compiled) -> Iterator[str]:
    instance = compiled.instance
    leaders = instance.grouping.leaders if instance.grouping is not None else instance.givers
    parts = np.concatenate((instance.givers, instance.takers, leaders))
    takes_part = set(parts.tolist())
    for i in np.flatnonzero(instance.required).tolist():
        if i not in takes_part:
            yield f"required: {compiled.people[i]} can take no part"


def _together(compiled: Compiled) -> Iterator[str]:
    """Yield lists that no match can hold: too many people, or two whom a rule keeps apart."""
    instance, people = compiled.instance, compiled.people
    most = {"pairs": 2, "partners": 2 + instance.trio, "rings": instance.longest}.get(
        instance.shape, 0
    )
    if instance.grouping is not None:
        most = instance.grouping.size_max + instance.grouping.leaders_max
    for one in instance.together:
        names = ", ".join(str(people[i]) for i in one)
        if len(one) > most:
            yield f"together: {names}, but a match holds {most} people at most"
        elif instance.shape != "rings":
            for first, second in combinations(one, 2):
                links = instance.links.between([first, second], [second, first]) == FORBIDDEN
                if links.all() or (links.any() and instance.shape != "pairs"):
                    allowed = Allowed(compiled.program, compiled.program.rules[0].facts)
                    told = allowed.objection(people[first], people[second]) or allowed.objection(
                        people[second], people[first]
                    )
                    yield f"together: {names}, but {told[1] if told else 'a rule forbids it'}"
                    break

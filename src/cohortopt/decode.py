"""Answers in numbers as matches in words: the way back from indices to people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cohortopt.compile import Compiled
from cohortopt.model import Facts, Match, Solution
from cohortopt.solvers.base import Found
from cohortopt.verify.score import match_points


def decode(compiled: Compiled, found: Sequence[Found], facts: Facts) -> tuple[Match, ...]:
    """Return matches in words, named in a fixed order, each with its slot and points."""
    drafts = [_match(compiled, one) for one in found]
    drafts.sort(key=lambda match: (match.round, _when(match), match.people))
    program, locks = compiled.program, _locked_sets(compiled)
    named: list[Match] = []
    for number, match in enumerate(drafts, start=1):
        locked = frozenset(match.people) in locks
        name = f"{program.name}-{number}"
        match = match.model_copy(update={"match": name, "locked": locked})
        points = match_points(program, match, facts)
        named.append(match.model_copy(update={"points": points}))
    return tuple(named)


def _when(match: Match) -> str:
    slot = match.slot
    return f"{slot.date} {slot.start}" if slot is not None and slot.date is not None else ""


def _locked_sets(compiled: Compiled) -> set[frozenset[str]]:
    people = compiled.people
    return {frozenset(people[i].id for i in lock.people) for lock in compiled.instance.locked}


def _match(compiled: Compiled, found: Found) -> Match:
    shape, people = compiled.instance.shape, compiled.people
    roles: list[str]
    if shape == "pairs":
        roles = ["giver", "taker"]
    elif shape == "groups":
        roles = ["leader"] * found.leaders + ["member"] * (len(found.people) - found.leaders)
    else:
        roles = ["peer"] * len(found.people)
    order = list(zip(found.people, roles, strict=True))
    if shape in ("partners", "groups"):
        order.sort(key=lambda one: (one[1] != "leader", one[0]))
    elif shape == "rings" and not found.chain and not found.slots:
        first = min(range(len(order)), key=lambda k: order[k][0])
        order = order[first:] + order[:first]
    slots = compiled.slots
    number = found.slot
    if number < 0 and compiled.instance.slots is not None and not found.slots:
        common = compiled.instance.slots.common(found.people)
        number = int(common[0]) if len(common) else -1
    return Match.model_validate(
        {
            "match": "",
            "round": found.round,
            "members": [{"person": people[i].id, "role": role} for i, role in order],
            "slot": slots[number] if number >= 0 else None,
            "slots": tuple(slots[s] if s >= 0 else None for s in found.slots),
            "topic": compiled.topics[found.topic] if found.topic >= 0 else None,
            "ring": shape == "rings",
            "chain": found.chain,
        }
    )


def earlier_matches(previous: Solution | None, program: str) -> tuple[tuple[str, ...], ...]:
    """Return the people of each match that a program had in an earlier solution."""
    if previous is None:
        return ()
    parts = [part for part in previous.programs if part.name == program]
    return tuple(match.people for part in parts for match in part.matches)


def named(text: str, compiled: Compiled) -> str:
    """Return a solver's sentence with people in place of ``#index``."""
    return re.sub(r"#(\d+)", lambda found: str(compiled.people[int(found[1])]), text)

"""Whether the programs of a scenario fit together: hours, slots and people across programs.

Plain Python about people. Each rule of ``Scenario.joint`` has one function here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import lcm

from cohortopt.model import Facts, Match, ProgramSolution, Slot, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Violation
from cohortopt.rules.availability import meetings
from cohortopt.rules.base import loads, rounds_of
from cohortopt.rules.capacity import minutes_of
from cohortopt.rules.relations import relations
from cohortopt.verify.score import scale_of
from cohortopt.words import counted

Part = tuple[Program, Sequence[Match]]


def find_joint_violations(
    scenario: Scenario, solved: Sequence[ProgramSolution], facts: Facts
) -> list[Violation]:
    """Return every way in which programs, each right by itself, break what they share.

    ``hours``: of a program with rounds the fullest round of a person counts, and programs that
    switched their rule ``hours`` off do not. ``slots``: meetings of different programs never
    overlap, whatever their rounds. The other rules speak of two people who are linked.
    """
    matches = {part.name: part.matches for part in solved}
    parts = [(program, matches.get(program.name, ())) for program in scenario.programs]
    known = [
        (program, [m for m in held if all(one in facts.roster for one in m.people)])
        for program, held in parts
    ]
    joint = scenario.joint
    found: list[Violation] = []
    if joint.hours:
        found.extend(_hours(known, facts))
    if joint.capacity is not None:
        found.extend(_capacity(known, joint.capacity))
    if joint.slots:
        found.extend(_slots(known))
    if joint.mentor_not_in_circle:
        found.extend(_twice(known))
    if joint.apart:
        found.extend(_apart(known, facts, joint.apart))
    return found


def fullest(matches: Sequence[Match]) -> dict[str, int]:
    """Return in how many matches everyone sits, in the round in which it is most."""
    found: dict[str, int] = {}
    for seated in rounds_of(matches):
        for one, count in loads(seated)[2].items():
            found[one] = max(found.get(one, 0), count)
    return found


def _hours(parts: Sequence[Part], facts: Facts) -> Iterator[Violation]:
    spent: Counter[str] = Counter()
    for program, matches in parts:
        for one, count in fullest(matches).items():
            spent[one] += count * program.minutes_a_month
    for one, minutes in sorted(spent.items()):
        person = facts.roster[one]
        if person.hours is not None and minutes > minutes_of(person):
            told = f"{person} spends {counted(minutes / 60, 'hour')} a month over all programs"
            yield Violation("joint.hours", "", (one,), f"{told}; has {person.hours:g}")


def _capacity(parts: Sequence[Part], most: int) -> Iterator[Violation]:
    total: Counter[str] = Counter()
    for _, matches in parts:
        total.update(fullest(matches))
    for one, count in sorted(total.items()):
        if count > most:
            told = (
                f"{one} sits in {counted(count, 'match')} over all programs; at most {most} wanted"
            )
            yield Violation("joint.capacity", "", (one,), told)


def _slots(parts: Sequence[Part]) -> Iterator[Violation]:
    diary: dict[str, list[tuple[Slot, str, int]]] = defaultdict(list)
    for number, (_, matches) in enumerate(parts):
        for match in matches:
            for people, slot in meetings(match):
                for one in people if slot is not None else ():
                    assert slot is not None
                    for other, name, elsewhere in diary[one]:
                        if elsewhere != number and slot.overlaps(other):
                            told = f"{one} meets twice at {slot} ({name}, {match.match})"
                            yield Violation("joint.slots", match.match, (one,), told)
                    diary[one].append((slot, match.match, number))


def partners_of(matches: Sequence[Match]) -> dict[str, set[str]]:
    """Return with whom everyone is linked, either way round."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in matches:
        for giver, taker in match.links():
            found[giver].add(taker)
            found[taker].add(giver)
    return found


def _twice(parts: Sequence[Part]) -> Iterator[Violation]:
    met = [partners_of(matches) for _, matches in parts]
    for j, (first, _) in enumerate(parts):
        for k, (second, _) in enumerate(parts[:j]):
            if "groups" not in (first.shape.kind, second.shape.kind):
                continue
            for one in sorted(met[j]):
                for other in sorted(met[j][one] & met[k].get(one, set())):
                    if one < other:
                        told = f"{one} and {other} meet in {second.name} and in {first.name}"
                        yield Violation("joint.mentor_not_in_circle", "", (one, other), told)


def _apart(parts: Sequence[Part], facts: Facts, kinds: Sequence[str]) -> Iterator[Violation]:
    related = relations(facts.roster, kinds)
    met = [partners_of(matches) for _, matches in parts]
    for j, (first, _) in enumerate(parts):
        for k, (second, _) in enumerate(parts[:j]):
            for one in sorted(set(met[j]) & set(met[k])):
                for other in sorted(met[k][one]):
                    for near in sorted(met[j][one] & related[other]):
                        told = f"{one} meets {other} in {second.name} and {near} in {first.name}"
                        told += f", who are kept apart ({', '.join(kinds)})"
                        yield Violation("joint.apart", "", (one, other, near), told)


def find_joint_mismatches(scenario: Scenario, facts: Facts, solution: Solution) -> list[str]:
    """Return where tiers of the whole are not the weighted sums of the programs' own.

    Points are in 1 / scale of their program; the whole counts them in a common scale. The
    tiers of the programs themselves are checked one by one elsewhere.
    """
    if len(scenario.programs) < 2:
        return []
    known = {program.name: program for program in scenario.programs}
    scales = {program.name: scale_of(program, facts) for program in scenario.programs}
    scale = lcm(*scales.values())
    found: list[str] = []
    for tier in solution.tiers:
        scaled = tier.tier in ("points", "worst")
        total = 0
        for part in solution.programs:
            program = known.get(part.name)
            own = [one.value for one in part.tiers if one.tier == tier.tier]
            if program is not None:
                times = scale // scales[part.name] if scaled else 1
                total += program.weight * sum(own) * times
        if total != tier.value:
            found.append(f"tier {tier.tier} of the whole is {total}, the file says {tier.value}")
    return found

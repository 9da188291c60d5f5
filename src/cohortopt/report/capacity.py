"""How far the places of each program are used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from cohortopt.io.mailmerge import PARTS
from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import ProgramSolution, Solution
from cohortopt.report.svg import stacked
from cohortopt.words import counted


@dataclass(frozen=True)
class Use:
    """One program's capacity: a sentence and a bar."""

    program: str
    text: str
    drawing: Markup


def capacity_use(solution: Solution, facts: Facts) -> list[Use]:
    """Return a line per program: givers with places left, or how large the groups are."""
    uses = []
    for program in solution.programs:
        roles = {member.role for match in program.matches for member in match.members}
        if "giver" in roles:
            uses.append(_givers(program, facts))
        elif program.matches:
            uses.append(_sizes(program))
    return uses


def _givers(program: ProgramSolution, facts: Facts) -> Use:
    used = Counter(p for match in program.matches for p in match.with_role("giver"))
    people = facts.roster.by_id
    spare = {
        one.person: 0 for one in program.unplaced if one.role == "giver" and one.person in people
    }
    spare.update(used)
    full = sum(count >= people[p].capacity for p, count in used.items() if p in people)
    idle = sum(not count for count in spare.values())
    some = len(spare) - full - idle
    text = (
        f"{counted(len(spare), PARTS['giver'])}: {full:,} full, {some:,} with places left, "
        f"{idle:,} without a match"
    )
    counts = (("full", full), ("some", some), ("idle", idle))
    return Use(printable(program.name), text, stacked(counts))


def _sizes(program: ProgramSolution) -> Use:
    sizes = Counter(len(match.members) for match in program.matches)
    told = ", ".join(f"{count:,} of {size}" for size, count in sorted(sizes.items()))
    people = len(program.placed)
    matches = counted(len(program.matches), "match")
    text = f"{counted(people, 'person')} in {matches}: {told}"
    names = ("full", "some", "idle")
    counts = [(names[k % 3], count * size) for k, (size, count) in enumerate(sorted(sizes.items()))]
    return Use(printable(program.name), text, stacked(counts))

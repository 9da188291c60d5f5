"""The verdict on a whole solution: every program's rules, points, bounds, and what crosses them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cohortopt.model import (
    LOWER_IS_BETTER,
    Facts,
    Match,
    ProgramSolution,
    Roster,
    Solution,
    TierResult,
)
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Violation
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.feasibility import find_breaches, find_violations
from cohortopt.verify.prices import is_drawn
from cohortopt.verify.score import match_points, tier_values
from cohortopt.verify.together import find_joint_mismatches, find_joint_violations


@dataclass(frozen=True)
class ProgramVerdict:
    """What the check found of one program: broken rules, wrong numbers, and the tiers again."""

    program: str
    violations: tuple[Violation, ...]
    mismatches: tuple[str, ...]  # numbers in the file that are not what people and goals give
    tiers: tuple[TierResult, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations and not self.mismatches


@dataclass(frozen=True)
class Verdict:
    """What the check found of a whole solution."""

    programs: tuple[ProgramVerdict, ...]
    across: tuple[Violation, ...] = ()  # rules across programs
    mismatches: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether no rule is broken and every number is right."""
        return not self.across and not self.mismatches and all(p.is_sound for p in self.programs)

    @property
    def is_proven(self) -> bool:
        """Whether every tier's bound was checked and meets its value."""
        tiers = [tier for program in self.programs for tier in program.tiers]
        return all(tier.is_proven and tier.standing == "checked" for tier in tiers)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Return every broken rule."""
        return (*(v for program in self.programs for v in program.violations), *self.across)


def verify(
    solution: Solution, roster: Roster, scenario: Scenario | Program, *, bounds: bool = True
) -> Verdict:
    """Check a solution from nothing but its text, the people and the scenario.

    Uses no solver. Takes time linear in the matches; with ``bounds``, the certificates are checked
    against every link that they leave open.
    """
    scenario = Scenario.of(scenario)
    facts = scenario.facts(roster)
    known = {program.name: program for program in scenario.programs}
    verdicts: list[ProgramVerdict] = []
    strange = [part.name for part in solution.programs if part.name not in known]
    for part in solution.programs:
        if part.name in known:
            verdicts.append(verify_program(known[part.name].bound(facts), part, facts, bounds))
    missing = sorted(set(known) - {part.name for part in solution.programs})
    mismatches = [f"the scenario has no program {name!r}" for name in strange]
    mismatches += [f"the solution lacks the program {name!r}" for name in missing]
    mismatches += find_joint_mismatches(scenario, facts, solution)
    across = find_joint_violations(scenario, solution.programs, facts) if not strange else []
    return Verdict(tuple(verdicts), tuple(across), tuple(mismatches))


def verify_program(
    program: Program, part: ProgramSolution, facts: Facts, bounds: bool = True
) -> ProgramVerdict:
    """Check one program's part. ``program`` must be bound to ``facts``."""
    broken = tuple(find_violations(program, part.matches, facts))
    if any(violation.rule == "roster" for violation in broken):
        return ProgramVerdict(part.name, broken, (), part.tiers)
    tiers = (
        check_bounds(program, part.tiers, part.matches, facts, part.previous)
        if bounds
        else part.tiers
    )
    return ProgramVerdict(
        part.name, broken, tuple(_mismatches(program, part, facts, bounds)), tiers
    )


def _mismatches(
    program: Program, part: ProgramSolution, facts: Facts, bounds: bool
) -> Iterable[str]:
    for match in part.matches:
        points = match_points(program, match, facts)
        if points != match.points:
            yield f"{match.match} is worth {points} points, the file says {match.points}"
    values = tier_values(program, part.matches, facts, part.previous)
    for tier in part.tiers:
        if tier.tier in values and values[tier.tier] != tier.value:
            yield f"tier {tier.tier} is worth {values[tier.tier]}, the file says {tier.value}"
        bound = tier.bound
        fewer = tier.tier in LOWER_IS_BETTER
        if bound is not None and (bound > tier.value if fewer else bound < tier.value):
            yield f"tier {tier.tier}: the bound {bound} is beyond the value {tier.value}"
    listed = {(one.rule, one.match, one.people) for one in part.breaches}
    broken = find_breaches(program, part.matches, facts)
    if listed != {(one.rule, one.match, one.people) for one in broken}:
        yield f"the file lists {len(listed)} breaches of relaxed rules; there are {len(broken)}"
    proof = (part.tiers[-1].certificate or {}) if bounds and part.tiers else {}
    drawn = proof.get("kind") == "prices" and "draw" in proof
    if drawn and not is_drawn(program, facts, proof, part.matches, part.previous):
        yield f"these are not the matches that the lots of seed {program.draw} choose"
    seated = part.placed
    for one in part.unplaced:
        if one.person in seated and one.role not in ("giver", "taker"):
            yield f"{one.person} is listed as left over and sits in a match"


def worth(program: Program, matches: Sequence[Match], facts: Facts) -> dict[str, int]:
    """Return the value of every tier of hand-made matches. ``program`` must be bound."""
    return tier_values(program, matches, facts)

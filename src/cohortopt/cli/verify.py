"""``cohortopt verify``: the independent check, from files alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cohortopt.cli.common import (
    FILE,
    SOLVED,
    console,
    data_options,
    format_option,
    scenario_option,
    set_option,
)
from cohortopt.words import counted

if TYPE_CHECKING:
    from cohortopt.io.solved import Solved
    from cohortopt.model import ProgramSolution, Solution
    from cohortopt.verify.verdict import ProgramVerdict, Verdict


@click.command()
@click.argument("what", metavar="FOLDER|solution.json|assignment.csv|-", type=SOLVED)
@scenario_option
@click.option("--roster", type=FILE, help="Another roster than the scenario's.")
@click.option("--bounds/--no-bounds", default=True, help="Also check what proves the bounds.")
@set_option
@format_option("text", "json")
@data_options
def verify(
    what: Path,
    scenario: Path | None,
    roster: Path | None,
    bounds: bool,
    changes: tuple[str, ...],
    form: str,
) -> None:
    """Check every rule, point and bound again. No solver takes part.

    An assignment.csv edited by hand is told what is broken, what it is worth, and how far it is
    from the best that is possible. Exit code 1 means that something is wrong.
    """
    from cohortopt.verify.verdict import verify as check

    solved, edited = _read(what, scenario, roster, changes)
    solution = edited or solved.solution
    verdict = check(solution, solved.facts.roster, solved.scenario, bounds=bounds)
    if form == "json":
        click.echo(json.dumps(_data(verdict, solved, solution), indent=1))
    else:
        _show(verdict, solved, edited is not None)
    if not verdict.is_sound:
        sys.exit(1)


def _read(
    what: Path, scenario: Path | None, roster: Path | None, changes: tuple[str, ...]
) -> tuple[Solved, Solution | None]:
    """Return what was solved and, for a CSV, the matches that it holds instead."""
    from cohortopt.io.assignment import read_assignment
    from cohortopt.io.scenario import read_scenario
    from cohortopt.io.solved import Solved, read_solved
    from cohortopt.model import Solution

    if what.suffix.lower() not in (".csv", ".xlsx"):
        return read_solved(what, scenario=scenario, roster=roster, changes=changes), None
    if (what.parent / "solution.json").exists():
        solved = read_solved(what.parent, scenario=scenario, roster=roster, changes=changes)
    elif scenario is not None:
        given = read_scenario(scenario, roster=roster, changes=changes)
        solved = Solved(Solution(), given.scenario, given.scenario.facts(given.roster))
    else:
        raise click.UsageError("an assignment on its own needs --scenario")
    edited = read_assignment(what, solved.scenario, solved.facts.roster)
    return solved, edited.model_copy(update={"programs": _worth(solved, edited.programs)})


def _worth(solved: Solved, parts: tuple[ProgramSolution, ...]) -> tuple[ProgramSolution, ...]:
    """Return the parts with the points and tiers that people and goals give."""
    from cohortopt.model import TierResult
    from cohortopt.verify.feasibility import find_violations
    from cohortopt.verify.score import match_points, scale_of, tier_values

    found: list[ProgramSolution] = []
    programs = {program.name: program.bound(solved.facts) for program in solved.scenario.programs}
    for part in parts:
        program = programs[part.name]
        broken = find_violations(program, part.matches, solved.facts)
        if any(violation.rule in ("roster", "shape") for violation in broken):
            found.append(part)
            continue
        matches = tuple(
            match.model_copy(update={"points": match_points(program, match, solved.facts)})
            for match in part.matches
        )
        values = tier_values(program, matches, solved.facts, part.previous)
        tiers = tuple(
            TierResult.model_validate(
                {
                    "tier": tier,
                    "value": values[tier],
                    "scale": scale_of(program, solved.facts) if tier == "points" else 1,
                }
            )
            for tier in program.tiers
        )
        found.append(part.model_copy(update={"matches": matches, "tiers": tiers}))
    return tuple(found)


def _show(verdict: Verdict, solved: Solved, edited: bool) -> None:
    from rich.text import Text

    from cohortopt.io.safe import printable

    out = console()
    for name in solved.changed:
        out.print(
            Text(f"{printable(name)} has changed since the solution was made.", style="yellow")
        )
    for program in verdict.programs:
        out.print(Text(printable(program.program), style="bold"))
        _show_program(program, solved, edited)
    for violation in verdict.across:
        out.print(
            Text(
                f"  across programs, {violation.rule}: {printable(violation.message)}", style="red"
            )
        )
    for told in verdict.mismatches:
        out.print(Text(f"  {printable(told)}", style="red"))
    if not verdict.is_sound:
        places = counted(len(verdict.violations), "place")
        out.print(Text(f"Rules are broken in {places}.", style="bold red"))
    elif edited:
        out.print(Text("Every rule holds.", style="bold green"))
    elif verdict.is_proven:
        out.print(
            Text(
                "Every rule holds, every point is right, and nothing better exists.",
                style="bold green",
            )
        )
    else:
        out.print(Text("Every rule holds and every point is right.", style="bold green"))


def _show_program(program: ProgramVerdict, solved: Solved, edited: bool) -> None:
    from rich.text import Text

    from cohortopt.io.safe import printable
    from cohortopt.model import LOWER_IS_BETTER
    from cohortopt.report.quality import amount

    out = console()
    for violation in program.violations:
        where = f"{violation.match}: " if violation.match else ""
        out.print(Text(f"  {violation.rule}: {printable(where + violation.message)}", style="red"))
    for told in program.mismatches:
        out.print(Text(f"  {printable(told)}", style="red"))
    parts = {part.name: part for part in solved.solution.programs}
    for tier in program.tiers:
        bound = ""
        if tier.bound is not None:
            most = amount(tier.bound, tier.scale)
            bound = f", at most {most} possible ({tier.standing})"
            if tier.tier in LOWER_IS_BETTER:
                bound = f", at least {most} needed ({tier.standing})"
        if edited and program.program in parts:
            best = {one.tier: one for one in parts[program.program].tiers}.get(tier.tier)
            if best is not None:
                bound = f"; the solution had {amount(best.value, best.scale)}"
                if best.bound is not None:
                    bound += f", the bound is {amount(best.bound, best.scale)}"
        out.print(Text(f"  {tier.tier}: {amount(tier.value, tier.scale)}{bound}"))


def _data(verdict: Verdict, solved: Solved, solution: Solution) -> dict[str, object]:
    return {
        "sound": verdict.is_sound,
        "proven": verdict.is_proven,
        "changed_inputs": list(solved.changed),
        "programs": [
            {
                "program": program.program,
                "violations": [vars(violation) for violation in program.violations],
                "mismatches": list(program.mismatches),
                "tiers": [
                    tier.model_dump(mode="json", exclude={"certificate"}, exclude_none=True)
                    for tier in program.tiers
                ],
            }
            for program in verdict.programs
        ],
        "across": [vars(violation) for violation in verdict.across],
        "mismatches": list(verdict.mismatches),
        "matches": len(solution.assignment.matches),
    }

"""``cohortopt solve``: from files to an assignment and everything around it."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cohortopt.cli.common import (
    FILE,
    LEFT_OVER,
    PLACE,
    SOURCE,
    STOPPED,
    Asked,
    budget_options,
    console,
    format_option,
    make_budget,
    quiet_option,
    read_input,
    stoppable,
)

RELAXABLE = ("isolation", "limits", "size", "availability", "required", "repeat")

if TYPE_CHECKING:
    from cohortopt.errors import InfeasibleError
    from cohortopt.model import Roster
    from cohortopt.programs import Scenario


@click.command()
@click.argument("source", metavar="SCENARIO|ROSTER|-", type=SOURCE)
@click.option("--program", help="The program for a bare roster; see `cohortopt programs`.")
@click.option("-o", "--output", help="Write all files to this folder; - prints solution.json.")
@click.option("--roster", type=FILE, help="Use this roster instead of the scenario's.")
@click.option(
    "--keep", type=FILE, help="Keep the matches marked x in this assignment.xlsx or .csv."
)
@click.option(
    "--keep-all-of",
    multiple=True,
    metavar="PROGRAM",
    help="Keep all matches of a program of --previous.",
)
@click.option(
    "--previous", type=PLACE, help="A solved folder: its matches are preferred among equals."
)
@click.option(
    "--relax",
    multiple=True,
    type=click.Choice(RELAXABLE),
    help="Groups (repeat: rounds): break this rule where it must be, as seldom as possible.",
)
@click.option("--strict", is_flag=True, help="Exit 5 if anyone who asked is left over.")
@click.option("--graphs", is_flag=True, help="Also write GraphML files.")
@budget_options
@format_option("text", "json")
@quiet_option
def solve(
    source: str,
    program: str | None,
    output: str | None,
    roster: Path | None,
    keep: Path | None,
    keep_all_of: tuple[str, ...],
    previous: Path | None,
    relax: tuple[str, ...],
    strict: bool,
    graphs: bool,
    asked: Asked,
    form: str,
    quiet: bool,
) -> None:
    """Assign everyone in SCENARIO (or in a ROSTER, with --program) and say how good it is."""
    started = time.monotonic()
    if relax:
        from cohortopt.io.overrides import RELAX

        asked = replace(asked, changes=(*asked.changes, f"{RELAX}{list(relax)}"))
    given = read_input(source, program, asked.changes, roster=roster)
    from cohortopt.engine import solve as assign  # what is wrong with the files is told before
    from cohortopt.errors import InfeasibleError
    from cohortopt.io.folder import require_writable
    from cohortopt.io.solution import read_solution
    from cohortopt.io.solved import locked_scenario, with_source
    from cohortopt.report.context import extras_of
    from cohortopt.report.outputs import write_outputs
    from cohortopt.report.terminal import ProgressBar, show_problems, show_solution

    remarks = console(stderr=True)
    if given.problems and not quiet:
        show_problems(remarks, given.problems)
    earlier = read_solution(previous) if previous is not None else None
    scenario = locked_scenario(given.scenario, given.roster, keep, keep_all_of, earlier)
    budget = make_budget(given, asked)
    folder = Path(output) if output not in (None, "-") else None
    if folder is not None:
        require_writable(folder)
    with stoppable() as cancel, ProgressBar(remarks, quiet=quiet, seconds=budget.seconds) as bar:
        try:
            solution = assign(
                given.roster,
                scenario,
                budget=budget,
                on_progress=bar,
                cancel=cancel,
                previous=earlier,
                started=started,
            )
        except InfeasibleError as error:
            bar.close()
            raise clashing(error, given.roster, scenario) from None
    command = shlex.join(["cohortopt", *sys.argv[1:]])
    solution = with_source(solution, given, folder, command)
    facts = scenario.facts(given.roster)
    written: list[Path] = []
    if folder is not None:
        extras = extras_of(scenario, solution, facts, last=earlier, chance=not cancel.is_set())
        written = write_outputs(
            folder,
            solution,
            facts,
            extras=extras,
            graphs=graphs,
            reproducible=asked.reproducible,
            published=previous,
        )
    if form == "json" or output == "-":
        click.echo(solution.to_json(), nl=False)
    else:
        show_solution(console(), solution, facts, written)
        if folder is None:
            click.echo("\nNothing was written; add -o FOLDER for the files.", err=True)
    if solution.status == "stopped" and cancel.is_set():
        sys.exit(STOPPED)
    left = [one for part in solution.programs for one in part.unplaced if one.role != "giver"]
    if strict and left:
        click.echo(f"{len(left)} left over; --strict asked for none.", err=True)
        sys.exit(LEFT_OVER)


def clashing(error: InfeasibleError, roster: Roster, scenario: Scenario) -> InfeasibleError:
    """Return the error with clashing demands, none superfluous, found by solving again."""
    from cohortopt.errors import InfeasibleError
    from cohortopt.explain.conflict import find_conflict

    counted = error.clash and any(program.rounds > 1 for program in scenario.programs)
    clash = None if counted else find_conflict(roster, scenario)
    first = str(error).splitlines()[0]
    if clash is None or not clash.lines:
        return InfeasibleError(f"{first}{_could_relax(scenario, ())}", error.clash)
    without = " (leaving out any one makes it possible)" if clash.confirmed else ""
    hint = _could_relax(scenario, clash.rules)
    return InfeasibleError(f"{first}{hint}. These clash{without}:", clash.lines)


def _could_relax(scenario: Scenario, rules: tuple[str, ...]) -> str:
    """Return how to see the plan that breaks a rule least, where one program of groups is solved.

    ``rules`` are those that clash; none where only the sizes can be at fault.
    """
    program = scenario.programs[0]
    if len(scenario.programs) > 1:
        return ""
    if program.rounds > 1 and program.repeat == "never" and not program.relax:
        return "; --relax repeat shows the plan with the fewest repeats"
    if program.shape.kind != "groups" or program.rounds > 1:
        return ""
    able = [
        name for name in RELAXABLE if name in (rules or ("size",)) and name not in program.relax
    ]
    if not able:
        return ""
    return (
        f"; {' or '.join(f'--relax {name}' for name in able)} shows the plan that breaks it least"
    )

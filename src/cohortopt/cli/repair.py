"""``cohortopt repair``: the roster changed; as many placed, as few moved as can be."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cohortopt.cli.common import (
    STOPPED,
    budget_options,
    console,
    format_option,
    quiet_option,
    stoppable,
)

if TYPE_CHECKING:
    from cohortopt.io.solved import Solved
    from cohortopt.repair.repair import Repair


@click.command()
@click.argument("solution", metavar="SOLUTION", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--roster",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The roster as it is now.",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The scenario, if it changed or is not where the solution says.",
)
@click.option(
    "--moves",
    type=click.IntRange(min=0),
    metavar="N",
    help="The best that at most N moves can buy, instead of placing everyone first.",
)
@click.option("--price", is_flag=True, help="Also list what 0, 1, 2, ... moves buy.")
@click.option(
    "--keep-all-of",
    "keep",
    multiple=True,
    metavar="PROGRAM",
    help="A published program: its matches never move unless somebody of them left.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write all files there.")
@budget_options
@format_option("text", "json")
@quiet_option
def repair(
    solution: Path,
    roster: Path,
    scenario: Path | None,
    moves: int | None,
    price: bool,
    keep: tuple[str, ...],
    output: Path | None,
    changes: tuple[str, ...],
    seed: int | None,
    seconds: float | None,
    threads: int,
    reproducible: bool,
    form: str,
    quiet: bool,
) -> None:
    """Adapt SOLUTION to a changed roster: everyone placed first, then the fewest moves."""
    from cohortopt.io.solved import read_solved
    from cohortopt.repair.repair import repair as mend
    from cohortopt.report.terminal import ProgressBar
    from cohortopt.solvers.base import Budget

    if changes:
        raise click.UsageError("--set is for solve; give the changed scenario with --scenario")
    solved = read_solved(solution, scenario=scenario, roster=roster)
    names = [program.name for program in solved.scenario.programs]
    for name in keep:
        if name not in names:
            raise click.UsageError(f"--keep-all-of {name}: the programs are {', '.join(names)}")
    budget = Budget(
        seconds=solved.scenario.seconds if seconds is None else seconds,
        seed=solved.scenario.seed if seed is None else seed,
        threads=threads,
        reproducible=reproducible,
    )
    remarks = console(stderr=True)
    with stoppable() as cancel, ProgressBar(remarks, quiet=quiet, seconds=budget.seconds) as bar:
        found = mend(
            solved.solution,
            solved.facts.roster,
            solved.scenario,
            moves=moves,
            price=price,
            keep=keep,
            budget=budget,
            on_progress=bar,
            cancel=cancel,
        )
    if output is not None:
        _write(found, solved, roster, output, solution)
    if form == "json":
        click.echo(json.dumps(_data(found), indent=1))
    else:
        _show(found, output)
    if found.solution.status == "stopped" and cancel.is_set():
        sys.exit(STOPPED)


def _write(found: Repair, solved: Solved, roster: Path, output: Path, published: Path) -> None:
    """Write the repaired solution like any other; it remembers the new roster."""
    from cohortopt.io.scenario import ScenarioInput
    from cohortopt.io.solved import with_source
    from cohortopt.report.outputs import write_outputs

    scenario = solved.scenario
    settings = dict(scenario.settings)
    hashes = dict(solved.solution.inputs)
    old = settings.get("roster")
    if isinstance(old, str):
        hashes.pop(old, None)
    base = scenario.source.parent if scenario.source is not None else Path()
    name = Path(os.path.relpath(roster, base)).as_posix()
    settings["roster"] = name
    hashes[name] = "sha256:" + hashlib.sha256(roster.read_bytes()).hexdigest()
    scenario = scenario.model_copy(update={"settings": settings})
    given = ScenarioInput(scenario, solved.facts.roster, (), hashes)
    command = shlex.join(["cohortopt", *sys.argv[1:]])
    write_outputs(
        output,
        with_source(found.solution, given, output, command),
        solved.facts,
        scenario=scenario,
        published=published,
    )


def _data(found: Repair) -> dict[str, Any]:
    return {
        "moves": found.moves,
        "proven": found.proven,
        "moved": [vars(move) for move in found.moved],
        "left": list(found.left),
        "joined": list(found.joined),
        "notes": list(found.notes),
        "prices": [vars(price) for price in found.prices],
        "solution": json.loads(found.solution.to_json()),
    }


def _show(found: Repair, output: Path | None) -> None:
    placed = found.solution.tier("placed")
    if found.left or found.joined:
        told = [f"{len(found.left)} left" * bool(found.left)]
        told.append(f"{len(found.joined)} joined" * bool(found.joined))
        click.echo("Roster: " + ", ".join(filter(None, told)) + ".")
    proven = " (proven fewest)" if found.proven else ""
    click.echo(f"Moved: {found.moves}{proven}.")
    for move in found.moved:
        click.echo(f"  {move.person} ({move.program}): {move.was} -> {move.now or 'no match'}")
    points = found.solution.tier("points")
    scale = points.scale if points is not None else 1
    if placed is not None:
        click.echo(f"Placed: {placed.value}. Points: {found.solution.total // scale:,}.")
    for note in found.notes:
        click.echo(f"Note: {note}.")
    if found.prices:
        click.echo("\n moves  placed      points")
        for price in found.prices:
            click.echo(f"{price.moves:6d}{price.placed:8d}{price.points // scale:12,}")
    if output is None:
        click.echo("\nNothing was written; add -o FOLDER for the files.", err=True)

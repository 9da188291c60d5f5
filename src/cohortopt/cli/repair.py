"""``cohortopt repair``: the roster changed; as many placed, as few moved as can be."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cohortopt.cli.common import (
    FILE,
    PLACE,
    STOPPED,
    Asked,
    budget_options,
    console,
    format_option,
    quiet_option,
    stoppable,
)

if TYPE_CHECKING:
    from cohortopt.io.solved import Solved
    from cohortopt.model import Roster
    from cohortopt.programs import Program
    from cohortopt.repair.repair import Repair


@click.command()
@click.argument("solution", metavar="SOLUTION", type=PLACE)
@click.option("--roster", required=True, type=FILE, help="The roster as it is now.")
@click.option(
    "--scenario", type=FILE, help="The scenario, if it changed or is not where the solution says."
)
@click.option(
    "--moves",
    type=click.IntRange(min=0),
    metavar="N",
    help="The best that at most N moves can buy, instead of placing everyone first.",
)
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    metavar="DATE'T'HH:MM",
    help="An event or a series that has begun: what starts before this moment (on the scenario's "
    "clock) stays as it is, the rest is planned again with the fewest changes.",
)
@click.option("--price", is_flag=True, help="Also list what 0, 1, 2, ... moves buy.")
@click.option(
    "--keep-all-of",
    "keep",
    multiple=True,
    metavar="PROGRAM",
    help="A published program: its matches never move unless somebody of them left.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write all files there; - prints solution.json.",
)
@budget_options
@format_option("text", "json")
@quiet_option
def repair(
    solution: Path,
    roster: Path,
    scenario: Path | None,
    moves: int | None,
    start: dt.datetime | None,
    price: bool,
    keep: tuple[str, ...],
    output: Path | None,
    asked: Asked,
    form: str,
    quiet: bool,
) -> None:
    """Adapt SOLUTION to a changed roster: everyone placed first, then the fewest moves."""
    from cohortopt.io.folder import require_writable
    from cohortopt.io.solved import read_solved
    from cohortopt.repair.during import replan
    from cohortopt.repair.repair import repair as mend
    from cohortopt.report.terminal import ProgressBar
    from cohortopt.solvers.base import Budget

    if start is not None and (moves is not None or price or keep):
        raise click.UsageError("--from goes with none of --moves, --price and --keep-all-of")
    solved = read_solved(solution, scenario=scenario, roster=roster, changes=asked.changes)
    names = [program.name for program in solved.scenario.programs]
    for name in keep:
        if name not in names:
            raise click.UsageError(f"--keep-all-of {name}: the programs are {', '.join(names)}")
    budget = Budget(
        seconds=solved.scenario.seconds if asked.seconds is None else asked.seconds,
        seed=solved.scenario.seed if asked.seed is None else asked.seed,
        threads=asked.threads,
        reproducible=asked.reproducible,
    )
    if output is not None and output != Path("-"):
        require_writable(output)
    remarks = console(stderr=True)
    with stoppable() as cancel, ProgressBar(remarks, quiet=quiet, seconds=budget.seconds) as bar:
        if start is None:
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
        else:
            found = replan(
                solved.solution,
                solved.facts.roster,
                solved.scenario,
                start,
                before=_people_before(solution),
                budget=budget,
                on_progress=bar,
                cancel=cancel,
            )
    if output is not None and output != Path("-"):
        _write(found, solved, roster, output, solution, asked.reproducible)
    if output == Path("-"):
        click.echo(found.solution.to_json(), nl=False)
    elif form == "json":
        click.echo(json.dumps(_data(found), indent=1))
    else:
        _show(found, output)
    if found.solution.status == "stopped" and cancel.is_set():
        sys.exit(STOPPED)


def _people_before(solution: Path) -> Roster | None:
    """Return the roster that was solved; None if it is not there any more."""
    from cohortopt.errors import InputError
    from cohortopt.io.solved import read_solved

    try:
        return read_solved(solution).facts.roster
    except InputError:
        return None


def _write(
    found: Repair, solved: Solved, roster: Path, output: Path, published: Path, reproducible: bool
) -> None:
    """Write the repaired solution like any other; it remembers the new roster.

    People who left in the middle of an event still stand in sessions that were held: the roster
    with them is written beside the solution.
    """
    from cohortopt.io.doctor.mended import people_file
    from cohortopt.io.scenario import ScenarioInput
    from cohortopt.io.solved import with_source
    from cohortopt.model import Roster
    from cohortopt.report.outputs import write_outputs

    scenario = found.scenario or solved.scenario
    settings = dict(scenario.settings)
    hashes = dict(solved.solution.inputs)
    old = settings.get("roster")
    for name in [old] if isinstance(old, str) else [one["file"] for one in old or ()]:
        hashes.pop(name, None)
    base = scenario.source.parent if scenario.source is not None else Path()

    def place(path: Path, content: bytes) -> str:
        name = Path(os.path.relpath(path, base)).as_posix()
        hashes[name] = "sha256:" + hashlib.sha256(content).hexdigest()
        return name

    facts, content = solved.facts, roster.read_bytes()
    if found.absent:
        facts = scenario.facts(Roster(people=(*facts.roster.people, *found.absent)))
        roster, content = output / "people.csv", people_file(facts.roster.people)
    settings["roster"] = place(roster, content)
    if found.scenario is not None:
        settings["program"] = [_from_now_on(settings["program"], found.scenario.programs[0])]
    scenario = scenario.model_copy(update={"settings": settings})
    given = ScenarioInput(scenario, facts.roster, (), hashes)
    command = shlex.join(["cohortopt", *sys.argv[1:]])
    write_outputs(
        output,
        with_source(found.solution, given, output, command),
        facts,
        scenario=scenario,
        reproducible=reproducible,
        published=published,
    )
    if found.absent:
        roster.write_bytes(content)


def _from_now_on(tables: Any, program: Program) -> dict[str, Any]:
    """Return a program's table with the moment from which it is planned, and what was held."""
    from cohortopt.rules import Availability, Locked

    table = dict(tables if isinstance(tables, dict) else tables[0])
    rules = {**(table.get("rules") or {})}
    rules.pop("locked", None)
    timed, locked = program.rule(Availability), program.rule(Locked)
    assert timed is not None
    table["rules"] = {**rules, "availability": timed.settings()}
    table["locked"] = locked.settings()["matches"] if locked is not None else []
    table["tiers"] = list(program.tiers)
    return table


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

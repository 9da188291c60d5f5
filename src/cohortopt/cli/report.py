"""``cohortopt report``: the report of a solved folder, again or for another audience."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from cohortopt.cli.common import PLACE, console, format_option, quiet_option, scenario_option


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--audience",
    type=click.Choice(["manager", "participants"]),
    default="manager",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Another folder; by default FOLDER itself.",
)
@scenario_option
@click.option(
    "--beside",
    multiple=True,
    metavar="FOLDER",
    type=PLACE,
    help="Another solved folder that the report compares this one with.",
)
@click.option("--graphs", is_flag=True, help="Also write GraphML files.")
@click.option("--organizer", metavar="ADDRESS", help="Invitations become requests from there.")
@format_option("text", "json")
@quiet_option
def report(
    folder: Path,
    audience: str,
    output: Path | None,
    scenario: Path | None,
    beside: tuple[Path, ...],
    graphs: bool,
    organizer: str | None,
    form: str,
    quiet: bool,
) -> None:
    """Write the report and the other files of a solved FOLDER again, without solving."""
    from cohortopt.cli.compare import beside_each_other
    from cohortopt.io.solved import read_solved, with_place
    from cohortopt.report.comparison import scenario_table
    from cohortopt.report.context import extras_of
    from cohortopt.report.outputs import write_outputs
    from cohortopt.report.terminal import show_written

    solved = read_solved(folder, scenario=scenario)
    extras = extras_of(solved.scenario, solved.solution, solved.facts)
    if beside:
        others = [solved, *map(read_solved, beside)]
        comparison = beside_each_other(
            (folder, *beside),
            [it.solution for it in others],
            [it.facts for it in others],
            solved.scenario,
        )
        extras = replace(extras, scenarios=scenario_table(comparison))
    place = output or folder
    written = write_outputs(
        place,
        with_place(solved.solution, folder, place),
        solved.facts,
        audience="participants" if audience == "participants" else "manager",
        extras=extras,
        graphs=graphs,
        organizer=organizer,
        published=folder,
    )
    if form == "json":
        click.echo(json.dumps([path.as_posix() for path in written], indent=1))
    elif not quiet:
        show_written(console(), written)

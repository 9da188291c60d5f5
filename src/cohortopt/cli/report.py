"""``cohortopt report``: the report of a solved folder, again or for another audience."""

from __future__ import annotations

from pathlib import Path

import click

from cohortopt.cli.common import console


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
@click.option("--scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--graphs", is_flag=True, help="Also write GraphML files.")
def report(
    folder: Path, audience: str, output: Path | None, scenario: Path | None, graphs: bool
) -> None:
    """Write the report and the other files of a solved FOLDER again, without solving."""
    from cohortopt.io.solved import read_solved
    from cohortopt.report.outputs import write_outputs
    from cohortopt.report.terminal import show_written

    solved = read_solved(folder, scenario=scenario)
    written = write_outputs(
        output or folder,
        solved.solution,
        solved.facts,
        audience="participants" if audience == "participants" else "manager",
        scenario=solved.scenario,
        graphs=graphs,
    )
    show_written(console(), written)

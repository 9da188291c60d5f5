"""``cohortopt init``: a scenario to start from."""

from __future__ import annotations

from pathlib import Path

import click

from cohortopt.cli.common import FILE, quiet_option

TEMPLATE = """\
name = "{name}"
roster = "{roster}"
timezone = "{timezone}"     # for people without one, and for the report
{columns}# skills = "skills.csv"     # skill,related,closeness
# weeks = {{ first = {monday}, count = 12 }}   # slots must hold in every one of these weeks
seconds = 60

[[program]]
use = "{use}"
"""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--example", help="Copy this example; `cohortopt init --list` names them.")
@click.option("--roster", type=FILE, help="Start from this roster.")
@click.option("--program", default="mentorship", show_default=True)
@click.option("--list", "listing", is_flag=True, help="List the examples.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="The same as FOLDER."
)
@quiet_option
def init(
    folder: Path | None,
    example: str | None,
    roster: Path | None,
    program: str,
    listing: bool,
    output: Path | None,
    quiet: bool,
) -> None:
    """Write a scenario to start from into FOLDER: an example, or one for your own roster."""
    import datetime as dt
    import shutil

    from cohortopt.cli.examples import copy_example, example_names
    from cohortopt.io.program import names
    from cohortopt.programs.program import unknown

    if listing:
        click.echo("\n".join(example_names()))
        return
    folder = folder or output
    if folder is None:
        raise click.UsageError("name a new folder")
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; name a new folder")
    if example is not None or roster is None:
        name = example or "mentorship"
        if name not in example_names():
            raise click.UsageError(unknown(name, example_names()))
        copy_example(name, folder)
    else:
        if program not in names():
            raise click.UsageError(unknown(program, names()))
        today = dt.date.today()
        monday = today + dt.timedelta(days=7 - today.weekday())
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(roster, folder / roster.name)
        text = TEMPLATE.format(
            name=program.replace("_", " ").capitalize(),
            roster=roster.name,
            timezone="UTC",
            monday=monday.isoformat(),
            use=program,
            columns=_guesses(roster),
        )
        (folder / "scenario.toml").write_text(text, encoding="utf-8")
    for path in sorted(folder.iterdir()):
        click.echo(path)
    scenario = next(iter(sorted(folder.glob("*.toml"))), folder / "scenario.toml")
    if not quiet:
        click.echo(f"Next: cohortopt solve {scenario} -o {folder / 'out'}", err=True)


def _guesses(roster: Path) -> str:
    """Return a line that maps the headings that are only guessed, to be looked at; "" if none."""
    from cohortopt.io.roster import read_roster_report
    from cohortopt.io.toml import to_toml

    guesses = read_roster_report(roster).guesses
    if not guesses:
        return ""
    line = to_toml({"columns": guesses}).strip()
    head = "# Headings that seem to mean these columns: look at them, then take away the #."
    return f"{head}\n# {line}\n"

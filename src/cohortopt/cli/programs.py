"""``cohortopt programs``: what is built in."""

from __future__ import annotations

from typing import Any

import click

from cohortopt.cli.common import console, data_options, format_option


@click.command()
@click.argument("name", required=False)
@format_option("text", "json")
@data_options
def programs(name: str | None, form: str) -> None:
    """List the built-in programs, or print one as TOML to start from."""
    import json

    from rich.table import Table
    from rich.text import Text

    from cohortopt.io.program import names, program_data
    from cohortopt.io.toml import to_toml
    from cohortopt.programs import PROGRAMS, expand, listing
    from cohortopt.programs.integrated import KEYS

    if name is not None:
        if name not in names():
            from cohortopt.programs.program import unknown

            raise click.UsageError(unknown(name, names()))
        tables = [program_data(program) for program in expand(name, {})]
        if len(tables) > 1:  # one table whose parts have settings of their own
            parts = {
                key: rest for key, table in zip(KEYS, tables, strict=True) if (rest := own(table))
            }
            tables = [{"use": name, **parts}]
        if form == "json":
            click.echo(json.dumps(tables, indent=1))
            return
        click.echo("\n".join(to_toml({"program": [table]}) for table in tables))
        return
    if form == "json":
        click.echo(json.dumps(listing(), indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("program", "shape", "what it optimises"):
        table.add_column(heading)
    for use, program in PROGRAMS.items():
        table.add_row(Text(use), Text(program.shape.kind), Text(program.note))
    table.add_row(
        Text("integrated"), Text("pairs + groups"), Text("A mentor and a circle for each.")
    )
    console().print(table)
    click.echo("\nPrint one as TOML: cohortopt programs mentorship", err=True)


def own(table: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a part, without what the whole says."""
    return {key: value for key, value in table.items() if key not in ("use", "name")}

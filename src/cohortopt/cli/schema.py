"""``cohortopt schema``: the JSON Schema of what goes in and what comes out."""

from __future__ import annotations

import json

import click

from cohortopt.cli.common import data_options


@click.command()
@click.argument("what", type=click.Choice(["scenario", "solution", "person"]))
@data_options
def schema(what: str) -> None:
    """Print the JSON Schema of a scenario, a solution or a person."""
    if what == "scenario":
        from cohortopt.io.scenario import scenario_schema

        found = scenario_schema()
    elif what == "solution":
        from cohortopt.model import Solution

        found = Solution.model_json_schema(by_alias=True)
    else:
        from cohortopt.model import Person

        found = Person.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    click.echo(json.dumps(found, indent=1))

"""``cohortopt skills``: supply, demand and bottlenecks of a roster."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cohortopt.cli.common import FILE, SOURCE, console, data_options, format_option, set_option
from cohortopt.words import counted

if TYPE_CHECKING:
    from cohortopt.explain.complementarity import Complementarity


@click.command()
@click.argument("source", metavar="ROSTER|SCENARIO", type=SOURCE)
@click.option("--skills", "skills_file", type=FILE, help="A skill graph for a bare roster.")
@click.option(
    "--longest",
    type=click.IntRange(2, 5),
    default=3,
    show_default=True,
    help="Rings up to this many people.",
)
@click.option(
    "--graphml",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the complementarity graph here.",
)
@set_option
@format_option("text", "json")
@data_options
def skills(
    source: str,
    skills_file: Path | None,
    longest: int,
    graphml: Path | None,
    changes: tuple[str, ...],
    form: str,
) -> None:
    """Show which skills are wanted, offered and scarce, and who could teach whom."""
    from itertools import islice

    from cohortopt.explain.complementarity import Complementarity
    from cohortopt.io.folder import write_file
    from cohortopt.io.roster import read_roster
    from cohortopt.io.scenario import read_scenario
    from cohortopt.io.skills import read_skills

    if source.endswith(".toml"):
        given = read_scenario(source, changes=changes)
        graph = Complementarity(given.roster, given.scenario.skills)
    else:
        known = read_skills(skills_file) if skills_file else None
        graph = Complementarity(read_roster(source), known)
    if graphml is not None:
        write_file(graphml, graph.to_graphml().encode("utf-8"))
        click.echo(f"Written: {graphml}", err=True)
    most = 100_000
    rings = sum(1 for _ in islice(graph.rings(longest), most))
    parts = graph.parts()
    supply = graph.supply()
    if form == "json":
        found = {
            "people": len(graph.people),
            "links": len(graph.links),
            "reciprocal_pairs": graph.reciprocal_pairs(),
            "rings": rings,
            "rings_counted_up_to": most,
            "parts": [list(part) for part in parts],
            "only_give": list(graph.only_give()),
            "only_get": list(graph.only_get()),
            "neither": list(graph.apart()),
            "without_teacher": list(graph.without_teacher()),
            "skills": [{**asdict(one), "short": one.short} for one in supply],
        }
        click.echo(json.dumps(found, indent=1))
        return
    _show(graph, rings, most, longest)


def _show(graph: Complementarity, rings: int, most: int, longest: int) -> None:
    from rich.table import Table
    from rich.text import Text

    from cohortopt.io.safe import printable

    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("skill", "wanted", "offered", "close", "places", "short", "bridge"):
        table.add_column(heading, justify="left" if heading in ("skill", "bridge") else "right")
    for one in graph.supply():
        style = "red" if one.short else ""
        cells = (one.wanted, one.offered, one.close, one.places, one.short or "")
        table.add_row(
            Text(printable(one.skill), style=style), *map(str, cells), Text(printable(one.bridge))
        )
    out.print(table)
    more = "at least " if rings == most else ""
    lacking = ", ".join(map(printable, graph.without_teacher()))
    parts = graph.parts()
    largest = f", of at most {counted(len(parts[0]), 'person')}" if parts else ""
    lines = (
        f"{counted(len(graph.people), 'person')}, {counted(len(graph.links), 'link')} with points",
        f"{counted(len(graph.reciprocal_pairs()), 'pair')} could swap",
        f"{more}{counted(rings, 'ring')} of up to {longest} people",
        f"{len(graph.only_give())} can only give, {len(graph.only_get())} can only get, "
        f"{len(graph.apart())} neither",
        f"{counted(len(parts), 'part')} of the roster in which rings can close{largest}",
        f"Nobody teaches: {lacking}"
        if lacking
        else "Every wanted skill has somebody who teaches it, or something close",
    )
    for line in lines:
        out.print(Text(line))

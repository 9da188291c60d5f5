"""``cohortopt compare``: scenarios or solved folders side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cohortopt.cli.common import (
    PLACE,
    Asked,
    budget_options,
    cluster_options,
    console,
    format_option,
    make_budget,
    quiet_option,
)

if TYPE_CHECKING:
    from cohortopt.model import Facts, Roster, Solution
    from cohortopt.programs import Scenario
    from cohortopt.scenarios.compare import Comparison
    from cohortopt.scenarios.sweep import Made, Variation


@click.command()
@click.argument("what", metavar="SCENARIO|FOLDER...", nargs=-1, required=True, type=PLACE)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@cluster_options
@budget_options
@format_option("text", "json", "csv", "md", "html")
@quiet_option
def compare(
    what: tuple[Path, ...],
    output: Path | None,
    jobs: int,
    dask: str | None,
    asked: Asked,
    form: str,
    quiet: bool,
) -> None:
    """Compare scenarios (.toml, solved now) and solved folders; the first is the measure."""
    from cohortopt.io.scenario import read_scenario
    from cohortopt.io.solved import read_solved, with_source
    from cohortopt.scenarios.cluster import executor_for
    from cohortopt.scenarios.sweep import Variation, sweep

    solutions: dict[int, Solution] = {}
    facts: dict[int, Facts] = {}
    given = {}
    first: Scenario | None = None
    for place, path in enumerate(what):
        if path.suffix.lower() == ".toml":
            given[place] = read_scenario(path, changes=asked.changes)
            facts[place] = given[place].scenario.facts(given[place].roster)
        else:
            solved = read_solved(path)
            solutions[place], facts[place] = solved.solution, solved.facts
            first = solved.scenario if place == 0 else first

    def make(variation: Variation) -> Made:
        source = given[variation.number]
        budget = make_budget(source, asked)
        return source.roster, source.scenario, budget

    with executor_for(jobs, dask) as executor:
        variations = [Variation(place, str(what[place]), asked.changes) for place in given]
        for outcome in sweep(variations, make, executor=executor):
            if outcome.solution is None:
                click.echo(f"{outcome.variation.name}: {outcome.message}", err=True)
                sys.exit(outcome.exit_code)
            place = outcome.variation.number
            solutions[place] = with_source(outcome.solution, given[place], None, "")
            if not quiet:
                click.echo(f"solved {outcome.variation.name}", err=True)
    places = range(len(what))
    comparison = beside_each_other(
        what,
        [solutions[place] for place in places],
        [facts[place] for place in places],
        given[0].scenario if 0 in given else first,
    )
    give(comparison, facts[0].roster, form, output)


def beside_each_other(
    what: Sequence[Path],
    solutions: Sequence[Solution],
    facts: Sequence[Facts],
    first: Scenario | None,
) -> Comparison:
    """Return the comparison of solutions under short names; ``what`` is where each came from.

    ``first`` is the scenario of the first, by whose goals the others are priced, too.
    """
    from cohortopt.scenarios.compare import compare as put_together

    names = _names(what, solutions)
    return put_together(list(zip(names, solutions, strict=True)), facts, first)


def give(comparison: Comparison, roster: Roster, form: str, output: Path | None) -> None:
    """Print a comparison, or write it to a file."""
    from cohortopt.io.folder import write_file
    from cohortopt.report import comparison as report

    if form == "text" and output in (None, Path("-")):
        report.show_comparison(console(), comparison, roster)
        return
    output = None if output == Path("-") else output
    suffix = output.suffix.lower().lstrip(".") if output is not None else ""
    if form == "text":
        form = suffix if suffix in ("json", "csv", "md", "html") else "md"
    if form == "json":
        data = report.comparison_json(comparison).encode("utf-8")
    elif form == "csv":
        data = report.comparison_csv(comparison)
    elif form == "html":
        data = report.comparison_html(comparison, roster).encode("utf-8")
    else:
        data = report.comparison_markdown(comparison, roster).encode("utf-8")
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_file(output, data)
        click.echo(f"Written to {output}", err=True)


def _names(what: Sequence[Path], solutions: Sequence[Solution]) -> list[str]:
    """Return the scenarios' own names where they differ, else what was typed."""
    named = [solution.scenario for solution in solutions]
    if all(named) and len(set(named)) == len(named):
        return named
    short = [path.resolve().name for path in what]
    return short if len(set(short)) == len(short) else [str(path) for path in what]

"""``cohortopt sweep``: every combination of some settings, a folder each."""

from __future__ import annotations

import re
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

FOLDER_LIMIT = 60  # characters

if TYPE_CHECKING:
    from cohortopt.io.scenario import ScenarioInput
    from cohortopt.model import Solution
    from cohortopt.scenarios.sweep import Made, Variation


@click.command()
@click.argument("source", metavar="SCENARIO", type=PLACE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A folder: one folder in it for each combination. Run again to go on.",
)
@click.option(
    "--range",
    "around",
    metavar="KEY=WEIGHT",
    help="Instead: between which weights of a goal the plan stays the same.",
)
@cluster_options
@budget_options
@format_option("text", "json", "csv", "md", "html")
@quiet_option
def sweep(
    source: Path,
    output: Path | None,
    around: str | None,
    jobs: int,
    dask: str | None,
    asked: Asked,
    form: str,
    quiet: bool,
) -> None:
    """Solve SCENARIO with every combination of --set key=value,value and compare them all."""
    from cohortopt.cli.compare import give
    from cohortopt.io.scenario import read_scenario
    from cohortopt.io.solved import with_source
    from cohortopt.report.outputs import write_outputs
    from cohortopt.report.sweep_table import SweepTable
    from cohortopt.scenarios.cluster import executor_for
    from cohortopt.scenarios.compare import compare
    from cohortopt.scenarios.sweep import combinations
    from cohortopt.scenarios.sweep import sweep as run

    if around is not None:
        _range(source, around, asked)
        return
    if output is None:
        raise click.UsageError("say where with -o FOLDER")
    try:
        variations = combinations(asked.changes)
    except ValueError as error:
        raise click.UsageError(f"--set: {error}") from None
    given = {one.number: read_scenario(source, changes=one.changes) for one in variations}
    places = {one.number: output / _folder(one.name) for one in variations}

    def make(variation: Variation) -> Made:
        it = given[variation.number]
        return it.roster, it.scenario, make_budget(it, asked)

    budgets = {one.number: make(one)[2] for one in variations}
    known = {
        number: solution
        for number, it in given.items()
        if (solution := _earlier(places[number], it, budgets[number].seed)) is not None
    }
    remarks = console(stderr=True)
    table = SweepTable(remarks, variations, quiet)
    table.announce(jobs, max(b.seconds or 0 for b in budgets.values()), len(known))
    solutions: dict[int, Solution] = {}
    with executor_for(jobs, dask) as executor, table:
        for outcome in run(variations, make, executor=executor, known=known):
            number = outcome.variation.number
            if outcome.solution is not None and number not in known:
                it, folder = given[number], places[number]
                solution = with_source(outcome.solution, it, folder, "")
                write_outputs(
                    folder,
                    solution,
                    it.scenario.facts(it.roster),
                    scenario=it.scenario,
                    reproducible=asked.reproducible,
                )
                solutions[number] = solution
            elif outcome.solution is not None:
                solutions[number] = outcome.solution
            table.show(outcome)
    if not solutions:
        raise click.ClickException("no combination could be solved")
    done = [one for one in variations if one.number in solutions]
    comparison = compare(
        [(one.name, solutions[one.number]) for one in done],
        [given[one.number].scenario.facts(given[one.number].roster) for one in done],
        given[done[0].number].scenario,
    )
    roster = given[done[0].number].roster
    give(comparison, roster, "html", output / "comparison.html")
    give(comparison, roster, "csv", output / "comparison.csv")
    give(comparison, roster, form, None)


def _range(source: Path, around: str, asked: Asked) -> None:
    """Print between which weights of a goal the plan stays the same."""
    from cohortopt.engine import solve
    from cohortopt.io.scenario import read_scenario
    from cohortopt.scenarios.sweep import weight_range

    key, _, weight = around.partition("=")
    try:
        centre = float(weight)
    except ValueError:
        raise click.UsageError(f'--range: found "{around}"; expected key=weight') from None

    def plan_at(value: float) -> Solution:
        given = read_scenario(source, changes=(*asked.changes, f"{key}={value:g}"))
        budget = make_budget(given, asked)
        return solve(given.roster, given.scenario, budget=budget, reasons=False)

    found = weight_range(plan_at, centre)
    least = "0" if found.below is None else f"{found.least:.4g}"
    most = f"{found.most:.4g} or more" if found.above is None else f"{found.most:.4g}"
    click.echo(
        f"{key}: the plan of weight {centre:g} is that of every weight tried from ", nl=False
    )
    click.echo(f"{least} to {most}.")
    for edge in (found.below, found.above):
        if edge is not None:
            click.echo(f"At {edge:.4g} it is another.")


def _folder(name: str) -> str:
    """Return a folder name for a combination; its number, in front, keeps it apart."""
    from cohortopt.io.safe import slug

    return slug(re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-._")[:FOLDER_LIMIT].strip("-._"))


def _earlier(folder: Path, given: ScenarioInput, seed: int) -> Solution | None:
    """Return the solution of an interrupted sweep, if it is of the very same inputs."""
    from cohortopt.errors import InputError
    from cohortopt.io.solution import read_solution

    if not (folder / "solution.json").is_file():
        return None
    try:
        solution = read_solution(folder)
    except InputError:
        return None
    same = solution.settings == _as_read(given) and solution.inputs == given.hashes
    return solution if same and solution.seed == seed else None


def _as_read(given: ScenarioInput) -> dict[str, object]:
    """Return the settings as they come back from a file (dates are text there)."""
    from cohortopt.model import Solution

    read = Solution.model_validate_json(
        Solution(settings=given.scenario.settings).model_dump_json(by_alias=True)
    )
    return read.settings

"""``cohortopt advise``: the cheapest changes that would help, each confirmed by solving again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cohortopt.cli.common import (
    SOLVED,
    Asked,
    budget_options,
    console,
    data_options,
    format_option,
    scenario_option,
)

SECONDS = 60.0  # for everything
SKILLS = 5  # that are shown


@click.command()
@click.argument("out", metavar="FOLDER", type=SOLVED)
@click.option(
    "--tries",
    type=click.IntRange(1, 1000),
    help="Changes that are tried: 30 by default, all of them for up to 12 people.",
)
@click.option("--recruiting/--no-recruiting", default=True, help="Also say whom to recruit.")
@scenario_option
@budget_options
@format_option("text", "json")
@data_options
def advise(
    out: Path,
    tries: int | None,
    recruiting: bool,
    scenario: Path | None,
    asked: Asked,
    form: str,
) -> None:
    """Rank small changes by what they bring to the solved FOLDER.

    Takes a minute at most unless --seconds says otherwise.
    """
    from rich.text import Text

    from cohortopt.cli.explain import skill_lines
    from cohortopt.explain.advise import advise as find
    from cohortopt.io.safe import printable
    from cohortopt.io.solved import read_solved

    solved = read_solved(out, scenario=scenario, changes=asked.changes)
    advice = find(
        solved.solution,
        solved.facts.roster,
        solved.scenario,
        seconds=SECONDS if asked.seconds is None else asked.seconds,
        seed=asked.seed,
        threads=asked.threads,
        tries=tries,
        recruiting=recruiting,
    )
    if form == "json":
        click.echo(json.dumps(advice.model_dump(), indent=1))
        return
    console_ = console()
    for fix in advice.fixes:
        gain = ", ".join(f"{c.gain:+,} {c.tier}" for c in fix.changes if c.gain)
        about = "" if all(change.proven for change in fix.changes) else "about "
        console_.print(Text(printable(f"{about}{gain}: {fix.text}")), soft_wrap=True)
    if not advice.fixes:
        console_.print(Text(f"None of {advice.tried} changes would help."))
    people = advice.recruits
    if people is not None:
        line = (
            f"Recruit {len(people.profiles)} for {people.program} (each taking {people.capacity} "
            f"at most): {people.places} are placed then; with one fewer {people.without}."
        )
        console_.print(Text(printable(line), style="bold"), soft_wrap=True)
        for profile in people.profiles:
            console_.print(Text(printable(f"  {profile}")), soft_wrap=True)
        if people.never:
            line = f"  No recruit can help {', '.join(people.never)}."
            console_.print(Text(printable(line)), soft_wrap=True)
    if advice.skills:
        console_.print(Text("Wanted skills, the costliest shortage first:", style="bold"))
        for line in skill_lines(advice.skills, SKILLS):
            console_.print(Text(printable(line)), soft_wrap=True)
    if advice.cut_short:
        click.echo("The time was over before everything was tried; --seconds gives more.", err=True)

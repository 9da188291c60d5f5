"""``cohortopt demo``: the main job, on the shipped example."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path

import click

from cohortopt.cli.common import Asked, budget_options, format_option, quiet_option


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default="cohortopt-demo", show_default=True
)
@budget_options
@format_option("text", "json")
@quiet_option
@click.pass_context
def demo(ctx: click.Context, output: Path, asked: Asked, form: str, quiet: bool) -> None:
    """Match 60 people of a made-up company to mentors, with a meeting time and a proof for each."""
    from cohortopt.cli.examples import copy_example
    from cohortopt.cli.solve import solve
    from cohortopt.cli.verify import verify

    copy_example("mentorship", output)
    scenario = output / "scenario.toml"
    click.echo(f"The example is in {output}: a roster, skills and {scenario.name}.", err=True)
    click.echo(f"$ cohortopt solve {scenario} -o {output / 'out'}", err=True)
    where = {"source": str(scenario), "output": str(output / "out")}
    ctx.invoke(solve, **where, form=form, quiet=quiet, **vars(asked))
    click.echo(f"\n$ cohortopt verify {output / 'out'}", err=True)
    with redirect_stdout(sys.stderr) if form == "json" else nullcontext():
        ctx.invoke(verify, what=output / "out", quiet=quiet)

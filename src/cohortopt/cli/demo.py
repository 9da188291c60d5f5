"""``cohortopt demo``: the main job, on the shipped example."""

from __future__ import annotations

from pathlib import Path

import click

from cohortopt.cli.common import quiet_option


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default="cohortopt-demo", show_default=True
)
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True)
@quiet_option
@click.pass_context
def demo(ctx: click.Context, output: Path, threads: int, quiet: bool) -> None:
    """Match 60 people of a made-up company to mentors, with a meeting time and a proof for each."""
    from cohortopt.cli.examples import copy_example
    from cohortopt.cli.solve import solve
    from cohortopt.cli.verify import verify

    copy_example("mentorship", output)
    scenario = output / "scenario.toml"
    click.echo(f"The example is in {output}: a roster, skills and {scenario.name}.", err=True)
    click.echo(f"$ cohortopt solve {scenario} -o {output / 'out'}", err=True)
    ctx.invoke(
        solve, source=str(scenario), output=str(output / "out"), threads=threads, quiet=quiet
    )
    click.echo(f"\n$ cohortopt verify {output / 'out'}", err=True)
    ctx.invoke(verify, what=output / "out")

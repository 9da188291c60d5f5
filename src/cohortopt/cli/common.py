"""What commands share: options, consoles, reading what they work on."""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from cohortopt.io.scenario import ScenarioInput
    from cohortopt.solvers.base import Budget

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SOURCE = click.Path(exists=True, dir_okay=False, allow_dash=True)  # a file, or - for stdin
PLACE = click.Path(exists=True, path_type=Path)  # a file or a folder that is there
SOLVED = click.Path(exists=True, allow_dash=True, path_type=Path)  # that, or - for stdin

STOPPED = 130
LEFT_OVER = 5
WRITING = 0.003  # seconds that checking and writing take for one person, about


@dataclass(frozen=True)
class Asked:
    """What the options of a solve ask for; None: as the scenario says."""

    changes: tuple[str, ...] = ()
    seed: int | None = None
    seconds: float | None = None
    threads: int = 2
    reproducible: bool = False


def budget_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that bound a solve; the command gets them together as ``asked``."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        asked = Asked(**{one.name: given.pop(one.name) for one in fields(Asked)})
        command(**given, asked=asked)

    return _with_options(
        gathered,
        set_option,
        click.option("--seed", type=int, help="Same seed, same assignment."),
        click.option(
            "--seconds",
            type=click.FloatRange(min=0.05),
            help="Time limit, from reading to writing.",
        ),
        click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True),
        click.option(
            "--reproducible",
            is_flag=True,
            help="Count work instead of time: the same answer on every machine.",
        ),
    )


def set_option(command: F) -> F:
    """Add ``--set`` alone, where nothing is solved."""
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change a setting of the scenario.",
    )(command)


def cluster_options(command: F) -> F:
    """Add the options that say where many solves run."""
    return _with_options(
        command,
        click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True),
        click.option("--dask", metavar="ADDRESS|local", help="Solve on a Dask cluster."),
    )


def scenario_option(command: F) -> F:
    """Add ``--scenario`` to what reads a solved folder."""
    return click.option(
        "--scenario", type=FILE, help="The scenario, if it is not where the solution says."
    )(command)


def _with_options(command: F, *options: Callable[[F], F]) -> F:
    """Return the command with options, in the order of its help."""
    for option in reversed(options):
        command = option(command)
    return command


def data_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``-o`` and ``--quiet`` to what prints data and writes no folder."""

    @wraps(command)
    def printed(*, output: str, quiet: bool, **given: Any) -> None:
        with remarks(quiet), printed_to(output):
            command(**given)

    return _with_options(
        printed,
        click.option("-o", "--output", default="-", help="Write to this file; - prints it."),
        quiet_option,
    )


@contextmanager
def remarks(quiet: bool) -> Iterator[None]:
    """Keep remarks from stderr where ``--quiet`` asks for that."""
    with redirect_stderr(io.StringIO()) if quiet else nullcontext():
        yield


@contextmanager
def printed_to(output: str) -> Iterator[None]:
    """Let what is printed go to a file, whole or not at all; ``-`` prints it."""
    if output == "-":
        yield
        return
    from cohortopt.io.folder import write_file

    text = io.StringIO()
    try:
        with redirect_stdout(text):
            yield
    finally:
        if text.getvalue():
            write_file(Path(output), text.getvalue().encode("utf-8"))


def quiet_option(command: F) -> F:
    """Add ``--quiet``."""
    return click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")(command)


def format_option(*formats: str) -> Callable[[F], F]:
    """Add ``--format`` with text first."""
    names = formats or ("text", "json")
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True
    )


def console(*, stderr: bool = False) -> Console:
    """Return a console for data (stdout) or remarks (stderr); colours only on a terminal."""
    from rich.console import Console

    class Pipe(Console):
        """A console that leaves a reader who went away to the command line."""

        def on_broken_pipe(self) -> None:
            """Raise what happened, instead of ending with an exit code."""
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 110
    return Pipe(file=stream, width=width, highlight=False, markup=False, emoji=False)


def read_input(
    source: str,
    program: str | None,
    changes: Sequence[str],
    *,
    roster: Path | None = None,
) -> ScenarioInput:
    """Read a scenario, or a bare roster with ``--program``; ``-`` is either of them on stdin."""
    from cohortopt.io.scenario import read_bare, read_scenario

    path = Path(source)
    if source != "-" and path.suffix.lower() == ".toml":
        if program is not None:
            raise click.UsageError("--program goes with a bare roster, not with a scenario")
        return read_scenario(path, changes=changes, roster=roster)
    if source == "-" and program is None:
        return read_scenario(sys.stdin.buffer.read(), changes=changes, roster=roster)
    if program is None:
        raise click.UsageError(
            f"{source} is a roster: say which program, like --program mentorship "
            "(`cohortopt programs` lists them), or give a scenario (.toml)"
        )
    people = sys.stdin.buffer.read() if source == "-" else path
    return read_bare(people, program, changes=changes, roster=roster)


def make_budget(source: ScenarioInput, asked: Asked) -> Budget:
    """Return the budget of a solve: the scenario's own unless options say otherwise.

    Its seconds hold from reading to writing, so what writing will take is left out.
    """
    from cohortopt.solvers.base import Budget

    scenario = source.scenario
    whole = scenario.seconds if asked.seconds is None else asked.seconds
    writing = WRITING * len(source.roster.people)
    return Budget(
        seconds=None if whole is None else max(0.7 * whole, whole - writing),
        seed=scenario.seed if asked.seed is None else asked.seed,
        threads=asked.threads,
        reproducible=asked.reproducible,
    )


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C sets, so that the best solution so far is saved.

    A second Ctrl-C stops at once.
    """
    event = threading.Event()

    def stop(number: int, frame: object) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()
        click.echo("Stopping; the best solution so far is kept. Ctrl-C again to quit.", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)

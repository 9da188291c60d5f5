"""``cohortopt``: the group of commands, each imported only when it is called."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from cohortopt.cli.bytecode import keep_bytecode

COMMANDS = {
    "demo": "Solve the shipped example and show what comes out.",
    "init": "Start a scenario: copy an example, or write one for a roster.",
    "check": "Say what is wrong with a roster or scenario, and mend what can be.",
    "solve": "Assign everyone and write all the files.",
    "verify": "Check an assignment from its files alone, also one edited by hand.",
    "explain": "Say why a person sits there, or why two people do not meet.",
    "advise": "Find the cheapest changes that would help.",
    "repair": "Adapt a solution to a changed roster with the fewest moves.",
    "compare": "Put scenarios or solved folders side by side.",
    "sweep": "Solve every combination of some settings.",
    "report": "Write the report of a solved folder again.",
    "skills": "Show which skills are wanted, offered and scarce.",
    "programs": "List the built-in programs, or print one as TOML.",
    "schema": "Print the JSON Schema of a scenario or a solution.",
    "serve": "Answer over HTTP.",
}


class Lazy(click.Group):
    """A group whose commands live in ``cohortopt.cli.NAME`` and are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the guide."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"cohortopt.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; suggest one where the name is not known."""
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cohortopt", prog_name="cohortopt")
def main() -> None:
    """Assign people to mentor pairs, pods, groups and skill swaps; prove it; name a time to meet.

    Start with `cohortopt demo`, then `cohortopt init --example mentorship my-program`.
    """


def run() -> None:
    """Run the command line; errors become messages and exit codes, never stack traces."""
    keep_bytecode(click)
    from cohortopt.errors import CohortoptError

    gc.set_threshold(1_000_000, 50, 100)  # little that a command makes is garbage in circles
    try:
        main.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except CohortoptError as error:
        click.echo(str(error), err=True)
        code = error.exit_code
    except Exception as error:
        if os.environ.get("COHORTOPT_DEBUG"):
            raise
        code = _told(error)
    else:
        code = 0
    finally:
        gc.freeze()  # no last look for garbage: it would take a third of a second
    sys.exit(code)


def _told(error: Exception) -> int:
    """Say what a file of the user's does not allow, or that we have a bug; return the exit code."""
    if isinstance(error, OSError) and error.filename:
        click.echo(f"{error.filename}: {error.strerror}.", err=True)
        return 1
    click.echo(f"A bug of ours: {type(error).__name__}: {error}", err=True)
    click.echo("Set COHORTOPT_DEBUG=1 to see where, and tell us, please.", err=True)
    return 70

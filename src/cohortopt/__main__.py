"""``python -m cohortopt``: the command line."""

from cohortopt.cli.main import run

run()

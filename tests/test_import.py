"""Importing is light: no solver comes in before a solve needs it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("ortools", "networkx", "numba", "rustworkx", "scipy", "pandas", "rich", "jinja2")


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_library_loads_no_solver() -> None:
    assert loaded_by("import cohortopt") & set(HEAVY) == set()


def test_nothing_is_printed_by_the_library() -> None:
    code = (
        "import cohortopt as c\n"
        "r = c.Roster(people=[c.Person(id='m', role=('mentor',), level=3),"
        " c.Person(id='e', role=('mentee',), level=1)])\n"
        "c.solve(r, c.PROGRAMS['mentorship'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == ""

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


def test_public_names_that_rooms_share_are_the_functions_whatever_was_imported_first() -> None:
    code = (
        "import cohortopt.verify.verdict, cohortopt.explain.explain, cohortopt.repair.repair\n"
        "import cohortopt\n"
        "from cohortopt import explain, repair, verify\n"
        "assert callable(explain) and callable(repair) and callable(verify)\n"
        "assert all(getattr(cohortopt, name) for name in cohortopt.__all__)\n"
        "assert dir(cohortopt) == sorted(cohortopt.__all__)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_loads_neither_numpy_nor_pydantic() -> None:
    code = (
        "from cohortopt.cli.main import main\n"
        "main.main(['--help'], prog_name='cohortopt', standalone_mode=False)"
    )
    assert loaded_by(code) & {*HEAVY, "numpy", "pydantic"} == set()

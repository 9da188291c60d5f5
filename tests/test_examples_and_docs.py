"""Every example solves and verifies, and the code in the guides runs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from cohortopt.engine import solve
from cohortopt.io.program import names
from cohortopt.io.scenario import read_scenario
from cohortopt.solvers.base import Budget
from cohortopt.verify.verdict import verify
from tests.places import ROOT

SCENARIOS = sorted((ROOT / "examples").glob("*/*.toml"))
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_program_has_an_example() -> None:
    folders = {path.parent.name for path in SCENARIOS}
    assert folders >= set(names())
    assert all((ROOT / "examples" / name / "README.md").exists() for name in folders)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_solves_and_verifies(path: Path) -> None:
    given = read_scenario(path)
    assert not [problem for problem in given.problems if problem.is_error]
    solution = solve(given.roster, given.scenario, budget=Budget(seconds=8))
    assert solution.assignment.matches
    assert verify(solution, given.roster, given.scenario).is_sound


def test_the_examples_are_what_their_script_makes() -> None:
    spec = importlib.util.spec_from_file_location("make", ROOT / "examples" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, text in make.files().items():
        assert (ROOT / "examples" / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_the_python_in_a_guide_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for code in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
        exec(compile(code, str(path), "exec"), {"__name__": "guide"})


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_links_between_guides_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target

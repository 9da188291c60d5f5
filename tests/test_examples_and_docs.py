"""Every example solves and verifies, and the code in the guides runs."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner

from cohortopt.cli.examples import examples_folder
from cohortopt.cli.main import main
from cohortopt.engine import solve
from cohortopt.io.program import names
from cohortopt.io.scenario import read_scenario
from cohortopt.solvers.base import Budget
from cohortopt.verify.verdict import verify
from tests.places import ROOT

SCENARIOS = sorted((ROOT / "examples").glob("*/*.toml"))
PAGES = sorted((ROOT / "examples").glob("*/README.md"))
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_program_has_an_example() -> None:
    folders = {path.parent.name for path in SCENARIOS}
    assert folders >= set(names())
    assert all((ROOT / "examples" / name / "README.md").exists() for name in folders)


def test_the_examples_are_part_of_the_package() -> None:
    """Where they are looked for in a checkout is where the built package takes them from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    (source,) = (old for old, new in taken.items() if new == "cohortopt/examples")
    assert ROOT / source == examples_folder()


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


def commands(path: Path) -> list[list[str]]:
    """Return the command lines of a page: in backticks, or on a line of their own."""
    text = path.read_text(encoding="utf-8")
    spans = re.findall(r"(?<!`)`(cohortopt [^`]+)`(?!`)", text)
    spans += re.findall(r"^(?:    |\$ |    \$ )(cohortopt .+)$", text, re.M)
    lines = (" ".join(span.split("#")[0].split()) for span in spans)
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize(
    "path", [*GUIDES, *PAGES], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_commands_of_a_page_exist_with_their_options(path: Path) -> None:
    for name, *words in commands(path):
        command = main.get_command(Context(main), name)
        assert command is not None, name
        known = {"--help"} | {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
        said = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert said <= known, (name, said - known)


def test_the_readme_prints_what_its_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = "\n".join(re.findall(r"```text\n(.*?)```", text, re.S))
    for block in told.split("$ cohortopt ")[1:]:
        command, _, shown = block.partition("\n")
        done = CliRunner().invoke(main, shlex.split(command))
        assert done.exit_code == 0, command
        printed = " ".join(done.stdout.split())
        for part in shown.split("…"):
            assert " ".join(part.split()) in printed, command


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_the_settings_to_try_in_an_example_can_be_set(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    scenario = next(iter(sorted(path.parent.glob("scenario.toml"))))
    for settings in re.findall(r"(?:--set (?:'[^']+'|[^ `]+) ?)+", text):
        changes = shlex.split(settings.replace("--set ", ""))
        given = read_scenario(scenario, changes=changes)
        assert not [problem for problem in given.problems if problem.is_error], settings


def test_the_index_of_guides_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_links_between_guides_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target

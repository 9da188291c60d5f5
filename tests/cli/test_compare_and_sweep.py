"""``cohortopt compare`` and ``cohortopt sweep`` from files to files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cohortopt.cli.compare import compare
from cohortopt.cli.report import report
from cohortopt.cli.sweep import sweep
from cohortopt.io.solved import read_solved
from cohortopt.verify.score import tier_values

PEOPLE = """\
id,name,role,level,manager,skills_offered,skills_wanted,availability,prefers
m1,Ann,mentor,5,,sql:5; law:2,,Mon 09:00-12:00,
m2,=cmd|x,mentor,4,,law:5; sql:3,,Mon 09:00-12:00,
m3,Cid,mentor,3,,coaching:4,,Mon 09:00-12:00; Tue 09:00-10:00,
e1,Dee,mentee,1,,,sql:3,Mon 09:00-12:00,m2
e2,Eve,mentee,1,,,law:2; sql:3,Mon 09:00-12:00,m3
e3,Fay,mentee,2,,,coaching:5,Tue 09:00-10:00,m1
"""
SCENARIO = """\
name = "Small"
roster = "people.csv"
timezone = "UTC"
seconds = 20
[[program]]
use = "mentorship"
name = "Mentors"
goals = { skills = 5, prefers = 1 }
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "small.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "small.toml"


def run(command: object, *arguments: object, code: int = 0) -> Result:
    found = CliRunner().invoke(command, [str(one) for one in arguments])  # type: ignore[arg-type]
    assert found.exit_code == code, (found.output, found.exception)
    return found


SETS = ("--set", "Mentors.goals.prefers=0,20", "--set", "Mentors.rules.gap.at_least=1,2")


def test_a_sweep_writes_a_folder_each_goes_on_and_compares(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(sweep, scenario, *SETS, "-o", out, "--format", "json")
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    assert folders == [
        "1-prefers-0-at_least-1",
        "2-prefers-0-at_least-2",
        "3-prefers-20-at_least-1",
        "4-prefers-20-at_least-2",
    ]
    assert all((out / name / "report.html").is_file() for name in folders)
    data = json.loads(first.stdout)
    assert data["scenarios"][0]["name"] == "1 prefers=0 at_least=1"
    assert set(data["settings"]) == {"Mentors.goals.prefers", "Mentors.rules.gap.at_least"}
    made = {name: (out / name / "solution.json").stat().st_mtime_ns for name in folders}
    again = run(sweep, scenario, *SETS, "-o", out, "--format", "json", "--jobs", 2)
    assert "4 are there from an earlier run" in again.stderr
    assert json.loads(again.stdout)["figures"] == data["figures"]
    assert made == {name: (out / name / "solution.json").stat().st_mtime_ns for name in folders}
    (tmp_path / "people.csv").write_text(PEOPLE.replace("sql:3", "sql:1"), encoding="utf-8")
    changed = run(sweep, scenario, *SETS, "-o", out, "--format", "json")
    assert "earlier run" not in changed.stderr


def test_figures_equal_what_verify_counts_again(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(sweep, scenario, *SETS, "-o", out, "--quiet")
    with (out / "comparison.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "figure"]
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        solved = read_solved(folder)
        program = solved.scenario.programs[0].bound(solved.facts)
        recounted = tier_values(program, solved.solution.assignment.matches, solved.facts)
        number = folder.name.split("-")[0]
        told = {row["key"]: row["value"] for row in rows if row["scenario"].startswith(number)}
        assert int(told["points"]) == recounted["points"]
        takers = [m.with_role("taker") for m in solved.solution.assignment.matches]
        assert len(takers) == recounted["placed"]
        givers = {p for m in solved.solution.assignment.matches for p in m.with_role("giver")}
        assert int(told["placed"]) == recounted["placed"] + len(givers)


def test_scenarios_and_solved_folders_can_be_mixed(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(sweep, scenario, "--set", "Mentors.goals.prefers=20", "-o", out, "--quiet")
    folder = next(path for path in out.iterdir() if path.is_dir())
    found = run(compare, scenario, folder, "--format", "md")
    assert "| Mentors.goals.prefers | 1 | 20 |" in found.stdout
    page = tmp_path / "page.html"
    run(compare, scenario, folder, "-o", page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "=cmd" not in run(compare, scenario, folder, "--format", "csv").stdout.split(",")


def test_what_is_wrong_with_a_sweep_is_said(scenario: Path, tmp_path: Path) -> None:
    run(sweep, scenario, code=2)
    run(sweep, scenario, "--set", "Mentors.goals.prefers", "-o", tmp_path / "x", code=2)
    run(sweep, scenario, "--range", "Mentors.goals.prefers=much", code=2)


def test_a_range_of_weights_is_found(scenario: Path) -> None:
    found = run(sweep, scenario, "--range", "Mentors.goals.prefers=1")
    assert "the plan of weight 1 is that of every weight tried from 0 to" in found.stdout


def test_a_report_can_stand_elsewhere_beside_other_solutions(
    scenario: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(sweep, scenario, "--set", "Mentors.goals.prefers=0,20", "-o", out, "--quiet")
    one, other = sorted(path for path in out.iterdir() if path.is_dir())
    new = tmp_path / "deep" / "report"
    run(report, one, "--beside", other, "-o", new, "--organizer", "boss@example.org")
    page = (new / "report.html").read_text(encoding="utf-8")
    assert "Scenarios side by side" in page
    assert other.name in page
    assert read_solved(new).solution.settings == read_solved(one).solution.settings
    invite = next((new / "invites").iterdir()).read_text("utf-8")
    assert "METHOD:REQUEST" in invite
    assert "ORGANIZER:mailto:boss@example.org" in invite

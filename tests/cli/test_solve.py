"""``cohortopt solve``, ``verify`` and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import cohortopt
from cohortopt.cli.main import main
from cohortopt.errors import InfeasibleError, InputError

PEOPLE = """id,name,role,level,capacity,skills_offered,skills_wanted,availability
m,Mia,mentor,5,1,sql:5,,Mon 09:00-12:00
e,Eve,mentee,2,,,sql:4,Mon 10:00-11:00
f,Finn,mentee,1,,,sql:2,Mon 10:00-12:00
"""
SCENARIO = """name = "small"
roster = "people.csv"
[[program]]
use = "mentorship"
name = "Mentors"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE)
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO)
    return path


def run(*args: object) -> object:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_files_are_written_and_verify(scenario: Path) -> None:
    out = scenario.parent / "out"
    done = run("solve", scenario, "-o", out, "--quiet")
    assert done.exit_code == 0, done.output
    names = {path.name for path in out.iterdir()}
    assert names >= {"solution.json", "assignment.csv", "unplaced.csv", "report.html", "invites"}
    checked = run("verify", out, "--format", "json")
    assert checked.exit_code == 0
    told = json.loads(checked.stdout)
    assert told["sound"]
    assert told["proven"]
    assert told["changed_inputs"] == []


def test_an_edited_assignment_is_told_what_is_broken(scenario: Path) -> None:
    out = scenario.parent / "out"
    run("solve", scenario, "-o", out, "--quiet")
    file = out / "assignment.csv"
    file.write_text(file.read_text().replace("Mon 10:00", "Tue 10:00"))
    checked = run("verify", file)
    assert checked.exit_code == 1
    assert "not free" in checked.output


def test_a_bare_roster_and_stdin_work(scenario: Path) -> None:
    roster = scenario.parent / "people.csv"
    done = run("solve", roster, "--program", "mentorship", "--format", "json", "--quiet")
    assert json.loads(done.stdout)["status"] == "optimal"
    piped = CliRunner().invoke(
        main, ["solve", "-", "--program", "mentorship", "--format", "json", "--quiet"], PEOPLE
    )
    assert json.loads(piped.stdout)["programs"][0]["matches"]


def test_strict_exits_with_5_when_someone_is_left(scenario: Path) -> None:
    assert run("solve", scenario, "--strict", "--quiet").exit_code == 5


def test_every_problem_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name,level\n1,Ann,2\n1,Bo,3\n")
    path = tmp_path / "s.toml"
    path.write_text(
        'roster = "people.csv"\nsecnds = 3\n[[program]]\nuse = "mentorshp"\n'
        '[[program]]\nuse = "mentorship"\nrules = { gap = { at_lest = 2 } }\n'
    )
    done = run("solve", path, "-o", tmp_path / "out")
    assert isinstance(done.exception, InputError)
    assert done.exception.exit_code == 1
    columns = {problem.column for problem in done.exception.problems}
    assert {"secnds", "program[1].use", "program[2].rules.gap.at_lest"} <= columns
    assert any(problem.row == 3 for problem in done.exception.problems)
    assert not (tmp_path / "out").exists()


def test_an_impossible_scenario_names_what_clashes(scenario: Path) -> None:
    scenario.write_text(SCENARIO + 'required = ["e", "f"]\n')
    done = run("solve", scenario, "--quiet")
    assert isinstance(done.exception, InfeasibleError)
    assert done.exception.exit_code == 3
    assert set(done.exception.clash) == {
        "Mentors: e is required",
        "Mentors: f is required",
        "Mia (m) has 1 place",
    }


def test_settings_can_be_changed_from_outside(scenario: Path) -> None:
    done = run(
        "solve", scenario, "--set", "mentors.rules.gap.at_least=9", "--format", "json", "--quiet"
    )
    assert json.loads(done.stdout)["programs"][0]["matches"] == []


def test_programs_print_as_toml_that_is_read_back(tmp_path: Path) -> None:
    from cohortopt.io.program import names
    from cohortopt.io.scenario import read_scenario

    (tmp_path / "people.csv").write_text(PEOPLE)
    for name in names():
        text = run("programs", name).stdout
        path = tmp_path / f"{name}.toml"
        path.write_text(f'roster = "people.csv"\n{text}')
        assert read_scenario(path).scenario.programs


def test_every_program_is_listed_integrated_too() -> None:
    from cohortopt.io.program import names

    listed = json.loads(run("programs", "--format", "json").stdout)
    assert sorted(listed) == names()
    assert set(listed["integrated"]) == {"mentors", "circles"}
    assert "integrated" in run("programs").stdout
    assert len(cohortopt.Scenario(programs=cohortopt.INTEGRATED).programs) == 2
    with pytest.raises(KeyError, match="INTEGRATED"):
        cohortopt.PROGRAMS["integrated"]
    with pytest.raises(KeyError, match='Did you mean "mentorship"'):
        cohortopt.PROGRAMS["mentorshp"]


def test_schemas_are_json(scenario: Path) -> None:
    for what in ("scenario", "solution", "person"):
        assert "$schema" in json.loads(run("schema", what).stdout)

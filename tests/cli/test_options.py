"""Options that every command has, streams, and what a pipe carries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortopt.cli.main import COMMANDS, main, run

PEOPLE = """id,role,level,skills_offered,skills_wanted
m1,mentor,4,sql:5,
m2,mentor,3,talks:4,
e1,mentee,1,,sql:3
e2,mentee,2,,talks:5
"""
SCENARIO = 'roster = "people.csv"\n[[program]]\nuse = "mentorship"\nname = "Mentors"\n'
ANALYSES = (("verify",), ("explain", "e1"), ("advise",))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("options")
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "scenario.toml").write_text(SCENARIO)
    asked = ["solve", str(folder / "scenario.toml"), "-o", str(folder / "out"), "-q"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    return folder


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "serve"])
def test_every_command_can_be_quiet_and_write_elsewhere(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"]).output
    assert "--quiet" in told
    assert "--output" in told


@pytest.mark.parametrize("name", ["demo", "solve", "explain", "advise", "repair", "compare"])
def test_every_command_that_solves_takes_the_settings_of_a_solve(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"]).output
    for option in ("--set", "--seed", "--seconds", "--threads", "--format"):
        assert option in told, option


@pytest.mark.parametrize("asked", ANALYSES, ids=lambda asked: asked[0])
def test_what_is_printed_goes_to_a_file_when_asked(
    asked: tuple[str, ...], solved: Path, tmp_path: Path
) -> None:
    name, *rest = asked
    command = [name, str(solved / "out"), *rest, "--format", "json"]
    printed = CliRunner().invoke(main, command)
    file = tmp_path / "told.json"
    written = CliRunner().invoke(main, [*command, "-o", str(file)])
    assert written.stdout == ""
    assert file.read_text("utf-8") == printed.stdout
    assert json.loads(printed.stdout)


def test_a_changed_setting_reaches_the_check_and_the_repair(solved: Path) -> None:
    out, runner = str(solved / "out"), CliRunner()
    strict = ["--set", "mentors.rules.gap.at_least=9"]
    broken = runner.invoke(main, ["verify", out, *strict])
    assert broken.exit_code == 1
    assert "at least 9 wanted" in broken.stdout
    assert runner.invoke(main, ["verify", out]).exit_code == 0
    roster = ["--roster", str(solved / "people.csv"), "-q"]
    repaired = runner.invoke(main, ["repair", out, *roster, *strict, "-o", "-"])
    assert repaired.exit_code == 0
    solution = json.loads(repaired.stdout)
    assert solution["programs"][0]["matches"] == []
    assert solution["settings"]["program"][0]["rules"]["gap"] == {"at_least": 9}


def test_a_solution_goes_through_a_pipe(solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(solved)
    runner = CliRunner()
    printed = runner.invoke(main, ["solve", "scenario.toml", "-o", "-", "-q"])
    checked = runner.invoke(main, ["verify", "-"], input=printed.stdout)
    assert checked.exit_code == 0, checked.output
    assert "Every rule holds" in checked.stdout


def test_a_scenario_comes_from_stdin(solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(solved)
    asked = ["solve", "-", "-o", "-", "-q"]
    printed = CliRunner().invoke(main, asked, input=SCENARIO)
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout)["tiers"][0] == {
        "tier": "placed", "value": 2, "bound": 2, "standing": "checked", "scale": 1
    }  # fmt: skip


@pytest.mark.parametrize("name", ["solve", "check"])
def test_a_folder_in_place_of_a_roster_is_called_a_folder(name: str, solved: Path) -> None:
    asked = [name, str(solved), *(["--program", "mentorship"] if name == "solve" else [])]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 2
    assert "is a directory" in told.output


@pytest.mark.parametrize("name", ["solve", "check", "skills"])
@pytest.mark.parametrize("file", ["no.csv", "no.toml"])
def test_a_file_that_is_not_there_is_wrong_usage(name: str, file: str) -> None:
    assert CliRunner().invoke(main, [name, file]).exit_code == 2


@pytest.mark.parametrize("name", ["people.csv", "skills.csv"])
def test_a_file_of_a_scenario_that_may_not_be_read_is_told_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.read_bytes
    (tmp_path / "people.csv").write_text("id\na\nb\n")
    (tmp_path / "skills.csv").write_text("skill,related\nsql,python\n")
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(
        'roster = "people.csv"\nskills = "skills.csv"\n[[program]]\nuse = "peer_mentorship"\n'
    )

    def locked(path: Path) -> bytes:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    code, told = ended("solve", scenario)
    assert code == 1
    assert told.count("permission denied") == 1
    assert "1 problem" in told


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    roster = tmp_path / "people.csv"
    roster.write_text("id\na\nb\n")
    for command in (("check", roster, "--fix"), ("init", "--example", "mentorship")):
        code, told = ended(*command, "-o", roster / "below")
        assert code == 1
        assert "bug" not in told
        assert "people.csv" in told


def test_a_folder_that_cannot_be_written_is_told_before_the_solve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = tmp_path / "people.csv"
    roster.write_text("id\na\nb\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cohortopt.engine.solve", None)  # asking it would be a bug
    for folder in (roster, roster / "below", "."):
        code, told = ended("solve", roster, "--program", "peer_mentorship", "-o", folder)
        assert code == 1, told
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_a_module_is_the_command_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cohortopt", "programs", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr


def ended(*args: object) -> tuple[int, str]:
    """Return the exit code and stderr of the whole command line."""
    told = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()), redirect_stderr(told):
        patch.setattr(sys, "argv", ["cohortopt", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            run()
    assert isinstance(stop.value.code, int)
    return stop.value.code, told.getvalue()


def test_two_reproducible_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """Each in an interpreter of its own, with other hashes, in another second."""
    written: list[dict[str, bytes]] = []
    for name in ("first", "second"):
        place = tmp_path / name
        place.mkdir()
        (place / "people.csv").write_text(PEOPLE)
        weeks = "weeks = { first = 2027-10-04, count = 4 }\n"
        (place / "scenario.toml").write_text(weeks + SCENARIO)
        code = "from cohortopt.cli.main import run; run()"
        asked = ["solve", "scenario.toml", "-o", "out", "--reproducible", "--graphs", "-q"]
        environment = {**os.environ, "PYTHONHASHSEED": str(len(written))}
        subprocess.run([sys.executable, "-c", code, *asked], cwd=place, env=environment, check=True)
        files = sorted((place / "out").rglob("*.*"))
        written.append({str(f.relative_to(place)): f.read_bytes() for f in files})
    first, second = written
    assert sorted(first) == sorted(second)
    assert "out/invites/Mentors-1.ics" in first
    assert [name for name in first if first[name] != second[name]] == []


def test_a_reader_who_goes_away_is_no_error(solved: Path) -> None:
    code = "from cohortopt.cli.main import run; run()"
    command = [sys.executable, "-c", code, "programs"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    told = running.stderr.read()
    running.stderr.close()
    assert running.wait() == 0
    assert "rror" not in told

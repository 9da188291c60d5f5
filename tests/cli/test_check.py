"""`cohortopt check`: exit codes, files, and what is printed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.places import DATA

from cohortopt.cli.check import check
from cohortopt.io.doctor.codes import CODES, explain_code

MESSY = DATA / "messy_signup.csv"
CLEAN = "id,name,level\nP1,Ann,4\nP2,Bo,2\n"


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(check, [str(one) for one in arguments], input=stdin)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(CLEAN, "utf-8")
    return path


def test_a_clean_roster_has_nothing_said_against_it(clean: Path) -> None:
    result = run(clean)
    assert result.exit_code == 0
    assert "2 rows in = 2 people + 0 merged + 0 rejected" in result.stdout
    assert "Nothing to say against it." in result.stdout


def test_errors_exit_with_1_and_list_all(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,name\nP1,Ann\nP1,Bo\nP2,Cy\nP2,Di\n", "utf-8")
    result = run(path)
    assert result.exit_code == 1
    assert "CO110 Two people with one id (2 times)" in result.stdout
    assert "row 3" in result.stdout
    assert "row 5" in result.stdout
    assert "2 errors have to be mended" in result.stderr


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv").exit_code == 2
    assert run().exit_code == 2
    assert run("--explain", "CO999").exit_code == 2


def test_fix_writes_its_files_and_never_the_source(tmp_path: Path) -> None:
    source = tmp_path / "roster.csv"
    shutil.copy(MESSY, source)
    before = source.read_bytes()
    result = run(source, "--fix", "-o", tmp_path / "out")
    assert result.exit_code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"cleaned.csv", "rejected.csv", "issues.csv", "columns.toml", "skills.csv"}
    assert source.read_bytes() == before
    again = run(tmp_path / "out" / "cleaned.csv")
    assert again.exit_code == 0
    assert "Nothing to say against it." in again.stdout
    clash = run(tmp_path / "out" / "cleaned.csv", "--fix", "-o", tmp_path / "out")
    assert clash.exit_code == 2
    assert "overwritten" in clash.stderr


def test_json_carries_everything(clean: Path) -> None:
    data = json.loads(run(clean, "--format", "json").stdout)
    assert data["ok"] is True
    assert (data["rows_in"], data["people"], data["problems"]) == (2, 2, [])
    assert data["columns"] == {"id": "id", "name": "name", "level": "level"}
    data = json.loads(run(MESSY, "--format", "json").stdout)
    assert {"file", "row", "column", "code", "found", "expected", "fix"} == set(data["problems"][0])


def test_stdin_and_a_named_sheet(tmp_path: Path) -> None:
    result = run("-", stdin=CLEAN.encode())
    assert (result.exit_code, "2 people" in result.stdout) == (0, True)
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("A", [["id"], ["x"], ["y"]]), ("B", [["id"], ["z"], ["w"], ["v"]])):
            page = book.add_worksheet(name)
            for k, row in enumerate(rows):
                page.write_row(k, 0, row)
    assert "3 people" in run(path, "--sheet", "B").stdout
    assert run(path, "--sheet", "C").exit_code == 1


def test_an_edited_decision_file_is_obeyed(tmp_path: Path) -> None:
    assert run(MESSY, "--fix", "-o", tmp_path).exit_code == 0
    decisions = tmp_path / "skills.csv"
    text = decisions.read_text("utf-8-sig")
    assert "pyhton,pyhton,Python" in text
    decisions.write_text(text.replace("pyhton,pyhton,Python", "pyhton,Python,"), "utf-8")
    result = run(MESSY, "--skills", decisions, "--fix", "-o", tmp_path / "again")
    assert result.exit_code == 0
    assert "CO333" not in result.stdout
    assert "pyhton" not in (tmp_path / "again" / "cleaned.csv").read_text("utf-8-sig")


def test_a_code_is_explained() -> None:
    result = run("--explain", "co320")
    assert result.exit_code == 0
    assert result.stdout.startswith("CO320  Blank")


def test_strict_also_refuses_what_could_not_be_used() -> None:
    assert run(MESSY).exit_code == 0
    assert run(MESSY, "--strict").exit_code == 1


def test_control_and_bidi_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.csv"
    rows = "id,level,\u202enote\nP1,\x1b[2J\u202ex,\nP2,2,\u2066\x07\n"
    path.write_text(rows, "utf-8")
    shown = run(path).output
    assert not set(shown) & set("\x1b\x07\u202e\u2066")


def test_personal_data_stay_short_unless_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("id,email\nP1," + "very private words " * 5 + "\nP2,b@x.org\n", "utf-8")
    assert "private words very private words very" not in run(path).stdout
    assert "private words very private words very" in run(path, "--show-values").stdout


def test_a_scenario_is_checked_with_its_roster(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("code,name,level\nP1,Ann,x\nP2,Bo,2\n", "utf-8")
    scenario = tmp_path / "spring.toml"
    text = 'roster = "people.csv"\ncolumns = { code = "id" }\n[[program]]\nuse = "{use}"\n'
    scenario.write_text(text.replace("{use}", "mentorship"), "utf-8")
    result = run(scenario)
    assert result.exit_code == 0, result.output
    assert "CO321" in result.stdout
    assert "2 people" in result.stdout
    scenario.write_text("sead = 3\n" + text.replace("{use}", "mentorship"), "utf-8")
    result = run(scenario)
    assert result.exit_code == 1
    assert "seed" in result.stdout
    scenario.write_text("roster = [", "utf-8")
    assert run(scenario).exit_code == 1


def test_every_code_is_explained_on_the_command_line() -> None:
    for code in CODES.values():
        told = CliRunner().invoke(check, ["--explain", code.code.lower()])
        assert told.exit_code == 0
        assert told.output == explain_code(code.code)
        assert code.title in told.output
        assert code.remedy in told.output
    assert CliRunner().invoke(check, ["--explain", "CO999"]).exit_code == 2

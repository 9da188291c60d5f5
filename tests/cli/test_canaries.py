"""Nothing that one person wrote about another reaches a participant, by any road."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortopt.cli.main import main

CANARY = "canary7f3"
ROSTER = f"""id,name,role,level,skills_offered,skills_wanted,availability,manager,vetoes,past,notes
m,Mo,mentor,5,sql:5,,Mon 09:00-11:00,boss-{CANARY},x-{CANARY},y-{CANARY},notes {CANARY}
n,Nia,mentor,4,talks:4,,Tue 09:00-10:00,m,,,{CANARY}
e,Eli,mentee,1,,sql:3,Mon 09:00-10:00,n,n;z-{CANARY},,{CANARY} dislikes n
f,Flo,mentee,2,,talks:3,any,boss-{CANARY},,n,{CANARY}
g,Gus,mentee,1,,sql:5,any,,m;n,,private {CANARY}
h,Hal,mentee,9,,art:5,any,,,,{CANARY}
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canaries")
    roster = folder / "people.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    run("solve", str(roster), "--program", "mentorship", "-o", str(folder / "out"), "--quiet")
    return folder / "out"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_files_for_participants_hold_no_canary(out: Path) -> None:
    invites = list((out / "invites").glob("*.ics"))
    assert invites
    for file in (out / "mailmerge.csv", *invites):
        assert CANARY not in file.read_text(encoding="utf-8")


def test_the_report_for_participants_holds_no_canary(out: Path, tmp_path: Path) -> None:
    run("report", str(out), "--audience", "participants", "-o", str(tmp_path / "theirs"))
    files = [path for path in (tmp_path / "theirs").rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix == ".html"]
    assert pages
    for file in files:
        assert CANARY not in file.read_text(encoding="utf-8", errors="replace"), file
    assert all("veto" not in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("person", ["m", "n", "e", "f", "g", "h"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_explanations_for_participants_hold_no_canary(out: Path, person: str, form: str) -> None:
    told = run("explain", str(out), person, "--audience", "participants", "--format", form)
    told += run("explain", str(out), person, "m", "--audience", "participants", "--format", form)
    told += run("explain", str(out), person, "n", "--audience", "participants", "--format", form)
    for word in (CANARY, "veto", "points", "manager", "notes"):
        assert word not in told.replace('"points": []', "")


@pytest.mark.parametrize("flag", ["--fairness", "--stress", "--skills"])
def test_what_speaks_of_everybody_is_refused_to_participants(out: Path, flag: str) -> None:
    asked = ("explain", str(out), flag, "--audience", "participants")
    assert CliRunner().invoke(main, asked).exit_code == 2


def test_skills_that_hold_the_plan_back_are_shown_and_written(out: Path) -> None:
    told = run("explain", str(out), "--skills")
    assert "art: 0 of 1 served, 0 offer it; costs" in told
    found = json.loads(run("explain", str(out), "--skills", "--format", "json"))
    assert {one["skill"] for one in found} == {"sql", "talks", "art"}
    assert "costs" in (out / "report.html").read_text(encoding="utf-8")
    advice = run("advise", str(out), "--no-recruiting", "--tries", "1")
    assert "Wanted skills, the costliest shortage first:" in advice
    advice = run("advise", str(out), "--no-recruiting", "--tries", "1", "--format", "json")
    assert {one["skill"] for one in json.loads(advice)["skills"]} == {"sql", "talks", "art"}

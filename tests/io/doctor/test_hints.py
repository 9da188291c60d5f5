"""Unknown headings that a person would understand are told, with the column they may mean."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortopt.cli.init import init
from cohortopt.io.doctor.hints import meaning_of
from cohortopt.io.doctor.mended import cleaned_file, mapping_file
from cohortopt.io.roster import RosterReport, read_roster_report

FORM = """\
Timestamp,Email Address,Are you signing up as a mentor or mentee?,Which department do you work in?,\
How senior are you?,What skills can you share?,Which skills would you like to develop?,\
How many mentees could you take on?,Is there anyone you should NOT be matched with?,Anything else?
2027/08/30 9:14:02 AM GMT+1,ann@example.org,Mentor,Finance,Senior,SQL,,Two or three,Bob Hart,
2027/08/30 9:15:02 AM GMT+1,bob@example.org,Mentee,HR,Junior,,sql,,n/a,I am away in May
2027/08/30 9:16:02 AM GMT+1,cy@example.org,Both,HR,Mid,law,SQL,1,,
"""
MEANT = {
    "Are you signing up as a mentor or mentee?": "role",
    "Which department do you work in?": "department",
    "How senior are you?": "level",
    "What skills can you share?": "skills_offered",
    "Which skills would you like to develop?": "skills_wanted",
    "How many mentees could you take on?": "capacity",
    "Is there anyone you should NOT be matched with?": "vetoes",
}


def report_on(heading: str, *cells: str) -> RosterReport:
    file = io.StringIO()
    csv.writer(file).writerows([["id", heading], *([f"p{k}", c] for k, c in enumerate(cells))])
    return read_roster_report(file.getvalue().encode())


def test_every_question_of_a_form_is_understood_told_and_not_applied() -> None:
    report = read_roster_report(FORM.encode())
    assert report.guesses == MEANT
    assert {p.code for p in report.problems} == {"CO305", "CO319"}
    assert report.roster["ann@example.org"].role is None
    assert report.roster["ann@example.org"].attributes["How senior are you?"] == "Senior"


def test_the_guesses_stand_in_the_mapping_to_be_used() -> None:
    report = read_roster_report(FORM.encode())
    last = mapping_file(report).decode().splitlines()[-1]
    columns = tomllib.loads(last.removeprefix("# "))["columns"]
    ann = read_roster_report(FORM.encode(), columns=columns).roster["ann@example.org"]
    assert (ann.role, ann.department, ann.level, ann.capacity) == (("mentor",), "Finance", 4, 2)
    assert ann.skills_offered == {"SQL": 3}


def test_a_cleaned_file_does_not_guess_again() -> None:
    report = read_roster_report(FORM.encode())
    assert read_roster_report(cleaned_file(report)).problems == ()


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [
        (("mentor", "mentee", "mentee"), "role"),
        (("a@x.org", "b@x.org", "c@x.org"), "email"),
        (("Mon 9-12", "Tue 2pm-4pm", "Wed 10:00-11:30"), "availability"),
        (("Europe/Paris", "London", "New York"), "timezone"),
        (("Senior", "Junior", "Lead"), "level"),
        (("Lee, Ann", "Hart, Bob", "Öz, Änne"), "name"),
        (("2027-01-02 10:00 GMT+1",) * 3, ""),
        (("yes", "no", "no"), ""),
        (("12", "7", "3"), ""),
        (("", "", "senior"), ""),
    ],
)
def test_cells_speak_where_the_heading_does_not(cells: tuple[str, ...], meaning: str) -> None:
    assert meaning_of("Column 7", cells, set()) == meaning
    assert report_on("Column 7", *cells).guesses == ({"Column 7": meaning} if meaning else {})


def test_a_column_that_is_there_is_not_guessed_again() -> None:
    report = report_on("Column 7", "senior", "junior", "lead")
    assert report.guesses == {"Column 7": "level"}
    text = b"id,level,Column 7\n1,2,senior\n2,3,junior\n3,4,lead\n"
    assert read_roster_report(text).guesses == {}
    kept = {"Column 7": "attribute"}
    assert read_roster_report(text.replace(b"level", b"x"), columns=kept).guesses == {}


def test_a_new_scenario_offers_the_guesses(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text(FORM, encoding="utf-8")
    new = tmp_path / "new"
    run = CliRunner().invoke(init, [str(new), "--roster", str(tmp_path / "form.csv")])
    assert run.exit_code == 0, run.output
    text = (new / "scenario.toml").read_text("utf-8")
    assert "columns" not in tomllib.loads(text)
    used = tomllib.loads(text.replace("\n# columns", "\ncolumns"))
    assert used["columns"] == MEANT
    assert CliRunner().invoke(init, ["--list"]).output.startswith("comparison\n")


def test_a_column_for_each_role_is_read() -> None:
    text = "id,Mentor?,Is mentee\na,Yes,no\nb,n,Y\nc,yes,yes\nd,no,no\ne,,\n"
    report = read_roster_report(text.encode())
    roles = [person.role for person in report.roster.people]
    assert roles == [("mentor",), ("mentee",), ("mentor", "mentee"), ("none",), None]
    assert report.problems == ()
    assert read_roster_report(cleaned_file(report)).roster == report.roster


def test_notes_in_brackets_and_ranked_choices_are_understood() -> None:
    assert meaning_of("Availability (24 h, please)", ("Mon 9-10",), set()) == "availability"
    assert meaning_of("Skills: list three", ("sql",), {"skills_offered"}) == ""
    text = b"name,Mentor 1st choice,Mentor 2nd choice\nAnn,Bo,Cy\nBo,Cy,Ann\nCy,Ann,Bo\n"
    assert set(read_roster_report(text).guesses.values()) == {"prefers"}


def test_a_matrix_of_skills_is_told_and_read_with_its_numbers() -> None:
    text = (
        b"id,name,Rate your skills [Python],Skill: SQL,Wants: Leadership,Age: years\n"
        b"a,Ann,4,0,x,44\nb,Bo,,3,,30\nc,Cy,2,5,x,50\n"
    )
    report = read_roster_report(text)
    assert report.guesses == {
        "Rate your skills [Python]": "skills_offered",
        "Skill: SQL": "skills_offered",
        "Wants: Leadership": "skills_wanted",
    }
    read = read_roster_report(text, columns=report.guesses)
    ann, bo, cy = read.roster.people
    assert (ann.skills_offered, ann.skills_wanted) == ({"Python": 4}, {"Leadership": 3})
    assert (bo.skills_offered, bo.skills_wanted) == ({"SQL": 3}, {})
    assert cy.skills_offered == {"Python": 2, "SQL": 5}
    again = read_roster_report(cleaned_file(read))
    assert (again.roster, again.problems) == (read.roster, ())
    digits = read_roster_report(b"id,skills_offered\na,3\nb,4\n")
    assert list(digits.roster["a"].skills_offered) == ["3"]

"""The headings of real tools load; near misses are suggested and never applied.

Every fixture uses the headings that a tool's own documentation or sample shows, with rows of ours.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from cohortopt.io.doctor.headings import CANONICAL, is_known, normal, target_of
from cohortopt.io.roster import RosterReport, read_roster_report
from cohortopt.model import Person

MATCH = "first name,last name,email address,both mentor and mentee,job title,grade,organisation,"
TRADE = (
    "Staff No.|Employee ID|E-mail|Work email|Dept|Team|Grade|Seniority|Time Zone|TZ|"
    "Timezone (office)|Line manager ID|Reports to|Mentor / Mentee?|I want to be a…|"
    "Programme role|Max mentees|How many can you take?|Hours/month|hrs|Can teach|"
    "What can you offer?|Wants to learn|What do you want to learn?|When are you free?|"
    "Free slots (local)|Wish list|Please not with|Avoid|Past partners|Last cohort|When free?"
)
GRADES = ["AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4"]


def sheet(heading: list[str], *rows: list[str]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([heading, *rows])
    return file.getvalue().encode()


def load(heading: str | list[str], *rows: str | list[str], **options: Any) -> RosterReport:
    """Read a table; texts are split at commas."""
    split = [row.split(",") if isinstance(row, str) else row for row in (heading, *rows)]
    report = read_roster_report(sheet(split[0], *split[1:]), **options)
    assert not report.has_errors, report.problems
    return report


def people(report: RosterReport) -> tuple[Person, ...]:
    return report.roster.people


@pytest.mark.parametrize("name", CANONICAL)
def test_canonical_headings_are_themselves(name: str) -> None:
    assert target_of(name) == (name, 0)
    assert target_of(name.upper().replace("_", " ")) == (name, 0)


def test_mentor_match_two_files() -> None:
    mentors = sheet(
        (MATCH + "profession,characteristics,biography").split(","),
        ["Ada", "Byron", "ada@x.org", "yes", "Lead", "Grade 7", "Joy", "Policy", "a, b", "Hi, all"],
        ["Bo", "Ek", "bo@x.org", "no", "Head", "SCS1", "Love", "DDaT", "", ""],
    )  # fmt: skip
    mentees = sheet(
        (MATCH + "profession,match with similar identity,identity to match,biography").split(","),
        ["Cy", "Fox", "cy@x.org", "no", "Clerk", "HEO", "Love", "DDaT", "yes", "b", ""],
        ["Ada", "Byron", "ada@x.org", "yes", "Lead", "Grade 7", "Joy", "Policy", "no", "", ""],
    )  # fmt: skip
    report = read_roster_report([(mentors, "mentor"), (mentees, "mentee")], levels=GRADES)
    assert not report.has_errors
    assert report.counts == "4 rows in = 3 people + 1 merged + 0 rejected"
    found = report.roster.by_id
    assert found["ada@x.org"].role == ("mentor", "mentee")
    assert found["bo@x.org"].role == ("mentor",)
    assert found["cy@x.org"].role == ("mentee",)
    assert [found[f"{one}@x.org"].level for one in ("ada", "bo", "cy")] == [6, 8, 4]
    assert found["ada@x.org"].attributes["profession"] == "Policy"


def test_mentor_match_raw_form_with_empty_rows() -> None:
    report = load(
        "Timestamp,Do you want to sign up as a mentor?,Do you agree to us using the "
        "information you provide to us in this way?,Your first name,Your last name,"
        "Your Civil Service email address,Your job title or role,Your department or agency,"
        "Your grade,Your profession",
        "8-Jun,Yes,Yes,Ada,Byron,ada@x.org,Lead,Joy,Grade 6,Policy",
        "8-Jun,No,Yes,Bo,Ek,bo@x.org,Clerk,Love,AO,DDaT",
        *[",,,,,,,,,"] * 30,
        levels=GRADES,
    )  # fmt: skip
    assert report.blank_rows == 30
    assert [(p.name, p.role, p.level, p.department) for p in people(report)] == [
        ("Ada Byron", ("mentor",), 7, "Joy"), ("Bo Ek", ("mentee",), 2, "Love"),
    ]  # fmt: skip


def test_10kc() -> None:
    report = load(
        "first_name (required),last_name (required),email (required),Management Level,job_title,"
        "Business unit,Job function,People manager status,Manager email,City,Country,Office,locale,"
        "status",
        "Ada,Byron,ada@x.org,VP,VP Tech,Tech,Eng,yes,,London,UK,HQ,en-GB,active",
        "Bo,Ek,bo@x.org,Intern,Intern,Tech,Eng,no,ada@x.org,Paris,France,P1,fr-FR,active",
        "Cy,Fox,cy@x.org,SVP,SVP,Tech,Eng,no,boss@x.org,Paris,France,P1,fr-FR,inactive",
    )  # fmt: skip
    ada, bo, cy = people(report)
    assert (ada.name, ada.level, ada.department) == ("Ada Byron", 7, "Tech")
    assert (bo.level, bo.manager) == (1, "ada@x.org")
    assert (cy.role, cy.attributes["manager_outside"]) == (("none",), "boss@x.org")


def test_together() -> None:
    report = load(
        "employeeId,supervisorId,firstName,middleName,lastName,preferredName,email,"
        "employeeStatusCode,alternateEmails,departmentId,departmentName,dateInJob,lastHireDate,title,"
        "officeId,remote,management_level",
        "007,,Ada,K,Byron,Addie,ada@x.org,A,[],D1,Tech,2020-01-01,2020-01-01,Lead,O1,no,Director",
        "008,007,Bo,,Ek,,bo@x.org,A,[],D1,Tech,2021-01-01,2021-01-01,Dev,O1,no,Junior",
        "009,007,Cy,,Fox,,cy@x.org,T,[],D1,Tech,2022-01-01,2022-01-01,Dev,O1,no,Senior",
    )  # fmt: skip
    ada, bo, cy = people(report)
    assert (ada.id, ada.name, ada.level, ada.department) == ("007", "Ada K Byron", 6, "Tech")
    assert (bo.manager, cy.role) == ("007", ("none",))


def test_pushfar() -> None:
    report = load(
        "Program ID,Email,First Name,Last Name,Mentoring Type,Preferred Meeting Type,"
        "Maximum mentees,Offer help in categories,Need help in categories,Mentor Expectation",
        "5,ada@x.org,Ada,Byron,mentor,virtual,4,2;88,,I expect a lot",
        "5,bo@x.org,Bo,Ek,both,both,10,12,88,",
        "5,cy@x.org,Cy,Fox,disabled,in person,1,,2,",
    )  # fmt: skip
    ada, bo, cy = people(report)
    assert (ada.capacity, ada.skills_offered, ada.role) == (4, {"2": 3, "88": 3}, ("mentor",))
    assert (bo.role, bo.skills_wanted, cy.role) == (("both",), {"88": 3}, ("none",))


def test_mentorloop_and_qooper() -> None:
    report = load("Email,Goals", "a@x.org,Leadership; Communication; Strategy", "b@x.org,Strategy")
    assert list(people(report)[0].skills_wanted) == ["Leadership", "Communication", "Strategy"]
    report = load("Email,ID,Status", "a@x.org,1,Active", "b@x.org,2,Suspended")
    assert [(p.id, p.role) for p in people(report)] == [("1", None), ("2", ("none",))]


def test_chronus() -> None:
    report = load("First Name,Last Name,Email", "Ada,Byron,a@x.org", "Bo,Ek,b@x.org")
    assert [p.id for p in people(report)] == ["a@x.org", "b@x.org"]


def test_google_forms_team_survey() -> None:
    busy = "Check the times that you will be UNAVAILABLE for group work. [{}]"
    days = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    report = load(
        ["Timestamp", "What is your first name?", "What is your last name?",
         "What is your email address?", "What is your time zone?",
         "Please rank your top choices from the options below. [Top choice]",
         "Please rank your top choices from the options below. [Choice 2]",
         *(busy.format(day) for day in days), "In which section are you enrolled?",
         "Please list name(s) of people you would like to have on your team",
         "Please list name(s) of people you would like to not have on your team", "Notes"],
        ["2018/02/07 3:48:34PM EST", "Araceli", "Andrade", "a@x.edu",
         "Pacific: US and Canada; Tijuana [GMT-08:00]", "Rover", "Drone",
         "8AM;9AM;noon;", "", "8AM;9PM", "", "", "", "", "Section 1", "Bryan Blackwood", "", ""],
        ["2018/02/07 3:49:34PM EST", "Bryan", "Blackwood", "b@x.edu", "London", "Drone", "Rover",
         "", "9AM;10AM", "", "", "", "", "", "Section 1", "Araceli Andrdae", "Clement Cullen", ""],
        ["2018/02/07 3:50:34PM EST", "Clement", "Cullen", "c@x.edu", "London", "Drone", "Rover",
         "", "", "", "", "", "", "", "Section 2", "Nobody Known & Bryan Blackwood", "", ""],
    )  # fmt: skip
    a, b, c = people(report)
    assert (a.name, a.timezone) == ("Araceli Andrade", "America/Los_Angeles")
    assert str(a.availability).startswith("Mon 08:00-22:00; Tue 09:00-21:00")
    assert "Sun 10:00-12:00; Sun 13:00-22:00" in str(a.availability)
    assert (a.prefers, b.prefers, b.vetoes, c.prefers) == (
        ("b@x.edu",), ("a@x.edu",), ("c@x.edu",), ("b@x.edu",),
    )  # fmt: skip
    codes = {p.code for p in report.problems}
    assert {"CO213", "CO214", "CO340", "CO327"} <= codes
    assert (
        a.attributes["Please rank your top choices from the options below. [Top choice]"] == "Rover"
    )


def test_catme_in_short_headings() -> None:
    report = load("f,l,e,id,team,section", "Ada,Byron,a@x.org,1,T1,S1", "Bo,Ek,b@x.org,2,T1,S1")
    assert [(p.id, p.name, p.email) for p in people(report)] == [
        ("1", "Ada Byron", "a@x.org"), ("2", "Bo Ek", "b@x.org"),
    ]  # fmt: skip
    report = load("id,Last: First,section", ["1", "Byron, Ada", "S1"], ["2", "Ek, Bo", "S1"])
    assert people(report)[0].name == "Ada Byron"


def test_groupeng_flags_by_mapping() -> None:
    report = load(
        "ID,GPA,Gender,Ethnicity,Major,Skill1,Skill2,Skill3,Project choice",
        "1,3.1,M,-,EE,y,-,y,robotics",
        "2,2.1,F,H,CS,-,y,-,robotics",
        columns={"Skill1": "skills_offered", "Skill2": "skills_offered",
                 "Skill3": "skills_offered", "Major": "department"},
    )  # fmt: skip
    one, two = people(report)
    assert one.skills_offered == {"Skill1": 3, "Skill3": 3}
    assert (two.skills_offered, two.department) == ({"Skill2": 3}, "CS")
    assert "Ethnicity" not in one.attributes


def test_yenta_women_in_ir_climatematch() -> None:
    report = load(
        "Name,How many students are you willing to mentor?,Priority [Industry],"
        "Priority [Geography],Other (did the above miss something critically important to you?)",
        "Ada,Two or three,1,2,", "Bo,1,2,1,no",
    )  # fmt: skip
    assert [p.capacity for p in people(report)] == [2, 1]
    assert people(report)[0].attributes["Priority [Industry]"] == "1"
    report = load(
        ["Name", "Email", "I would like to be a", "Topics"],
        ["Ada", "a@x.org", "advisor", "AI, peace"],
        ["Bo", "b@x.org", "advisee", "trade"],
        columns={"Topics": "skills_offered"},
    )
    assert [(p.role, len(p.skills_offered)) for p in people(report)] == [
        (("mentor",), 2), (("mentee",), 1),
    ]  # fmt: skip
    report = load("mentor name,email,seniority,is_academia", "Ada,a@x.org,senior,Y",
                  "Bo,b@x.org,intermediate,N")  # fmt: skip
    assert [(p.name, p.level) for p in people(report)] == [("Ada", 4), ("Bo", 3)]
    report = load("group name,TA name,TA email,timezone slot,seniority", "G1,Ada,a@x.org,2,junior",
                  "G2,Bo,b@x.org,1,senior")  # fmt: skip
    assert [(p.name, p.attributes["group name"]) for p in people(report)] == [
        ("Ada", "G1"), ("Bo", "G2"),
    ]  # fmt: skip


def test_mindmatch_and_randomgroups() -> None:
    report = load("user_id,fullname,abstracts,conflicts", "u1,Ada Byron,about x,u2", "u2,Bo Ek,y,")
    assert people(report)[0].vetoes == ("u2",)
    report = load("id,name,joins", "1,Ada,1", "2,Bo,0")
    assert [p.role for p in people(report)] == [None, ("none",)]


def test_the_variants_of_the_trade_all_load() -> None:
    for text in TRADE.split("|"):
        assert is_known(text), text


def test_near_misses_are_suggested_and_not_applied() -> None:
    report = load("id,naem,levle,skils offered", "1,Ada,4,SQL", "2,Bo,3,R")
    assert report.mapping == {"id": "id"}
    hints = {p.found: p.fix for p in report.problems if p.code == "CO312"}
    assert '"skills_offered"' in hints['"skils offered"']
    assert people(report)[0].attributes["levle"] == "4"


def test_columns_map_in_either_direction() -> None:
    rows = ("code,who,x", "1,Ada,4", "2,Bo,3")
    for columns in ({"code": "id", "who": "name", "x": "level"},
                    {"id": "code", "name": "who", "level": "x"}):  # fmt: skip
        assert [(p.id, p.name, p.level) for p in people(load(*rows, columns=columns))] == [
            ("1", "Ada", 4), ("2", "Bo", 3),
        ]  # fmt: skip


def test_columns_rename_keep_and_drop() -> None:
    report = load("id,Grade,GPA,Secret", "1,4,3.1,a", "2,3,2.0,b",
                  columns={"Grade": "attribute", "GPA": "gpa", "Secret": "ignore"})  # fmt: skip
    assert people(report)[0].level is None
    assert people(report)[0].attributes == {"Grade": "4", "gpa": "3.1"}


@pytest.mark.parametrize(
    ("columns", "hint"), [({"Idd": "id"}, '"id"'), ({"id": "skills_ofered"}, "skills_offered")]
)
def test_columns_that_do_not_fit_are_errors_with_a_suggestion(
    columns: dict[str, str], hint: str
) -> None:
    report = read_roster_report(b"id,x\n1,2\n2,3\n", columns=columns)
    [problem] = report.errors
    assert problem.code == "CO111"
    assert hint in problem.fix


def test_headings_are_compared_as_words() -> None:
    assert normal("first_name (required)") == normal("FirstName") == "first name"
    assert normal("E-mail*") == "e mail"

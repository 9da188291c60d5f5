"""Real and hostile files, where they are at hand: each behaves as its own notes say."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import json
import sys
from collections import Counter
from types import ModuleType

import pytest
from tests.places import CORPORA, NAUGHTY, ROOT, ROSTERS, needs_shared

from cohortopt.io.doctor.hours import read_hours
from cohortopt.io.doctor.mended import cleaned_file, issues_file
from cohortopt.io.roster import read_roster_report

HOSTILE = CORPORA / "hostile"


def expectations() -> list[tuple[str, str]]:
    path = HOSTILE / "EXPECT.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["outcome"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("file", "outcome"), expectations())
def test_hostile_files_behave_as_expected(file: str, outcome: str) -> None:
    report = read_roster_report(HOSTILE / file)
    assert report.has_errors == (outcome == "refuse")
    if outcome == "ok":
        assert [p for p in report.problems if p.code.startswith("CO3")] == []
    if outcome == "warn":
        assert report.problems
    if outcome == "inert":
        for data in (cleaned_file(report), issues_file(report.problems)):
            for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
                for cell in row:
                    bare = cell.lstrip(" \"'")
                    assert cell.startswith("'") or bare[:1] not in set("=+-@＝\t\r\n")
        assert read_roster_report(cleaned_file(report)).roster == report.roster


@needs_shared
def test_naughty_strings_are_inert_and_come_back() -> None:
    texts = json.loads(NAUGHTY.read_text("utf-8"))
    file = io.StringIO(newline="")
    csv.writer(file).writerows(
        [["id", "name", "note"], *([f"n{k}", t, t] for k, t in enumerate(texts))]
    )
    report = read_roster_report(file.getvalue().encode("utf-8", "replace"))
    if report.has_errors:  # a NUL among them would be refused
        pytest.fail(str(report.errors))
    cleaned = cleaned_file(report)
    for row in csv.reader(io.StringIO(cleaned.decode("utf-8-sig"), newline="")):
        for cell in row:
            assert cell[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert read_roster_report(cleaned).roster == report.roster


@needs_shared
def test_conformance_corpora_give_the_twin_or_a_located_remark() -> None:
    path = ROOT / "benchmarks" / "doctor" / "conformance.py"
    spec = importlib.util.spec_from_file_location("conformance", path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["conformance"] = module
    spec.loader.exec_module(module)
    found = Counter(
        (corpus, module.judge(file, twin)) for corpus, file, twin in module.files(CORPORA)
    )
    assert [corpus for corpus, verdict in found if verdict == "silent"] == []
    assert found["csv-spectrum", "twin"] == 1  # has a telephone number of another file
    assert sum(found[corpus, "twin"] for corpus in ("csv-test-data", "pollock")) == 0


@needs_shared
def test_the_civil_service_two_files_load() -> None:
    folder = ROSTERS / "civil_service_mentors" / "small"
    levels = ["AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4"]
    report = read_roster_report(
        [(folder / "mentors.csv", "mentor"), (folder / "mentees.csv", "mentee")], levels=levels
    )
    assert report.counts == "100 rows in = 100 people + 0 merged + 0 rejected"
    assert all(p.level and p.department and p.role for p in report.roster.people)
    assert {p.code for p in report.problems} == {"CO305"}


@needs_shared
def test_the_team_survey_loads_as_it_is() -> None:
    report = read_roster_report(ROSTERS / "class_teams_gruepr" / "testdata.csv")
    people = report.roster.by_id
    assert len(people) == 32
    assert "a.andrzeje@school.edu" in people["b.blackwel@school.edu"].prefers  # mistyped there
    assert all(p.availability is not None for p in people.values())


@needs_shared
def test_the_class_roster_loads_with_its_flags() -> None:
    columns = {f"Skill{k}": "skills_offered" for k in (1, 2, 3)} | {"Major": "department"}
    path = ROSTERS / "class_teams_groupeng" / "sample_class_1.csv"
    report = read_roster_report(path, columns=columns)
    assert len(report.roster) == 105
    assert list(report.roster["1"].skills_offered) == ["Skill1", "Skill2", "Skill3"]
    assert report.problems == ()


@needs_shared
def test_the_sign_up_poll_loads_with_its_slots() -> None:
    report = read_roster_report(ROSTERS / "pair_availability" / "availability.csv")
    assert (len(report.roster), report.problems) == (38, ())
    slots = [len(p.availability.spans) for p in report.roster.people if p.availability]
    assert len(slots) == 38
    assert (
        report.roster["30"].availability == read_hours(str(report.roster["30"].availability)).hours
    )
    assert min(slots) == 1


@needs_shared
def test_staff_developers_and_learners_load_with_a_short_mapping() -> None:
    report = read_roster_report(
        ROSTERS / "hr_1470" / "attrition.csv", columns={"JobRole": "title", "rownames": "id"}
    )
    assert len(report.roster) == 1470
    assert {p.department for p in report.roster.people} == {
        "Sales", "Research_Development", "Human_Resources",
    }  # fmt: skip
    path = ROSTERS / "developers_5k" / "stackoverflow.csv"
    with path.open(encoding="utf-8") as file:
        headings = file.readline().strip().split(",")
    flags = {heading: "skills_offered" for heading in headings[9:]}
    report = read_roster_report(path, columns={"YearsCodedJob": "level", **flags})
    assert len(report.roster) == 5594
    assert len(report.roster["1"].skills_offered) == 1
    with gzip.open(ROSTERS / "learners_5k" / "learners.csv.gz") as file:
        report = read_roster_report(
            file,
            columns={
                "Which one of these roles are you most interested in?": "department",
                "EdX": "skills_offered",
                "Coursera": "skills_offered",
                "About how many months have you been programming for?": "level",
            },
        )
    assert len(report.roster) == 5000
    assert not report.has_errors

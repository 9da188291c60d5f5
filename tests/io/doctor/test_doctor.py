"""What `check --fix` writes: clean, complete, inert, and quiet when read again."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sys
import tomllib
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.places import CORPORA, DATA, NAUGHTY, ROOT, SHARED

from cohortopt.cli.check import check
from cohortopt.io.doctor.mended import (
    CLEANED,
    DECISIONS,
    ISSUES,
    MAPPING,
    REJECTED,
    cleaned_file,
    fixed_files,
    grouped,
)
from cohortopt.io.roster import RosterReport, read_roster_report

MESSY = DATA / "messy_signup.csv"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def messy() -> RosterReport:
    return read_roster_report(MESSY)


def test_a_messy_sign_up_sheet_is_understood(messy: RosterReport) -> None:
    assert messy.counts == "7 rows in = 4 people + 1 merged + 2 rejected"
    renee, juergen, zoe, ana = messy.roster.people
    assert (renee.id, renee.name, renee.level, renee.timezone) == (
        "0042", "Renée Dubois", 4, "Europe/London",
    )  # fmt: skip
    assert (renee.capacity, renee.hours, renee.prefers) == (2, 1.5, ("0043",))
    assert renee.skills_offered == {"Negotiation": 5, "Public speaking": 3}
    assert renee.skills_wanted == {"Kubernetes": 3}
    assert str(renee.availability) == "Mon 09:00-11:00; Tue 14:00-16:00"
    assert (juergen.email, juergen.department, juergen.level) == ("jurgen@example.org", "Sales", 3)
    assert (juergen.capacity, juergen.hours, juergen.manager) == (3, 4.0, "0042")
    assert juergen.skills_offered == {"Kubernetes": 5, "Python": 3}
    assert (juergen.prefers, juergen.vetoes) == (("0042",), ("0045",))
    assert (zoe.email, zoe.level, zoe.timezone, zoe.availability) == ("", None, None, None)
    assert (zoe.skills_offered, zoe.skills_wanted, zoe.vetoes) == ({"pyhton": 3}, {"Python": 5}, ())
    assert (ana.timezone, ana.prefers) == ("UTC+05:30", ())
    assert str(ana.availability).startswith("Mon 12:00-14:00; Tue")


def test_everything_that_was_lost_is_reported_at_its_line(messy: RosterReport) -> None:
    found = {(p.row, p.code) for p in messy.problems}
    lost = {(0, "CO201"), (1, "CO202"), (7, "CO329"), (7, "CO321"), (7, "CO324"), (7, "CO323"),
            (7, "CO326"), (7, "CO330"), (7, "CO333"), (7, "CO342"), (8, "CO340"), (9, "CO205"),
            (10, "CO303"), (11, "CO204"), (5, "CO327"), (5, "CO325")}  # fmt: skip
    assert lost <= found


def test_the_files_say_what_became_of_the_roster(messy: RosterReport) -> None:
    files = fixed_files(messy)
    assert set(files) == {CLEANED, REJECTED, ISSUES, MAPPING, DECISIONS}
    assert [row["id"] for row in table(files[CLEANED])] == ["0042", "0043", "0044", "0045"]
    assert [(row["row"], row["code"], row["Staff No."]) for row in table(files[REJECTED])] == [
        ("10", "CO303", "0046"), ("11", "CO204", "Total"),
    ]  # fmt: skip
    issues = table(files[ISSUES])
    assert list(issues[0]) == ["file", "row", "column", "code", "found", "expected", "fix"]
    assert len(issues) == len(messy.problems)
    columns = tomllib.loads(files[MAPPING].decode())["columns"]
    assert columns["Staff No."] == "id"
    again = read_roster_report(MESSY, columns=columns)
    assert again.roster == messy.roster


def test_the_cleaned_roster_is_the_same_roster_and_quiet(messy: RosterReport) -> None:
    again = read_roster_report(cleaned_file(messy))
    assert again.problems == ()
    assert again.roster == messy.roster


def test_what_was_accepted_is_heard_again_when_the_mark_is_deleted(messy: RosterReport) -> None:
    rows = list(csv.reader(io.StringIO(cleaned_file(messy).decode("utf-8-sig"))))
    at = rows[0].index("checked")
    assert any(row[at] for row in rows[1:])
    file = io.StringIO()
    csv.writer(file).writerows([row[:at] for row in rows])
    again = read_roster_report(file.getvalue().encode())
    assert {p.code for p in again.problems} == {"CO320", "CO325", "CO333"}


def test_with_errors_only_the_issues_are_written() -> None:
    report = read_roster_report(b"id,name\nP1,Ann\nP1,Bo\n")
    assert set(fixed_files(report)) == {ISSUES}


def test_alike_problems_are_grouped(messy: RosterReport) -> None:
    lines = grouped(messy.problems)
    assert [line for line in lines if not line.startswith(" ")] == ["Repaired:", "Warnings:"]
    many = read_roster_report(b"id,level\n" + b"".join(b"P%d,x\n" % k for k in range(50)))
    text = "\n".join(grouped(many.problems))
    assert "(50 times)" in text
    assert "and 36 more" in text
    assert len(text.splitlines()) < 12


def test_formulas_are_neutralised_and_come_back() -> None:
    texts = ["=1+1", "+44 20", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "<b>x</b>", "a;=1"]
    rows = [[f"={k}", text, text] for k, text in enumerate(texts)]
    file = io.StringIO()
    csv.writer(file).writerows([["id", "note", "=HYPERLINK(1)"], *rows])
    report = read_roster_report(file.getvalue().encode())
    cleaned = cleaned_file(report)
    for row in csv.reader(io.StringIO(cleaned.decode("utf-8-sig"))):
        for cell in row:
            assert cell[:1] not in set("=+-@＝\t\r\n"), cell
    again = read_roster_report(cleaned)
    assert again.roster == report.roster
    assert report.roster["=0"].attributes["note"] == "=1+1"


def test_a_heading_that_holds_headings_does_not_change_the_separator() -> None:
    report = read_roster_report(b"note;name;department;level,score\nP1;Ann;Data;4,5\n", columns={})
    again = read_roster_report(cleaned_file(report))
    assert (again.problems, again.roster) == ((), report.roster)
    data = b'id,"x;name;department;level;hours",y,checked\r\nP1,"a;b",5,\r\n'
    assert read_roster_report(data).roster["P1"].attributes["y"] == "5"


texts = st.text(
    alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=10
) | st.sampled_from(
    [
        "",
        "n/a",
        "=1",
        "SQL:4; C++",
        "Mon 9-11",
        "Ann, Bo",
        "senior",
        "London",
        "-",
        "yes",
        "no",
        "SQL / C++",
        "after 2pm",
    ]
)
headings = st.lists(
    st.sampled_from(["id", "name", "email", "level", "timezone", "skills_offered", "availability",
                     "capacity", "prefers", "manager", "Grade", "notes", "status", "City", "hours",
                     "Mon 09:00", "role", "Mentor?", "Is mentee", "Which team are you in?"]),
    unique=True, min_size=2, max_size=6,
)  # fmt: skip


@settings(max_examples=60)
@given(st.data(), headings)
def test_cleaning_any_table_loses_nobody_and_is_quiet(
    data: st.DataObject, names: list[str]
) -> None:
    rows = data.draw(
        st.lists(st.lists(texts, min_size=len(names), max_size=len(names)), max_size=5)
    )
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    report = read_roster_report(file.getvalue().encode())
    if report.has_errors:
        return
    again = read_roster_report(cleaned_file(report))
    assert [p for p in again.problems] == []
    assert again.roster == report.roster


@pytest.mark.parametrize("mess", [1, 2, 3])
def test_synthetic_rosters_are_repaired_and_located(mess: int) -> None:
    generator = SHARED / "gen_roster.py"
    if not generator.exists():
        pytest.skip("the generator is not here")
    score = load(ROOT / "benchmarks" / "doctor" / "score.py")
    counts = {
        "repaired": 0,
        "recoverable": 0,
        "located": 0,
        "unrecoverable": 0,
        "wrongly merged": 0,
    }
    for seed in (11, 12):
        data, truth = load(generator).generate(100, seed, mess)
        report = read_roster_report(data)
        found, _ = score.score(report, truth)
        counts = {key: value + found[key] for key, value in counts.items()}
        again = read_roster_report(cleaned_file(report))
        assert (again.problems, again.roster) == ((), report.roster)
    assert counts["repaired"] >= (0.99 if mess < 3 else 0.95) * counts["recoverable"]
    assert counts["located"] >= 0.98 * counts["unrecoverable"]
    assert counts["wrongly merged"] == 0


def mutated(n: int, seed: int) -> list[bytes]:
    import random

    if not (SHARED / "mutate.py").exists():
        pytest.skip("the mutator is not here")
    mutator = load(SHARED / "mutate.py")
    naughty = json.loads(NAUGHTY.read_text("utf-8"))
    paths = sorted((CORPORA / "hostile").glob("[be]*/*.csv"))
    sources = [path.read_bytes() for path in paths if path.stat().st_size < 20_000] + [
        path.read_bytes() for path in sorted((SHARED / "synthetic").glob("n60*.csv"))
    ]
    files = []
    for k in range(n):
        rng = random.Random(f"{seed}/{k}")
        files.append(mutator.mutate(rng.choice(sources), rng, naughty))
    return files


def check_mutated(n: int, seed: int) -> None:
    for data in mutated(n, seed):
        report = read_roster_report(data)  # raises nothing, asserts that rows add up
        if not report.has_errors:
            again = read_roster_report(cleaned_file(report))
            assert [p.code for p in again.problems if p.is_error] == []
            assert len(again.roster) == len(report.roster) or data.startswith(b"sep=")
        told = CliRunner().invoke(check, ["-"], input=data)
        assert isinstance(told.exception, SystemExit | None), told.exception
        assert told.exit_code == int(report.has_errors)
        bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        odd = {ch for ch in told.output if unicodedata.category(ch) in ("Cc", "Cs")}
        odd |= {ch for ch in told.output if unicodedata.bidirectional(ch) in bidi}
        assert odd <= {"\n"}


def test_mutated_rosters_raise_nothing() -> None:
    check_mutated(500, 3)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_mutated_rosters_raise_nothing(part: int) -> None:
    check_mutated(500, 100 + part)

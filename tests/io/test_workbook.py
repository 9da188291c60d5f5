"""assignment.xlsx, and what comes back from it through --keep."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import python_calamine
from fixtures import HOSTILE, solved
from tests.solutions import alone, match

from cohortopt.errors import InputError
from cohortopt.io.assignment_csv import assignment_csv
from cohortopt.io.keep import read_keep
from cohortopt.io.safe import sheet_text
from cohortopt.io.workbook import ASSIGNMENTS, Tables, workbook
from cohortopt.model import Facts, Solution
from cohortopt.report.why import Reasons


def made(n: int = 24) -> tuple[Solution, Facts, bytes]:
    solution, facts = solved(n)
    tables = Tables(
        [("Quality", "=1+1"), ("People", n)],
        [("=SUM(A1)", 3, 2, 1, 1), ("sql", 2, 2, 0, 1)],
        [[k % 5] * 24 for k in range(7)],
        "Europe/London",
    )
    return solution, facts, workbook(solution, facts, Reasons(facts).why, tables)


def test_the_sheets_are_there_and_hold_every_row() -> None:
    solution, _, data = made()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == [
        "Summary",
        "Assignments",
        "Matches",
        "Not placed",
        "Skills",
        "Free hours",
        "Settings",
    ]
    rows = book.get_sheet_by_name("Assignments").to_python()
    assert tuple(rows[0]) == ASSIGNMENTS
    seats = [(m.match, p) for m in solution.assignment.matches for p in m.people]
    assert [(row[1], row[3]) for row in rows[1:]] == seats
    assert {sheet_text(name) for name in HOSTILE} <= {row[4] for row in rows}
    assert (
        len(book.get_sheet_by_name("Matches").to_python()) == len(solution.assignment.matches) + 1
    )


def test_the_file_holds_no_formula_and_no_link_and_a_native_chart() -> None:
    _, _, data = made()
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            content = parts.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(r"<f[ >]", content)
                assert "<hyperlink" not in content
        assert any(name.startswith("xl/charts/chart") for name in parts.namelist())
        sheet = parts.read("xl/worksheets/sheet2.xml").decode()
    assert "autoFilter" in sheet
    assert 'state="frozen"' in sheet
    assert "fitToWidth" in sheet or "fitToPage" in sheet


def test_the_same_solution_gives_the_same_file() -> None:
    assert made()[2] == made()[2]


def mark(solution: Solution, facts: Facts, folder: Path, marks: dict[str, str]) -> Path:
    """Write the workbook as a manager would save it, with marks on the first row of matches."""
    import xlsxwriter

    _, _, data = made()
    rows = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_name("Assignments")
        .to_python()
    )
    done: set[str] = set()
    for row in rows[1:]:
        if row[1] in marks and row[1] not in done:
            done.add(str(row[1]))
            row[-1] = marks[str(row[1])]
    path = folder / "assignment.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("Assignments")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return path


def test_marked_matches_come_back_whole(tmp_path: Path) -> None:
    solution, facts, _ = made()
    path = mark(solution, facts, tmp_path, {"Circles-1": "x", "Swap-2": "X", "Peers-1": "no"})
    kept = read_keep(path)
    by_name = {match.match: match for match in solution.assignment.matches}
    assert [(k.program, k.match, k.people) for k in kept] == [
        ("Mentors", "Mentors-1", by_name["Mentors-1"].people),
        ("Swap", "Swap-2", by_name["Swap-2"].people),
        ("Circles", "Circles-1", by_name["Circles-1"].people),
    ]


def test_a_csv_comes_back_the_same_whatever_a_spreadsheet_made_of_it(tmp_path: Path) -> None:
    solution, facts, _ = made()
    data = assignment_csv(solution, facts.roster, Reasons(facts).why)
    text = data.decode("utf-8-sig")
    saved = {
        "plain.csv": data,
        "semicolons.csv": "\r\n".join(
            ";".join(line) for line in [["Program", "Match", "Person", "Name", "Keep"]]
        ).encode()
        + b"\r\nMentors;Mentors-1;p0000;\xe9;x\r\nMentors;Mentors-1;p0001;y;\r\n",
        "wide.csv": text.encode("utf-16"),
    }
    for name, content in saved.items():
        (tmp_path / name).write_bytes(content)
        (kept,) = read_keep(tmp_path / name)
        assert (kept.program, kept.match, kept.people) == (
            "Mentors",
            "Mentors-1",
            ("p0000", "p0001"),
        )


def test_hostile_ids_survive_the_way_out_and_back(tmp_path: Path) -> None:
    from cohortopt.model import Person, Roster

    ids = ("=1+1", "0042")
    people = Roster(people=tuple(Person(id=one) for one in ids))
    kept_match = match("M-1", " ".join(f"{one}:peer" for one in ids), locked=True)
    solution = alone(kept_match, name="@M")
    (tmp_path / "a.csv").write_bytes(assignment_csv(solution, people, lambda m, p: ""))
    facts = Facts(roster=people)
    (tmp_path / "a.xlsx").write_bytes(workbook(solution, facts, lambda m, p: "", Tables()))
    for name in ("a.csv", "a.xlsx"):
        (kept,) = read_keep(tmp_path / name)
        assert (kept.program, kept.people) == ("@M", ids)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"name,person\nA,b\n", "CO114"),
        (b"", "CO107"),
        (b"program,match,person,keep\nM,M-1,,x\n", "CO167"),
        (b"program,match,person,keep\nM,M-1,a,perhaps\nM,M-1,b,?\n", "CO167"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_keep(path)
    assert {problem.code for problem in caught.value.problems} == {code}
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(InputError):
        read_keep(tmp_path / "a.xlsx")
    with pytest.raises(InputError):
        read_keep(tmp_path / "missing.csv")

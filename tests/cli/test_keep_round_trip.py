"""Mark matches in the workbook, solve again with --keep: the marked matches stay."""

from __future__ import annotations

from pathlib import Path

import python_calamine
import xlsxwriter
from click.testing import CliRunner

from cohortopt.cli.solve import solve
from cohortopt.io.solution import read_solution
from cohortopt.model import Match

PEOPLE = "id,name,role,level,capacity,skills_offered,skills_wanted\n" + "\n".join(
    [f"m{k},Mentor {k},mentor,5,1,s{k}:5," for k in range(6)]
    + [f"e{k},=Mentee {k},mentee,1,1,,s{k}:5" for k in range(6)]
)
SCENARIO = """\
name = "Keep"
roster = "people.csv"
timezone = "UTC"
seconds = 20
[[program]]
use = "mentorship"
name = "Mentors"
rules = { availability = false }
goals = { skills = 1 }
"""


def solved(folder: Path, name: str, *arguments: str) -> list[Match]:
    out = folder / name
    given = [str(folder / "keep.toml"), "-o", str(out), "--quiet", *arguments]
    found = CliRunner().invoke(solve, given)
    assert found.exit_code == 0, (found.output, found.exception)
    return list(read_solution(out).assignment.matches)


def mark(source: Path, target: Path, wanted: str) -> None:
    """Save the workbook as a spreadsheet would, with an x on one row of the match."""
    book = python_calamine.CalamineWorkbook.from_path(str(source))
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False}) as new:
        for name in book.sheet_names:
            sheet = new.add_worksheet(name)
            marked = False
            for number, row in enumerate(book.get_sheet_by_name(name).to_python()):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell)
                if name == "Assignments" and row[1] == wanted and not marked:
                    marked = True
                    sheet.write(number, len(row) - 1, "x")


def test_marked_matches_stay_when_everything_else_would_change(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "keep.toml").write_text(SCENARIO, encoding="utf-8")
    first = solved(tmp_path, "first")
    assert {match.people for match in first} == {(f"m{k}", f"e{k}") for k in range(6)}
    kept = first[2]
    mark(tmp_path / "first" / "assignment.xlsx", tmp_path / "marked.xlsx", kept.match)
    # now everyone wants what the next mentor offers: unforced, every match would change
    text = PEOPLE
    for k in range(6):
        text = text.replace(f"1,1,,s{k}:5", f"1,1,,S{(k + 1) % 6}:5")
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    free = solved(tmp_path, "free")
    assert kept.people not in {match.people for match in free}
    again = solved(tmp_path, "again", "--keep", str(tmp_path / "marked.xlsx"))
    stayed = {match.people: match.locked for match in again}
    assert stayed[kept.people] is True
    assert len(stayed) == 6

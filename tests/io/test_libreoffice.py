"""The workbook as LibreOffice sees it; skipped where it is not installed."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import python_calamine
from fixtures import HOSTILE, solved

from cohortopt.io.keep import read_keep
from cohortopt.io.safe import sheet_text
from cohortopt.io.workbook import Tables, workbook
from cohortopt.report.why import Reasons

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def convert(path: Path, to: str) -> list[Path]:
    """Open a file in LibreOffice without a screen and save it in other formats."""
    assert OFFICE is not None
    out = path.parent / "converted"
    profile = (path.parent / "profile").as_uri()
    command = [OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", to]
    subprocess.run(
        [*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120
    )
    return sorted(out.iterdir())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    solution, facts = solved(24)
    first = solution.programs[0]
    kept = first.matches[0].model_copy(update={"locked": True})
    first = first.model_copy(update={"matches": (kept, *first.matches[1:])})
    solution = solution.model_copy(update={"programs": (first, *solution.programs[1:])})
    tables = Tables([("Quality", "=1+1")], [("=SUM(A1)", 3, 2, 1, 1)], [[1] * 24] * 7, "UTC")
    path = tmp_path_factory.mktemp("office") / "assignment.xlsx"
    path.write_bytes(workbook(solution, facts, Reasons(facts).why, tables))
    return path


def test_every_sheet_opens_with_the_same_text_and_no_formula_is_computed(book: Path) -> None:
    ours = python_calamine.CalamineWorkbook.from_path(str(book))
    files = {path.stem.removeprefix("assignment-"): path for path in convert(book, EVERY_SHEET)}
    assert sorted(files) == sorted(ours.sheet_names)
    cells = set()
    for name, path in files.items():
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        wanted = ours.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert len(rows) == len(wanted)
        for row, known in zip(rows, wanted, strict=True):
            texts = [cell for cell in known if isinstance(cell, str) and cell]
            assert texts == [
                row[k] for k, cell in enumerate(known) if isinstance(cell, str) and cell
            ]
        cells |= {cell for row in rows for cell in row}
    assert {sheet_text(name) for name in HOSTILE} <= cells
    assert {"=1+1", "=SUM(A1)"} <= cells
    assert not any(re.match(r"#|Err:", cell) for cell in cells)


def test_every_sheet_prints_one_page_wide(book: Path) -> None:
    (pdf,) = (path for path in convert(book, "pdf") if path.suffix == ".pdf")
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert 7 <= pages <= 10  # seven sheets; a column more on a page of its own would double them


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_marks_survive_being_saved_by_libreoffice(book: Path, kind: str) -> None:
    again = next(path for path in convert(book, kind) if path.suffix == f".{kind}")
    assert read_keep(again) == read_keep(book)
    assert len(read_keep(again)) == 1

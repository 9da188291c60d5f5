"""CSV in all its dialects and encodings, workbooks, limits: rows with their lines, or a refusal."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from cohortopt.io.doctor.encodings import decode
from cohortopt.io.doctor.headings import is_known
from cohortopt.io.doctor.read_sheet import read_sheet
from cohortopt.io.doctor.sheet import Sheet

ROWS = [["id", "name", "level"], ["P1", "Renée", "4"], ["P2", "Jürgen", "3"]]


def text_of(delimiter: str = ",", newline: str = "\n") -> str:
    return newline.join(delimiter.join(row) for row in ROWS) + newline


def read(data: bytes | str, **options: str) -> Sheet:
    raw = data if isinstance(data, bytes) else data.encode()
    return read_sheet(raw, known=is_known, **options)  # type: ignore[arg-type]


def codes(sheet: Sheet) -> list[str]:
    return [problem.code for problem in sheet.remarks.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_dialect_gives_the_same_table(delimiter: str, newline: str, encoding: str) -> None:
    sheet = read(text_of(delimiter, newline).encode(encoding))
    assert (sheet.rows, sheet.lines, codes(sheet)) == (ROWS, [1, 2, 3], [])


def test_a_sep_line_counts_as_a_line() -> None:
    sheet = read("sep=;\n" + text_of(";"))
    assert (sheet.rows, sheet.lines) == (ROWS, [2, 3, 4])


@pytest.mark.parametrize(
    ("encoding", "code"),
    [("cp1252", "CO201"), ("mac_roman", "CO301"), ("cp850", "CO301")],
)
def test_older_encodings_are_read_and_said_aloud(encoding: str, code: str) -> None:
    sheet = read(text_of().encode(encoding))
    assert sheet.rows == ROWS
    assert codes(sheet) == [code]
    assert "Jürgen" in sheet.remarks.problems[0].found or "Renée" in sheet.remarks.problems[0].found


def test_one_odd_line_is_located() -> None:
    data = "id,name\nP1,Jürgen\n".encode() + "P2,Renée\n".encode("cp1252")
    sheet = read(data)
    assert sheet.rows[2] == ["P2", "Renée"]
    assert [(p.code, p.row) for p in sheet.remarks.problems] == [("CO302", 3)]


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (b"", "CO107", 0),
        (b"\xef\xbb\xbf", "CO107", 0),
        (b"\n\r\n\n", "CO107", 0),
        ("id,name\n".encode("utf-16-le"), "CO104", 0),
        (b"id,name\nP1,A\x00b\n", "CO105", 2),
        ("id\nü\n".encode() + b"\xc0\xaf\n", "CO104", 3),
        ("id\nü\n".encode() + b"\xed\xa0\x80\n", "CO104", 3),
        (b"\x89PNG\r\n\x1a\n\x00", "CO103", 0),
        (b"<!DOCTYPE html><p>Sign in", "CO103", 0),
        (b'[{"id": 1}]', "CO103", 0),
        (b"version https://git-lfs.github.com/spec/v1\n", "CO103", 0),
        (b"id\nP1\n<<<<<<< HEAD\nP2\n=======\nP3\n>>>>>>> x\n", "CO103", 3),
        (b"id,name\nP1," + b"x" * 70_000 + b"\n", "CO102", 2),
        (b"id,name\nP1," + b"x" * 140_000 + b"\n", "CO102", 2),
        (b"x" * 50_000_001, "CO102", 0),
        (b"PK\x03\x04 nonsense", "CO112", 0),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, code: str, row: int) -> None:
    sheet = read(data)
    assert [(p.code, p.row) for p in sheet.remarks.problems] == [(code, row)]
    assert sheet.rows == []


def test_a_workbook_named_csv_says_so(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"PK\x03\x04")
    assert codes(read_sheet(path)) == ["CO103"]
    assert codes(read_sheet(tmp_path / "none.csv")) == ["CO101"]
    assert codes(read_sheet(tmp_path)) == ["CO101"]


def test_an_unclosed_quote_is_located_and_swallows_nothing() -> None:
    sheet = read('id,name,level\nP1,Ann,1\nP2,"Bo,2\nP3,Cy,3\nP4,Di,4\n')
    [problem] = sheet.remarks.problems
    assert (problem.code, problem.row) == ("CO106", 3)
    assert "cell 2" in problem.found
    assert "2 more lines" in problem.found


def test_a_quote_that_closes_rows_later_is_refused_too() -> None:
    sheet = read('id,name,level,team\nP1,"Ann,1,A\nP2,Bo,2,B\nP3,Cy,3,C",x\n')
    assert [(p.code, p.row) for p in sheet.remarks.problems] == [("CO106", 2)]


def test_text_after_a_closing_quote_is_kept_and_said() -> None:
    sheet = read('id,name\nP1,"Ann" Lee\nP2,"Bo"\n')
    assert sheet.rows[1:] == [["P1", "Ann Lee"], ["P2", "Bo"]]
    assert [(p.code, p.row) for p in sheet.remarks.problems] == [("CO220", 2)]


def test_quotes_inside_a_plain_cell_are_text_and_told() -> None:
    sheet = read('id,name\nP1,Ana "AJ" Silva\nP2,"Bo ""B"" Lee"\nP3,"a\n""b"""\n')
    assert [row[1] for row in sheet.rows[1:]] == ['Ana "AJ" Silva', 'Bo "B" Lee', 'a\n"b"']
    assert [(p.code, p.row) for p in sheet.remarks.problems] == [("CO220", 2)]


def test_backslashes_and_single_quotes_are_understood() -> None:
    assert read('id,name\nP1,"An \\"A\\" Lee"\nP2,"B, o"\n').rows[1:] == [
        ["P1", 'An "A" Lee'], ["P2", "B, o"],
    ]  # fmt: skip
    assert read("id,name,x\n1,'A, b',c\n2,'D, e',f\n3,'G, h',i\n").rows[1] == ["1", "A, b", "c"]


def test_lines_are_counted_through_cells_with_line_breaks() -> None:
    sheet = read('id,name\r\nP1,"Ann\r\nLee"\r\nP2,Bo\r\n')
    assert sheet.rows[1] == ["P1", "Ann\nLee"]
    assert sheet.lines == [1, 2, 4]


cells = st.text(
    alphabet=st.characters(blacklist_characters="\x00\r", blacklist_categories=("Cs",)), max_size=8
)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_pythons_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["id", "name", "level"], *rows])
    sheet = read("\ufeff" + file.getvalue())
    assert sheet.rows[1:] == rows


@given(st.binary(max_size=300))
@example(b"sep=;")
def test_no_bytes_break_the_reader(data: bytes) -> None:
    sheet = read(data)
    assert len(sheet.rows) == len(sheet.lines)
    assert sheet.rows or sheet.remarks.has_errors


def test_decoding_takes_the_likelier_of_two() -> None:
    assert decode("Müller; François".encode("cp1252")).encoding == "cp1252"
    assert decode("山田太郎,佐藤花子".encode("shift_jis")).encoding == "shift_jis"


def workbook(**sheets: list[list[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    page.write(r, c, cell)
    return file.getvalue()


def test_a_workbook_reads_like_the_table_it_shows() -> None:
    data = workbook(Notes=[["hello"]], People=[["id", "level"], ["007", 4], ["8", 2.5]])
    sheet = read(data)
    assert sheet.rows == [["id", "level"], ["007", "4"], ["8", "2.5"]]
    assert (sheet.sheet, codes(sheet)) == ("People", ["CO317"])
    assert read(data, sheet="Notes").rows == [["hello"]]
    assert codes(read(data, sheet="Gone")) == ["CO113"]
    assert codes(read(workbook(Empty=[]))) == ["CO107"]


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        zipped(xl__worksheets__sheet1xml=b"0" * 20_000_000),
        zipped(**{"xl__workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        zipped(**{"..__evil.xml": b"<x/>"}),
        zipped(**{"xl__worksheets__sheet1.xml": b'<c r="XFD1048576"><v>1</v></c>'}),
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
    ],
)
def test_unsafe_and_damaged_workbooks_are_refused(data: bytes) -> None:
    assert set(codes(read(data))) <= {"CO112", "CO102"}
    assert read(data).remarks.has_errors

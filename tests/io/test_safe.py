"""Strangers' text is inert wherever it is written, and comes back unchanged."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.places import NAUGHTY, needs_shared

from cohortopt.io.safe import (
    file_names,
    printable,
    quoted,
    safe_cell,
    sheet_text,
    slug,
    unsafe_cell,
)

TRIGGERS = "=+-@＝＋－＠\t\r\n"
pieces = st.text(alphabet="=+-@＝\t\r\n '\"ab;\u00a0\u200b1", max_size=12) | st.text(max_size=30)


def is_inert(cell: str) -> bool:
    """Whether no spreadsheet, with comma or semicolon columns, sees a formula in the cell."""
    for part in cell.split(";"):
        bare = part.lstrip(' "')
        if bare[:1] in TRIGGERS and bare:
            return False
    return True


@given(pieces)
def test_a_neutralised_cell_reads_back_unchanged(text: str) -> None:
    assert unsafe_cell(safe_cell(text)) == text


@given(pieces)
def test_a_neutralised_cell_is_inert(text: str) -> None:
    assert is_inert(safe_cell(text).split(";")[0])


@pytest.mark.parametrize("before", ["", " ", "'", '"', "\u00a0", "\ufeff", ' "'])
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_trigger_is_neutralised_also_behind_spaces_and_quotes(
    before: str, trigger: str
) -> None:
    assert safe_cell(f"{before}{trigger}1+1") == f"'{before}{trigger}1+1"


@pytest.mark.parametrize("text", ["Ann", "a-b", "O'Brien", "1+1", "x@y.org", "", "Mon 09:00-12:00"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert safe_cell(text) == text
    assert unsafe_cell(text) == text


def test_a_formula_after_a_semicolon_is_neutralised_too() -> None:
    assert safe_cell("a;=1+1") == "a;'=1+1"


def test_long_runs_cost_linear_time() -> None:
    for text in (" " * 60_000, ";" * 60_000, "'" * 60_000, "\t" * 60_000, "; " * 30_000):
        assert unsafe_cell(safe_cell(text)) == text


@given(st.text(max_size=80))
def test_a_slug_never_leaves_its_folder(text: str) -> None:
    name = slug(text)
    assert name
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert name[0] not in ".-"
    assert ".." not in name
    assert (Path("out") / name).parent == Path("out")


@pytest.mark.parametrize("text", ["CON", "nul.txt", "..", "", "a/b", "~root", "-rf", "$(touch x)"])
def test_hostile_ids_become_harmless_file_names(text: str) -> None:
    assert slug(text) != text
    assert slug(text).split(".")[0].casefold() not in {"con", "nul"}


def test_file_names_are_safe_readable_and_never_the_same() -> None:
    names = [
        "Peer groups-1",
        "Peer-groups 1",
        "PEER-GROUPS-1",
        "../x",
        "a/b",
        "é",
        "e",
        "CON",
        "",
        " ",
    ]
    found = file_names(names)
    assert found["Peer groups-1"] == "Peer-groups-1"
    assert len({name.casefold() for name in found.values()}) == len(names)
    assert all("/" not in name and not name.startswith(".") for name in found.values())


@given(st.text(max_size=60))
def test_nothing_that_steers_a_terminal_is_printed(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(ch) not in ("Cc", "Cs", "Zl", "Zp") for ch in shown)
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )
    assert printable(shown) == shown


def test_lines_can_be_kept() -> None:
    assert printable("a\nb\x1b[2J", lines=True) == "a\nb[2J"


def test_a_quoted_value_is_short() -> None:
    assert quoted("Ann") == '"Ann"'
    assert len(quoted("x" * 100_000)) <= 42


def test_sheet_text_fits_excel() -> None:
    assert sheet_text("a\x00b\ud800") == "ab"
    assert len(sheet_text("x" * 40_000)) == 32_767


@needs_shared
def test_naughty_strings_come_back_unchanged() -> None:
    for text in json.loads(NAUGHTY.read_text("utf-8")):
        assert unsafe_cell(safe_cell(text)) == text
        assert is_inert(safe_cell(text).split(";")[0])
        assert slug(text)

"""The whole set of files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from fixtures import solved

from cohortopt.io.folder import OutputError
from cohortopt.io.solution import read_solution
from cohortopt.report.outputs import FOR_MANAGERS, GRAPHS, write_outputs

NOW = dt.datetime(2027, 9, 1, tzinfo=dt.UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_promised_file_is_written_and_reads_back(tmp_path: Path) -> None:
    solution, facts = solved(24)
    written = write_outputs(tmp_path / "out", solution, facts, graphs=True)
    assert sorted(path.name for path in written) == sorted(FOR_MANAGERS + GRAPHS)
    assert all(path.exists() for path in written)
    assert read_solution(tmp_path / "out") == solution


def test_writing_the_same_solution_again_changes_no_byte(tmp_path: Path) -> None:
    solution, facts = solved(24)
    write_outputs(tmp_path / "out", solution, facts, now=NOW)
    first = contents(tmp_path / "out")
    write_outputs(tmp_path / "out", solution, facts, now=NOW + dt.timedelta(days=9))
    assert contents(tmp_path / "out") == first


def test_the_participants_page_stands_beside_the_managers_files(tmp_path: Path) -> None:
    solution, facts = solved(24, hostile=False)
    write_outputs(tmp_path / "out", solution, facts)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    before = contents(tmp_path / "out")
    written = write_outputs(tmp_path / "out", solution, facts, audience="participants")
    assert [path.name for path in written] == ["participants.html", "invites"]
    after = contents(tmp_path / "out")
    assert {name: after[name] for name in before} == before


def test_participants_alone_get_nothing_else(tmp_path: Path) -> None:
    solution, facts = solved(24, hostile=False)
    write_outputs(tmp_path / "public", solution, facts, audience="participants")
    names = {path.name for path in (tmp_path / "public").iterdir()}
    assert names == {"participants.html", "invites"}
    everything = b"".join(contents(tmp_path / "public").values())
    for private in (b"SECRET-NOTE", b"choice ", b"@example.org", b"coaching (5)"):
        assert private not in everything


def test_a_name_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError):
        write_outputs(tmp_path / "out", *solved(12))

"""``solution.json`` is written and read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fixtures import solved

from cohortopt.errors import InputError
from cohortopt.io.solution import read_solution


def test_a_solution_reads_back_equal_from_its_file_and_its_folder(tmp_path: Path) -> None:
    solution, _ = solved(24)
    (tmp_path / "solution.json").write_text(solution.to_json(), "utf-8")
    assert read_solution(tmp_path) == solution
    assert read_solution(str(tmp_path / "solution.json")) == solution


def test_the_same_solution_gives_the_same_bytes(tmp_path: Path) -> None:
    solution, _ = solved(24)
    (tmp_path / "a.json").write_text(solution.to_json(), "utf-8")
    assert read_solution(tmp_path / "a.json").to_json() == solution.to_json()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "CO151"),
        ("[" * 100_000, "CO151"),
        ("[]", "CO152"),
        ('{"schema": "cohortopt/solution/9"}', "CO152"),
        ('{"schema": "cohortopt/solution/1", "nonsense": 1, "seed": "x"}', "CO153"),
        ("\x00", "CO151"),
    ],
)
def test_what_is_no_solution_is_refused_with_the_reason(
    tmp_path: Path, text: str, code: str
) -> None:
    (tmp_path / "solution.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_solution(tmp_path)
    assert {problem.code for problem in caught.value.problems} == {code}


def test_every_problem_of_a_solution_is_listed(tmp_path: Path) -> None:
    text = json.dumps({"schema": "cohortopt/solution/1", "nonsense": 1, "seed": "x"})
    (tmp_path / "solution.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_solution(tmp_path)
    assert {problem.column for problem in caught.value.problems} == {"nonsense", "seed"}


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_solution(tmp_path / "nothing")

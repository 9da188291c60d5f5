"""Long lists of rivals are written once in solution.json, and read back in full."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cohortopt.model import ProgramSolution, Unplaced

MANY = tuple(f"p{k:03}" for k in range(300))


def part(*people: tuple[str, ...]) -> ProgramSolution:
    left = tuple(
        Unplaced(
            person=f"e{k}", role="taker", reason="shortage", detail="", people=one, givers=MANY[:20]
        )
        for k, one in enumerate(people)
    )
    return ProgramSolution(name="Mentors", use="mentorship", status="optimal", unplaced=left)


def test_long_lists_are_written_once_and_read_back() -> None:
    solution = part(*[MANY] * 50, MANY[:30], MANY[:30])
    text = solution.model_dump_json(exclude_none=True)
    assert text.count("p299") == 1
    assert ProgramSolution.model_validate_json(text) == solution
    assert ProgramSolution.model_validate(solution.model_dump()) == solution


def test_short_lists_stay_where_they_are() -> None:
    left = Unplaced(person="e", role="taker", reason="shortage", detail="", people=("a", "b"))
    solution = part().model_copy(update={"unplaced": (left, left)})
    assert "as_in" not in solution.model_dump_json(exclude_none=True)


def test_a_reference_to_nothing_is_refused() -> None:
    entry = {"person": "e", "role": "taker", "reason": "shortage", "detail": "", "as_in": 0}
    fields = {"name": "Mentors", "use": "mentorship", "status": "optimal", "unplaced": [entry]}
    with pytest.raises(ValidationError, match="which is not above"):
        ProgramSolution.model_validate(fields)

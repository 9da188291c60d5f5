"""A list of problems being collected, with the fix that each code suggests."""

from __future__ import annotations

from cohortopt.errors import Problem
from cohortopt.io.doctor.codes import CODES
from cohortopt.io.safe import quoted

SHORT, LONG = 40, 400


class Remarks:
    """Problems of one file; ``shown`` is how many characters of a value may be quoted."""

    def __init__(self, file: str, shown: int = SHORT) -> None:
        self.file = file
        self.shown = shown
        self.problems: list[Problem] = []

    def add(
        self,
        code: str,
        row: int = 0,
        column: str = "",
        found: str = "",
        expected: str = "",
        fix: str | None = None,
    ) -> None:
        """Add one problem; without ``fix`` it is the code's remedy."""
        remedy = CODES[code].remedy if fix is None else fix
        if remedy.startswith("Nothing"):
            remedy = ""
        self.problems.append(Problem(self.file, row, column, code, found, expected, remedy))

    def quote(self, text: str) -> str:
        """Return a value as it may be shown."""
        return quoted(text, self.shown)

    @property
    def has_errors(self) -> bool:
        """Whether any problem stops the reading."""
        return any(problem.is_error for problem in self.problems)


def letter(index: int) -> str:
    """Return a column's letter: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name

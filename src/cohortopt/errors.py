"""Every exception of the library, and the one shape that an input problem has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar

from cohortopt.words import counted


@dataclass(frozen=True, order=True)
class Problem:
    """One thing about the input, located and with a way to mend it.

    ``code`` is stable: CO1xx are errors, CO2xx were repaired, CO3xx are warnings.
    ``row`` counts as the spreadsheet does (the heading is row 1); 0 means the whole file.
    """

    file: str
    row: int
    column: str
    code: str
    found: str
    expected: str
    fix: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the input cannot be used as it is."""
        return self.code.startswith("CO1")

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as plain data, in the order of the issues file."""
        return asdict(self)

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row else []
        if self.column:
            place.append(f'column "{self.column}"' if self.row else self.column)
        where = ", ".join(place)
        found = f"found {self.found}; " if self.found else ""
        expected = f"expected {self.expected}." if where or found else f"{self.expected}."
        text = f"{where}: {found}{expected}" if where else f"{found}{expected}"
        return f"{text} {self.fix}".rstrip() + f" [{self.code}]"


class CohortoptError(Exception):
    """The base of all errors that the library raises on purpose."""

    exit_code: ClassVar[int] = 70


class InputError(CohortoptError):
    """The roster or the scenario cannot be used; ``problems`` lists every reason."""

    exit_code: ClassVar[int] = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(describe(self.problems))


class RosterError(InputError):
    """People, skills or tables of links have problems."""


class ProgramError(InputError):
    """A scenario or a program has problems."""


class InfeasibleError(CohortoptError):
    """No assignment satisfies every rule; ``clash`` names rules and people that do not fit."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, clash: Iterable[str] = ()) -> None:
        self.clash: tuple[str, ...] = tuple(clash)
        lines = [message, *(f"  - {line}" for line in self.clash)]
        super().__init__("\n".join(lines))


class NoSolverError(CohortoptError):
    """No solver handles what the program asks for. Ours to prevent."""


class OutOfTimeError(CohortoptError):
    """The budget ended before any assignment was found."""

    exit_code: ClassVar[int] = 4


class VerificationError(CohortoptError):
    """A solver's answer failed the independent check. Always our bug."""


def describe(problems: Iterable[Problem]) -> str:
    """Return the problems as text, file by file, every one of them."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    parts: list[str] = []
    for file, found in by_file.items():
        count = counted(len(found), "problem")
        parts.append(f"{file or 'input'} has {count}:")
        parts.extend(f"  {problem}" for problem in sorted(found))
    return "\n".join(parts)

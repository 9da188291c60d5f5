"""The set of files that a solve leaves behind, written as one folder in one step."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cohortopt.io.assignment_csv import assignment_csv
from cohortopt.io.folder import atomic_folder
from cohortopt.io.unplaced_csv import unplaced_csv
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.report.page import report_html
from cohortopt.report.why import Audience, why

OURS = frozenset(
    {
        "solution.json",
        "assignment.csv",
        "unplaced.csv",
        "assignment.xlsx",
        "mailmerge.csv",
        "invites",
        "report.html",
        "assignment.graphml",
        "skills.graphml",
    }
)


@dataclass(frozen=True)
class ReportExtras:
    """What a report can show beyond the solution, where someone worked it out."""

    random_points: tuple[int, ...] = ()  # points of placed people in random assignments
    last: Solution | None = None  # the last round, to compare with
    rules: tuple[tuple[str, str], ...] = ()  # rule checked -> its closest call
    command: str = ""
    notes: tuple[str, ...] = field(default=())  # warnings of the roster, say


def write_outputs(
    folder: Path,
    solution: Solution,
    facts: Facts,
    *,
    audience: Audience = "manager",
    extras: ReportExtras | None = None,
) -> list[Path]:
    """Write every file of the solution to ``folder`` and return their paths.

    The folder is replaced in one step; a crash leaves the previous set intact. Files in it that
    cohortopt did not write are kept.

    Raises
    ------
    OutputError
        If the folder cannot be written; what was there before is untouched.
    """
    folder = Path(folder)

    def because(match: Match, person: str) -> str:
        return why(match, person, facts, audience)

    roster = facts.roster
    files = {
        "solution.json": solution.to_json().encode("utf-8"),
        "assignment.csv": assignment_csv(solution, roster, because),
        "unplaced.csv": unplaced_csv(solution, roster),
        "report.html": report_html(solution, facts, audience=audience).encode("utf-8"),
    }
    with atomic_folder(folder, ours=OURS) as new:
        for name, data in files.items():
            (new / name).write_bytes(data)
    return [folder / name for name in files]

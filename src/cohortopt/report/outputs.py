"""The set of files that a solve leaves behind, written as one folder in one step."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cohortopt.io.assignment_csv import assignment_csv
from cohortopt.io.cancelled import cancellations
from cohortopt.io.folder import atomic_folder
from cohortopt.io.graphml import assignment_graph, graphml, skill_graph
from cohortopt.io.invites import Sent, invites, read_invites
from cohortopt.io.mailmerge import mailmerge_csv
from cohortopt.io.unplaced_csv import unplaced_csv
from cohortopt.io.workbook import Tables, workbook
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, Solution
from cohortopt.programs.scenario import Scenario
from cohortopt.report.context import extras_of
from cohortopt.report.extras import ReportExtras
from cohortopt.report.numbers import people_asked
from cohortopt.report.page import report_html
from cohortopt.report.quality import statement
from cohortopt.report.why import Audience, Reasons
from cohortopt.scenarios.figures import free_hours, skill_lines

FOR_MANAGERS = (
    "solution.json",
    "assignment.csv",
    "unplaced.csv",
    "assignment.xlsx",
    "mailmerge.csv",
    "invites",
    "report.html",
)
FOR_PARTICIPANTS = ("participants.html", "invites")
GRAPHS = ("assignment.graphml", "skills.graphml")


def write_outputs(
    folder: Path,
    solution: Solution,
    facts: Facts,
    *,
    audience: Audience = "manager",
    extras: ReportExtras | None = None,
    scenario: Scenario | None = None,
    graphs: bool = False,
    organizer: str | None = None,
    now: dt.datetime | None = None,
    reproducible: bool = False,
    published: Path | None = None,
) -> list[Path]:
    """Write every file of the solution to ``folder`` and return their paths.

    The folder is replaced in one step; a crash leaves the previous set intact. Files in it that
    do not belong to the set are kept. For ``participants`` the set is ``participants.html`` and
    ``invites/`` alone, so it can be written beside the manager's files or published by itself.

    Parameters
    ----------
    scenario
        What was solved; with it the report compares points with chance and re-checks the rules
        (unless ``extras`` are given).
    graphs
        Also write ``assignment.graphml`` and ``skills.graphml``, for Gephi.
    organizer
        An address: the calendar files become requests from it to the members.
    now
        When invitations count as made; those that did not change keep their earlier time.
    reproducible
        Instead of the present moment, the start of the scenario's first week (where it names no
        weeks, of this week), so that the same solution gives the same files.
    published
        A folder whose invitations people have: changed meetings follow on from it, and those
        that are no more get files that cancel them.

    Raises
    ------
    OutputError
        If the folder cannot be written; what was there before is untouched.
    """
    folder = Path(folder)
    if extras is None and scenario is not None and audience == "manager":
        extras = extras_of(scenario, solution, facts)
    now = now or dt.datetime.now(dt.UTC)
    if reproducible:
        monday = facts.mondays[0] if facts.weeks else now.date() - dt.timedelta(now.weekday())
        now = dt.datetime.combine(monday, dt.time(), dt.UTC)
    sent = _sent(published)
    earlier = {**sent, **read_invites(folder / "invites")}
    calendars = invites(solution, facts, earlier=earlier, now=now, organizer=organizer)
    calendars |= cancellations(sent, calendars, now)
    files = _files(solution, facts, audience, extras)
    if graphs and audience == "manager":
        files["assignment.graphml"] = graphml(assignment_graph(solution, facts))
        files["skills.graphml"] = graphml(skill_graph(facts))
    ours = FOR_MANAGERS + GRAPHS if audience == "manager" else FOR_PARTICIPANTS
    with atomic_folder(folder, ours=frozenset(ours)) as new:
        for name, data in files.items():
            (new / name).write_bytes(data)
        if calendars:
            (new / "invites").mkdir()
            for name, data in calendars.items():
                (new / "invites" / name).write_bytes(data)
    return [folder / name for name in files] + ([folder / "invites"] if calendars else [])


def _sent(published: Path | None) -> dict[str, Sent]:
    """Return the invitations of a solved folder, or of the folder of a solution.json."""
    if published is None:
        return {}
    return read_invites((published if published.is_dir() else published.parent) / "invites")


def _files(
    solution: Solution, facts: Facts, audience: Audience, extras: ReportExtras | None
) -> dict[str, bytes]:
    reasons = Reasons(facts, extras.points if extras else None)
    page = report_html(solution, facts, audience=audience, extras=extras, reasons=reasons)
    if audience == "participants":
        return {"participants.html": page.encode("utf-8")}

    def safely(match: Match, person: str) -> str:
        return reasons.why(match, person, "participants")

    return {
        "solution.json": solution.to_json().encode("utf-8"),
        "assignment.csv": assignment_csv(solution, facts.roster, reasons.why),
        "unplaced.csv": unplaced_csv(solution, facts.roster),
        "assignment.xlsx": workbook(solution, facts, reasons.why, _tables(solution, facts)),
        "mailmerge.csv": mailmerge_csv(solution, facts, safely),
        "report.html": page.encode("utf-8"),
    }


def _tables(solution: Solution, facts: Facts) -> Tables:
    said = statement(solution)
    placed, asked = people_asked(solution)
    summary: list[tuple[str, str | int]] = [
        ("Quality", said.headline),
        ("", said.detail),
        ("People placed", placed),
        ("People asked", asked),
        ("Matches", len(solution.assignment.matches)),
    ]
    for program in solution.programs:
        summary.append((program.name, statement(program).headline))
        summary.append(("  matches", len(program.matches)))
        summary.append(("  placed", len(program.placed)))
        left = sum(one.reason != "not_asked" for one in program.unplaced)
        summary.append(("  not placed", left))
    lines = [
        (line.skill, line.wanted, line.offered, line.near, line.matched)
        for line in skill_lines(solution, facts)
    ]
    return Tables(summary, lines, free_hours(facts).counts, facts.timezone)

"""assignment.csv, unplaced.csv and mailmerge.csv."""

from __future__ import annotations

import csv
import io

from fixtures import HOSTILE, mentors_only, solved

from cohortopt.io.assignment_csv import COLUMNS, assignment_csv
from cohortopt.io.mailmerge import MATCH_COLUMNS, PERSON_COLUMNS, mailmerge_csv
from cohortopt.io.safe import unsafe_cell
from cohortopt.io.unplaced_csv import unplaced_csv
from cohortopt.model import Match
from cohortopt.report.why import Reasons


def rows(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def test_there_is_a_row_per_person_per_match_with_the_promised_columns() -> None:
    solution, facts = solved(24)
    found = rows(assignment_csv(solution, facts.roster, Reasons(facts).why))
    assert tuple(found[0]) == COLUMNS
    seats = [(m.match, p) for m in solution.assignment.matches for p in m.people]
    assert [(row["match"], row["person"]) for row in found] == seats
    assert {row["keep"] for row in found if row["match"] == "Mentors-1"} == {"x"}
    assert {row["keep"] for row in found if row["match"] != "Mentors-1"} == {""}


def test_no_cell_starts_a_formula_and_names_come_back_whole() -> None:
    solution, facts = solved(24)
    data = assignment_csv(solution, facts.roster, Reasons(facts).why)
    found = rows(data)
    for row in found:
        assert not any(cell.lstrip().startswith(("=", "+", "@", "-")) for cell in row.values())
    names = {unsafe_cell(row["name"]) for row in found}
    assert set(HOSTILE) <= names
    for other in (unplaced_csv(solution, facts.roster), data):
        assert other.startswith(b"\xef\xbb\xbf")


def test_unplaced_people_have_a_reason_and_a_way_out() -> None:
    solution, facts = solved(24)
    found = rows(unplaced_csv(solution, facts.roster))
    assert [row["reason"] for row in found] == ["no_partner", "shortage"]
    assert all(row["detail"] and row["what_would_help"] for row in found)


def merged(n: int = 24) -> tuple[list[dict[str, str]], str]:
    solution, facts = solved(n, hostile=False)
    reasons = Reasons(facts)

    def safely(match: Match, person: str) -> str:
        return reasons.why(match, person, "participants")

    data = mailmerge_csv(solution, facts, safely)
    return rows(data), data.decode("utf-8-sig")


def test_the_mail_merge_has_one_row_per_person_and_only_listed_columns() -> None:
    found, _ = merged()
    people = [row["person"] for row in found]
    assert len(people) == len(set(people))
    allowed = {*PERSON_COLUMNS, *MATCH_COLUMNS}
    assert {column.rstrip("0123456789").rstrip("_") for column in found[0]} <= allowed


def test_the_mail_merge_reveals_nothing_private() -> None:
    found, text = merged()
    for private in ("SECRET-NOTE", "choice ", "brings", "points", "09:00-12:30"):
        assert private not in text
    _, facts = solved(24, hostile=False)
    for row in found:  # nobody's wishes but one's own
        for column, cell in row.items():
            if column.startswith("why") and cell.startswith("Learns"):
                wants = facts.roster[row["person"]].skills_wanted
                assert any(cell.startswith(f"Learns {skill}") for skill in wants)


def test_meetings_are_on_the_persons_own_clock() -> None:
    found, _ = merged()
    by_person = {row["person"]: row for row in found}
    told = "Mondays 14:30–15:30 (13:30–14:30 on 4 Oct, 18 Oct)"  # 09:00 in London
    assert by_person["p0001"]["meeting"] == told
    assert by_person["p0001"]["timezone"] == "Asia/Kolkata"
    assert by_person["p0001"]["how_often"] == "every 2 weeks"


def test_a_person_without_a_match_has_no_row() -> None:
    solution, facts = mentors_only(24)
    kept = solution.model_copy(update={"programs": solution.programs[:1]})
    reasons = Reasons(facts)
    found = rows(mailmerge_csv(kept, facts, lambda m, p: reasons.why(m, p, "participants")))
    assert {row["person"] for row in found} == kept.programs[0].placed

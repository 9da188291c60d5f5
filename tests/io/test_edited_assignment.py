"""An assignment that was edited or made by hand is read from any table, or told what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures import solved

from cohortopt.engine import solve
from cohortopt.errors import InputError
from cohortopt.io.assignment import read_assignment
from cohortopt.io.assignment_csv import assignment_csv
from cohortopt.io.workbook import Tables, workbook
from cohortopt.model import Rings, Roster, Solution
from cohortopt.programs import PROGRAMS, Scenario
from cohortopt.rules import Locked

MENTORS = Scenario.of(PROGRAMS["mentorship"].model_copy(update={"name": "Mentors"}))


def only_mentors() -> tuple[Solution, bytes, bytes]:
    solution, facts = solved(24)
    solution = solution.model_copy(update={"programs": solution.programs[:1]})
    sheet = workbook(solution, facts, lambda match, person: "", Tables())
    return solution, assignment_csv(solution, facts.roster, lambda match, person: ""), sheet


def seats(solution: Solution) -> list[tuple[str, tuple[str, ...], str]]:
    return [(match.match, match.people, str(match.slot)) for match in solution.assignment.matches]


def test_csv_and_workbook_come_back_the_same(tmp_path: Path) -> None:
    solution, text, sheet = only_mentors()
    for name, data in (
        ("a.csv", text),
        ("wide.csv", text.decode("utf-8-sig").encode("utf-16")),
        ("a.xlsx", sheet),
    ):
        (tmp_path / name).write_bytes(data)
        assert seats(read_assignment(tmp_path / name, MENTORS)) == seats(solution)


def test_a_list_made_by_hand_needs_matches_and_people_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(
        "Wer mit wem\r\n\r\nMatch;Person;Notiz\r\nA;m1;Zoë\r\nA;e1;\r\nB;m2;\r\n".encode("cp1252")
    )
    (one, other) = read_assignment(path, MENTORS).assignment.matches
    assert [(m.person, m.role) for m in one.members] == [("m1", "giver"), ("e1", "taker")]
    assert (other.people, other.slot, other.round) == (("m2",), None, 1)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Other,M-1,a,giver,", "program"),
        ("Mentors,,a,giver,", "match"),
        ("Mentors,M-1,,giver,", "person"),
        ("Mentors,M-1,a,boss,", "role"),
        ('Mentors,M-1,a,giver,"Tue 2 pm"', "slot"),
        ('Mentors,M-1,a,giver,"Tue 25:00 (UTC, 60 min)"', "slot"),
        ('Mentors,M-1,a,giver,"Tue 14:00 (Mars/Olympus, 60 min)"', "slot"),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_by_row_and_column(
    tmp_path: Path, row: str, column: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"program,match,person,role,slot\nMentors,M-1,b,taker,\n{row}\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_assignment(path, MENTORS)
    assert [(p.row, p.column, p.code) for p in caught.value.problems] == [(3, column, "CO167")]


def test_every_row_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("match,person,role\nA,a,boss\nB,b,\nC,,x\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_assignment(path, MENTORS)
    assert [p.row for p in caught.value.problems] == [2, 4]


def test_meetings_of_each_link_and_chains_come_back_the_same(tmp_path: Path) -> None:
    swap = PROGRAMS["skill_swap"]
    shape = Rings(longest=3, chains=2, meet="links")
    scenario = Scenario.of(swap.model_copy(update={"shape": shape}))
    hours = "Mon 09:00-12:00; Tue 09:00-12:00"
    people = [("a", "sql", "r"), ("b", "r", "sql"), ("v", "art", ""), ("x", "sql", "art")]
    rows = [
        {"id": one, "skills_offered": {gives: 5}, "skills_wanted": {wants: 3} if wants else {}}
        for one, gives, wants in people
    ]
    roster = Roster.model_validate({"people": [{**row, "availability": hours} for row in rows]})
    solution = solve(roster, scenario)
    (tmp_path / "a.csv").write_bytes(assignment_csv(solution, roster, lambda match, person: ""))
    again = read_assignment(tmp_path / "a.csv", scenario, roster)
    wrote = [(m.people, m.slots, m.chain) for m in solution.assignment.matches]
    assert [(m.people, m.slots, m.chain) for m in again.assignment.matches] == wrote
    assert [(people, chain) for people, _, chain in wrote] == [
        (("a", "b"), False),
        (("v", "x"), True),
    ]
    assert all(len(slots) == len(people) - chain for people, slots, chain in wrote)
    locks = [list(match.people) for match in solution.assignment.matches]
    kept = scenario.programs[0].with_rule(Locked.model_validate({"matches": locks}))
    assert [match.people for match in solve(roster, kept).assignment.matches] == [
        p for p, *_ in wrote
    ]

"""Skill graphs, spellings, scores, pairs and history."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.solutions import alone, pair

from cohortopt.errors import RosterError
from cohortopt.io.scenario import read_scenario
from cohortopt.io.skills import read_skills, read_spellings, spellings_in
from cohortopt.io.tables import read_history, read_links, read_scores, strangers


def test_scores_are_read_with_and_without_headings() -> None:
    expected = (("a", "b", 3), ("c", "d", 1000))
    assert read_scores(b"giver,taker,points\na,b,3\nc,d,1000\n") == expected
    assert read_scores("reviewer;paper;bid\na;b;3\nc;d;1000.0\n".encode("utf-16")) == expected
    assert read_scores(b"a,b,3\nc,d,1000\n") == expected
    assert read_scores(b"note,points,taker,giver\nx,3,b,a\ny,1000,d,c\n") == expected


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"giver,taker,points\na,b,x\n,c,3\nd,e,-1\nf,g,0.5\nh,i,9999999\n", [2, 3, 4, 5, 6]),
        (b"giver,taker,points\na,b,1\na,b,2\n", [3]),
    ],
)
def test_every_unusable_score_is_named(data: bytes, rows: list[int]) -> None:
    with pytest.raises(RosterError) as caught:
        read_scores(data)
    assert [(p.code, p.row) for p in caught.value.problems] == [("CO115", row) for row in rows]


def test_a_table_without_its_columns_is_refused() -> None:
    for data in (b"giver,points\na,3\n", b"", b"\x89PNG\r\n"):
        with pytest.raises(RosterError):
            read_scores(data)


def test_pairs_and_vendors_connections() -> None:
    assert read_links(b"giver,taker\na,b\nb,c\n") == {("a", "b"), ("b", "c")}
    text = b"Mentor Email Address,Mentee Email Address,Mentoring Connection Name\na@x,b@x,n\n"
    assert read_links(text) == {("a@x", "b@x")}
    assert read_links(b"a,b\nb,c\n") == {("a", "b"), ("b", "c")}
    with pytest.raises(RosterError, match="blank id"):
        read_links(b"giver,taker\na,\n")


def test_history_from_pairs_and_from_an_assignment() -> None:
    assert read_history(b"person,other\na,b\nc,d\n") == (("a", "b"), ("c", "d"))
    text = b"program,match,round,person,name\nM,M-1,1,a,A\nM,M-1,1,b,B\nM,M-2,1,c,C\nM,M-1,1,d,D\n"
    assert read_history(text) == (("a", "b"), ("a", "d"), ("b", "d"))


def test_history_from_a_solution(tmp_path: Path) -> None:
    path = tmp_path / "solution.json"
    path.write_text(alone(pair("M-1", "b", "a")).to_json(), "utf-8")
    assert read_history(path) == (("a", "b"),)


def test_people_in_tables_who_are_not_in_the_roster_are_warned_of() -> None:
    problems = strangers(b"", [("a", "b"), ("b", "z")], frozenset("ab"))
    assert [(p.code, p.found) for p in problems] == [("CO350", '"z"')]
    (many,) = strangers(b"", [(f"x{k}", "a") for k in range(9)], frozenset("ab"))
    assert many.found == '"x0", "x1", "x2", "x3" and 5 more'


def test_a_scenario_warns_of_strangers_in_its_tables_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,role\na,mentor\nb,mentee\n", "utf-8")
    (tmp_path / "scores.csv").write_text("giver,taker,points\na,b,3\na,gone,4\n", "utf-8")
    (tmp_path / "pairs.csv").write_text("giver,taker\na,b\n", "utf-8")
    (tmp_path / "s.toml").write_text(
        'roster = "people.csv"\n[[program]]\nuse = "mentorship"\nonly = "pairs.csv"\n'
        'goals = { table = { file = "scores.csv" } }\n',
        "utf-8",
    )
    found = [one for one in read_scenario(tmp_path / "s.toml").problems if one.code == "CO350"]
    assert [(one.file, one.found) for one in found] == [("scores.csv", '"gone"')]
    assert not any(one.is_error for one in found)


def test_a_skill_graph_of_relations() -> None:
    graph = read_skills(b"skill,related,closeness,directed\nSQL,Python,0.8,\nR,Python,,yes\n")
    assert graph.closeness("sql", "PYTHON") == 8000
    assert graph.closeness("Python", "R") == 5000
    assert graph.closeness("R", "Python") == 0


def test_a_skill_graph_in_percent_or_any_weight() -> None:
    assert read_skills(b"source,target,weight\na,b,40\n").closeness("a", "b") == 4000
    assert read_skills(b"source,target,weight\na,b,150\nb,c,75\n").closeness("b", "c") == 5000


def test_an_esco_graph_has_families_and_other_labels() -> None:
    text = (
        'preferredLabel,altLabels,broader\nPython,"py\nPython 3",Programming\nJava,,Programming\n'
    )
    graph = read_skills(text.encode())
    assert graph.closeness("Python", "py") == 10_000
    assert graph.closeness("Python", "Programming") == 5000
    assert graph.closeness("Java", "Python") == 2500


@pytest.mark.parametrize(
    "data",
    [b"skill,related,closeness\na,b,0\nc,d,x\n", b"skill\nSQL\n", b"a,b\n1,2\n"],
)
def test_unusable_skill_files_are_refused(data: bytes) -> None:
    with pytest.raises(RosterError):
        read_skills(data)


def test_decisions_about_spellings() -> None:
    assert read_spellings(b"spelling,skill\npyhton,Python\nJS,JavaScript\n") == {
        "pyhton": "Python", "js": "JavaScript",
    }  # fmt: skip
    assert read_spellings(b"skill,family,aliases\nGo,backend,golang; go lang\n") == {
        "golang": "Go", "go lang": "Go",
    }  # fmt: skip
    assert read_skills(b"spelling,skill\npyhton,Python\n").relations == ()
    with pytest.raises(RosterError, match="as on row 2"):
        read_spellings(b"spelling,skill\nJS,JavaScript\njs,JScript\n")


def test_any_skill_file_may_hold_decisions() -> None:
    assert spellings_in(b"skill,related\nSQL,R\n") == {}
    assert spellings_in(b"spelling,skill\npyhton,Python\n") == {"pyhton": "Python"}
    with pytest.raises(RosterError):
        spellings_in(b"")

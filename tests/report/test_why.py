"""The reasons speak of facts, and to participants of nothing else."""

from __future__ import annotations

from fixtures import solved
from tests.solutions import pair

from cohortopt.model import Facts, Person, Roster, SkillGraph
from cohortopt.report.why import listed, served, why

ANN = Person(id="a", name="Ann", skills_offered={"SQL": 5, "statistics": 4})
BO = Person(
    id="b", name="Bo", skills_wanted={"sql": 2, "machine learning": 5, "law": 1}, prefers=("c", "a")
)
FACTS = Facts(
    roster=Roster(people=(ANN, BO)), skills=SkillGraph.of([("statistics", "machine learning", 0.6)])
)
PAIR = pair("M-1", "a", "b")


def test_what_is_served_counts_as_the_skills_goal_counts() -> None:
    found = served(ANN, BO, FACTS.skills)
    assert [(one.wanted, one.offered, one.worth) for one in found] == [
        ("machine learning", "statistics", 5 * 6000 * 4),
        ("sql", "SQL", 2 * 10_000 * 5),
    ]


def test_a_manager_reads_skills_and_choices() -> None:
    assert why(PAIR, "b", FACTS) == (
        "Learns machine learning (by statistics) and sql from Ann; Ann is choice 2"
    )
    assert (
        why(PAIR, "a", FACTS) == "Brings machine learning (by statistics) to Bo"
        or why(PAIR, "a", FACTS) == "Brings machine learning to Bo"
    )


def test_a_participant_reads_only_what_they_learn() -> None:
    assert why(PAIR, "b", FACTS, "participants") == (
        "Learns machine learning (by statistics) and sql from Ann"
    )
    assert why(PAIR, "a", FACTS, "participants") == ""


def test_someone_unknown_has_no_reason() -> None:
    assert why(PAIR, "nobody", FACTS) == ""


def test_reasons_hold_no_hidden_characters_and_no_bare_formula() -> None:
    solution, facts = solved(24)
    for match in solution.assignment.matches:
        for person in match.people:
            said = why(match, person, facts)
            assert said.isprintable()


def test_lists_read_well() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]

"""Seasons on the command line: how many rounds are possible, and what more of them cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortopt.cli.main import main
from cohortopt.errors import CohortoptError

SCENARIO = """roster = "people.csv"
seconds = 8
[[program]]
use = "cross_functional"
name = "Fours"
rounds = {rounds}
size = {{ min = 4, max = 4, target = 4 }}
rules = {{ limits = false, isolation = false, availability = {availability} }}
"""


def sixteen(folder: Path, rounds: int, goals: str = "", availability: str = "false") -> Path:
    rows = [f"p{i:02d},peer,{'abcd'[i % 4]}:{1 + i % 5},{'abcd'[i // 4]}:3" for i in range(16)]
    rows.insert(0, "id,role,skills_offered,skills_wanted")
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    text = SCENARIO.format(rounds=rounds, availability=availability) + goals
    (folder / "scenario.toml").write_text(text)
    return folder / "scenario.toml"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    if isinstance(done.exception, CohortoptError):
        return done.exception.exit_code, f"{done.output}{done.exception}"
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("goals", "availability"), [("goals = { skills = 1 }\n", "false"), ("", "true")]
)
def test_a_season_that_is_too_long_is_refused_with_the_count_and_the_plan_offered(
    tmp_path: Path, goals: str, availability: str
) -> None:
    scenario, out = sixteen(tmp_path, 6, goals, availability), tmp_path / "out"
    code, told = run("solve", scenario, "-o", out)
    assert code == 3, told
    assert "144 meetings" in told
    assert "at most 5 rounds" in told
    assert "--relax repeat" in told
    code, told = run("solve", scenario, "--relax", "repeat", "-o", out)
    assert code == 0, told
    assert "24; at least 24 cannot be avoided (checked)" in told
    assert "At most 5 rounds are possible" in told
    code, told = run("verify", out, "--format", "json")
    assert code == 0, told
    violations = json.loads((out / "solution.json").read_text())["programs"][0]["tiers"][1]
    assert (violations["value"], violations["bound"]) == (24, 24)


def test_as_many_rounds_as_possible_are_planned_without_repeats(tmp_path: Path) -> None:
    scenario, out = sixteen(tmp_path, 5), tmp_path / "out"
    code, told = run("solve", scenario, "-o", out)
    assert code == 0, told
    solution = json.loads((out / "solution.json").read_text())
    assert len(solution["programs"][0]["matches"]) == 20
    assert solution["programs"][0]["facts"]["repeats"] == 0


def test_repeat_is_relaxed_for_rounds_only(tmp_path: Path) -> None:
    code, told = run("solve", sixteen(tmp_path, 1), "--relax", "repeat")
    assert code == 1
    assert "--relax repeat has 1 problem" in told
    assert "expected several rounds in which nobody may meet again" in told


def test_sessions_do_not_come_in_rounds(tmp_path: Path) -> None:
    scenario = sixteen(tmp_path, 1)
    scenario.write_text(
        'roster = "people.csv"\n[[program]]\nuse = "flash_mentoring"\nname = "Flash"\nrounds = 2\n'
    )
    code, told = run("solve", scenario, "-o", tmp_path / "out")
    assert code == 1
    assert "rounds: found 2; expected 1" in told
    assert "Say sessions_max" in told


def test_a_season_of_mentor_pairs_says_in_how_many_rounds_everybody_has_somebody_new(
    tmp_path: Path,
) -> None:
    rows = "m1,mentor,,3\nm2,mentor,e1,3\nm3,mentor,,3\ne1,mentee,,1\ne2,mentee,,1\n"
    (tmp_path / "people.csv").write_text(f"id,role,vetoes,level\n{rows}")
    scenario = tmp_path / "scenario.toml"
    scenario.write_text('roster = "people.csv"\n[[program]]\nuse = "mentorship"\nrounds = 3\n')
    code, told = run("solve", scenario)
    assert code == 0, told
    assert "somebody new in 2 rounds at most: e1 may meet only 2 people." in told
    (tmp_path / "few.csv").write_text(f"id,role,vetoes,level\n{rows.split('m2')[0]}e1,mentee,,1\n"
                                      "e2,mentee,,1\n")  # fmt: skip
    code, told = run("solve", scenario, "--set", "roster=few.csv")
    assert "No round can seat everybody: it has 1 place for 2 people." in told

"""Real rosters with a short scenario each: what no tool could guess, and a solved assignment."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.places import ROSTERS, needs_shared

from cohortopt import Budget, solve, verify
from cohortopt.io.scenario import read_scenario

pytestmark = needs_shared

MENTORS = """
levels = ["AA","AO","EO","HEO","SEO","Grade 7","Grade 6","SCS1","SCS2","SCS3","SCS4"]
[[roster]]
file = "{folder}/civil_service_mentors/small/mentors.csv"
role = "mentor"
[[roster]]
file = "{folder}/civil_service_mentors/small/mentees.csv"
role = "mentee"
[[program]]
use = "mentorship"
goals = {{ level_fit = 1 }}
rules = {{ different = ["department"] }}
"""

POLL = """
roster = "{folder}/pair_availability/availability.csv"
[[program]]
use = "peer_mentorship"
goals = {{ overlap = 1 }}
"""

SURVEY = """
roster = "{folder}/class_teams_gruepr/testdata.csv"
[[program]]
use = "learning_circles"
size = {{ min = 4, max = 5 }}
goals = {{ prefers = 1, overlap = 1 }}
topic = false
"""

CLASS = """
roster = "{folder}/class_teams_groupeng/sample_class_1.csv"
[columns]
Skill1 = "skills_offered"
Skill2 = "skills_offered"
Skill3 = "skills_offered"
Major = "department"
[[program]]
use = "cross_functional"
"""

STAFF = """
roster = "{folder}/hr_1470/attrition.csv"
columns = {{ rownames = "id", JobLevel = "level", JobRole = "department", Department = "area" }}
[[program]]
use = "cross_functional"
"""

DEVELOPERS = """
roster = "{folder}/developers_5k/stackoverflow.csv"
[columns]
YearsCodedJob = "level"
Data_scientist = "skills_offered"
DevOps = "skills_offered"
Mobile_developer = "skills_offered"
Web_developer = "skills_offered"
CompanySizeNumber = "department"
[[program]]
use = "near_peer"
"""

LEARNERS = """
roster = "{learners}"
[columns]
"Which one of these roles are you most interested in?" = "department"
"About how many months have you been programming for?" = "level"
EdX = "skills_offered"
Coursera = "skills_offered"
[[program]]
use = "learning_circles"
topic = false
"""


def placed(text: str, tmp_path: Path, seconds: float, threads: int = 2) -> tuple[int, int]:
    """Solve a scenario and check it again; return how many were placed, of how many people."""
    learners = tmp_path / "learners.csv"
    if "{learners}" in text:
        learners.write_bytes(
            gzip.decompress((ROSTERS / "learners_5k/learners.csv.gz").read_bytes())
        )
    path = tmp_path / "scenario.toml"
    path.write_text(text.format(folder=ROSTERS.as_posix(), learners=learners.name), "utf-8")
    found = read_scenario(path)
    solution = solve(
        found.roster, found.scenario, budget=Budget(seconds=seconds, seed=1, threads=threads)
    )
    assert verify(solution, found.roster, found.scenario, bounds=False).is_sound
    return len(solution.programs[0].placed), len(found.roster)


def test_all_fifty_mentees_of_the_civil_service_find_a_mentor(tmp_path: Path) -> None:
    assert placed(MENTORS, tmp_path, 3) == (100, 100)


def test_everyone_of_the_poll_finds_a_partner_at_a_common_time(tmp_path: Path) -> None:
    assert placed(POLL, tmp_path, 3) == (38, 38)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "people", "share"),
    [(SURVEY, 32, 1.0), (CLASS, 105, 1.0), (STAFF, 1470, 0.95), (DEVELOPERS, 5594, 0.8),
     (LEARNERS, 5000, 0.9)],
    ids=["survey", "class", "staff", "developers", "learners"],
)  # fmt: skip
def test_larger_rosters_end_in_an_assignment(
    text: str, people: int, share: float, tmp_path: Path
) -> None:
    seated, everyone = placed(text, tmp_path, 30)
    assert everyone == people
    assert seated >= share * people

"""A class in teams by the rules of GroupEng's sample: ``python -m benchmarks.groups.class_teams``.

105 students in 26 teams of four, one of five. What GroupEng calls cluster is isolation here,
distribute a limit on each value, balance one on the mean of grades, aggregate one on different
projects; as they cannot all hold, limits are relaxed. A rule is met as GroupEng itself counts it.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
from collections import Counter
from pathlib import Path

from cohortopt.engine import solve
from cohortopt.io.scenario import read_scenario
from cohortopt.model import Solution
from cohortopt.solvers.base import Budget

CLASS = (
    Path(__file__).parents[2] / ".." / "shared" / "data" / "rosters" / "class_teams_groupeng"
) / "sample_class_1.csv"
TEAMS = 26
DISTRIBUTE = [("Major", m) for m in ("Mech E", "CS", "Civ E", "EE")]
DISTRIBUTE += [(f"Skill{k}", "y") for k in (1, 2, 3)]


def students() -> dict[str, dict[str, str]]:
    """Return the class list by id."""
    with CLASS.open(encoding="utf-8", newline="") as file:
        return {row["ID"]: row for row in csv.DictReader(file)}


def scenario() -> str:
    """Return the sample's rules as a scenario."""
    people = students()
    items = []
    for column, value in DISTRIBUTE:
        low = sum(one[column] == value for one in people.values()) // TEAMS
        what = f'attribute = "{column}", value = "{value}"'
        items.append(f"{{ {what}, at_least = {low}, at_most = {low + 1} }}")
    low, high = band(people)
    items.append(f'{{ mean = "GPA", at_least = {low:.3f}, at_most = {high:.3f} }}')
    items.append('{ different = "Project choice", at_most = 1 }')
    return f"""
roster = "{CLASS.resolve().as_posix()}"
[[program]]
use = "cross_functional"
size = {{ min = 4, max = 5, groups = {TEAMS} }}
relax = ["limits"]
goals = {{ same = {{ weight = 1, attribute = "Project choice" }} }}
[program.rules]
isolation = {{ attributes = {{ Gender = ["F"], Ethnicity = ["B", "H"] }} }}
limits = {{ items = [
  {", ".join(items)}
] }}
"""


def band(people: dict[str, dict[str, str]]) -> tuple[float, float]:
    """Return between which means of grades a team is balanced: half a deviation either way."""
    grades = [float(one["GPA"]) for one in people.values()]
    mean, half = statistics.fmean(grades), statistics.pstdev(grades) / 2
    return mean - half, mean + half


def met(solution: Solution) -> Counter[str]:
    """Return in how many teams each rule of the sample is met, as GroupEng counts."""
    people, found = students(), Counter[str]()
    low, high = band(people)
    numbers = {(c, v): sum(one[c] == v for one in people.values()) // TEAMS for c, v in DISTRIBUTE}
    for match in solution.assignment.matches:
        team = [people[one] for one in match.people]
        found["cluster Gender"] += sum(one["Gender"] == "F" for one in team) != 1
        found["cluster Ethnicity"] += sum(one["Ethnicity"] in ("B", "H") for one in team) != 1
        found["aggregate Project choice"] += len({one["Project choice"] for one in team}) == 1
        major = [(c, v) for c, v in DISTRIBUTE if c == "Major"]
        for name, parts in [("Major", major), *((c, [(c, v)]) for c, v in DISTRIBUTE[4:])]:
            fits = all(0 <= sum(one[c] == v for one in team) - numbers[c, v] <= 1 for c, v in parts)
            found[f"distribute {name}"] += fits
        mean = statistics.fmean(float(one["GPA"]) for one in team)
        found["balance GPA"] += low < mean < high
    return found


def main() -> None:
    """Solve and print in how many teams each rule is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text(scenario(), encoding="utf-8")
        given = read_scenario(path)
    budget = Budget(options.seconds, 1, options.threads)
    solution = solve(given.roster, given.scenario, budget=budget)
    found = met(solution)
    for name, count in found.items():
        print(f"{name}: {count} of {TEAMS} teams")
    print(f"in all: {sum(found.values())} of {len(found) * TEAMS}")
    for tier in solution.tiers:
        print(f"{tier.tier}: {tier.value}, bound {tier.bound} ({tier.standing})")


if __name__ == "__main__":
    main()

"""A real roster as skill swappers: flags are offers, wants come from the tag graph, seeded."""

from __future__ import annotations

import csv
from functools import cache
from random import Random

from tests.places import ROSTERS

from cohortopt import Person, Roster

TAGS = {  # what the people with a flag may teach, in the words of the tag graph
    "Data_scientist": ("python", "r", "machine-learning", "apache-spark", "hadoop"),
    "Database_administrator": ("sql", "mysql", "postgresql", "oracle", "sql-server", "mongodb"),
    "Desktop_applications_developer": ("c#", ".net", "wpf", "qt", "java", "vb.net"),
    "Developer_with_stats_math_background": ("r", "matlab", "python", "haskell", "scala"),
    "DevOps": ("docker", "jenkins", "linux", "amazon-web-services", "bash", "nginx"),
    "Embedded_developer": ("c", "c++", "embedded", "linux"),
    "Graphic_designer": ("photoshop", "css", "html5", "sass"),
    "Graphics_programming": ("c++", "unity3d", "c#"),
    "Machine_learning_specialist": ("machine-learning", "python", "r"),
    "Mobile_developer": ("android", "ios", "swift", "react-native", "xamarin", "objective-c"),
    "Quality_assurance_engineer": ("selenium", "testing", "tdd", "jenkins"),
    "Systems_administrator": ("linux", "windows", "powershell", "bash", "unix", "apache"),
    "Web_developer": ("javascript", "html", "css", "php", "node.js", "angularjs", "jquery"),
}


@cache
def neighbours() -> dict[str, list[str]]:
    """Return the tags next to each tag."""
    found: dict[str, set[str]] = {}
    path = ROSTERS / "skill_graph_tags" / "stack_network_links.csv"
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        found.setdefault(row["source"], set()).add(row["target"])
        found.setdefault(row["target"], set()).add(row["source"])
    return {tag: sorted(near) for tag, near in found.items()}


def developers(count: int, seed: int = 1) -> Roster:
    """Return ``count`` developers who teach two tags of their flags and want two tags next to them.

    Mastery follows the years of experience; who has no flag teaches and wants nothing.
    """
    path = ROSTERS / "developers_5k" / "stackoverflow.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    random = Random(seed)
    near = neighbours()
    people = []
    for row in random.sample(rows, count) if count < len(rows) else rows:
        known = sorted({tag for flag, tags in TAGS.items() if row[flag] == "1" for tag in tags})
        offers = random.sample(known, min(2, len(known)))
        beside = sorted({tag for mine in offers for tag in near.get(mine, ())} - set(known))
        wants = random.sample(beside, min(2, len(beside)))
        years = int(row["YearsCodedJob"])
        one = {
            "id": row["rownames"],
            "skills_offered": {tag: min(5, 1 + years // 4) for tag in offers},
            "skills_wanted": {tag: random.randint(1, 5) for tag in wants},
        }
        people.append(Person.model_validate(one))
    return Roster(people=tuple(people))

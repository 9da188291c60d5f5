"""Make the rosters and skills of all examples: invented people, the same on every machine.

Run ``python examples/make.py`` after changing it; a test compares what it writes with what is
committed. Nobody here exists.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

HERE = Path(__file__).parent

FIRST = (
    "Ada Bilal Chloe Daniel Elif Femi Grace Hana Idris Jonas Keiko Liam Mara Nikhil Olga Pablo "
    "Quinn Rosa Samir Tove Uma Viktor Wanda Ximena Yusuf Zoe Aroha Bruno Carmen Dmitri Esther "
    "Farid Greta Hugo Ines Jamal Katya Leila Mateo Nadia Oskar Priya Rafael Sofia Tariq Ursula "
    "Vera Wei Yara Zane"
).split()
LAST = (
    "Adler Baker Costa Dubois Eriksen Fofana Garcia Haddad Ito Jansen Kaya Lopez Meyer Ndiaye "
    "Okafor Patel Quist Rossi Silva Tanaka Uddin Varga Weber Xu Young Zeller Amari Berg Chen Diaz"
).split()

SKILLS = {
    "Engineering": ["Python", "System design", "Testing", "Cloud", "Code review", "Data modelling"],
    "Product": ["Roadmapping", "User research", "Prioritisation", "Writing specs", "Discovery"],
    "Marketing": ["Copywriting", "Analytics", "SEO", "Brand", "Campaigns"],
    "Sales": ["Negotiation", "Account planning", "Forecasting", "Pitching"],
    "People": ["Coaching", "Hiring", "Facilitation", "Conflict resolution"],
    "Finance": ["Budgeting", "Spreadsheets", "Controlling", "Pricing"],
}
COMMON = ["Public speaking", "Delegation", "Giving feedback", "Project management", "Leadership"]
RELATED = [
    ("Python", "Testing", 0.5),
    ("Python", "Data modelling", 0.5),
    ("System design", "Cloud", 0.6),
    ("Code review", "Testing", 0.6),
    ("Code review", "Giving feedback", 0.4),
    ("Roadmapping", "Prioritisation", 0.7),
    ("User research", "Discovery", 0.8),
    ("Writing specs", "Copywriting", 0.3),
    ("Analytics", "Spreadsheets", 0.5),
    ("Analytics", "Data modelling", 0.5),
    ("SEO", "Copywriting", 0.5),
    ("Campaigns", "Brand", 0.6),
    ("Negotiation", "Pitching", 0.5),
    ("Negotiation", "Conflict resolution", 0.5),
    ("Account planning", "Forecasting", 0.5),
    ("Coaching", "Giving feedback", 0.8),
    ("Coaching", "Leadership", 0.5),
    ("Facilitation", "Public speaking", 0.5),
    ("Hiring", "Leadership", 0.4),
    ("Budgeting", "Controlling", 0.8),
    ("Budgeting", "Project management", 0.4),
    ("Pricing", "Forecasting", 0.4),
    ("Delegation", "Leadership", 0.7),
    ("Public speaking", "Pitching", 0.6),
]
OFFICES = [
    ("London", "Europe/London", 5),
    ("Berlin", "Europe/Berlin", 4),
    ("New York", "America/New_York", 3),
    ("Pune", "Asia/Kolkata", 3),
]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
COLUMNS = (
    "id,name,email,role,level,department,location,timezone,languages,skills_offered,"
    "skills_wanted,availability,capacity,hours,manager,prefers,vetoes,past"
).split(",")

Row = dict[str, str]


def hours(draw: random.Random, spans: int) -> str:
    """Some free hours of a working week, in the person's own time."""
    found: set[str] = set()
    while len(found) < spans:
        start = draw.choice((8, 9, 10, 11, 13, 14, 15, 16))
        end = min(19, start + draw.choice((1, 2, 2, 3)))
        found.add(f"{draw.choice(WEEKDAYS)} {start:02d}:00-{end:02d}:00")
    return "; ".join(sorted(found, key=lambda one: (WEEKDAYS.index(one[:3]), one)))


def person(draw: random.Random, number: int, name: str, level: int, role: str) -> Row:
    """One invented person."""
    department = draw.choices(list(SKILLS), weights=[6, 3, 3, 3, 2, 2])[0]
    place, zone, _ = draw.choices(OFFICES, weights=[weight for *_, weight in OFFICES])[0]
    own = draw.sample(SKILLS[department], min(len(SKILLS[department]), 1 + level // 2))
    own += draw.sample(COMMON, 1 if level < 4 else 2)
    other = draw.choice([name for name in SKILLS if name != department])
    pool = [*COMMON, *SKILLS[department], draw.choice(SKILLS[other])]
    wanted = [skill for skill in draw.sample(pool, 5) if skill not in own][:3]
    mastery = [min(5, max(1, level + draw.choice((-1, 0, 1)))) for _ in own]
    importance = sorted((draw.choice((2, 3, 4, 5)) for _ in wanted), reverse=True)
    return {
        "id": f"{number:03d}",
        "name": name,
        "email": name.lower().replace(" ", ".") + "@example.org",
        "role": role,
        "level": str(level),
        "department": department,
        "location": place,
        "timezone": zone,
        "languages": "en" if draw.random() < 0.7 else "en; de" if place == "Berlin" else "en; fr",
        "skills_offered": "; ".join(f"{s}:{m}" for s, m in zip(own, mastery, strict=True)),
        "skills_wanted": "; ".join(f"{s}:{m}" for s, m in zip(wanted, importance, strict=True)),
        "availability": hours(draw, draw.randint(5, 8)),
        "capacity": str(draw.choice((1, 2, 2, 3))) if "mentor" in role or role == "both" else "1",
        "hours": str(draw.choice((2, 4, 4, 6, 8))),
        "manager": "",
        "prefers": "",
        "vetoes": "",
        "past": "",
    }


def roster(seed: int, count: int, mentors: float | None = 0.3) -> list[Row]:
    """Invented people; with ``mentors`` a share of them are mentors and the rest mentees."""
    draw = random.Random(seed)
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    draw.shuffle(names)
    rows: list[Row] = []
    for number in range(1, count + 1):
        if mentors is None:
            level, role = draw.choices((1, 2, 3, 4, 5, 6), weights=(3, 5, 5, 4, 2, 1))[0], ""
        elif draw.random() < mentors:
            level, role = draw.choice((3, 4, 4, 5, 5, 6)), "mentor"
        else:
            level, role = draw.choice((1, 1, 2, 2, 3)), "mentee"
        rows.append(person(draw, number, names[number - 1], level, role))
    _connect(draw, rows)
    return rows


def _connect(draw: random.Random, rows: list[Row]) -> None:
    """Give people managers, choices, and now and then a veto or a past partner."""
    for row in rows:
        level = int(row["level"])
        bosses = [
            other
            for other in rows
            if other["department"] == row["department"] and int(other["level"]) > level
        ]
        if bosses and draw.random() < 0.8:
            row["manager"] = draw.choice(bosses)["id"]
        others = [other["id"] for other in rows if int(other["level"]) > level]
        if others and draw.random() < 0.5:
            row["prefers"] = "; ".join(draw.sample(others, min(len(others), draw.randint(1, 3))))
        if draw.random() < 0.06:
            row["vetoes"] = draw.choice([other["id"] for other in rows if other is not row])
        if others and draw.random() < 0.1:
            row["past"] = draw.choice(others)


def table(columns: list[str], rows: list[Row]) -> str:
    """CSV text of rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def skills() -> str:
    """The skill graph as CSV text."""
    rows = [{"skill": a, "related": b, "closeness": str(c)} for a, b, c in RELATED]
    return table(["skill", "related", "closeness"], rows)


def everybody(seed: int, count: int) -> list[Row]:
    """People who may be anything: no roles."""
    return roster(seed, count, None)


def free(rows: list[Row], spans: int, seed: int) -> list[Row]:
    """The same people with more free hours."""
    draw = random.Random(seed)
    return [{**row, "availability": hours(draw, spans)} for row in rows]


def one_office(rows: list[Row], place: str, zone: str) -> list[Row]:
    """The same people, all in one place."""
    return [{**row, "location": place, "timezone": zone} for row in rows]


def rosters() -> dict[str, list[Row]]:
    """The people of each example, by its name."""
    seniors = [{**row, "capacity": "1"} for row in everybody(3, 36)]
    london = ("London", "Europe/London")
    event = one_office(roster(12, 40, 0.3), *london)
    return {
        "mentorship": free(roster(1, 60, 0.36), 8, 1),
        "reverse_mentorship": free(seniors, 8, 3),
        "near_peer": free(everybody(4, 36), 8, 4),
        "peer_mentorship": free(everybody(5, 31), 8, 5),
        "mutual_mentorship": free(everybody(6, 36), 8, 6),
        "skill_swap": free(everybody(7, 36), 8, 7),
        "group_pods": free(one_office(roster(8, 40, 0.25), *london), 12, 8),
        "learning_circles": free(one_office(everybody(9, 36), *london), 14, 9),
        "cross_functional": free(one_office(everybody(10, 36), "Berlin", "Europe/Berlin"), 14, 10),
        "virtual_cohort": free(everybody(11, 36), 14, 11),
        "micro_mentoring": free(roster(13, 36, 0.4), 8, 13),
        "flash_mentoring": [
            {**row, "availability": "", "capacity": "8", "hours": ""} for row in event
        ],
        "integrated": free(one_office(roster(14, 36, 0.35), *london), 14, 14),
        "comparison": free(roster(15, 40, 0.35), 8, 15),
    }


def files() -> dict[str, str]:
    """Every file that this script makes, by its path below ``examples/``."""
    made: dict[str, str] = {}
    for name, rows in rosters().items():
        made[f"{name}/people.csv"] = table(COLUMNS, rows)
        made[f"{name}/skills.csv"] = skills()
    return made


def main() -> None:
    """Write all files."""
    for name, text in files().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(HERE))


if __name__ == "__main__":
    main()

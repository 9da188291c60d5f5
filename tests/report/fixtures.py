"""Hand-built rosters and solutions: pairs, partners, rings, circles, dated sessions, left over.

Nothing here is optimised: the points are those of skills alone, enough to see every part of a
report. Random is seeded, so the same call gives the same solution.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from itertools import pairwise

from cohortopt.model import (
    Availability,
    Facts,
    Match,
    Member,
    Person,
    ProgramSolution,
    Roster,
    Run,
    SkillGraph,
    Slot,
    Solution,
    TierResult,
    Unplaced,
    Weeks,
)
from cohortopt.report.why import served

_FIRST = (
    "Amara Bao Chidi Daria Elif Farid Greta Hana Ines Jonas Kenji Lucía Maja Niamh Omar Priya "
    "Quentin Rosa Søren Tomás Uma Viktor Wanjiru Xenia Yusuf Zofia"
)
_LAST = (
    "Adeyemi Bianchi Cohen Dubois Eriksen Fischer Gupta Haddad Ibarra Jansen Kowalski Larsen "
    "Moreau Nakamura O'Neill Petrov Quispe Rossi Silva Tanaka Ueda Vargas Wójcik Yilmaz Zhang"
)
FIRST, LAST = _FIRST.split(), _LAST.split()
SKILLS = (
    "python",
    "sql",
    "data visualisation",
    "negotiation",
    "public speaking",
    "project planning",
    "budgeting",
    "machine learning",
    "technical writing",
    "facilitation",
    "user research",
    "contract law",
    "statistics",
    "coaching",
    "change management",
)
DEPARTMENTS = ("Engineering", "Finance", "Operations", "People", "Research")
ZONES = ("Europe/London", "Europe/Paris", "America/New_York", "Europe/Lisbon", "Asia/Kolkata")
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "<script>document.title='owned'</script>",
    "</script><img src=https://example.org/x onerror=alert(1)>",
    "\u202eevil\u202c [bold]markup[/bold]",
    "{{ 7*7 }} & \"quotes\" 'n' <b>bold</b>",
    "Zoë 🧪 名前 אבג",
    "x" * 200,
)
GRAPH = SkillGraph.of(
    [
        ("statistics", "machine learning", 0.6),
        ("python", "machine learning", 0.5),
        ("facilitation", "coaching", 0.7),
        ("sql", "python", 0.4),
    ]
)
AUTUMN = Weeks(first=dt.date(2027, 10, 4), count=12)  # clocks change on 31 Oct and on 7 Nov
LONDON = "Europe/London"


def roster(n: int, seed: int = 1, hostile: bool = True) -> Roster:
    """Return ``n`` people; the first seven may have names made to do harm."""
    draw = random.Random(seed)
    people = []
    for k in range(n):
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
        if hostile and k < len(HOSTILE):
            name = HOSTILE[k]
        days = draw.sample(["Mon", "Tue", "Wed", "Thu", "Fri"], 3)
        hours = draw.choice(["09:00-12:30", "13:00-17:00", "09:00-17:30"])
        offered = {s: draw.randint(2, 5) for s in draw.sample(SKILLS[:-1], 3)}
        wanted = {s: draw.randint(1, 5) for s in draw.sample(SKILLS, 3) if s not in offered}
        people.append(
            Person(
                id=f"p{k:04d}",
                name=name,
                email=f"p{k:04d}@example.org",
                role=("mentor", "peer") if k % 3 == 0 else ("mentee", "peer"),
                level=draw.randint(1, 6),
                department=draw.choice(DEPARTMENTS),
                timezone=draw.choice(ZONES) if k % 4 else None,
                skills_offered=offered,
                skills_wanted=wanted,
                availability=Availability.parse("; ".join(f"{d} {hours}" for d in days))
                if k % 9
                else None,
                capacity=2 if k % 3 == 0 else 1,
                manager=f"p{0:04d}" if k else None,
                prefers=tuple(f"p{j:04d}" for j in draw.sample(range(n), min(3, n)) if j != k),
                vetoes=("p0001",) if k == 3 else (),
                attributes={"note": "SECRET-NOTE"},
            )
        )
    return Roster(people=tuple(people))


def _points(links: Iterable[tuple[str, str]], facts: Facts) -> int:
    total = 0
    for giver, taker in links:
        me = facts.roster[taker]
        most = 50_000 * sum(me.skills_wanted.values())
        got = sum(one.worth for one in served(facts.roster[giver], me, facts.skills))
        total += round(1000 * got / most) if most else 0
    return total


def _slot(k: int, day: dt.date | None = None) -> Slot:
    start = f"{9 + k % 8:02d}:{15 * (k % 4):02d}"
    if day is not None:
        name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
        return Slot(day=name, start=start, minutes=15, timezone=LONDON, date=day)
    day_name = ("Mon", "Tue", "Wed", "Thu", "Fri")[k % 5]
    return Slot(day=day_name, start=start, minutes=60, timezone=LONDON)


def _match(
    name: str, people: list[str], roles: list[str], facts: Facts, k: int, **more: object
) -> Match:
    members = tuple(Member(person=p, role=r) for p, r in zip(people, roles, strict=True))
    slot = more.pop("slot", _slot(k))
    bare = Match.model_validate({"match": name, "members": members, "slot": slot, **more})
    links = list(bare.links())
    total = _points(links, facts)
    if "peer" not in roles and "giver" not in roles:
        total //= max(1, len(people) - 1)
    return bare.model_copy(update={"points": total})


def _tiers(matches: tuple[Match, ...], seats: int, proven: bool) -> tuple[TierResult, ...]:
    placed = len({person for match in matches for person in match.people})
    points = sum(match.points for match in matches)
    bound = points if proven else round(points * 1.018)
    return (
        TierResult(tier="placed", value=placed, bound=max(placed, seats), standing="checked"),
        TierResult(tier="points", value=points, bound=bound, standing="checked"),
    )


def _program(
    name: str, use: str, matches: list[Match], unplaced: list[Unplaced], proven: bool
) -> ProgramSolution:
    made = tuple(matches)
    tiers = _tiers(made, len({p for m in made for p in m.people}), proven)
    return ProgramSolution(
        name=name,
        use=use,
        status="optimal" if proven else "feasible",
        tiers=tiers,
        matches=made,
        unplaced=tuple(unplaced),
    )


def solved(n: int = 24, seed: int = 1, hostile: bool = True) -> tuple[Solution, Facts]:
    """Return a solution of five programs for ``n`` people, and its facts."""
    people = roster(n, seed, hostile)
    facts = Facts(roster=people, skills=GRAPH, timezone=LONDON, weeks=AUTUMN)
    mentors = [p.id for p in people.people if "mentor" in (p.role or ())]
    mentees = [p.id for p in people.people if "mentee" in (p.role or ())]
    pairs = [
        _match(
            f"Mentors-{k + 1}", [mentors[k % len(mentors)], mentee], ["giver", "taker"], facts, k
        )
        for k, mentee in enumerate(mentees[:-2])
    ]
    pairs[0] = pairs[0].model_copy(update={"locked": True})
    left = [
        Unplaced(
            person=mentees[-1],
            role="taker",
            reason="no_partner",
            detail="No mentor is free at the same time: 9 of 9 mentors share no hour.",
            would_help="Ask for two more free hours on a Tuesday.",
            blocked={"availability": 9},
        ),
        Unplaced(
            person=mentees[-2],
            role="taker",
            reason="shortage",
            detail="Three people compete for two places with the same two mentors.",
            would_help="One more place with a mentor who offers coaching.",
            waiting=1,
        ),
    ]
    ids = list(people.ids())
    partners = [
        _match(f"Peers-{k + 1}", [a, b], ["peer", "peer"], facts, k)
        for k, (a, b) in enumerate(zip(ids[0:8:2], ids[1:8:2], strict=False))
    ]
    ring = _match("Swap-1", ids[:3], ["peer"] * 3, facts, 3, ring=True)
    four = _match(
        "Swap-2",
        ids[3:7],
        ["peer"] * 4,
        facts,
        4,
        ring=True,
        slot=None,
        slots=[_slot(k) for k in range(4)],
    )
    circles = [
        _match(
            f"Circles-{k + 1}",
            ids[start:end],
            ["leader", *["member"] * (end - start - 1)] if k % 2 else ["member"] * (end - start),
            facts,
            k,
            topic=SKILLS[k % len(SKILLS)],
        )
        for k, (start, end) in enumerate(pairwise([*range(0, n - 3, 5), n]))
    ]
    day = dt.date(2027, 11, 3)
    sessions = [
        _match(
            f"Flash-{k + 1}",
            [mentors[k], mentees[k]],
            ["giver", "taker"],
            facts,
            k,
            topic=SKILLS[k],
            slot=_slot(k, day),
        )
        for k in range(min(4, len(mentors)))
    ]
    programs = (
        _program("Mentors", "mentorship", pairs, left, True),
        _program("Peers", "peer_mentorship", partners, [], True),
        _program("Swap", "skill_swap", [ring, four], [], True),
        _program("Circles", "learning_circles", circles, [], False),
        _program("Flash", "flash_mentoring", sessions, [], True),
    )
    matches = tuple(match for program in programs for match in program.matches)
    solution = Solution(
        scenario="Autumn 2027",
        seed=7,
        inputs={"people.csv": "sha256:" + "ab" * 32, "skills.csv": "sha256:" + "cd" * 32},
        status="feasible",
        tiers=_tiers(matches, n, False),
        programs=programs,
        settings={"name": "Autumn 2027", "seconds": 60, "program": [{"use": "mentorship"}]},
        run=Run(
            seconds=1.234,
            solver="flow",
            threads=2,
            versions={"cohortopt": "0.1.0", "ortools": "9.12"},
            command="cohortopt solve autumn.toml -o autumn",
        ),
    )
    return solution, facts


def mentors_only(n: int = 240, seed: int = 2) -> tuple[Solution, Facts]:
    """Return the pairs and circles alone, with ordinary names, for a page of usual size."""
    solution, facts = solved(n, seed, hostile=False)
    kept = tuple(p for p in solution.programs if p.name in ("Mentors", "Circles"))
    return solution.model_copy(update={"programs": kept}), facts

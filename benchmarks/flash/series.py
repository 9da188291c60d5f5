"""Synthetic events and series of sessions in words: people, zones, calendars, topics, weeks."""

from __future__ import annotations

import datetime as dt
import random
import time

from benchmarks.rounds.page import table
from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, solve
from cohortopt.compile import compile_instance
from cohortopt.model import Event, Facts, Match, Weeks
from cohortopt.model.calendar import is_free
from cohortopt.programs import Program
from cohortopt.solvers.base import Clock
from cohortopt.verify.verdict import verify

ZONES = ("Europe/London", "Europe/Paris", "America/New_York")
TOPICS = tuple(f"topic {k:02d}" for k in range(20))
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


def series(n: int = 300, weeks: int = 12, seed: int = 0) -> tuple[Roster, Scenario]:
    """Return a third of experts on 3 of 20 topics each; the others want 4 of them.

    Everybody has four spans of an hour to two and a half a week, on three clocks, and the weeks
    hold both autumn clock changes. Six sessions for an expert, three for a mentee.
    """
    draw = random.Random(seed)
    people = []
    for k in range(n):
        spans = []
        for day in draw.sample(DAYS, 4):
            start = 30 * draw.randrange(16, 33)
            end = start + 30 * draw.randrange(2, 6)
            clock = f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
            spans.append(f"{day} {clock}")
        expert = k < n // 3
        skills = {topic: draw.randint(1, 5) for topic in draw.sample(TOPICS, 3 if expert else 4)}
        people.append(
            Person(
                id=f"p{k:04d}",
                role=("mentor" if expert else "mentee",),
                timezone=draw.choice(ZONES),
                availability="; ".join(spans),
                capacity=6,
                skills_offered=skills if expert else {},
                skills_wanted={} if expert else skills,
            )
        )
    span = Weeks(first=dt.date(2027, 10, 4), count=weeks)
    program = PROGRAMS["micro_mentoring"]
    return Roster(people=tuple(people)), Scenario(
        programs=(program,), weeks=span, timezone="Europe/London", tiers=program.tiers
    )


def event(mentors: int, mentees: int, slots: int, seed: int = 0) -> tuple[Roster, Scenario]:
    """Return an evening of 15-minute slots with 5 minutes between; most are there all the time."""
    draw = random.Random(seed)
    people = []
    for k in range(mentors + mentees):
        mentor = k < mentors
        skills = {topic: draw.randint(1, 5) for topic in draw.sample(TOPICS, 4)}
        first = draw.choice((0, 0, 0, 60, 80))
        hours = f"Thu {13 + first // 60:02d}:{first % 60:02d}-20:00"
        people.append(
            Person(
                id=f"p{k:04d}",
                role=("mentor" if mentor else "mentee",),
                availability=hours,
                capacity=slots,
                skills_offered=skills if mentor else {},
                skills_wanted={} if mentor else skills,
                prefers=() if mentor else tuple(
                    f"p{choice:04d}" for choice in draw.sample(range(mentors), 3)
                ),
            )
        )  # fmt: skip
    ends = 13 * 60 + 20 * slots
    timed = Event(
        dates=(dt.date(2027, 10, 14),), start="13:00", end=f"{ends // 60:02d}:{ends % 60:02d}",
        minutes=15, pause=5,
    )  # fmt: skip
    program = PROGRAMS["flash_mentoring"]
    shape = program.shape.model_copy(update={"sessions_max": 2, "event": timed})
    return Roster(people=tuple(people)), Scenario.of(program.model_copy(update={"shape": shape}))


def events() -> str:
    """Return a table of events solved and checked from people."""
    rows: list[list[object]] = []
    for mentors, mentees, slots in ((50, 200, 12), (400, 100, 16), (200, 1000, 12)):
        roster, scenario = event(mentors, mentees, slots)
        start = time.monotonic()
        solution = solve(roster, scenario, budget=Budget(60))
        wall = time.monotonic() - start
        part = solution.programs[0]
        proven = all(tier.is_proven and tier.standing == "checked" for tier in part.tiers)
        placed, _, points = part.tiers
        rows.append(
            [
                f"{mentors} x {mentees:,} x {slots}", f"{placed.value:,}", f"{len(part.matches):,}",
                f"{points.value:,}", "all tiers, checked" if proven else "no", f"{wall:.1f}",
            ]
        )  # fmt: skip
        print(rows[-1], flush=True)
    heads = ["mentors x mentees x slots", "placed", "sessions", "points", "proven", "solve s"]
    return (
        "\n\n## Events from a roster\n\nThe whole road: people compiled, solved, decoded, and all "
        "rules, points and proofs checked again in plain Python.\n\n" + table(heads, rows)
    )


def most_topics(program: Program, facts: Facts) -> tuple[int, int | None]:
    """Return how many topics can be covered at most: sessions found, and the proven bound."""
    from cohortopt.solvers.sessions.model import Timetable
    from cohortopt.solvers.sessions.timetable import Solve

    instance = compile_instance(facts, program).instance.vary(tiers=("placed",))
    answer = Solve(Timetable(instance, each_counts=True), Clock(Budget(60))).run()
    return answer.tiers[0].value, answer.tiers[0].bound


def outside(matches: tuple[Match, ...], facts: Facts) -> int:
    """Return how many people are in a session outside their own hours in that very week."""
    return sum(
        match.slot is None or not is_free(facts.roster[one], match.slot, facts)
        for match in matches
        for one in match.people
    )


def measured(sizes: tuple[int, ...] = (60, 300)) -> str:
    """Return a table of solves, each checked from people."""
    rows: list[list[object]] = []
    for n in sizes:
        roster, scenario = series(n)
        start = time.monotonic()
        solution = solve(roster, scenario, budget=Budget(60))
        wall = time.monotonic() - start
        facts = scenario.facts(roster)
        program = scenario.programs[0].bound(facts)
        start = time.monotonic()
        sound = verify(solution, roster, scenario).is_sound
        checked = time.monotonic() - start
        part = solution.programs[0]
        proven = all(tier.is_proven and tier.standing == "checked" for tier in part.tiers)
        _, most = most_topics(program, facts)
        rows.append(
            [
                n, len(part.matches), most, f"{part.tiers[-1].value:,}",
                "all tiers, checked" if proven else "no", outside(part.matches, facts),
                "sound" if sound else "broken", f"{wall:.1f}", f"{checked:.1f}",
            ]
        )  # fmt: skip
        print(rows[-1], flush=True)
    heads = [
        "people", "topics covered", "at most (proven)", "points", "proven", "outside a calendar",
        "verify", "solve s", "verify s",
    ]  # fmt: skip
    return (
        "\n\n## Micro sessions over twelve weeks\n\nSynthetic people on three clocks, both autumn "
        "clock changes inside; most mentees placed, then most with two and three topics, then "
        "points.\n\n" + table(heads, rows)
    )

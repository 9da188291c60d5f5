"""Micro mentoring: dated sessions, inside both calendars, spread over weeks, best of all."""

from __future__ import annotations

import datetime as dt
import random
import threading
from itertools import combinations, product

import icalendar
import pytest

from cohortopt.engine import solve
from cohortopt.goals.groups import degree
from cohortopt.io.invites import invites
from cohortopt.model import Facts, Match, Person, Roster, Slot, Weeks
from cohortopt.model.calendar import is_free, series_slots
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.programs.topics import teaches
from cohortopt.solvers.base import Budget
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.verdict import verify

DAYS = ("Mon", "Sat", "Sun")
SKILLS = ("sql", "python", "writing")
Session = tuple[str, str, Slot, str, int]


def series(seed: int) -> tuple[Roster, Scenario]:
    """Return two experts and two mentees on two continents, around both clock changes."""
    draw = random.Random(seed)
    first = draw.choice((dt.date(2027, 10, 25), dt.date(2027, 11, 1), dt.date(2027, 3, 22)))

    def person(one: str, role: str, **more: object) -> Person:
        zone = draw.choice(("Europe/London", "Europe/London", "America/New_York"))
        base = 8 if zone == "America/New_York" else 13
        if draw.random() < 0.2:
            base = 0
        spans = []
        for day in draw.sample(DAYS, 2):
            start = base * 60 + 15 * draw.randrange(3)
            end = start + draw.choice((30, 45, 60))
            spans.append(f"{day} {start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}")
        fields: dict[str, object] = {"id": one, "role": [role], "timezone": zone}
        fields["availability"] = "; ".join(spans)
        fields["hours"] = draw.choice((None, None, 0.5, 1))
        return Person.model_validate({**fields, **more})

    offers = [
        {s: draw.randint(1, 5) for s in draw.sample(SKILLS, draw.randint(1, 2))} for _ in "ab"
    ]
    wants = [{s: draw.randint(1, 5) for s in draw.sample(SKILLS, draw.randint(1, 2))} for _ in "ab"]
    people = [
        person(f"g{k}", "mentor", skills_offered=offers[k], capacity=draw.randint(1, 3))
        for k in range(2)
    ]
    people += [person(f"t{k}", "mentee", skills_wanted=wants[k]) for k in range(2)]
    program = PROGRAMS["micro_mentoring"]
    shape = program.shape.model_copy(update={"sessions_max": 2})
    program = program.model_copy(
        update={"name": "Micro", "shape": shape, "apart_weeks": draw.choice((0, 1, 2))}
    )
    weeks = Weeks(first=first, count=draw.choice((1, 2, 3)))
    return Roster(people=people), Scenario(
        programs=(program,), weeks=weeks, timezone="Europe/London", tiers=program.tiers
    )


def sessions_of(taker: Person, program: Program, facts: Facts) -> list[Session]:
    """Return every session that a mentee could have, at any quarter hour of any week."""
    found = []
    for giver in (p for p in facts.roster.people if p.plays(("mentor",))):
        for monday, quarter in product(facts.series, range(7 * 96)):
            weekly = Slot.weekly(quarter, 30, facts.timezone)
            date = monday + dt.timedelta(days=quarter // 96)
            slot = weekly.model_copy(update={"date": date})
            if not (is_free(giver, slot, facts) and is_free(taker, slot, facts)):
                continue
            for topic in SKILLS:
                wanted = degree(taker.skills_wanted, topic)
                if wanted and teaches(giver, topic, facts.skills):
                    points = program.points(giver, taker) * wanted // 5
                    found.append((giver.id, taker.id, slot, topic, points))
    return found


def plans_of(taker: Person, program: Program, facts: Facts) -> list[tuple[Session, ...]]:
    """Return what a mentee could do: at most two sessions, other experts, topics and weeks."""
    every = sessions_of(taker, program, facts)
    found: list[tuple[Session, ...]] = [(), *((one,) for one in every)]
    for one, other in combinations(every, 2):
        gap = abs((monday(one) - monday(other)).days) // 7
        apart = gap >= program.apart_weeks and not one[2].overlaps(other[2])
        if one[0] != other[0] and one[3] != other[3] and apart:
            found.append((one, other))
    return found


def monday(session: Session) -> dt.date:
    date = session[2].date
    assert date is not None
    return date - dt.timedelta(days=date.weekday())


def best(roster: Roster, scenario: Scenario) -> tuple[int, ...]:
    """Return placed, then how many have two sessions, then points: all plans tried."""
    facts = scenario.facts(roster)
    program = scenario.programs[0].bound(facts)
    mentees = [p for p in roster.people if p.plays(("mentee",))]
    hours = {p.id: 99 if p.hours is None else int(2 * p.hours) for p in roster.people}
    capacity = {p.id: min(p.capacity, hours[p.id]) for p in roster.people}
    top: tuple[int, ...] = (0, 0, 0)
    for one, other in product(*(plans_of(p, program, facts) for p in mentees)):
        worth = (
            bool(one) + bool(other),
            (len(one) > 1) + (len(other) > 1),
            sum(session[4] for session in (*one, *other)),
        )
        if worth <= top or len(one) > hours[mentees[0].id] or len(other) > hours[mentees[1].id]:
            continue
        load = [session[0] for session in (*one, *other)]
        if any(load.count(giver) > capacity[giver] for giver in load):
            continue
        if any(a[0] == b[0] and a[2].overlaps(b[2]) for a in one for b in other):
            continue
        top = worth
    return top


def check(seed: int) -> None:
    roster, scenario = series(seed)
    solution = solve(roster, scenario, budget=Budget(None, reproducible=True))
    matches = solution.programs[0].matches
    takers = [match.with_role("taker")[0] for match in matches]
    twice = sum(takers.count(one) > 1 for one in set(takers))
    value = (len(set(takers)), twice, sum(match.points for match in matches))
    assert value == best(roster, scenario), seed
    assert all(tier.value == tier.bound for tier in solution.programs[0].tiers), seed
    assert all(match.slot is not None and match.slot.date is not None for match in matches)
    verdict = verify(solution, roster, scenario)
    assert verdict.is_sound, (seed, verdict)


@pytest.mark.parametrize("seed", range(25))
def test_a_series_is_worth_as_much_as_trying_everything(seed: int) -> None:
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_four_hundred_series_are_worth_as_much_as_trying_everything(block: int) -> None:
    for seed in range(100 + 40 * block, 140 + 40 * block):
        check(seed)


@pytest.mark.parametrize("seed", range(6))
def test_invitations_say_the_instant_of_every_session(seed: int) -> None:
    roster, scenario = series(seed)
    solution = solve(roster, scenario)
    now = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    files = invites(solution, scenario.facts(roster), now=now)
    for match in solution.programs[0].matches:
        calendar = icalendar.Calendar.from_ical(files[f"{match.match}.ics"])
        event = calendar.walk("VEVENT")[0]
        begin = event["DTSTART"].dt
        assert "RRULE" not in event
        assert match.slot is not None
        assert begin.astimezone(dt.UTC) == match.slot.instant
        assert event["DURATION"].dt == dt.timedelta(minutes=30)


def one_series() -> tuple[Facts, Program, tuple[Match, ...], Scenario, Roster]:
    """Return a series of which somebody has two sessions."""
    for seed in range(200):
        roster, scenario = series(seed)
        if scenario.programs[0].apart_weeks != 1:
            continue
        solution = solve(roster, scenario)
        matches = solution.programs[0].matches
        takers = [match.with_role("taker")[0] for match in matches]
        if len(set(takers)) < len(takers):
            facts = scenario.facts(roster)
            return facts, scenario.programs[0].bound(facts), matches, scenario, roster
    raise AssertionError


def test_two_sessions_in_a_week_and_sessions_outside_the_series_are_told() -> None:
    facts, program, matches, _, _ = one_series()
    assert not find_violations(program, matches, facts)
    taker = next(
        one for match in matches for one in match.with_role("taker")
        if sum(one in other.people for other in matches) > 1
    )  # fmt: skip
    mine = [match for match in matches if taker in match.people]
    first, second = (match.slot for match in mine)
    assert first is not None
    assert second is not None
    assert first.monday is not None
    days = dt.timedelta(days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(second.day))

    def told(date: dt.date | None) -> set[str]:
        moved = mine[1].model_copy(update={"slot": second.model_copy(update={"date": date})})
        others = [match for match in matches if match is not mine[1]]
        return {one.rule for one in find_violations(program, [*others, moved], facts)}

    assert "apart_weeks" in told(first.monday + days)
    assert second.date is not None
    assert "availability" in told(second.date + dt.timedelta(weeks=52))


def test_a_session_may_start_only_where_it_cannot_be_earlier() -> None:
    people = [
        Person(id="a", role=("mentor",), availability="Mon 09:00-10:30"),
        Person(id="b", role=("mentee",), availability="Mon 09:15-12:00"),
        Person(id="c", role=("mentee",), availability="Tue 09:00-12:00"),
    ]
    facts = Facts(roster=Roster(people=people), weeks=Weeks(first=dt.date(2027, 6, 7), count=2))
    starts = [str(slot)[:20] for slot in series_slots(facts, 30, facts.series)]
    assert starts == [
        "Mon 2027-06-07 09:15", "Mon 2027-06-07 09:45", "Mon 2027-06-14 09:15",
        "Mon 2027-06-14 09:45",
    ]  # fmt: skip


def test_a_session_solve_whose_time_is_over_proves_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = (Person(id="m", role=("mentor",), level=5, skills_offered={"sql": 5}),)
    people += (Person(id="e", role=("mentee",), level=1, skills_wanted={"sql": 5}),)
    asked: list[str] = []
    monkeypatch.setattr(
        "cohortopt.solvers.sessions.prices.prove", lambda *given: asked.append("proof")
    )
    cancel = threading.Event()
    cancel.set()
    found = solve(Roster(people=people), PROGRAMS["micro_mentoring"], cancel=cancel)
    assert found.status == "stopped"
    assert len(found.assignment.matches) == 1
    assert not asked

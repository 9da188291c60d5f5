"""Re-planning an event while it goes on: what was held stays, the rest changes least."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, Solution, solve
from cohortopt.cli.main import main
from cohortopt.errors import ProgramError
from cohortopt.model import Event, Facts, Match, Slot, Weeks
from cohortopt.model.calendar import event_slots, is_free
from cohortopt.programs import Program
from cohortopt.repair.during import replan
from cohortopt.repair.repair import Repair
from cohortopt.verify.verdict import verify

UNLIMITED = Budget(seconds=None, reproducible=True)
THREE = dt.datetime(2027, 10, 14, 15)
HOURS = ("Thu 14:00-16:00", "Thu 14:00-17:00", "Thu 15:00-17:00", "Thu 14:00-15:00", "any")
Timed = tuple[str, str, Slot]


def someone(draw: random.Random, one: str, role: str) -> Person:
    skills = {skill: draw.randint(1, 5) for skill in draw.sample(("sql", "art", "law"), 2)}
    return Person(
        id=one,
        role=(role,),
        capacity=draw.randint(1, 3),
        availability=draw.choice(HOURS),
        skills_offered=skills if role == "mentor" else {},
        skills_wanted=skills if role == "mentee" else {},
    )


def event(draw: random.Random) -> Scenario:
    """Return an event of three slots of an hour: 14:00, 15:00, 16:00."""
    program = PROGRAMS["flash_mentoring"]
    shape = program.shape.model_copy(
        update={
            "sessions_max": 2,
            "event": Event(
                dates=(dt.date(2027, 10, 14),), starts=("14:00", "15:00", "16:00"), minutes=60,
                rooms=draw.choice((None, None, 2)),
            ),
        }
    )  # fmt: skip
    return Scenario.of(program.model_copy(update={"shape": shape}))


def incident(seed: int) -> tuple[Scenario, Roster, Solution, Roster, Repair]:
    """Return an event, and the same after a mentor left, somebody came late, or both."""
    draw = random.Random(seed)
    scenario = event(draw)
    people = [someone(draw, f"g{k}", "mentor") for k in range(draw.randint(2, 3))]
    people += [someone(draw, f"t{k}", "mentee") for k in range(draw.randint(2, 4))]
    roster = Roster(people=tuple(people))
    first = solve(roster, scenario, budget=UNLIMITED)
    if draw.random() < 0.7:
        people.remove(draw.choice(people))
    if draw.random() < 0.7:
        people.append(someone(draw, "late", draw.choice(("mentee", "mentee", "mentor"))))
    if draw.random() < 0.3:
        k = draw.randrange(len(people))
        people[k] = people[k].model_copy(update={"availability": Person(
            id="x", availability=draw.choice(HOURS)).availability})  # fmt: skip
    new = Roster(people=tuple(people))
    return scenario, roster, first, new, replan(
        first, new, scenario, THREE, before=roster, budget=UNLIMITED
    )  # fmt: skip


def rests(program: Program, facts: Facts, roster: Roster, held: list[Timed]) -> Iterator[
    list[Timed]
]:  # fmt: skip
    """Yield every plan: what was held, and any sessions of those still there in later slots."""
    shape = program.shape
    assert shape.kind == "pairs"
    assert shape.event is not None
    later = [s for s in event_slots(shape.event, facts.timezone) if s.start >= "15:00"]
    givers = [p for p in roster.people if p.plays(("mentor",))]
    takers = [p for p in roster.people if p.plays(("mentee",))]

    def matchings(slot: Slot, left: list[Person], used: tuple[str, ...]) -> Iterator[list[Timed]]:
        if not left:
            yield []
            return
        giver, *others = left
        yield from matchings(slot, others, used)
        for taker in takers if is_free(giver, slot, facts) else ():
            if taker.id not in used and is_free(taker, slot, facts):
                for rest in matchings(slot, others, (*used, taker.id)):
                    yield [(giver.id, taker.id, slot), *rest]

    for parts in product(*(list(matchings(slot, givers, ())) for slot in later)):
        plan = [*held, *(session for part in parts for session in part)]
        gives, takes = (Counter(session[k] for session in plan) for k in (0, 1))
        pairs = [session[:2] for session in plan]
        rooms = shape.event.rooms or 99
        if (
            len(set(pairs)) == len(pairs)
            and all(gives[p.id] <= p.capacity for p in givers)
            and all(count <= 2 for count in takes.values())
            and all(len(part) <= rooms for part in parts)
        ):
            yield plan


def check(seed: int) -> None:
    scenario, before, first, new, found = incident(seed)
    old = [timed(match) for match in first.programs[0].matches]
    held = [session for session in old if session[2].start < "15:00"]
    people = {one.id: one for one in (*before.people, *new.people)}
    gone = {one for session in held for one in session[:2] if one not in new}
    everyone = Roster(people=(*new.people, *(people[one] for one in sorted(gone))))
    facts = scenario.facts(everyone)
    program = scenario.programs[0].bound(facts)
    takers = [p.id for p in everyone.people if p.plays(("mentee",))]

    def worth(plan: list[Timed]) -> tuple[object, ...]:
        count = Counter(session[1] for session in plan)
        pairs = {session[:2] for session in plan}
        still = [s for s in old if s[0] in everyone and s[1] in everyone]
        return (
            len(count),
            -sum(session not in plan for session in still),
            -sum(session[:2] not in pairs for session in still),
            tuple(sorted(count[one] for one in takers)),
            sum(program.points(facts.roster[g], facts.roster[t]) for g, t, _ in plan),
        )

    now = [timed(match) for match in found.solution.programs[0].matches]
    assert set(held) <= set(now), seed
    assert {session for session in now if session[2].start < "15:00"} == set(held), seed
    best = max(worth(plan) for plan in rests(program, facts, new, held))
    assert worth(now) == best, seed
    assert found.proven, seed
    lost = [s for s in old if s not in now and s[0] in new and s[1] in new]
    assert found.moves == len(lost) == len(found.moved), seed
    assert found.scenario is not None
    verdict = verify(found.solution, everyone_then(new, found), found.scenario)
    assert verdict.is_sound, (seed, verdict)
    for tier in found.solution.programs[0].tiers:
        assert tier.standing == "checked" or tier.certificate is None, (seed, tier)


def everyone_then(new: Roster, found: Repair) -> Roster:
    return Roster(people=(*new.people, *found.absent))


def timed(match: Match) -> Timed:
    assert match.slot is not None
    return match.with_role("giver")[0], match.with_role("taker")[0], match.slot


@pytest.mark.parametrize("seed", range(40))
def test_an_event_is_re_planned_as_well_as_trying_everything(seed: int) -> None:
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_five_hundred_events_are_re_planned_as_well_as_trying_everything(block: int) -> None:
    for seed in range(1000 + 50 * block, 1050 + 50 * block):
        check(seed)


def test_a_series_is_re_planned_from_a_week_on() -> None:
    program = PROGRAMS["micro_mentoring"]
    scenario = Scenario(programs=(program,), weeks=Weeks(first=dt.date(2027, 10, 18), count=4))
    offers = {"sql": 5, "art": 4, "law": 3}
    people = [
        Person(id=one, role=("mentor",), capacity=6, skills_offered=offers, availability=hours)
        for one, hours in (("g1", "any"), ("g2", "Mon 09:00-12:00"), ("g3", "Mon 09:15-10:15"))
    ]
    people += [
        Person(id=f"t{k}", role=("mentee",), skills_wanted=offers, availability="Mon 08:00-12:00")
        for k in range(3)
    ]
    first = solve(Roster(people=tuple(people)), scenario, budget=UNLIMITED)
    assert len(first.assignment.matches) == 9
    start = dt.datetime(2027, 10, 25)
    new = Roster(people=tuple(one for one in people if one.id != "g3"))
    found = replan(first, new, scenario, start, budget=UNLIMITED)  # nothing known of g3 but ids
    held = {
        (*m.people, m.slot, m.topic) for m in first.assignment.matches
        if m.slot and m.slot.date and m.slot.date < start.date()
    }  # fmt: skip
    assert held <= {(*m.people, m.slot, m.topic) for m in found.solution.assignment.matches}
    assert found.scenario is not None
    assert verify(found.solution, everyone_then(new, found), found.scenario).is_sound
    assert found.left == ("g3",)
    assert found.proven


def test_a_season_of_weekly_meetings_has_no_moment_to_start_from() -> None:
    scenario = Scenario.of(PROGRAMS["mentorship"])
    with pytest.raises(ProgramError, match="dated sessions"):
        replan(Solution(scenario="x"), Roster(), scenario, THREE)


def test_an_event_beside_another_program_is_planned_again_in_a_scenario_of_its_own() -> None:
    scenario = Scenario(programs=(PROGRAMS["flash_mentoring"], PROGRAMS["learning_circles"]))
    with pytest.raises(ProgramError, match="Flash sessions and Circles") as caught:
        replan(Solution(scenario="x"), Roster(), scenario, THREE)
    assert "folder of their own" in str(caught.value)


def test_the_command_writes_a_plan_that_verifies(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text(
        'roster = "people.csv"\n[[program]]\nuse = "flash_mentoring"\nname = "Flash"\n'
        'event = { dates = [2027-10-14], starts = ["14:00", "15:00", "16:00"], minutes = 60 }\n'
    )
    head = "id,role,capacity,skills_offered,skills_wanted,availability,prefers\n"
    g1, g2 = "g1,mentor,3,sql,,any,\n", "g2,mentor,3,sql; art,,any,\n"
    rest = "t1,mentee,,,sql,any,g1\nt2,mentee,,,art,any,g2\nt3,mentee,,,sql,Thu 16:00-17:00,g2\n"
    (tmp_path / "people.csv").write_text(head + g1 + g2 + rest)
    (tmp_path / "now.csv").write_text(head + g2 + rest + "late,mentee,,,art,any,\n")
    out, again = tmp_path / "out", tmp_path / "again"

    def run(*args: object) -> str:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        assert done.exit_code == 0, done.output
        return done.output

    run("solve", tmp_path / "scenario.toml", "-o", out, "--quiet")
    told = run(
        "repair", out, "--roster", tmp_path / "now.csv", "--from", "2027-10-14T15:00", "-o", again
    )
    assert "proven fewest" in told
    assert "1 left, 1 joined" in told
    assert "held before" in told
    assert json.loads(run("verify", again, "--format", "json"))["sound"]
    once_more = run("repair", again, "--roster", tmp_path / "now.csv", "--from", "2027-10-14 16:00")
    assert "Moved: 0 (proven fewest)" in once_more
    both = ["--from", "2027-10-14T15:00", "--moves", "2"]
    wrong = CliRunner().invoke(
        main, ["repair", str(out), "--roster", str(tmp_path / "now.csv"), *both]
    )
    assert wrong.exit_code == 2

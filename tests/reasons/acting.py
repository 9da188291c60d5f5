"""Rosters that leave people over in every shape; and doing what a reason says."""

from __future__ import annotations

import random
from collections.abc import Iterable

from cohortopt.compile import compile_instance, with_features
from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError
from cohortopt.instance import frozen
from cohortopt.model import Availability, Event, Groups, Pairs, Person, Roster, Solution, Unplaced
from cohortopt.model.shapes import Size
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.programs.program import RULE_NAMES
from cohortopt.rules import Required
from cohortopt.rules.groups import Limits
from cohortopt.solvers import choose
from cohortopt.solvers.base import Budget, Clock
from cohortopt.verify.allowed import Allowed

EXACT = Budget(seconds=None, reproducible=True)
SKILLS = ("sql", "talks", "art")
FAIR = Event(dates=("2027-10-14",), start="13:00", end="14:00", minutes=15, pause=5)


def variant(name: str) -> Program:
    """Return a built-in program with small groups or a short event; ``*2`` asks for two rounds."""
    program = PROGRAMS[name.split("*")[0]]
    shape = program.shape
    if isinstance(shape, Groups):
        shape = shape.model_copy(update={"size": Size(min=3, max=4)})
    elif isinstance(shape, Pairs) and shape.event:
        shape = shape.model_copy(update={"sessions_max": 2, "event": FAIR})
    rounds = 2 if name.endswith("*2") else 1
    return program.model_copy(update={"shape": shape, "rounds": rounds})


def crowd(seed: int, program: Program) -> Roster:
    """Return five to nine people; hours, rules and time bind in some of the rosters."""
    draw, count = random.Random(seed), 0
    count, tight = draw.randint(5, 9), seed % 3 == 0
    shape = program.shape
    apart = isinstance(shape, Groups) and shape.leaders is not None
    apart = apart or (isinstance(shape, Pairs) and shape.giver != shape.taker)

    def person(k: int) -> Person:
        leads = apart and k < max(2, count // 4)
        days = draw.sample(("Mon", "Tue", "Wed"), 2)
        parts = [f"{day} {hour:02d}:00-{hour + 1:02d}:00" for day in days for hour in (9, 10)]
        timed = Availability.parse("; ".join(draw.sample(parts, 2)))
        other = f"p{draw.choice([j for j in range(count) if j != k])}"
        return Person(
            id=f"p{k}",
            role=(("mentor",) if leads else ("mentee",)) if apart else None,
            level=draw.randint(3, 4) if leads else draw.randint(1, 3),
            capacity=draw.randint(1, 2),
            hours=draw.choice((None, None, None, None, 1, 4)) if tight else None,
            department=draw.choice("AABC"),
            vetoes=(other,) if draw.random() < 0.25 else (),
            past=(other,) if draw.random() < 0.1 else (),
            languages=draw.choice(((), (), ("en",), ("fr",))) if tight else (),
            availability=timed if seed % 2 and draw.random() < 0.6 else None,
            skills_offered={s: draw.randint(1, 5) for s in draw.sample(SKILLS, 2)},
            skills_wanted={s: draw.randint(1, 5) for s in draw.sample(SKILLS, 2)},
        )

    return Roster(people=tuple(person(k) for k in range(count)))


def role_of(program: Program) -> str:
    return {"pairs": "taker", "groups": "member"}.get(program.shape.kind, "peer")


def reasons_of(solution: Solution, program: Program) -> list[Unplaced]:
    part = solution.programs[0]
    return [one for one in part.unplaced if one.role == role_of(program)]


def best_with(roster: Roster, program: Program, ids: Iterable[str]) -> dict[str, int] | None:
    """Return the tiers of the best plan that seats all of them (in pairs: as takers)."""
    if program.shape.kind != "pairs":
        try:
            forced = program.with_rule(Required(ids=tuple(ids)))
            solution = solve(roster, forced, budget=EXACT, reasons=False)
        except InfeasibleError:
            return None
        return {str(tier.tier): tier.value for tier in solution.tiers}
    facts = Scenario.of(program).facts(roster)
    compiled = compile_instance(facts, program.bound(facts))
    least = compiled.instance.takes_min.copy()
    places = [k for k, person in enumerate(compiled.people) if person.id in set(ids)]
    if any(int(compiled.instance.takes_max[k]) < 1 for k in places):
        return None
    least[places] = 1
    changed = with_features(compiled.instance.vary(takes_min=frozen(least)))
    answer = choose(changed).solve(changed, Clock(EXACT))
    return None if answer.impossible else {tier.tier: tier.value for tier in answer.tiers}


def could_all_sit(roster: Roster, program: Program, ids: Iterable[str]) -> bool:
    """Whether some plan that keeps every rule seats all of them (in pairs: as takers)."""
    return best_with(roster, program, ids) is not None


def most_seated(roster: Roster, program: Program, ids: Iterable[str]) -> int:
    """Return how many of these people can sit at once: a second solve that counts only them."""
    only = set(ids)
    people = tuple(
        p.model_copy(update={"priority": 1000 if p.id in only else 1}) for p in roster.people
    )
    first = program.model_copy(update={"tiers": ("placed",)})
    solution = solve(Roster(people=people), first, budget=EXACT, reasons=False)
    role = role_of(program)
    matches = solution.programs[0].matches
    return len({m.person for match in matches for m in match.members if m.role == role} & only)


def check_truth(roster: Roster, program: Program) -> Solution:
    """Solve, and hold every reason against a second solve."""
    solution = solve(roster, program, budget=EXACT)
    facts = Scenario.of(program).facts(roster)
    bound, role = program.bound(facts), role_of(program)
    matches = solution.programs[0].matches
    seated = {m.person for match in matches for m in match.members if m.role == role}
    left = [p.id for p in roster.people if bound.asks(p) and p.id not in seated]
    found = reasons_of(solution, program)
    assert sorted(one.person for one in found) == sorted(left)
    tiers = {str(tier.tier): tier.value for tier in solution.tiers}
    for one in found:
        assert one.detail
        if one.reason == "no_partner":
            assert not could_all_sit(roster, program, [one.person])
        elif one.reason == "shortage":
            assert one.person in one.people
            assert one.seats is not None
            assert one.seats < len(one.people)
            assert one.seats >= most_seated(roster, program, one.people)
            assert not could_all_sit(roster, program, one.people)
            if program.shape.kind == "groups":  # were a seat empty, something else were the reason
                assert one.seats == len(seated & set(one.people))
        elif one.reason == "trade_off":
            forced = best_with(roster, program, [one.person])
            assert forced is not None
            assert one.loss is not None
            if forced["placed"] == tiers["placed"] and solution.is_optimal:
                assert tiers["points"] - forced["points"] <= one.loss * program.scale
    return solution


def lift(roster: Roster, program: Program, one: Unplaced) -> tuple[Roster, Program]:
    """Remove the blocks that the reason names: rules for all, hours, topics, sizes."""
    blocks, shape = set(one.blocked), program.shape
    if "hours" in blocks:
        who = {one.person, *one.people}
        free = (p.model_copy(update={"hours": None}) if p.id in who else p for p in roster.people)
        roster = Roster(people=tuple(free))
    if "topics" in blocks and isinstance(shape, Groups):
        program = program.model_copy(update={"shape": shape.model_copy(update={"topic": False})})
    elif "topics" in blocks:
        wanted = roster[one.person].skills_wanted
        taught = (
            p.model_copy(update={"skills_offered": {**p.skills_offered, **wanted}})
            for p in roster.people
        )
        roster = Roster(people=tuple(taught))
    if not blocks or blocks & {"size", "leaders"}:
        more = tuple(ideal(roster, program, one.person, f"x{k}") for k in range(3))
        roster = Roster(people=(*roster.people, *more))
    sessions = isinstance(shape, Pairs) and shape.sessions
    if sessions and "availability" in blocks:  # sessions need slots: everybody is free instead
        anytime = (p.model_copy(update={"availability": None}) for p in roster.people)
        roster = Roster(people=tuple(anytime))
    for name in blocks & RULE_NAMES.keys():
        if name != "hours" and not (sessions and name == "availability"):
            program = program.without_rule(RULE_NAMES[name])
    return roster, program


def ideal(roster: Roster, program: Program, person: str, name: str) -> Person:
    """Return somebody who fits a person: alike, free at the same times, giving what is wanted."""
    me, shape = roster[person], program.shape
    leads = isinstance(shape, Groups) and shape.leaders is not None and name == "x0"
    changes: dict[str, object] = {"id": name, "hours": None, "vetoes": (), "past": ()}
    changes |= {"skills_offered": me.skills_wanted, "skills_wanted": me.skills_offered}
    if leads or isinstance(shape, Pairs):
        changes |= {"role": ("mentor",), "level": (me.level or 1) + 1, "capacity": 1, "needs": 0}
    return me.model_copy(update=changes)


def add_seats(roster: Roster, program: Program, one: Unplaced) -> tuple[Roster, Program]:
    """Add what a shortage asks for: givers, a partner, larger groups, a wider limit."""
    shape = program.shape
    if isinstance(shape, Pairs):
        number = int(one.would_help.split()[0]) if one.would_help[0].isdigit() else 1
        facts = Scenario.of(program).facts(roster)
        allowed, me = Allowed(program.bound(facts), facts), roster[one.person]
        fitting = [roster[g] for g in one.givers if allowed.objection(roster[g], me) is None]
        if number == 1 and "hours" in one.would_help:
            like = [fitting[0].model_copy(update={"capacity": 1, "hours": None, "needs": 0})]
        else:
            anytime = {"capacity": 1, "hours": None, "needs": 0, "availability": None}
            like = [roster[g].model_copy(update=anytime) for g in one.givers]
        extra = (like[k % len(like)].model_copy(update={"id": f"x{k}"}) for k in range(number))
        return Roster(people=(*roster.people, *extra)), program
    if not isinstance(shape, Groups):
        return Roster(people=(*roster.people, ideal(roster, program, one.person, "x1"))), program
    rule = program.rule(Limits)
    if "Loosen the limit" in one.would_help and rule is not None:
        wider = tuple(
            item.model_copy(update={"at_most": (item.at_most or 0) + 1}) for item in rule.items
        )
        return roster, program.with_rule(Limits(items=wider))
    size = Size(min=2, max=len(roster))
    return roster, program.model_copy(update={"shape": shape.model_copy(update={"size": size})})


def check_acting(roster: Roster, program: Program) -> int:
    """Act on every reason but trade-offs; return how many were acted on.

    A block that is gone lets the person sit, or it is no longer what keeps them out. Seats that
    are added seat one more of those who compete; or, in groups, sizes are no longer the block.
    """
    solution = check_truth(roster, program)
    acted, role = 0, role_of(program)
    matches = solution.programs[0].matches
    seated = {m.person for match in matches for m in match.members if m.role == role}
    for one in reasons_of(solution, program):
        acted += one.reason in ("no_partner", "shortage")
        if one.reason == "no_partner":
            others, changed = lift(roster, program, one)
            if not could_all_sit(others, changed, [one.person]):
                again = reasons_of(solve(others, changed, budget=EXACT), changed)
                now = next(other for other in again if other.person == one.person)
                assert set(now.blocked).isdisjoint(one.blocked)
        elif one.reason == "shortage":
            others, changed = add_seats(roster, program, one)
            if most_seated(others, changed, one.people) <= len(seated & set(one.people)):
                again = reasons_of(solve(others, changed, budget=EXACT), changed)
                now = {other.seats for other in again if other.reason == "shortage"}
                assert program.shape.kind == "groups"  # the count of seats is no longer the block
                assert one.seats not in now
    return acted

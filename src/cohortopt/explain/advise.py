"""The cheapest things that would help: small changes, each confirmed by solving again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cohortopt.explain.base import (
    RESOLVE_SECONDS,
    TierChange,
    Told,
    facts_for,
    gains,
    solve_again,
    tier_changes,
    with_program,
)
from cohortopt.explain.recruit import Recruits, recruit
from cohortopt.model import DAYS, Availability, Facts, Groups, Pairs, Person, Roster, Solution, Span
from cohortopt.model.calendar import hours_of
from cohortopt.model.time import QUARTER, Slot, zone
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Availability as Meetings
from cohortopt.rules import Gap, Language, LinkRule, Past
from cohortopt.solvers.base import Budget
from cohortopt.verify.allowed import Allowed

Change = Callable[[Roster, Scenario], tuple[Roster, Scenario]]

TRIES = 30
KINDS = ("place", "hours", "time", "meet again", "veto", "size", "rule")


class Fix(Told):
    """One change, and what it brings. ``effort`` orders kinds: 1 asks one person a favour."""

    kind: str
    program: str
    people: tuple[str, ...]
    text: str
    effort: int
    changes: tuple[TierChange, ...]

    @property
    def gain(self) -> tuple[int, ...]:
        """Return what each tier gains, in tier order."""
        return gains(self.changes)


class Advice(Told):
    """Fixes that help, the best first, and whom to recruit if places are short."""

    fixes: tuple[Fix, ...]
    tried: int
    recruits: Recruits | None = None
    cut_short: bool = False  # the time was over before everything was tried


@dataclass(frozen=True)
class Idea:
    """A change that might help."""

    kind: str
    program: str
    people: tuple[str, ...]
    text: str
    effort: int
    apply: Change


def advise(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    *,
    seconds: float = 60.0,
    tries: int = TRIES,
    recruiting: bool = True,
) -> Advice:
    """Return changes that make the plan better, each seen to do so by solving again.

    Tried are: one more place for somebody who gives, hours for one match, an hour more in
    somebody's week, meeting a past partner again, lifting one veto, a size limit moved by one, and
    each rule loosened for all. People who are left over come first. The plan without
    any change is solved again too, so that like is compared with like.
    """
    started = time.monotonic()
    scenario, facts = facts_for(roster, scenario)
    each = Budget(seconds=min(RESOLVE_SECONDS, max(1.0, seconds / 6)), seed=solution.seed)
    before = solve_again(roster, scenario, each) or solution
    fixes: list[Fix] = []
    tried, late = 0, False
    for idea in ideas(before, facts, scenario):
        late = time.monotonic() - started > seconds
        if tried >= tries or late:
            break
        tried += 1
        changed = idea.apply(facts.roster, scenario)
        after = solve_again(*changed, each)
        if after is None:
            continue
        changes = tier_changes(before, after)
        if gains(changes) > (0,) * len(changes):
            fixes.append(
                Fix(
                    kind=idea.kind,
                    program=idea.program,
                    people=idea.people,
                    text=idea.text,
                    effort=idea.effort,
                    changes=changes,
                )
            )
    fixes.sort(key=lambda fix: (tuple(-g for g in fix.gain[:1]), fix.effort, _less(fix), fix.text))
    people = recruit(roster, scenario, each) if recruiting and not late else None
    return Advice(fixes=tuple(fixes), tried=tried, recruits=people, cut_short=late)


def _less(fix: Fix) -> tuple[int, ...]:
    return tuple(-gain for gain in fix.gain)


def ideas(before: Solution, facts: Facts, scenario: Scenario) -> Iterator[Idea]:
    """Yield changes that might help, the most promising first."""
    for program in scenario.programs:
        bound = program.bound(facts)
        part = before.program(program.name)
        seated = {m.person for match in part.matches for m in match.members if m.role != "giver"}
        left = [p for p in facts.roster.people if bound.asks(p) and p.id not in seated]
        allowed = Allowed(bound, facts)
        yield from _hours(bound, left)
        if isinstance(bound.shape, Pairs):
            yield from _places(bound, before, facts, allowed, bool(left))
        for person in left[:12]:
            yield from _closest(bound, person, allowed)
        if isinstance(bound.shape, Groups):
            yield from _sizes(bound)
        yield from _loosened(bound)


def _person(
    one: Person, **changes: object
) -> Callable[[Roster, Scenario], tuple[Roster, Scenario]]:
    def apply(roster: Roster, scenario: Scenario) -> tuple[Roster, Scenario]:
        people = tuple(p.model_copy(update=changes) if p.id == one.id else p for p in roster.people)
        return Roster(people=people), scenario

    return apply


def _program(changed: Program) -> Change:
    return lambda roster, scenario: (roster, with_program(scenario, changed))


def _hours(program: Program, left: list[Person]) -> Iterator[Idea]:
    cost = program.minutes_a_month
    if not any(rule.kind_name == "hours" for rule in program.rules):
        return
    for person in left:
        if person.hours is not None and person.hours * 60 < cost:
            hours = cost / 60
            text = f"Let {person} spend {hours:g} hours a month instead of {person.hours:g}."
            yield Idea("hours", program.name, (person.id,), text, 1, _person(person, hours=hours))


def _places(
    program: Program, before: Solution, facts: Facts, allowed: Allowed, short: bool
) -> Iterator[Idea]:
    """Yield one more place for givers: the full ones, most contested first."""
    part = before.program(program.name)
    used: dict[str, int] = {}
    for match in part.matches:
        for giver in match.with_role("giver"):
            used[giver] = used.get(giver, 0) + 1
    prices: dict[str, int] = {}
    for tier in part.tiers:
        certificate = tier.certificate or {}
        if certificate.get("kind") == "prices":
            prices = {str(k): int(v) for k, v in certificate["giver"].items()}
    full = [p for p in allowed.givers() if used.get(p.id, 0) >= allowed.gives(p)[1]]
    full.sort(key=lambda p: (-prices.get(p.id, 0), p.id))
    for person in full[: 8 if short else 3]:
        more = person.capacity + 1
        changes: dict[str, object] = {"capacity": more}
        cost = program.minutes_a_month
        extra = ""
        if person.hours is not None and cost and person.hours * 60 < cost * more:
            changes["hours"] = cost * more / 60
            extra = f" and {cost * more / 60:g} hours a month"
        text = f"Ask {person} to take {more} instead of {person.capacity}{extra}."
        yield Idea("place", program.name, (person.id,), text, 1, _person(person, **changes))


def _closest(program: Program, person: Person, allowed: Allowed) -> Iterator[Idea]:
    """Yield what would open the best links that a single rule forbids."""
    rules = [rule for rule in program.rules if isinstance(rule, LinkRule)]
    blocked: list[tuple[int, str, Person]] = []
    for other in allowed.givers():
        if other.id == person.id:
            continue
        against = {r.kind_name for r in rules if r.objection(other, person) is not None}
        if not isinstance(program.shape, Pairs):
            against |= {r.kind_name for r in rules if r.objection(person, other) is not None}
        if len(against) == 1:
            blocked.append((program.points(other, person), against.pop(), other))
    blocked.sort(key=lambda one: (-one[0], one[2].id))
    seen: set[str] = set()
    for _, kind, other in blocked:
        if kind in seen:
            continue
        seen.add(kind)
        if kind == "availability":
            yield from _more_time(program, person, other)
        elif kind == "past":
            text = f"Let {person} meet {other} again."
            past = tuple(one for one in person.past if one != other.id)
            theirs = tuple(one for one in other.past if one != person.id)
            both = _both(_person(person, past=past), _person(other, past=theirs))
            yield Idea("meet again", program.name, (person.id, other.id), text, 1, both)
        elif kind == "apart":
            text = f"Lift what keeps {person} and {other} apart."
            mine = tuple(one for one in person.vetoes if one != other.id)
            theirs = tuple(one for one in other.vetoes if one != person.id)
            both = _both(_person(person, vetoes=mine), _person(other, vetoes=theirs))
            yield Idea("veto", program.name, (person.id, other.id), text, 3, both)


def _both(
    first: Change,
    second: Change,
) -> Change:
    return lambda roster, scenario: second(*first(roster, scenario))


def _more_time(program: Program, person: Person, other: Person) -> Iterator[Idea]:
    """Yield the hour in which ``other`` is free, added to the person's week."""
    meetings = program.rule(Meetings)
    if meetings is None or meetings.dated:
        return
    facts = meetings.facts
    starts = meetings.starts(other)
    if not starts or hours_of(person, facts).is_always:
        return
    working = sorted(starts, key=lambda s: (not 36 <= s % 96 <= 64, s))
    slot = Slot.weekly(working[0], meetings.minutes, facts.timezone)
    local = slot.on(facts.mondays[0]).astimezone(zone(person.timezone or facts.timezone))
    first = local.hour * 60 + local.minute
    last = min(1440, first + max(QUARTER, meetings.minutes))
    span = Span(day=local.weekday(), start=first, end=last)
    own = hours_of(person, facts).spans
    more = Availability.of([*own, span])
    text = (
        f"If {person} could also meet on {DAYS[span.day]} {first // 60:02d}:{first % 60:02d} "
        "(own time)."
    )
    yield Idea("time", program.name, (person.id,), text, 1, _person(person, availability=more))


def _sizes(program: Program) -> Iterator[Idea]:
    shape = program.shape
    assert isinstance(shape, Groups)
    size = shape.size
    for name, changed in (
        ("max", size.model_copy(update={"max": size.max + 1})),
        ("min", size.model_copy(update={"min": size.min - 1, "target": None})),
    ):
        if changed.min >= 2:
            value = changed.max if name == "max" else changed.min
            text = f"Let groups of {program.name} have {name} {value} members."
            other = program.model_copy(update={"shape": shape.model_copy(update={"size": changed})})
            yield Idea("size", program.name, (), text, 2, _program(other))


def _loosened(program: Program) -> Iterator[Idea]:
    gap = program.rule(Gap)
    if gap is not None and gap.at_least is not None:
        lower = Gap(at_least=gap.at_least - 1, at_most=gap.at_most)
        text = f"Let the level gap in {program.name} be {gap.at_least - 1} or more."
        yield Idea("rule", program.name, (), text, 2, _program(program.with_rule(lower)))
    if gap is not None and gap.at_most is not None:
        higher = Gap(at_least=gap.at_least, at_most=gap.at_most + 1)
        text = f"Let the level gap in {program.name} be up to {gap.at_most + 1}."
        yield Idea("rule", program.name, (), text, 2, _program(program.with_rule(higher)))
    for kind, what in ((Language, "a shared language"), (Past, "meeting new people only")):
        if program.rule(kind) is not None:
            text = f"Do not ask for {what} in {program.name}."
            yield Idea("rule", program.name, (), text, 3, _program(program.without_rule(kind)))
    meetings = program.rule(Meetings)
    if meetings is not None and meetings.minutes > 30 and not meetings.dated:
        shorter = meetings.model_copy(update={"minutes": meetings.minutes - 15})
        text = f"Let meetings of {program.name} take {shorter.minutes} minutes."
        yield Idea("rule", program.name, (), text, 2, _program(program.with_rule(shorter)))

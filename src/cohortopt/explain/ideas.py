"""Small changes that might help: of one cell, one pair, one size or one rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from cohortopt.explain.base import with_program
from cohortopt.model import DAYS, Availability, Facts, Groups, Pairs, Person, Roster, Solution, Span
from cohortopt.model.calendar import hours_of
from cohortopt.model.time import QUARTER, Slot, zone
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Availability as Meetings
from cohortopt.rules import Different, Gap, Isolation, Language, LinkRule, OneWay, Past, Rule, Same
from cohortopt.verify.allowed import Allowed
from cohortopt.words import counted

Change = Callable[[Roster, Scenario], tuple[Roster, Scenario]]

EFFORT = {"place": 1, "hours": 1, "time": 1, "meet again": 1, "veto": 3, "size": 2, "rule": 2}
DROPPED: dict[type[Rule], str] = {  # rules that may go as a whole, and what they ask for
    Language: "a shared language",
    Past: "meeting new people only",
    Same: "the same traits",
    Different: "different traits",
    OneWay: "giving one way only",
    Isolation: "nobody being the only one of a kind",
}
DROP = 3  # the effort of doing without a rule
HOURS = 2  # hours that are proposed to one person, at first
LEFT = 12  # people left over who are looked at one by one, at first
FULL = 8  # givers who are asked for one place more, at first


@dataclass(frozen=True)
class Idea:
    """A change that might help. ``effort`` orders kinds: 1 asks one person a favour."""

    kind: str
    program: str
    people: tuple[str, ...]
    text: str
    effort: int
    apply: Change

    def and_also(self, other: Idea) -> Idea:
        """Return both changes as one."""
        return Idea(
            kind=self.kind if self.kind == other.kind else f"{self.kind} + {other.kind}",
            program=self.program,
            people=tuple(dict.fromkeys((*self.people, *other.people))),
            text=f"{self.text} {other.text}",
            effort=self.effort + other.effort,
            apply=lambda roster, scenario: other.apply(*self.apply(roster, scenario)),
        )


def ideas(before: Solution, facts: Facts, scenario: Scenario) -> Iterator[Idea]:
    """Yield every single change of the kinds offered, each once, the most promising first."""
    seen: set[tuple[str, str]] = set()
    makers = [
        _Ideas(before, facts, program.bound(facts), scenario) for program in scenario.programs
    ]
    for maker in makers:
        for idea in maker.promising():
            if (idea.program, idea.text) not in seen:
                seen.add((idea.program, idea.text))
                yield idea
    for maker in makers:
        for idea in maker.others():
            if (idea.program, idea.text) not in seen:
                seen.add((idea.program, idea.text))
                yield idea


class _Ideas:
    """Changes for one program."""

    def __init__(
        self, before: Solution, facts: Facts, program: Program, scenario: Scenario
    ) -> None:
        self.program = program
        self.plain = next(one for one in scenario.programs if one.name == program.name)
        self.facts = facts
        self.part = before.program(program.name)
        self.allowed = Allowed(program, facts)
        matches = self.part.matches
        seated = {m.person for match in matches for m in match.members if m.role != "giver"}
        people = facts.roster.people
        self.left = [p for p in people if program.asks(p) and p.id not in seated]
        self.takes_part = [p for p in people if program.asks(p) or self._gives(p)]

    def _gives(self, person: Person) -> bool:
        return self.allowed.capacity.gives(person)[1] > 0

    def promising(self) -> Iterator[Idea]:
        """Yield changes near people who are left over, then sizes and rules for all."""
        for person in self.left:
            yield from self._hours(person)
        full = self._full()
        for person in full[: FULL if self.left else 3]:
            yield self._place(person)
        for person in self.left[:LEFT]:
            yield from self._closest(person)
        yield from self._sizes()
        yield from self._loosened()

    def others(self) -> Iterator[Idea]:
        """Yield all other changes."""
        for person in self._full():
            yield self._place(person)
        for person in self.takes_part:
            yield from self._hours(person)
        for one, other in combinations(self.takes_part, 2):
            yield from self._lifted(one, other)
        for person in [*self.left, *(p for p in self.takes_part if p not in self.left)]:
            yield from self._more_time(person, self.takes_part)

    def _idea(self, kind: str, people: Sequence[Person], text: str, apply: Change) -> Idea:
        ids = tuple(person.id for person in people)
        return Idea(kind, self.program.name, ids, text, EFFORT[kind], apply)

    def _hours(self, person: Person) -> Iterator[Idea]:
        """Yield the hours for one match more than fit now."""
        cost = self.program.minutes_a_month
        if person.hours is None or not cost:
            return
        most = max(1, self._gives(person) + int(self.program.asks(person)), person.capacity)
        fit = self.allowed.total(person)
        if fit < most:
            hours = cost * (fit + 1) / 60
            spend = f"{counted(hours, 'hour')} a month instead of {person.hours:g}"
            text = f"Let {person} spend {spend}."
            yield self._idea("hours", (person,), text, _cells(person, hours=hours))

    def _full(self) -> list[Person]:
        """Return givers whose places are all taken, the most contested by the prices first."""
        used: dict[str, int] = {}
        for match in self.part.matches:
            for giver in match.with_role("giver", "leader"):
                used[giver] = used.get(giver, 0) + 1
        prices: dict[str, int] = {}
        for tier in self.part.tiers:
            certificate = tier.certificate or {}
            if certificate.get("kind") == "prices":
                prices = {str(k): int(v) for k, v in certificate["giver"].items()}
        gives = self.allowed.capacity.gives
        may = [p for p in self.facts.roster.people if self._may_give(p)]
        full = [p for p in may if used.get(p.id, 0) >= min(gives(p)[1], self.allowed.total(p))]
        return sorted(full, key=lambda p: (-prices.get(p.id, 0), p.id))

    def _may_give(self, person: Person) -> bool:
        """Whether a place more would be a place at all."""
        return self.allowed.capacity.gives(person.model_copy(update={"capacity": 9}))[1] > 0

    def _place(self, person: Person) -> Idea:
        more, cost = person.capacity + 1, self.program.minutes_a_month
        changes: dict[str, object] = {"capacity": more}
        text = f"Ask {person} to take {more} instead of {person.capacity}"
        if person.hours is not None and cost and person.hours * 60 < cost * more:
            changes["hours"] = cost * more / 60
            text += f" and {counted(cost * more / 60, 'hour')} a month"
        return self._idea("place", (person,), f"{text}.", _cells(person, **changes))

    def _closest(self, person: Person) -> Iterator[Idea]:
        """Yield what would open the best links that a single rule forbids, one for each rule."""
        rules = [rule for rule in self.program.rules if isinstance(rule, LinkRule)]
        blocked: list[tuple[int, str, Person]] = []
        for other in self.allowed.givers():
            if other.id == person.id:
                continue
            against = {r.kind_name for r in rules if r.objection(other, person) is not None}
            if not isinstance(self.program.shape, Pairs):
                against |= {r.kind_name for r in rules if r.objection(person, other) is not None}
            if len(against) == 1:
                blocked.append((self.program.points(other, person), against.pop(), other))
        blocked.sort(key=lambda one: (-one[0], one[2].id))
        seen: set[str] = set()
        for _, kind, other in blocked:
            if kind in seen:
                continue
            seen.add(kind)
            if kind == "availability":
                yield from list(self._more_time(person, [other]))[:HOURS]
            else:
                yield from self._lifted(person, other)

    def _lifted(self, person: Person, other: Person) -> Iterator[Idea]:
        """Yield lifting what keeps the two apart by name."""
        both, kinds = (person, other), {rule.kind_name for rule in self.program.rules}
        if "past" in kinds and (other.id in person.past or person.id in other.past):
            text = f"Let {person} meet {other} again."
            yield self._idea("meet again", both, text, _without(both, "past"))
        if "apart" in kinds and (other.id in person.vetoes or person.id in other.vetoes):
            text = f"Lift what keeps {person} and {other} apart."
            yield self._idea("veto", both, text, _without(both, "vetoes"))

    def _more_time(self, person: Person, others: Sequence[Person]) -> Iterator[Idea]:
        """Yield hours in which others are free, added to the person's week.

        One hour, the kindest, stands for all in which the same people are free; hours in which
        many are free come first.
        """
        meetings = self.program.rule(Meetings)
        if meetings is None or meetings.dated:
            return
        facts = meetings.facts
        if hours_of(person, facts).is_always:
            return
        mine, free = set(meetings.starts(person)), dict[int, set[str]]()
        for other in others:
            if other.id != person.id:
                for start in meetings.starts(other):
                    free.setdefault(start, set()).add(other.id)
        kind: dict[frozenset[str], int] = {}
        for start in sorted(free.keys() - mine, key=lambda s: (not 36 <= s % 96 <= 64, s)):
            kind.setdefault(frozenset(free[start]), start)
        for _, start in sorted(kind.items(), key=lambda one: (-len(one[0]), one[1])):
            slot = Slot.weekly(start, meetings.minutes, facts.timezone)
            local = slot.on(facts.mondays[0]).astimezone(zone(person.timezone or facts.timezone))
            first = local.hour * 60 + local.minute
            last = min(1440, first + max(QUARTER, meetings.minutes))
            span = Span(day=local.weekday(), start=first, end=last)
            when = f"{DAYS[span.day]} {first // 60:02d}:{first % 60:02d}"
            text = f"If {person} could also meet on {when} (own time)."
            yield self._idea("time", (person,), text, _free(person, span, facts))

    def _sizes(self) -> Iterator[Idea]:
        shape = self.plain.shape
        if not isinstance(shape, Groups):
            return
        name, size = self.plain.name, shape.size
        text = f"Let groups of {name} have max {size.max + 1} members."
        wider = _program(name, lambda p: _sized(p, max=size.max + 1))
        yield self._idea("size", (), text, wider)
        if size.min > 2:
            text = f"Let groups of {name} have min {size.min - 1} members."
            smaller = _program(name, lambda p: _sized(p, min=size.min - 1, target=None))
            yield self._idea("size", (), text, smaller)

    def _loosened(self) -> Iterator[Idea]:
        """Yield rules loosened a step for all, and rules done without."""
        program, name = self.plain, self.plain.name
        gap = program.rule(Gap)
        if gap is not None and gap.at_least is not None:
            least = gap.at_least - 1
            text = f"Let the level gap in {name} be {least} or more."
            yield self._idea("rule", (), text, _program(name, lambda p: _gap(p, at_least=least)))
        if gap is not None and gap.at_most is not None:
            most = gap.at_most + 1
            text = f"Let the level gap in {name} be up to {most}."
            yield self._idea("rule", (), text, _program(name, lambda p: _gap(p, at_most=most)))
        meetings = program.rule(Meetings)
        event = isinstance(program.shape, Pairs) and program.shape.event is not None
        if meetings is not None and meetings.minutes > 30 and not event:
            shorter = meetings.model_copy(update={"minutes": meetings.minutes - 15})
            text = f"Let meetings of {name} take {shorter.minutes} minutes."
            yield self._idea("rule", (), text, _program(name, lambda p: p.with_rule(shorter)))
        for kind, what in DROPPED.items():
            if program.rule(kind) is not None:
                text = f"Do not ask for {what} in {name}."
                change = _program(name, lambda p, kind=kind: p.without_rule(kind))  # type: ignore[misc]
                yield Idea("rule", name, (), text, DROP, change)


def _cells(one: Person, **changes: object) -> Change:
    def apply(roster: Roster, scenario: Scenario) -> tuple[Roster, Scenario]:
        people = tuple(p.model_copy(update=changes) if p.id == one.id else p for p in roster.people)
        return Roster(people=people), scenario

    return apply


def _without(two: tuple[Person, Person], column: str) -> Change:
    """Return the change that takes each of two people off the other's list."""
    names = {person.id for person in two}

    def apply(roster: Roster, scenario: Scenario) -> tuple[Roster, Scenario]:
        people = tuple(
            p.model_copy(update={column: tuple(i for i in getattr(p, column) if i not in names)})
            if p.id in names
            else p
            for p in roster.people
        )
        return Roster(people=people), scenario

    return apply


def _program(name: str, change: Callable[[Program], Program]) -> Change:
    """Return the change of one program; it goes together with other changes of it."""

    def apply(roster: Roster, scenario: Scenario) -> tuple[Roster, Scenario]:
        known = next(one for one in scenario.programs if one.name == name)
        return roster, with_program(scenario, change(known))

    return apply


def _sized(program: Program, **update: object) -> Program:
    shape = program.shape
    assert isinstance(shape, Groups)
    size = shape.size.model_copy(update=update)
    return program.model_copy(update={"shape": shape.model_copy(update={"size": size})})


def _gap(program: Program, **update: object) -> Program:
    return program.with_rule((program.rule(Gap) or Gap()).model_copy(update=update))


def _free(one: Person, span: Span, facts: Facts) -> Change:
    """Return the change that adds an hour to somebody's week."""

    def apply(roster: Roster, scenario: Scenario) -> tuple[Roster, Scenario]:
        more = Availability.of([*hours_of(roster[one.id], facts).spans, span])
        return _cells(one, availability=more)(roster, scenario)

    return apply

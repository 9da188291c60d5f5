"""What can be left out, one thing at a time: a rule, a person's line in a rule, or a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cohortopt.demands import named
from cohortopt.explain.base import with_program
from cohortopt.model import Availability, Groups, Pairs, Person, Rings, Roster
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Apart, Capacity, Hours, Locked, Past, Required, Rule, Together
from cohortopt.rules import Availability as Meetings
from cohortopt.words import counted

Lift = Callable[[Scenario], Scenario]


@dataclass(frozen=True)
class Demand:
    """Something that is asked, and what leaving it out means.

    Either ``lift`` changes the scenario, or the cells ``freed`` of the one person are changed.
    """

    line: str
    rule: str
    people: tuple[str, ...] = ()
    lift: Lift | None = None
    freed: tuple[tuple[str, Any], ...] = ()


def demands(roster: Roster, scenario: Scenario) -> list[list[Demand]]:
    """Return all that is asked, in bundles that belong together, least telling first.

    Without any of them something is possible: nobody has to sit then. What is asked of named
    people comes last, so that it is left out last and stays in an explanation.
    """
    bundles = [[demand] for program in scenario.programs for demand in _whole(program)]
    bundles += [[demand] for demand in _joint(scenario)]
    bundles += [[demand] for program in scenario.programs for demand in _shape(roster, program)]
    asked = {one for program in scenario.programs for _, one in named(program)}
    columns = _columns(roster, scenario)
    for of_named in (False, True):
        bundles += [[d for d in cells if (d.people[0] in asked) is of_named] for cells in columns]
    bundles += [list(_least(program)) for program in scenario.programs]
    bundles += [list(_named(program, kind)) for program in scenario.programs for kind in NAMED]
    return [bundle for bundle in bundles if bundle]


def without(roster: Roster, scenario: Scenario, gone: Iterable[Demand]) -> tuple[Roster, Scenario]:
    """Return the roster and the scenario with these demands left out."""
    cells: dict[str, dict[str, Any]] = {}
    for demand in gone:
        if demand.lift is not None:
            scenario = demand.lift(scenario)
        elif demand.freed:
            cells.setdefault(demand.people[0], {}).update(demand.freed)
    people = (p.model_copy(update=cells[p.id]) if p.id in cells else p for p in roster.people)
    return Roster(people=tuple(people)), scenario


NAMED: tuple[type[Rule], ...] = (Together, Locked, Required)
IN_CELLS = (Meetings, Hours, Apart, Past, Capacity)  # rules whose demands are cells of people


def _change(name: str, change: Callable[[Program], Program]) -> Lift:
    def lift(scenario: Scenario) -> Scenario:
        known = next(one for one in scenario.programs if one.name == name)
        return with_program(scenario, change(known))

    return lift


def _whole(program: Program) -> Iterator[Demand]:
    """Yield rules that hold for all alike."""
    for rule in program.rules:
        if isinstance(rule, NAMED) or (isinstance(rule, IN_CELLS) and not _beyond_cells(rule)):
            continue
        kind = type(rule)
        line = f"{program.name}: rule {rule.kind_name}"
        lift = _change(program.name, lambda p, kind=kind: p.without_rule(kind))  # type: ignore[misc]
        yield Demand(line, rule.kind_name, lift=lift)


def _beyond_cells(rule: Rule) -> bool:
    """Whether the rule forbids more than cells of the roster say."""
    if isinstance(rule, Meetings):
        return bool(rule.dated)
    if isinstance(rule, Apart):
        return bool(rule.lists)
    return isinstance(rule, Past) and bool(rule.facts.history)


def _joint(scenario: Scenario) -> Iterator[Demand]:
    if len(scenario.programs) < 2:
        return
    joint, none = (
        scenario.joint,
        type(scenario.joint)(hours=False, slots=False, mentor_not_in_circle=False),
    )
    for name, value in joint:
        free = getattr(none, name)
        if value != free:

            def lift(one: Scenario, name: str = name, free: Any = free) -> Scenario:
                changed = one.joint.model_copy(update={name: free})
                return one.model_copy(update={"joint": changed})

            yield Demand(f"joint: {name}", "joint", lift=lift)


def _shape(roster: Roster, program: Program) -> Iterator[Demand]:
    """Yield what a match must look like."""
    name, shape = program.name, program.shape

    def shaped(line: str, rule: str, **changes: Any) -> Demand:
        def change(one: Program) -> Program:
            return one.model_copy(update={"shape": one.shape.model_copy(update=changes)})

        return Demand(f"{name}: {line}", rule, lift=_change(name, change))

    def sized(line: str, **changes: Any) -> Demand:
        def change(one: Program) -> Program:
            assert isinstance(one.shape, Groups)
            size = one.shape.size.model_copy(update={**changes, "target": None})
            return one.model_copy(update={"shape": one.shape.model_copy(update={"size": size})})

        return Demand(f"{name}: {line}", "size", lift=_change(name, change))

    if isinstance(shape, Groups):
        if shape.topic:
            yield shaped("each group has one topic", "topics", topic=False)
        if shape.leaders is not None:
            least = shape.leaders.model_copy(update={"min": 0})
            yield shaped(
                f"each group has {counted(shape.leaders.min, 'leader')}", "leaders", leaders=least
            )
        if shape.size.groups is not None:
            yield sized(f"there are {shape.size.groups} groups", groups=None)
        yield sized(f"groups have at most {shape.size.max}", max=max(len(roster), shape.size.max))
        yield sized(f"groups have at least {shape.size.min}", min=1)
    elif isinstance(shape, Rings):
        yield shaped(f"rings have at most {shape.longest}", "size", longest=5)
    elif isinstance(shape, Pairs):
        if shape.sessions_min:
            yield shaped(
                f"at least {counted(shape.sessions_min, 'session')}", "sessions", sessions_min=0
            )
        if shape.event is not None and shape.event.rooms is not None:
            free = shape.event.model_copy(update={"rooms": None})
            yield shaped(counted(shape.event.rooms, "room"), "rooms", event=free)


def _columns(roster: Roster, scenario: Scenario) -> list[list[Demand]]:
    """Return cells of the roster that rules hold people to, a bundle for each column."""
    rules = [rule for program in scenario.programs for rule in program.rules]
    kinds = {type(rule) for rule in rules if not _beyond_cells(rule)}
    shapes = [program.shape for program in scenario.programs]
    gives = [shape.giver for shape in shapes if isinstance(shape, Pairs)]
    gives += [s.leaders.who for s in shapes if isinstance(s, Groups) and s.leaders is not None]
    takes = [shape.taker for shape in shapes if isinstance(shape, Pairs)]
    asked = {one for program in scenario.programs for _, one in named(program)}
    least = any(_asks_loads(roster, program) for program in scenario.programs)
    most = len(roster) if least else len(asked)  # nobody can have to give or take more

    def cells(rule: str, say: Callable[[Person], str], **freed: Any) -> list[Demand]:
        found = []
        for person in roster.people:
            line = say(person)
            if line:
                cell = tuple((name, _more(person, name, free)) for name, free in freed.items())
                found.append(Demand(f"{person} {line}", rule, (person.id,), freed=cell))
        return found

    bundles: list[list[Demand]] = []
    if Past in kinds:
        bundles.append(cells("past", lambda p: _of("has met", p.past), past=()))
    if Meetings in kinds:
        bundles.append(cells("availability", _free, availability=Availability.always()))
    if Hours in kinds:
        bundles.append(cells("hours", _hours, hours=None))
    if Capacity in kinds and takes:
        bundles.append(cells("capacity", lambda p: _needs(p, takes), needs=most))
    if Capacity in kinds and gives:
        bundles.append(cells("capacity", lambda p: _places(p, gives), capacity=most))
    if Apart in kinds:
        bundles.append(cells("apart", lambda p: _of("vetoes", p.vetoes), vetoes=()))
        reports = cells("apart", lambda p: _of("reports to", [p.manager or ""]), manager=None)
        bundles.append(reports)
    if Capacity in kinds and gives:
        bundles.append(cells("capacity", lambda p: _at_least(p, gives), capacity_min=0))
    return bundles


def _more(person: Person, name: str, free: Any) -> Any:
    """Return the value of a cell that no longer binds; numbers are never made smaller."""
    known = getattr(person, name)
    return max(known, free) if name in ("capacity", "needs") else free


def _asks_loads(roster: Roster, program: Program) -> bool:
    """Whether somebody must give or take at least so often, locked matches aside."""
    rule, shape = program.rule(Capacity) or Capacity(), program.shape
    sessions = isinstance(shape, Pairs) and shape.sessions_min > 0
    cells = any(person.capacity_min for person in roster.people)
    return bool(rule.at_least or rule.needs_at_least or sessions or cells)


def _hours(person: Person) -> str:
    return "" if person.hours is None else f"has {counted(person.hours, 'hour')} a month"


def _free(person: Person) -> str:
    free = person.availability
    return "" if free is not None and free.is_always else f"is free {free or 'at unknown times'}"


def _needs(person: Person, takes: Sequence[tuple[str, ...]]) -> str:
    asked = any(person.plays(roles) for roles in takes)
    return f"takes {counted(person.needs, 'giver')} at most" if asked else ""


def _places(person: Person, gives: Sequence[tuple[str, ...]]) -> str:
    asked = any(person.plays(roles) for roles in gives)
    return f"has {counted(person.capacity, 'place')}" if asked else ""


def _at_least(person: Person, gives: Sequence[tuple[str, ...]]) -> str:
    asked = person.capacity_min and any(person.plays(roles) for roles in gives)
    return f"must give {counted(person.capacity_min, 'time')} or more" if asked else ""


def _of(word: str, ids: Sequence[str]) -> str:
    return f"{word} {', '.join(ids)}" if any(ids) else ""


def _least(program: Program) -> Iterator[Demand]:
    """Yield what rule ``capacity`` asks of everybody."""
    rule = program.rule(Capacity)
    if rule is None:
        return
    for field, free, line in (
        ("at_most", None, f"everyone gives at most {counted(rule.at_most or 0, 'time')}"),
        ("needs", None, f"everyone takes {counted(rule.needs or 0, 'giver')} at most"),
        ("at_least", None, f"everyone gives at least {counted(rule.at_least or 0, 'time')}"),
        ("needs_at_least", 0, f"everyone gets at least {counted(rule.needs_at_least, 'giver')}"),
    ):
        if getattr(rule, field):

            def change(one: Program, field: str = field, free: Any = free) -> Program:
                known = one.rule(Capacity) or Capacity()
                return one.with_rule(known.model_copy(update={field: free}))

            yield Demand(f"{program.name}: {line}", "capacity", lift=_change(program.name, change))


def _named(program: Program, kind: type[Rule]) -> Iterator[Demand]:
    """Yield what is asked of named people."""
    rule, name = program.rule(kind), program.name
    parts: tuple[Any, ...] = ()
    if isinstance(rule, Required):
        field, parts, word = "ids", rule.ids, "required"
    elif isinstance(rule, Locked):
        field, parts, word = "matches", rule.matches, "locked"
    elif isinstance(rule, Together):
        field, parts, word = "lists", rule.lists, "together"
    for part in parts:
        people = (part,) if isinstance(part, str) else getattr(part, "people", part)

        def change(one: Program, part: Any = part, field: str = field) -> Program:
            known = one.rule(kind)
            left = tuple(other for other in getattr(known, field, ()) if other != part)
            return one.with_rule(kind.model_validate({field: left}))

        told = f"{' + '.join(people)} {'is' if word != 'together' else 'are'} {word}"
        yield Demand(f"{name}: {told}", word, people, lift=_change(name, change))

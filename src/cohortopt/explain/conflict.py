"""Why nothing is possible: demands that clash, none of which can be left out of the set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.explain.base import RESOLVE_SECONDS, Told, with_program
from cohortopt.model import Roster
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Capacity, Locked, Required, Rule, Together
from cohortopt.solvers.base import Budget


class Clash(Told):
    """Demands that cannot all hold; without any one of them they can.

    ``confirmed`` says that leaving out each was seen to make the rest possible.
    """

    lines: tuple[str, ...]
    rules: tuple[str, ...]
    people: tuple[str, ...]
    confirmed: bool


@dataclass(frozen=True)
class Demand:
    """One thing that can be left out: a rule, or one person's line in a rule."""

    line: str
    rule: str
    people: tuple[str, ...]
    without: Callable[[Scenario], Scenario]


def find_conflict(
    roster: Roster, scenario: Scenario | Program, *, budget: Budget | None = None
) -> Clash | None:
    """Return a set of clashing demands from which none can be left out; None if all is possible.

    Deletion filter: each demand is left out in turn, and stays out if the rest still clashes
    (Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157). Every step is a re-solve; what a
    solver says about its own assumptions is not used. Takes one solve for each demand, fewer
    where whole rules fall away at once.
    """
    scenario = Scenario.of(scenario)
    budget = budget or Budget(seconds=RESOLVE_SECONDS, seed=scenario.seed)
    if _possible(roster, scenario, budget):
        return None
    whole = list(_whole_rules(scenario))
    kept_rules = _filter(roster, scenario, whole, budget)
    reduced = _without(scenario, [demand for demand in whole if demand not in kept_rules])
    single = [one for demand in kept_rules for one in _single(reduced, demand)]
    kept = _filter(roster, reduced, single, budget)
    final = _without(reduced, [demand for demand in single if demand not in kept])
    confirmed = not _possible(roster, final, budget) and all(
        _possible(roster, demand.without(final), budget) for demand in kept
    )
    return Clash(
        lines=tuple(demand.line for demand in kept),
        rules=tuple(dict.fromkeys(demand.rule for demand in kept)),
        people=tuple(dict.fromkeys(one for demand in kept for one in demand.people)),
        confirmed=confirmed,
    )


def _possible(roster: Roster, scenario: Scenario, budget: Budget) -> bool:
    try:
        solve(roster, scenario, budget=budget, reasons=False)
    except InfeasibleError:
        return False
    except OutOfTimeError:
        return True
    return True


def _filter(
    roster: Roster, scenario: Scenario, demands: list[Demand], budget: Budget
) -> list[Demand]:
    """Return the demands that stay when each that can go has gone."""
    kept = list(demands)
    current = scenario
    for demand in demands:
        trial = demand.without(current)
        if not _possible(roster, trial, budget):
            current = trial
            kept.remove(demand)
    return kept


def _without(scenario: Scenario, demands: list[Demand]) -> Scenario:
    for demand in demands:
        scenario = demand.without(scenario)
    return scenario


def _drop(program: str, kind: type[Rule]) -> Callable[[Scenario], Scenario]:
    def without(scenario: Scenario) -> Scenario:
        known = next(one for one in scenario.programs if one.name == program)
        return with_program(scenario, known.without_rule(kind))

    return without


def _swap(program: str, change: Callable[[Program], Program]) -> Callable[[Scenario], Scenario]:
    def without(scenario: Scenario) -> Scenario:
        known = next(one for one in scenario.programs if one.name == program)
        return with_program(scenario, change(known))

    return without


def _whole_rules(scenario: Scenario) -> Iterator[Demand]:
    """Yield every rule as a whole; what is asked of named people comes last, so that it stays."""
    for program in scenario.programs:
        ordered = sorted(program.rules, key=lambda rule: isinstance(rule, Required | Locked))
        for rule in ordered:
            if isinstance(rule, Capacity) and not _asks_loads(rule):
                continue
            line = f"{program.name}: rule {rule.kind_name}"
            yield Demand(line, rule.kind_name, (), _drop(program.name, type(rule)))


def _asks_loads(rule: Capacity) -> bool:
    return bool(rule.at_least or rule.needs_at_least)


def _single(scenario: Scenario, demand: Demand) -> Iterator[Demand]:
    """Yield the parts of a rule that speak of named people; a rule without parts as it is."""
    name = demand.line.split(":", 1)[0]
    program = next(one for one in scenario.programs if one.name == name)
    rule = next((one for one in program.rules if one.kind_name == demand.rule), None)
    if isinstance(rule, Required):
        for one in rule.ids:
            yield Demand(
                f"{name}: {one} is required",
                demand.rule,
                (one,),
                _swap(name, lambda p, one=one: _less_required(p, one)),  # type: ignore[misc]
            )
    elif isinstance(rule, Locked):
        for lock in rule.matches:
            yield Demand(
                f"{name}: {' + '.join(lock.people)} is locked",
                demand.rule,
                lock.people,
                _swap(name, lambda p, lock=lock: _less_locked(p, lock)),  # type: ignore[misc]
            )
    elif isinstance(rule, Together):
        for people in rule.lists:
            yield Demand(
                f"{name}: {', '.join(people)} are together",
                demand.rule,
                people,
                _swap(name, lambda p, people=people: _less_together(p, people)),  # type: ignore[misc]
            )
    else:
        yield demand


def _less_required(program: Program, one: str) -> Program:
    rule = program.rule(Required) or Required()
    return program.with_rule(Required(ids=tuple(i for i in rule.ids if i != one)))


def _less_locked(program: Program, lock: object) -> Program:
    rule = program.rule(Locked) or Locked()
    return program.with_rule(Locked(matches=tuple(m for m in rule.matches if m != lock)))


def _less_together(program: Program, people: tuple[str, ...]) -> Program:
    rule = program.rule(Together) or Together()
    return program.with_rule(Together(lists=tuple(one for one in rule.lists if one != people)))

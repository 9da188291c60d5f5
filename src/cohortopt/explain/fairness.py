"""Who is worst off, what raising them would cost, and whether some group is served less."""

from __future__ import annotations

from collections import Counter

from cohortopt.explain.base import Told, facts_for, solve_again, with_program
from cohortopt.model import Facts, Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.solvers.base import Budget
from cohortopt.verify.score import satisfactions, scale_of
from cohortopt.verify.stability import blocking_pairs

SHOWN = 5
FEWEST = 5  # people in a group before its rate is spoken of
GAP = 0.15  # a rate this far below the whole's is warned about


class Rate(Told):
    """How many of a group were placed."""

    value: str
    asked: int
    placed: int

    @property
    def rate(self) -> float:
        """Return the share that was placed."""
        return self.placed / self.asked if self.asked else 1.0


class ProgramLedger(Told):
    """Fairness in one program."""

    program: str
    worst_off: tuple[tuple[str, int], ...]  # person and what they get, the least first
    scale: int
    price_of_fairness: int | None  # points lost when the worst-off comes first
    raised_to: int | None  # what the worst-off then gets
    blocking_pairs: int | None
    rates: tuple[Rate, ...]
    warnings: tuple[str, ...]


class FairnessLedger(Told):
    """Fairness in every program of a solution."""

    attribute: str
    programs: tuple[ProgramLedger, ...]


def fairness_ledger(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    *,
    attribute: str = "department",
    price: bool = True,
    budget: Budget | None = None,
) -> FairnessLedger:
    """Return who is worst off, the price of fairness, and placement rates by an attribute.

    The price is the difference in points between the solution and the best one that puts the
    worst-off before points; it is found by solving again (``price=False`` leaves it out).
    """
    scenario, facts = facts_for(roster, scenario)
    ledgers = []
    for program in scenario.programs:
        bound, part = program.bound(facts), solution.program(program.name)
        got = satisfactions(bound, part.matches, facts)
        ranked = sorted(got.items(), key=lambda one: (one[1], one[0]))
        lost = raised = None
        if price and len(scenario.programs) == 1:
            lost, raised = _price(roster, scenario, program, facts, budget)
        pairs = program.shape.kind in ("pairs", "partners") and len(roster) <= 400
        blocking = len(blocking_pairs(bound, part.matches, facts)) if pairs else None
        rates = _rates(bound, set(got), facts, attribute)
        ledgers.append(
            ProgramLedger(
                program=program.name,
                worst_off=tuple(ranked[:SHOWN]),
                scale=scale_of(bound, facts),
                price_of_fairness=lost,
                raised_to=raised,
                blocking_pairs=blocking,
                rates=rates,
                warnings=tuple(_warnings(rates, attribute)),
            )
        )
    return FairnessLedger(attribute=attribute, programs=tuple(ledgers))


def _price(
    roster: Roster, scenario: Scenario, program: Program, facts: Facts, budget: Budget | None
) -> tuple[int | None, int | None]:
    first = program.model_copy(update={"tiers": ("placed", "points")})
    fair = program.model_copy(update={"tiers": ("placed", "worst", "points")})
    best = solve_again(roster, with_program(scenario, first), budget)
    kind = solve_again(roster, with_program(scenario, fair), budget)
    if best is None or kind is None or not (best.is_optimal and kind.is_optimal):
        return None, None  # a difference of plans that are not proven says nothing
    got = satisfactions(fair.bound(facts), kind.assignment.matches, facts)
    points = {tier.tier: tier.value for tier in kind.tiers}.get("points", 0)
    return best.total - points, min(got.values(), default=0)


def _rates(program: Program, placed: set[str], facts: Facts, attribute: str) -> tuple[Rate, ...]:
    asked: Counter[str] = Counter()
    seated: Counter[str] = Counter()
    for person in facts.roster.people:
        if program.asks(person):
            value = person.attribute(attribute).strip() or "(blank)"
            asked[value] += 1
            seated[value] += person.id in placed
    return tuple(Rate(value=v, asked=asked[v], placed=seated[v]) for v in sorted(asked))


def _warnings(rates: tuple[Rate, ...], attribute: str) -> list[str]:
    asked = sum(rate.asked for rate in rates)
    overall = sum(rate.placed for rate in rates) / asked if asked else 1.0
    return [
        f"{attribute} {rate.value}: {rate.placed} of {rate.asked} placed ({rate.rate:.0%}), "
        f"against {overall:.0%} of all"
        for rate in rates
        if rate.asked >= FEWEST and rate.rate < overall - GAP
    ]

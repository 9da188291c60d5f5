"""Why nothing is possible: demands that clash, none of which can be left out of the set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cohortopt.compile import compile_instance
from cohortopt.decode import decode
from cohortopt.demands import check_demands
from cohortopt.engine import solve
from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.explain.base import RESOLVE_SECONDS, Told
from cohortopt.explain.demand import Demand, demands, without
from cohortopt.instance import FORBIDDEN, Ints
from cohortopt.instance.instance import Instance, Links
from cohortopt.model import Roster
from cohortopt.programs import Program, Scenario
from cohortopt.solvers import choose
from cohortopt.solvers.base import Budget, Clock
from cohortopt.verify.feasibility import find_violations

EACH = 2.0  # seconds for one question
EACH_OF_GROUPS = 0.1, 0.002  # and for each person: the search of groups uses all it gets, and
# has some plan at once or never
MOST = 8  # cells of one column that are told one by one; more are told together
SHOWN = 3  # of those that are told together


class Clash(Told):
    """Demands that cannot all hold; without any one of them they can.

    ``confirmed`` says that leaving out each was seen to make the rest possible. A line that
    speaks of several people stands for the demands of all of them.
    """

    lines: tuple[str, ...]
    rules: tuple[str, ...]
    people: tuple[str, ...]
    confirmed: bool


def find_conflict(
    roster: Roster, scenario: Scenario | Program, *, budget: Budget | None = None
) -> Clash | None:
    """Return a set of clashing demands from which none can be left out; None if all is possible.

    Deletion filter (Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157) that leaves out whole
    bundles first and halves those that it cannot, as QuickXplain does (Junker 2004): about
    2 k log(n / k) questions for k of n demands. A demand stays only if all is possible without
    it and without those that went before; so no demand that stays can be left out later either.
    Every question is solved, for any plan at all; what a solver says of its own assumptions is
    not used. A plan found without a demand keeps all that stay in the end, so it confirms that
    leaving out this one is enough; it is checked rule by rule.
    When the time (10 seconds by default) is over, bundles are not taken apart any further.
    """
    scenario = Scenario.of(scenario)
    clock = Clock(budget or Budget(seconds=RESOLVE_SECONDS, seed=scenario.seed))
    search = _Search(roster, scenario, clock)
    if search.possible([]) is not False:
        return None
    kept = search.reduce()
    confirmed = search.seen and search.possible(search.gone) is False
    flat = [demand for bundle in kept for demand in bundle]
    return Clash(
        lines=tuple(_line(bundle) for bundle in kept),
        rules=tuple(dict.fromkeys(demand.rule for demand in flat)),
        people=tuple(dict.fromkeys(one for demand in flat for one in demand.people)),
        confirmed=confirmed,
    )


class _Search:
    def __init__(self, roster: Roster, scenario: Scenario, clock: Clock) -> None:
        self.roster = roster
        self.scenario = scenario
        self.clock = clock
        self.gone: list[Demand] = []
        self.told = 0  # of the bundle that is being taken apart
        self.seen = True  # of everything that stays: a plan without it

    def reduce(self) -> list[list[Demand]]:
        """Return what stays, in order: one demand each, but many cells of a column together."""
        kept: list[list[Demand]] = []
        for bundle in demands(self.roster, self.scenario):
            self.told = 0
            left = self._without(bundle)
            many = bundle[0].freed and len(left) > MOST
            kept += [[demand for one in left for demand in one]] if many else left
        return kept

    def _without(self, bundle: list[Demand]) -> list[list[Demand]]:
        """Leave out as much of the bundle as still clashes, and return the rest."""
        possible = self.possible([*self.gone, *bundle])
        if possible is False:
            self.gone += bundle
            return []
        return self._halved(bundle, possible)

    def _halved(self, bundle: list[Demand], possible: bool | None) -> list[list[Demand]]:
        """Return what stays of a bundle without which ``possible`` holds, if not all of it."""
        if len(bundle) == 1 or self.clock.is_over or (bundle[0].freed and self.told > MOST):
            self.told += 1
            self.seen = self.seen and possible is True
            return [bundle]
        middle = len(bundle) // 2
        first, second = bundle[:middle], bundle[middle:]
        kept = self._without(first)
        return [*kept, *(self._without(second) if kept else self._halved(second, possible))]

    def possible(self, gone: Sequence[Demand]) -> bool | None:
        """Return whether any plan keeps every rule but these demands; None: not known in time.

        True is said of a plan that was found, and checked in words against every rule left.
        """
        roster, scenario = without(self.roster, self.scenario, gone)
        if len(scenario.programs) > 1:
            bare = tuple(_bare(program) for program in scenario.programs)
            placed = {"programs": bare, "tiers": ("placed",)}
            return self._solved(roster, scenario.model_copy(update=placed))
        program = _bare(scenario.programs[0])
        facts = scenario.facts(roster)
        compiled = compile_instance(facts, program.bound(facts))
        try:
            check_demands(compiled)
        except InfeasibleError:
            return False
        try:
            instance = _narrowed(compiled.instance)
            answer = choose(instance).solve(instance, self._time())
        except OutOfTimeError:
            return None
        if answer.impossible:
            return False
        matches = decode(compiled, answer.matches, facts)
        return None if find_violations(compiled.program, matches, facts) else True

    def _solved(self, roster: Roster, scenario: Scenario) -> bool | None:
        try:
            solve(roster, scenario, budget=self._time().budget, reasons=False)
        except InfeasibleError:
            return False
        except OutOfTimeError:
            return None
        return True

    def _time(self) -> Clock:
        budget = self.clock.budget
        groups = any(one.shape.kind == "groups" for one in self.scenario.programs)
        start, more = EACH_OF_GROUPS
        each = min(EACH, start + more * len(self.roster)) if groups else EACH
        seconds = None if budget.seconds is None else min(each, budget.seconds)
        return Clock(Budget(seconds, budget.seed, budget.threads, budget.reproducible))


def _line(bundle: Sequence[Demand]) -> str:
    told = "; ".join(demand.line for demand in bundle[:SHOWN])
    more = len(bundle) - SHOWN
    return f"{told}; and {more} more like these" if more > 0 else told


def _bare(program: Program) -> Program:
    """Return the program with its rules, where any plan is as good as any other."""
    groups = program.shape.kind == "groups"
    goals = program.goals if program.min_points else ()
    tiers = ("placed",) if groups else ()
    return program.model_copy(update={"goals": goals, "tiers": tiers, "value": "sum"})


def _narrowed(instance: Instance) -> Instance:
    """Return the instance without links between two people of whom nothing is asked.

    In pairs and partners such a match can be taken out of any plan; what is left is a plan too.
    """
    if instance.shape not in ("pairs", "partners") or instance.trio:
        return instance
    asked = instance.required | (instance.gives_min > 0) | (instance.takes_min > 0)
    named = [*(lock.people for lock in instance.locked), *instance.together]
    asked[[i for people in named for i in people]] = True
    whole = instance.links.block

    def block(givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        points = whole(givers, takers)
        points[~asked[givers][:, None] & ~asked[takers][None, :]] = FORBIDDEN
        return points

    return instance.vary(links=Links(instance.n, block))

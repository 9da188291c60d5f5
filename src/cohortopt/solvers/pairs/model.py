"""Pairs as a CP-SAT model over a given list of links, with slots only where they matter.

One boolean says whether a link is chosen. Slots come lazily: the model first ignores them,
its answer is coloured in plain code, and the people around whom that fails become *active*:
their links get one boolean per slot, and overlapping slots exclude each other. A model with
few active people is small, each round activates somebody new, and a model in which all are
active is complete, so the rounds end. Ignoring slots only ever raises an upper bound, so
every bound that the model gives holds for the whole problem over its links.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.colouring import Calendar, bits, colour
from cohortopt.solvers.pairs.links import Link

DIRECT = 20_000  # so many (link, slot) booleans at most are all made at once


@dataclass(frozen=True, order=True)
class Demand:
    """Something that must be in the assignment; what an impossible instance is about."""

    kind: str  # locked, together, required, gives_min, takes_min
    people: tuple[int, ...]
    amount: int = 1
    slot: int = -1

    def __str__(self) -> str:
        one, *_ = self.people or (-1,)
        return {
            "locked": f"the locked match {self.people}"
            + (f" at slot {self.slot}" if self.slot >= 0 else ""),
            "together": f"{self.people} together",
            "required": f"{one} is required",
            "gives_min": f"{one} gives at least {self.amount}",
            "takes_min": f"{one} takes at least {self.amount}",
        }[self.kind]


def demands_of(instance: Instance) -> list[Demand]:
    """Return everything that must be in an assignment, in a fixed order."""
    found = [Demand("locked", lock.people[:2], 1, lock.slot) for lock in instance.locked]
    found += [Demand("together", tuple(people)) for people in instance.together]
    found += [Demand("required", (i,)) for i in range(instance.n) if instance.required[i]]
    for kind, side, least in (
        ("gives_min", instance.givers, instance.gives_min),
        ("takes_min", instance.takers, instance.takes_min),
    ):
        found += [Demand(kind, (i,), int(least[i])) for i in side.tolist() if least[i] > 0]
    return sorted(set(found))


@dataclass(frozen=True)
class Outcome:
    """What one solve gave: links with slots (None: nothing found), value, bound.

    ``impossible`` only if the model has no assignment; ``value`` is None without objective.
    """

    links: dict[Link, int] | None
    value: int | None = None
    bound: int | None = None
    impossible: bool = False


@dataclass
class PairsModel:
    """The model over ``points``: the links that may be chosen, with their points."""

    instance: Instance
    points: Mapping[Link, int]
    demands: Sequence[Demand]
    calendar: Calendar | None
    rules: frozenset[str] = frozenset({"slots", "mutual", "total"})
    other_configuration: bool = False  # presolve without the parts that are under suspicion
    active: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.cp: Any = cp_model
        self.model: Any = cp_model.CpModel()
        self.x: dict[Link, Any] = {link: self.model.new_bool_var("") for link in self.points}
        self.z: dict[Link, dict[int, Any]] = {}
        self.fixed: dict[Link, int] = {}
        self.gives: dict[int, list[Link]] = {}
        self.takes: dict[int, list[Link]] = {}
        for link in self.points:
            self.gives.setdefault(link[0], []).append(link)
            self.takes.setdefault(link[1], []).append(link)
        self.y: dict[int, Any] = {}
        self._seats()
        for demand in self.demands:
            self._demand(demand)
        if self.calendar is None or "slots" not in self.rules:
            return
        for link in self.points:
            if not self._domain(link):
                self.model.add(self.x[link] == 0)
        crowd = [i for i in self.gives.keys() | self.takes.keys() if self._most(i) > 1]
        size = sum(self._domain(k).bit_count() for k in self._touching(crowd))
        if size <= DIRECT:
            self.activate(crowd)

    # -- constraints -------------------------------------------------------------------------

    def total(self, links: Iterable[Link]) -> Any:
        """Return the number of chosen links among ``links``, as an expression."""
        return self.cp.LinearExpr.sum([self.x[link] for link in links])

    def worth(self, weights: Mapping[Any, int], variables: Mapping[Any, Any]) -> Any:
        """Return the weighted sum of variables over the keys of ``weights``."""
        keys = [key for key, weight in weights.items() if weight]
        return self.cp.LinearExpr.weighted_sum(
            [variables[key] for key in keys], [weights[key] for key in keys]
        )

    def _seats(self) -> None:
        instance, model = self.instance, self.model
        for giver, links in self.gives.items():
            if len(links) > instance.gives_max[giver]:
                model.add(self.total(links) <= int(instance.gives_max[giver]))
        for taker, links in self.takes.items():
            most = int(instance.takes_max[taker])
            if most == 1 or len(links) == 1:
                self.y[taker] = self.total(links)
                model.add(self.y[taker] <= min(most, 1))
                continue
            self.y[taker] = model.new_bool_var("")
            model.add(self.total(links) <= most)
            model.add(self.total(links) >= self.y[taker])
            model.add_max_equality(self.y[taker], [self.x[link] for link in links])
        for person in self.gives.keys() | self.takes.keys() if "total" in self.rules else ():
            links = self.gives.get(person, []) + self.takes.get(person, [])
            if min(len(links), self._sides(person)) > instance.total_max[person]:
                model.add(self.total(links) <= int(instance.total_max[person]))
        if not instance.mutual and "mutual" in self.rules:
            for giver, taker in self.points:
                if giver < taker and (taker, giver) in self.points:
                    model.add_at_most_one([self.x[giver, taker], self.x[taker, giver]])

    def _demand(self, demand: Demand) -> None:
        """Add one thing that must be; an empty sum makes the model impossible, as it should."""
        gives, takes = self.gives, self.takes
        one = demand.people[0] if demand.people else -1
        if demand.kind == "locked":
            link = (demand.people[0], demand.people[1])
            links = [link] if link in self.points else []
            if demand.slot >= 0 and self.calendar is not None and "slots" in self.rules:
                if self.fixed.get(link, demand.slot) != demand.slot:
                    links = []
                self.fixed[link] = demand.slot
        elif demand.kind == "together":
            people = frozenset(demand.people)
            ways = [(a, b) for a in people for b in people if a != b]
            links = [link for link in sorted(ways) if link in self.points]
            if len(people) < 2:
                links = gives.get(one, []) + takes.get(one, [])
            elif len(people) > 2:
                links = []
        elif demand.kind == "required":
            links = gives.get(one, []) + takes.get(one, [])
        else:
            links = (gives if demand.kind == "gives_min" else takes).get(one, [])
        if len(links) < demand.amount:
            self.model.add_bool_or([])
        else:
            self.model.add(self.total(links) >= demand.amount)

    def _sides(self, person: int) -> int:
        """Return how many matches the two capacities allow."""
        gives = int(self.instance.gives_max[person]) if person in self.gives else 0
        takes = int(self.instance.takes_max[person]) if person in self.takes else 0
        return gives + takes

    def _most(self, person: int) -> int:
        """Return how many matches a person can have."""
        return min(self._sides(person), int(self.instance.total_max[person]))

    def _touching(self, people: Iterable[int]) -> list[Link]:
        """Return all links of any of ``people``, each once."""
        found = (k for i in people for k in self.gives.get(i, []) + self.takes.get(i, []))
        return list(dict.fromkeys(found))

    def _domain(self, link: Link) -> int:
        """Return the slots of a link as bits."""
        assert self.calendar is not None
        word = self.calendar.common(link)
        fixed = self.fixed.get(link, -1)
        return word & (1 << fixed) if fixed >= 0 else word

    def activate(self, people: Iterable[int]) -> None:
        """Give the links of ``people`` a boolean per slot and keep their slots apart."""
        assert self.calendar is not None
        people = sorted(set(people) - self.active)
        self.active |= set(people)
        for link in self._touching(people):
            if link not in self.z:
                self.z[link] = {s: self.model.new_bool_var("") for s in bits(self._domain(link))}
                self.model.add_exactly_one([*self.z[link].values(), ~self.x[link]])
        slots = self.calendar.slots
        for person in people:
            links = self._touching([person])
            used = sorted({s for link in links for s in self.z[link]})
            at = slots.at[np.array(used, dtype=np.intp)].astype(np.int64)
            late = at[None, :] - at[:, None]
            late = late % slots.cycle if slots.cycle else late
            for row in (late >= 0) & (late < slots.length):
                # Any two of these overlap; every two slots that overlap are in some such set.
                near = [used[k] for k in np.flatnonzero(row)]
                one = [self.z[k][o] for k in links for o in near if o in self.z[k]]
                if len(one) > 1:
                    self.model.add_at_most_one(one)

    # -- solving -----------------------------------------------------------------------------

    def hint(self, links: Mapping[Link, int]) -> None:
        """Suggest an assignment to the next solves."""
        self.model.clear_hints()
        for link, variable in self.x.items():
            self.model.add_hint(variable, link in links)
        for link, slots in self.z.items():
            for slot, variable in slots.items():
                self.model.add_hint(variable, links.get(link, -1) == slot)

    def solve(self, clock: Clock, goal: Any = None, most: bool = True) -> Outcome:
        """Return the best assignment for ``goal`` (any, without one) that has slots.

        The bound is that of the last model looked at, which ignores some clashes of slots:
        nothing over these links is better.
        """
        self.model.clear_objective()
        if goal is not None:
            (self.model.maximize if most else self.model.minimize)(goal)
        while True:
            solver, status = self._run(clock)
            if status not in ("OPTIMAL", "FEASIBLE"):
                return Outcome(None, impossible=status == "INFEASIBLE")
            value = bound = None
            if goal is not None:
                value, limit = round(solver.objective_value), solver.best_objective_bound
                bound = math.floor(limit + 1e-6) if most else math.ceil(limit - 1e-6)
            chosen = [link for link, variable in self.x.items() if solver.value(variable)]
            if self.calendar is None or "slots" not in self.rules:
                return Outcome(dict.fromkeys(chosen, -1), value, bound)
            pins = [self.fixed.get(link, -1) for link in chosen]
            found = colour(self.calendar, chosen, pins, over=lambda: clock.is_over)
            if found.is_complete:
                slots = found.slots
                return Outcome(dict(zip(chosen, slots, strict=True)), value, bound)
            parts = [[chosen[i] for i in part] for part in found.clashes + found.unknown]
            count: dict[int, int] = {}
            for person in (p for part in parts for link in part for p in link):
                count[person] = count.get(person, 0) + 1
            crowd = {person for person, times in count.items() if times > 1}
            if crowd <= self.active:  # the model knows better than the search
                pins = [
                    next((s for s, v in self.z[k].items() if solver.value(v)), -1)
                    if k in self.z
                    else pin
                    for k, pin in zip(chosen, pins, strict=True)
                ]
                slots = colour(self.calendar, chosen, pins).slots
                return Outcome(dict(zip(chosen, slots, strict=True)), value, bound)
            if clock.is_over:
                return Outcome(None, None, bound)
            self.activate(crowd)

    def _run(self, clock: Clock) -> tuple[Any, str]:
        """Run CP-SAT once: one worker and a fixed seed unless the clock is limited."""
        solver = self.cp.CpSolver()
        parameters = solver.parameters
        limited = clock.budget.seconds is not None and not clock.budget.reproducible
        parameters.num_workers = clock.budget.threads if limited else 1
        parameters.random_seed = clock.budget.seed % 2**31
        if limited:
            parameters.max_time_in_seconds = max(0.01, clock.left)
        elif clock.budget.seconds is not None:
            parameters.max_deterministic_time = clock.budget.seconds
        if self.other_configuration:
            parameters.presolve_inclusion_work_limit = 0
            parameters.random_seed = (clock.budget.seed + 1) % 2**31
        done = threading.Event()
        if clock.cancel is not None:
            threading.Thread(target=_watch, args=(clock, done, solver), daemon=True).start()
        try:
            status = solver.solve(self.model)
        finally:
            done.set()
        return solver, solver.status_name(status)


def _watch(clock: Clock, done: threading.Event, solver: Any) -> None:
    """Stop the search soon after somebody cancels the clock."""
    while not done.wait(0.05):
        if clock.is_cancelled:
            solver.stop_search()
            return

"""Choosing among listed matches of all programs at once: one exact model, tier by tier.

A boolean for each column; loads, hours, capacity and cross-program rules as linear constraints.
Slots come lazily: a choice whose matches cannot all have slots is cut off by its least clashing
set (logic-based Benders, Hooker and Ottosson 2003, doi:10.1007/s10107-003-0375-9). Leaving slots
out only ever enlarges the choice, so a choice proven best that has slots is best.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cohortopt.errors import VerificationError
from cohortopt.instance import Instance, Longs
from cohortopt.joint.columns import Column
from cohortopt.joint.schedule import Scheduler
from cohortopt.joint.shared import Shared, links_of
from cohortopt.solvers.base import Clock, Found

CUTS = 200  # choices cut off for their slots, at most

Terms = tuple[dict[int, int], dict[tuple[int, int], int]]  # worth by column, by seated taker


@dataclass(frozen=True)
class Rest:
    """What is still to be chosen: narrowed programs and what people have left to share.

    ``hours, most : (n,) int64`` minutes a month and matches that everybody has left.
    """

    instances: dict[int, Instance]  # by program
    hours: Longs
    most: Longs


@dataclass
class Choice:
    """The chosen matches by program, and the value and bound of each linear tier."""

    matches: dict[int, tuple[Found, ...]]
    values: list[int] = field(default_factory=list)
    bounds: list[int] = field(default_factory=list)
    proven: bool = False


class Chooser:
    """One model over columns. ``aims`` are the tiers: worth by column and by seated taker."""

    def __init__(
        self,
        shared: Shared,
        rest: Rest,
        columns: Sequence[Column],
        seed: int = 0,
        effort: float | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self.cp: Any = cp_model
        self.shared, self.rest, self.columns, self.seed = shared, rest, columns, seed
        self.effort = effort  # deterministic time of each solve; None: to the end
        self.is_impossible = False
        self.model: Any = cp_model.CpModel()
        self.x: list[Any] = [self.model.new_bool_var("") for _ in columns]
        self.scheduler = Scheduler(shared)
        self.at: dict[tuple[int, int], list[int]] = defaultdict(list)  # (program, person)
        for c, column in enumerate(columns):
            for person in column.found.people:
                self.at[column.part, person].append(c)
        self.seated: dict[tuple[int, int], Any] = {}
        for k, instance in rest.instances.items():
            self._loads(k, instance)
            self._named(k, instance)
        self._carried()
        self._shared()
        self._twice()
        self._apart()

    # -- one program ----------------------------------------------------------------------------

    def total(self, columns: Iterable[int]) -> Any:
        """Return the number of chosen columns among these."""
        return self.cp.LinearExpr.sum([self.x[c] for c in columns])

    def _between(self, columns: Sequence[int], least: int, most: int) -> None:
        if least > 0:
            self.model.add(self.total(columns) >= least)
        if len(columns) > most:
            self.model.add(self.total(columns) <= most)

    def _loads(self, k: int, instance: Instance) -> None:
        people = sorted({i for part, i in self.at if part == k})
        must = np.flatnonzero((instance.gives_min > 0) | (instance.takes_min > 0)).tolist()
        for i in sorted({*people, *must}):
            mine = self.at.get((k, i), [])
            found = [self.columns[c].found for c in mine]
            if instance.shape == "pairs":
                gives = [c for c, one in zip(mine, found, strict=True) if one.people[0] == i]
                takes = [c for c, one in zip(mine, found, strict=True) if one.people[1] == i]
                self._between(gives, int(instance.gives_min[i]), int(instance.gives_max[i]))
                self._between(takes, int(instance.takes_min[i]), int(instance.takes_max[i]))
                self._between(mine, 0, int(instance.total_max[i]))
                if instance.takes_max[i] > 1 and takes:
                    literal = self.model.new_bool_var("")
                    self.model.add(self.total(takes) >= literal)
                    self.seated[k, i] = literal
                continue
            leads = [
                c for c, one in zip(mine, found, strict=True) if i in one.people[: one.leaders]
            ]
            sits = [c for c in mine if c not in set(leads)]
            self._between(sits, 0, 1)
            self._between(leads, int(instance.gives_min[i]), int(instance.gives_max[i]))
        if instance.shape == "pairs" and not instance.mutual:
            link = {self.columns[c].found.people: c for c in self._of(k)}
            for (giver, taker), c in link.items():
                if giver < taker and (taker, giver) in link:
                    self.model.add_at_most_one(self.x[c], self.x[link[taker, giver]])

    def _of(self, k: int) -> list[int]:
        return [c for c, column in enumerate(self.columns) if column.part == k]

    def _named(self, k: int, instance: Instance) -> None:
        """Say who must be seated, who must be together, and what is locked or counted."""
        mine = self._of(k)
        for i in np.flatnonzero(instance.required).tolist():
            self._between(self.at.get((k, i), []), 1, len(mine))
        for people in instance.together:
            both = [c for c in mine if set(people) <= set(self.columns[c].found.people)]
            self._between(both, 1, len(mine))
        for lock in instance.locked:
            same = [c for c in mine if self._is_lock(c, lock.people, lock.slot, instance.shape)]
            self._between(same, 1, len(mine))
        if instance.grouping is not None and instance.grouping.count >= 0:
            self.model.add(self.total(mine) == instance.grouping.count)
        if instance.trio:
            self._between([c for c in mine if len(self.columns[c].found.people) == 3], 0, 1)

    def _carried(self) -> None:
        """An earlier group is carried on by at most one match."""
        carrying: dict[tuple[int, int], list[int]] = defaultdict(list)
        for c, column in enumerate(self.columns):
            if column.carries >= 0:
                carrying[column.part, column.carries].append(c)
        for columns in carrying.values():
            self._between(columns, 0, 1)

    def _is_lock(self, c: int, people: tuple[int, ...], slot: int, shape: str) -> bool:
        column = self.columns[c]
        own = column.found.people
        same = own == people if shape in ("pairs", "rings") else set(own) == set(people)
        return same and (slot < 0 or bool(column.starts >> slot & 1))

    # -- across programs ------------------------------------------------------------------------

    def _shared(self) -> None:
        minutes = [part.minutes for part in self.shared.parts]
        for i in sorted({person for _, person in self.at}):
            mine = [(k, c) for k in self.rest.instances for c in self.at.get((k, i), [])]
            cost = [minutes[k] for k, _ in mine]
            if sum(cost) > self.rest.hours[i]:
                spent = self.cp.LinearExpr.weighted_sum([self.x[c] for _, c in mine], cost)
                self.model.add(spent <= int(max(0, self.rest.hours[i])))
            self._between([c for _, c in mine], 0, int(max(0, self.rest.most[i])))

    def _links(self, k: int) -> dict[tuple[int, int], list[int]]:
        """Return the columns of program k that link two people, by the pair (least first)."""
        found: dict[tuple[int, int], set[int]] = defaultdict(set)
        shape = self.shared.parts[k].instance.shape
        for c in self._of(k):
            for one, other in links_of(shape, self.columns[c].found):
                found[min(one, other), max(one, other)].add(c)
        return {pair: sorted(columns) for pair, columns in found.items()}

    def _twice(self) -> None:
        if not self.shared.joint.mentor_not_in_circle:
            return
        parts = list(self.rest.instances)
        for j in parts:
            for k in parts:
                shapes = {self.shared.parts[p].instance.shape for p in (j, k)}
                if j >= k or "groups" not in shapes:
                    continue
                few, many = (j, k) if self.shared.parts[k].instance.shape == "groups" else (k, j)
                for pair, one in self._links(few).items():
                    other = self._with_both(many, pair)
                    if not other:
                        continue
                    if self._is_single(j) and self._is_single(k):
                        self.model.add_at_most_one([self.x[c] for c in (*one, *other)])
                        continue
                    literal = self.model.new_bool_var("")
                    for c in one:
                        self.model.add_implication(self.x[c], literal)
                    for c in other:
                        self.model.add_implication(self.x[c], ~literal)

    def _with_both(self, k: int, pair: tuple[int, int]) -> list[int]:
        """Return the columns of program k that link two people (groups: that hold both)."""
        one, other = (self.at.get((k, person), []) for person in pair)
        both = sorted(set(one) & set(other))
        shape = self.shared.parts[k].instance.shape
        if shape != "rings":
            return both
        wanted = {pair, pair[::-1]}
        return [c for c in both if wanted & set(links_of(shape, self.columns[c].found))]

    def _is_single(self, k: int) -> bool:
        """Whether two people are linked by at most one match of the program anyway."""
        instance = self.rest.instances[k]
        if instance.shape == "pairs":
            return not instance.mutual
        return instance.grouping is None or instance.grouping.leaders_max < 2

    def _apart(self) -> None:
        """Nobody meets, in two programs, two people who are kept apart from each other."""
        if not self.shared.joint.apart:
            return
        parts = list(self.rest.instances)
        links: dict[int, dict[int, dict[int, list[int]]]] = {k: {} for k in parts}
        for k in parts:
            for (one, other), columns in self._links(k).items():
                for a, b in ((one, other), (other, one)):
                    links[k].setdefault(a, {}).setdefault(b, []).extend(columns)
        for j in parts:
            for k in parts:
                if j >= k:
                    continue
                for a in links[j].keys() & links[k].keys():
                    for b, mine in links[j][a].items():
                        near = self.shared.related[b] & links[k][a].keys() - {a}
                        theirs = sorted({c for person in near for c in links[k][a][person]})
                        if not theirs:
                            continue
                        literal = self.model.new_bool_var("")
                        for c in mine:
                            self.model.add_implication(self.x[c], literal)
                        for c in theirs:
                            self.model.add_implication(self.x[c], ~literal)

    # -- solving --------------------------------------------------------------------------------

    def aim(self, terms: Terms) -> Any:
        """Return a tier as an expression."""
        columns, seats = terms
        variables = [self.x[c] for c in columns] + [self.seated[key] for key in seats]
        return self.cp.LinearExpr.weighted_sum(
            variables, [int(w) for w in (*columns.values(), *seats.values())]
        )

    def hint(self, matches: dict[int, Sequence[Found]]) -> None:
        """Start from these matches, as far as they are among the columns."""
        self.model.clear_hints()
        known = {(k, one.people, one.leaders) for k, found in matches.items() for one in found}
        for c, column in enumerate(self.columns):
            one = (column.part, column.found.people, column.found.leaders)
            self.model.add_hint(self.x[c], one in known)
            known.discard(one)  # the same match may be listed twice; one of them is enough

    def solve(self, aims: Sequence[Terms], clock: Clock) -> Choice | None:
        """Return the best choice in the order of ``aims``, None if there is none (or no time)."""
        best: Choice | None = None
        values: list[int] = []
        bounds: list[int] = []
        proven = True
        for number, terms in enumerate(aims):
            goal = self.aim(terms)
            share = clock.share(1.0 if number + 1 == len(aims) else 0.6)
            outcome = self._with_slots(goal, share)
            if outcome is None:
                if best is None:
                    return None
                proven = False
                break
            matches, value, bound = outcome
            best = Choice(matches)
            values.append(value)
            bounds.append(bound)
            proven = proven and value == bound
            self.model.add(goal >= value)
            self.hint(dict(matches))
        if best is None:
            return None
        best.values, best.bounds = values, bounds
        best.proven = proven and len(values) == len(aims)
        return best

    def _with_slots(
        self, goal: Any, clock: Clock
    ) -> tuple[dict[int, tuple[Found, ...]], int, int] | None:
        """Maximise; cut off choices without slots until one has them."""
        self.model.maximize(goal)
        for _ in range(CUTS):
            solver = self.cp.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.random_seed = self.seed
            solver.parameters.linearization_level = 2
            if self.effort is not None:
                solver.parameters.max_deterministic_time = self.effort
            if clock.left < 1e6:
                solver.parameters.max_time_in_seconds = max(0.01, clock.left)
            status = solver.solve(self.model)
            if status == self.cp.MODEL_INVALID:
                raise VerificationError(
                    f"a model over matches is not valid: {self.model.validate()}"
                )
            if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
                if status != self.cp.INFEASIBLE:
                    clock.looked_late = True
                proven = status == self.cp.INFEASIBLE
                self.is_impossible = proven and not self.scheduler.gave_up
                return None
            chosen = [c for c, x in enumerate(self.x) if solver.boolean_value(x)]
            columns = [self.columns[c] for c in chosen]
            slots = self.scheduler.slots(columns)
            if slots is not None:
                matches: dict[int, list[Found]] = {k: [] for k in self.rest.instances}
                for column, slot in zip(columns, slots, strict=True):
                    matches[column.part].append(replace(column.found, slot=slot))
                value = round(solver.objective_value)
                bound = math.floor(solver.best_objective_bound + 1e-6)
                done = {k: tuple(found) for k, found in matches.items()}
                return done, value, bound if not self.scheduler.gave_up else value + 1
            clash = {id(column) for column in self.scheduler.clash(columns)}
            cut = [c for c in chosen if id(self.columns[c]) in clash]
            self.model.add(self.total(cut) <= len(cut) - 1)
            if clock.is_over:
                return None
        return None

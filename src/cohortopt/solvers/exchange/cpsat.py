"""The general exact solver for partners and rings: every match is a yes or a no, CP-SAT chooses.

It handles every feature of both shapes and proves small instances; bounds are CP-SAT's own, so
they are claims. Tiers are optimised one after the other, each held at what it reached:

- a tier that adds up over matches is a sum over columns;
- ``worst`` seats as many as possible, so that nobody looks better off for others left out, and
  goes threshold by threshold: as few people as possible at or below the least satisfaction
  there is, then at or below the next (leximin). A threshold that adds nobody to the one before
  needs no proof: counts only grow;
- ``stable`` counts pairs {a, b} who are allowed, not matched, and would both receive more from
  each other than they do now (an empty seat is worth less than anything). With ties this is
  weak stability. A pair blocks unless one of the two has every seat filled at least as well.

Within equal tiers rings with the least sum of squared sizes are preferred: short ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.instance.instance import Feature, Instance, Longs
from cohortopt.solvers.base import Answer, Clock, Found, Solver, TierAnswer
from cohortopt.solvers.exchange.columns import (
    MOST,
    NOTHING,
    Columns,
    allowed_links,
    decode,
    gain,
    partner_columns,
    previous_pairs,
    ring_columns,
)
from cohortopt.solvers.exchange.roommates import blocking_partners, roommates
from cohortopt.solvers.exchange.rules import Must, clash, musts

EFFORT = 60.0  # deterministic seconds of one solve where the clock must not matter


@dataclass
class Model:
    """A CP-SAT model over columns that grows by a floor with each tier that is done."""

    instance: Instance
    columns: Columns
    clock: Clock
    best: NDArray[np.bool_] | None = None  # the columns of the best choice so far
    slot_of: dict[int, int] = field(default_factory=dict)  # where people sit in several matches
    proven: bool = True
    cp: Any = None
    use: list[Any] = field(default_factory=list)
    meets: dict[tuple[int, int], Any] = field(default_factory=dict)

    def build(self, rules: tuple[Must, ...]) -> None:
        """Write seats and rules."""
        from ortools.sat.python import cp_model

        instance, columns = self.instance, self.columns
        self.cp = cp_model.CpModel()
        self.use = [self.cp.new_bool_var("") for _ in range(len(columns))]
        rows_of = rows_by_person(instance.n, columns)
        for person, rows in enumerate(rows_of):
            room = int(instance.total_max[person])
            if room == 1:
                self.cp.add_at_most_one(self.use[row] for row in rows)
            elif len(rows) > room:
                self.cp.add(sum(self.use[row] for row in rows) <= room)
        for must in rules:
            self.cp.add_bool_or([self.use[row] for row in must.rows.tolist()])
        if instance.shape == "partners" and instance.trio:
            trios = np.flatnonzero(columns.size == 3).tolist()
            self.cp.add_at_most_one(self.use[row] for row in trios)
        if instance.slots is not None and (instance.total_max > 1).any():
            self._add_slots(rows_of)

    def _add_slots(self, rows_of: list[list[int]]) -> None:
        """Give each chosen match one slot; matches of one person do not clash."""
        instance, slots = self.instance, self.instance.slots
        assert slots is not None
        locked = {tuple(sorted(k.people)): k.slot for k in instance.locked if k.slot >= 0}
        for row in range(len(self.columns)):
            people = self.columns.members(row)
            common = slots.common(people).tolist()
            fixed = locked.get(tuple(sorted(people)), -1)
            for slot in common if fixed < 0 else [fixed]:
                self.meets[row, slot] = self.cp.new_bool_var("")
            mine = [self.meets[row, slot] for slot in common if (row, slot) in self.meets]
            self.cp.add(sum(mine) == self.use[row])
        for person, rows in enumerate(rows_of):
            if instance.total_max[person] < 2:
                continue
            inside = set(rows)
            mine = [key for key in self.meets if key[0] in inside]
            for (row, slot), (other, later) in combinations(mine, 2):
                if row != other and slots.clash(slot, later):
                    one, two = self.meets[row, slot], self.meets[other, later]
                    self.cp.add_bool_or([one.negated(), two.negated()])

    def improve(self, objective: Any, seconds: float) -> int | None:
        """Maximise, keep the choice found, and return a bound; None if the time ended first.

        Raises
        ------
        OutOfTimeError
            If the time ended before any choice was found.
        InfeasibleError
            If no choice keeps every rule.
        """
        from ortools.sat.python import cp_model

        self.cp.clear_hints()
        if self.best is not None:
            for use, chosen in zip(self.use, self.best.tolist(), strict=True):
                self.cp.add_hint(use, chosen)
        self.cp.maximize(objective)
        solver = cp_model.CpSolver()
        budget = self.clock.budget
        solver.parameters.num_workers = 1 if budget.reproducible else max(1, budget.threads)
        solver.parameters.random_seed = budget.seed % 2**31
        if budget.reproducible:
            solver.parameters.max_deterministic_time = EFFORT
        else:
            solver.parameters.max_time_in_seconds = max(0.05, min(seconds, self.clock.left))
        status = solver.solve(self.cp)
        if status == cp_model.INFEASIBLE and self.best is None:
            raise InfeasibleError("no choice of matches keeps every rule")
        self.proven = self.proven and status == cp_model.OPTIMAL
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.best = np.array([solver.boolean_value(use) for use in self.use], np.bool_)
            self.slot_of = {
                row: slot for (row, slot), met in self.meets.items() if solver.boolean_value(met)
            }
            return int(np.floor(solver.best_objective_bound + 1e-6))
        if self.best is None:
            raise OutOfTimeError("no choice of matches keeps every rule within the time")
        return None

    def value(self, amounts: Longs) -> int:
        """Return the sum of ``amounts : (m,)`` over the best choice so far."""
        assert self.best is not None
        return int(amounts[self.best].sum())

    def total(self, amounts: Longs) -> Any:
        """Return the sum of ``amounts : (m,)`` over the chosen matches, for CP-SAT."""
        rows = np.flatnonzero(amounts).tolist()
        return sum(int(amounts[row]) * self.use[row] for row in rows)

    def blocking(self) -> Any:
        """Return the number of blocking pairs, for CP-SAT. O(columns + pairs) rows."""
        instance, columns = self.instance, self.columns
        square = instance.links.dense
        allowed = allowed_links(instance)
        filled = {
            person: self._filled(person, rows)
            for person, rows in enumerate(rows_by_person(instance.n, columns))
        }
        count = []
        for a, b in zip(*np.nonzero(np.triu(allowed & allowed.T, 1)), strict=True):
            blocks = self.cp.new_bool_var("")
            one, two = filled[a][int(square[b, a])], filled[b][int(square[a, b])]
            self.cp.add_bool_or([blocks, one, two])
            count.append(blocks)
        return sum(count)

    def count_blocking(self) -> int:
        """Return the number of blocking pairs of the best choice so far."""
        assert self.best is not None
        return len(blocking_partners(self.instance, self.columns, np.flatnonzero(self.best)))

    def _filled(self, person: int, rows: list[int]) -> dict[int, Any]:
        """Return for each value that a partner can give: are all seats filled at least so?"""
        at = {row: self.columns.people[row].tolist().index(person) for row in rows}
        gets = {row: int(self.columns.gets[row, place]) for row, place in at.items()}
        room = int(self.instance.total_max[person])
        found: dict[int, Any] = {}
        sofar: Any = 0
        for value in sorted(set(gets.values()), reverse=True):
            sofar = sofar + sum(self.use[row] for row in rows if gets[row] == value)
            full = self.cp.new_bool_var("")
            self.cp.add(room * full <= sofar)
            if room == 1:  # name the sum, so that rows stay short
                self.cp.add(full == sofar)
                sofar = full
            found[value] = full
        return found


def rows_by_person(n: int, columns: Columns) -> list[list[int]]:
    """Return for each person the columns in which they sit, ascending."""
    found: list[list[int]] = [[] for _ in range(n)]
    for row, people in enumerate(columns.people.tolist()):
        for person in people:
            if person >= 0:
                found[person].append(row)
    return found


def at_most(columns: Columns, threshold: int) -> Longs:
    """Return ``(m,) int64``: how many people of each match get ``threshold`` or less."""
    counted = (columns.gets != NOTHING) & (columns.gets <= threshold)
    found: Longs = counted.sum(axis=1).astype(np.int64)
    return found


def satisfactions(columns: Columns, rows: NDArray[Any]) -> tuple[int, ...]:
    """Return what each placed person receives, ascending."""
    gets = columns.gets[rows]
    return tuple(sorted(gets[gets != NOTHING].tolist()))


def optimise_worst(model: Model, seconds: float) -> TierAnswer:
    """Make the least satisfied person better off, then the next, and so on."""
    columns = model.columns
    ends = model.clock.elapsed + seconds
    heads = at_most(columns, int(columns.gets.max(initial=0)))
    seats = model.total(heads)
    bound = model.improve(seats, seconds / 2)
    assert model.best is not None
    model.cp.add(seats >= model.value(heads))
    done, proven = 0, bound == model.value(heads)
    vector = satisfactions(columns, model.best)
    while done < len(vector) and model.clock.elapsed < ends:
        model.cp.add(model.total(at_most(columns, vector[done] - 1)) <= done)
        amounts = at_most(columns, vector[done])
        bound = model.improve(-model.total(amounts), ends - model.clock.elapsed)
        count = model.value(amounts)
        proven = proven and bound == -count
        # Where the count fell to what it was, the same place is looked at again, further up.
        model.cp.add(model.total(amounts) <= count)
        done, vector = count, satisfactions(columns, model.best)
    least = vector[0] if vector else 0
    return TierAnswer("worst", least, least if proven and done >= len(vector) else None)


def optimise_stable(model: Model, seconds: float) -> TierAnswer:
    """Find a choice with as few blocking pairs as possible; none is fewer than 0."""
    blocking, bound = model.blocking(), None
    if model.best is None or model.count_blocking():
        bound = model.improve(-blocking, seconds)
    count = model.count_blocking()
    model.cp.add(blocking <= count)
    return TierAnswer("stable", count, 0 if bound is None else max(0, -bound))


def optimise(model: Model, tier: str, seconds: float) -> TierAnswer:
    """Optimise one tier and hold it."""
    if tier == "worst":
        return optimise_worst(model, seconds)
    if tier == "stable":
        return optimise_stable(model, seconds)
    amounts = gain(model.instance, model.columns, tier)
    total = model.total(amounts)
    bound = model.improve(total, seconds)
    value = model.value(amounts)
    model.cp.add(total >= value)
    if tier == "changes":
        pairs = len(previous_pairs(model.instance))
        return TierAnswer(tier, pairs - value, None if bound is None else pairs - bound)
    return TierAnswer(tier, value, bound)


def start(instance: Instance, columns: Columns) -> NDArray[np.bool_]:
    """Return a first choice: stable partners if that counts first, the most points otherwise."""
    from cohortopt.solvers.exchange.ring_kernels import fill

    if instance.tiers[0] == "stable":
        pairs = set(roommates(instance).pairs)
        return np.array([columns.members(row) in pairs for row in range(len(columns))], np.bool_)
    worth = np.where(columns.size == 3, -1, columns.points) if instance.trio else columns.points
    order = np.argsort(-worth / columns.size, kind="stable")
    order = order[worth[order] >= 0]
    chosen = np.zeros(len(columns), np.bool_)
    chosen[fill(order, columns.people, columns.size, np.zeros(instance.n, np.bool_))] = True
    return chosen


class ExchangeCpSat(Solver):
    """Partners and rings with every feature, exact by CP-SAT over all matches there could be."""

    name: ClassVar[str] = "exchange-cpsat"
    shapes: ClassVar[frozenset[str]] = frozenset({"partners", "rings"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.TOGETHER,
            Feature.LOCKED,
            Feature.REQUIRED,
            Feature.PREVIOUS,
            Feature.TRIO,
            Feature.CHAINS,
            Feature.DROPOUT,
            Feature.WORST,
            Feature.STABLE,
            Feature.MUTUAL,
        }
    )

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best choice of matches, tier by tier."""
        if instance.shape == "partners":
            columns = partner_columns(instance)
        else:
            listed = ring_columns(instance)
            if listed is None:
                raise OutOfTimeError(f"there are more than {MOST} rings")
            columns = listed
        rules = musts(instance, columns)
        model = Model(instance, columns, clock)
        impossible = clash(instance, columns, rules, clock)
        if impossible:
            return Answer((), impossible=impossible, solver=self.name)
        model.build(rules)
        if not rules and (instance.total_max <= 1).all():
            model.best = start(instance, columns)
        tiers = []
        try:
            for done, tier in enumerate(instance.tiers):
                clock.say(tier)
                tiers.append(optimise(model, tier, clock.left / (len(instance.tiers) - done + 1)))
        except InfeasibleError:
            return Answer((), impossible=("matches of one person in slots that clash",))
        if instance.shape == "rings":
            squares = columns.size.astype(np.int64) ** 2
            model.improve(-model.total(squares), clock.left)
        assert model.best is not None
        rows = np.flatnonzero(model.best)
        facts: dict[str, Any] = {}
        if "worst" in instance.tiers:
            facts["worst"] = satisfactions(columns, rows)
        if columns.scale > 1:
            facts["scale"] = {"points": columns.scale}
        matches = decode(instance, columns, rows.tolist())
        if model.slot_of:
            matches = tuple(
                sorted(
                    (Found(columns.members(row), slot=slot) for row, slot in model.slot_of.items()),
                    key=lambda match: match.people,
                )
            )
        finished = model.proven or not clock.is_over
        return Answer(matches, tuple(tiers), finished, facts=facts, solver=self.name)

"""What no plan can exceed: one linear program over links and seats of all programs.

Pairs, partners and rings enter with their links, groups with a seat per person that is worth at
most what the person could get from the best fellows, leaders, topic and group goals. Loads,
hours and capacity bind all programs at once; slots and the people-by-people rules are left
out. So every plan is a point of this program, and its optimum bounds every plan. In its dual,
hours have a price: the bound is at least as good as the sum of the programs alone, each priced
for the hours that it takes (Lagrangian duality; Geoffrion 1974, doi:10.1007/BFb0120690).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cohortopt.instance import FORBIDDEN, Grouping, Instance
from cohortopt.joint.judge import Judge
from cohortopt.joint.shared import DENSE, Shared
from cohortopt.solvers.base import Clock

Proof = tuple[int, dict[str, Any] | None]  # a bound, and a certificate of it

LINKS = 250_000  # links of all programs that the linear program may hold
SECONDS, GROWS = 2e-6, 1.3  # of the linear program: seconds x links ** 1.3
ROUNDS = 40  # of prices of fellows
NEVER = -(2**60)
SAFETY = 1e-9  # relative slack on what floating point says


@dataclass
class _Rows:
    """A sparse matrix being written: variables with an upper end, rows with both ends."""

    most: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    named: dict[object, int] = field(default_factory=dict)

    def variable(self, most: float) -> int:
        self.most.append(most)
        return len(self.most) - 1

    def row(self, name: object, upper: float, lower: float = -math.inf) -> int:
        """Return the row of this name, made with these ends if it is new."""
        if name not in self.named:
            self.named[name] = len(self.upper)
            self.upper.append(upper)
            self.lower.append(lower)
        return self.named[name]

    def add(self, row: int, variable: int, value: float) -> None:
        self.entries.append((row, variable, value))


class JointBound:
    """The linear program of a scenario. ``accepts`` says whether it has a size to be solved."""

    def __init__(
        self, shared: Shared, judge: Judge, proofs: Mapping[int, dict[str, Any]] | None = None
    ) -> None:
        self.shared, self.judge = shared, judge
        self.proofs = proofs or {}  # of the points of programs of groups alone
        self.rows = _Rows()
        self.aims: dict[str, dict[int, float]] = {"placed": {}, "points": {}}

    def accepts(self) -> bool:
        """Whether all programs can enter, and their links are not too many."""
        for part in self.shared.parts:
            instance = part.instance
            if instance.rounds > 1 or instance.n > DENSE or instance.topics.size:
                return False
            grouping = instance.grouping
            if instance.trio or instance.chain or (grouping is not None and led_sum(grouping)):
                return False
        return self.links <= LINKS

    @property
    def links(self) -> int:
        """How many links of two people programs that are no groups may have."""
        instances = [part.instance for part in self.shared.parts if part.instance.grouping is None]
        return sum(len(instance.givers) * len(instance.takers) for instance in instances)

    @property
    def seconds(self) -> float:
        """About how long it takes, as measured at 240 and 1,000 people."""
        return float(SECONDS * self.links**GROWS) if self.accepts() else 0.0

    def build(self, clock: Clock) -> None:
        """Write the rows of every program."""
        nothing = tuple(() for _ in self.shared.parts)
        for k in range(len(self.shared.parts)):
            instance = self.shared.narrow(k, nothing)
            if instance.grouping is not None:
                self._seats(k, instance, instance.grouping, clock)
            else:
                self._links(k, instance)

    def _spend(self, k: int, person: int, variable: int, count: float = 1.0) -> None:
        """Count a match of program k against the person's hours and capacity."""
        cost = self.shared.parts[k].minutes
        if cost:
            row = self.rows.row(("hours", person), float(self.shared.hours[person]))
            self.rows.add(row, variable, cost * count)
        if self.shared.joint.capacity is not None:
            row = self.rows.row(("capacity", person), float(self.shared.most[person]))
            self.rows.add(row, variable, count)

    def _value(self, k: int, variable: int, placed: float, points: float) -> None:
        for tier, worth in (("placed", placed), ("points", points)):
            if worth and tier in self.shared.parts[k].program.tiers:
                self.aims[tier][variable] = worth * self.judge.weight(k, tier)

    def _links(self, k: int, instance: Instance) -> None:
        """A variable for each link; partners: for each two people."""
        givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
        points = instance.links.block(givers, takers)
        rows = self.rows
        seats: dict[int, int] = {}
        for a, b in zip(*np.nonzero(points != FORBIDDEN), strict=True):
            giver, taker = int(givers[a]), int(takers[b])
            worth = int(points[a, b])
            if instance.shape == "partners":
                back = int(points[b, a])
                if giver > taker or back == FORBIDDEN:
                    continue
                x = rows.variable(1.0)
                seats_won = int(instance.priority[giver]) + int(instance.priority[taker])
                self._value(k, x, seats_won, worth + back)
                for person in (giver, taker):
                    rows.add(rows.row((k, "sits", person), 1.0), x, 1.0)
                    self._spend(k, person, x)
                continue
            x = rows.variable(1.0)
            rows.add(rows.row((k, "gives", giver), float(instance.gives_max[giver])), x, 1.0)
            most = float(instance.takes_max[taker])
            if instance.shape == "rings":
                rows.add(rows.row((k, "flow", giver), 0.0, 0.0), x, 1.0)
                rows.add(rows.row((k, "flow", taker), 0.0, 0.0), x, -1.0)
                rows.add(rows.row((k, "takes", taker), 1.0), x, 1.0)
                self._spend(k, taker, x)
            else:
                rows.add(rows.row((k, "takes", taker), most), x, 1.0)
                for person in (giver, taker):
                    total = float(instance.total_max[person])
                    rows.add(rows.row((k, "total", person), total), x, 1.0)
                    self._spend(k, person, x)
            placed = float(instance.priority[taker])
            if instance.shape == "pairs" and most > 1:
                if taker not in seats:
                    seats[taker] = rows.variable(1.0)
                    rows.add(rows.row((k, "seat", taker), 0.0), seats[taker], 1.0)
                    self._value(k, seats[taker], placed, 0)
                rows.add(rows.row((k, "seat", taker), 0.0), x, -1.0)
                placed = 0.0
            self._value(k, x, placed, worth)

    def _seats(self, k: int, instance: Instance, grouping: Grouping, clock: Clock) -> None:
        """A variable for each member's seat, for the groups, and for each leader."""
        rows = self.rows
        worth = most_per_seat(instance, grouping, clock, self.proofs.get(k))
        groups = rows.variable(float(instance.n) if grouping.count < 0 else float(grouping.count))
        room = rows.row((k, "room"), 0.0)
        rows.add(room, groups, -float(grouping.size_max))
        for i, points in worth.items():
            y = rows.variable(1.0)
            rows.add(room, y, 1.0)
            self._value(k, y, float(instance.priority[i]), points)
            self._spend(k, i, y)
        if grouping.leaders_max:
            led = rows.row((k, "led"), 0.0)
            rows.add(led, groups, float(grouping.leaders_min))
            for boss in grouping.leaders.tolist():
                variable = rows.variable(float(instance.gives_max[boss]))
                rows.add(led, variable, -1.0)
                self._spend(k, boss, variable)

    def solve(self, tier: str, reached: Mapping[str, int], clock: Clock) -> int | None:
        """Return the bound of a tier over all plans as good as ``reached`` on earlier ones."""
        from cohortopt.solvers.highs import Program, optimise

        rows = self.rows
        objective = np.zeros(len(rows.most))
        for variable, worth in self.aims[tier].items():
            objective[variable] = worth
        entries, lower, upper = list(rows.entries), list(rows.lower), list(rows.upper)
        for earlier, value in reached.items():
            if earlier in self.aims:
                row = len(lower)
                entries += [(row, v, w) for v, w in self.aims[earlier].items()]
                lower.append(float(value))
                upper.append(math.inf)
        matrix = np.array(entries, dtype=np.float64).reshape(-1, 3)
        program = Program(
            objective=objective,
            most=np.array(rows.most),
            rows=matrix[:, 0].astype(np.int64),
            columns=matrix[:, 1].astype(np.int64),
            values=matrix[:, 2],
            lower=np.array(lower),
            upper=np.array(upper),
        )
        outcome = optimise(program, clock.left)
        if outcome.status != "optimal":
            return None
        return math.floor(outcome.objective * (1 + SAFETY) + 1e-4)


def most_per_seat(
    instance: Instance, grouping: Grouping, clock: Clock, proof: Mapping[str, Any] | None = None
) -> dict[int, float]:
    """Return what each possible member adds to the points of groups at most.

    The prices of cores where ``proof`` has them (see ``solvers.groups.cores``); otherwise half of
    the points that the member and the best fellows, all free at one slot, bring each other, fellows
    priced by how many would like them (see ``solvers.groups.bounds``: prices cancel over a
    group). Both with the best from leaders, topic and group goals. So a group earns at most the
    sum over its members.
    """
    from cohortopt.solvers.groups import bounds as group_bounds
    from cohortopt.solvers.groups import hours
    from cohortopt.solvers.groups.problem import members_of, value_weights

    members = members_of(instance).astype(np.intp)
    if not len(members):
        return {}
    extra = group_bounds.most_besides(instance)
    seated = group_bounds.leader_best(instance) >= 0
    if grouping.topics.size:
        seated &= grouping.topics[members].max(axis=1) != FORBIDDEN
    if proof is not None and proof["kind"] == "cores":
        worth = dict(zip(proof["people"], proof["prices"], strict=True))
        own = np.array([worth.get(int(i), NEVER) for i in members], np.float64)
        seated &= own > NEVER  # who has no price can sit in no plan
    else:
        prices = np.array(
            group_bounds.points_bound(instance, clock, rounds=ROUNDS)[1]["prices"], np.int64
        )
        square = instance.links.dense[np.ix_(members, members)].astype(np.int64)
        both = np.where(group_bounds.may_share(instance), square + square.T, NEVER)
        weight, _ = value_weights(grouping)
        sizes = grouping.size_min, grouping.size_max
        twice, _, _ = group_bounds.fellows(both, prices, weight, *sizes)
        if hours.is_worth_it(instance, clock.share(0.3)):  # the program itself takes longer
            twice = np.minimum(twice, hours.worths(instance, prices))
        own, seated = twice / 2, seated & (twice > NEVER // 2)
    return {int(members[m]): float(own[m] + extra[m]) for m in np.flatnonzero(seated)}


def simple_bounds(instance: Instance) -> dict[str, Proof]:
    """Return bounds of ``placed`` and ``points`` that ask nothing of each other.

    Pairs: a taker gets at most the best links that it may take. Groups: who can sit at all, and
    the best fellows (see ``solvers.group_bounds``).
    """
    from cohortopt.solvers.groups import bounds as group_bounds

    if instance.n > DENSE or instance.rounds > 1 or instance.topics.size:
        return {}
    if instance.grouping is not None:
        if led_sum(instance.grouping) or not len(instance.givers):
            return {}
        return {
            "placed": group_bounds.seats_bound(instance),
            "points": group_bounds.points_bound(instance, Clock(), rounds=ROUNDS),
        }
    if instance.shape != "pairs":
        return {}
    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    ranked = -np.sort(-instance.links.block(givers, takers).astype(np.int64), axis=0)
    ranked[ranked == FORBIDDEN] = 0
    best = [int(ranked[: instance.takes_max[t], b].sum()) for b, t in enumerate(takers.tolist())]
    some = [int(instance.priority[t]) for t in takers.tolist()]
    return {"placed": (sum(some), None), "points": (sum(best), None)}


def led_sum(grouping: Grouping) -> bool:
    """Whether a group's value is the plain sum over links, leaders' among them."""
    return grouping.value == "sum" and grouping.leaders_max > 0

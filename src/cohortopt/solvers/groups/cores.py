"""The bound of cores: the most that any few members of a group can bring each other, priced.

A core is ``size`` members who may share a group: four, or fewer where groups may be so small.
With ``W / (k - 1)`` the worth of each link in a group of k, and prices p, let

    r(i, j) = W x (points both ways of i and j) - p[i] - p[j].

Links of a group of k are worth no more than its prices where its r add up to at most 0. Every two
members are in equally many cores of their group; so where no core adds up to more than 0, no group
does, however large, and groups are worth at most the sum over people of their price and the most
that leaders, topic and goals give them (not below 0). Cores share a slot and a topic, and keep the
upper limits, as all of a group do.

The least prices are a linear program with a row for each core, which come in as they are found
missing (Kelley 1960, doi:10.1137/0108053), looked for between the program's prices and the best
that hold (in-out separation, Ben-Ameur and Neto 2007, doi:10.1002/net.20172). A core of four that
is above 0 holds three people who are, and those two who are, so few have to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import Instance, Words, pack
from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups.bounds import leader_best, may_share, most_besides
from cohortopt.solvers.groups.problem import members_of

Floats = NDArray[np.float64]
Cores = NDArray[np.intp]

MOST = 1200  # people; with more the linear program takes too long
LARGEST = 4  # people in a core
PIECE = 1_000_000  # sums looked at at a time
MANY = 100_000  # cores above 0 at which to stop looking for more
ROUNDS = 60
CLOSE = 0.002  # of the bound: when to stop
INSIDE = 0.4  # of the way from prices that hold to those of the program, at most
NEVER = -1e18  # r of two who may not share a group


def by_cores(
    instance: Instance, clock: Clock, bound: int, certificate: dict[str, Any], value: int
) -> tuple[int, dict[str, Any]]:
    """Return a bound on points at most as large, and its certificate.

    ``value`` is what is known to be possible. Keeps the bound that it was given where there are
    too many people or nothing better was found in time.
    """
    members = members_of(instance)
    if not 1 < len(members) <= MOST or clock.is_over:
        return bound, certificate
    search = _Prices(instance, members)
    prices = search.least(clock, np.array(certificate["prices"], np.int64), value)
    whole = np.ceil(prices - 1e-6).astype(np.int64)
    if len(search.above(whole.astype(np.float64))[0]):
        whole = np.floor(prices).astype(np.int64) + 1  # above, so that no core is above 0
    found = int(np.maximum(0, whole + search.extra)[search.seated].sum())
    if found >= bound:
        return bound, certificate
    return found, {**certificate, "kind": "cores", "bound": found, "prices": whole.tolist()}


def core_size(size_min: int) -> int:
    """Return how many people a core has."""
    return min(LARGEST, max(2, size_min))


def link_factor(instance: Instance) -> int:
    """Return W: what the link sum of a group of k is worth, times k - 1 (sums: at most)."""
    grouping = instance.grouping
    assert grouping is not None
    if grouping.value == "sum":
        return grouping.scale * (grouping.size_max - 1)
    share = grouping.leader_share if grouping.leaders_max else 0
    return grouping.scale * (100 - share) // 100


@dataclass
class _Prices:
    """The linear program of prices, and the search for cores that it misses."""

    instance: Instance
    members: NDArray[np.int32]

    def __post_init__(self) -> None:
        grouping, slots = self.instance.grouping, self.instance.slots
        assert grouping is not None
        self.size = core_size(grouping.size_min)
        self.seated = leader_best(self.instance) >= 0
        self.extra = most_besides(self.instance)
        square = self.instance.links.dense[np.ix_(self.members, self.members)]
        self.worth = link_factor(self.instance) * (square + square.T).astype(np.float64)
        able = may_share(self.instance) & self.seated[:, None] & self.seated[None, :]
        self.worth[~able] = NEVER
        self.lowest = np.zeros(len(self.members))
        if grouping.size_min > 1:  # somebody alone has no links to pay for
            self.lowest -= self.extra
        self.shared: list[Words] = []
        if slots is not None:
            self.shared.append(np.ascontiguousarray(slots.starts[self.members]))
        if grouping.topics.size:
            self.shared.append(pack(grouping.topics[self.members] >= 0))
        self.caps = [
            (limit.amounts[self.members], limit.most)
            for limit in grouping.limits
            if limit.amounts[self.members].min() >= 0 and limit.most < limit.amounts.sum()
        ]

    def least(self, clock: Clock, fellows: NDArray[np.int64], value: int) -> Floats:
        """Return the least prices found that hold for every core.

        ``fellows`` are prices of the bound of fellows; ``value`` is what is known to be possible.
        """
        from ortools.linear_solver import pywraplp

        program: Any = pywraplp.Solver.CreateSolver("GLOP")
        infinity = program.infinity()
        price = [program.NumVar(float(low), infinity, "") for low in self.lowest]
        for one in price:
            program.Objective().SetCoefficient(one, 1.0)
        program.Objective().SetMinimization()
        seen: set[tuple[int, ...]] = set()
        best = self.starred(fellows)
        known = (value - float(self.extra.sum())) / max(1.0, float(best.sum()))
        asked = best * (0.6 + 0.4 * min(0.9, max(0.5, known)))
        least, inside = 0.0, INSIDE
        for _ in range(ROUNDS):
            cores, above, whole = self.above(np.maximum(self.lowest, asked))
            if whole:
                held = np.maximum(self.lowest, asked) + self.lift(cores, above)
                best = min(best, held, key=lambda prices: float(prices.sum()))
            fresh = [core for core in self.worst(cores, above) if core not in seen]
            seen.update(fresh)
            for core in fresh:
                row = program.Constraint(self.links_of(core), infinity)
                for one in core:
                    row.SetCoefficient(price[one], float(self.size - 1))
            if clock.is_over or best.sum() - least < CLOSE * best.sum():
                break
            if not clock.budget.reproducible:
                program.SetTimeLimit(max(1, int(1000 * min(clock.left, 1e6))))
            if program.Solve() != program.OPTIMAL:
                break
            least = program.Objective().Value()
            told = np.array([one.solution_value() for one in price])
            inside = INSIDE if whole else inside / 2
            asked = inside * told + (1 - inside) * best
        return best

    def starred(self, fellows: NDArray[np.int64]) -> Floats:
        """Return prices that hold for all: half of what the best fellows bring each, as priced."""
        q = link_factor(self.instance) * fellows.astype(np.float64)
        rows = self.worth + q[None, :] - q[:, None]
        top = min(self.size - 1, len(rows) - 1)
        stars = -np.partition(-rows, top - 1, axis=1)[:, :top].sum(axis=1) / (2 * top)
        highest: Floats = np.maximum(stars, self.lowest)
        return highest

    def links_of(self, core: tuple[int, ...]) -> float:
        """Return the worth of all links of a core."""
        return float(sum(self.worth[a, b] for k, a in enumerate(core) for b in core[k + 1 :]))

    def lift(self, cores: Cores, above: Floats) -> Floats:
        """Return how much each price has to rise, so that no core is above 0."""
        found = np.zeros(len(self.members))
        np.maximum.at(found, cores, (above / (self.size * (self.size - 1)))[:, None])
        return found

    def worst(self, cores: Cores, above: Floats) -> list[tuple[int, ...]]:
        """Return the core that is most above 0 for each person who is in any."""
        if not len(cores):
            return []
        cores = cores[np.argsort(-above, kind="stable")]
        _, first = np.unique(cores.ravel(), return_index=True)
        chosen = np.unique(first // self.size)
        return [tuple(sorted(core)) for core in cores[chosen].tolist()]

    def above(self, prices: Floats) -> tuple[Cores, Floats, bool]:
        """Return cores whose r add up to more than 0, their sums, and whether they are all."""
        r = self.worth - prices[:, None] - prices[None, :]
        cores = np.argwhere(np.triu(r > 0, 1))
        sums, whole = r[cores[:, 0], cores[:, 1]], True
        for many in range(3, self.size + 1):
            order = np.argsort(-sums, kind="stable")
            cores, sums, all_of_them = self._grown(r, cores[order], sums[order], many)
            whole &= all_of_them
        return cores, sums, whole

    def _grown(
        self, r: Floats, cores: Cores, sums: Floats, many: int
    ) -> tuple[Cores, Floats, bool]:
        """Return cores with one person more that are above 0, and whether they are all.

        Of three people, the two with the largest r come first: each three is found from those.
        """
        found, worth = [np.empty((0, many), np.intp)], [np.empty(0)]
        step, count = max(1, PIECE // len(r)), 0
        for start in range(0, len(cores), step):
            if count > MANY:
                return np.concatenate(found), np.concatenate(worth), False
            part, own = cores[start : start + step], sums[start : start + step]
            total = sum((r[part[:, k]] for k in range(1, many - 1)), r[part[:, 0]]) + own[:, None]
            fits = total > 0
            if many == 3:
                fits &= (r[part[:, 0]] <= own[:, None]) & (r[part[:, 1]] <= own[:, None])
            row, one = np.nonzero(fits)
            grown = np.concatenate([part[row], one[:, None]], axis=1)
            able = self._able(grown)
            found.append(grown[able])
            worth.append(total[row[able], one[able]])
            count += len(found[-1])
        return np.concatenate(found), np.concatenate(worth), True

    def _able(self, cores: Cores) -> NDArray[np.bool_]:
        """Return which cores have a slot, and a topic, in common, and break no upper limit."""
        fine = np.ones(len(cores), np.bool_)
        for words in self.shared:
            fine &= np.bitwise_and.reduce(words[cores], axis=1).any(axis=1)
        for amounts, most in self.caps:
            fine &= amounts[cores].sum(axis=1) <= most
        return fine

"""Plain groups (sizes, links, nothing else): a small population of annealed plans.

A pilot run measures at which temperatures the plan takes shape; every later run spends its time
there. Good plans are crossed: whole groups are taken in turn from two parents, the densest first,
and the child is annealed from the middle of the range (memetic search; Lai, Hao 2016,
doi:10.1016/j.ejor.2016.05.018). Two runs at a time; a generation ends together, so the answer
depends on the seed and not on the scheduler.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Grouping, Ints
from cohortopt.solvers import group_fast as fast
from cohortopt.solvers.base import Clock

Floats = NDArray[np.float64]
HOTTEST, COLDEST, RUNGS = 0.5, 0.003, 28  # the pilot's temperatures, in mean losses
STEPS = 150_000  # proposals of one run, per person
CROSSED = 1500  # more people than this: no population, one plan is reheated


@dataclass(frozen=True)
class PlainGroups:
    """Symmetric points and the limits of each group. ``flat``: all weights count the same."""

    points: Ints  # (n, n)
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    weight: NDArray[np.int64]
    flat: bool
    widest: bool  # start with sizes as different as possible, else as even as possible


@dataclass(frozen=True)
class Plan:
    """Who is where, the limits of each group (they travel), and the value."""

    value: int
    where: Ints
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


def plain_groups(
    square: Ints, grouping: Grouping, weight: NDArray[np.int64], groups: int
) -> PlainGroups:
    """Return ``square : (n, n)`` of points with ``groups`` groups ready for the search.

    Forbidden links cost more than a person can ever earn; points are halved until sums fit.
    """
    both = square.astype(np.int64) + square.T
    bad = (square == FORBIDDEN) | (square.T == FORBIDDEN)
    np.fill_diagonal(bad, False)
    both[bad] = 0
    np.fill_diagonal(both, 0)
    top = int(both.max(initial=1))
    cost = 4 * top if bad.any() else top
    shift = 0
    while (cost >> shift) * (grouping.size_max + 1) * 2 >= 2**31:
        shift += 1
    both >>= shift
    both[bad] = -(cost >> shift)
    bounds = grouping.bounds or ((grouping.size_min, grouping.size_max),) * groups
    used = weight[min(low for low, _ in bounds) : max(high for _, high in bounds) + 1]
    flat = bool(len(used)) and bool((used == used[0]).all())
    top_size = max(high for _, high in bounds) + 2
    weights = np.zeros(top_size, np.int64)
    weights[: min(len(weight), top_size)] = weight[:top_size]
    return PlainGroups(
        points=np.array(both, np.int32, order="C"),
        lower=np.array([low for low, _ in bounds], np.int64),
        upper=np.array([high for _, high in bounds], np.int64),
        weight=np.ones(top_size, np.int64) if flat else weights,
        flat=flat,
        widest=grouping.value == "sum",
    )


def widest_sizes(people: int, bounds: list[tuple[int, int]]) -> list[int]:
    """Return sizes within bounds that add up to ``people`` with the largest sum of squares.

    The sum over pairs grows with the number of pairs. Dynamic program, O(groups x people x range).
    """
    none = -1
    best = np.full(people + 1, none, np.int64)
    best[0] = 0
    choices = []
    for low, high in bounds:
        then = np.full(people + 1, none, np.int64)
        choice = np.zeros(people + 1, np.int64)
        for k in range(low, min(high, people) + 1):
            come = np.where(best[: people + 1 - k] >= 0, best[: people + 1 - k] + k * k, none)
            better = come > then[k:]
            then[k:][better] = come[better]
            choice[k:][better] = k
        best = then
        choices.append(choice)
    if best[people] < 0:
        return []
    sizes, left = [], people
    for choice in reversed(choices):
        sizes.append(int(choice[left]))
        left -= int(choice[left])
    return sizes[::-1]


def even_sizes(people: int, bounds: list[tuple[int, int]]) -> list[int]:
    """Return sizes within bounds, as even as possible, that add up to ``people``."""
    sizes = [low for low, _ in bounds]
    for _ in range(people - sum(sizes)):
        open_ = [g for g in range(len(sizes)) if sizes[g] < bounds[g][1]]
        sizes[min(open_, key=lambda g: (sizes[g], g))] += 1
    return sizes


@dataclass
class Runner:
    """The arrays of one thread."""

    problem: PlainGroups
    seed: int
    logs: Floats = field(init=False)
    scale: float = 1.0
    steps: int = 0

    def __post_init__(self) -> None:
        n, groups = len(self.problem.points), len(self.problem.lower)
        self.rng = np.random.default_rng((self.seed, 1))
        self.random = self.rng.integers(1, 2**63, 1, np.uint64)
        self.logs = np.log((self.rng.permutation(4096) + 0.5) / 4096)
        self.where = np.zeros(n, np.int32)
        self.best = np.zeros(n, np.int32)
        self.shared = np.zeros((groups, n), np.int32)
        self.size = np.zeros(groups, np.int64)
        self.total = np.zeros(groups, np.int64)
        self.worth = np.zeros(2, np.int64)
        self.lower = self.problem.lower.copy()
        self.upper = self.problem.upper.copy()
        varies = bool((self.lower < self.upper).any())
        self.inserts = 0 if not varies else 10 if self.problem.widest else 64

    def load(self, plan: Plan) -> None:
        """Begin with ``plan``; the best is forgotten."""
        p = self.problem
        self.where[:] = plan.where
        self.lower[:], self.upper[:] = plan.lower, plan.upper
        fast.tabulate(p.points, self.where, self.shared, self.size, self.total)
        self.worth[:] = fast.value_of(p.weight, self.size, self.total)
        self.best[:] = self.where

    def fresh(self) -> Plan:
        """Return a random plan with good sizes."""
        p = self.problem
        bounds = [(int(a), int(b)) for a, b in zip(p.lower, p.upper, strict=True)]
        n = len(p.points)
        sizes = widest_sizes(n, bounds) if p.widest else even_sizes(n, bounds)
        where = np.repeat(np.arange(len(sizes)), sizes)[self.rng.permutation(n)]
        return Plan(0, where.astype(np.int32), p.lower.copy(), p.upper.copy())

    def heat(self, temperature: float, steps: int) -> None:
        """Make so many proposals at one temperature (in mean losses)."""
        p, t = self.problem, max(1e-9, temperature * self.scale)
        fast.anneal(
            p.points, self.where, self.shared, self.size, self.total, self.lower, self.upper,
            p.weight, p.flat, self.logs, self.best, self.worth, t, t, steps, self.inserts,
            self.random,
        )  # fmt: skip

    def measure(self) -> None:
        """Set the scale of temperatures."""
        p = self.problem
        self.scale = max(
            1.0,
            fast.mean_loss(
                p.points, self.where, self.shared, p.weight, self.size, self.random, 20_000
            ),
        )

    def found(self) -> Plan:
        """Return the best plan since ``load``. Limits are given to groups by their sizes."""
        p = self.problem
        sizes = np.bincount(self.best, minlength=len(p.lower))
        lower, upper = fit_limits(sizes, p.lower, p.upper)
        return Plan(int(self.worth[1]), self.best.copy(), lower, upper)


def fit_limits(
    sizes: NDArray[Any], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the limits dealt to groups so that every size is inside its own.

    Smallest sizes first, each takes the open limits that end soonest (interval scheduling).
    """
    left = list(range(len(sizes)))
    dealt = np.zeros(len(sizes), np.int64)
    for g in np.argsort(sizes, kind="stable"):
        fits = [x for x in left if lower[x] <= sizes[g] <= upper[x]]
        if not fits:
            raise AssertionError("sizes do not fit their limits")
        x = min(fits, key=lambda x: (upper[x], x))
        dealt[g] = x
        left.remove(x)
    return lower[dealt], upper[dealt]


def pilot(runner: Runner, steps: int) -> tuple[float, float, float]:
    """Return the temperatures at which fresh runs and children begin, and all of them end.

    One quick annealing over a wide range; with F the part of its total rise that was still to
    come at a temperature, they are where F is 20 %, 8 % and 1.2 %. Above the first nothing is
    decided yet, below the last nothing changes any more.
    """
    rungs = HOTTEST * (COLDEST / HOTTEST) ** (np.arange(RUNGS) / (RUNGS - 1))
    runner.load(runner.fresh())
    runner.measure()
    means = []
    for t in rungs:
        runner.heat(t, steps // (2 * RUNGS))
        seen = []
        for _ in range(4):
            runner.heat(t, steps // (8 * RUNGS))
            seen.append(float(runner.worth[0]))
        means.append(float(np.mean(seen)))
    level = np.maximum.accumulate(np.array(means))
    left = (level[-1] - level) / max(1e-9, level[-1] - level[0])
    logs = np.interp(
        np.log([0.20, 0.08, 0.012]),
        np.log(np.maximum(left, 1e-5))[::-1],
        np.log(rungs)[::-1],
    )
    hot, child, cold = (float(t) for t in np.exp(logs))
    return hot, child, cold


def anneal(
    runner: Runner, plan: Plan, hot: float, cold: float, steps: int, clock: Clock, until: float
) -> Plan:
    """Anneal ``plan``, cooling evenly in the logarithm; hurry where ``until`` would be missed."""
    runner.load(plan)
    piece = max(2048, min(500_000, steps // 256))
    done, begun = 0, clock.elapsed
    timed = not clock.budget.reproducible and clock.budget.seconds is not None
    while done < steps and not clock.is_over:
        part = done / steps
        if timed:
            part = max(part, (clock.elapsed - begun) / max(1e-3, until - begun))
            if part >= 1.0:
                break
        runner.heat(hot * (cold / hot) ** (part / 0.95) if part < 0.95 else 0.1 * cold, piece)
        done += piece
    runner.steps += done
    return runner.found()


def cross(problem: PlainGroups, one: Plan, other: Plan, rng: np.random.Generator) -> Plan:
    """Return a child that takes whole groups from its parents in turn, the densest first."""
    groups = len(problem.lower)
    free = np.ones(len(one.where), np.bool_)
    parents = (one.where, other.where)
    turn = int(rng.integers(2))
    blocks: list[list[int]] = []
    for _ in range(groups):
        best: tuple[float, NDArray[np.intp]] | None = None
        for g in range(groups):
            inside = np.flatnonzero(free & (parents[turn] == g))
            if len(inside) < 2:
                continue
            density = float(problem.points[np.ix_(inside, inside)].sum()) / len(inside)
            if best is None or density > best[0]:
                best = (density, inside)
        turn = 1 - turn
        if best is None:
            break
        blocks.append(best[1].tolist())
        free[best[1]] = False
    left = rng.permutation(np.flatnonzero(free)).tolist()
    blocks += [[] for _ in range(groups - len(blocks))]
    blocks.sort(key=len, reverse=True)
    sizes = np.bincount(one.where, minlength=groups)
    where = np.full(len(one.where), -1, np.int32)
    for block, g in zip(blocks, np.argsort(-sizes, kind="stable"), strict=True):
        mixed = rng.permutation(block).tolist()
        where[mixed[: sizes[g]]] = g
        left += mixed[sizes[g] :]
    left = [int(u) for u in rng.permutation(left)]
    for g in range(groups):
        for _ in range(int(sizes[g] - (where == g).sum())):
            where[left.pop()] = g
    return Plan(0, where, one.lower.copy(), one.upper.copy())


def evolve(problem: PlainGroups, clock: Clock, runs: int = 0) -> Plan:
    """Return the best plan found within the clock (or ``runs`` runs where there is no clock)."""
    n = len(problem.points)
    budget = clock.budget
    threads = max(1, min(2, budget.threads))
    timed = not budget.reproducible and budget.seconds is not None
    team = [Runner(problem, 2 * budget.seed + at) for at in range(threads)]
    pilot(team[0], 8 * 8 * RUNGS)  # loads or compiles the kernels
    begun, spent = clock.elapsed, max(200_000, min(30_000 * n, 12_000_000))
    hot, child, cold = pilot(team[0], spent)
    speed = spent / max(1e-4, clock.elapsed - begun)
    best = team[0].found()
    for runner in team[1:]:
        runner.scale = team[0].scale
    crowded = n > CROSSED
    length = STEPS * n if timed else STEPS * n // 8
    rng = np.random.default_rng((budget.seed, 2))
    people: list[Plan] = [best]
    stale, made, width = 0, 0, 2
    while not clock.is_over and (timed or made < max(8, runs)):
        if timed:
            runs_left = speed * clock.left * threads / length
            if made == 0:
                if crowded:
                    length = int(0.85 * speed * clock.left)
                elif runs_left < 16:
                    length = max(1000 * n, int(length * runs_left / 16))
                width = 2 if crowded else max(3, min(10, int(runs_left / 4)))
        else:
            width = 3
        jobs = []
        for runner in team:
            if made < width or (stale > 6 * width and made % 2):
                jobs.append((runner, runner.fresh(), hot))
            elif len(people) < 2 or crowded:
                jobs.append((runner, people[0], child))
            else:
                a, b = rng.choice(len(people), 2, replace=False)
                jobs.append((runner, cross(problem, people[a], people[b], rng), child))
            made += 1
        until = clock.elapsed + 1.5 * length / speed
        if clock.left < 2.0 * length / speed:
            until = clock.elapsed + clock.left
        with ThreadPoolExecutor(threads) as pool:
            begun, before_steps = clock.elapsed, team[0].steps
            work = [
                pool.submit(anneal, runner, plan, t, cold, length, clock, until)
                for runner, plan, t in jobs
            ]
            found = [job.result() for job in work]
        if timed:
            speed = (team[0].steps - before_steps + 1) / max(1e-4, clock.elapsed - begun)
        before = best
        for plan in found:
            best = plan if plan.value > best.value else best
            people = settle(people, plan, width)
        stale = 0 if best.value > before.value else stale + len(jobs)
        if stale > 6 * width and timed:
            length, stale = min(4 * STEPS * n, length * 3 // 2), 3 * width
        clock.say("improving groups", best.value)
    return best


def settle(people: list[Plan], plan: Plan, width: int) -> list[Plan]:
    """Return the population with ``plan`` in it, best first, no value twice, at most ``width``."""
    if any(plan.value == other.value for other in people):
        return people
    return sorted([*people, plan], key=lambda one: -one.value)[: max(1, width)]

"""The best plain groups, by many plans at once that trade temperatures, in every thread.

A pilot run finds the temperatures that matter: from where people still make many losing moves to
where they hardly make any. In between there are rungs so close that neighbours often trade places.
In a third of the time one plan is cooled down the ladder and leaves a copy on every rung; then all
climb (``group_fast.climb``). Where a third is too short for slow cooling, cooling takes all of it.
Every thread has a ladder of its own, so only the seed and the number of threads decide.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from math import ceil

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.base import Clock
from cohortopt.solvers.groups import fast
from cohortopt.solvers.groups.plain import PlainGroups, Plan

Floats = NDArray[np.float64]
# A round proposes every swap once (on average).
HOTTEST, COOLING = 0.5, 0.87  # the pilot's first temperature, in mean losses, and its steps
HOT, COLD = 0.15, 0.01  # losing moves per person and round at the ends of the ladder
LOOKS = 4000  # of the pilot at each temperature: rounds x people (at least 8 rounds)
PILOT = 0.002  # of the time for the looks at one temperature, at most
RUNGS = 24  # at most
COOLED = 3000  # rounds on every rung that make slow cooling
THREADS = 8  # at most
CROWDED = 1500  # more people than this: without a clock, cooling is all


class Ladder:
    """The plans of one thread. All start from one random plan."""

    def __init__(self, problem: PlainGroups, clock: Clock, at: int) -> None:
        self.problem, self.clock = problem, clock
        n, groups = len(problem.points), len(problem.lower)
        self.rng = np.random.default_rng((clock.budget.seed, at))
        self.task = fast.Task(
            points=problem.points,
            weight=problem.weight,
            logs=np.log((self.rng.permutation(4096) + 0.5) / 4096),
            varies=bool((problem.lower < problem.upper).any()),
        )
        self.random = self.rng.integers(1, 2**63, 1, np.uint64)
        self.round = groups * (groups - 1) // 2  # pairs of groups
        self.piece = max(1, 10_000_000 // ((n // groups) ** 2 + 64))  # about 0.05 s
        self.rounds = max(20, min(400, 100_000 // n))  # on every rung if no clock is looked at
        self.timed = not clock.budget.reproducible and clock.budget.seconds is not None
        self.heats: Floats = np.ones(1)
        self.plans = self.blank(1)
        plan, s = problem.fresh(self.rng), self.plans
        s.where[0], s.lower[0], s.upper[0] = plan.where, plan.lower, plan.upper
        fast.tabulate(self.task, s, 0)

    def blank(self, rows: int) -> fast.Plans:
        """Return room for so many plans."""
        n, groups, wide = len(self.problem.points), len(self.problem.lower), len(self.task.weight)
        longs = (rows, groups), np.int64
        return fast.Plans(
            where=np.zeros((rows, n), np.uint32),
            shared=np.zeros((rows, groups, n), np.int32),
            member=np.zeros((rows, groups, wide), np.uint32),
            size=np.zeros(*longs),
            total=np.zeros(*longs),
            lower=np.zeros(*longs),
            upper=np.zeros(*longs),
            best=np.zeros((rows, n), np.uint32),
            worth=np.zeros((rows, 3), np.int64),
            out=np.zeros(wide, np.int64),
            back=np.zeros(wide, np.int64),
            random=self.random,
        )

    def widen(self, rows: int) -> None:
        """Make room for so many plans; the first stays."""
        plans = self.blank(rows)
        for new, old in zip(plans[:9], self.plans[:9], strict=True):
            new[0] = old[0]
        self.plans = plans

    def sweep(self, row: int, heat: float, rounds: float) -> None:
        """Propose every swap of a plan ``rounds`` times at a temperature, or until time is over."""
        left = ceil(rounds * self.round)
        while left > 0 and not self.clock.is_over:
            fast.sweep(self.task, self.plans, row, heat, min(left, self.piece))
            left -= self.piece

    def scale(self) -> float:
        """Return the mean loss of random swaps that lose."""
        p, s = self.problem, self.plans
        u, v = self.rng.integers(0, len(p.points), (2, 20_000))
        g, h = s.where[0][u], s.where[0][v]
        shared, both = s.shared[0].astype(np.int64), p.points[u, v]
        one, other = shared[g, v] - shared[g, u] - both, shared[h, u] - shared[h, v] - both
        gain = p.weight[s.size[0][g]] * one + p.weight[s.size[0][h]] * other
        lost = gain[(g != h) & (gain < 0)]
        return float(-lost.mean()) if len(lost) else 1.0

    def pilot(self) -> float:
        """Set the temperatures of the rungs by a quick cooling; return the seconds of a round.

        Each temperature is held for some rounds before it is looked at for as many. Neighbours
        trade places often if the product of their differences in 1/T and in value is about 1: with
        that as measure rungs are one apart (fewer where there would be too many).
        """
        worth, people = self.plans.worth[0], len(self.problem.points)
        heat, begun = HOTTEST * self.scale(), self.clock.elapsed
        self.sweep(0, heat, 1)
        looks, pace = max(8.0, LOOKS / people), self.clock.elapsed - begun
        if self.timed:
            looks = min(looks, max(1.0, PILOT * self.clock.left / max(1e-9, pace)))
        heats: list[float] = []
        level: list[float] = []
        moves: list[float] = []
        took: list[float] = []
        while not moves or (moves[-1] >= COLD and not self.clock.is_over):
            begun = self.clock.elapsed
            self.sweep(0, heat, looks)
            before, values = int(worth[fast.LOSING]), []
            for _ in range(4):
                self.sweep(0, heat, looks / 4)
                values.append(int(worth[fast.NOW]))
            heats.append(heat)
            level.append(float(np.mean(values)))
            moves.append((int(worth[fast.LOSING]) - before) / looks / people)
            took.append((self.clock.elapsed - begun) / (2 * looks))
            heat *= COOLING
        first = max((x for x in range(len(moves)) if moves[x] >= HOT), default=0)
        cold, rise = 1 / np.array(heats[first:]), np.array(level[first:])
        apart = np.sqrt(np.maximum(0, np.diff(rise)) * np.diff(cold)) + 0.01
        measure = np.concatenate([[0.0], np.cumsum(apart)])
        rungs = max(3, min(RUNGS, round(float(measure[-1])) + 1))
        self.heats = 1 / np.interp(np.linspace(0, measure[-1], rungs), measure, cold)
        return float(np.mean(took[first:]))

    def cool(self, seconds: float) -> None:
        """Cool the first plan down the ladder, evenly in time; leave a copy on every rung."""
        rungs, rows = len(self.heats), len(self.plans.where)
        rounds = min(1.0, self.piece / self.round)
        begun, row, done, part = self.clock.elapsed, 0, 0.0, 0.0
        while part < 1 and not self.clock.is_over:
            while row + 1 < min(rows, part * rungs):
                fast.copy(self.plans, row, row + 1)
                row += 1
            heat = np.exp(np.interp(part * rungs, np.arange(rungs), np.log(self.heats)))
            self.sweep(row, float(heat), rounds)
            done += rounds
            part = done / rungs / self.rounds
            if self.timed:
                part = (self.clock.elapsed - begun) / seconds
        for left in range(row, rows - 1):
            fast.copy(self.plans, left, left + 1)

    def climb(self) -> None:
        """Let all plans climb until time is over (or some work is done where there is no clock)."""
        at = np.arange(len(self.heats))
        rounds = 2 * max(1, min(20, self.piece // (2 * len(at) * self.round)))
        done = 0
        while not self.clock.is_over and (self.timed or done < 4 * self.rounds):
            fast.climb(self.task, self.plans, self.heats, at, rounds, self.round)
            done += rounds

    def run(self) -> None:
        """Find the temperatures, cool a plan, and climb from there."""
        if self.clock.is_over:
            return
        pace = self.pilot()
        if self.timed:
            crowded = self.clock.left / 3 < COOLED * len(self.heats) * pace
        else:
            crowded = len(self.problem.points) > CROWDED
        if not crowded:
            self.widen(len(self.heats))
        self.cool(self.clock.left / (1 if crowded else 3))
        if not crowded:
            self.climb()

    @property
    def value(self) -> int:
        """The value of the best plan so far."""
        return int(self.plans.worth[:, fast.BEST].max())

    def found(self, clock: Clock) -> Plan:
        """Return the best plan after swaps that only gain."""
        self.clock, s = clock, self.plans
        row = int(np.argmax(s.worth[:, fast.BEST]))
        s.where[row] = s.best[row]
        plan = self.problem.plan(0, s.best[row])
        s.lower[row], s.upper[row] = plan.lower, plan.upper
        fast.tabulate(self.task, s, row)
        self.sweep(row, 1e-9, 4)
        return self.problem.plan(int(s.worth[row, fast.BEST]), s.best[row])


def best_plan(problem: PlainGroups, clock: Clock) -> Plan:
    """Return the best plan found within the clock (or by a fixed amount of work without one)."""
    search = clock.share(0.97)
    threads = max(1, min(THREADS, clock.budget.threads))
    team = [Ladder(problem, search, at) for at in range(threads)]
    if len(problem.lower) > 1:
        at = np.zeros(1, np.int64)
        fast.climb(team[0].task, team[0].plans, np.ones(1), at, 2, 1)  # loads or compiles
        with ThreadPoolExecutor(threads) as pool:
            jobs = [pool.submit(ladder.run) for ladder in team]
            while wait(jobs, timeout=0.5).not_done:
                clock.say("improving groups", max(ladder.value for ladder in team))
        for job in jobs:
            job.result()
    plans = [ladder.found(clock) for ladder in team]
    return max(plans, key=lambda plan: plan.value)

"""Rounds of groups planned together: constructions, annealing, CP-SAT; repeats before points.

Who sits out starts as a schedule over labels in which everybody sits out once before anybody does
twice. Search swaps people within a round, with those who sit out only where turns stay fair, and
labels over the whole plan, which keeps turns as they are: sitting out is fair in every plan seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.base import Clock
from cohortopt.solvers.rounds.bounds import fewest_repeats
from cohortopt.solvers.rounds.constructions import Plan, best_plan, repeats, round_robin
from cohortopt.solvers.rounds.rotation_cpsat import finish
from cohortopt.solvers.rounds.rotation_partners import MOST, matched_rounds
from cohortopt.solvers.rounds.worth import Worth

CHUNK = 1_000_000  # proposals between two looks at the clock, fewer for small plans
EACH = 1000  # proposals for each seat of a small plan
TRIES = 24  # chunks, per attempt, at most, while repeats are above the bound
POLISH = 16  # chunks for points
NEAR = 300  # seats beyond which the search stays near good matchings


def bench(n: int, out: int, rounds: int) -> list[list[int]]:
    """Return who sits out in each round: labels in turn, so that turns differ by one at most."""
    return [[(r * out + k) % n for k in range(out)] for r in range(rounds)]


def plain_plan(n: int, sizes: Sequence[int], rounds: int) -> Plan:
    """Return rounds of the sizes with a fair bench and no thought of repeats."""
    plan: Plan = []
    for turn, outside in enumerate(bench(n, n - sum(sizes), rounds)):
        seated = [p for p in range(n) if p not in set(outside)]
        seated = seated[turn % max(1, len(seated)) :] + seated[: turn % max(1, len(seated))]
        plan.append(_cut(seated[turn % 2 :: 2] + seated[1 - turn % 2 :: 2], sizes))
    return plan


def _cut(people: Sequence[int], sizes: Sequence[int]) -> list[tuple[int, ...]]:
    found, start = [], 0
    for size in sizes:
        found.append(tuple(people[start : start + size]))
        start += size
    return found


def known_plan(n: int, sizes: Sequence[int], rounds: int) -> Plan:
    """Return up to ``rounds`` rounds without repeats from constructions, [] if there are none.

    Equal groups of everybody; pairs of an odd number, where each sits out once before anybody
    does twice.
    """
    if not sizes or len(set(sizes)) != 1 or sizes[0] < 2:
        return []
    size = sizes[0]
    if size == 2 and n == 2 * len(sizes) + 1:
        return round_robin(n)[:rounds]
    if sum(sizes) != n:
        return []
    return best_plan(len(sizes), size, rounds)[:rounds]


def search_plan(
    n: int,
    sizes: Sequence[int],
    rounds: int,
    clock: Clock,
    worth: Worth | None = None,
    start: Plan = (),  # type: ignore[assignment]
) -> tuple[Plan, int]:
    """Return the best plan of ``rounds`` rounds found, and its repeats.

    First as few repeats as possible, down to the counting bound, from constructions with
    further rounds and from plain plans; then points among plans with no more repeats. With a
    price on repeats both count together. Deterministic unless the clock ends it.
    """
    sizes = sorted(sizes, reverse=True)
    if not sizes or not rounds or n < 2:
        plan = plain_plan(n, sizes, rounds)
        return plan, repeats(plan)
    seed = clock.budget.seed
    matters = worth if worth is not None else Worth.nothing(n, max(sizes))
    target = fewest_repeats(n, sizes, rounds).value
    known = list(start) or known_plan(n, sizes, rounds)
    starts = [extended(known[:rounds], n, sizes, rounds)] if known else []
    starts.append(plain_plan(n, sizes, rounds))
    search = Search(n, sizes, rounds, matters)
    phase = clock.share(0.6)
    for attempt, plan in enumerate([*starts, starts[-1]]):
        search.load(plan)
        search.few_repeats(target, phase.share(0.5), seed + 1000 * attempt)
        if search.is_clean(target) or phase.is_over:
            break
    clock.looked_late |= phase.looked_late
    if matters.loss < 0 and search.score[3] == 0 and not search.is_clean(target):
        last = clock.share(0.5)
        search.load(finish(search.plan(), matters.bad, target, last))
        clock.looked_late |= last.looked_late
    if worth is not None and worth.value.any():
        heat = 1.0
        if max(sizes) == 2 and n <= MOST:
            matched = matched_rounds(n, rounds, worth, clock)
            if all(len(round_) == len(sizes) for round_ in matched):
                search.load(matched)
                heat = 0.05 if search.is_current() and n * rounds > NEAR else 1.0
        search.more_points(clock, seed, heat)
    plan = search.plan()
    return plan, repeats(plan)


def extended(plan: Plan, n: int, sizes: Sequence[int], rounds: int) -> Plan:
    """Return the plan with rounds added until there are ``rounds``.

    Rounds of a construction come again with neighbours rotated: of R rounds without repeats,
    every further round of old groups repeats exactly its own meetings.
    """
    if len(plan) >= rounds or not plan:
        return list(plan)
    if sum(sizes) == n:
        return [plan[r % len(plan)] for r in range(rounds)]
    return [*plan, *plain_plan(n, sizes, rounds)[len(plan) :]]


class Search:
    """The state of a search, as the kernels want it."""

    def __init__(self, n: int, sizes: Sequence[int], rounds: int, worth: Worth) -> None:
        self.n, self.rounds, self.worth = n, rounds, worth
        self.size = np.array(sizes, np.int32)
        self.best = np.full((rounds, len(sizes), int(max(sizes))), -1, np.int32)
        self.score = np.zeros(6, np.int64)
        self.chunk = min(CHUNK, max(5_000, EACH * n * rounds))
        self.score[3:5] = 1 << 60

    def load(self, plan: Plan) -> None:
        """Make a plan the current one; it becomes the best if it is better."""
        from cohortopt.solvers.rounds.rotation_kernels import count_meetings, measure

        self.members = np.full(self.best.shape, -1, np.int32)
        self.group = np.full((self.rounds, self.n), -1, np.int32)
        self.place = np.full((self.rounds, self.n), -1, np.int32)
        for r, groups in enumerate(plan):
            for g, people in enumerate(sorted(groups, key=len, reverse=True)):
                for i, person in enumerate(people):
                    self.members[r, g, i] = person
                    self.group[r, person] = g
                    self.place[r, person] = i
        self.met = count_meetings(self.members, self.size, self.n)
        worth = self.worth
        self.score[:3] = measure(
            self.members, self.size, self.met, worth.value, worth.bad, worth.factor
        )
        if self._key(self.score[:3]) < self._key(self.score[3:]):
            self.best[:] = self.members
            self.score[3:] = self.score[:3]

    def _key(self, score: NDArray[np.int64]) -> tuple[int, int, int]:
        wrong, again, points = (int(x) for x in score)
        if self.worth.loss >= 0:
            return wrong, self.worth.loss * again - points, 0
        return wrong, again, -points

    def is_clean(self, target: int) -> bool:
        """Whether the best plan has no forbidden meeting and no more repeats than ``target``."""
        return bool(self.score[3] == 0 and self.score[4] <= target)

    def is_current(self) -> bool:
        """Whether the current plan is the best one."""
        return bool((self.score[:3] == self.score[3:]).all())

    def few_repeats(self, target: int, clock: Clock, seed: int) -> None:
        """Anneal on forbidden meetings and repeats alone, each worth 1, until the target."""
        for k in range(TRIES):
            if self.is_clean(target) or clock.is_over:
                return
            hot = 0.6 * 0.93**k
            self._run((2, 1, 0), hot, 0.12, self.chunk, 0.0, target, seed + k)
            clock.say("rounds", value=int(self.score[4]))

    def more_points(self, clock: Clock, seed: int, heat: float = 1.0) -> None:
        """Anneal on points from the best plan, with repeats dear; keep repeats at their best.

        ``heat`` 1 starts afresh in all but repeats; less stays near the plan.
        """
        worth = self.worth
        self.load(self.plan())
        largest = int(np.abs(worth.value).max()) * int(worth.factor.max())
        dear = worth.loss if worth.loss >= 0 else 2 * largest + 1
        spread = max(1.0, heat * float(worth.value.std()) * float(worth.factor.max()))
        chunks = POLISH if heat >= 1 else POLISH // 4
        for k in range(chunks):
            if clock.is_over:
                return
            hot, cold = spread * 0.75**k, spread * 0.75 ** (k + 1)
            self._run((4 * largest + 1, dear, 1), hot, cold, self.chunk, 0.3, -1, seed + 77 + k)
            clock.say("rounds", value=int(self.score[5]))
        self.load(self.plan())
        self._run((4 * largest + 1, dear, 1), 1e-3, 1e-3, self.chunk, 0.3, -1, seed + 7)

    def _run(
        self,
        weights: tuple[int, int, int],
        hot: float,
        cold: float,
        steps: int,
        everywhere: float,
        target: int,
        seed: int,
    ) -> None:
        from cohortopt.solvers.rounds.rotation_kernels import anneal

        anneal(
            self.members, self.group, self.place, self.met, self.size,
            self.worth.value, self.worth.bad, self.worth.factor,
            np.array(weights, np.int64), self.worth.loss,
            hot, cold, steps, everywhere, target, seed, self.best, self.score,
        )  # fmt: skip

    def plan(self) -> Plan:
        """Return the best plan: groups in order, people ascending."""
        rows = [zip(groups, self.size.tolist(), strict=True) for groups in self.best.tolist()]
        return [[tuple(sorted(people[:size])) for people, size in row] for row in rows]

"""Flash and micro mentoring: one-off sessions of givers and takers on dated or weekly slots.

**Points of a session** (all whole): without topics the link's points; with topics
``link points * importance // 5``, importance 0..5 being the taker's wish for the session's topic.
**Tiers**: ``placed`` = sum of ``priority`` of takers with a session. ``worst`` = leximin over
takers on the number of sessions: first as many takers as possible with at least one, then with at
least two, and so on (the same as comparing sorted counts, fewest first). Its value is the fewest
sessions of a placed taker; ``facts["worst"]`` has the counts per level and their bounds.
``points`` = sum over sessions. ``changes`` = previous pairs that no longer meet; with a whole
plan to keep, first of all as many of its sessions as possible stay at their slots.

Method: time-indexed linear program with column generation (HiGHS), whose prices, rounded to whole
numbers, are the certificate (``prices.py``); an integer program over the few columns that
could matter where the optimum is not whole.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.sessions.model import Columns, Goal, Timetable

if TYPE_CHECKING:
    from cohortopt.solvers.sessions.lp import Relaxed, TimetableProgram
    from cohortopt.solvers.sessions.relaxed import WithoutSlots

TIERS = frozenset({"placed", "worst", "points", "changes"})
NEAR = 24  # pairs of each person among which the optimum without slots is looked for
FEW = 20  # of so many sessions one may find no slot
ROUNDS = 8  # optima without slots that are tried, each without the sessions that found no slot


class TimetableSolver(Solver):
    """Sessions on slots by column generation; proves its tiers, also when there are rooms.

    Nearly linear in the possible sessions per round of pricing; the integer program behind it is
    exponential in the worst case and rarely needed.
    """

    name: ClassVar[str] = "timetable"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})
    handles: ClassVar[frozenset[Feature]] = frozenset(
        {
            Feature.SLOTS,
            Feature.SESSIONS,
            Feature.EVENT,
            Feature.ROOMS,
            Feature.LOADS,
            Feature.SEVERAL,
            Feature.COUPLED,
            Feature.NO_MUTUAL,
            Feature.LOCKED,
            Feature.REQUIRED,
            Feature.EITHER_SIDE,
            Feature.PREVIOUS,
            Feature.WORST,
        }
    )

    def accepts(self, instance: Instance) -> bool:
        """Whether these are sessions on slots, with tiers that sessions have."""
        sessions = bool(instance.features & {Feature.SESSIONS, Feature.EVENT})
        known = TIERS.issuperset(instance.tiers) and instance.rounds == 1
        return sessions and known and instance.slots is not None and super().accepts(instance)

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best timetable found, tier by tier, with prices that bound each."""
        return Solve(Timetable(instance), clock).run()


class Solve:
    """One run: a greedy timetable, then tier by tier the program and its proof."""

    def __init__(self, table: Timetable, clock: Clock) -> None:
        from cohortopt.solvers.sessions.lp import TimetableProgram

        self.table = table
        self.clock = clock
        self.levels = int(table.takes_max.max(initial=0))
        if "worst" not in table.instance.tiers:
            seats = "placed" in table.instance.tiers and not table.each_counts
            self.levels = min(1, self.levels) if seats else 0
        self.program = TimetableProgram(table, self.levels)
        self.best: Columns = Columns.none()
        self.earlier: list[Goal] = []
        self.values: list[int] = []
        self.finished = True
        self.facts: dict[str, Any] = {}

    @cached_property
    def slack(self) -> WithoutSlots:
        """The problem without slots."""
        from cohortopt.solvers.sessions.relaxed import WithoutSlots

        return WithoutSlots(self.table)

    def run(self) -> Answer:
        """Return the answer; its tiers are those of the instance in their order."""
        from cohortopt.solvers.sessions.greedy import greedy, kindly
        from cohortopt.solvers.sessions.lp import first_columns

        table = self.table
        found = greedy(table, self.clock)
        if not self.clock.is_over:
            self.program.add(first_columns(table, self.goal("points")))
        self.program.add(table.earlier)
        if self.missing(found):
            answer = self._meet_minima(found)
            if answer is not None:
                return answer
        else:
            self.best = found
            self.program.add(found)
        tiers = [self._tier(tier) for tier in table.instance.tiers]
        finished = self.finished and not self.clock.looked_late
        best = kindly(table, self.best)
        return Answer(
            table.matches(best), tuple(tiers), finished, facts=self.facts, solver="timetable"
        )

    def goal(self, kind: str, number: int = 0) -> Goal:
        """Return what a tier, or one level of ``worst``, maximises."""
        table = self.table
        column = np.zeros((1, 1, 1), np.int64)
        level = np.zeros((len(table.takers), self.levels), np.int64)
        if kind == "placed" and table.each_counts:
            column = table.priority[None, :, None]
        elif kind == "placed" and self.levels:
            level[:, 0] = table.priority
        elif kind == "level":
            level[:, number] = 1
        elif kind == "points":
            column = table.weights
        elif kind == "kept":
            column = table.previous.astype(np.int64)[:, :, None]
        return Goal(kind, column, level, number, same=int(kind == "same"))

    def value(self, goal: Goal, columns: Columns) -> int:
        """Return a goal's value for a timetable."""
        if goal.kind == "shortfall":
            return -self.missing(columns)
        counts = self.table.counts(columns)
        reached = counts[:, None] > np.arange(self.levels)[None, :]
        earned = self.table.earned(columns, goal)
        return int(earned.sum()) + int(goal.level[reached].sum())

    def missing(self, columns: Columns) -> int:
        """Return how many sessions and locks a timetable lacks to meet every minimum."""
        table = self.table
        gives = np.bincount(columns.giver, minlength=len(table.givers))
        lacks = np.maximum(0, table.gives_min - gives).sum()
        lacks += np.maximum(0, table.takes_min - table.counts(columns)).sum()
        seated = {*table.givers[columns.giver].tolist(), *table.takers[columns.taker].tolist()}
        lacks += sum(person not in seated for person in table.required.tolist())
        met = set(zip(columns.giver.tolist(), columns.taker.tolist(), strict=True))
        return int(lacks) + sum((giver, taker) not in met for giver, taker, _ in table.locks)

    def _meet_minima(self, found: Columns) -> Answer | None:
        """Find a timetable that meets every minimum; or return the answer that there is none."""
        self.program.add(found)
        self.best = found
        bound, certificate, best = self._maximise(self.goal("shortfall"))
        self.best = best
        if not self.missing(best):
            return None
        if bound is None or bound == 0:
            return Answer((), (), False, solver="timetable")
        text = (
            "minimum sessions, required people and locked pairs cannot all be met: "
            f"at least {-bound} of them stay short in any timetable"
        )
        facts = {"shortfall": certificate} if certificate else {}
        return Answer((), (), True, (text,), facts, "timetable")

    def _tier(self, tier: str) -> TierAnswer:
        """Optimise one tier, keep its value from now on, and return it."""
        if tier == "worst":
            return self._worst()
        if tier == "changes" and len(self.table.earlier):
            same, most, _ = self._optimise(self.goal("same"))
            self.facts |= {"same": same, "same_bound": most}
        goal = self.goal("kept" if tier == "changes" else tier)
        value, bound, certificate = self._optimise(goal)
        if tier == "changes":
            wanted = {p[:2] for p in self.table.instance.previous if len(p) == 2}
            value = len(wanted) - value
            bound = None if bound is None else len(wanted) - bound
        return TierAnswer(tier, value, bound, certificate)

    def _worst(self) -> TierAnswer:
        """Optimise sessions level by level: how many takers have more than 0, 1, 2, ..."""
        reached, bounds, proofs = [], [], []
        for number in range(self.levels):
            value, bound, certificate = self._optimise(self.goal("level", number))
            reached.append(value)
            bounds.append(bound)
            proofs.append(certificate)
        counts = self.table.counts(self.best)
        value = int(counts[counts > 0].min(initial=self.levels)) if counts.any() else 0
        proven = reached == bounds
        self.facts["worst"] = {
            "vector": sorted(counts[counts > 0].tolist()),
            "levels": reached,
            "bounds": bounds,
        }
        certificate = {"kind": "session_levels", "levels": proofs}
        return TierAnswer(
            "worst", value, value if proven else None, certificate if proven else None
        )

    def _optimise(self, goal: Goal) -> tuple[int, int | None, dict[str, Any] | None]:
        """Maximise a goal and keep it from now on: value, bound and certificate."""
        bound, certificate, self.best = self._maximise(goal)
        value = self.value(goal, self.best)
        self.program.add(self.best)
        self.earlier.append(goal)
        self.values.append(value)
        return value, bound, certificate

    def _maximise(self, goal: Goal) -> tuple[int | None, dict[str, Any] | None, Columns]:
        """Return bound, certificate and best timetable of a goal under the earlier ones."""
        from cohortopt.solvers.sessions.prices import Prices, prove

        table, best = self.table, self.best
        if self.clock.is_over and goal.kind != "shortfall":
            self.finished = False
            return None, None, best
        now = self.value(goal, best)
        if goal.level.any():  # do we have already the most there could be?
            easy = Prices.zero(table, len(self.earlier))
            alone = ~table.allowed.any(axis=0)  # takers whom nobody can meet
            easy.level[alone] = goal.level[alone].sum(axis=1)
            bound, certificate = prove(table, easy, goal, self.earlier, self.values, now)
            if bound <= now:
                return bound, certificate, best
        fast = self._without_slots(goal, best)
        if fast is not None:
            return fast
        relaxed = self.program.relax(goal, self.earlier, self.values, self.clock)
        if not relaxed.is_optimal:
            self.finished = False
            return None, None, best
        best = self._if_whole(goal, self.program.columns, relaxed.values, best)
        now = self.value(goal, best)
        bound, certificate = prove(table, relaxed.prices, goal, self.earlier, self.values, now)
        if now < bound and not (goal.kind == "shortfall" and bound < 0):
            claimed, best = self._whole(goal, relaxed, bound, best)
            if claimed is not None and claimed < bound:
                return claimed, None, best
        return bound, certificate, best

    def _without_slots(
        self, goal: Goal, best: Columns
    ) -> tuple[int, dict[str, Any], Columns] | None:
        """Try to meet the bound of the problem without slots; None where that does not work.

        Its optimal pairs have reduced cost 0; if they can be timed, its prices are the proof. If
        not, the pairs next best under its prices are where the whole program starts.
        """
        from cohortopt.solvers.highs import optimise
        from cohortopt.solvers.sessions.lp import (
            EPSILON,
            TimetableProgram,
            first_columns,
            merge,
            nearest,
            sessions_of,
        )
        from cohortopt.solvers.sessions.prices import price_out, prove

        table = self.table
        if goal.kind == "shortfall" or table.slots.count < 2 or not len(self.program.columns):
            return None
        slack = self.slack
        small = TimetableProgram(slack.table, self.levels)
        small.add(first_columns(slack.table, goal))
        small.add(slack.table.earlier)
        small.add(replace(best, slot=np.zeros_like(best.slot)))
        relaxed = small.relax(goal, self.earlier, self.values, self.clock)
        if not relaxed.is_optimal:
            return None
        now = self.value(goal, best)
        prices = slack.prices(relaxed.prices)
        bound, certificate = prove(table, prices, goal, self.earlier, self.values, now)
        if now >= bound:
            return bound, certificate, best
        surplus = price_out(slack.table, relaxed.prices, goal, self.earlier).surplus
        near = nearest(slack.table, surplus, NEAR) & (surplus > -EPSILON)
        small.add(sessions_of(slack.table, near))
        best = self._timed(goal, small, bound, best)
        if self.value(goal, best) >= bound:
            return bound, certificate, best
        if not goal.level.any():
            columns = sessions_of(table, surplus > -EPSILON).join(table.earlier)
            columns = merge(table, columns, best)
            program, _ = self.program.build(goal, self.earlier, self.values, columns)
            outcome = optimise(program, self.clock.left)
            if outcome.status == "optimal" and outcome.objective > bound - 0.5:
                found = self._if_whole(goal, columns, outcome.values, best)
                sure = (outcome.values > 1 - EPSILON).astype(np.float64)
                sure[len(columns) :] = 0.0
                for least in (sure, None):  # first only what is not whole, then all
                    if self.value(goal, found) >= bound:
                        break
                    attempt = replace(program, least=least)
                    whole = optimise(attempt, self.clock.left * 0.5, whole=True)
                    found = self._if_whole(goal, columns, whole.values, found)
                if self.value(goal, found) >= bound:
                    return bound, certificate, found
        self.program.add(sessions_of(table, nearest(table, surplus, 8)))
        return None

    def _timed(self, goal: Goal, small: TimetableProgram, bound: int, best: Columns) -> Columns:
        """Return sessions that meet the bound of the problem without slots; ``best`` if none do.

        Its optimum is timed; sessions that find no slot are left out of the next optimum, as long
        as that is worth as much. Not where sessions should stay at their slots: when they are
        matters there as well.
        """
        from cohortopt.solvers.highs import optimise
        from cohortopt.solvers.sessions.greedy import Clashes, timed

        if len(self.table.earlier):
            return best
        clashes, columns = Clashes(self.table), small.columns
        for _ in range(ROUNDS):
            program, _ = small.build(goal, self.earlier, self.values, columns)
            outcome = optimise(program, self.clock.left * 0.2, whole=True)
            if not len(outcome.values) or outcome.objective < bound - 0.5:
                break
            chosen = np.flatnonzero(outcome.values[: len(columns)] > 0.5)
            found, late = timed(self.table, columns.take(chosen), clashes)
            if not late:
                return found
            if len(late) * FEW > len(chosen):  # slots bind: leave it to the program with slots
                break
            columns = columns.take(np.delete(np.arange(len(columns)), chosen[late]))
        return best

    def _if_whole(self, goal: Goal, columns: Columns, values: Any, best: Columns) -> Columns:
        """Return the timetable that the values say if they are whole and better than ``best``."""
        chosen = values[: len(columns)]
        if len(chosen) < len(columns) or (np.abs(chosen - np.rint(chosen)) > 1e-6).any():
            return best
        found = columns.take(chosen > 0.5)
        return found if self.value(goal, found) >= self.value(goal, best) else best

    def _whole(
        self, goal: Goal, relaxed: Relaxed, bound: int, best: Columns
    ) -> tuple[int | None, Columns]:
        """Solve the integer program over the sessions that a better timetable could use.

        First those of reduced cost 0 are tried, which nearly always reach the bound; then all
        whose reduced cost is less than what is missing: its optimum is that of the whole problem.
        """
        from cohortopt.solvers.highs import optimise
        from cohortopt.solvers.sessions.lp import merge, within

        now = self.value(goal, best)
        for part, tight in ((0.5, True), (1.0, False)):
            slack = 0.0 if tight else relaxed.objective - now
            columns = within(self.table, relaxed.prices, goal, self.earlier, slack)
            columns = merge(self.table, columns, best)
            program, _ = self.program.build(goal, self.earlier, self.values, columns)
            outcome = optimise(program, self.clock.left * part, whole=True)
            if len(outcome.values):
                found = columns.take(outcome.values[: len(columns)] > 0.5)
                if self.value(goal, found) > now:
                    best, now = found, self.value(goal, found)
            if now >= bound:
                return bound, best
            if not tight and outcome.status in ("optimal", "infeasible"):
                return now, best
            if self.clock.is_over:
                break
        self.finished = False
        return None, best

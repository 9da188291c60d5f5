"""One thread's search over rich groups: make feasible, anneal, clean up, read the answer off."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cohortopt.solvers.base import Clock, Found
from cohortopt.solvers.groups import kernels, tables
from cohortopt.solvers.groups.energy import is_better
from cohortopt.solvers.groups.problem import GroupProblem
from cohortopt.solvers.groups.start import Start, filled, first_plan

CHUNK = 40_000  # proposals between two looks at the clock
IDLE = np.zeros(11)  # knobs where nothing is annealed
TIERS = {"points": 1, "changes": 2, "placed": 3, "violations": 4}  # places in State.total


@dataclass
class RichSearch:
    """A problem, its state and the best state seen; every method works within a clock."""

    problem: GroupProblem
    seed: int
    parent: RichSearch | None = None  # whose tables and best state to share
    fixed: tables.Fixed = field(init=False)
    state: tables.State = field(init=False)
    best: tables.State = field(init=False)
    first: Start = field(init=False)  # the first plan; a twin has none
    steps: int = 0
    scale: float = 1.0
    fewest: int = 0  # breaches of relaxed rules that no plan can do without
    most: int = 0  # priority that can be placed at most

    def __post_init__(self) -> None:
        parent = self.parent
        self.fixed = tables.fixed(self.problem) if parent is None else parent.fixed
        self.state = tables.blank(self.problem, self.fixed, self.seed)
        self.best = _record(self.state)
        named = [TIERS[tier] for tier in self.problem.instance.tiers if tier in TIERS]
        rest = [tier for tier in (3, 1) if tier not in named]
        self.order = np.array([*named, *rest], np.int64)
        self.words: np.ndarray = np.zeros(self.fixed.starts.shape[1], np.uint64)
        if parent is not None:
            self.scale, self.fewest, self.most = parent.scale, parent.fewest, parent.most
            tables.keep(parent.best, self.best)
            return
        self.first = first_plan(self.problem, self.seed)
        self.begin(self.first)
        if not self.is_feasible:
            self.clean()

    def begin(self, start: Start) -> None:
        """Set the state, and the best if it is better."""
        plan = _record(self.state)
        for name in ("where", "lead", "slot", "topic"):
            getattr(plan, name)[...] = getattr(start, name)
        self.work(kernels.REBUILD, plan)
        self.note()

    def fill(self) -> None:
        """Seat everyone for whom the first plan had no place, whatever rules that breaks."""
        if self.parent is None:
            self.begin(filled(self.problem, self.first, self.seed))

    def restore(self) -> None:
        """Set the state to the best."""
        self.work(kernels.REBUILD, self.best)

    def note(self) -> None:
        """Remember the state if it is the best so far."""
        if self.is_first or is_better(self.order, self.state.total, self.best.total):
            tables.keep(self.state, self.best)

    @property
    def is_first(self) -> bool:
        """Whether nothing has been remembered yet."""
        return int(self.best.total[0]) < 0

    @property
    def is_feasible(self) -> bool:
        """Whether the best state breaks no rule."""
        return int(self.best.total[0]) == 0

    @property
    def is_settled(self) -> bool:
        """Whether the best state breaks no rule, relaxed ones least, and seats all that can be."""
        least = -int(self.best.total[4]) <= self.fewest
        return self.is_feasible and least and int(self.best.total[3]) >= self.most

    def knobs(self, hot: float, cold: float, repairing: bool) -> np.ndarray:
        """Return weights and temperatures (see group_kernels)."""
        special = len(self.fixed.at) > 1 or len(self.fixed.boss) > 0
        topics = len(self.fixed.topic_points) > 1
        rare = 0.04 if special or topics else 0.0
        room = self.problem.grouping.size_min < self.problem.grouping.size_max
        insert = 0.25 if room else 0.05
        if repairing:
            return np.array([1.0, 0.01, 0, 0, hot, cold, max(insert, 0.3), 0, 2 * rare, 0.3, 0])
        placed = 1000.0 * self.scale
        top = int(self.problem.priority.max(initial=1))
        viol = placed * max(1, top) * (self.problem.grouping.size_max + 1)
        kept = 0.0
        if 2 in self.order:
            first = list(self.order).index(2) < list(self.order).index(1)
            kept = 20.0 * self.scale if first else 1e-6
        breach = 0.0
        if 4 in self.order:
            places = list(self.order)
            breach = placed / 10 if places.index(4) > places.index(3) else placed * 10 * top
            viol = max(viol, 10 * breach * self.problem.grouping.size_max)
        return np.array([viol, placed, kept, 1.0, hot, cold, insert, 1.0, rare, breach, 0.002])

    def run(self, knobs: np.ndarray, steps: int) -> None:
        """Anneal so many proposals."""
        self.work(kernels.ANNEAL, self.best, knobs, steps)
        self.steps += steps

    def work(
        self, task: int, plan: tables.State, knobs: np.ndarray = IDLE, steps: int = 0
    ) -> float:
        """Do a task of the kernels; see there."""
        led = True if len(self.fixed.boss) else None
        return float(
            kernels.work(
                self.fixed, self.state, plan, self.order, knobs, self.words, task, steps, led
            )
        )

    def repair(self, clock: Clock, steps: int) -> bool:
        """Look for a plan without violations, then for one with few breaches, ignoring points.

        Returns whether there is one without violations.
        """
        units = max(1, len(self.problem.units))
        spent, length, peak = 0, 100 * units, 0.18
        while not self.is_settled and spent < steps and not clock.is_over:
            done = 0
            while done < length and not self.is_settled and not clock.is_over:
                part = min(CHUNK // 2, length - done)
                ratio = done / length
                hot = peak * (0.1 / peak) ** ratio  # a violation counts 1
                self.run(self.knobs(hot, hot, True), part)
                done += part
            spent += done
            length, peak = min(2 * length, 4_000_000), min(0.6, peak * 1.4)
        return self.is_feasible

    def clean(self) -> bool:
        """Take people out of groups until no rule is broken. Returns whether that worked."""
        self.restore()
        self.work(kernels.MEND, self.best)
        self.note()
        return int(self.state.total[0]) == 0

    def measure(self) -> None:
        """Set the scale of temperatures: the mean loss of a random swap in the best state."""
        self.restore()
        self.scale = max(1.0, self.work(kernels.MEASURE, self.best, steps=4000))

    def anneal(self, clock: Clock, steps: int, hot: float, cold: float, until: float) -> None:
        """Anneal from the best state, in units of the scale; ends after steps or at ``until``."""
        self.restore()
        done, begun = 0, clock.elapsed
        timed = not clock.budget.reproducible and clock.budget.seconds is not None
        while done < steps and not clock.is_over:
            ratio = done / steps
            if timed:
                ratio = max(ratio, (clock.elapsed - begun) / max(1e-9, until - begun))
                if ratio >= 1.0:
                    break
            heat = hot * (cold / hot) ** ratio * self.scale
            self.run(self.knobs(heat, heat, False), CHUNK)
            done += CHUNK

    def take(self, other: RichSearch) -> None:
        """Take over another search's best if it is better."""
        if is_better(self.order, other.best.total, self.best.total):
            tables.keep(other.best, self.best)

    def matches(self) -> tuple[Found, ...]:
        """Return the best state as matches, people ascending, groups by their first person."""
        p, best = self.problem, self.best
        found = []
        for g in range(p.groups):
            units = np.flatnonzero(best.where == g)
            if not len(units):
                continue
            members = sorted(i for u in units for i in p.units[u])
            leaders = sorted(int(p.leaders[b]) for b in best.lead[g] if b >= 0)
            found.append(
                Found(
                    people=(*leaders, *members),
                    leaders=len(leaders),
                    slot=int(best.slot[g]) if p.has_slots else -1,
                    topic=int(best.topic[g]) if len(p.topic_points) else -1,
                )
            )
        return tuple(sorted(found, key=lambda match: match.people))


def _record(state: tables.State) -> tables.State:
    """Return a state that only holds what ``remember`` copies; nothing is remembered yet."""
    empty = np.zeros(1, np.int64)
    values = {
        name: value.copy() if name in tables.KEPT else np.empty((0,) * value.ndim, value.dtype)
        for name, value in state._asdict().items()
    }
    values["random"] = state.random.copy()
    values["benched"] = empty
    values["total"][0] = -1
    return tables.State(**values)

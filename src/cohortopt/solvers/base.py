"""What a solver is: it takes an instance, a budget and a clock, and returns an answer.

A solver refuses by default: it accepts an instance only if it handles every feature of it.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.compiling import COMPILING


@dataclass(frozen=True)
class Progress:
    """What a running solve can say about itself. Values are of the tier being optimised."""

    seconds: float
    phase: str
    value: int | None = None
    bound: int | None = None


@dataclass(frozen=True)
class Budget:
    """What a solve may use. ``seconds`` is wall time from reading to writing; None: no limit.

    The time in which kernels are compiled, once on a machine, is not counted.

    With ``reproducible`` the clock is not looked at: work is counted in iterations, so that
    the same seed gives the same answer on every machine.
    """

    seconds: float | None = 60.0
    seed: int = 0
    threads: int = 1
    reproducible: bool = False


@dataclass
class Clock:
    """A started budget: time left, cancellation and progress for one solve."""

    budget: Budget = field(default_factory=Budget)
    on_progress: Callable[[Progress], None] | None = None
    cancel: threading.Event | None = None
    started: float = field(default_factory=time.monotonic)
    compiled: float = field(default_factory=COMPILING)  # seconds of compiling until the start
    looked_late: bool = False  # some loop stopped because of the clock: may not repeat
    whole: Clock | None = None  # the clock of which this is a share

    @property
    def elapsed(self) -> float:
        """Seconds since the start, but for those in which kernels were compiled."""
        return self.wall - (COMPILING() - self.compiled)

    @property
    def wall(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def is_timed(self) -> bool:
        """Whether the clock can end the solve; otherwise work is counted."""
        return self.budget.seconds is not None and not self.budget.reproducible

    @property
    def left(self) -> float:
        """Seconds left; a year where there is no limit; 0 once cancelled."""
        if self.is_cancelled:
            return 0.0
        if self.budget.seconds is None or self.budget.reproducible:
            return 365 * 86_400.0
        return max(0.0, self.budget.seconds - self.elapsed)

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self.cancel is not None and self.cancel.is_set()

    def asks_to_stop(self) -> bool:
        """Whether somebody asked to stop, for loops that know of no clock."""
        return self.is_cancelled

    @property
    def is_over(self) -> bool:
        """Whether to stop now. Remembers having said so: the answer may not repeat."""
        over = self.left <= 0.0
        clock: Clock | None = self if over else None
        while clock is not None:
            clock.looked_late, clock = True, clock.whole
        return over

    def share(self, part: float) -> Clock:
        """Return a clock with the same start that ends after ``part`` of the time left."""
        if self.budget.seconds is None or self.budget.reproducible:
            return self
        seconds = self.elapsed + self.left * part
        budget = Budget(seconds, self.budget.seed, self.budget.threads, self.budget.reproducible)
        return replace(self, budget=budget, looked_late=False, whole=self)

    def say(self, phase: str, value: int | None = None, bound: int | None = None) -> None:
        """Report progress to whoever listens."""
        if self.on_progress is not None:
            self.on_progress(Progress(self.elapsed, phase, value, bound))


@dataclass(frozen=True)
class Found:
    """One match in numbers: pairs (giver, taker), rings in ring order, groups leaders first."""

    people: tuple[int, ...]
    leaders: int = 0
    slot: int = -1
    slots: tuple[int, ...] = ()  # rings that meet per link
    round: int = 1
    topic: int = -1
    chain: bool = False


@dataclass(frozen=True)
class TierAnswer:
    """A tier as the solver sees it; ``certificate`` is plain data about people indices."""

    tier: str
    value: int
    bound: int | None = None
    certificate: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What a solver found. ``finished``: it ended by itself, the clock did not cut it short."""

    matches: tuple[Found, ...]
    tiers: tuple[TierAnswer, ...] = ()
    finished: bool = True
    impossible: tuple[str, ...] = ()  # not empty: proven that no assignment keeps every rule
    facts: dict[str, Any] = field(default_factory=dict)
    solver: str = ""


class Solver(ABC):
    """One way to solve some instances."""

    name: ClassVar[str]
    shapes: ClassVar[frozenset[str]]
    handles: ClassVar[frozenset[Feature]] = frozenset()

    def accepts(self, instance: Instance) -> bool:
        """Whether this solver handles everything that the instance asks for."""
        return instance.shape in self.shapes and instance.features <= self.handles

    @abstractmethod
    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best answer found within the clock. Every match obeys every rule."""

"""Several seeds at once: the same problem solved on any executor, and the best answer kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from cohortopt.errors import OutOfTimeError
from cohortopt.model.solution import LOWER_IS_BETTER, Solution
from cohortopt.solvers.base import Clock

LOOK = 0.1  # seconds between two looks at a cancel


def best_of_seeds(
    submit: Callable[..., Future[Solution]], clock: Clock, executor: Executor
) -> Solution:
    """Return the best of as many solves as the budget has threads; of equals the lowest seed.

    Answers are taken in the order of their seeds, and the first that is proven best ends the rest:
    so nothing depends on which solve is done first.

    Parameters
    ----------
    submit
        Starts a solve on ``executor``, given ``budget`` and ``cancel``.
    clock
        Whose budget every solve has, with one thread; told of each answer. Cancelling reaches
        solves that run in threads of this process; others end with their budget, and those that
        have not begun never do.

    Raises
    ------
    InfeasibleError
        No assignment keeps every rule.
    OutOfTimeError
        No solve found any in time.
    """
    budget, stop = clock.budget, threading.Event()
    cancel = stop if isinstance(executor, ThreadPoolExecutor) else None
    seeds = range(budget.seed, budget.seed + max(1, budget.threads))
    running = [
        submit(budget=replace(budget, seed=seed, threads=1), cancel=cancel) for seed in seeds
    ]
    best, late = None, None
    try:
        for seed, future in zip(seeds, running, strict=True):
            if not _comes(future, clock, stop, needed=best is None):
                continue
            try:
                solution = future.result()
            except OutOfTimeError as error:
                late = late or error
                continue
            if best is None or rank(solution) > rank(best):
                best = solution
            clock.say(f"seed {seed}", solution.tiers[-1].value, solution.tiers[-1].bound)
            if solution.is_optimal:
                break
    finally:
        stop.set()
        for future in running:
            future.cancel()
    if best is None:
        raise late or OutOfTimeError("cancelled before anything was found")
    return best


def rank(solution: Solution) -> tuple[tuple[int, ...], ...]:
    """Return the tiers of the whole as a tuple that grows as solutions get better.

    Where satisfactions are compared one by one, more of them come first, then the least of all.
    """
    return tuple(
        (-tier.value,)
        if tier.tier in LOWER_IS_BETTER
        else (len(tier.vector or ()), *(tier.vector or ()), tier.value)
        for tier in solution.tiers
    )


def _comes(future: Future[Solution], clock: Clock, stop: threading.Event, needed: bool) -> bool:
    """Wait for a solve and return whether it ended; once cancelled, only if it is ``needed``."""
    while not future.done():
        if clock.is_cancelled:
            stop.set()
            if future.cancel() or not needed:
                return False
        wait([future], timeout=LOOK)
    return not future.cancelled()

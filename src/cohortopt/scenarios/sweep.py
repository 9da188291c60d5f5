"""Every combination of some settings, solved one after the other or at the same time.

A combination is solved by a function of its own that takes and returns plain objects, so any
``concurrent.futures.Executor`` will do: threads, processes, or Dask's for several machines. The
time limit travels inside the task. Results do not depend on where or in what order tasks run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from itertools import product
from math import prod

from cohortopt.engine import solve
from cohortopt.errors import CohortoptError
from cohortopt.model.people import Roster
from cohortopt.model.solution import Solution
from cohortopt.programs import Scenario
from cohortopt.solvers.base import Budget

MOST = 10_000  # combinations
_OPENING, _CLOSING = "[{(", "]})"


@dataclass(frozen=True)
class Variation:
    """One combination: its number from 1, its name, and its settings as ``key=value``."""

    number: int
    name: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a variation: a solution, or the message and exit code of an error."""

    variation: Variation
    solution: Solution | None = None
    message: str = ""
    exit_code: int = 0


Made = tuple[Roster, Scenario, Budget]


def combinations(settings: Sequence[str]) -> list[Variation]:
    """Return all combinations of settings like ``mentors.goals.prefers=0,1,3``.

    The last setting changes fastest. Commas inside quotes and brackets do not separate.

    Raises
    ------
    ValueError
        If a setting has no ``=`` or no value, a key comes twice, or there are too many.

    Examples
    --------
    >>> [one.name for one in combinations(["a.b=1,2", "c=x"])]
    ['1 b=1 c=x', '2 b=2 c=x']
    """
    keys: list[str] = []
    choices: list[list[str]] = []
    for setting in settings:
        key, found, values = setting.partition("=")
        key = key.strip()
        parts = split_values(values)
        if not found or not key or not all(parts):
            raise ValueError(f'found "{setting}"; expected key=value,value like size.max=5,6')
        if key in keys:
            raise ValueError(f'"{key}" is set twice; list its values once: {key}=a,b')
        keys.append(key)
        choices.append(list(dict.fromkeys(parts)))
    count = prod(len(values) for values in choices)
    if count > MOST:
        raise ValueError(f"{count:,} combinations; at most {MOST:,} can be run")
    short = _short(keys)
    width = len(str(count))
    found_all = []
    for number, chosen in enumerate(product(*choices), start=1):
        told = " ".join(f"{name}={value}" for name, value in zip(short, chosen, strict=True))
        changes = tuple(f"{key}={value}" for key, value in zip(keys, chosen, strict=True))
        found_all.append(Variation(number, f"{number:0{width}d} {told}".strip(), changes))
    return found_all


def split_values(text: str) -> list[str]:
    """Return the parts of ``1,2,[3,4]``; commas inside quotes and brackets do not separate."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == "," and depth == 0:
            parts.append("")
            continue
        parts[-1] += character
    return [part.strip() for part in parts]


def sweep(
    variations: Sequence[Variation],
    make: Callable[[Variation], Made],
    *,
    executor: Executor | None = None,
    known: Mapping[int, Solution] | None = None,
    at_once: int | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of every variation, as each is done.

    Parameters
    ----------
    make
        Returns roster, scenario and budget of a variation. A `CohortoptError` that it raises
        becomes that variation's outcome.
    executor
        Where to solve; None: here, one after the other.
    known
        Solutions from an earlier, interrupted sweep, by number: they are not solved again.
    at_once
        How many tasks to hand over at a time; None: all.
    """
    waiting = iter(variations)
    running: dict[Future[Outcome], Variation] = {}
    exhausted = False
    while running or not exhausted:
        while not exhausted and (at_once is None or len(running) < at_once):
            variation = next(waiting, None)
            if variation is None:
                exhausted = True
                break
            if known and variation.number in known:
                yield Outcome(variation, known[variation.number])
                continue
            try:
                made = make(variation)
            except CohortoptError as error:
                yield Outcome(variation, None, str(error), error.exit_code)
                continue
            if executor is None:
                yield solve_one(variation, *made)
            else:
                running[executor.submit(solve_one, variation, *made)] = variation
        if running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: running[one].number):
                del running[future]
                yield future.result()


def solve_one(variation: Variation, roster: Roster, scenario: Scenario, budget: Budget) -> Outcome:
    """Solve one variation. Runs wherever the executor is, and takes nothing else along."""
    try:
        return Outcome(variation, solve(roster, scenario, budget=budget))
    except CohortoptError as error:
        return Outcome(variation, None, str(error), error.exit_code)


@dataclass(frozen=True)
class Range:
    """Between which weights of a goal the plan stays the same.

    ``least`` and ``most`` gave the same plan; ``below`` and ``above`` are the nearest tried
    weights that gave another (None: none was found down to 0 or up to the limit).
    """

    weight: float
    least: float
    most: float
    below: float | None
    above: float | None


def weight_range(
    plan_at: Callable[[float], Solution], weight: float, *, limit: float = 100.0, steps: int = 12
) -> Range:
    """Return a range of weights around ``weight`` in which the plan stays the same.

    By halving, ``steps`` solves a side at most. The plans inside a range are equal at its ends;
    for goals that are added up, points are linear in the weight, so a plan that is best at both
    ends is best between them. Where several plans are equally good, the one that the solver
    names counts, and the range may come out narrower than it is.
    """
    ours = _plan(plan_at(weight))

    def same(at: float) -> bool:
        return _plan(plan_at(at)) == ours

    def edge(out: float) -> tuple[float, float | None]:
        if same(out):
            return out, None
        inside, outside = weight, out
        for _ in range(steps - 1):
            middle = (inside + outside) / 2
            if same(middle):
                inside = middle
            else:
                outside = middle
        return inside, outside

    least, below = edge(0.0) if weight > 0 else (weight, None)
    most, above = edge(max(limit, weight * 10)) if weight < limit else (weight, None)
    return Range(weight, least, most, below, above)


def _plan(solution: Solution) -> frozenset[tuple[str, int, frozenset[tuple[str, str]]]]:
    """Return who is together, in every program and round."""
    return frozenset(
        (program.name, match.round, frozenset((m.person, m.role) for m in match.members))
        for program in solution.programs
        for match in program.matches
    )


def _short(keys: Sequence[str]) -> list[str]:
    """Return the shortest ends of the keys that still tell them apart."""
    parts = [key.split(".") for key in keys]
    for length in range(1, max((len(part) for part in parts), default=1) + 1):
        ends = [".".join(part[-length:]) for part in parts]
        if len(set(ends)) == len(ends):
            return ends
    return list(keys)

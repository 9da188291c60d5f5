"""Made-up rosters with every rule on: slots over six zones, isolation, limits, vetoes.

``python -m benchmarks.groups.realistic`` compares the search with a greedy and a random start
(both repaired) and with a plain CP-SAT model, all within the same seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from math import lcm

import numpy as np

from benchmarks.groups.plain_model import plain_model
from cohortopt.instance.instance import Feature, Grouping, Instance, Limit, Links, Slots, pack
from cohortopt.solvers.base import Budget, Clock, Found
from cohortopt.solvers.groups.check import broken, placed_of, points_of
from cohortopt.solvers.groups.problem import make_problem
from cohortopt.solvers.groups.search import RichSearch
from cohortopt.solvers.groups.solver import GroupSearch
from cohortopt.solvers.groups.start import Start, plans

BIG = 10**9


def roster(n: int, seed: int, vetoes: float = 0.02) -> Instance:
    """Return n people for groups of 4 to 6: three protected attributes, departments, hours."""
    rng = np.random.default_rng(seed)
    skills = rng.random((n, 12)) * (rng.random((n, 12)) < 0.4)
    wants = rng.random((n, 12)) * (rng.random((n, 12)) < 0.4)
    points = np.rint(1000 * (skills @ wants.T) / np.maximum(1e-9, wants.sum(axis=1))).astype(int)
    points = np.minimum(1000, points)
    points[rng.random((n, n)) < vetoes] = -1
    limits = []
    for attribute in range(3):
        value = rng.choice(3, n, p=[0.2, 0.3, 0.5])
        limits += [
            Limit((value == code).astype(np.int64), 2, BIG, True, f"attribute {attribute}")
            for code in range(2)
        ]
    department = rng.integers(0, 6, n)
    limits += [
        Limit((department == code).astype(np.int64), 0, 3, False, f"department {code}")
        for code in range(6)
    ]
    hours = np.arange(168)
    zone = rng.integers(0, 6, n) * 4
    free = ((hours[None, :] + zone[:, None]) % 24 < 9) & (rng.random((n, 168)) < 0.8)
    return Instance.plain(
        "groups",
        Links.of(points),
        slots=Slots(pack(free), (hours * 4).astype(np.int32), 4, 672),
        features=frozenset({Feature.SLOTS, Feature.ISOLATION, Feature.LIMITS}),
        grouping=Grouping(4, 6, scale=lcm(3, 4, 5), limits=tuple(limits)),
    )


def started(instance: Instance, how: str, seconds: float) -> tuple[RichSearch, float]:
    """Return a greedy or random start once repaired, and when it first kept every rule."""
    clock = Clock(Budget(seconds))
    problem = make_problem(instance, plans(instance)[0])
    one = RichSearch(problem, 0)
    first = clock.elapsed
    if how == "random":
        rng = np.random.default_rng(0)
        order = rng.permutation(len(problem.units))
        where = np.empty(len(order), np.int32)
        where[order] = np.arange(len(order)) % problem.groups
        slot = rng.integers(0, len(problem.slot_at), problem.groups).astype(np.int32)
        one.best.total[0] = -1  # forget the greedy start
        one.begin(Start(where, one.first.lead, slot, one.first.topic))
    one.most = int(problem.priority.sum())
    if not one.is_settled:
        if how == "greedy":
            one.fill()
        one.repair(clock, 400_000_000)
        one.clean()
    return one, first if how == "greedy" else clock.elapsed


def row(instance: Instance, way: str, matches: tuple[Found, ...], base: int, took: str) -> str:
    """Return one line of the table; ``base`` are the points of the greedy start, 0 unknown."""
    assert not broken(instance, matches)
    value = points_of(instance, matches)
    better = f"{100 * (value / base - 1):.1f}" if base else ""
    return (
        f"| {instance.n} | {way} | {placed_of(instance, matches)} | {value} | {better} | {took} |"
    )


def rows(sizes: list[int], seconds: float, threads: int) -> Iterator[str]:
    """Yield the table: every way at the same time limit, gap to our own bound."""
    yield "| people | way | placed | points | better than greedy by % | first plan s | total s |"
    yield "|---|---|---|---|---|---|---|"
    for n in sizes:
        instance = roster(n, 1)
        base = 0
        for way in ("greedy", "random"):
            begun = time.monotonic()
            one, first = started(instance, way, seconds)
            took = time.monotonic() - begun
            yield row(
                instance, f"{way} with repair", one.matches(), base, f"{first:.2f} | {took:.1f}"
            )
            base = base or points_of(instance, one.matches())
        begun = time.monotonic()
        matches = plain_model(instance, plans(instance)[0], seconds)
        yield row(
            instance, "plain CP-SAT model", matches, base, f"| {time.monotonic() - begun:.1f}"
        )
        begun = time.monotonic()
        answer = GroupSearch().solve(instance, Clock(Budget(seconds, 1, threads)))
        took = time.monotonic() - begun
        yield row(instance, "cohortopt", answer.matches, base, f"| {took:.1f}")
        tier = answer.tiers[1]
        assert tier.bound is not None
        gap = 100 * (tier.bound / tier.value - 1)
        yield f"| {n} | bound | | {tier.bound} | gap {gap:.1f} % | | |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", nargs="*", type=int, default=[300, 1000])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    started(roster(60, 0), "greedy", 1.0)  # compile or load before anything is timed
    for line in rows(options.people, options.seconds, options.threads):
        print(line, flush=True)


if __name__ == "__main__":
    main()

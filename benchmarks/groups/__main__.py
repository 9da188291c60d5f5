"""Print and write the tables of groups: ``python -m benchmarks.groups --seconds 10 --seeds 2``."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.groups.classic import DATA, UNIT, best_known, read_classic
from benchmarks.groups.realistic import roster
from cohortopt.solvers.base import Answer, Budget, Clock
from cohortopt.solvers.group_check import broken
from cohortopt.solvers.groups import GroupSearch

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-groups.md"


def solve(instance: object, seconds: float, seed: int) -> tuple[Answer, float, float]:
    """Return the answer, its wall seconds and its processor seconds (both threads together)."""
    wall, busy = time.monotonic(), time.process_time()
    answer = GroupSearch().solve(instance, Clock(Budget(seconds, seed, 2)))  # type: ignore[arg-type]
    return answer, time.monotonic() - wall, time.process_time() - busy


def classic_rows(names: list[str], seconds: float, seeds: int) -> Iterator[str]:
    """Yield the table of classic instances, gaps to the published best in percent."""
    yield "| instance | published best | mean gap % | best gap % | wall s | processor s |"
    yield "|---|---|---|---|---|---|"
    known, gaps = best_known(), []
    for name in names:
        instance = read_classic(DATA / f"{name}.txt.gz")
        own, walls, busy = [], [], []
        for seed in range(seeds):
            answer, wall, cpu = solve(instance, seconds, seed)
            value = next(tier.value for tier in answer.tiers if tier.tier == "points")
            own.append(100 * (1 - value / UNIT / known[name]["best"]))
            walls.append(wall)
            busy.append(cpu)
        gaps.append(float(np.mean(own)))
        yield (
            f"| {name} | {known[name]['best']:.1f} | {np.mean(own):.3f} | {min(own):.3f} "
            f"| {np.mean(walls):.1f} | {np.mean(busy):.1f} |"
        )
    yield f"| mean of {len(names)} | | {np.mean(gaps):.3f} | | | |"


def first_plan_points(instance: object) -> tuple[int, int, float]:
    """Return placed, points and seconds of the greedy start once it keeps every rule."""
    from cohortopt.solvers.group_problem import make_problem
    from cohortopt.solvers.group_search import RichSearch
    from cohortopt.solvers.group_start import plans

    begun = time.monotonic()
    one = RichSearch(make_problem(instance, plans(instance)[0]), 0)  # type: ignore[arg-type]
    if not one.repair(Clock(Budget(20)), 40_000_000):
        one.clean()
    return int(one.best.total[3]), int(one.best.total[1]), time.monotonic() - begun


def realistic_rows(sizes: list[int], seconds: float) -> Iterator[str]:
    """Yield the table of made-up rosters with all rules on."""
    yield (
        "| people | greedy + repair: placed, points, s | search: placed, points, s "
        "| better by % | bound | gap to bound % | rules broken |"
    )
    yield "|---|---|---|---|---|---|---|"
    for n in sizes:
        instance = roster(n, 1)
        first_plan_points(roster(60, 1))  # loads the compiled code
        seated, points, took = first_plan_points(instance)
        answer, wall, _ = solve(instance, seconds, 1)
        placed, value = answer.tiers
        assert value.bound is not None
        yield (
            f"| {n} | {seated}, {points}, {took:.1f} | {placed.value}, {value.value}, {wall:.1f} "
            f"| {100 * (value.value / max(1, points) - 1):.1f} | {value.bound} "
            f"| {100 * (value.bound / value.value - 1):.1f} "
            f"| {len(broken(instance, answer.matches))} |"
        )


def main() -> None:
    """Run the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--instances", nargs="*", help="names without .txt.gz; default: all")
    parser.add_argument("--people", nargs="*", type=int, default=[300, 1000])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-groups.md")
    options = parser.parse_args()
    names = options.instances if options.instances is not None else sorted(best_known())
    solve(roster(60, 0), 1.0, 0)  # compile or load before anything is timed
    lines = [
        "# Groups: benchmarks",
        "",
        f"Classic instances, {options.seconds:g} s, {options.seeds} seed(s), two threads, load "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors at the start. A minus is better "
        "than the published best. Points are whole thousandths of a distance.",
        "",
    ]
    for row in lines:
        print(row, flush=True)
    for part in (
        classic_rows(names, options.seconds, options.seeds),
        iter(["", "Made-up rosters, groups of 4 to 6, every rule on (see realistic.py).", ""]),
        realistic_rows(options.people, options.seconds),
    ):
        for row in part:
            print(row, flush=True)
            lines.append(row)
    if options.write:
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

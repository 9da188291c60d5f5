"""Classic instances of the maximally diverse grouping problem: read, solved and tabled.

Every solve is kept in ``classic.csv``, so that the table can be measured in parts. Where all groups
are of one size (ss) ``by_roster`` solves the same as a program would be: a roster, own scores,
``value = "sum"``. Limits that differ by group (ds) have no words in a scenario.
A file begins with ``n groups ss|ds lower upper lower upper ...`` and goes on with ``i j distance``.
Distances have three decimals; points are thousandths, on one of the two directions.
"""

from __future__ import annotations

import csv
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import cohortopt
from cohortopt.goals.table import TableGoal
from cohortopt.instance.instance import Feature, Grouping, Instance, Links
from cohortopt.model import Groups, Person, Roster, Size
from cohortopt.programs import Program
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.groups.solver import GroupSearch

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "benchmarks" / "groups"
RUNS = Path(__file__).with_name("classic.csv")
FIELDS = ("instance", "seconds", "threads", "seed", "value", "wall", "processor")
UNIT = 1000  # points of a distance of 1
ROUNDING = 0.001  # percent: less may come from counting in thousandths


def read_classic(path: Path) -> Instance:
    """Return the classic instance in ``path`` (gzipped or not)."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()
    head = lines[0].split()
    n, groups = int(head[0]), int(head[1])
    limits = [int(word) for word in head[3:]]
    bounds = tuple(zip(limits[::2], limits[1::2], strict=True))
    points = np.zeros((n, n), np.int32)
    for line in lines[1:]:
        words = line.split()
        if words:
            i, j = int(words[0]), int(words[1])
            points[min(i, j), max(i, j)] = round(float(words[2]) * UNIT)
    return diverse(points, bounds[:groups])


def diverse(points: np.ndarray, bounds: tuple[tuple[int, int], ...]) -> Instance:
    """Return the problem of groups of the sizes given with the largest sum of ``points``."""
    same = len(set(bounds)) == 1
    features = {Feature.GROUP_COUNT} | (set() if same else {Feature.GROUP_SIZES})
    return Instance.plain(
        "groups",
        Links.of(points),
        features=frozenset(features),
        grouping=Grouping(
            size_min=min(low for low, _ in bounds),
            size_max=max(high for _, high in bounds),
            count=len(bounds),
            value="sum",
            bounds=() if same else bounds,
        ),
    )


def best_known(folder: Path = DATA) -> dict[str, dict[str, float]]:
    """Return the published values by instance: best, mean and worst of 20 runs, seconds."""
    with (folder / "best_known.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["instance"]: {
                "people": int(row["people"]),
                "best": float(row["best_published"]),
                "mean": float(row["mean_of_20_runs"]),
                "worst": float(row["worst_of_20_runs"]),
                "seconds": float(row["seconds_per_run"]),
            }
            for row in csv.DictReader(file)
        }


def measure(name: str, seconds: float, threads: int, seed: int) -> dict[str, str]:
    """Solve an instance, keep the run in ``classic.csv`` and return it."""
    instance = read_classic(DATA / f"{name}.txt.gz")
    wall, busy = time.monotonic(), time.process_time()
    answer = GroupSearch().solve(instance, Clock(Budget(seconds, seed, threads)))
    value = next(tier.value for tier in answer.tiers if tier.tier == "points") / UNIT
    found = (
        name, f"{seconds:g}", str(threads), str(seed), f"{value:.3f}",
        f"{time.monotonic() - wall:.1f}", f"{time.process_time() - busy:.1f}",
    )  # fmt: skip
    fresh = not RUNS.exists()
    with RUNS.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([FIELDS, found] if fresh else [found])
    return dict(zip(FIELDS, found, strict=True))


def by_roster(name: str, seconds: float, threads: int, seed: int) -> str:
    """Solve an instance of equal sizes through the library, check included; return a line."""
    instance = read_classic(DATA / f"{name}.txt.gz")
    grouping = instance.grouping
    assert grouping is not None
    ids = [f"p{i:03}" for i in range(instance.n)]
    points = instance.links.dense
    scores = tuple((ids[i], ids[j], int(points[i, j])) for i, j in np.argwhere(points > 0).tolist())
    size = Size(min=grouping.size_min, max=grouping.size_max, groups=grouping.count)
    program = Program(
        name=name,
        use="groups",
        shape=Groups(size=size),
        goals=(TableGoal(scores=scores),),
        value="sum",
    )
    roster = Roster(people=tuple(Person(id=one) for one in ids))
    wall = time.monotonic()
    solution = cohortopt.solve(roster, program, budget=Budget(seconds, seed, threads))
    wall = time.monotonic() - wall
    tier = solution.tier("points")
    assert tier is not None
    gap = 100 * (1 - tier.value / tier.scale / UNIT / best_known()[name]["best"])
    return f"| {name} | {gap:.3f} | {tier.bound} ({tier.standing}) | {wall:.1f} |"


def table() -> Iterator[str]:
    """Yield one table for each time limit, from all runs kept: gaps to the published best in %."""
    with RUNS.open(encoding="utf-8", newline="") as file:
        runs = list(csv.DictReader(file))
    known = best_known()
    for seconds, threads in sorted({(float(r["seconds"]), int(r["threads"])) for r in runs}):
        yield f"### {seconds:g} s, {threads} thread(s)"
        yield ""
        yield "| instance | published best | seeds | mean gap % | best gap % | processor s |"
        yield "|---|---|---|---|---|---|"
        means: dict[str, float] = {}
        better = 0
        for name in sorted(known):
            own = [
                run
                for run in runs
                if (run["instance"], float(run["seconds"]), int(run["threads"]))
                == (name, seconds, threads)
            ]
            if not own:
                continue
            gaps = [100 * (1 - float(run["value"]) / known[name]["best"]) for run in own]
            means[name] = float(np.mean(gaps))
            better += min(gaps) < -ROUNDING
            busy = np.mean([float(run["processor"]) for run in own])
            yield (
                f"| {name} | {known[name]['best']:.1f} | {len(own)} "
                f"| {means[name]:.3f} | {min(gaps):.3f} | {busy:.1f} |"
            )
        yield f"| **mean of {len(means)}** | | | **{np.mean(list(means.values())):.3f}** | | |"
        yield ""
        families: dict[str, list[float]] = {}
        for name, gap in means.items():
            kind, people, sizes, _ = name.split("_")
            for family in (f"{kind}_{sizes}", people):
                families.setdefault(family, []).append(gap)
        shown = ", ".join(f"{one} {np.mean(gaps):.3f}" for one, gaps in sorted(families.items()))
        yield f"Better than published by {ROUNDING} % or more: {better} of {len(means)}."
        yield f"Mean gaps of families: {shown}."
        yield ""

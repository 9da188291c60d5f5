"""Classic instances of the maximally diverse grouping problem, read into instances.

A file begins with ``n groups ss|ds lower upper lower upper ...`` and goes on with ``i j distance``.
Distances have three decimals; points are thousandths, on one of the two directions.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from cohortopt.instance.instance import Feature, Grouping, Instance, Links

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "benchmarks" / "groups"
UNIT = 1000  # points of a distance of 1


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
    n = len(points)
    everyone = np.arange(n, dtype=np.int32)
    one, none = np.ones(n, np.int32), np.zeros(n, np.int32)
    same = len(set(bounds)) == 1
    features = {Feature.GROUP_COUNT} | (set() if same else {Feature.GROUP_SIZES})
    return Instance(
        shape="groups",
        n=n,
        givers=everyone,
        takers=everyone,
        links=Links.of(points),
        gives_min=none,
        gives_max=one,
        takes_min=none,
        takes_max=one,
        total_max=one,
        priority=one,
        required=np.zeros(n, np.bool_),
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

"""How long it takes to find planted conflicts. `python -m benchmarks.explain.conflicts`."""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

from tests.explain.plants import CAUSES, plant

from cohortopt.explain.conflict import find_conflict


def main() -> None:
    """Print for each kind of cause how often it was told, and the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3 * len(CAUSES))
    options = parser.parse_args()
    for seed in range(len(CAUSES)):  # compiles the kernels
        warm = plant(seed, 12)
        find_conflict(warm.roster, warm.program)
    seconds, told = defaultdict[str, list[float]](list), defaultdict[str, int](int)
    for seed in range(options.seeds):
        planted, cause = plant(seed, options.people), CAUSES[seed % len(CAUSES)]
        started = time.perf_counter()
        clash = find_conflict(planted.roster, planted.program)
        seconds[cause].append(time.perf_counter() - started)
        if clash is not None and clash.confirmed:
            whole = planted.rules <= set(clash.rules) and planted.people <= set(clash.people)
            told[cause] += whole
    for cause, some in seconds.items():
        mean = sum(some) / len(some)
        print(f"{cause:9} {told[cause]} of {len(some)} told, {mean:.2f} s each, {max(some):.2f} s")


if __name__ == "__main__":
    main()

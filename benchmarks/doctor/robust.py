"""Mutated rosters: no traceback, exit 0 or 1 only, how long and how much memory.

    python benchmarks/doctor/robust.py --mutator mutate.py FILE... --n 10000 --seed 1

Each mutated file is checked in this process (``check --fix`` included, the cleaned roster read
again); the memory is the peak of the whole run, an upper bound for each file.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import resource
import time
import traceback
from collections import Counter
from pathlib import Path
from types import ModuleType

from cohortopt.io.doctor.mended import CLEANED, fixed_files
from cohortopt.io.roster import read_roster_report


def load(path: Path) -> ModuleType:
    """Import the mutator from its file."""
    spec = importlib.util.spec_from_file_location("mutate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Print failures as they come, and one summary."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--mutator", type=Path, required=True)
    parser.add_argument("--naughty", type=Path)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for files that fail")
    chosen = parser.parse_args()
    mutator = load(chosen.mutator)
    naughty = json.loads(chosen.naughty.read_text("utf-8")) if chosen.naughty else []
    sources = [path.read_bytes() for path in chosen.files]
    ends: Counter[str] = Counter()
    slowest, total = (0.0, -1), 0.0
    for i in range(chosen.n):
        rng = random.Random(f"{chosen.seed}/{i}")
        data = mutator.mutate(rng.choice(sources), rng, naughty)
        start = time.perf_counter()
        try:
            report = read_roster_report(data)
            end = "exit 1" if report.has_errors else "exit 0"
            taken = time.perf_counter() - start
            files = fixed_files(report)
            if CLEANED in files:
                again = read_roster_report(files[CLEANED])
                if again.problems or again.roster.people != report.roster.people:
                    end = "cleaned file differs" if not again.problems else "second check speaks"
        except Exception:
            end, taken = "traceback", time.perf_counter() - start
            print(f"--- {i}\n{traceback.format_exc(limit=-3)}")
        if end not in ("exit 0", "exit 1"):
            print(f"{i}: {end}")
            if chosen.keep:
                chosen.keep.mkdir(parents=True, exist_ok=True)
                (chosen.keep / f"m{i:06d}.csv").write_bytes(data)
        ends[end] += 1
        total += taken
        slowest = max(slowest, (taken, i))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(", ".join(f"{end}: {count}" for end, count in sorted(ends.items())))
    print(
        f"mean {1000 * total / chosen.n:.1f} ms, slowest {slowest[0]:.2f} s (file {slowest[1]}), "
        f"peak memory of the run {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()

"""Print and write the tables of groups.

    python -m benchmarks.groups --seconds 10 --seeds 0 1 --write
    python -m benchmarks.groups --seconds 60 --seeds 0 --instances Geo_n120_ds_01 --write

Classic instances are solved and kept in ``classic.csv``; the table shows all that were kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.groups.classic import best_known, by_roster, diverse, measure, table
from benchmarks.groups.realistic import roster, rows
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.groups.solver import GroupSearch

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-groups.md"
INTRODUCTION = (
    "Gaps to the published best in percent, a minus is better; both threads are the solver's. "
    "Points are whole thousandths of a distance. Runs are kept in `benchmarks/groups/classic.csv`."
)
HEADINGS = {"classic": "## Classic instances", "rosters": "## Made-up rosters, every rule on"}


def write(part: str, lines: list[str]) -> None:
    """Replace one section of the page (up to the next heading of its level), or add it."""
    page, heading = PAGE.read_text(encoding="utf-8"), HEADINGS[part]
    before, _, rest = page.partition(f"{heading}\n")
    _, mark, after = rest.partition("\n## ")
    text = "\n".join([heading, "", *lines]).rstrip() + "\n"
    PAGE.write_text(before.rstrip() + f"\n\n{text}" + mark + after, encoding="utf-8")


def main() -> None:
    """Run what was asked for; print and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--instances", nargs="*", help="names without .txt.gz; default: all")
    parser.add_argument("--people", nargs="*", type=int, default=[], help="made-up rosters")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-groups.md")
    parser.add_argument("--by-roster", action="store_true", help="ss only, through the library")
    options = parser.parse_args()
    names = options.instances if options.instances is not None else sorted(best_known())
    small = diverse(np.triu(np.ones((9, 9), np.int32), 1), ((3, 3),) * 3)
    for instance in (small, *[roster(60, 0)] * bool(options.people)):  # compile before any clock
        GroupSearch().solve(instance, Clock(Budget(1.0, 0, 1)))
    if options.by_roster:
        print("| instance | gap % | bound | s in all |\n|---|---|---|---|")
        for name in names:
            if "_ss_" in name:
                line = by_roster(name, options.seconds, options.threads, options.seeds[0])
                print(line, flush=True)
        return
    for seed in options.seeds:
        for name in names:
            run = measure(name, options.seconds, options.threads, seed)
            gap = 100 * (1 - float(run["value"]) / best_known()[name]["best"])
            print(f"{name} seed {seed}: {gap:.3f} % after {run['wall']} s", flush=True)
    parts = {"classic": [INTRODUCTION, "", *table()]}
    if options.people:
        parts["rosters"] = list(rows(options.people, options.seconds, options.threads))
    for part, lines in parts.items():
        print("\n".join([HEADINGS[part], "", *lines]))
        if options.write:
            write(part, lines)


if __name__ == "__main__":
    main()

"""``python -m benchmarks.pairs``: run the comparison, print the table, write it into the docs.

Results are kept in ``benchmarks/pairs/results.json`` by instance and code, so that the long runs
need not be repeated: a run replaces only what it measured. Codes that cannot be imported are left
out; ``--python`` names a second interpreter that has them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.pairs.generate import KINDS
from benchmarks.pairs.peers import LARGEST, PEERS

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "benchmarks-pairs.md"
START, END = "<!-- table -->", "<!-- end of table -->"

TEXT = f"""# Pairs: measured

Written by `python -m benchmarks.pairs`. n mentees, n / 4 mentors of capacity 4; most mentees
placed first, then most points. *embedding*: cosines of random 64-dimensional vectors, points
0..1000, every pair allowed; *coarse*: the same in steps of 50; *skewed*: 30 fields whose demand and
supply differ widely, the hard case; *roster*: skills and levels, pairs below the gap forbidden.
Every code runs in a process of its own with one thread; CPU counts scoring, building and solving,
not imports and compilation; memory is the peak of the whole process. "stable" answers another
question than points, and is listed for what it reaches. Machine: a shared virtual machine with two
cores of a server processor, busy with other work during these runs, so wall times are too long:
trust CPU seconds, and ratios more than seconds. Rows were not all measured in one run: a row is the
latest measurement of that code. *embedding* and *coarse* are easy markets (vectors are independent,
so nearly everybody gets one of their first choices); *skewed* and *roster* are contested, as real
demand is.

{START}
{END}
"""


def run(kind: str, n: int, name: str, pythons: list[str], limit: float) -> dict[str, Any] | None:
    """Return one measurement, None where no interpreter has the code."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for python in pythons:
        command = [python, "-m", "benchmarks.pairs.one", kind, str(n), name]
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=limit
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"over {limit:.0f} s"}
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["ended without a word"])[-1]
            if "ModuleNotFoundError" in last:
                continue
            return {"failed": last[:60]}
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        if not found.get("missing"):
            return found
    return None


def rows(results: dict[str, Any]) -> list[str]:
    """Return the table, each instance's codes together, with ratios to this project."""
    lines = [
        "| instance | code | CPU s | wall s | peak GB | placed | points | proven | CPU ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    keys = {tuple(key.split("/")[:2]) for key in results}
    for kind, n in sorted(keys, key=lambda key: (KINDS.index(key[0]), int(key[1]))):
        ours = results.get(f"{kind}/{n}/cohortopt", {})
        for name in PEERS:
            found = results.get(f"{kind}/{n}/{name}")
            if found is None:
                continue
            start = f"| {kind} {int(n):,} | {name} |"
            if "failed" in found:
                lines.append(f"{start} {found['failed']} | | | | | | |")
                continue
            ratio = f"{found['cpu'] / ours['cpu']:.1f}" if ours.get("cpu") else ""
            proven = "yes" if found["proven"] else "no"
            lines.append(
                f"{start} {found['cpu']:.2f} | {found['wall']:.1f} | {found['memory']:.2f} |"
                f" {found['placed']:,} | {found['points']:,} | {proven} | {ratio} |"
            )
    return lines


def main() -> None:
    """Measure what is asked for and rewrite the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200, 1_000, 5_000])
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--python", action="append", default=[], help="another interpreter")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one run")
    args = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for n in args.sizes:
        for kind in args.kinds:
            for name in args.peers:
                if n > LARGEST[name]:
                    continue
                found = run(kind, n, name, [sys.executable, *args.python], args.limit)
                if found is not None:
                    results[f"{kind}/{n}/{name}"] = found
                    print(kind, n, name, found, file=sys.stderr, flush=True)
                    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    page = PAGE.read_text() if PAGE.exists() else TEXT
    before, rest = page.split(START)
    after = rest.split(END)[1]
    lines = rows(results)
    PAGE.write_text("\n".join([before + START, *lines, END + after]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()

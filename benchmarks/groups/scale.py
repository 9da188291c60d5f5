"""Large rosters into circles: ``python -m benchmarks.groups.scale learners --seconds 120``.

``learners``: 5,000 real learners by interests, circles of 5 to 6. ``months``: the same, at most a
month of programming apart. ``topics``: made-up people, one shared topic for each circle.
Each runs in this process; seconds are from reading to the checked answer.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
COLUMNS = """
[columns]
"Which one of these roles are you most interested in?" = "skills_wanted"
"About how many months have you been programming for?" = "level"
EdX = "skills_offered"
Coursera = "skills_offered"
FreeCodeCamp = "skills_offered"
Udacity = "skills_offered"
Udemy = "skills_offered"
"""
CIRCLES = """
[[program]]
use = "learning_circles"
size = {{ min = {least}, max = {most} }}
topic = {topic}
{rules}
"""


def scenario(name: str, people: int, folder: Path) -> Path:
    """Write the scenario and its roster into ``folder``; return the scenario."""
    roster = folder / "people.csv"
    if name == "topics":
        made = [sys.executable, str(SHARED / "gen_roster.py"), "--n", str(people), "--seed", "1"]
        subprocess.run([*made, "--mess", "0", "--out", str(roster)], check=True)
        columns, sizes, topic, rules = "", (4, 8), "true", ""
    else:
        packed = (SHARED / "rosters" / "learners_5k" / "learners.csv.gz").read_bytes()
        roster.write_bytes(gzip.decompress(packed))
        columns, sizes, topic = COLUMNS, (5, 6), "false"
        rules = "rules = { gap = false }" if name == "learners" else ""
    path = folder / "scenario.toml"
    least, most = sizes
    circles = CIRCLES.format(least=least, most=most, topic=topic, rules=rules)
    path.write_text(f'roster = "people.csv"\n{columns}{circles}', encoding="utf-8")
    return path


def main() -> None:
    """Solve one roster and print what was reached, when, and with how much memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["learners", "months", "topics"])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    from cohortopt.engine import solve
    from cohortopt.io.scenario import read_scenario
    from cohortopt.solvers.base import Budget, Progress

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        given = read_scenario(scenario(options.name, options.people, Path(folder)))
    said = ""

    def show(progress: Progress) -> None:
        nonlocal said
        if progress.phase != said:
            said = progress.phase
            print(f"{progress.seconds:7.1f} s  {said}", file=sys.stderr, flush=True)

    budget = Budget(seconds=options.seconds, seed=1, threads=options.threads)
    solution = solve(given.roster, given.scenario, budget=budget, on_progress=show, started=started)
    took = time.monotonic() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    part = solution.programs[0]
    print(f"{options.name}: {len(given.roster)} people, {len(part.matches)} groups")
    for tier in part.tiers:
        print(f"  {tier.tier}: {tier.value} of at most {tier.bound} ({tier.standing})")
    print(f"  {took:.1f} s of {options.seconds:g} s allowed, {memory:.2f} GB")


if __name__ == "__main__":
    main()

"""``python -m benchmarks.rounds``: seasons without repeats, beside the known best.

Social golfer instances (groups-size: the most rounds known without repeats), rounds beyond what
is possible, and pairs of an odd number of people, with points.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from benchmarks.rounds.page import table, timed, write_section
from cohortopt.instance import Feature, Grouping, Instance, Links
from cohortopt.solvers.base import Answer, Budget, Clock
from cohortopt.solvers.rounds.bounds import fewest_repeats
from cohortopt.solvers.rounds.possible import rounds_possible
from cohortopt.solvers.rounds.rotation import Rotation
from cohortopt.solvers.rounds.rotation_search import search_plan

KNOWN = {
    (4, 4): 5, (4, 3): 4, (5, 3): 7, (5, 4): 5, (5, 5): 6, (6, 3): 8, (6, 4): 7, (7, 3): 10,
    (7, 7): 8, (8, 3): 11, (8, 4): 10, (8, 8): 9, (9, 3): 13,
}  # fmt: skip
REPEATS = [
    (16, [4] * 4, 5), (16, [4] * 4, 6), (32, [4] * 8, 9), (15, [3] * 5, 7), (24, [4] * 6, 6),
    (24, [4] * 6, 7), (20, [5] * 4, 8), (20, [4] * 5, 5), (20, [4] * 5, 6), (18, [3] * 6, 8),
    (17, [4] * 4, 5), (23, [5] * 3 + [4] * 2, 4), (101, [2] * 50, 12),
]  # fmt: skip


def season(shape: str, n: int, rounds: int, size: int, seed: int = 0) -> Instance:
    """Return rounds with points from random profiles: five traits brought, five wanted."""
    rng = np.random.default_rng(seed)
    worth = rng.random((n, 5)) @ rng.random((n, 5)).T
    points = (1000 * (worth - worth.min()) / (worth.max() - worth.min())).astype(np.int32)
    more: dict[str, Any] = {}
    if shape == "groups":
        more["grouping"] = Grouping(size, size, scale=max(1, size - 1))
    features = frozenset({Feature.ROUNDS})
    return Instance.plain(shape, Links.of(points), features=features, rounds=rounds, **more)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rounds")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each plan")
    limit = parser.parse_args().seconds
    parts = []
    rows: list[list[object]] = []
    for n, sizes, rounds in REPEATS:
        clock = Clock(Budget(limit))
        (_, again), cpu, wall = timed(lambda: search_plan(n, sizes, rounds, clock))  # noqa: B023
        bound = fewest_repeats(n, sizes, rounds)
        proven = "yes" if again == bound.value else "no"
        told = f"{n} in {'+'.join(map(str, sizes))}" if len(sizes) < 6 else f"{n} in {sizes[0]}s"
        rows.append(
            [told, rounds, again, bound.value, bound.kind, proven, f"{cpu:.1f}", f"{wall:.1f}"]
        )
        print(rows[-1], flush=True)
    parts.append("## Fewest repeats\n\nRepeats found beside the counting bound.\n")
    heads = ["people", "rounds", "repeats", "bound", "argument", "proven", "CPU s", "wall s"]
    parts.append(table(heads, rows))
    rows = []
    for (groups, size), known in KNOWN.items():
        work = lambda: rounds_possible(groups * size, [size] * groups, limit / 6)  # noqa: B023, E731
        (most, plan), cpu, wall = timed(work)
        rows.append([f"{groups} of {size}", len(plan), known, most, f"{cpu:.1f}", f"{wall:.1f}"])
        print(rows[-1], flush=True)
    parts.append("\n## Most rounds without repeats\n\nFound, known best, and the counting bound.\n")
    parts.append(table(["groups", "found", "known", "bound", "CPU s", "wall s"], rows))
    rows = []
    for shape, n, rounds, size in (
        ("partners", 101, 12, 2), ("partners", 30, 8, 2), ("groups", 16, 5, 4),
        ("groups", 24, 5, 4), ("groups", 60, 6, 5), ("groups", 200, 6, 5),
    ):  # fmt: skip
        instance = season(shape, n, rounds, size)
        clock = Clock(Budget(limit))
        answer: Answer
        answer, cpu, wall = timed(lambda: Rotation().solve(instance, clock))  # noqa: B023
        tier = answer.tiers[1]
        gap = 100 * (tier.bound - tier.value) / tier.bound if tier.bound else 0.0
        outs = [len(r) for r in answer.facts["sat_out"].values()]
        rows.append(
            [
                f"{n} {shape} of {size}", rounds, answer.facts["repeats"], max(outs, default=0),
                f"{tier.value:,}", f"{tier.bound:,}", f"{gap:.2f} %", f"{cpu:.1f}", f"{wall:.1f}",
            ]
        )  # fmt: skip
        print(rows[-1], flush=True)
    parts.append(
        "\n## Points\n\nSeasons with points from random profiles (rounds with repeats never); the "
        "most that anybody sat out, and points beside their proven bound.\n"
    )
    heads = ["season", "rounds", "repeats", "sat out", "points", "bound", "gap", "CPU s", "wall s"]
    parts.append(table(heads, rows))
    write_section("rounds", "\n".join(parts))


if __name__ == "__main__":
    main()

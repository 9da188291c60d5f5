"""``python -m benchmarks.flash``: events and series of sessions, beside best-first greedy."""

from __future__ import annotations

import argparse

from benchmarks.flash.generate import flash, micro
from benchmarks.flash.series import events, measured
from benchmarks.rounds.page import table, timed, write_section
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.sessions.greedy import greedy
from cohortopt.solvers.sessions.model import Timetable
from cohortopt.solvers.sessions.timetable import TimetableSolver

FAIR = ("placed", "worst", "points")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.flash")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each timetable")
    limit = parser.parse_args().seconds
    cases = {
        "50 x 200 x 12": lambda: flash(50, 200, 12),
        "50 x 200 x 12, 20 rooms": lambda: flash(50, 200, 12, rooms=20),
        "50 x 200 x 12, up to 3 each, fair": lambda: flash(50, 200, 12, sessions=3, tiers=FAIR),
        "100 x 400 x 16": lambda: flash(100, 400, 16),
        "100 x 400 x 16, random points": lambda: flash(100, 400, 16, "random"),
        "400 x 100 x 16": lambda: flash(400, 100, 16),
        "200 x 1,000 x 12": lambda: flash(200, 1000, 12),
        "200 x 1,000 x 12, random points": lambda: flash(200, 1000, 12, "random"),
        "200 x 1,000 x 12, fair": lambda: flash(200, 1000, 12, tiers=FAIR),
        "micro, 300 people, 240 slots, 20 topics": micro,
    }
    rows: list[list[object]] = []
    for name, make in cases.items():
        instance = make()
        first = Timetable(instance)
        quick = int(first.worth(greedy(first, Clock())).sum())
        answer, cpu, wall = timed(
            lambda: TimetableSolver().solve(instance, Clock(Budget(limit)))  # noqa: B023
        )
        tiers = {tier.tier: tier for tier in answer.tiers}
        points = tiers["points"]
        proven = all(tier.value == tier.bound for tier in answer.tiers)
        checked = all(tier.certificate is not None for tier in answer.tiers)
        rows.append(
            [
                name, f"{tiers['placed'].value:,}", f"{len(answer.matches):,}",
                f"{points.value:,}", f"{points.bound:,}" if points.bound is not None else "-",
                "by prices" if proven and checked else "claimed" if proven else "no",
                f"{100 * (points.value - quick) / max(1, points.value):.1f} %",
                f"{cpu:.1f}", f"{wall:.1f}",
            ]
        )  # fmt: skip
        print(rows[-1], flush=True)
    heads = [
        "mentors x mentees x slots", "placed", "sessions", "points", "bound", "proven",
        "greedy is worse by", "CPU s", "wall s",
    ]  # fmt: skip
    text = (
        "## Timetables\n\nMost mentees placed, then (fair: most with two, three), then points.\n\n"
    )
    write_section("flash", text + table(heads, rows) + events() + measured())


if __name__ == "__main__":
    main()

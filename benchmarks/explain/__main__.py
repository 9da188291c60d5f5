"""What reasons cost: solve with them over solve without. `python -m benchmarks.explain`."""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter

from cohortopt.engine import solve
from cohortopt.model import Availability, Person, Roster, Solution
from cohortopt.programs import PROGRAMS
from cohortopt.solvers.base import Budget

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


def roster(people: int, seed: int) -> Roster:
    """A quarter mentors with one or two places, so that about 110 of 225 mentees are left."""
    draw = random.Random(seed)
    skills = [f"skill {k}" for k in range(15)]

    def person(k: int) -> Person:
        mentor, hour = k < people // 4, draw.randrange(9, 16)
        days = draw.sample(DAYS, 2)
        hours = "; ".join(f"{day} {hour:02d}:00-{hour + 2:02d}:00" for day in days)
        return Person(
            id=f"p{k:04d}",
            role=("mentor",) if mentor else ("mentee",),
            level=draw.randint(4, 6) if mentor else draw.randint(1, 4),
            capacity=draw.randint(1, 2),
            skills_offered={s: draw.randint(2, 5) for s in draw.sample(skills, 3)},
            skills_wanted={s: draw.randint(1, 5) for s in draw.sample(skills, 2)},
            availability=Availability.parse(hours),
        )

    return Roster(people=tuple(person(k) for k in range(people)))


def timed(people: Roster, program: str, reasons: bool) -> tuple[float, Solution]:
    """Return the seconds of one solve, and what it found."""
    started = time.perf_counter()
    solution = solve(people, PROGRAMS[program], budget=Budget(seconds=60), reasons=reasons)
    return time.perf_counter() - started, solution


def main() -> None:
    """Print one line for each seed and the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--program", default="mentorship")
    options = parser.parse_args()
    timed(roster(40, 0), options.program, True)  # compiles the kernels
    ratios: list[float] = []
    for seed in range(options.seeds):
        people = roster(options.people, seed)
        pairs = [[timed(people, options.program, told) for told in (False, True)] for _ in range(3)]
        without = min(one[0][0] for one in pairs)
        with_ = min(one[1][0] for one in pairs)
        counts = Counter(one.reason for one in pairs[0][1][1].programs[0].unplaced)
        ratios.append(with_ / without)
        print(f"seed {seed}: {without:.2f} s without, {with_:.2f} s with, {dict(counts)}")
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()

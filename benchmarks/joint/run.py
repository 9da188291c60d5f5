"""Joint against one after the other on generated scenarios; and how long large ones take.

    python -m benchmarks.joint.run table --count 100 --seconds 10 > table.csv
    python -m benchmarks.joint.run size --people 240 --seconds 15
    python -m benchmarks.joint.run repair --people 300 --seconds 30

``table`` solves each scenario twice: together, and one after the other in every order with as much
time in a run of its own ("sequential"); both keep back what the check of an answer takes. "start"
is the best plan of one after the other within the joint run, which had a quarter of the time.
``--seconds`` are those of 300 people; fewer get fewer.
``--first 25`` begins with that scenario, to solve them in parts.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time

from cohortopt import PROGRAMS, Budget, Person, Roster, Scenario, solve
from cohortopt.joint.judge import Judge
from cohortopt.joint.sequence import solve_in_turn
from cohortopt.joint.shared import Shared
from cohortopt.joint.solve import find_plan, without_check
from cohortopt.programs import INTEGRATED
from cohortopt.repair.repair import repair
from cohortopt.solvers.base import Clock
from cohortopt.verify.together import find_joint_violations
from cohortopt.verify.verdict import verify

MOST = 300  # people
PAIRINGS = (
    INTEGRATED,
    (PROGRAMS["mentorship"], PROGRAMS["learning_circles"]),
    (PROGRAMS["mentorship"], PROGRAMS["peer_mentorship"]),
)


def roster(count: int, seed: int) -> Roster:
    """Return people of whom many have hours for one program only."""
    r = random.Random(seed)
    skills = [f"skill {i}" for i in range(10)]
    people = []
    for i in range(count):
        mentor = i % 4 == 0
        days = r.sample(["Mon", "Tue", "Wed", "Thu", "Fri"], 3)
        spans = []
        for day in sorted(days):
            start = r.choice([9, 13])
            spans.append(f"{day} {start:02d}:00-{start + 3:02d}:00")
        people.append(
            Person(
                id=f"p{i:04d}",
                role=("mentor", "peer") if mentor else ("mentee", "peer"),
                level=r.randint(3, 4) if mentor else r.randint(1, 3),
                department=r.choice("ABCDE"),
                capacity=r.randint(2, 4) if mentor else 1,
                hours=r.choice([2, 4, 4, 6, 8]),
                manager=f"p{4 * r.randrange(max(1, count // 4)):04d}" if not mentor else None,
                skills_offered={s: r.randint(1, 5) for s in r.sample(skills, 3)},
                skills_wanted={s: r.randint(1, 5) for s in r.sample(skills, 3)},
                availability="; ".join(spans),
            )
        )
    return Roster(people=tuple(people))


def scenario(seed: int) -> Scenario:
    """Return two programs that share people."""
    apart = ("manager",) if seed % 2 else ()
    return Scenario.model_validate({"programs": PAIRINGS[seed % 3], "joint": {"apart": apart}})


def gap(value: int, bound: int | None) -> str:
    """Return how far a value is from its bound, in percent of the bound."""
    return "" if not bound else f"{100 * (bound - value) / bound:.1f}"


def table(first_seed: int, count: int, seconds: float) -> None:
    """Print one line for each scenario."""
    if not first_seed:
        print("seed,people,programs", end=",")
        for tier in ("placed", "points"):
            print(f"start {tier},sequential {tier},joint {tier},bound,gap %", end=",")
        print("verdict,against start")
    told: list[str] = []
    solve(roster(60, 0), scenario(0), budget=Budget(seconds=5))  # imports and kernels, once
    for seed in range(first_seed, first_seed + count):
        people = roster(random.Random(seed).randint(60, MOST), seed)
        what = scenario(seed)
        budget = Budget(seconds=seconds * len(people) / MOST, seed=seed)
        shared = Shared(what, what.facts(people))
        judge = Judge(shared)
        plan, knows, _ = find_plan(shared, judge, Clock(budget))
        alone = solve_in_turn(shared, without_check(shared, Clock(budget)), 1.0)
        start = max(judge.key(one) for one in knows.turns.plans.values())
        first = max(judge.key(one) for one in alone.plans.values())
        last = judge.key(plan)
        values = [judge.values(k, matches) for k, matches in enumerate(plan)]
        bounds = knows.bounds(list(values))
        row: list[object] = [seed, len(people), "+".join(p.name for p in what.programs)]
        for at, tier in enumerate(("placed", "points")):
            bound = bounds.get(tier)
            row += [start[at], first[at], last[at], bound, gap(last[at], bound)]
        row += [verdict(first, last), verdict(start, last)]
        told.append(verdict(first, last))
        print(",".join(map(str, row)), flush=True)
    print(", ".join(f"{told.count(one)} {one}" for one in sorted(set(told))), file=sys.stderr)


def verdict(first: tuple[int, ...], last: tuple[int, ...]) -> str:
    """Return how the joint plan compares."""
    return "better" if last > first else "equal" if last == first else "WORSE"


def size(count: int, seconds: float) -> None:
    """Solve one large integrated scenario, check it, and print what it took."""
    people, what = roster(count, 1), Scenario(programs=INTEGRATED)
    started, used = time.perf_counter(), time.process_time()
    solution = solve(people, what, budget=Budget(seconds=seconds, seed=1, threads=2))
    took, used = time.perf_counter() - started, time.process_time() - used
    wrong = find_joint_violations(what, solution.programs, what.facts(people))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count} people: {took:.1f} s wall, {used:.1f} s CPU, {memory} MB, {len(wrong)} wrong")
    for tier in solution.tiers:
        print(f"  {tier.tier}: {tier.value} of {tier.bound}, gap {gap(tier.value, tier.bound)} %")
    print(f"  sound: {verify(solution, people, what, bounds=False).is_sound}")


def mend(count: int, seconds: float) -> None:
    """Take one person out of a solved scenario and compare with a fresh solve."""
    from ortools.sat.python import cp_model  # noqa: F401  (import time is neither's)

    people, what = roster(count, 1), Scenario(programs=INTEGRATED)
    budget = Budget(seconds=seconds, seed=1, threads=2)
    started = time.perf_counter()
    first = solve(people, what, budget=budget)
    fresh = time.perf_counter() - started
    fewer = Roster(people=people.people[:7] + people.people[8:])
    started = time.perf_counter()
    found = repair(first, fewer, what, budget=budget)
    took = time.perf_counter() - started
    sound = verify(found.solution, fewer, what, bounds=False).is_sound
    print(f"fresh {fresh:.1f} s, repair {took:.2f} s, {found.moves} moved, sound {sound}")
    priced = repair(first, fewer, what, budget=budget, price=True)
    for price in priced.prices:
        print(f"  {price.moves} move(s): {price.placed} placed, {price.points} points")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("table", "size", "repair"))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--people", type=int, default=240)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    if given.what == "table":
        table(given.first, given.count, given.seconds)
    elif given.what == "size":
        size(given.people, given.seconds)
    else:
        mend(given.people, given.seconds)


if __name__ == "__main__":
    main()

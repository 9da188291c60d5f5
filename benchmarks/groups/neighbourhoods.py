"""Whether exact solves of a few groups at a time still help: ``python -m ...neighbourhoods``.

The search makes a plan of a made-up roster with every rule on. From there on it goes on annealing,
or three random groups at a time are solved again by CP-SAT over all groups that their people could
form, for the same seconds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from benchmarks.groups.realistic import roster
from cohortopt.instance.instance import Instance, Links, Slots
from cohortopt.solvers.base import Budget, Clock, Found
from cohortopt.solvers.groups.check import broken, points_of
from cohortopt.solvers.groups.exact import GroupsExact
from cohortopt.solvers.groups.solver import search

AT_ONCE = 3  # groups


def part_of(instance: Instance, people: np.ndarray) -> Instance:
    """Return the problem of these people alone, all of whom are required."""
    grouping, slots, n = instance.grouping, instance.slots, len(people)
    assert grouping is not None
    assert slots is not None
    everyone = np.arange(n, dtype=np.int32)
    own = {
        name: getattr(instance, name)[people]
        for name in ("gives_min", "gives_max", "takes_min", "takes_max", "total_max", "priority")
    }
    limits = tuple(replace(limit, amounts=limit.amounts[people]) for limit in grouping.limits)
    return instance.vary(
        n=n,
        givers=everyone,
        takers=everyone,
        links=Links.of(instance.links.dense[np.ix_(people, people)]),
        required=np.ones(n, np.bool_),
        slots=Slots(slots.starts[people], slots.at, slots.length, slots.cycle),
        grouping=replace(grouping, limits=limits),
        tiers=("points",),
        **own,
    )


def solved_again(instance: Instance, matches: tuple[Found, ...], seconds: float) -> tuple[int, int]:
    """Return how many neighbourhoods were solved and the points at the end."""
    draw, groups = np.random.default_rng(1), list(matches)
    solver, begun, tried = GroupsExact(), time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        chosen = draw.choice(len(groups), AT_ONCE, replace=False)
        people = np.array(sorted(i for k in chosen for i in groups[k].people))
        part = part_of(instance, people)
        if not solver.accepts(part):
            continue
        tried += 1
        left = max(0.1, seconds - (time.monotonic() - begun))
        answer = solver.solve(part, Clock(Budget(left, 1, 1)))
        if not answer.matches:
            continue
        new = [replace(m, people=tuple(people[list(m.people)].tolist())) for m in answer.matches]
        if points_of(instance, new) > points_of(instance, [groups[k] for k in chosen]):
            groups = [one for k, one in enumerate(groups) if k not in chosen] + new
    assert not broken(instance, groups)
    return tried, points_of(instance, groups)


def main() -> None:
    """Print what more annealing and what neighbourhoods add to the same plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--first", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    instance = roster(options.people, 1)
    plan = search(instance, Clock(Budget(options.first, 1, 1)))
    before = points_of(instance, plan)
    longer = search(instance, Clock(Budget(options.first + options.seconds, 1, 1)))
    tried, after = solved_again(instance, plan, options.seconds)
    more = 100 * points_of(instance, longer) / before - 100
    print(f"{options.people} people, {options.first:g} s of annealing: {before} points")
    print(f"  {options.seconds:g} s more of annealing: +{more:.2f} %")
    more = 100 * after / before - 100
    print(f"  {tried} times {AT_ONCE} groups by CP-SAT instead: +{more:.2f} %")


if __name__ == "__main__":
    main()

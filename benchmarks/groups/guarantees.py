"""Rules that never break: ``python -m benchmarks.groups.guarantees --seeds 100 --seconds 3``.

300 people over six time zones, three protected attributes that nobody may be alone in, vetoes,
at most three of a department in a group, a named slot inside everyone's hours. Each seed makes
another roster; every answer is checked by ``verify`` from people alone.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator

import cohortopt
from cohortopt import Budget, CohortoptError, Person, Roster
from cohortopt.programs import Program
from cohortopt.verify.verdict import verify

ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Sydney",
)
DEPARTMENTS = ("Sales", "IT", "Finance", "HR", "Design", "Legal")
SKILLS = ("sql", "python", "writing", "negotiation", "budgeting", "coaching", "design", "law")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
PROTECTED = {"gender": ["woman", "other"], "carer": ["yes"], "first_generation": ["yes"]}
COHORTS = Program.model_validate(
    {
        **cohortopt.PROGRAMS["virtual_cohort"].model_dump(),
        "rules": {
            "capacity": True,
            "availability": {"minutes": 60},
            "apart": True,
            "isolation": {"attributes": PROTECTED},
            "limits": {"items": [{"attribute": "department", "at_most": 3}]},
        },
    }
)


def person(number: int, people: int, draw: random.Random) -> Person:
    """Return somebody free on three or four working days, part of the day, in their own zone."""
    hours = []
    for day in draw.sample(DAYS, draw.randint(3, 4)):
        start = draw.randint(8, 11)
        hours.append(f"{day} {start:02}:00-{start + draw.randint(5, 8):02}:00")
    skills = draw.sample(SKILLS, 5)
    return Person.model_validate(
        {
            "id": f"p{number:03}",
            "department": draw.choice(DEPARTMENTS),
            "location": draw.choice(("north", "south", "east", "west")),
            "timezone": draw.choice(ZONES),
            "availability": "; ".join(hours),
            "skills_offered": {skill: draw.randint(1, 5) for skill in skills[:2]},
            "skills_wanted": {skill: draw.randint(1, 5) for skill in skills[2:]},
            "vetoes": tuple(f"p{draw.randrange(people):03}" for _ in range(draw.randint(0, 2))),
            "attributes": {
                "gender": draw.choices(("man", "woman", "other"), (60, 35, 5))[0],
                "carer": draw.choices(("no", "yes"), (80, 20))[0],
                "first_generation": draw.choices(("no", "yes"), (85, 15))[0],
            },
        }
    )


def roster(people: int, seed: int) -> Roster:
    """Return a made-up roster; nobody vetoes themselves."""
    draw = random.Random(seed)
    made = (person(number, people, draw) for number in range(people))
    return Roster(
        people=tuple(
            one.model_copy(update={"vetoes": tuple(v for v in one.vetoes if v != one.id)})
            for one in made
        )
    )


def rows(people: int, seeds: range, seconds: float) -> Iterator[str]:
    """Yield one line for each seed and a summary."""
    violations = failed = placed = asked = 0
    least = people
    for seed in seeds:
        who = roster(people, seed)
        asked += people
        try:
            solution = cohortopt.solve(
                who, COHORTS, budget=Budget(seconds=seconds, seed=seed), reasons=False
            )
        except CohortoptError as error:
            failed += 1
            yield f"| {seed} | {type(error).__name__}: {str(error).splitlines()[0]} | | | |"
            continue
        verdict = verify(solution, who, COHORTS, bounds=False)
        tier = solution.tier("placed")
        assert tier is not None
        broken = len(verdict.violations) + sum(len(p.mismatches) for p in verdict.programs)
        violations, placed = violations + broken, placed + tier.value
        least = min(least, tier.value)
        took = solution.run.seconds
        yield f"| {seed} | {broken} | {tier.value} | {tier.bound} | {took:.1f} |"
    yield ""
    yield (
        f"{len(seeds)} rosters of {people}: {violations} violations, {failed} without an answer, "
        f"{placed} of {asked} people placed (at least {least} of a roster)"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    print("| seed | violations | placed | at most | s |\n|---|---|---|---|---|")
    seeds = range(options.first, options.first + options.seeds)
    for row in rows(options.people, seeds, options.seconds):
        print(row, flush=True)


if __name__ == "__main__":
    main()

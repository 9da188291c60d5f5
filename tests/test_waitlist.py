"""The waiting list: whoever a free seat would go to comes first, as solving again confirms."""

from __future__ import annotations

import random

from cohortopt import PROGRAMS, Budget, Person, Roster, solve
from cohortopt.goals import Skills
from cohortopt.model import Groups, Size, Solution
from cohortopt.programs import Program
from cohortopt.rules import Apart, Capacity

UNLIMITED = Budget(seconds=None, reproducible=True)
MENTORS = PROGRAMS["mentorship"].model_copy(
    update={"goals": (Skills(),), "rules": (Capacity(), Apart())}
)
SKILLS = ["sql", "art", "law", "tax"]


def values(solution: Solution) -> tuple[int, ...]:
    return tuple(tier.value for tier in solution.tiers)


def waiting(solution: Solution) -> list[str]:
    """Return the waiting list of the only program, first place first."""
    listed = [one for one in solution.programs[0].unplaced if one.waiting is not None]
    ranked = sorted(listed, key=lambda one: one.waiting or 0)
    assert [one.waiting for one in ranked] == list(range(1, len(ranked) + 1))
    return [one.person for one in ranked]


def crowd(seed: int) -> Roster:
    """Return more mentees than mentors have places for, some with a higher priority."""
    r = random.Random(seed)
    people = []
    for i in range(14):
        mentor = i < 4
        people.append(
            Person(
                id=f"p{i:02d}",
                role=("mentor",) if mentor else ("mentee",),
                capacity=r.randint(1, 2),
                priority=r.choice([1, 1, 1, 2]),
                vetoes=tuple(f"p{v:02d}" for v in r.sample(range(4), 1)) if not mentor else (),
                skills_offered={s: r.randint(1, 5) for s in r.sample(SKILLS, 2)},
                skills_wanted={s: r.randint(1, 5) for s in r.sample(SKILLS, 2)},
            )
        )
    return Roster(people=tuple(people))


def with_one_more_place(roster: Roster, program: Program) -> tuple[int, ...]:
    """Return the best value when whichever mentor it serves best takes one more."""
    found = []
    for person in roster.people:
        if person.plays(("mentor",)):
            more = person.model_copy(update={"capacity": person.capacity + 1})
            people = tuple(more if one.id == person.id else one for one in roster.people)
            found.append(values(solve(Roster(people=people), program, budget=UNLIMITED)))
    return max(found)


def without(roster: Roster, gone: list[str]) -> Roster:
    return Roster(people=tuple(one for one in roster.people if one.id not in gone))


def test_the_next_on_the_list_is_whom_a_second_solve_would_place() -> None:
    for seed in range(6):
        roster = crowd(seed)
        order = waiting(solve(roster, MENTORS, budget=UNLIMITED))
        assert len(order) > 1
        for place, person in enumerate(order[:3]):
            left = without(roster, order[:place])  # who came first has declined
            others = [one for one in order[place:] if one != person]
            alone = without(roster, [*order[:place], *others])
            want = with_one_more_place(left, MENTORS)
            assert with_one_more_place(alone, MENTORS) == want, (seed, person)


def test_people_wait_by_priority_then_by_points() -> None:
    mentor = Person(id="m", role=("mentor",), level=3, skills_offered={"sql": 5})
    wants = {"a": 5, "b": 1, "c": 1}
    mentees = [
        Person(
            id=one,
            role=("mentee",),
            level=1,
            skills_wanted={"sql": degree, "art": 1},
            priority=3 if one == "a" else 2 if one == "c" else 1,
        )
        for one, degree in wants.items()
    ]
    far = Person(id="z", role=("mentee",), level=9, vetoes=("m",))
    roster = Roster(people=(mentor, *mentees, far))
    assert waiting(solve(roster, MENTORS, budget=UNLIMITED)) == ["c", "b"]


def test_a_free_seat_in_a_circle_goes_to_whom_its_people_suit() -> None:
    """Three sit; of the two left over, one shares skills with them."""
    people = [Person(id=one, skills_offered={"sql": 5}, skills_wanted={"sql": 5}) for one in "abcd"]
    people.append(Person(id="e", skills_offered={"art": 5}, skills_wanted={"tax": 5}))
    program = PROGRAMS["learning_circles"].model_copy(
        update={
            "goals": (Skills(),),
            "rules": (Capacity(), Apart()),
            "shape": Groups(size=Size(min=3, max=3)),
        }
    )
    assert waiting(solve(Roster(people=tuple(people)), program, budget=UNLIMITED)) == ["d", "e"]

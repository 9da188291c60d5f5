"""Topics: skills that a circle shares, or that a session is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cohortopt.model import CLOSENESS, Person, SkillGraph, skill_key

NEAR_ENOUGH = CLOSENESS // 2  # who offers a skill this close can teach the topic


def shared_topics(people: Sequence[Person], least: int) -> tuple[str, ...]:
    """Return the skills that at least ``least`` people want or offer, sorted by name."""
    count: Counter[str] = Counter()
    for person in people:
        skills = [*person.skills_wanted, *person.skills_offered]
        count.update({skill_key(skill) for skill in skills})
    return tuple(sorted(skill for skill, many in count.items() if many >= least))


def wanted_topics(people: Iterable[Person]) -> tuple[str, ...]:
    """Return every skill that somebody wants, sorted by name."""
    return tuple(sorted({skill_key(skill) for person in people for skill in person.skills_wanted}))


def teaches(person: Person, topic: str, skills: SkillGraph) -> bool:
    """Whether the person offers the topic, or a skill at least half as close."""
    return any(skills.closeness(topic, offered) >= NEAR_ENOUGH for offered in person.skills_offered)

"""Why someone is in a match, as one short sentence from facts that can be looked up.

A sentence for a participant speaks of their own wishes and of what others offer. What others wish
for, preferences and reasons are for the manager.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.skills import CLOSENESS, SkillGraph
from cohortopt.model.solution import Match

Audience = Literal["manager", "participants"]
SHOWN = 3  # skills named in one sentence


@dataclass(frozen=True)
class Served:
    """A skill that someone wants and the best skill of another person that serves it."""

    wanted: str
    offered: str
    closeness: int  # ten-thousandths
    importance: int
    mastery: int

    @property
    def worth(self) -> int:
        """Importance x closeness x mastery, as the skills goal counts it."""
        return self.importance * self.closeness * self.mastery

    def __str__(self) -> str:
        wanted, offered = printable(self.wanted), printable(self.offered)
        return wanted if self.closeness == CLOSENESS else f"{wanted} (by {offered})"


def served(giver: Person, taker: Person, skills: SkillGraph) -> list[Served]:
    """Return what ``giver`` can teach ``taker`` of what the taker wants, best first."""
    found = []
    for wanted, importance in taker.skills_wanted.items():
        best: Served | None = None
        for offered, mastery in giver.skills_offered.items():
            closeness = skills.closeness(wanted, offered)
            one = Served(wanted, offered, closeness, importance, mastery)
            if closeness and (best is None or one.worth > best.worth):
                best = one
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda one: (-one.worth, one.wanted))


def why(match: Match, person: str, facts: Facts, audience: Audience = "manager") -> str:
    """Return why ``person`` is in ``match``, in one sentence; "" where there is nothing to say."""
    people = facts.roster.by_id
    if person not in people:
        return ""
    links = [(g, t) for g, t in match.links() if g in people and t in people]
    givers = [people[giver] for giver, taker in links if taker == person]
    takers = [people[taker] for giver, taker in links if giver == person]
    me = people[person]
    parts = []
    gets = _gets(me, givers, facts.skills)
    if gets:
        parts.append(f"learns {gets}")
    if audience == "manager":
        gives = _gives(me, takers, facts.skills)
        if gives:
            parts.append(f"brings {gives}")
    if match.topic and match.topic in me.skills_wanted:
        parts.append(f"wants the topic {printable(match.topic)}")
    elif match.topic and match.topic in me.skills_offered:
        parts.append(f"knows the topic {printable(match.topic)}")
    if audience == "manager":
        parts.extend(_private(me, match, people))
    return _sentence(parts)


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _gets(me: Person, givers: Iterable[Person], skills: SkillGraph) -> str:
    best: dict[str, tuple[Served, Person]] = {}
    for giver in givers:
        for one in served(giver, me, skills):
            known = best.get(one.wanted)
            if known is None or one.worth > known[0].worth:
                best[one.wanted] = (one, giver)
    ranked = sorted(best.values(), key=lambda pair: (-pair[0].worth, pair[0].wanted))[:SHOWN]
    by_giver: dict[str, list[str]] = {}
    for one, giver in ranked:
        by_giver.setdefault(called(giver), []).append(str(one))
    return listed([f"{listed(taught)} from {giver}" for giver, taught in by_giver.items()])


def _gives(me: Person, takers: Iterable[Person], skills: SkillGraph) -> str:
    by_skill: dict[str, list[str]] = {}
    for taker in takers:
        for one in served(me, taker, skills)[:1]:
            by_skill.setdefault(printable(one.wanted), []).append(called(taker))
    ranked = sorted(by_skill.items(), key=lambda item: (-len(item[1]), item[0]))[:SHOWN]
    return listed([f"{skill} to {_some(names)}" for skill, names in ranked])


def _some(names: list[str]) -> str:
    return listed(names) if len(names) <= 2 else f"{len(names)} others"


def _private(me: Person, match: Match, people: dict[str, Person]) -> list[str]:
    parts = []
    others = set(match.people) - {me.id}
    ranks = [(me.prefers.index(o) + 1, o) for o in others if o in me.prefers]
    if ranks:
        rank, other = min(ranks)
        parts.append(f"{called(people[other]) if other in people else other} is choice {rank}")
    if match.locked:
        parts.append("kept as asked")
    return parts


def called(person: Person) -> str:
    """Return the name that a sentence uses for a person."""
    return printable(person.name or person.id)


def listed(texts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"

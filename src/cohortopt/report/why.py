"""Why someone is in a match, as one short sentence from facts that can be looked up.

A sentence for a participant speaks of their own wishes and of what others offer. What others wish
for, preferences and reasons are for the manager.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person, Roster
from cohortopt.model.skills import CLOSENESS, SkillGraph, skill_key
from cohortopt.model.solution import Match

Audience = Literal["manager", "participants"]
PointsSaid = Callable[[Match, str], str]
SHOWN = 3  # skills named in one sentence


@dataclass(frozen=True)
class Served:
    """A skill that someone wants and the best skill of another person that serves it."""

    wanted: str
    offered: str
    mastery: int
    importance: int
    closeness: int  # ten-thousandths

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
    offers = {skill_key(skill): (skill, mastery) for skill, mastery in giver.skills_offered.items()}
    for wanted, importance in taker.skills_wanted.items():
        near = skills.near(wanted)
        ways = [
            Served(wanted, *offers[other], importance, near[other])
            for other in (offers.keys() & near.keys())
        ]
        if ways:
            found.append(max(ways, key=lambda one: (one.worth, one.offered)))
    return sorted(found, key=lambda one: (-one.worth, one.wanted))


class Reasons:
    """The reasons of one solution's matches; each is worked out once."""

    def __init__(self, facts: Facts, points: PointsSaid | None = None) -> None:
        """Take what says the points of a person in a match, where somebody can count them."""
        self.facts = facts
        self.points = points
        self._served: dict[tuple[str, str], list[Served]] = {}
        self._said: dict[tuple[str, tuple[str, ...], str, Audience], str] = {}

    def why(self, match: Match, person: str, audience: Audience = "manager") -> str:
        """Return why ``person`` is in ``match``, in one sentence; "" if nothing can be said."""
        key = (match.match, match.people, person, audience)
        if key not in self._said:
            self._said[key] = self._work_out(match, person, audience)
        return self._said[key]

    def _work_out(self, match: Match, person: str, audience: Audience) -> str:
        people = self.facts.roster.by_id
        if person not in people:
            return ""
        links = [(g, t) for g, t in match.links() if g in people and t in people]
        me = people[person]
        parts = []
        gets = self._gets(me, [people[giver] for giver, taker in links if taker == person])
        if gets:
            parts.append(f"learns {gets}")
        if audience == "manager":
            gives = self._gives(me, [people[taker] for giver, taker in links if giver == person])
            if gives:
                parts.append(f"brings {gives}")
        topic = skill_key(match.topic or "")
        if topic and topic in map(skill_key, me.skills_wanted):
            parts.append("wants the topic")
        elif topic and topic in map(skill_key, me.skills_offered):
            parts.append("knows the topic")
        if audience == "manager":
            parts.extend(_private(me, match, people))
        text = "; ".join(parts)
        text = text[:1].upper() + text[1:]
        points = self.points(match, person) if self.points and audience == "manager" else ""
        return ". ".join(filter(None, (text, points)))

    def _between(self, giver: Person, taker: Person) -> list[Served]:
        key = (giver.id, taker.id)
        if key not in self._served:
            self._served[key] = served(giver, taker, self.facts.skills)
        return self._served[key]

    def _gets(self, me: Person, givers: Iterable[Person]) -> str:
        best: dict[str, tuple[Served, Person]] = {}
        for giver in givers:
            for one in self._between(giver, me):
                known = best.get(one.wanted)
                if known is None or one.worth > known[0].worth:
                    best[one.wanted] = (one, giver)
        ranked = sorted(best.values(), key=lambda pair: (-pair[0].worth, pair[0].wanted))[:SHOWN]
        by_giver: dict[str, list[str]] = {}
        for one, giver in ranked:
            by_giver.setdefault(called(giver), []).append(str(one))
        return listed([f"{listed(taught)} from {giver}" for giver, taught in by_giver.items()])

    def _gives(self, me: Person, takers: Iterable[Person]) -> str:
        by_skill: dict[str, list[str]] = {}
        for taker in takers:
            for one in self._between(me, taker)[:1]:
                by_skill.setdefault(printable(one.wanted), []).append(called(taker))
        ranked = sorted(by_skill.items(), key=lambda item: (-len(item[1]), item[0]))[:SHOWN]
        return listed([f"{skill} to {_some(names)}" for skill, names in ranked])


def why(match: Match, person: str, facts: Facts, audience: Audience = "manager") -> str:
    """Return why ``person`` is in ``match``, in one sentence; "" where there is nothing to say."""
    return Reasons(facts).why(match, person, audience)


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


def name_of(person: str, roster: Roster) -> str:
    """Return the name to show for an id, without hidden characters."""
    known = roster.by_id.get(person)
    return called(known) if known else printable(person)


def listed(texts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"

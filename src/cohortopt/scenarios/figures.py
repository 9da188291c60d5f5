"""The numbers behind the pictures: skills, free hours, fit, each with a reference.

The reference is a random seating: the same people in the same places of the same programs, dealt
at random (seeded), rules ignored. It says what a matter of luck would give.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cohortopt.model.calendar import weekly_word
from cohortopt.model.facts import Facts
from cohortopt.model.people import MASTERY
from cohortopt.model.skills import CLOSENESS, skill_key
from cohortopt.model.solution import Match, ProgramSolution, Solution
from cohortopt.model.time import QUARTERS

HOURS = range(24)
MatchPoints = Callable[[Match], int]  # in units of 1 / points_scale


@dataclass(frozen=True)
class SkillLine:
    """How many people want a skill, offer it (or a near one), and learn it in their matches."""

    skill: str
    wanted: int
    offered: int
    near: int  # offer a near skill and not this one
    matched: int


@dataclass(frozen=True)
class Heat:
    """``counts[day][hour]``: people free for the whole hour, on the scenario's clock."""

    counts: tuple[tuple[int, ...], ...]
    known: int  # people who gave their hours
    unknown: int

    @property
    def most(self) -> int:
        """Return the highest count."""
        return max((max(day) for day in self.counts), default=0)

    @property
    def hours(self) -> range:
        """Return the hours worth showing: from the first to the last with anyone free."""
        used = [hour for hour in HOURS if any(day[hour] for day in self.counts)]
        return range(min(used), max(used) + 1) if used else range(9, 17)

    @property
    def days(self) -> range:
        """Return the days worth showing: Monday to Friday, and the weekend where it is used."""
        return range(max([4, *(day for day in range(7) if any(self.counts[day]))]) + 1)


@dataclass(frozen=True)
class Seating:
    """People in the places of one match: ``links`` are places (giver, taker)."""

    people: tuple[str, ...]
    links: tuple[tuple[int, int], ...]
    weekly: int  # minutes of a weekly meeting of all; 0: dated, none, or link by link


@dataclass(frozen=True)
class Shares:
    """Parts, 0 to 1, of a set of seatings; None where nobody asked for such a thing."""

    covered: float | None  # of what takers want, weighted as the skills goal does
    learning: float | None  # takers who learn at least one wanted skill
    chosen: float | None  # people with a list of wishes who meet someone on it
    meeting: float | None  # matches whose people share a free slot of that length


def skill_lines(solution: Solution, facts: Facts) -> list[SkillLine]:
    """Return a line per wanted or offered skill, the most wanted first."""
    names: dict[str, str] = {}
    wanted: dict[str, set[str]] = {}
    offered: dict[str, set[str]] = {}
    for person in facts.roster.people:
        for skills, found in ((person.skills_wanted, wanted), (person.skills_offered, offered)):
            for skill in skills:
                key = skill_key(skill)
                names.setdefault(key, skill)
                found.setdefault(key, set()).add(person.id)
    served = Served(facts)
    learned: dict[str, set[str]] = {}
    for match in solution.assignment.matches:
        for giver, taker in match.links():
            for skill in served.links(giver, taker):
                learned.setdefault(skill, set()).add(taker)
    lines = []
    for key, name in names.items():
        near: set[str] = set()
        for other in facts.skills.near(key):
            if other != key:
                near |= offered.get(other, set())
        mine = offered.get(key, set())
        lines.append(
            SkillLine(
                name,
                len(wanted.get(key, ())),
                len(mine),
                len(near - mine),
                len(learned.get(key, ())),
            )
        )
    return sorted(lines, key=lambda one: (-one.wanted, -one.offered, one.skill))


def free_hours(facts: Facts) -> Heat:
    """Return how many people are free in each hour of the week; blank hours are not counted."""
    known = [person for person in facts.roster.people if person.availability is not None]
    words = b"".join(weekly_word(p, facts, 60).to_bytes(QUARTERS // 8, "little") for p in known)
    bits = np.unpackbits(np.frombuffer(words, dtype=np.uint8), bitorder="little")
    free = bits.reshape(-1, 7, len(HOURS), 4)[..., 0].sum(axis=0)  # slots that begin an hour
    return Heat(tuple(map(tuple, free.tolist())), len(known), len(facts.roster) - len(known))


def points_scale(program: ProgramSolution) -> int:
    """Return by what the points of a program's matches are multiplied (groups of many sizes)."""
    return max((tier.scale for tier in program.tiers if tier.tier == "points"), default=1)


def fit(match: Match, scale: int) -> float:
    """Return a match's points per person who receives something; 1000 where all is met."""
    return match.points / scale / _receivers(match)


def _receivers(match: Match) -> int:
    """Return how many people receive something in a match, at least 1."""
    receivers = match.with_role("taker") or match.with_role("member")
    return max(1, len(receivers or {taker for _, taker in match.links()}))


def fits(program: ProgramSolution) -> list[float]:
    """Return the fit of every match of a program."""
    scale = points_scale(program)
    return [fit(match, scale) for match in program.matches]


class Served:
    """What every giver serves of every wish, found through the skills that are wanted."""

    def __init__(self, facts: Facts) -> None:
        self.people = facts.roster.by_id
        self._serves: dict[str, list[tuple[str, int]]] = {}  # offered -> (wanted, closeness)
        wanted = {skill_key(s) for p in facts.roster.people for s in p.skills_wanted}
        for want in sorted(wanted):
            for offered, closeness in facts.skills.near(want).items():
                self._serves.setdefault(offered, []).append((want, closeness))
        self._gives: dict[str, dict[str, int]] = {}

    def gives(self, giver: str) -> dict[str, int]:
        """Return wanted skill -> closeness x mastery of the giver's best skill for it."""
        known = self._gives.get(giver)
        if known is None:
            known = self._gives[giver] = {}
            if giver in self.people:
                for offered, mastery in self.people[giver].skills_offered.items():
                    for want, closeness in self._serves.get(skill_key(offered), ()):
                        known[want] = max(known.get(want, 0), closeness * mastery)
        return known

    def links(self, giver: str, taker: str) -> dict[str, int]:
        """Return what the giver serves of the taker's wishes: skill -> closeness x mastery."""
        gives = self.gives(giver)
        return {want: gives[want] for want in self.wants(taker) if want in gives}

    def wants(self, taker: str) -> dict[str, int]:
        """Return the taker's wishes by skill key, with their importance."""
        known = self.people.get(taker)
        return {skill_key(s): i for s, i in known.skills_wanted.items()} if known else {}


class Reference:
    """Shares of an assignment, and of the same places filled at random."""

    def __init__(self, solution: Solution, facts: Facts, seed: int = 0) -> None:
        self.solution = solution
        self.facts = facts
        self.seed = seed
        self.served = Served(facts)
        self._words: dict[tuple[str, int], int] = {}

    @cached_property
    def shuffles(self) -> int:
        """How many random seatings stand for chance: fewer where there are many people."""
        return max(2, min(20, 5_000 // max(1, len(self.facts.roster))))

    def ours(self) -> Shares:
        """Return the shares of the solution."""
        seatings = [s for program in self.solution.programs for s in seatings_of(program)]
        return self.shares(seatings)

    @cached_property
    def dealt(self) -> list[list[tuple[ProgramSolution, list[Seating]]]]:
        """The random seatings, program by program."""
        draw = random.Random(self.seed)
        return [
            [(program, shuffled(program, draw)) for program in self.solution.programs]
            for _ in range(self.shuffles)
        ]

    def chance(self) -> Shares:
        """Return the mean shares of the random seatings."""
        found = [self.shares([s for _, some in deal for s in some]) for deal in self.dealt]
        return Shares(
            *(
                _mean([getattr(one, name) for one in found])
                for name in ("covered", "learning", "chosen", "meeting")
            )
        )

    def chance_fits(self, points: Mapping[str, MatchPoints]) -> dict[str, list[float]]:
        """Return per program the fits of random matches, where its points are known."""
        found: dict[str, list[float]] = {}
        for deal in self.dealt:
            for program, some in deal:
                if program.name in points:
                    dealt = _dealt_fits(program, some, points[program.name])
                    found.setdefault(program.name, []).extend(dealt)
        return found

    def shares(self, seatings: Iterable[Seating]) -> Shares:
        """Return the shares of some seatings."""
        best: dict[str, dict[str, int]] = {}
        met: dict[str, bool] = {}
        people = self.facts.roster.by_id
        meetings = possible = 0
        for seating in seatings:
            for g, t in seating.links:
                giver, taker = seating.people[g], seating.people[t]
                mine = best.setdefault(taker, {})
                for skill, worth in self.served.links(giver, taker).items():
                    mine[skill] = max(mine.get(skill, 0), worth)
                for one, other in ((giver, taker), (taker, giver)):
                    if one in people and people[one].prefers:
                        met[one] = met.get(one, False) or other in people[one].prefers
            if seating.weekly:
                meetings += 1
                possible += self._can_meet(seating)
        wants = {taker: self.served.wants(taker) for taker in best}
        asking = [taker for taker in best if wants[taker]]
        whole = sum(sum(wants[taker].values()) for taker in asking) * CLOSENESS * MASTERY
        got = sum(wants[t][skill] * worth for t in asking for skill, worth in best[t].items())
        return Shares(
            got / whole if whole else None,
            sum(bool(best[taker]) for taker in asking) / len(asking) if asking else None,
            sum(met.values()) / len(met) if met else None,
            possible / meetings if meetings else None,
        )

    def _can_meet(self, seating: Seating) -> bool:
        common = -1
        for person in seating.people:
            common &= self._word(person, seating.weekly)
        return common != 0

    def _word(self, person: str, minutes: int) -> int:
        """Return when somebody can start a meeting, a bit a slot; kept, as it is asked often."""
        key = (person, minutes)
        if key not in self._words:
            known = self.facts.roster.by_id.get(person)
            self._words[key] = weekly_word(known, self.facts, minutes) if known else 0
        return self._words[key]


def seatings_of(program: ProgramSolution) -> list[Seating]:
    """Return the places of a program's matches, with the people who sit in them."""
    found = []
    for match in program.matches:
        place = {person: k for k, person in enumerate(match.people)}
        links = tuple((place[giver], place[taker]) for giver, taker in match.links())
        weekly = match.slot.minutes if match.slot and match.slot.date is None else 0
        found.append(Seating(match.people, links, weekly))
    return found


def shuffled(program: ProgramSolution, draw: random.Random) -> list[Seating]:
    """Return the places of a program with its people dealt at random among equal roles."""
    pools: dict[str, list[str]] = {}
    for match in program.matches:
        for member in match.members:
            pools.setdefault(member.role, []).append(member.person)
    for pool in pools.values():
        draw.shuffle(pool)
    seatings = []
    for match, seating in zip(program.matches, seatings_of(program), strict=True):
        people = tuple(pools[member.role].pop() for member in match.members)
        seatings.append(Seating(people, seating.links, seating.weekly))
    return seatings


def _dealt_fits(
    program: ProgramSolution, seatings: Sequence[Seating], points: MatchPoints
) -> Iterator[float]:
    """Yield the fits of a program's matches with other people in their places."""
    scale = points_scale(program)
    known = {(one.role, one.person): one for match in program.matches for one in match.members}
    for match, seating in zip(program.matches, seatings, strict=True):
        if len(set(seating.people)) < len(seating.people):
            continue  # somebody was dealt two places of one match
        roles = (member.role for member in match.members)
        members = tuple([known[one] for one in zip(roles, seating.people, strict=True)])
        dealt = match.model_copy(update={"members": members})
        yield points(dealt) / scale / _receivers(match)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None

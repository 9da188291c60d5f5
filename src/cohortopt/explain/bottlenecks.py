"""Which skills hold the plan back: wanted by many, taught to few, and what could bridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cohortopt.explain.base import Told, facts_for
from cohortopt.goals import POINTS, Skills
from cohortopt.model import (
    CLOSENESS,
    MASTERY,
    Facts,
    Person,
    ProgramSolution,
    Roster,
    Solution,
    skill_key,
)
from cohortopt.programs import Program, Scenario
from cohortopt.words import counted

PERFECT = CLOSENESS * MASTERY
BRIDGES = 3


class Bridge(Told):
    """A close skill that somebody offers: it serves the wish in part."""

    skill: str
    closeness: float
    people: tuple[str, ...]


class BottleneckSkill(Told):
    """One wanted skill: who wants, offers and gets it, and what the rest would be worth.

    ``lost`` counts the points that the plan would have more if everyone who wants the skill
    were taught it by a master and nothing else changed. Nobody can lose more by its shortage.
    """

    skill: str
    wanted: int  # wishes: people who want it, once for each program that asks them
    offered: int  # people who offer the skill itself
    matched: int  # wishes of people who sit with somebody who offers it or a close one
    lost: int  # points
    bridges: tuple[Bridge, ...] = ()

    def __str__(self) -> str:
        told = f"{self.skill}: {self.matched} of {self.wanted} served, {self.offered} offer it"
        if self.lost:
            told += f"; costs {counted(self.lost, 'point')}"
        if self.bridges:
            told += f"; close: {', '.join(bridge.skill for bridge in self.bridges)}"
        return told


@dataclass
class _Tally:
    name: str
    wanted: int = 0
    matched: int = 0
    lost: float = 0.0


def bottleneck_skills(
    solution: Solution, roster: Roster, scenario: Scenario | Program
) -> tuple[BottleneckSkill, ...]:
    """Return every wanted skill, the one whose shortage costs most points first.

    Only programs whose goals count skills cost points; people whom no program asks do not count.
    A wish of somebody without a seat is not served. O(people x skills x partners).
    """
    scenario, facts = facts_for(roster, scenario)
    tallies: dict[str, _Tally] = {}
    for program in scenario.programs:
        bound, part = program.bound(facts), solution.program(program.name)
        full = _points_at_full_worth(bound)
        givers = _givers(part)
        for person in facts.roster.people:
            if not bound.asks(person) or not person.skills_wanted:
                continue
            whole = sum(person.skills_wanted.values())
            mine = [facts.roster[one] for one in givers[person.id]]
            for skill, importance in person.skills_wanted.items():
                tally = tallies.setdefault(skill_key(skill), _Tally(skill))
                served = max((_serves(facts, one, skill) for one in mine), default=0)
                tally.wanted += 1
                tally.matched += served > 0
                tally.lost += full * importance / whole * (1 - served / PERFECT)
    offers: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for person in facts.roster.people:
        for skill in person.skills_offered:
            offers[skill_key(skill)].add(person.id)
            names.setdefault(skill_key(skill), skill)
    found = [
        BottleneckSkill(
            skill=tally.name,
            wanted=tally.wanted,
            offered=len(offers.get(key, ())),
            matched=tally.matched,
            lost=round(tally.lost),
            bridges=tuple(_bridges(facts, key, offers, names)),
        )
        for key, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.lost, -one.wanted, one.skill)))


def _points_at_full_worth(program: Program) -> float:
    """Return the points that goal ``skills`` gives a link at worth 1; 0 where it is no goal."""
    goal, weights = program.goal(Skills), sum(goal.thousandths for goal in program.goals)
    return POINTS * goal.thousandths / weights if goal is not None and weights else 0.0


def _givers(part: ProgramSolution) -> dict[str, set[str]]:
    """Return everyone who brings something to each person in the plan."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in part.matches:
        for giver, taker in match.links():
            found[taker].add(giver)
    return found


def _serves(facts: Facts, giver: Person, wanted: str) -> int:
    """Return the best closeness x mastery that the giver offers for a skill, up to ``PERFECT``."""
    return max(
        (
            facts.skills.closeness(wanted, offered) * mastery
            for offered, mastery in giver.skills_offered.items()
        ),
        default=0,
    )


def _bridges(
    facts: Facts, key: str, offers: dict[str, set[str]], names: dict[str, str]
) -> Iterable[Bridge]:
    near = facts.skills.near(key)
    close = sorted(
        (other for other in near if other != key and offers.get(other)),
        key=lambda other: (-near[other], other),
    )
    for other in close[:BRIDGES]:
        yield Bridge(
            skill=names[other],
            closeness=near[other] / CLOSENESS,
            people=tuple(sorted(offers[other])),
        )

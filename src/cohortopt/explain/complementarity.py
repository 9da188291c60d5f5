"""The complementarity graph: who could teach whom, what is wanted, and what is scarce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cohortopt.goals import Skills
from cohortopt.goals.base import POINTS, WHOLE
from cohortopt.instance import Columns, Draft, halves_to_even
from cohortopt.model import Facts, Roster, SkillGraph, skill_key

if TYPE_CHECKING:
    import networkx

BLOCK = 2_000_000


@dataclass(frozen=True)
class SkillSupply:
    """One skill: who wants it, who offers it or something close, and how well that fits.

    ``short`` is how many people want it beyond the places of those who can teach it.
    """

    skill: str
    wanted: int
    offered: int
    close: int  # people who offer a close skill, not this one
    places: int  # capacity of those who offer it or something close
    bridge: str = ""  # the closest offered skill, where nobody offers the skill itself

    @property
    def short(self) -> int:
        """Return how many who want the skill find no place."""
        return max(0, self.wanted - self.places)


class Complementarity:
    """A directed graph of people; a link's points are what the goal ``skills`` gives it.

    Links without points are not in it. ``links`` has one row ``(giver, taker, points)`` for each
    link, as indices into ``people``, sorted. Making it takes time and memory in the links kept;
    the scores come in blocks.
    """

    def __init__(self, roster: Roster, skills: SkillGraph | None = None, least: int = 1) -> None:
        people = tuple(sorted(roster.people, key=lambda person: person.id))
        self.people = people
        self.skills = skills or SkillGraph()
        facts = Facts(roster=Roster(people=people), skills=self.skills)
        goal, columns = Skills().knowing(facts), Columns(facts)
        everyone = np.arange(len(people), dtype=np.intp)
        step = max(1, BLOCK // max(1, len(people)))
        kept: list[np.ndarray[tuple[int, int], np.dtype[np.int64]]] = []
        for start in range(0, len(people), step):
            draft = Draft(columns, everyone[start : start + step], everyone)
            goal.lower(draft)
            points = halves_to_even(draft.total * POINTS, WHOLE)
            points[draft.banned] = 0
            rows, takers = np.nonzero(points >= max(1, least))
            kept.append(np.column_stack((rows + start, takers, points[rows, takers])))
        self.links = np.vstack(kept) if kept else np.empty((0, 3), dtype=np.int64)
        self.links.setflags(write=False)

    @cached_property
    def _points(self) -> dict[tuple[int, int], int]:
        return {(int(g), int(t)): int(p) for g, t, p in self.links}

    @cached_property
    def _takers(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for giver, taker in self._points:
            found.setdefault(giver, []).append(taker)
        return found

    def points(self, giver: str, taker: str) -> int:
        """Return the points of a link, 0 where there is none."""
        index = self._index
        return self._points.get((index[giver], index[taker]), 0)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {person.id: i for i, person in enumerate(self.people)}

    def reciprocal_pairs(self) -> list[tuple[str, str]]:
        """Return every two people who can each teach the other something, sorted."""
        both = [(a, b) for a, b in self._points if a < b and (b, a) in self._points]
        return [(self.people[a].id, self.people[b].id) for a, b in sorted(both)]

    def rings(self, longest: int = 3) -> Iterator[tuple[str, ...]]:
        """Yield each ring of 2 to ``longest`` people once, smallest id first.

        Depth-first search that never goes below its start: time in the paths it tries, up to
        n x d^(longest - 1) for people with d takers.
        """
        for start in range(len(self.people)):
            stack: list[tuple[int, ...]] = [(start,)]
            while stack:
                path = stack.pop()
                for taker in self._takers.get(path[-1], ()):
                    if taker == start and len(path) > 1:
                        yield tuple(self.people[i].id for i in path)
                    elif taker > start and taker not in path and len(path) < longest:
                        stack.append((*path, taker))

    def parts(self) -> list[tuple[str, ...]]:
        """Return the strongly connected parts of two people or more, largest first.

        Nobody can be in a ring with someone of another part (Tarjan 1972, doi:10.1137/0201010).
        """
        import networkx

        parts = [
            tuple(sorted(part))
            for part in networkx.strongly_connected_components(self.to_networkx())
            if len(part) > 1
        ]
        return sorted(parts, key=lambda part: (-len(part), part))

    def only_give(self) -> tuple[str, ...]:
        """Return who can teach somebody but learn from nobody here."""
        gives, gets = set(self.links[:, 0].tolist()), set(self.links[:, 1].tolist())
        return tuple(self.people[i].id for i in sorted(gives - gets))

    def only_get(self) -> tuple[str, ...]:
        """Return who can learn from somebody but teach nobody here."""
        gives, gets = set(self.links[:, 0].tolist()), set(self.links[:, 1].tolist())
        return tuple(self.people[i].id for i in sorted(gets - gives))

    def apart(self) -> tuple[str, ...]:
        """Return who can neither teach nor learn here."""
        linked = set(self.links[:, :2].ravel().tolist())
        return tuple(p.id for i, p in enumerate(self.people) if i not in linked)

    def supply(self) -> list[SkillSupply]:
        """Return every wanted skill with its supply, the scarcest first."""
        wanted: Counter[str] = Counter()
        names: dict[str, str] = {}
        for person in self.people:
            for skill in person.skills_wanted:
                names.setdefault(skill_key(skill), skill)
                wanted[skill_key(skill)] += 1
        offers = [{skill_key(s) for s in person.skills_offered} for person in self.people]
        found: list[SkillSupply] = []
        for key, count in wanted.items():
            near = {other: c for other, c in self.skills.near(key).items() if other != key}
            exact = [i for i, mine in enumerate(offers) if key in mine]
            close = [i for i, mine in enumerate(offers) if key not in mine and mine & near.keys()]
            bridges = {s for i in close for s in offers[i] & near.keys()}
            best = max(sorted(bridges), key=lambda s: near[s], default="") if not exact else ""
            places = sum(self.people[i].capacity for i in (*exact, *close))
            found.append(SkillSupply(names[key], count, len(exact), len(close), places, best))
        return sorted(found, key=lambda one: (-one.short, one.offered, -one.wanted, one.skill))

    def without_teacher(self) -> tuple[str, ...]:
        """Return the wanted skills that nobody offers, nor anything close."""
        return tuple(sorted(one.skill for one in self.supply() if not one.offered + one.close))

    def to_networkx(self) -> networkx.DiGraph:
        """Return a networkx ``DiGraph``: ids, names, and ``points`` on every link."""
        import networkx

        graph = networkx.DiGraph()
        for person in self.people:
            graph.add_node(person.id, name=person.name, department=person.department)
        for giver, taker, points in self.links.tolist():
            graph.add_edge(self.people[giver].id, self.people[taker].id, points=points)
        return graph

    def to_graphml(self) -> str:
        """Return the graph as GraphML text, for Gephi and its like."""
        import networkx

        return "\n".join(networkx.generate_graphml(self.to_networkx()))

"""How near two skills are: the skill graph."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import networkx

CLOSENESS = 10_000  # the same skill; a closeness is a whole number of ten-thousandths
FLOOR = 2_000  # below this (0.2) two skills have nothing to do with each other


@lru_cache(maxsize=65_536)  # asked again and again for the skills of one roster
def skill_key(skill: str) -> str:
    """Return the form under which spellings of one skill meet: case and spaces folded."""
    return " ".join(skill.split()).casefold()


class Relation(BaseModel):
    """Offering ``skill`` serves a wish for ``related``; both ways unless ``directed``."""

    model_config = ConfigDict(frozen=True)

    skill: str
    related: str
    closeness: float = Field(default=0.5, gt=0, le=1)
    directed: bool = False


class SkillGraph(BaseModel):
    """Skills and how close they are.

    The closeness of a wanted skill to an offered one is the best product of closenesses along
    a path, 1 for the same skill and 0 below 0.2. It is kept in whole ten-thousandths, rounded
    half up once at the end of the path, so that every reader of it computes the same points.
    """

    model_config = ConfigDict(frozen=True)

    relations: tuple[Relation, ...] = ()

    @classmethod
    def of(cls, relations: Iterable[tuple[str, str, float]]) -> SkillGraph:
        """Return the graph of undirected relations."""
        made = (Relation(skill=a, related=b, closeness=c) for a, b, c in relations)
        return cls(relations=tuple(made))

    @cached_property
    def neighbours(self) -> dict[str, dict[str, float]]:
        """Return, per wanted skill, the skills one step away that serve it, with closeness."""
        steps: dict[str, dict[str, float]] = {}
        for relation in self.relations:
            a, b = skill_key(relation.skill), skill_key(relation.related)
            ways = [(b, a)] if relation.directed else [(a, b), (b, a)]
            for here, there in ways:
                known = steps.setdefault(here, {})
                known[there] = max(known.get(there, 0.0), relation.closeness)
        return steps

    @cached_property
    def _near(self) -> dict[str, dict[str, int]]:
        return {}

    def near(self, skill: str) -> dict[str, int]:
        """Return the skill and all that help with it, with their closeness (ten-thousandths).

        Dijkstra on products; paths below 0.2 are not followed, so the answer stays small.
        """
        key = skill_key(skill)
        known = self._near.get(key)
        if known is None:
            known = self._near[key] = self._search(key)
        return known

    def _search(self, key: str) -> dict[str, int]:
        best: dict[str, float] = {}
        heap: list[tuple[float, str]] = [(-1.0, key)]
        while heap:
            value, here = heapq.heappop(heap)
            if here in best:
                continue
            best[here] = -value
            for there, step in self.neighbours.get(here, {}).items():
                reached = -value * step
                if there not in best and int(reached * CLOSENESS + 0.5) >= FLOOR:
                    heapq.heappush(heap, (-reached, there))
        return {skill: int(value * CLOSENESS + 0.5) for skill, value in best.items()}

    def closeness(self, wanted: str, offered: str) -> int:
        """Return how well ``offered`` serves ``wanted``, in ten-thousandths, 0 if not at all."""
        return self.near(wanted).get(skill_key(offered), 0)

    def to_networkx(self) -> networkx.DiGraph:
        """Return the graph of single steps as a networkx ``DiGraph`` with ``closeness``."""
        import networkx

        graph = networkx.DiGraph()
        for here, steps in self.neighbours.items():
            for there, closeness in steps.items():
                graph.add_edge(here, there, closeness=closeness)
        return graph

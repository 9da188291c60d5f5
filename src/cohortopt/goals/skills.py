"""How well what the giver offers serves what the taker wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import PrivateAttr

from cohortopt.goals.base import WHOLE, LinkGoal, Row, share, shares
from cohortopt.instance.draft import Columns, Draft
from cohortopt.instance.instance import Longs
from cohortopt.model import CLOSENESS, MASTERY, Facts, Person, skill_key

Table = NDArray[np.float64]


class Skills(LinkGoal):
    """Importance-weighted mean, over wanted skills, of the best closeness x mastery / 5 offered."""

    kind: Literal["skills"] = "skills"

    def worth(self, giver: Person, taker: Person) -> int:
        graph = self.facts.skills
        offers = self._offers(giver)
        total = 0
        for wanted, importance in taker.skills_wanted.items():
            near = graph.near(wanted)
            both = near.keys() & offers.keys()
            total += importance * max([near[one] * offers[one] for one in both], default=0)
        return share(total, sum(taker.skills_wanted.values()) * CLOSENESS * MASTERY)

    def worths(self, givers: Sequence[Person], taker: Person) -> list[int]:
        best = [self.facts.skills.near(wanted) for wanted in taker.skills_wanted]
        importance = tuple(taker.skills_wanted.values())
        whole = sum(importance) * CLOSENESS * MASTERY
        useful = set().union(*best) if best else set()
        kept = self._kept
        found = []
        for giver in givers:
            known = kept.get(giver.id)
            offers = known[1] if known is not None and known[0] is giver else self._offers(giver)
            if useful.isdisjoint(offers):
                found.append(0)
                continue
            total = 0
            for weight, near in zip(importance, best, strict=True):
                top = 0
                for skill, mastery in offers.items():
                    closeness = near.get(skill)
                    if closeness is not None and closeness * mastery > top:
                        top = closeness * mastery
                total += weight * top
            found.append(share(total, whole))
        return found

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        offered: dict[str, list[tuple[int, int]]] = {}  # skill -> who has it, how well
        for place, giver in enumerate(givers):
            for skill, mastery in self._offers(giver).items():
                offered.setdefault(skill, []).append((place, mastery))
        served: dict[str, Longs] = {}  # wanted skill -> best closeness x mastery of each giver

        def serve(wanted: str) -> Longs:
            best = [0] * len(givers)
            for skill, closeness in self.facts.skills.near(wanted).items():
                for place, mastery in offered.get(skill, ()):
                    best[place] = max(best[place], closeness * mastery)
            return np.array(best, dtype=np.int64)

        def row(taker: Person) -> Longs:
            total = np.zeros(len(givers), dtype=np.int64)
            for wanted, importance in taker.skills_wanted.items():
                if wanted not in served:
                    served[wanted] = serve(wanted)
                total += importance * served[wanted]
            whole = sum(taker.skills_wanted.values()) * CLOSENESS * MASTERY
            return times * shares(total, whole)

        return row

    def _offers(self, giver: Person) -> dict[str, int]:
        """Return the best mastery of each skill, by key; kept, because rows ask again and again."""
        known = self._kept.get(giver.id)
        if known is None or known[0] is not giver:
            offers: dict[str, int] = {}
            for skill, mastery in giver.skills_offered.items():
                key = skill_key(skill)
                offers[key] = max(offers.get(key, 0), mastery)
            known = self._kept[giver.id] = (giver, offers)
        return known[1]

    _kept: dict[str, tuple[Person, dict[str, int]]] = PrivateAttr(default_factory=dict)

    def knowing(self, facts: Facts) -> Self:
        copy = super().knowing(facts)
        copy._kept = {}
        return copy

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        served, wants = columns.once("skills", lambda: skill_tables(columns))
        asks = wants[draft.taker_index]
        total = (served[draft.giver_index] @ asks.T).astype(np.int64)
        whole = asks.sum(axis=1).astype(np.int64) * (CLOSENESS * MASTERY)
        wide = np.maximum(whole, 1)[None, :]
        draft.award((2 * WHOLE * total + wide) // (2 * wide) * (whole > 0)[None, :])


def skill_tables(columns: Columns) -> tuple[Table, Table]:
    """Return ``served, wants : (n, wanted skills) float64`` with whole numbers in them.

    ``served[i, w]`` is the best closeness (ten-thousandths) x mastery that i offers for w,
    ``wants[i, w]`` the importance. Sums of products stay far below 2^53, so they are exact.
    """
    graph, people = columns.facts.skills, columns.people
    vocabulary: dict[str, int] = {}
    for person in people:
        for skill in person.skills_wanted:
            vocabulary.setdefault(skill_key(skill), len(vocabulary))
    serves: dict[str, list[tuple[int, int]]] = {}
    for wanted, w in vocabulary.items():
        for offered, closeness in graph.near(wanted).items():
            serves.setdefault(offered, []).append((w, closeness))
    served = np.zeros((len(people), max(1, len(vocabulary))), dtype=np.float64)
    wants = np.zeros_like(served)
    for i, person in enumerate(people):
        for skill, mastery in person.skills_offered.items():
            for w, closeness in serves.get(skill_key(skill), ()):
                served[i, w] = max(served[i, w], closeness * mastery)
        for skill, importance in person.skills_wanted.items():
            wants[i, vocabulary[skill_key(skill)]] += importance
    return served, wants

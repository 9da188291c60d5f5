"""Carrying an earlier assignment over to a changed roster: every match that may still be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from cohortopt.joint.columns import Lister, as_bits
from cohortopt.joint.shared import Plan, Shared, links_of
from cohortopt.model import Match, Solution
from cohortopt.programs import Program
from cohortopt.rules import Availability
from cohortopt.solvers.base import Found


def with_slots_of(program: Program, matches: Iterable[Match]) -> Program:
    """Return the program with the dated slots of earlier sessions among those to choose from."""
    rule = program.rule(Availability)
    slots = {match.slot for match in matches if match.slot is not None and match.slot.date}
    if rule is None or not slots:
        return program
    return program.with_rule(rule.model_copy(update={"also": tuple(sorted(slots, key=str))}))


def earlier_matches(shared: Shared, solution: Solution) -> list[list[tuple[Match, Found]]]:
    """Return the matches of an earlier solution in numbers; who left is -1."""
    index = {person.id: i for i, person in enumerate(shared.facts.roster.people)}
    found: list[list[tuple[Match, Found]]] = []
    for part in shared.parts:
        held: list[tuple[Match, Found]] = []
        name = part.program.name
        slots = {slot: s for s, slot in enumerate(part.compiled.slots)}
        topics = {topic: t for t, topic in enumerate(part.compiled.topics)}
        for one in (p for p in solution.programs if p.name == name):
            for match in one.matches:
                first = match.with_role("leader", "giver")
                order = (*first, *(p for p in match.people if p not in first))
                people = tuple(index.get(person, -1) for person in order)
                held.append(
                    (
                        match,
                        Found(
                            people,
                            len(match.with_role("leader")),
                            slots.get(match.slot, -1) if match.slot is not None else -1,
                            tuple(slots.get(s, -1) if s is not None else -1 for s in match.slots),
                            match.round,
                            topics.get(match.topic, -1) if match.topic is not None else -1,
                            match.chain,
                        ),
                    )
                )
        found.append(held)
    return found


class Carrier:
    """Takes earlier matches over one by one, as long as every rule of the new roster holds."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        nothing: Plan = tuple(() for _ in shared.parts)
        self.listers = [Lister(k, shared.narrow(k, nothing)) for k in range(len(shared.parts))]
        self.hours, self.most = shared.hours.copy(), shared.most.copy()
        n = shared.n
        self.gives = [np.zeros(n, dtype=np.int64) for _ in shared.parts]
        self.takes = [np.zeros(n, dtype=np.int64) for _ in shared.parts]
        self.busy: dict[int, list[tuple[int, int, int]]] = {}  # person -> (program, slot, round)
        self.met: list[set[tuple[int, int]]] = [set() for _ in shared.parts]
        self.links: list[dict[int, set[int]]] = [{} for _ in shared.parts]

    def take(self, k: int, earlier: Found) -> Found | None:
        """Return the match as it can be now, without those who left; None if it cannot be."""
        shape = self.shared.parts[k].instance.shape
        here = tuple(i for i in earlier.people if i >= 0)
        leaders = sum(i >= 0 for i in earlier.people[: earlier.leaders])
        if here != earlier.people and shape != "groups":
            return None
        lister = self.listers[k]
        if any(i not in lister.place for i in here):
            return None
        if not self._fits(k, here, leaders, earlier.chain):
            return None
        column = lister.column(here, leaders) if shape == "groups" else None
        if shape == "groups" and column is None:
            return None
        found = replace(earlier, people=here, leaders=leaders)
        if column is not None:
            found = replace(found, topic=self._topic(k, earlier.topic, found, column.found.topic))
        timed = self._slot(k, found)
        if timed is None or not self._room(k, timed):
            return None
        self._note(k, timed)
        return timed

    def _fits(self, k: int, people: Sequence[int], leaders: int, chain: bool) -> bool:
        """Whether links and sizes are right."""
        instance, lister = self.shared.parts[k].instance, self.listers[k]
        grouping = instance.grouping
        if grouping is not None:
            size = len(people) - leaders
            if not grouping.size_min <= size <= grouping.size_max:
                return False
            if not grouping.leaders_min <= leaders <= max(0, grouping.leaders_max):
                return False
            members, bosses = set(lister.givers), set(lister.leaders)
            if not set(people[leaders:]) <= members or not set(people[:leaders]) <= bosses:
                return False
            return lister.fit(people)
        return all(
            lister.points[lister.place[a], lister.place[b]] >= 0
            for a, b in links_of(instance.shape, Found(tuple(people), chain=chain))
        )

    def _topic(self, k: int, old: int, found: Found, best: int) -> int:
        grouping = self.shared.parts[k].instance.grouping
        if grouping is None or not grouping.topics.size or old < 0:
            return best
        members = list(found.people[found.leaders :])
        return old if (grouping.topics[members, old] >= 0).all() else best

    def _slot(self, k: int, found: Found) -> Found | None:
        """Return the match in its slot if all are free then, else in the first that fits."""
        slots = self.shared.parts[k].instance.slots
        if slots is None:
            return replace(found, slot=-1, slots=())
        if found.slots:
            links = list(links_of("rings", found))
            free = all(
                slots.can_meet(people, s) for people, s in zip(links, found.slots, strict=True)
            )
            return found if free else None
        common = self.listers[k].starts(found.people)
        for person in found.people:
            for j, slot, round_ in self.busy.get(person, []):
                across = j != k and self.shared.joint.slots
                if across or (j == k and round_ == found.round):
                    common &= ~as_bits(self.shared.overlap(j, slot, k))
        if not common:
            return None
        if found.slot >= 0 and common >> found.slot & 1:
            return found
        return replace(found, slot=(common & -common).bit_length() - 1)

    def _room(self, k: int, found: Found) -> bool:
        """Whether loads, hours and the rules across programs leave room for the match."""
        shared = self.shared
        instance = shared.parts[k].instance
        cost = shared.parts[k].minutes if found.round == 1 else 0
        for place, i in enumerate(found.people):
            gives = place < max(found.leaders, 1 if instance.shape == "pairs" else 0)
            if found.round == 1:
                if cost > self.hours[i] or self.most[i] < 1:
                    return False
                given, taken = self.gives[k][i], self.takes[k][i]
                if instance.shape == "pairs":
                    most = instance.gives_max[i] if gives else instance.takes_max[i]
                    full = given + taken >= instance.total_max[i]
                else:
                    most = instance.gives_max[i] if gives else 1
                    full = False
                if full or (given if gives else taken) >= most:
                    return False
        links = {frozenset(link) for link in links_of(instance.shape, found)}
        for one, other in map(tuple, links):
            pair = (min(one, other), max(one, other))
            for j, part in enumerate(shared.parts):
                if j == k:
                    continue
                group = "groups" in (part.instance.shape, instance.shape)
                if shared.joint.mentor_not_in_circle and group and pair in self.met[j]:
                    return False
                if shared.joint.apart:
                    for a, b in ((one, other), (other, one)):
                        if self.links[j].get(a, set()) & (shared.related[b] - {a}):
                            return False
        return True

    def _note(self, k: int, found: Found) -> None:
        shared = self.shared
        shape = shared.parts[k].instance.shape
        first = found.round == 1
        for place, i in enumerate(found.people):
            gives = place < max(found.leaders, 1 if shape == "pairs" else 0)
            if first:
                self.hours[i] -= shared.parts[k].minutes
                self.most[i] -= 1
                (self.gives if gives else self.takes)[k][i] += 1
        for people, slot in shared.meetings(found):
            for i in people:
                self.busy.setdefault(i, []).append((k, slot, found.round))
        for one, other in links_of(shape, found):
            self.met[k].add((min(one, other), max(one, other)))
            self.links[k].setdefault(one, set()).add(other)
            self.links[k].setdefault(other, set()).add(one)

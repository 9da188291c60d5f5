"""Columns: single matches that a program could have, each right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cohortopt.instance import FORBIDDEN, Feature, Instance, Ints, Words
from cohortopt.instance.instance import broken_limits
from cohortopt.joint.shared import DENSE
from cohortopt.joint.worth import best_topic
from cohortopt.solvers.base import Found

Bits = int  # a set of slots, or of people, as a Python integer


@dataclass(frozen=True)
class Column:
    """One possible match of program ``part``; ``starts`` are the slots that all can attend.

    ``carries`` is the earlier group that it carries on (repair), -1 if none.
    """

    part: int
    found: Found
    starts: Bits
    carries: int = -1


def can_list(instance: Instance) -> bool:
    """Whether the matches of a program can be listed one by one and chosen freely."""
    return (
        instance.rounds == 1
        and instance.n <= DENSE
        and not instance.topics.size
        and instance.rooms < 0
        and not instance.chain
        and not instance.meet_links
        and Feature.RELAXED not in instance.features
    )


class Lister:
    """Lists matches of one narrowed program, in a fixed order."""

    def __init__(self, part: int, instance: Instance) -> None:
        self.part, self.instance = part, instance
        self.givers = [int(i) for i in instance.givers]
        self.takers = [int(i) for i in instance.takers]
        grouping = instance.grouping
        self.leaders = [int(i) for i in grouping.leaders] if grouping is not None else []
        everyone = sorted({*self.givers, *self.takers, *self.leaders})
        self.place = {person: row for row, person in enumerate(everyone)}
        index = np.array(everyone, dtype=np.intp)
        self.points: Ints = (
            instance.links.block(index, index) if everyone else np.empty((0, 0), dtype=np.int32)
        )
        self.both = (self.points != FORBIDDEN) & (self.points.T != FORBIDDEN)
        slots = instance.slots
        self.words = {i: as_bits(slots.starts[i]) for i in everyone} if slots is not None else {}

    def starts(self, people: Iterable[int]) -> Bits:
        """Return the slots that all can attend; 0 where the program has none."""
        common = -1
        for person in people:
            common &= self.words[person]
        return common

    def column(self, people: Sequence[int], leaders: int = 0) -> Column | None:
        """Return the match if people have a slot and a topic, None otherwise."""
        starts = self.starts(people) if self.instance.slots is not None else 0
        if self.instance.slots is not None and not starts:
            return None
        topic = -1
        grouping = self.instance.grouping
        if grouping is not None:
            members = list(people[leaders:])
            chosen = best_topic(grouping.topics, members)
            if chosen is None or broken_limits(grouping, members):
                return None
            topic = chosen
        for lock in self.instance.locked:
            if lock.slot >= 0 and set(lock.people) == set(people):
                starts &= 1 << lock.slot
                if not starts:
                    return None
        return Column(self.part, Found(tuple(people), leaders, topic=topic), starts)

    def all(self, most: int) -> list[Column] | None:
        """Return every possible match, None if there are more than ``most``."""
        found: list[Column] = []
        for people, leaders in self._sets():
            column = self.column(people, leaders)
            if column is not None:
                found.append(column)
                if len(found) > most:
                    return None
        return found

    def _sets(self) -> Iterator[tuple[tuple[int, ...], int]]:
        shape = self.instance.shape
        if shape == "pairs":
            yield from ((pair, 0) for pair in self.pairs())
        elif shape == "partners":
            for one, other in combinations(self.givers, 2):
                if self.fit((one, other)):
                    yield (one, other), 0
            if self.instance.trio:
                for three in combinations(self.givers, 3):
                    if self.fit(three):
                        yield three, 0
        elif shape == "rings":
            yield from ((ring, 0) for ring in self.rings())
        else:
            grouping = self.instance.grouping
            assert grouping is not None
            for members in self.cliques(grouping.size_min, grouping.size_max):
                yield from self.led(members)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield every allowed pair (giver, taker)."""
        for giver in self.givers:
            row = self.points[self.place[giver]]
            for taker in self.takers:
                if giver != taker and row[self.place[taker]] != FORBIDDEN:
                    yield giver, taker

    def fit(self, people: Sequence[int]) -> bool:
        """Whether everyone may be linked with everyone else, both ways."""
        rows = [self.place[person] for person in people]
        return all(self.both[a, b] for a, b in combinations(rows, 2))

    def rings(self) -> Iterator[tuple[int, ...]]:
        """Yield every ring up to the longest, its least person first."""

        def grow(path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            last = self.points[self.place[path[-1]]]
            if len(path) > 1 and last[self.place[path[0]]] != FORBIDDEN:
                yield path
            if len(path) < self.instance.longest:
                for person in self.givers:
                    link = last[self.place[person]] != FORBIDDEN
                    if person > path[0] and person not in path and link:
                        yield from grow((*path, person))

        for first in self.givers:
            yield from grow((first,))

    def cliques(self, least: int, most: int) -> Iterator[tuple[int, ...]]:
        """Yield every set of ``least..most`` members who may all meet, and have a slot."""
        slots = self.instance.slots is not None
        order = self.givers
        fits = [
            sum(
                1 << k
                for k, other in enumerate(order)
                if self.both[self.place[one], self.place[other]]
            )
            for one in order
        ]

        def grow(chosen: tuple[int, ...], open_: Bits, common: Bits) -> Iterator[tuple[int, ...]]:
            if len(chosen) >= least:
                yield chosen
            if len(chosen) == most:
                return
            while open_:
                k = (open_ & -open_).bit_length() - 1
                open_ &= open_ - 1
                rest = common & self.words[order[k]] if slots else 1
                if rest:
                    yield from grow((*chosen, order[k]), open_ & fits[k], rest)

        yield from grow((), (1 << len(order)) - 1, -1)

    def led(self, members: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield the members with every set of leaders that they may have."""
        grouping = self.instance.grouping
        assert grouping is not None
        if not grouping.leaders_max:
            yield members, 0
            return
        able = [boss for boss in self.leaders if boss not in members]
        able = [boss for boss in able if all(self.fit((boss, m)) for m in members)]
        for count in range(grouping.leaders_min, grouping.leaders_max + 1):
            for leaders in combinations(able, count):
                if self.fit(leaders):
                    yield (*leaders, *members), count


def as_bits(words: Words) -> Bits:
    """Return ``(words,) uint64`` as one integer, bit s is slot s."""
    return int.from_bytes(words.astype("<u8").tobytes(), "little")

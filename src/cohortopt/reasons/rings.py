"""Rings: whether any ring passes through a person, and what the cheapest one would end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cohortopt.instance import FORBIDDEN
from cohortopt.model import Match, Member
from cohortopt.reasons.plan import Plan
from cohortopt.verify.score import ring_points, scale_of

STEPS = 20_000  # paths looked at for one person
RINGS = 200  # rings compared for one person


@dataclass(frozen=True)
class Ring:
    """A ring that could be: people in order, the matches it ends, and the points that loses."""

    people: tuple[int, ...]
    out: tuple[int, ...]
    unseated: tuple[int, ...]
    loss: int


class Rings:
    """The links of one program as lists, asked for once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.longest = plan.instance.longest
        self.complete = True  # the last search looked at every path
        everyone = plan.instance.givers.astype(np.intp)
        self.points = plan.instance.links.block(everyone, everyone)
        good = self.points != FORBIDDEN
        self.people = everyone.tolist()
        self.place = {i: k for k, i in enumerate(self.people)}
        self.after = [np.flatnonzero(row).tolist() for row in good]
        self.before = [np.flatnonzero(column).tolist() for column in good.T]
        self.chains = plan.instance.chain > 0

    def through(self, person: int) -> Iterator[tuple[int, ...]]:
        """Yield rings that hold the person and share a slot, up to the longest, as places.

        Depth first over links that can still come back in time, known from a breadth-first
        search against the links. Complete unless more than ``STEPS`` paths are looked at.
        """
        start = self.place[person]
        back = {start: 0}
        queue = deque([start])
        while queue:
            one = queue.popleft()
            if back[one] < self.longest - 1:
                for other in self.before[one]:
                    if other not in back:
                        back[other] = back[one] + 1
                        queue.append(other)
        self.complete, steps = True, 0
        apart = self.plan.instance.meet_links
        stack: list[tuple[tuple[int, ...], int]] = [((start,), self.plan.free((person,)))]
        while stack:
            path, bits = stack.pop()
            steps += 1
            if steps > STEPS:
                self.complete = False
                return
            for other in self.after[path[-1]]:
                if other == start and len(path) > 1:
                    yield path
                elif other in back and other not in path:
                    if len(path) + back[other] > self.longest:
                        continue
                    shared = bits if apart else bits & self.plan.free((self.people[other],))
                    if shared:
                        stack.append(((*path, other), shared))

    def cheapest(self, person: int) -> Ring | None:
        """Return the ring that unseats the fewest people, and of those the cheapest in points."""
        best: Ring | None = None
        for count, path in enumerate(self.through(person)):
            if count >= RINGS:
                break
            ring = self._ring(path)
            if ring and (best is None or self._rank(ring) < self._rank(best)):
                best = ring
        return best

    @staticmethod
    def _rank(ring: Ring) -> tuple[int, int, tuple[int, ...]]:
        return len(ring.unseated), ring.loss, ring.people

    def _ring(self, path: tuple[int, ...]) -> Ring | None:
        plan = self.plan
        people = tuple(self.people[k] for k in path)
        out = tuple(sorted({m for i in people for m in plan.sits.get(i, ())[:1]}))
        held = {i for m in out for i in plan.members[m]}
        if any(i in plan.fixed for i in held):
            return None
        links = zip(path, (*path[1:], path[0]), strict=True)
        members = tuple(Member(person=plan.people[i].id, role="peer") for i in people)
        ring = Match.model_construct(match="", members=members, ring=True, chain=False)
        gained = ring_points(ring, [int(self.points[link]) for link in links], plan.facts)
        loss = sum(plan.matches[m].points for m in out) - gained
        loss = -(-loss // scale_of(plan.program, plan.facts))
        return Ring(people, out, tuple(sorted(held - set(people))), loss)

"""Groups: a new group around somebody who is left over, and what it takes from the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cohortopt.instance import FORBIDDEN
from cohortopt.instance.instance import broken_limits
from cohortopt.model import Match, Member
from cohortopt.reasons.groups import MOST, GroupsOf
from cohortopt.verify.score import match_points

STEPS = 4_000  # partial groups looked at for one person
ALL_STEPS = 60_000  # for everybody together
CHECKS = 60  # new groups checked by the rules for one person
ALL_CHECKS = 2_000  # for everybody together
NEAREST = 64  # fellows looked at in one slot, the cheapest first
FOUND = 4  # new groups compared for one person


@dataclass(frozen=True)
class Regrouped:
    """A new group, whom it holds besides the person, who loses their seat, and the points."""

    others: tuple[int, ...]
    unseated: tuple[int, ...]
    loss: int


@dataclass(frozen=True)
class _Draft:
    members: tuple[int, ...]
    leaders: tuple[int, ...]
    slot: int
    topic: int


class Regroup:
    """Looks for least groups around people; ``none`` after a search says that there is no such."""

    def __init__(self, groups: GroupsOf) -> None:
        self.groups, self.plan = groups, groups.plan
        self.none = False
        self.steps, self.checks = ALL_STEPS, ALL_CHECKS  # left
        self.where = {
            i: m
            for m, match in enumerate(self.plan.matches)
            for i, member in zip(self.plan.members[m], match.members, strict=True)
            if member.role == "member"
        }

    @cached_property
    def fits(self) -> dict[int, int]:
        """Return, as bits, everyone who fits each member and leader, both ways."""
        who = np.union1d(self.groups.members, self.groups.leaders).astype(np.intp)
        good = self.plan.instance.links.block(who, who) != FORBIDDEN
        square = np.zeros((len(who), self.plan.instance.n), dtype=np.bool_)
        square[:, who] = good & good.T
        rows = np.packbits(square, axis=1, bitorder="little")
        return {
            int(i): int.from_bytes(row.tobytes(), "little")
            for i, row in zip(who, rows, strict=True)
        }

    def around(self, person: int) -> Regrouped | None:
        """Return the least costly of a few groups that could be formed around a person.

        Least groups of people who all fit one another, share a slot (and a topic) and have
        leaders are listed depth first: those who have no seat first, then members whom their
        groups can spare. Every larger group holds a least one, so where the search ends
        without any, no group could hold the person at all. A group that becomes too small ends;
        its other members lose their seat. Every changed group is checked by the rules.
        """
        plan, self.none = self.plan, False
        if plan.instance.rounds > 1 or plan.instance.n > MOST or self.groups.grouping.bounds:
            return None
        if self.steps <= 0 or self.checks <= 0:
            return None
        best: Regrouped | None = None
        count, until = 0, max(0, self.checks - CHECKS)
        for draft in self._drafts(person):
            if broken_limits(self.groups.grouping, draft.members):
                self.steps -= 1
                continue
            if self.checks <= until:
                break
            self.checks -= 1
            found = self._joined(person, draft)
            if found is None:
                continue
            count += 1
            if best is None or self._rank(found) < self._rank(best):
                best = found
            if count == FOUND:
                break
        return best

    @staticmethod
    def _rank(found: Regrouped) -> tuple[int, int, tuple[int, ...]]:
        return len(found.unseated), found.loss, found.others

    def _drafts(self, person: int) -> Iterator[_Draft]:
        """Yield least groups with the person; ``none`` becomes true if it ends without any."""
        grouping = self.groups.grouping
        found, until = 0, max(0, self.steps - STEPS)
        near = self.fits[person]
        fellows = [i for i in self.groups.members.tolist() if near >> i & 1]
        fellows.sort(key=lambda i: (self._price(i), i))
        leads = [i for i in self.groups.leaders.tolist() if near >> i & 1]
        for slot, free in self._times(person, [*fellows, *leads]):
            for topic in self.groups.themes(person):
                some = [
                    i
                    for i in fellows
                    if free >> i & 1 and (topic < 0 or int(grouping.topics[i, topic]) >= 0)
                ]
                found += len(some) > NEAREST  # then nothing is said of the others
                some = some[:NEAREST]
                led = sum(1 << i for i in leads if free >> i & 1)
                stack: list[tuple[tuple[int, ...], int, int, int]] = [((person,), 0, near, led)]
                while stack:
                    people, start, fit, led = stack.pop()
                    if len(people) == grouping.size_min:
                        found += led.bit_count() >= grouping.leaders_min
                        leaders = self._leaders(led)
                        if leaders is not None:
                            yield _Draft(people, leaders, slot, topic)
                        continue
                    for k in range(len(some) - 1, start - 1, -1):  # popped in order
                        other = some[k]
                        if fit >> other & 1:
                            theirs = self.fits[other]
                            left = led & theirs
                            if left.bit_count() >= grouping.leaders_min:
                                grown = (*people, other)
                                stack.append((grown, k + 1, fit & theirs, left))
                    self.steps -= 1
                    if self.steps <= until:
                        return
        self.none = not found

    def _price(self, person: int) -> int:
        """Return what taking a member costs: 0 no seat, 1 spared, 2 their group ends, 3 fixed."""
        if person in self.plan.fixed:
            return 3
        m = self.where.get(person)
        if m is None:
            return 0
        size = len(self.plan.matches[m].with_role("member"))
        return 1 if size > self.groups.grouping.size_min else 2

    def _times(self, person: int, others: list[int]) -> Iterator[tuple[int, int]]:
        """Yield a slot of the person for every set of others who are free then, as bits."""
        slots = self.plan.instance.slots
        if slots is None:
            yield -1, sum(1 << i for i in others)
            return
        seen: set[int] = set()
        frees = [(i, self.plan.free((i,))) for i in others]
        bits = self.plan.free((person,))
        while bits:
            slot = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            free = sum(1 << i for i, theirs in frees if theirs >> slot & 1)
            if free and free not in seen:
                seen.add(free)
                yield slot, free

    def _leaders(self, led: int) -> tuple[int, ...] | None:
        """Return as many leaders who fit one another as a group needs, None if none are found."""
        chosen: list[int] = []
        while len(chosen) < self.groups.grouping.leaders_min:
            if not led:
                return None
            one = (led & -led).bit_length() - 1
            chosen.append(one)
            led &= self.fits[one] & ~(1 << one)
        return tuple(chosen)

    def _joined(self, person: int, draft: _Draft) -> Regrouped | None:
        """Return what forming the group brings about, None if some rule forbids it."""
        plan, grouping = self.plan, self.groups.grouping
        taken = {i: self.where[i] for i in draft.members if i in self.where}
        if plan.fixed & {*taken, *draft.leaders}:
            return None
        ended = {m for i in draft.leaders for m in self._hindering(i, draft.slot)}
        changed = [self._match(draft)]
        for m in set(taken.values()) - ended:
            gone = {plan.people[i].id for i, where in taken.items() if where == m}
            left = tuple(one for one in plan.matches[m].members if one.person not in gone)
            rest = plan.matches[m].model_copy(update={"members": left})
            if len(rest.with_role("member")) < grouping.size_min or self.groups.breaks(rest):
                ended.add(m)
            else:
                changed.append(rest)
        if grouping.count >= 0 and len(ended) != 1:
            return None
        unseated = {i for m in ended for i in plan.members[m] if self.where.get(i) == m}
        unseated -= set(draft.members)
        if unseated & plan.fixed or self.groups.breaks(changed[0]):
            return None
        before = sum(plan.matches[m].points for m in ended | set(taken.values()))
        after = sum(match_points(plan.program, match, plan.facts) for match in changed)
        others = tuple(i for i in (*draft.leaders, *draft.members) if i != person)
        loss = -(-(before - after) // plan.program.scale)
        return Regrouped(others, tuple(sorted(unseated)), loss)

    def _hindering(self, leader: int, slot: int) -> list[int]:
        """Return groups that have to end so that the leader can lead one in the slot."""
        plan = self.plan
        theirs = plan.sits.get(leader, [])
        clashing = [m for m in theirs if plan.clash(plan.slot_of[m]) >> max(slot, 0) & 1]
        rest = [m for m in theirs if m not in clashing]
        most = int(plan.instance.gives_max[leader])
        return clashing + rest[max(0, most - 1) :]

    def _match(self, draft: _Draft) -> Match:
        plan = self.plan
        members = [Member(person=plan.people[i].id, role="leader") for i in draft.leaders]
        members += [Member(person=plan.people[i].id, role="member") for i in draft.members]
        return Match(
            match="new",
            members=tuple(members),
            slot=plan.compiled.slots[draft.slot] if draft.slot >= 0 else None,
            topic=plan.compiled.topics[draft.topic] if draft.topic >= 0 else None,
        )

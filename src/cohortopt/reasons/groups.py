"""Groups: whether any could hold a person, whether sizes add up, and whose seat it could be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import FORBIDDEN
from cohortopt.instance.instance import Grouping
from cohortopt.model import Match, Member
from cohortopt.reasons.plan import Plan
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import match_points

TRIES = 12  # changed groups that are checked for one person
OF_THE_WHOLE = {"capacity", "hours", "together", "locked", "required"}


@dataclass(frozen=True)
class Lack:
    """Why no group could hold a person: per rule how many candidates it keeps away.

    ``size`` and ``leaders`` stand there where the roster itself has too few.
    """

    why: str
    counts: Counter[str]
    nearest: int = -1  # the candidate whom the fewest rules forbid
    rules: tuple[str, ...] = ()  # that forbid the nearest
    busy: tuple[int, ...] = ()  # candidates who lack the hours


@dataclass(frozen=True)
class Change:
    """A group with the person in it, in place of one member or of none."""

    match: int
    unseated: int  # -1: nobody
    loss: int  # points


class GroupsOf:
    """One program's groups: who fits whom, both ways."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        grouping = plan.instance.grouping
        if grouping is None:
            raise ValueError("the program has no groups")
        self.grouping: Grouping = grouping
        self.members = plan.instance.givers.astype(np.intp)
        self.leaders = grouping.leaders.astype(np.intp)
        self.asking = len(self.members)
        rules = plan.program.rules
        own = tuple(rule for rule in rules if rule.kind_name not in OF_THE_WHOLE)
        self.alone = plan.program.model_copy(update={"rules": own})  # what one group must keep

    def fellows(self, person: int) -> list[int]:
        """Return who may be a fellow member of the person."""
        return self.plan.near(person)

    def leads(self, person: int) -> list[int]:
        """Return who may lead the person."""
        if not len(self.leaders):
            return []
        one = np.array([person], dtype=np.intp)
        links = self.plan.instance.links
        good = links.block(self.leaders, one)[:, 0] != FORBIDDEN
        good &= links.block(one, self.leaders)[0] != FORBIDDEN
        return [int(i) for i in self.leaders[good]]

    def lack(self, person: int) -> str:
        """Return why no group at all could hold the person, "" where this count does not show it.

        A group needs ``size_min`` members and ``leaders_min`` leaders who all fit the person,
        and a slot in which the person and enough of them are free (and a topic that is theirs).
        Counting them is necessary, not sufficient. O(people x slots).
        """
        grouping, plan = self.grouping, self.plan
        fellows, leads = self.fellows(person), self.leads(person)
        least = grouping.size_min
        if len(fellows) + 1 < least:
            return f"fits {len(fellows)} others; a group of {least} needs {least - 1}"
        if len(leads) < grouping.leaders_min:
            return f"fits {len(leads)} leaders; a group needs {grouping.leaders_min}"
        for limit in grouping.limits:
            alike = int((limit.amounts[[*fellows, person]] > 0).sum())
            if limit.if_any and int(limit.amounts[person]) > 0 and alike < limit.least:
                return f"would be the only one in any group ({limit.name})"
            if int(limit.amounts[person]) > limit.most and int(limit.amounts.min()) >= 0:
                return f"is more than a group may hold ({limit.name})"
        topics = grouping.topics
        themes = [t for t in range(topics.shape[1]) if int(topics[person, t]) != FORBIDDEN] or (
            [-1] if not topics.shape[1] else []
        )
        for topic in themes:
            mine = [k for k in fellows if topic < 0 or int(topics[k, topic]) != FORBIDDEN]
            if self._meet(person, mine, leads):
                return ""
        if plan.instance.slots is None:
            return f"shares no topic with {least - 1} others who fit"
        what = "time" if not topics.shape[1] else "topic and time"
        return f"shares no {what} with {least - 1} others who fit"

    def _meet(self, person: int, fellows: list[int], leads: list[int]) -> bool:
        grouping, slots = self.grouping, self.plan.instance.slots
        if slots is None:
            return len(fellows) + 1 >= grouping.size_min
        count: NDArray[np.int64] = np.zeros(slots.count, dtype=np.int64)
        led = np.zeros(slots.count, dtype=np.int64)
        for total, people in ((count, fellows), (led, leads)):
            for other in people:
                total[slots.common((person, other))] += 1
        return bool(((count + 1 >= grouping.size_min) & (led >= grouping.leaders_min)).any())

    def arithmetic(self) -> tuple[int, str] | None:
        """Return (seats, why) where the sizes alone leave somebody over; None otherwise.

        ``k`` groups seat ``k size_min`` to ``k size_max`` people, and a limit that every group
        needs at least ``least`` of some value allows no more groups than there are of them.
        """
        grouping, n = self.grouping, self.asking
        if grouping.bounds:
            return None
        least, most = grouping.size_min, grouping.size_max
        groups = n // least if grouping.count < 0 else min(grouping.count, n // least)
        why = f"{n} people make at most {groups} group(s) of {least} or more"
        if grouping.count >= 0:
            why = f"{groups} group(s) are wanted"
        if grouping.leaders_min:
            led = int(self.plan.instance.gives_max[self.leaders].sum()) // grouping.leaders_min
            if led < groups:
                groups, why = led, f"the leaders can lead {led} group(s)"
        for limit in grouping.limits:
            if limit.least > 0 and not limit.if_any and int(limit.amounts.min()) >= 0:
                able = int(limit.amounts[self.members].sum()) // limit.least
                if able < groups:
                    groups, why = able, f"{limit.name}: there are enough for {able} group(s)"
        seats = min(n, groups * most)
        if seats < n:
            return seats, f"{why}, which seat {most} each: {seats} of {n} people"
        return None

    def crowd(self, person: int) -> tuple[tuple[int, ...], int, str] | None:
        """Return (people alike, seats for them, the limit) where a limit leaves some over."""
        grouping = self.grouping
        if grouping.bounds:
            return None
        groups = self.asking // grouping.size_min
        if grouping.count >= 0:
            groups = min(groups, grouping.count)
        for limit in grouping.limits:
            amounts = limit.amounts[self.members]
            mine = int(limit.amounts[person])
            if mine <= 0 or limit.if_any or not len(amounts) or int(amounts.min()) < 0:
                continue
            if set(np.unique(amounts[amounts > 0]).tolist()) != {mine}:
                continue
            alike = tuple(int(i) for i in self.members[amounts > 0])
            seats = groups * (limit.most // mine)
            if seats < len(alike):
                return alike, seats, limit.name
        return None

    def cheapest(self, person: int) -> Change | None:
        """Return the best of a few groups that could hold the person, each checked by the rules.

        Groups with room come first, then those where one member makes way, by points given up.
        """
        plan = self.plan
        fits = {*self.fellows(person), *self.leads(person)}
        tries: list[tuple[int, int, int, int]] = []
        for m, match in enumerate(plan.matches):
            sitting = plan.members[m]
            strangers = [i for i in sitting if i not in fits]
            leads = {plan.index[one] for one in match.with_role("leader")}
            if any(set(sitting) <= set(lock.people) for lock in plan.instance.locked):
                continue
            if not strangers and len(sitting) - len(leads) < self.grouping.size_max:
                tries.append((0, 0, m, -1))
            for other in strangers[:1] if strangers else sitting:
                if len(strangers) < 2 and other not in leads and other not in plan.fixed:
                    worth = int(plan.row(person)[[int(g) in sitting for g in self.members]].sum())
                    tries.append((1, -worth, m, other))
        best: Change | None = None
        for _, _, m, other in sorted(tries)[:TRIES]:
            changed = self._with(plan.matches[m], person, other)
            if changed is None:
                continue
            points = match_points(plan.program, changed, plan.facts)
            loss = plan.matches[m].points - points
            found = Change(m, other, -(-loss // plan.program.scale))
            if best is None or (found.unseated >= 0, found.loss) < (best.unseated >= 0, best.loss):
                best = found
        return best

    def _with(self, match: Match, person: int, without: int) -> Match | None:
        plan = self.plan
        gone = plan.people[without].id if without >= 0 else None
        members = tuple(member for member in match.members if member.person != gone)
        members += (Member(person=plan.people[person].id, role="member"),)
        people = [plan.index[member.person] for member in members]
        slot = match.slot
        if plan.instance.slots is not None:
            bits = plan.free(people)
            for member, i in zip(members, people, strict=True):
                if member.role == "leader":
                    m = plan.matches.index(match)
                    bits &= ~plan.busy(i, (m,), match.round)
            if not bits:
                return None
            slot = plan.compiled.slots[(bits & -bits).bit_length() - 1]
        changed = match.model_copy(update={"members": members, "slot": slot})
        broken = find_violations(self.alone, [changed], plan.facts)
        if plan.instance.rounds > 1 and plan.instance.repeat_loss < 0:
            return None
        bad = [one for one in broken if one.rule != "repeat" and not _is_count(one.message)]
        return None if bad else changed


def _is_count(message: str) -> bool:
    return "groups in round" in message

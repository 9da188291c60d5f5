"""Groups: whether any could hold a person, whether sizes add up, and whose seat it could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import FORBIDDEN
from cohortopt.instance.instance import Grouping, Longs, unpack_rows
from cohortopt.model import Groups, Match, Member
from cohortopt.reasons.blocked import banned, blocked
from cohortopt.reasons.plan import Plan
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import match_points
from cohortopt.words import counted

TRIES = 12  # changed groups that are checked for one person
ALL_TRIES = 1_200  # for everybody together
MOST = 2_000  # people up to whom all is compared with all
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
    would_help: str = ""  # where it is not more people who fit, or smaller groups


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
        self.tries = ALL_TRIES  # left
        self._known: dict[int, Lack | None] = {}
        self._circles: list[frozenset[int]] = []
        self._crowds: dict[frozenset[int], list[tuple[Longs, int, tuple[int, ...], int, str]]] = {}
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

    def lack(self, person: int) -> Lack | None:
        """Return, counted once, why no group at all could hold the person; see ``_lack``."""
        if person not in self._known:
            self._known[person] = self._lack(person)
        return self._known[person]

    def _lack(self, person: int) -> Lack | None:
        """Return why no group at all could hold the person, None where no count shows it.

        A group needs ``size_min`` members and ``leaders_min`` leaders who all fit the person,
        and a slot in which the person and enough of them are free (and a topic that is theirs).
        Counting them is necessary, not sufficient. O(people x slots).
        """
        grouping = self.grouping
        fellows, leads = self.fellows(person), self.leads(person)
        least = grouping.size_min
        asked = len(self._asked)
        if asked < least:
            why = f"a group needs {counted(least, 'member')}; there are {asked} in all"
            return Lack(why, Counter(size=asked))
        if len(fellows) + 1 < least:
            why = f"fits {counted(len(fellows), 'other')}; a group of {least} needs {least - 1}"
            return self._kept_away(why, person, self._asked, "size", least - 1)
        needed = grouping.leaders_min
        if len(leads) < needed:
            why = f"fits {counted(len(leads), 'leader')}; a group needs {needed}"
            able, help_ = self._leading, "More people who may lead."
            if not able:
                roles = self._leading_roles()
                why = f"nobody may lead a group: that takes the role {roles}"
                help_ = f"Give the role {roles} to whoever should lead."
                if self.plan.program.leaders(self.plan.facts):
                    why = f"nobody may lead a group: the capacity of every {roles} is 0"
                    help_ = "Raise the capacity of whoever should lead."
            lack = self._kept_away(why, person, able, "leaders", needed)
            if lack.busy and not lack.rules:
                help_ = f"More hours a month for {self.plan.names(lack.busy)}."
            return replace(lack, would_help=help_)
        for limit in grouping.limits:
            alike = int((limit.amounts[[*fellows, person]] > 0).sum())
            if limit.if_any and int(limit.amounts[person]) > 0 and alike < limit.least:
                why = f"would be the only one in any group ({limit.name})"
                return Lack(why, Counter(isolation=len(fellows)))
            if int(limit.amounts[person]) > limit.most and int(limit.amounts.min()) >= 0:
                why = f"is more than a group may hold ({limit.name})"
                return Lack(why, Counter(limits=len(fellows)))
        themes = self.themes(person)
        if not themes:
            why = f"wants and offers no skill that {least - 1} others want or offer: no topic"
            return Lack(why, Counter(topics=len(fellows)))
        circles = [[k for k in fellows if t < 0 or int(grouping.topics[k, t]) >= 0] for t in themes]
        if any(self._meet(person, circle, leads) for circle in circles):
            return None
        lacks = []
        if all(len(circle) + 1 < least for circle in circles):
            lacks.append("topics")
        if not self._meet(person, fellows, leads):
            lacks.append("availability")
        lacks = lacks or ["topics", "availability"]
        what = " and ".join({"topics": "topic", "availability": "time"}[one] for one in lacks)
        why = f"shares no {what} with {least - 1} others who fit"
        return Lack(why, Counter(dict.fromkeys(lacks, len(fellows))))

    def themes(self, person: int) -> list[int]:
        """Return the topics that are the person's; [-1] where groups have none."""
        topics = self.grouping.topics
        if not topics.shape[1]:
            return [-1]
        return [t for t in range(topics.shape[1]) if int(topics[person, t]) != FORBIDDEN]

    @cached_property
    def _asked(self) -> list[int]:
        """Return everyone who is asked, those without the hours too."""
        plan = self.plan
        return [i for i, person in enumerate(plan.people) if plan.program.asks(person)]

    @cached_property
    def _leading(self) -> list[int]:
        """Return everyone who may lead, those without the hours too."""
        plan = self.plan
        leads = plan.program.leaders(plan.facts) or frozenset()
        gives = Allowed(plan.program, plan.facts).capacity.gives
        return [i for i, one in enumerate(plan.people) if one.id in leads and gives(one)[1] > 0]

    def _leading_roles(self) -> str:
        shape = self.plan.program.shape
        return " or ".join(shape.leaders.who) if isinstance(shape, Groups) and shape.leaders else ""

    def _kept_away(
        self, why: str, person: int, candidates: list[int], short: str, needed: int
    ) -> Lack:
        """Return what keeps the candidates away; ``short`` where there are too few in any case."""
        found = blocked(self.plan, person, candidates)
        there = {*self.members.tolist(), *self.leaders.tolist(), person}
        busy = tuple(k for k in candidates if k not in there)
        if busy:
            found.counts["hours"] = len(busy)
        others = len(candidates) - (person in candidates)
        if others < needed:
            found.counts[short] = others
        return Lack(why, found.counts, found.nearest, found.rules, busy)

    def apart(self, person: int) -> Counter[str]:
        """Return per rule how many pairs it keeps apart, and the rules about whole groups.

        Pairs among the person, everybody who fits as a fellow, and all who may lead.
        """
        who = np.array([person, *self.fellows(person), *self.leaders.tolist()], dtype=np.intp)
        pairs = {rule: no | no.T for rule, no in banned(self.plan, who, who).items()}
        counts = Counter({rule: int(no.sum()) // 2 for rule, no in pairs.items() if no.any()})
        for limit in self.grouping.limits:
            counts["isolation" if limit.if_any else "limits"] += 1
        return counts

    @cached_property
    def _free(self) -> NDArray[np.bool_]:
        """Return ``(n, slots)``: who is free when."""
        slots = self.plan.instance.slots
        assert slots is not None
        return unpack_rows(slots.starts, slots.count)

    def _meet(self, person: int, fellows: list[int], leads: list[int]) -> bool:
        grouping, slots = self.grouping, self.plan.instance.slots
        if slots is None:
            return len(fellows) + 1 >= grouping.size_min
        own = self._free[person]
        count, led = (self._free[people].sum(axis=0) * own for people in (fellows, leads))
        return bool(((count + 1 >= grouping.size_min) & (led >= grouping.leaders_min)).any())

    def circle(self, person: int, out: Set[int]) -> frozenset[int]:
        """Return everyone who could be in one plan's group with the person, however indirectly.

        Whoever may share a group is linked: they fit both ways and share a slot. Groups lie within
        what is linked, so sizes and limits can be counted there alone. ``out`` can sit nowhere.
        O(people^2); in large rosters everybody is taken to be linked.
        """
        members = [i for i in self.members.tolist() if i not in out]
        if len(members) > MOST:
            return frozenset(members)
        for known in self._circles:
            if person in known:
                return known
        self.plan.learn(members)
        rest = set(members) - {person}
        found, waiting = {person}, [person]
        while waiting:
            one = waiting.pop()
            free = self.plan.free((one,))
            near = rest.intersection(self.fellows(one))
            near = {other for other in near if free & self.plan.free((other,))}
            rest -= near
            found |= near
            waiting.extend(near)
        self._circles.append(frozenset(found))
        return self._circles[-1]

    def arithmetic(self, circle: Set[int]) -> tuple[int, str] | None:
        """Return (seats, why) where the sizes alone leave somebody over; None otherwise.

        ``k`` groups seat ``k size_min`` to ``k size_max`` people, and a limit that every group
        needs at least ``least`` of some value allows no more groups than there are of them. Over
        rounds each round has so many seats.
        """
        grouping, n = self.grouping, len(circle)
        least, most = grouping.size_min, grouping.size_max
        if grouping.bounds or n < min(least, self.asking):  # rules keep the others away, not sizes
            return None
        groups = n // least if grouping.count < 0 else min(grouping.count, n // least)
        who = f"{n} people" if n == self.asking else f"the {n} people who could share groups"
        why = f"{who} make at most {counted(groups, 'group')} of {least} or more"
        if grouping.count >= 0:
            why = counted(groups, "group is wanted", "groups are wanted")
        if grouping.leaders_min:
            led = int(self.plan.instance.gives_max[self.leaders].sum()) // grouping.leaders_min
            if led < groups:
                groups, why = led, f"the leaders can lead {counted(led, 'group')}"
        members = np.array(sorted(circle), dtype=np.intp)
        for limit in grouping.limits:
            if limit.least > 0 and not limit.if_any and int(limit.amounts.min()) >= 0:
                able = int(limit.amounts[members].sum()) // limit.least
                if able < groups:
                    why = f"{limit.name}: there are enough for {counted(able, 'group')}"
                    groups = able
        rounds = self.plan.instance.rounds
        seats = min(n, groups * most * rounds)
        if seats < n:
            each = f"{most} each" if rounds == 1 else f"{most} each in {rounds} rounds"
            return seats, f"{why}, which seat {each}: {seats} of {n} people"
        return None

    def crowd(self, person: int, circle: frozenset[int]) -> tuple[tuple[int, ...], int, str] | None:
        """Return (people alike, seats for them, the limit) where a limit leaves some over."""
        if circle not in self._crowds:
            self._crowds[circle] = list(self._crowded(circle))
        for amounts, mine, alike, seats, name in self._crowds[circle]:
            if int(amounts[person]) == mine:
                return alike, seats, name
        return None

    def _crowded(self, circle: Set[int]) -> Iterator[tuple[Longs, int, tuple[int, ...], int, str]]:
        """Yield limits that leave some over of those who all add the same to them."""
        grouping = self.grouping
        members = np.array(sorted(circle), dtype=np.intp)
        groups = min(self.fillable, len(circle) // grouping.size_min)
        for limit in grouping.limits if len(members) and not grouping.bounds else ():
            amounts = limit.amounts[members]
            some = np.unique(amounts[amounts > 0])
            if limit.if_any or int(amounts.min()) < 0 or len(some) != 1:
                continue
            mine, alike = int(some[0]), tuple(int(i) for i in members[amounts > 0])
            seats = groups * (limit.most // mine) * self.plan.instance.rounds
            if seats < len(alike):
                yield limit.amounts, mine, alike, seats, limit.name

    @cached_property
    def place(self) -> dict[int, int]:
        """The place of each member in a row."""
        return {int(i): at for at, i in enumerate(self.members)}

    @cached_property
    def fillable(self) -> int:
        """Return how many groups there can be at most, by sizes, leaders and upper limits."""
        from cohortopt.solvers.groups.bounds import seats_by_count

        return max(seats_by_count(self.plan.instance), default=0)

    def cheapest(self, person: int) -> Change | None:
        """Return the best of a few groups that could hold the person, each checked by the rules.

        Groups with room come first, then those where one member makes way, by points given up.
        """
        plan = self.plan
        if not self.tries:
            return None
        fits = {*self.fellows(person), *self.leads(person)}
        tries: list[tuple[int, int, int, int]] = []
        row = plan.row(person).tolist()
        for m, match in enumerate(plan.matches):
            sitting = plan.members[m]
            worth = sum(row[self.place[i]] for i in set(sitting) if i in self.place)
            strangers = [i for i in sitting if i not in fits]
            leads = {plan.index[one] for one in match.with_role("leader")}
            if any(set(sitting) <= set(lock.people) for lock in plan.instance.locked):
                continue
            if not strangers and len(sitting) - len(leads) < self.grouping.size_max:
                tries.append((0, 0, m, -1))
            for other in strangers[:1] if strangers else sitting:
                if len(strangers) < 2 and other not in leads and other not in plan.fixed:
                    tries.append((1, -worth, m, other))
        best: Change | None = None
        tries = sorted(tries)[: min(TRIES, self.tries)]
        self.tries -= len(tries)
        for _, _, m, other in tries:
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
        if plan.instance.rounds > 1 and plan.instance.repeat_loss < 0:
            return None
        return None if self.breaks(changed) else changed

    def breaks(self, match: Match) -> bool:
        """Whether a changed group breaks a rule about single groups."""
        broken = find_violations(self.alone, [match], self.plan.facts)
        return any(one.rule != "repeat" and not _is_count(one.message) for one in broken)


def _is_count(message: str) -> bool:
    return "groups in round" in message

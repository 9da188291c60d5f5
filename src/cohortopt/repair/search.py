"""Searching for the best repair: everyone placed who can be, then the fewest moves, then points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cohortopt.joint.aims import LINEAR, aims
from cohortopt.joint.choice import Chooser, Rest, Terms
from cohortopt.joint.columns import Column, Lister, can_list
from cohortopt.joint.exact import COLUMNS, PEOPLE
from cohortopt.joint.judge import Judge, Key
from cohortopt.joint.search import Search
from cohortopt.joint.shared import Plan, Shared
from cohortopt.repair.moves import Before, carry_on
from cohortopt.solvers.base import Clock, Found

LEADERS = 6  # leaders tried for a group that lost its own
EFFORT = 0.6  # deterministic time of one choice
LISTED = 150  # groups listed in one step, each with some labels
LABELS = 2  # earlier groups that a group may carry on, those with most of its people
LOOSE = 30  # people without a group who may be taken into one, in one step


class RepairJudge(Judge):
    """Orders plans: placed, then seats kept, then the other tiers; or within ``cap`` moves."""

    def __init__(self, shared: Shared, before: Before, cap: int | None = None) -> None:
        super().__init__(shared)
        self.before, self.cap = before, cap

    def key(self, plan: Plan) -> Key:
        """Return what orders repairs, more is better."""
        whole = self.whole([self.values(k, matches) for k, matches in enumerate(plan)])
        moves = self.before.moves(plan)
        ranked = dict(zip(self.tiers, self.rank(whole), strict=True))
        placed = ranked.pop("placed", 0)
        ranked.pop("changes", None)
        if self.cap is None:
            return (placed, -moves, *ranked.values())
        return (-max(0, moves - self.cap), placed, *ranked.values(), -moves)

    def order(
        self, chooser: Chooser, seated: frozenset[tuple[int, int]], stay: Terms
    ) -> list[Terms]:
        """Return the aims of a choice in the order of ``key``."""
        named = [tier for tier in self.tiers if tier in LINEAR]
        listed = dict(zip(named, aims(self, chooser, seated), strict=False))
        first = [listed[tier] for tier in named if tier == "placed"]
        rest = [listed[tier] for tier in named if tier not in ("placed", "changes")]
        return [*first, stay, *rest] if self.cap is None else [*first, *rest, stay]


def labelled(
    before: Before, columns: list[Column], used: set[tuple[int, int]], most: int | None = None
) -> list[Column]:
    """Return the columns, a group once for each of ``most`` earlier groups it could carry on."""
    found: list[Column] = []
    for column in columns:
        found.append(column)
        if before.groups[column.part]:
            overlaps = before.overlaps(column.part, column.found)
            best = sorted(overlaps, key=lambda o: (-overlaps[o], o))
            free = [o for o in best if (column.part, o) not in used][:most]
            found += [replace(column, carries=o) for o in free]
    return found


def seats_kept(before: Before, columns: list[Column]) -> Terms:
    """Return how many seats each column keeps."""
    kept: dict[int, int] = {}
    for c, column in enumerate(columns):
        if before.groups[column.part] or column.carries >= 0:
            overlaps = before.overlaps(column.part, column.found)
            count = overlaps.get(column.carries, 0)
        else:
            count = before.stays(column.part, column.found)
        if count:
            kept[c] = count
    return kept, {}


@dataclass
class RepairSearch(Search):
    """Steps that start from people who are left over or lost their match."""

    effort: float = EFFORT
    listed: int = LISTED
    focus: list[int] = field(default_factory=list)

    def people(self) -> list[int]:
        """Return people to start from: as a rule one who is left over, and who is near."""
        people = super().people()
        if self.focus and self.random.random() < 0.7:
            start = self.random.choice(self.focus)
            people = [start, *(i for i in people if i != start)]
        return people

    def _free(
        self, k: int, people: list[int], removed: Sequence[tuple[Found, ...]]
    ) -> NDArray[np.bool_]:
        """Return who may sit in new matches: also some of those who sit nowhere."""
        free = super()._free(k, people, removed)
        if self.shared.parts[k].instance.shape == "groups":
            loose = [i for i in self.focus if not any(i in one.people for one in self.plan[k])]
            free[self.random.sample(loose, min(LOOSE, len(loose)))] = True
            free[[i for group in self._lost(k) for i in group]] = True
        return free

    def _lost(self, k: int) -> list[tuple[int, ...]]:
        """Return what is left of earlier groups that nobody of sits in a group any more."""
        seated = {i for one in self.plan[k] for i in one.people}
        groups = self.repairs.before.groups[k]
        return [tuple(sorted(group)) for group in groups if seated.isdisjoint(group)]

    def _near_groups(
        self, lister: Lister, removed: Sequence[Found]
    ) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return groups like the present ones, and lost ones filled up again."""
        bosses, able = set(lister.leaders), {*lister.givers, *lister.leaders}
        lost: list[Found] = []
        for group in self._lost(lister.part):
            leaders = tuple(i for i in group if i in bosses)
            members = tuple(i for i in group if i not in bosses)
            if not set(group) <= able or len(members) < 2:
                continue
            if leaders or not bosses:
                lost.append(Found((*leaders, *members), len(leaders)))
            else:
                lost += [Found((boss, *members), 1) for boss in lister.leaders[:LEADERS]]
        return super()._near_groups(lister, [*removed, *lost])

    @property
    def repairs(self) -> RepairJudge:
        """Return the judge, which counts moves."""
        assert isinstance(self.judge, RepairJudge)
        return self.judge

    def prepare(self, columns: list[Column], kept: Plan) -> list[Column]:
        """Label groups with what they carry on, unless a match that stays does."""
        before = self.repairs.before
        used: set[tuple[int, int]] = set()
        self.staying = 0
        for k, matches in enumerate(self.plan):
            stay = set(kept[k])
            if before.groups[k]:
                table = {g: before.overlaps(k, found) for g, found in enumerate(matches)}
                for g, o in carry_on(table).items():
                    if matches[g] in stay:
                        used.add((k, o))
                        self.staying += table[g][o]
            else:
                self.staying += sum(before.stays(k, found) for found in kept[k])
        return labelled(before, columns, used, LABELS)

    def aims(self, chooser: Chooser, kept: Plan) -> list[Terms]:
        """Return placed, seats kept and the rest; within a cap, hold to it."""
        judge = self.repairs
        stay = seats_kept(judge.before, list(chooser.columns))
        if judge.cap is not None:
            cap = max(judge.cap, judge.before.moves(self.plan))
            chooser.model.add(chooser.aim(stay) >= judge.before.seats - cap - self.staying)
        return judge.order(chooser, self._seated(kept), stay)


class ExactRepair:
    """A small repair as one choice among all matches; asked again for every number of moves."""

    def __init__(self, shared: Shared, judge: RepairJudge, columns: list[Column]) -> None:
        self.shared, self.judge, self.columns = shared, judge, columns

    @classmethod
    def of(cls, shared: Shared, judge: RepairJudge) -> ExactRepair | None:
        """Return it if all matches can be listed and all tiers are sums over matches."""
        if shared.n > PEOPLE or not all(can_list(part.instance) for part in shared.parts):
            return None
        if not set(judge.tiers) <= LINEAR:
            return None
        nothing: Plan = tuple(() for _ in shared.parts)
        columns: list[Column] = []
        for k in range(len(shared.parts)):
            listed = Lister(k, shared.narrow(k, nothing)).all(COLUMNS // 2 - len(columns))
            if listed is None:
                return None
            columns += listed
        columns = labelled(judge.before, columns, set())
        return cls(shared, judge, columns) if len(columns) <= COLUMNS else None

    def solve(self, start: Plan, clock: Clock) -> tuple[Plan, bool] | None:
        """Return the best repair and whether that is proven; None if there is none in time."""
        shared, judge = self.shared, self.judge
        nothing: Plan = tuple(() for _ in shared.parts)
        instances = {k: shared.narrow(k, nothing) for k in range(len(shared.parts))}
        rest = Rest(instances, shared.hours, shared.most)
        chooser = Chooser(shared, rest, self.columns, clock.budget.seed)
        chooser.hint(dict(enumerate(start)))
        stay = seats_kept(judge.before, self.columns)
        if judge.cap is not None:
            chooser.model.add(chooser.aim(stay) >= judge.before.seats - judge.cap)
        choice = chooser.solve(judge.order(chooser, frozenset(), stay), clock)
        if choice is None:
            return None
        return tuple(choice.matches[k] for k in instances), choice.proven


def left_over(shared: Shared, plan: Plan) -> list[int]:
    """Return who could sit somewhere in some program and does not, in id order."""
    found: set[int] = set()
    for k, part in enumerate(shared.parts):
        first = 1 if part.instance.shape == "pairs" else 0
        seated = {i for match in plan[k] for i in match.people[match.leaders or first :]}
        found |= set(part.instance.takers.tolist()) - seated
    return sorted(found)

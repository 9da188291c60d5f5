"""Large-neighbourhood search over people and programs, each step one exact choice.

A step frees some people: it takes their matches apart in every program, lists matches that they
could have instead (pairs and rings: all of them; groups: those near the present ones), and
chooses among them exactly (Shaw 1998, doi:10.1007/3-540-49481-2_30). The present matches are
among the listed ones, so a step never makes the plan worse. Between steps, one program at
a time is improved as a whole among the others: groups by annealing, other shapes solved again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cohortopt.errors import OutOfTimeError
from cohortopt.instance import FORBIDDEN
from cohortopt.joint.aims import aims, combined
from cohortopt.joint.choice import Chooser, Rest, Terms
from cohortopt.joint.columns import Column, Lister, can_list
from cohortopt.joint.judge import Judge, Key
from cohortopt.joint.regroup import regroup
from cohortopt.joint.shared import Plan, Shared
from cohortopt.solvers import choose
from cohortopt.solvers.base import Clock, Found

GROUPS = 3  # groups taken apart in one step
PEOPLE = 9  # people that a step starts from
LIST = 500  # matches listed for one program in one step
RIVALS = 8  # givers listed for a freed taker
EFFORT = 0.1  # deterministic time of one choice
STEPPING = 0.2  # part of the time left for steps before programs are improved as a whole
ANNEALING = 0.6  # part of the rest for groups
IDLE = 8  # steps without gain after which programs are improved as a whole
LEAST = 0.5  # seconds that are worth another turn
PATIENCE = 150  # steps without gain after which a search without a clock ends


@dataclass
class Search:
    """The best plan so far and how it is improved."""

    shared: Shared
    judge: Judge
    plan: Plan
    clock: Clock
    key: Key = field(init=False)
    steps: int = 0
    gains: int = 0
    effort: float = EFFORT
    listed: int = LIST

    def __post_init__(self) -> None:
        self.random = random.Random(self.clock.budget.seed)
        self.key = self.judge.key(self.plan)
        self.parts = range(len(self.shared.parts))
        self.open = [k for k in self.parts if can_list(self.shared.parts[k].instance)]

    def take(self, plan: Plan) -> bool:
        """Keep a plan that is at least as good; say whether it is better."""
        key = self.judge.key(plan)
        if key < self.key:
            return False
        better = key > self.key
        self.plan, self.key = plan, key
        return better

    def improve(self, patience: int) -> None:
        """Improve some people in all programs, then each program among the others, in turns.

        Ends as soon as a turn helps nobody, with steps in the rest of the time. ``patience`` as in
        ``run``; without a clock there is one turn.
        """
        whole = self.clock
        grouped = [k for k in self.parts if self.shared.parts[k].instance.grouping is not None]
        while True:
            before = self.key
            self.clock = whole.share(STEPPING)
            self.run(None, min(IDLE, patience))
            for done, k in enumerate(grouped):
                self.solve_one(k, whole.share(ANNEALING / (len(grouped) - done)))
            for k in self.parts:
                if k not in grouped:
                    self.solve_one(k, whole.share(0.5))
            if self.key == before or not whole.is_timed or whole.left < LEAST:
                break
        self.clock = whole
        self.run(None, patience)

    # -- one program as a whole -----------------------------------------------------------------

    def solve_one(self, k: int, clock: Clock) -> bool:
        """Improve program k as a whole among the others as they are; say whether that helped."""
        instance = self.shared.narrow(k, self.plan)
        if clock.is_over:
            return False
        if instance.grouping is not None and k in self.open and self.plan[k]:
            found = regroup(instance, self.plan[k], clock)
        else:
            try:
                answer = choose(instance).solve(instance, clock)
            except OutOfTimeError:
                return False
            if answer.impossible:
                return False
            found = self.shared.settled(instance, answer.matches)
        return self.take((*self.plan[:k], found, *self.plan[k + 1 :]))

    # -- some people in all programs ------------------------------------------------------------

    def run(self, proven: Key | None, patience: int) -> None:
        """Step until the clock is over, the plan is proven best, or nothing helps any more."""
        idle = 0
        while self.open and idle < patience and not self.clock.is_over:
            if proven is not None and self.key[: len(proven)] >= proven:
                return
            better = self.step()
            self.steps += 1
            self.gains += better
            idle = 0 if better else idle + 1
            if self.steps % 10 == 0:
                self.clock.say("improving all programs together", self.key[-2])

    def step(self) -> bool:
        """Free some people, choose again for them, and keep what is not worse."""
        people = self.people()
        removed = self._removed(people)
        kept: Plan = tuple(
            tuple(one for one in self.plan[k] if one not in removed[k]) for k in self.parts
        )
        instances = {}
        columns: list[Column] = []
        for k in self.open:
            free = self._free(k, people, removed)
            instances[k] = self.shared.narrow(k, kept, kept[k], free)
            columns += self._columns(k, Lister(k, instances[k]), removed[k])
        hours, most = self.shared.hours.copy(), self.shared.most.copy()
        for k in self.parts:
            load = self.shared.load(kept[k])
            hours -= load * self.shared.parts[k].minutes
            most -= load
        seed = self.clock.budget.seed
        columns = self.prepare(columns, kept)
        chooser = Chooser(self.shared, Rest(instances, hours, most), columns, seed, self.effort)
        chooser.hint({k: removed[k] for k in self.open})
        tiers = combined(self.aims(chooser, kept), chooser)
        choice = chooser.solve(tiers, self.clock)
        if choice is None:
            return False
        plan = tuple(
            tuple((*kept[k], *choice.matches[k])) if k in choice.matches else kept[k]
            for k in self.parts
        )
        return self.take(plan)

    def prepare(self, columns: list[Column], kept: Plan) -> list[Column]:
        """Return the columns to choose among; ``kept`` are the matches that stay."""
        return columns

    def aims(self, chooser: Chooser, kept: Plan) -> list[Terms]:
        """Return what a step maximises, in order."""
        return aims(self.judge, chooser, self._seated(kept))

    def _seated(self, kept: Plan) -> frozenset[tuple[int, int]]:
        return frozenset(
            (k, one.people[1])
            for k in self.parts
            if self.shared.parts[k].instance.shape == "pairs"
            for one in kept[k]
        )

    def people(self) -> list[int]:
        """Return people to start from: one at random, more often one who is left out somewhere,
        then again and again somebody whom one of them sits with or could sit with."""
        wanting: list[int] = []
        with_: dict[int, list[tuple[int, ...]]] = {}
        asking: set[int] = set()
        for k in self.parts:
            instance = self.shared.parts[k].instance
            first = 1 if instance.shape == "pairs" else 0
            seated = {i for one in self.plan[k] for i in one.people[first:]}
            takers = set(instance.takers.tolist())
            asking |= takers
            wanting += sorted(takers - seated)
            for match in self.plan[k]:
                for i in match.people:
                    with_.setdefault(i, []).append(match.people)
        pool = sorted(asking)
        if not pool:
            return []
        luck = self.random.random()
        start = self.random.choice(wanting if wanting and luck < 0.5 else pool)
        people = [start]
        for _ in range(3 * PEOPLE):
            if len(people) >= PEOPLE:
                break
            one = self.random.choice(people)
            near = with_.get(one, [])
            if near and self.random.random() < 0.4:
                other = self.random.choice(self.random.choice(near))
            else:
                other = self._near(one)
            if other >= 0 and other not in people:
                people.append(other)
        return people

    def _near(self, person: int) -> int:
        """Return somebody with whom a person would have many points in some program."""
        k = self.random.choice(self.open)
        instance = self.shared.parts[k].instance
        square = instance.links.dense
        row = square[person] if self.random.random() < 0.5 else square[:, person]
        allowed = np.flatnonzero(row != FORBIDDEN)
        if not len(allowed):
            return -1
        if self.random.random() < 0.3:
            return int(self.random.choice(allowed.tolist()))
        best = allowed[np.argsort(-row[allowed], kind="stable")[:10]]
        return int(self.random.choice(best.tolist()))

    def _removed(self, people: list[int]) -> list[tuple[Found, ...]]:
        """Return the matches taken apart: some groups of these people, and all their pairs."""
        removed: list[tuple[Found, ...]] = [() for _ in self.parts]
        touched = set(people)
        for k in self.open:
            if self.shared.parts[k].instance.shape != "groups":
                continue
            place = {i: one for one in self.plan[k] for i in one.people}
            chosen: dict[Found, None] = {}
            for i in people:
                if i in place and len(chosen) < GROUPS:
                    chosen[place[i]] = None
            removed[k] = tuple(one for one in self.plan[k] if one in chosen)
            touched |= {i for one in removed[k] for i in one.people}
        for k in self.open:
            if self.shared.parts[k].instance.shape != "groups":
                some = [one for one in self.plan[k] if not touched.isdisjoint(one.people)]
                removed[k] = tuple(some)
        return removed

    def _free(
        self, k: int, people: list[int], removed: Sequence[tuple[Found, ...]]
    ) -> NDArray[np.bool_]:
        """Return who may sit in the new matches of a program."""
        free = np.zeros(self.shared.n, dtype=np.bool_)
        free[people] = True
        for found in removed:
            for one in found:
                free[list(one.people)] = True
        instance = self.shared.parts[k].instance
        if instance.shape == "pairs":
            free[instance.givers] = True  # only what is left of their loads
        elif instance.grouping is not None:
            free[instance.grouping.leaders] = True
            inside = {i for one in self.plan[k] for i in one.people if one not in removed[k]}
            free[list(inside - set(instance.grouping.leaders.tolist()))] = False
        return free

    # -- columns --------------------------------------------------------------------------------

    def _columns(self, k: int, lister: Lister, removed: Sequence[Found]) -> list[Column]:
        shape = lister.instance.shape
        sets: dict[tuple[tuple[int, ...], int], None] = {}
        for one in removed:
            sets[one.people, one.leaders] = None
        if shape == "pairs":
            for pair in self._good_pairs(lister):
                sets[pair, 0] = None
        elif shape == "groups":
            grouping = lister.instance.grouping
            least = grouping.leaders_min if grouping is not None and grouping.leaders_max else 0
            for members, leaders in self._near_groups(lister, removed):
                if len(leaders) >= least and lister.fit((*leaders, *members)):
                    sets[(*leaders, *members), len(leaders)] = None
        else:
            listed = lister.all(4 * LIST)
            if listed is None:
                listed = []
                for two in combinations(lister.givers, 2):
                    if lister.fit(two):
                        sets[two, 0] = None
            for column in listed:
                sets[column.found.people, column.found.leaders] = None
        columns = (lister.column(people, leaders) for people, leaders in sets)
        return [column for column in columns if column is not None]

    def _good_pairs(self, lister: Lister) -> list[tuple[int, int]]:
        """Return, for every taker, the links to the best givers who have a place left."""
        found: list[tuple[int, int]] = []
        if not lister.givers:
            return found
        rows = np.array([lister.place[g] for g in lister.givers])
        for taker in lister.takers:
            points = lister.points[rows, lister.place[taker]]
            for row in np.argsort(-points, kind="stable")[:RIVALS].tolist():
                if points[row] != FORBIDDEN:
                    found.append((lister.givers[row], taker))
        return found

    def _near_groups(
        self, lister: Lister, removed: Sequence[Found]
    ) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return groups like the present ones: one or two people fewer, more or exchanged."""
        grouping = lister.instance.grouping
        assert grouping is not None
        pool = lister.givers
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}  # and how many are changed
        bosses = {one.people[: one.leaders] for one in removed}
        bosses |= {(boss,) for boss in lister.leaders[: 2 * GROUPS]}
        for one in removed:
            leaders, members = one.people[: one.leaders], one.people[one.leaders :]
            others = [i for i in pool if i not in members]
            for out in (0, 1, 2):
                for rest in combinations(members, len(members) - out):
                    open_ = [i for i in others if all(self._fits(lister, i, m) for m in rest)]
                    for more in self._additions(lister, open_, out):
                        size = len(rest) + len(more)
                        if grouping.size_min <= size <= grouping.size_max:
                            found.setdefault(
                                (tuple(sorted((*rest, *more))), leaders), out + len(more)
                            )
            for other in sorted(bosses) if one.leaders else ():
                if all(lister.fit((boss, m)) for boss in other for m in members):
                    found.setdefault((members, other), 1)
        seated = {i for one in removed for i in one.people}
        loose = [i for i in pool if i not in seated]
        if len(loose) >= grouping.size_min and not grouping.leaders_max:
            for number, members in enumerate(lister.cliques(grouping.size_min, grouping.size_min)):
                if number >= LIST // 4:
                    break
                found.setdefault((members, ()), grouping.size_min)
        near = [key for key, changed in found.items() if changed <= 1]
        far = [key for key, changed in found.items() if changed > 1]
        room = max(0, self.listed - len(near))  # small changes fit each other: none may be missing
        return near + (far if len(far) <= room else self.random.sample(far, room))

    @staticmethod
    def _fits(lister: Lister, one: int, other: int) -> bool:
        return bool(lister.both[lister.place[one], lister.place[other]])

    def _additions(self, lister: Lister, open_: Sequence[int], out: int) -> list[tuple[int, ...]]:
        """Return who may come in for ``out`` people who leave: nobody, one, or two of few."""
        found: list[tuple[int, ...]] = [(), *((i,) for i in open_)]
        if out == 2 or (out == 0 and len(open_) <= 6):
            some = open_ if len(open_) <= 6 else self.random.sample(list(open_), 6)
            found += [two for two in combinations(some, 2) if self._fits(lister, *two)]
        return found

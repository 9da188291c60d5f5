"""What the programs of one scenario share, in numbers, and a program narrowed by the others.

Cross-program rules bind two programs at a time. Once the matches of the others are fixed, each
of them is an ordinary rule of the one program left: fewer matches per person (hours, capacity),
fewer start bits (slots), forbidden links (people who already meet elsewhere). So every solver of
a single program also solves that program among fixed others, exactly if it is exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cohortopt.compile import Compiled, compile_instance, with_features
from cohortopt.instance import FORBIDDEN, Instance, Ints, Links, Longs, Slots, Words, frozen, pack
from cohortopt.model import QUARTERS, Facts, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.rules.capacity import minutes_of
from cohortopt.rules.relations import relations
from cohortopt.solvers.base import Found

PLENTY = 10_000
DENSE = 3_000  # people up to which all links are held as one square
ANYWHERE = ("placed", "points", "worst", "changes")  # tiers that every shape can count
Plan = tuple[tuple[Found, ...], ...]  # the matches of every program, in the scenario's order
Pair = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """One program of the scenario, compiled as if it were alone."""

    compiled: Compiled
    earlier: tuple[tuple[str, ...], ...]
    minutes: int  # a month, for each person of a match, that count against shared hours

    @property
    def program(self) -> Program:
        """The program, bound to the facts, with the tiers of the scenario."""
        return self.compiled.program

    @property
    def instance(self) -> Instance:
        """The numeric problem of the program alone: a relaxation of the whole."""
        return self.compiled.instance


class Shared:
    """The programs of a scenario over the same people, and what they share.

    ``hours : (n,) int64`` minutes a month of each person; ``most : (n,) int64`` matches of each
    person over all programs.
    """

    def __init__(self, scenario: Scenario, facts: Facts, previous: Solution | None = None) -> None:
        self.scenario, self.facts, self.joint = scenario, facts, scenario.joint
        people = facts.roster.people
        self.n = len(people)
        self.parts = tuple(self._part(program, previous) for program in scenario.programs)
        blank = PLENTY * 60
        minutes = [blank if p.hours is None else minutes_of(p) for p in people]
        if not self.joint.hours:
            minutes = [blank] * self.n
        self.hours = frozen(np.array(minutes, dtype=np.int64))
        most = self.joint.capacity or PLENTY
        self.most = frozen(np.full(self.n, most, dtype=np.int64))
        self._overlaps: dict[tuple[int, int, int], Words] = {}

    def _part(self, program: Program, previous: Solution | None) -> Part:
        tiers = tuple(t for t in self.scenario.tiers if t in program.tiers or t in ANYWHERE)
        bound = program.model_copy(update={"tiers": tiers}).bound(self.facts)
        earlier = tuple(
            match.people
            for part in (previous.programs if previous else ())
            if part.name == program.name
            for match in part.matches
        )
        compiled = compile_instance(self.facts, bound, earlier)
        if self.n <= DENSE:
            square = Links.of(compiled.instance.links.dense)
            compiled = replace(compiled, instance=compiled.instance.vary(links=square))
        minutes = bound.minutes_a_month
        return Part(compiled, earlier, minutes)

    @cached_property
    def related(self) -> tuple[frozenset[int], ...]:
        """For each person, those who are kept from the people whom the person meets elsewhere."""
        index = {person.id: i for i, person in enumerate(self.facts.roster.people)}
        known = relations(self.facts.roster, self.joint.apart)
        return tuple(
            frozenset(index[other] for other in known[person.id])
            for person in self.facts.roster.people
        )

    # -- loads --------------------------------------------------------------------------------

    def load(self, matches: Sequence[Found]) -> Longs:
        """Return ``(n,) int64``: in how many matches each person sits, in their fullest round."""
        rounds: dict[int, list[int]] = {}
        for found in matches:
            rounds.setdefault(found.round, []).extend(found.people)
        total = np.zeros(self.n, dtype=np.int64)
        for people in rounds.values():
            count = np.bincount(np.array(people, dtype=np.int64), minlength=self.n)
            total = np.maximum(total, count)
        return total

    def least(self, k: int) -> Longs:
        """Return ``(n,) int64``: the matches that program k cannot do without for a person."""
        instance = self.parts[k].instance
        least: Longs = (instance.gives_min + instance.takes_min).astype(np.int64)
        if instance.shape != "pairs":
            least[:] = 0
        least[instance.required] = np.maximum(least[instance.required], 1)
        return least

    def left(self, k: int, plan: Plan, kept: Sequence[Found] = ()) -> Longs:
        """Return ``(n,) int64``: how many more matches of program k each person can take on."""
        minutes, matches = self.hours.copy(), self.most.copy()
        for j, part in enumerate(self.parts):
            count = self.load(kept) if j == k else np.maximum(self.load(plan[j]), self.least(j))
            minutes -= count * part.minutes
            matches -= count
        cost = self.parts[k].minutes
        fits = minutes // cost if cost else np.full(self.n, PLENTY, dtype=np.int64)
        most: Longs = np.clip(np.minimum(fits, matches), 0, PLENTY)
        return most

    # -- slots --------------------------------------------------------------------------------

    def meetings(self, found: Found) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield who meets in which slot; a ring may meet link by link."""
        if found.slots:
            yield from zip(links_of("rings", found), found.slots, strict=True)
        elif found.slot >= 0:
            yield found.people, found.slot

    def overlap(self, j: int, slot: int, k: int) -> Words:
        """Return ``(words,) uint64``: the slots of program k that overlap a slot of program j."""
        key = (j, slot, k)
        if key not in self._overlaps:
            one, other = self.parts[j].instance.slots, self.parts[k].instance.slots
            assert one is not None
            assert other is not None
            if one.cycle and other.cycle:
                ahead = (other.at.astype(np.int64) - int(one.at[slot])) % QUARTERS
                bits = (ahead < one.length) | (QUARTERS - ahead < other.length)
            else:
                named = self.parts[j].compiled.slots[slot]
                words = [named.overlaps(name) for name in self.parts[k].compiled.slots]
                bits = np.array(words, dtype=np.bool_)
            self._overlaps[key] = frozen(pack(bits[None, :])[0])
        return self._overlaps[key]

    def busy(self, k: int, plan: Plan, kept: Sequence[Found] = ()) -> dict[int, Words]:
        """Return, for whoever meets elsewhere, the slots of program k that are taken."""
        slots = self.parts[k].instance.slots
        taken: dict[int, Words] = {}
        if slots is None:
            return taken
        others = range(len(self.parts)) if self.joint.slots else ()
        rows = [(j, found) for j in others if j != k for found in plan[j]]
        for j, found in [*rows, *((k, found) for found in kept)]:
            for people, slot in self.meetings(found):
                if slot < 0 or self.parts[j].instance.slots is None:
                    continue
                mask = self.overlap(j, slot, k)
                for i in people:
                    taken[i] = taken[i] | mask if i in taken else mask
        return taken

    # -- links --------------------------------------------------------------------------------

    def banned(self, k: int, plan: Plan) -> set[Pair]:
        """Return the pairs of people, both ways round, that may not be linked in program k."""
        found: set[Pair] = set()
        for j, part in enumerate(self.parts):
            if j == k:
                continue
            group = "groups" in (part.instance.shape, self.parts[k].instance.shape)
            for match in plan[j]:
                for one, other in links_of(part.instance.shape, match):
                    if self.joint.mentor_not_in_circle and group:
                        found |= {(one, other), (other, one)}
                    if self.joint.apart:
                        for a, b in ((one, other), (other, one)):
                            away = self.related[b] - {a}
                            found |= {(a, c) for c in away} | {(c, a) for c in away}
        return found

    # -- one program among the others ---------------------------------------------------------

    def narrow(
        self,
        k: int,
        plan: Plan,
        kept: Sequence[Found] = (),
        free: NDArray[np.bool_] | None = None,
    ) -> Instance:
        """Return program k with the matches of the others, and some of its own, fixed.

        Parameters
        ----------
        k
            The program to solve.
        plan
            All programs' matches; those of program k itself are not looked at.
        kept
            Matches of program k that stay (programs of one round only).
        free
            ``(n,) bool``: who may sit in new matches; None: everybody.
        """
        base = self.parts[k].instance
        free = np.ones(self.n, dtype=np.bool_) if free is None else free
        gives, takes, sits = tallies(base, kept)
        most = self.left(k, plan, kept)
        most[~free] = 0
        total = np.minimum(np.maximum(base.total_max - sits, 0), most)
        links, slots = self._links(k, plan, kept)
        instance = base.vary(
            links=links,
            slots=slots,
            total_max=ints(total),
            gives_max=ints(np.minimum(np.maximum(base.gives_max - gives, 0), most)),
            takes_max=ints(np.minimum(np.maximum(base.takes_max - takes, 0), most)),
            gives_min=ints(np.where(free, np.maximum(base.gives_min - gives, 0), 0)),
            takes_min=ints(np.where(free, np.maximum(base.takes_min - takes, 0), 0)),
            required=frozen(base.required & (sits == 0) & free),
            locked=tuple(lock for lock in base.locked if not _inside(lock.people, kept)),
            together=tuple(one for one in base.together if not _inside(one, kept)),
            trio=base.trio and not any(len(found.people) == 3 for found in kept),
        )
        if base.shape == "pairs":
            instance = instance.vary(
                gives_max=ints(np.minimum(instance.gives_max, total)),
                takes_max=ints(np.minimum(instance.takes_max, total)),
            )
            givers = base.givers[instance.gives_max[base.givers] > 0]
            takers = base.takers[instance.takes_max[base.takers] > 0]
        else:
            givers = takers = base.givers[total[base.givers] > 0]
        grouping = base.grouping
        if grouping is not None:
            leads = grouping.leaders[instance.gives_max[grouping.leaders] > 0]
            count = grouping.count if grouping.count < 0 else max(0, grouping.count - len(kept))
            grouping = replace(grouping, leaders=frozen(leads), count=count)
        return with_features(
            instance.vary(givers=frozen(givers), takers=frozen(takers), grouping=grouping)
        )

    def _links(self, k: int, plan: Plan, kept: Sequence[Found]) -> tuple[Links, Slots | None]:
        base = self.parts[k].instance
        banned = self.banned(k, plan)
        if base.shape == "pairs":
            for found in kept:
                giver, taker = found.people
                banned.add((giver, taker))
                if not base.mutual:
                    banned.add((taker, giver))
        slots, changed = base.slots, frozenset[int]()
        taken = self.busy(k, plan, kept)
        if slots is not None and taken:
            starts = slots.starts.copy()
            for i, mask in taken.items():
                starts[i] &= ~mask
            slots = replace(slots, starts=frozen(starts))
            changed = frozenset(taken)
        if not banned and not changed:
            return base.links, slots
        return Links(self.n, Narrowed(base.links, banned, slots, changed)), slots

    def settled(self, instance: Instance, matches: Iterable[Found]) -> tuple[Found, ...]:
        """Return matches with a slot each: the solver's, or the first that all can attend."""
        done: list[Found] = []
        for found in matches:
            if instance.slots is not None and found.slot < 0 and not found.slots:
                common = instance.slots.common(found.people)
                found = replace(found, slot=int(common[0]) if len(common) else -1)
            done.append(found)
        return tuple(done)

    def locks(self, k: int) -> tuple[Found, ...]:
        """Return the locked matches of a program: they stand before anything is solved."""
        instance = self.parts[k].instance
        return tuple(
            Found(lock.people, lock.leaders, lock.slot, round=lock.round)
            for lock in instance.locked
        )


class Narrowed:
    """Links without banned pairs, and without those whose people have no common slot left."""

    def __init__(
        self, links: Links, banned: Iterable[Pair], slots: Slots | None, changed: Iterable[int]
    ) -> None:
        self.links, self.slots = links, slots
        rows: dict[int, list[int]] = {}
        for one, other in banned:
            rows.setdefault(one, []).append(other)
        self.banned = {one: np.array(sorted(others)) for one, others in rows.items()}
        self.changed = np.zeros(links.n, dtype=np.bool_)
        self.changed[list(changed)] = True

    def __call__(self, givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        givers, takers = np.asarray(givers, np.intp), np.asarray(takers, np.intp)
        points = self.links.block(givers, takers).copy()
        column = np.full(self.links.n, -1, dtype=np.int64)
        column[takers] = np.arange(len(takers))
        for row, giver in enumerate(givers.tolist()):
            others = self.banned.get(giver)
            if others is not None:
                places = column[others]
                points[row, places[places >= 0]] = FORBIDDEN
        if self.slots is None:
            return points
        touched = self.changed[givers]
        if touched.any():
            self._drop(points, givers, takers, np.flatnonzero(touched), np.arange(len(takers)))
        touched = self.changed[takers]
        if touched.any():
            self._drop(points, givers, takers, np.arange(len(givers)), np.flatnonzero(touched))
        return points

    def _drop(
        self,
        points: Ints,
        givers: NDArray[np.intp],
        takers: NDArray[np.intp],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
    ) -> None:
        """Forbid the links of some rows x some columns whose people have no common slot."""
        assert self.slots is not None
        one, other = self.slots.starts[givers[rows]], self.slots.starts[takers[columns]]
        free = np.zeros((len(rows), len(columns)), dtype=np.bool_)
        for word in range(one.shape[1]):
            if one[:, word].any() and other[:, word].any():
                free |= (one[:, word][:, None] & other[:, word][None, :]) != 0
        inside = points[np.ix_(rows, columns)]
        inside[~free] = FORBIDDEN
        points[np.ix_(rows, columns)] = inside


def ints(values: NDArray[np.int64] | Ints) -> Ints:
    """Return whole numbers as read-only ``int32``."""
    return frozen(values.astype(np.int32))


def links_of(shape: str, found: Found) -> Iterator[Pair]:
    """Yield every link (giver, taker) of a match, as ``Match.links`` does in words."""
    people = found.people
    if shape == "pairs":
        yield people[0], people[1]
    elif shape == "rings":
        yield from itertools.pairwise(people)
        if not found.chain:
            yield people[-1], people[0]
    else:
        yield from ((one, other) for one in people for other in people if one != other)


def tallies(instance: Instance, matches: Sequence[Found]) -> tuple[Longs, Longs, Longs]:
    """Return ``(n,)`` counts: matches given or led, taken, and sat in as a member or peer.

    In pairs the last counts both sides; a group's leader is counted as giving only.
    """
    gives, takes, sits = (np.zeros(instance.n, dtype=np.int64) for _ in range(3))
    for found in matches:
        if instance.shape == "pairs":
            gives[found.people[0]] += 1
            takes[found.people[1]] += 1
            sits[list(found.people)] += 1
        else:
            gives[list(found.people[: found.leaders])] += 1
            sits[list(found.people[found.leaders :])] += 1
    return gives, takes, sits


def _inside(people: Iterable[int], kept: Sequence[Found]) -> bool:
    wanted = set(people)
    return any(wanted <= set(found.people) for found in kept)

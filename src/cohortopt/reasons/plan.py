"""A finished plan, indexed: who sits where, who may give to whom, who is free when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cohortopt.compile import Compiled
from cohortopt.instance import FORBIDDEN
from cohortopt.instance.instance import unpack_rows
from cohortopt.model import Match

NAMED = 6  # people a sentence names before it counts the rest
BLOCK = 2_000_000  # links asked for at a time
ANY_TIME = 1  # the only bit where a program has no meetings


class Plan:
    """One program's matches in numbers. Rows of links are asked for once each."""

    def __init__(self, compiled: Compiled, matches: Sequence[Match]) -> None:
        self.compiled = compiled
        self.program = compiled.program
        self.instance = compiled.instance
        self.people = compiled.people
        self.columns = compiled.columns  # for asking single rules
        self.facts = self.columns.facts
        self.matches = tuple(matches)
        self.index = {person.id: i for i, person in enumerate(self.people)}
        self.members = [tuple(self.index[one] for one in match.people) for match in self.matches]
        self.sits: dict[int, list[int]] = {}  # the numbers of everyone's matches
        for m, members in enumerate(self.members):
            for i in members:
                self.sits.setdefault(i, []).append(m)
        self.may_give = frozenset(self.instance.givers.tolist())
        self.may_take = frozenset(self.instance.takers.tolist())
        self._rows: dict[int, NDArray[np.int32]] = {}
        n, giving = self.instance.n, len(self.instance.givers)
        self._fits = np.zeros((n, -(-giving // 8)), dtype=np.uint8)  # bits of who may give
        self._known = np.zeros(n, dtype=np.bool_)  # whose row of bits is filled in
        self._clash: dict[int, int] = {}

    @cached_property
    def fixed(self) -> frozenset[int]:
        """Everyone who must keep a seat: required, or in a locked match, or to be together."""
        found = set(np.flatnonzero(self.instance.required).tolist())
        for lock in self.instance.locked:
            found.update(lock.people)
        for together in self.instance.together:
            found.update(together)
        return frozenset(found)

    @cached_property
    def taking(self) -> frozenset[int]:
        """Everyone who sits as a taker (pairs)."""
        return frozenset(members[1] for members in self.members)

    @cached_property
    def ends(self) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.bool_]]:
        """Everyone's first match, -1 for none; matches' points, and whether one must stay.

        Both of the latter have 0 and False as their last, for those without a match.
        """
        seat = np.full(self.instance.n, -1, dtype=np.intp)
        for i, theirs in self.sits.items():
            seat[i] = theirs[0]
        points = [*(match.points for match in self.matches), 0]
        fixed = [*(not self.fixed.isdisjoint(people) for people in self.members), False]
        return seat, np.array(points, dtype=np.int64), np.array(fixed, dtype=np.bool_)

    def row(self, taker: int) -> NDArray[np.int32]:
        """Return ``(givers,) int32``: what each of ``instance.givers`` brings the person."""
        if taker not in self._rows:
            one = np.array([taker], dtype=np.intp)
            givers = self.instance.givers.astype(np.intp)
            self._rows[taker] = self.instance.links.block(givers, one)[:, 0]
        return self._rows[taker]

    def learn(self, takers: Iterable[int]) -> None:
        """Ask about many people at once, in blocks."""
        asked = np.array([*takers], dtype=np.intp)
        new = asked[~self._known[asked]]
        givers = self.instance.givers.astype(np.intp)
        step = max(1, BLOCK // max(1, len(givers)))
        for start in range(0, len(new), step):
            some = new[start : start + step]
            good = self.instance.links.block(givers, some).T != FORBIDDEN
            if self.instance.shape in ("partners", "groups"):
                good &= self.instance.links.block(some, givers) != FORBIDDEN
            if self.instance.topics.size:
                wanted = self.instance.topics[some] > 0
                good &= wanted.astype(np.int32) @ self.instance.taught[givers].T > 0
            self._fits[some] = np.packbits(good, axis=1)
            self._known[some] = True

    def fits(self, takers: Sequence[int]) -> NDArray[np.bool_]:
        """Return ``(takers, givers) bool``: who of ``instance.givers`` may give to whom.

        Partners and groups: and take from. Kept as bits, an eighth of a byte a link.
        """
        self.learn(takers)
        bits = self._fits[np.array(takers, dtype=np.intp)]
        return np.unpackbits(bits, axis=1, count=len(self.instance.givers)).view(np.bool_)

    def near(self, taker: int) -> list[int]:
        """Return who may give to a person, ascending; see ``fits``."""
        found: list[int] = self.instance.givers[self.fits((taker,))[0]].tolist()
        return found

    def has_near(self, taker: int) -> bool:
        """Whether anybody may give to a person; see ``fits``."""
        self.learn((taker,))
        return bool(self._fits[taker].any())

    def gives(self, person: int) -> bool:
        """Whether the person may give to anybody."""
        one = np.array([person], dtype=np.intp)
        takers = self.instance.takers.astype(np.intp)
        return bool((self.instance.links.block(one, takers) != FORBIDDEN).any())

    def points(self, giver: int, taker: int) -> int:
        """Return the points of a link."""
        place = self._place.get(giver)
        if place is None:
            return int(self.instance.links.between([giver], [taker])[0])
        return int(self.row(taker)[place])

    @cached_property
    def _place(self) -> dict[int, int]:
        """The place of each giver in a row."""
        return {giver: place for place, giver in enumerate(self.instance.givers.tolist())}

    @cached_property
    def _free(self) -> list[int]:
        slots = self.instance.slots
        if slots is None:
            return [ANY_TIME] * self.instance.n
        words = np.ascontiguousarray(slots.starts.astype("<u8"))
        return [int.from_bytes(row.tobytes(), "little") for row in words]

    def free(self, people: Iterable[int]) -> int:
        """Return, as bits, the slots in which all of them could meet, were they not busy."""
        bits = -1
        for i in people:
            bits &= self._free[i]
        return bits

    @cached_property
    def slot_of(self) -> list[int]:
        """The slot number of every match, -1 where it has none."""
        numbers = {slot: k for k, slot in enumerate(self.compiled.slots)}
        return [numbers.get(match.slot, -1) if match.slot else -1 for match in self.matches]

    def clash(self, slot: int) -> int:
        """Return, as bits, every slot that overlaps ``slot``; none for -1."""
        slots = self.instance.slots
        if slots is None or slot < 0:
            return 0
        if slot not in self._clash:
            gap = np.abs(slots.at.astype(np.int64) - int(slots.at[slot]))
            if slots.cycle:
                gap = np.minimum(gap, slots.cycle - gap)
            packed = np.packbits(gap < slots.length, bitorder="little")
            self._clash[slot] = int.from_bytes(packed.tobytes(), "little")
        return self._clash[slot]

    def busy(self, person: int, but: Iterable[int] = (), round_: int = 1) -> int:
        """Return, as bits, the slots that the person's meetings of a round leave no time for."""
        bits, left_out = 0, set(but)
        for m in self.sits.get(person, ()):
            if m not in left_out and self.matches[m].round == round_:
                bits |= self.clash(self.slot_of[m])
        return bits

    @cached_property
    def _after(self) -> list[int]:
        """For each slot in time order, the place of the first that starts after a meeting there."""
        slots = self.instance.slots
        assert slots is not None
        at = np.sort(slots.at)
        return [int(place) for place in np.searchsorted(at, at + slots.length)]

    @cached_property
    def _clock(self) -> list[int]:
        """Everyone's free slots as bits in time order."""
        slots = self.instance.slots
        assert slots is not None
        order = np.argsort(slots.at, kind="stable")
        rows = np.packbits(
            unpack_rows(slots.starts, slots.count)[:, order], axis=1, bitorder="little"
        )
        return [int.from_bytes(row.tobytes(), "little") for row in rows]

    def meetings(self, giver: int, takers: Iterable[int], most: int) -> int:
        """Return how many meetings fit the giver's time with any of the takers, up to ``most``.

        Greedy by end is best for intervals of one length (Kleinberg and Tardos 2005, 4.1);
        round a week it can only count one too many. Asks no more takers than needed.
        """
        mine, shared, count = self._clock[giver], 0, 0
        for taker in takers:
            more = shared | (self._clock[taker] & mine)
            if more != shared:
                shared, count = more, self._fitting(more, most)
            if count == most:
                break
        return count

    def _fitting(self, slots: int, most: int) -> int:
        count = 0
        while slots and count < most:
            free_from = self._after[(slots & -slots).bit_length() - 1]
            slots, count = slots >> free_from << free_from, count + 1
        return count

    def ids(self, people: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of people, in id order."""
        return tuple(self.people[i].id for i in sorted(people))

    def names(self, people: Iterable[int]) -> str:
        """Return people as words; many are counted."""
        return listed(self.ids(people))


def listed(ids: Sequence[str]) -> str:
    """Return ids as words; beyond a few they are counted."""
    if len(ids) > NAMED:
        return f"{', '.join(ids[:NAMED])} and {len(ids) - NAMED} more"
    return ", ".join(ids)

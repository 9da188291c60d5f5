"""Slots for given matches, so that nobody has to be in two meetings at once.

Given who meets, each match takes one slot from the AND of its people's start bits, and the
slots of one person's matches must not clash: list colouring of the graph whose vertices are
the matches and whose edges join matches that share a person. Nearly all components are one
mentor with a few mentees, which a search with the fewest-choices-first rule (Brelaz 1979,
doi:10.1145/359094.359101) settles in microseconds. Slot sets are Python integers, one bit a
slot, so that a step costs a few machine words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cohortopt.instance.instance import Slots, Words

PATIENCE = 20_000  # steps of the search per component before it gives up
LOOK = 256  # steps between two looks at the clock
SAMPLE = 24  # slots compared for a match


class Calendar:
    """Start bits as Python integers: who is free when, and what a slot rules out.

    ``near[s]`` holds the slots that overlap s, ``ahead[s]`` those of them that start at s or
    later (round the week): any two of these overlap, and every overlap is in some ``ahead``.
    """

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self._free: dict[int, int] = {}
        gap = np.abs(slots.at[:, None].astype(np.int64) - slots.at[None, :])
        if slots.cycle:
            gap = np.minimum(gap, slots.cycle - gap)
        rows = np.packbits(gap < slots.length, axis=1, bitorder="little")
        self.near: list[int] = [int.from_bytes(row.tobytes(), "little") for row in rows]
        late = slots.at[None, :].astype(np.int64) - slots.at[:, None]
        late = late % slots.cycle if slots.cycle else late
        rows = np.packbits((late >= 0) & (late < slots.length), axis=1, bitorder="little")
        self.ahead: list[int] = [int.from_bytes(row.tobytes(), "little") for row in rows]

    def free(self, person: int) -> int:
        """Return the slots in which a person can start a meeting."""
        if person not in self._free:
            row = self.slots.starts[person].astype("<u8")
            bits = int.from_bytes(row.tobytes(), "little")
            self._free[person] = bits & ((1 << self.slots.count) - 1)
        return self._free[person]

    def packed(self, word: int) -> Words:
        """Return slots as ``(words,) uint64``, like a row of ``Slots.starts``."""
        size = 8 * self.slots.starts.shape[1]
        return np.frombuffer(word.to_bytes(size, "little"), "<u8").astype(np.uint64, copy=False)

    def common(self, people: Iterable[int]) -> int:
        """Return the slots in which all of ``people`` can start a meeting."""
        found = (1 << self.slots.count) - 1
        for person in people:
            found &= self.free(person)
        return found

    def most(self, word: int) -> int:
        """Return how many meetings fit into the slots of ``word`` one after the other.

        Earliest first is best on a line; round a week, every slot that overlaps the first
        one is tried as the beginning.
        """
        at, length, cycle = self.slots.at, self.slots.length, self.slots.cycle
        starts = sorted(int(at[s]) for s in bits(word))
        if not starts:
            return 0
        best = 0
        for begin in [a for a in starts if a - starts[0] < length] if cycle else starts[:1]:
            count, ready = 0, begin
            for start in starts:
                if start >= ready and not (cycle and start > begin + cycle - length):
                    count, ready = count + 1, start + length
            best = max(best, count)
        return best


@dataclass(frozen=True)
class Colouring:
    """A slot for each match, -1 where none was found, and why.

    ``clashes``: sets of matches (as positions) proven to have no slots together; none of them
    can lose a match and stay one. ``unknown``: components given up after ``patience`` steps.
    """

    slots: tuple[int, ...]
    clashes: tuple[tuple[int, ...], ...] = ()
    unknown: tuple[tuple[int, ...], ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every match has its slot."""
        return not self.clashes and not self.unknown


def bits(word: int) -> list[int]:
    """Return the positions of the bits that are set, ascending."""
    found = []
    while word:
        low = word & -word
        found.append(low.bit_length() - 1)
        word ^= low
    return found


def components(matches: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the positions of matches that hang together through people, in order."""
    root = list(range(len(matches)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    first: dict[int, int] = {}
    for i, people in enumerate(matches):
        for person in people:
            a, b = find(first.setdefault(person, i)), find(i)
            root[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for i in range(len(matches)):
        found.setdefault(find(i), []).append(i)
    return list(found.values())


def never() -> bool:
    """Whether time is up where there is no clock."""
    return False


def colour(
    calendar: Calendar,
    matches: Sequence[Sequence[int]],
    fixed: Sequence[int] | None = None,
    patience: int = PATIENCE,
    over: Callable[[], bool] = never,
) -> Colouring:
    """Return a slot for every match where that is possible.

    Parameters
    ----------
    matches
        The people of each match.
    fixed
        A slot that a match must have, -1 for a free choice.
    over
        Whether time is up: every search then gives up at once.

    Components are searched one by one; where one cannot be coloured, the stars (all matches
    of one person) are tried first, because they give the smallest clashes, then the whole
    component is thinned by leaving out one match at a time.
    """
    domains = [calendar.common(people) for people in matches]
    for i, slot in enumerate(fixed or ()):
        if slot >= 0:
            domains[i] &= 1 << slot
    chosen = [-1] * len(matches)
    clashes: list[tuple[int, ...]] = []
    unknown: list[tuple[int, ...]] = []

    def search(part: Sequence[int]) -> dict[int, int] | None:
        return _search(calendar.near, matches, domains, part, patience, over)

    for part in components(matches):
        try:
            found = search(part)
        except TimeoutError:
            found = None
            local = _star_clashes(matches, part, search)
            clashes.extend(local)
            if not local:
                unknown.append(tuple(part))
            continue
        if found is None:
            clashes.extend(_star_clashes(matches, part, search) or [_thin(part, search)])
            continue
        for i, slot in found.items():
            chosen[i] = slot
    return Colouring(tuple(chosen), tuple(clashes), tuple(unknown))


def _star_clashes(
    matches: Sequence[Sequence[int]],
    part: Sequence[int],
    search: Callable[[Sequence[int]], dict[int, int] | None],
) -> list[tuple[int, ...]]:
    """Return the clashes that lie within all matches of one person."""
    stars: dict[int, list[int]] = {}
    for i in part:
        for person in matches[i]:
            stars.setdefault(person, []).append(i)
    found: list[tuple[int, ...]] = []
    for star in stars.values():
        try:
            if search(star) is None:
                thin = _thin(star, search)
                if thin not in found:
                    found.append(thin)
        except TimeoutError:
            continue
    return found


def _thin(
    part: Sequence[int], search: Callable[[Sequence[int]], dict[int, int] | None]
) -> tuple[int, ...]:
    """Return a part of an impossible set that is impossible and cannot lose a match.

    A match whose leaving cannot be judged within the patience stays.
    """
    kept = list(part)
    for i in part:
        rest = [j for j in kept if j != i]
        try:
            if search(rest) is None:
                kept = rest
        except TimeoutError:
            continue
    return tuple(kept)


def _search(
    near: Sequence[int],
    matches: Sequence[Sequence[int]],
    domains: Sequence[int],
    part: Sequence[int],
    patience: int,
    over: Callable[[], bool],
) -> dict[int, int] | None:
    """Return slots for the matches in ``part``, None where there are none.

    Depth first, the match with the fewest slots left next; a slot that takes the fewest
    slots away from the neighbours is tried first. An own stack: components may be long.

    Raises
    ------
    TimeoutError
        After ``patience`` steps without an end, or when time is up.
    """
    if over():
        raise TimeoutError
    at_person: dict[int, list[int]] = {}
    for i in part:
        for person in matches[i]:
            at_person.setdefault(person, []).append(i)
    neighbours = {
        i: sorted({j for person in matches[i] for j in at_person[person]} - {i}) for i in part
    }
    left = {i: domains[i] for i in part}
    if not all(left.values()):
        return None
    chosen: dict[int, int] = {}
    stack: list[tuple[int, list[int], list[tuple[int, int]]]] = []
    open_ = set(part)
    steps = 0

    def push() -> None:
        i = min(open_, key=lambda j: (left[j].bit_count(), -len(neighbours[j]), j))
        open_.discard(i)
        stack.append((i, _order(near, left, i, [j for j in neighbours[i] if j in open_]), []))

    if open_:
        push()
    while stack:
        i, tries, undo = stack[-1]
        for j, before in undo:
            left[j] = before
        undo.clear()
        if not tries:
            stack.pop()
            chosen.pop(i, None)
            open_.add(i)
            continue
        steps += 1
        if steps > patience or (steps % LOOK == 0 and over()):
            raise TimeoutError
        slot = tries.pop()
        chosen[i] = slot
        wiped = False
        for j in neighbours[i]:
            if j in open_ and left[j] & near[slot]:
                undo.append((j, left[j]))
                left[j] &= ~near[slot]
                wiped = wiped or not left[j]
        if wiped:
            continue
        if not open_:
            return chosen
        push()
    return chosen if not part else None


def _order(near: Sequence[int], left: dict[int, int], i: int, others: Sequence[int]) -> list[int]:
    """Return the slots of match ``i``, the least harmful to ``others`` last (tried first).

    Harm is the largest part of a neighbour's slots that a slot takes away. Of many slots an
    even sample is compared; the others wait behind it.
    """
    slots = bits(left[i])
    if not others:
        return slots[:1]
    sample = slots[:: -(-len(slots) // SAMPLE)]
    harm = {
        s: max((left[j] & near[s]).bit_count() / left[j].bit_count() for j in others)
        for s in sample
    }
    best = sorted(sample, key=lambda s: (-harm[s], -s))
    return [s for s in reversed(slots) if s not in harm] + best

"""When a group can meet: the slots that suit everyone, or most. Compiled."""

from __future__ import annotations

import numpy as np

from cohortopt.solvers.groups.compiled import Whole, apart, inner
from cohortopt.solvers.groups.tables import CYCLE, GROUPS, LENGTH, SLOTS, Array, Fixed, State
from cohortopt.solvers.groups.worth import is_free, misses

LEADS = 2  # a leader who cannot come weighs like so many members
CLASH = 1000  # a leader who is elsewhere, too


@inner
def draw(random: Array, below: Whole) -> Whole:
    """Return a number in 0..below-1 (xorshift64*, Vigna 2016, doi:10.1145/2845077)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    high = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32)
    return np.int64((high * np.uint64(below)) >> np.uint64(32))


@inner
def clashes(f: Fixed, one: Whole, other: Whole) -> Whole:
    """Whether two slots overlap (see Slots.clash)."""
    gap = abs(np.int64(f.at[one]) - np.int64(f.at[other]))
    if f.num[CYCLE] > 0:
        gap = min(gap, f.num[CYCLE] - gap)
    return gap < f.num[LENGTH]


@inner
def open_slots(f: Fixed, s: State, g: Whole, out: Whole, into: Whole, words: Array) -> Whole:
    """Write the slots in which ``g`` can meet after a move to ``words``; say whether any is."""
    apart()
    for w in range(len(words)):
        words[w] = ~np.uint64(0)
    for x in range(s.group[g].filled):
        u = s.members[g, x]
        if u != out:
            for w in range(len(words)):
                words[w] &= f.starts[u, w]
    if into >= 0:
        for w in range(len(words)):
            words[w] &= f.starts[into, w]
    for x in range(s.group[g].leads):
        boss = s.lead[g, x]
        for w in range(len(words)):
            words[w] &= f.lead_starts[boss, w]
        if s.load[boss] > 1:
            for h in range(f.num[GROUPS]):
                for y in range(s.group[h].leads):
                    if h != g and s.lead[h, y] == boss:
                        for t in range(f.num[SLOTS]):
                            if clashes(f, t, s.slot[h]):
                                words[t >> 6] &= ~(np.uint64(1) << np.uint64(t & 63))
    if f.pin[g].pinned_slot >= 0:
        t = f.pin[g].pinned_slot
        keep = words[t >> 6] & (np.uint64(1) << np.uint64(t & 63))
        for w in range(len(words)):
            words[w] = np.uint64(0)
        words[t >> 6] = keep
    found = False
    for w in range(len(words)):
        found = found or words[w] != np.uint64(0)
    return found


@inner
def pick(s: State, words: Array, slots: Whole) -> Whole:
    """Return a random slot among the bits of ``words``, or -1."""
    count = 0
    found = -1
    for t in range(slots):
        if (words[t >> 6] >> np.uint64(t & 63)) & np.uint64(1):
            count += 1
            if draw(s.random, count) == 0:
                found = t
    return found


@inner
def best_slot(f: Fixed, s: State, g: Whole, words: Array) -> Whole:
    """Return a slot for ``g``: a random common one, or one that most people can come to."""
    apart()
    if f.pin[g].pinned_slot >= 0:
        return f.pin[g].pinned_slot
    if open_slots(f, s, g, np.int64(-1), np.int64(-1), words):
        return pick(s, words, f.num[SLOTS])
    best: Whole = -(1 << 40)
    found: Whole = s.slot[g]
    ties: Whole = 0
    for t in range(f.num[SLOTS]):
        free: Whole = 0
        for x in range(s.group[g].filled):
            free -= misses(f, s.members[g, x], t)
        for x in range(s.group[g].leads):
            boss = s.lead[g, x]
            free -= LEADS * (not is_free(f.lead_starts, boss, t))
            if s.load[boss] > 1:
                for h in range(f.num[GROUPS]):
                    for y in range(s.group[h].leads):
                        if h != g and s.lead[h, y] == boss and clashes(f, t, s.slot[h]):
                            free -= CLASH
        if free > best:
            best, found, ties = free, t, 1
        elif free == best:
            ties += 1
            if draw(s.random, ties) == 0:
                found = t
    return found

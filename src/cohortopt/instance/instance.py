"""The numeric problem: people are indices 0..n-1 in id order, links are whole points.

An instance is small and closed. Solvers see it and nothing else; ``compile`` writes it. Links
come in blocks (these givers x those takers) and are never held as one square unless a solver
asks for ``dense``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORBIDDEN = -1  # in place of a link's points: the rules forbid the link

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Words = NDArray[np.uint64]
Block = Callable[[NDArray[np.intp], NDArray[np.intp]], Ints]


class Feature(StrEnum):
    """What an instance asks for beyond its shape. A solver refuses what it does not handle."""

    SLOTS = "named slots"  # matches have slots, and someone may need two that do not clash
    LOADS = "minimum loads"  # someone must give or take at least so much
    SEVERAL = "several givers per taker"
    COUPLED = "total loads"  # giving and taking together are limited (hours)
    NO_MUTUAL = "no mutual links"  # a -> b excludes b -> a, and both are possible
    TOGETHER = "together"
    LOCKED = "locked"
    REQUIRED = "required"
    EITHER_SIDE = "required on either side"  # of people who may give and take
    PREVIOUS = "previous matches"
    ROUNDS = "rounds"
    SESSIONS = "sessions"  # several sessions, one topic each
    EVENT = "dated slots"
    ROOMS = "rooms"
    LEADERS = "leaders"
    TOPIC = "one topic per group"
    ISOLATION = "isolation"
    LIMITS = "limits per group"
    GROUP_GOALS = "group goals"
    GROUP_COUNT = "number of groups"
    GROUP_SIZES = "sizes per group"
    TRIO = "one trio"
    CHAINS = "chains"
    DROPOUT = "dropout"
    WORST = "worst tier"
    STABLE = "stable tier"
    RELAXED = "relaxed rules"
    MUTUAL = "mutual tier"


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, read-only from now on."""
    array.setflags(write=False)
    return array


@dataclass(frozen=True)
class Links:
    """Points of links, lowered block by block.

    ``block(givers, takers)`` returns ``points : (g, t) int32, giver x taker`` for arrays of people
    indices; ``FORBIDDEN`` where the rules forbid the link, and always from a person to themself.
    It is pure and safe to call from several threads.
    """

    n: int
    block: Block

    @classmethod
    def of(cls, points: NDArray[Any]) -> Links:
        """Return links held as one square ``points : (n, n), giver x taker``."""
        square = np.array(points, dtype=np.int32)
        np.fill_diagonal(square, FORBIDDEN)
        frozen(square)
        return cls(len(square), lambda givers, takers: square[np.ix_(givers, takers)])

    @cached_property
    def dense(self) -> Ints:
        """Return ``points : (n, n) int32, giver x taker``, made once, in blocks of rows."""
        everyone = np.arange(self.n, dtype=np.intp)
        square = np.empty((self.n, self.n), dtype=np.int32)
        step = max(1, 4_000_000 // max(1, self.n))
        for start in range(0, self.n, step):
            rows = everyone[start : start + step]
            square[rows] = self.block(rows, everyone)
        return frozen(square)

    def between(self, givers: Iterable[int], takers: Iterable[int]) -> Ints:
        """Return the points of the links ``zip(givers, takers)`` as ``(m,) int32``."""
        found = [
            self.block(np.array([g], dtype=np.intp), np.array([t], dtype=np.intp))[0, 0]
            for g, t in zip(givers, takers, strict=True)
        ]
        return np.array(found, dtype=np.int32)


@dataclass(frozen=True)
class Slots:
    """Candidate meeting slots and who is free for the whole meeting from each of them.

    ``starts : (n, words) uint64`` has bit s of person i set iff i is free for a meeting that
    starts at slot s. A set of people can meet iff the AND of their rows is not zero.
    ``at : (slots,) int32`` is the quarter hour (or, for dated slots, the minute) of each start;
    two slots clash when they are closer than ``length``, counted round a week when ``cycle`` > 0.
    ``week : (slots,)`` numbers the calendar week of each dated slot; None: by minutes, 10,080 each.
    """

    starts: Words
    at: Ints
    length: int
    cycle: int = 0
    week: Ints | None = None

    @property
    def weeks(self) -> Longs:
        """Return ``(slots,)`` the calendar week of each dated slot."""
        by_minutes = self.at.astype(np.int64) // (7 * 24 * 60)
        return by_minutes if self.week is None else self.week.astype(np.int64)

    @property
    def count(self) -> int:
        """How many candidate slots there are."""
        return len(self.at)

    def clash(self, one: int, other: int) -> bool:
        """Whether two slots overlap."""
        gap = abs(int(self.at[one]) - int(self.at[other]))
        return min(gap, self.cycle - gap) < self.length if self.cycle else gap < self.length

    def can_meet(self, people: Iterable[int], slot: int) -> bool:
        """Whether all of ``people`` can meet in a slot."""
        if not 0 <= slot < self.count:
            return False
        word, bit = divmod(slot, 64)
        return all(int(self.starts[i, word]) >> bit & 1 for i in people)

    def common(self, people: Iterable[int]) -> Ints:
        """Return the slots in which all of ``people`` can meet, ascending."""
        rows = self.starts[np.fromiter(people, dtype=np.intp)]
        word = np.bitwise_and.reduce(rows, axis=0)
        return unpack(word, self.count)


def pack(bits: NDArray[np.bool_]) -> Words:
    """Return ``bits : (n, s) bool`` as ``(n, ceil(s / 64)) uint64``, bit s in word s // 64."""
    n, count = bits.shape
    padded = np.zeros((n, -(-count // 64) * 64), dtype=np.uint8)
    padded[:, :count] = bits
    words = np.packbits(padded, axis=1, bitorder="little")
    return np.ascontiguousarray(words).view("<u8").astype(np.uint64, copy=False)


def unpack(word: Words, count: int) -> Ints:
    """Return the indices of the bits set in ``word : (words,) uint64``, below ``count``."""
    bits = np.unpackbits(word.astype("<u8").view(np.uint8), bitorder="little")[:count]
    return np.flatnonzero(bits).astype(np.int32)


def unpack_rows(words: Words, count: int) -> NDArray[np.bool_]:
    """Return ``words : (n, words) uint64`` as ``(n, count) bool``: the inverse of ``pack``."""
    bytes_ = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    return np.unpackbits(bytes_, axis=1, bitorder="little")[:, :count].astype(np.bool_)


@dataclass(frozen=True)
class Lock:
    """A match that must stay: its people (leaders first), its slot and topic where fixed."""

    people: tuple[int, ...]
    leaders: int = 0
    slot: int = -1
    round: int = 1
    topic: int = -1  # sessions: the topic that the session covers


@dataclass(frozen=True)
class Limit:
    """In every group the sum of ``amounts : (n,) int64`` over members lies in [least, most].

    With ``if_any`` the lower end binds only where the sum is not zero: isolation is
    ``Limit(is_this_value, 2, BIG, if_any=True)``.
    """

    amounts: Longs
    least: int
    most: int
    if_any: bool = False
    name: str = ""
    rule: str = "limits"  # that asks for it

    def count(self, people: Iterable[int]) -> int:
        """Return the sum over these members."""
        return sum(int(self.amounts[i]) for i in people)

    def holds(self, people: Iterable[int]) -> bool:
        """Whether a group of these members keeps it."""
        total = self.count(people)
        return total <= self.most and (total >= self.least or (self.if_any and total == 0))


@dataclass(frozen=True)
class Kinds:
    """Every group has ``least`` to ``most`` different ``codes : (n,) int64``; -1 is not counted."""

    codes: Longs
    least: int
    most: int
    name: str = ""
    rule: str = "limits"  # that asks for it

    def count(self, people: Iterable[int]) -> int:
        """Return how many different codes these members have."""
        return len({int(self.codes[i]) for i in people} - {-1})

    def holds(self, people: Iterable[int]) -> bool:
        """Whether a group of these members keeps it."""
        return self.least <= self.count(people) <= self.most


@dataclass(frozen=True)
class GroupGoal:
    """Something that a whole group earns; ``points`` at full worth for each member.

    ``variety``: worth = distinct codes in the group / min(size, codes there are).
    ``evenness``: worth = 1 - |mean of numbers in the group - mean of all| / (max - min of all).
    Worth is in millionths, rounded half up; a member earns ``round(points * worth / 10^6)``,
    half to even, and the group that times its size.
    """

    kind: str  # "variety" | "evenness"
    values: Longs  # (n,) codes (-1 unknown, never counted as distinct) or whole numbers
    points: int


@dataclass(frozen=True)
class Relaxed:
    """Rules of groups that may be broken; tier ``violations`` counts how often they are.

    None or empty where a rule is not relaxed. What stands here stands nowhere else.
    """

    limits: tuple[Limit, ...] = ()  # 1 for each group and limit
    kinds: tuple[Kinds, ...] = ()  # likewise
    slots: Slots | None = None  # 1 for each person of a group who is not free at its slot
    sizes: tuple[int, int] | None = None  # 1 for each member too few or too many
    asked: NDArray[np.bool_] | None = None  # (n,) 1 for each of them who is in no group


@dataclass(frozen=True)
class Grouping:
    """What only groups have."""

    size_min: int
    size_max: int
    target: int = -1
    count: int = -1  # exactly so many groups
    leaders: Ints = field(default_factory=lambda: np.empty(0, np.int32))  # who may lead
    leaders_min: int = 0
    leaders_max: int = 0
    leader_share: int = 0  # percent of a member's value that comes from the leaders
    value: str = "mean"  # or "sum": the plain sum over links
    scale: int = 1  # all values are multiplied by this, so that means stay whole
    limits: tuple[Limit, ...] = ()
    kinds: tuple[Kinds, ...] = ()
    goals: tuple[GroupGoal, ...] = ()
    topics: Ints = field(default_factory=lambda: np.empty((0, 0), np.int32))
    # (n, topics) points, not times scale, that a member earns if the group's topic is this (the
    # group's value gets them times scale); FORBIDDEN: the topic is not for them
    bounds: tuple[tuple[int, int], ...] = ()  # sizes of each of ``count`` groups, if they differ
    relaxed: Relaxed | None = None


def broken_limits(asked: Grouping | Relaxed, people: Sequence[int]) -> list[Limit | Kinds]:
    """Return the limits asked for that a group of these members breaks."""
    limits: tuple[Limit | Kinds, ...] = (*asked.limits, *asked.kinds)
    return [limit for limit in limits if not limit.holds(people)]


@dataclass(frozen=True)
class Instance:
    """One program over n people, in numbers. All arrays are read-only.

    ``gives_min, gives_max, takes_min, takes_max : (n,) int32`` matches as giver and as taker;
    ``total_max : (n,) int32`` matches in all. In shapes without direction (partners, rings,
    groups) only ``total_max`` counts, and a person sits in at most one match a round.
    ``priority : (n,) int32`` is what seating the person is worth in tier ``placed``.
    """

    shape: str  # "pairs" | "partners" | "rings" | "groups"
    n: int
    givers: Ints
    takers: Ints
    links: Links
    gives_min: Ints
    gives_max: Ints
    takes_min: Ints
    takes_max: Ints
    total_max: Ints
    priority: Ints
    required: NDArray[np.bool_]
    tiers: tuple[str, ...] = ("placed", "points")
    slots: Slots | None = None
    features: frozenset[Feature] = frozenset()
    together: tuple[tuple[int, ...], ...] = ()
    locked: tuple[Lock, ...] = ()
    previous: tuple[tuple[int, ...], ...] = ()  # the people of each earlier match
    mutual: bool = True  # False: a -> b excludes b -> a
    rounds: int = 1
    repeat_loss: int = -1  # points lost when two meet again within the plan; -1: never again
    longest: int = 2  # rings: people in the longest ring
    chain: int = 0  # rings: links in the longest chain
    volunteers: Ints = field(default_factory=lambda: np.empty(0, np.int32))  # may start a chain
    meet_links: bool = False  # rings: a slot for each link instead of one for the ring
    trio: bool = False  # partners: at most one match of three
    dropout: NDArray[np.float64] | None = None  # (n,) probability that the person leaves
    rooms: int = -1  # matches at the same time
    topics: Longs = field(default_factory=lambda: np.empty((0, 0), np.int64))
    # sessions: (n, topics) importance of each wanted topic of a taker, 0: not wanted
    taught: NDArray[np.bool_] = field(default_factory=lambda: np.empty((0, 0), np.bool_))
    # sessions: (n, topics) whether the person can cover the topic as giver
    apart_weeks: int = 0
    grouping: Grouping | None = None
    draw: int = -1  # seed of a lottery among equal optima; -1: none, ties go by index
    desire: Links | None = None  # tier stable: what a giver gets from a link; None: its points

    @classmethod
    def plain(cls, shape: str, links: Links, **more: Any) -> Instance:
        """Return a problem in which everyone sits once at most, unless ``more`` says otherwise."""
        once, never = (frozen(np.full(links.n, most, dtype=np.int32)) for most in (1, 0))
        everyone = frozen(np.arange(links.n, dtype=np.int32))
        fields: dict[str, Any] = {
            "givers": everyone,
            "takers": everyone,
            "gives_min": never,
            "gives_max": once,
            "takes_min": never,
            "takes_max": once,
            "total_max": once,
            "priority": once,
            "required": frozen(np.zeros(links.n, dtype=np.bool_)),
        }
        return cls(shape, links.n, links=links, **{**fields, **more})

    def vary(self, **changes: Any) -> Instance:
        """Return the instance with some fields replaced."""
        return replace(self, **changes)

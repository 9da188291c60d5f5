"""Every match there could be, one row each: pairs and trios of partners, rings and chains.

Whatever can be added up over matches is a number per row, so that choosing matches becomes
choosing rows that do not use anyone too often (set packing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Ints, Lock, Longs
from cohortopt.solvers.base import Found

MOST = 3_000_000  # rows that are listed; beyond that the caller must choose
STEPS = 400_000_000  # links walked for that: a few seconds
NOTHING = -1  # in place of a satisfaction: an empty seat, or someone who asks for nothing


@dataclass(frozen=True)
class Columns:
    """Matches as rows of ``people : (m, width) int32``, padded with -1.

    Rings are in giving order with the smallest person first, chains begin with the volunteer,
    partners ascend. ``gets : (m, width) int64`` is what each member receives in points, and
    ``NOTHING`` where nobody is satisfied by it. ``points : (m,) int64`` is in ``scale``-ths.
    """

    people: Ints
    size: Ints
    chain: NDArray[np.bool_]
    gets: Longs
    points: Longs
    scale: int = 1

    def __len__(self) -> int:
        return len(self.people)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Columns:
        """Return some of the rows, in the order asked for."""
        return Columns(
            self.people[rows],
            self.size[rows],
            self.chain[rows],
            self.gets[rows],
            self.points[rows],
            self.scale,
        )

    def members(self, row: int) -> tuple[int, ...]:
        """Return the people of one match."""
        return tuple(self.people[row, : self.size[row]].tolist())

    def total(self, amounts: Ints | Longs) -> Longs:
        """Return ``(m,) int64``: the sum of ``amounts : (n,)`` over each match's people."""
        if amounts.size == 0:
            return np.zeros(len(self), np.int64)
        seated = self.people >= 0
        found: Longs = np.where(seated, amounts.astype(np.int64)[self.people], 0).sum(axis=1)
        return found


def seated(instance: Instance) -> NDArray[np.bool_]:
    """Return ``(n,) bool``: who may sit in a match at all."""
    may = np.zeros(instance.n, np.bool_)
    may[instance.givers] = True
    may[instance.takers] = True
    may[instance.volunteers] = True
    result: NDArray[np.bool_] = may & (instance.total_max > 0)
    return result


def allowed_links(instance: Instance) -> NDArray[np.bool_]:
    """Return ``(n, n) bool, giver x taker``: the links that people who may sit allow.

    Volunteers who are not takers receive nothing, so links into them are left out.
    """
    may = seated(instance)
    gives, takes = np.zeros(instance.n, np.bool_), np.zeros(instance.n, np.bool_)
    gives[instance.givers] = True
    gives[instance.volunteers] = True
    takes[instance.takers] = True
    fits: NDArray[np.bool_] = (
        (instance.links.dense != FORBIDDEN) & (may & gives)[:, None] & (may & takes)[None, :]
    )
    return fits


def partner_columns(instance: Instance) -> Columns:
    """Return every allowed pair of partners, and every trio where one is allowed.

    O(n^2) time and memory, O(n^3) with trios.
    """
    square = instance.links.dense.astype(np.int64)
    allowed = allowed_links(instance)
    both = allowed & allowed.T
    one, other = np.nonzero(np.triu(both, 1))
    people = np.full((len(one), 3), -1, np.int32)
    people[:, 0], people[:, 1] = one, other
    gets = np.full((len(one), 3), NOTHING, np.int64)
    gets[:, 0], gets[:, 1] = square[other, one], square[one, other]
    if instance.trio and instance.n >= 3:
        trios = trio_rows(instance, both)
        people = np.concatenate([people, trios.astype(np.int32)])
        a, b, c = trios.T
        received = np.stack(
            [square[b, a] + square[c, a], square[a, b] + square[c, b], square[a, c] + square[b, c]],
            axis=1,
        )
        gets = np.concatenate([gets, received])
    size = (people >= 0).sum(axis=1).astype(np.int32)
    points = np.maximum(gets, 0).sum(axis=1)
    return Columns(people, size, np.zeros(len(people), np.bool_), gets, points)


def trio_rows(instance: Instance, both: NDArray[np.bool_]) -> Longs:
    """Return ``(t, 3) int64``: every three people who may all be partners and can meet."""
    found: list[NDArray[np.int64]] = []
    starts = instance.slots.starts if instance.slots is not None else None
    for a in range(instance.n):
        near = np.flatnonzero(both[a, a + 1 :]) + a + 1
        b, c = np.nonzero(np.triu(both[np.ix_(near, near)], 1))
        b, c = near[b], near[c]
        if starts is not None:
            meets = (starts[a] & starts[b] & starts[c]).any(axis=1)
            b, c = b[meets], c[meets]
        found.append(np.stack([np.full(len(b), a), b, c], axis=1).astype(np.int64))
    return np.concatenate(found) if found else np.empty((0, 3), np.int64)


def ring_paths(
    allowed: NDArray[np.bool_], instance: Instance, most: int = MOST, steps: int = STEPS
) -> tuple[Ints, Ints, NDArray[np.bool_]] | None:
    """Return people, sizes and chain marks of all rings and chains.

    None beyond ``most`` of them, or beyond ``steps`` links walked to find them.
    """
    from cohortopt.solvers.exchange.ring_kernels import can_meet_by_link, list_matches

    slots = instance.slots
    n = instance.n
    meet = slots is not None and not instance.meet_links
    words = slots.starts if slots is not None and meet else np.zeros((n, 1), np.uint64)
    start = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
    to = np.nonzero(allowed)[1].astype(np.int64)
    longest = min(instance.longest, n)
    may_begin = instance.volunteers[seated(instance)[instance.volunteers]]
    givers = may_begin.astype(np.int64)
    chain = min(instance.chain + 1, n) if len(givers) else 0  # people
    width = max(longest, chain, 1)

    def listed(firsts: Longs, reach: int, is_open: bool) -> Ints | None:
        room = count = min(most, 65_536)
        while reach >= 2 and count <= most:
            people = np.full((room, width), -1, np.int32)
            count = list_matches(
                start, to, allowed, words, meet, firsts, reach, is_open, people, most, steps
            )
            if count <= room:
                return people[:count]
            room = count  # again, with room for all
        return None if count > most else np.empty((0, width), np.int32)

    found = listed(np.arange(n), longest, False), listed(givers, chain, True)
    if found[0] is None or found[1] is None:
        return None
    rings = len(found[0])
    people = np.concatenate([found[0], found[1]])
    size = (people >= 0).sum(axis=1).astype(np.int32)
    is_chain = np.arange(len(people)) >= rings
    if slots is not None and instance.meet_links and len(people):
        at = slots.at.astype(np.int64)
        fits = can_meet_by_link(slots.starts, at, slots.length, slots.cycle, people, size, is_chain)
        people, size, is_chain = people[fits], size[fits], is_chain[fits]
    return people, size, is_chain


def ring_columns(
    instance: Instance,
    allowed: NDArray[np.bool_] | None = None,
    most: int = MOST,
    steps: int = STEPS,
) -> Columns | None:
    """Return every ring and chain over the allowed links; None if there are more than ``most``.

    O(paths of ``longest`` people) time, as many as ``steps``; None if that is not enough.
    """
    links = allowed_links(instance) if allowed is None else allowed
    listed = ring_paths(links, instance, most, steps)
    if listed is None:
        return None
    people, size, is_chain = listed
    square = instance.links.dense
    width = people.shape[1]
    gets = np.full(people.shape, NOTHING, np.int64)
    for step in range(width):  # what the member at this step gets from the one before
        before = np.where(step > 0, step - 1, size - 1)
        giver = people[np.arange(len(people)), before]
        taker = people[:, step]
        real = (step < size) & ~(is_chain & (step == 0))
        gets[real, step] = square[giver[real], taker[real]]
    points = np.maximum(gets, 0).sum(axis=1)
    scale = 1
    if instance.dropout is not None:
        scale = 1000
        points = expected_points(people, size, is_chain, gets, stays(instance.dropout))
    return Columns(people, size, is_chain, gets, points, scale)


def stays(dropout: NDArray[np.float64]) -> Longs:
    """Return ``(n,) int64``: the chance in thousandths that each person does not leave."""
    return np.rint(1000.0 * (1.0 - dropout)).astype(np.int64)


def expected_points(
    people: Ints, size: Ints, is_chain: NDArray[np.bool_], gets: Longs, stay: Longs
) -> Longs:
    """Return ``(m,) int64``: the points that each match is expected to bring, in thousandths.

    With q in thousandths (``stays``) and L people, rounded down once at the end:

    - a ring fails if anyone leaves: ``floor(1000 * sum(points) * prod(q) / 1000^L)``;
    - a chain is completed up to the first who leaves:
      ``floor(1000 * sum_j points_j * q_0 * ... * q_j * 1000^(L - 1 - j) / 1000^L)``
      over its links j = 1..L-1, link j being the one into person j.
    """
    found = np.empty(len(people), np.int64)
    chance = np.where(people >= 0, stay[people], 1000).astype(object)
    got = np.maximum(gets, 0).astype(object)
    width = people.shape[1]
    through = np.ones(len(people), dtype=object)
    chain_sum = np.zeros(len(people), dtype=object)
    for step in range(width):  # whole numbers of any size: 1000^6 does not fit 64 bits
        through = through * chance[:, step]
        chain_sum = chain_sum * 1000 + got[:, step] * through
    full = 1000**width  # empty seats count as certain: the same factor above and below
    total = got.sum(axis=1) if width else np.zeros(len(people), dtype=object)
    ring = 1000 * total * through // full
    chain = 1000 * chain_sum // full
    found[:] = np.where(is_chain, chain, ring)
    return found


def previous_pairs(instance: Instance) -> frozenset[tuple[int, int]]:
    """Return the pairs of people who shared an earlier match, smaller index first."""
    pairs: set[tuple[int, int]] = set()
    for people in instance.previous:
        pairs.update((min(p), max(p)) for p in combinations(people, 2))
    return frozenset(pairs)


def kept(instance: Instance, columns: Columns) -> Longs:
    """Return ``(m,) int64``: how many pairs of earlier matches each match keeps together."""
    pairs = previous_pairs(instance)
    count = np.zeros(len(columns), np.int64)
    if not pairs:
        return count
    codes = np.array(sorted(a * instance.n + b for a, b in pairs), np.int64)
    people = columns.people.astype(np.int64)
    for one, other in combinations(range(people.shape[1]), 2):
        a, b = people[:, one], people[:, other]
        code = np.minimum(a, b) * instance.n + np.maximum(a, b)
        count += (a >= 0) & (b >= 0) & np.isin(code, codes)
    return count


def mutual(columns: Columns, square: Ints) -> Longs:
    """Return ``(m,) int64``: the lesser direction of each two people of a match, added up."""
    total = np.zeros(len(columns), np.int64)
    people = columns.people
    for one, other in combinations(range(people.shape[1]), 2):
        a, b = people[:, one], people[:, other]
        real = (a >= 0) & (b >= 0)
        total[real] += np.minimum(square[a[real], b[real]], square[b[real], a[real]])
    return total


def gain(instance: Instance, columns: Columns, tier: str) -> Longs:
    """Return ``(m,) int64``: what each match adds to a tier; ``changes``: pairs it keeps.

    Raises
    ------
    ValueError
        If the tier does not add up over matches.
    """
    if tier == "placed":
        return columns.total(instance.priority)
    if tier == "points":
        return columns.points
    if tier == "changes":
        return kept(instance, columns)
    if tier == "mutual":
        return mutual(columns, instance.links.dense)
    raise ValueError(f"tier {tier!r} does not add up over matches")


def fits_lock(instance: Instance, people: tuple[int, ...], lock: Lock) -> bool:
    """Whether a match is the locked one: the same people, for rings in the same order."""
    if instance.shape != "rings":
        return set(people) == set(lock.people)
    if len(people) != len(lock.people) or lock.people[0] not in people:
        return False
    at = people.index(lock.people[0])
    return people[at:] + people[:at] == lock.people


def decode(
    instance: Instance, columns: Columns, rows: Iterator[int] | list[int]
) -> tuple[Found, ...]:
    """Return the chosen rows as matches with their earliest slots, in order."""
    matches = [found(instance, columns.members(row), bool(columns.chain[row])) for row in rows]
    return tuple(sorted(matches, key=lambda match: match.people))


def found(instance: Instance, people: tuple[int, ...], chain: bool = False) -> Found:
    """Return one match with the earliest slot that all can make, or that its lock fixes."""
    if instance.slots is None:
        return Found(people, chain=chain)
    lock = next((k for k in instance.locked if fits_lock(instance, people, k)), None)
    if instance.shape == "rings" and instance.meet_links:
        return Found(people, slots=link_slots(instance, people, chain), chain=chain)
    if lock is not None and lock.slot >= 0:
        return Found(people, slot=lock.slot, chain=chain)
    return Found(people, slot=int(instance.slots.common(people)[0]), chain=chain)


def link_slots(instance: Instance, people: tuple[int, ...], chain: bool) -> tuple[int, ...]:
    """Return the earliest slots of a ring's links, in the order of its links."""
    from cohortopt.solvers.exchange.ring_kernels import slots_by_link

    slots = instance.slots
    assert slots is not None
    chosen = np.zeros(len(people), np.int64)
    at = slots.at.astype(np.int64)
    row = np.array(people, np.int32)
    fits = slots_by_link(
        slots.starts, at, slots.length, slots.cycle, row, len(people), chain, chosen
    )
    assert fits
    return tuple(chosen[: len(people) - chain].tolist())


__all__ = ["Columns", "Feature", "decode", "gain", "partner_columns", "ring_columns"]

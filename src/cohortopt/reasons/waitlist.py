"""The waiting list: in which order people would be placed if a seat came free.

Whoever is left over waits behind those with a higher ``priority``; among equals those come first
with whom the seat brings most points. If the first declines, the next would be placed, and so on.

**Pairs.** The free seat is one more place of whichever giver it serves best. A taker who sits
elsewhere may move into it and leave a better seat to somebody who waits, and so on: what a place
of giver g is worth to the others is ``worth[g] = max(0, max over h of shift[g, h] + worth[h])``,
where ``shift[g, h]`` is the most points that a taker of g wins by going to h, read from the plan
(a longest path; no cycle gains anything where the plan is best, Ahuja, Magnanti and Orlin 1993).
So one more place for person w, wherever it serves best, adds ``max over g of points[g, w] +
worth[g]``: what a second solve would find, where only places and links bind.

**Other shapes.** The free seat is that of one person of a present match: what the others and w
bring each other then.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cohortopt.compile import Compiled
from cohortopt.instance import FORBIDDEN, Instance, Longs
from cohortopt.model import Unplaced
from cohortopt.solvers.base import Found

NEVER = -(2**40)
LINKS = 20_000_000  # givers x takers up to which chains of moves are looked at
CHAIN = 30  # moves in the longest chain

People = NDArray[np.intp]


def with_waiting(
    compiled: Compiled, unplaced: Sequence[Unplaced], matches: Sequence[Found] = ()
) -> tuple[Unplaced, ...]:
    """Return people left over with their place on the waiting list of the program, 1 is next.

    Waiting are those who ask for a seat and whom somebody could be matched with; others, and
    givers without takers, have no place.
    """
    instance = compiled.instance
    index = {person.id: i for i, person in enumerate(compiled.people)}
    asking = [
        one.person
        for one in unplaced
        if one.role != "giver" and one.reason not in ("not_asked", "no_partner")
    ]
    waiting = np.array([index[one] for one in asking], dtype=np.intp)
    best, suits = links_to(instance, waiting)
    if instance.shape == "pairs":
        best = np.maximum(best, with_a_place(instance, matches, waiting))
    else:
        best = np.maximum(best, in_a_seat(instance, matches, waiting))
    ranked = sorted(
        (-int(instance.priority[i]), -int(best[w]), -int(suits[w]), asking[w])
        for w, i in enumerate(waiting.tolist())
        if suits[w]
    )
    place = {person: number for number, (*_, person) in enumerate(ranked, start=1)}
    return tuple(
        one.model_copy(update={"waiting": place[one.person]})
        if one.person in place and one.role != "giver"
        else one
        for one in unplaced
    )


def links_to(instance: Instance, waiting: People) -> tuple[Longs, Longs]:
    """Return ``(w,)`` each: the most points that one link brings, and from how many people."""
    givers = instance.givers.astype(np.intp)
    if instance.grouping is not None and len(instance.grouping.leaders):
        givers = np.union1d(givers, instance.grouping.leaders.astype(np.intp))
    best = np.zeros(len(waiting), dtype=np.int64)
    suits = np.zeros(len(waiting), dtype=np.int64)
    step = max(1, LINKS // max(1, len(givers)))
    for start in range(0, len(waiting), step):
        block = instance.links.block(givers, waiting[start : start + step])
        best[start : start + step] = np.maximum(block.max(axis=0, initial=0), 0)
        suits[start : start + step] = (block != FORBIDDEN).sum(axis=0)
    return best, suits


def with_a_place(instance: Instance, matches: Sequence[Found], waiting: People) -> Longs:
    """Return ``(w,)`` points that one more place of some giver adds if the person is placed."""
    givers = instance.givers.astype(np.intp)
    count = len(givers)
    if not count or not len(waiting) or count * (len(matches) + len(waiting)) > LINKS:
        return np.zeros(len(waiting), dtype=np.int64)
    row = {int(g): r for r, g in enumerate(givers)}
    shift = np.full((count, count), NEVER, dtype=np.int64)
    taken: dict[int, list[int]] = {}
    for found in matches:
        taken.setdefault(found.people[1], []).append(row[found.people[0]])
    rows = np.ascontiguousarray(instance.links.block(givers, np.array([*taken], np.intp)).T)
    for at, points in zip(taken.values(), rows, strict=True):
        open_ = np.where(points == FORBIDDEN, NEVER, points.astype(np.int64))
        held = open_[at]
        open_[at] = NEVER
        for giver, now in zip(at, held.tolist(), strict=True):
            shift[giver] = np.maximum(shift[giver], open_ - now)
    worth = np.zeros(count, dtype=np.int64)
    for _ in range(min(CHAIN, count)):
        more = np.maximum(0, (shift + worth[None, :]).max(axis=1))
        if (more == worth).all():
            break
        worth = more
    block = instance.links.block(givers, waiting).astype(np.int64)
    brings = np.where(block == FORBIDDEN, NEVER, block + worth[:, None])
    most: Longs = np.maximum(0, brings.max(axis=0))
    return most


def in_a_seat(instance: Instance, matches: Sequence[Found], waiting: People) -> Longs:
    """Return ``(w,)`` points between the person and a match that one of its members left."""
    best = np.zeros(len(waiting), dtype=np.int64)
    for found in matches if len(waiting) else ():
        people = np.array(found.people, dtype=np.intp)
        there = instance.links.block(people, waiting).astype(np.int64)
        back = instance.links.block(waiting, people).astype(np.int64).T
        if instance.shape == "rings":
            _in_a_ring(there, back, best)
            continue
        links = np.where((there == FORBIDDEN) | (back == FORBIDDEN), NEVER, there + back)
        seats = slice(found.leaders, None)
        sums = links.sum(axis=0)[None, :] - links[seats]
        best = np.maximum(best, sums.max(axis=0) // max(1, len(people) - 1))
    return best


def _in_a_ring(there: Longs, back: Longs, best: Longs) -> None:
    """Raise ``best`` to what a seat of this ring brings: from the one before, to the one after."""
    count = len(there)
    for seat in range(count):
        gets, gives = there[seat - 1], back[(seat + 1) % count]
        both = np.where((gets == FORBIDDEN) | (gives == FORBIDDEN), 0, gets + gives)
        np.maximum(best, both, out=best)

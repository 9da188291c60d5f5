"""Givers and takers: who competes for whose places, and whose seat a person could have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np

from cohortopt.model import Person, Unplaced
from cohortopt.reasons.plan import Plan, listed
from cohortopt.words import counted

PAIRS = 200_000  # links whose meetings are compared one by one in one step
COUNTS = 80  # times that a set is counted again while it is made smaller


@dataclass(frozen=True)
class Shortage:
    """``takers`` cannot all be seated: only ``givers`` fit them, with too few places in all.

    ``givers`` holds the places that each would have if all takers sat. ``freed`` of them are
    takers too, and have one place more while they have no seat themselves.
    """

    takers: frozenset[int]
    givers: dict[int, int]
    timed: frozenset[int]  # givers whose places end with their time, not their capacity
    freed: int

    @cached_property
    def places(self) -> int:
        """How many places there are if all takers sit."""
        return sum(self.givers.values())

    @property
    def seats(self) -> int:
        """Return how many of the takers can sit at once, at most; always fewer than there are.

        If s of n sit, s <= places + min(freed, n - s), and places < n.
        """
        return min(self.places + self.freed, (self.places + len(self.takers)) // 2)

    def missing(self, seated: int) -> int:
        """Return how many more places let one more of the takers sit than ``seated``, at least."""
        places, more = self.places, seated + 1
        return max(1, more - places - self.freed, 2 * more - places - len(self.takers))


@dataclass(frozen=True)
class Told:
    """A shortage in words, the same for each of its takers."""

    shortage: Shortage
    takers: tuple[str, ...]
    givers: tuple[str, ...]
    detail: str
    missing: int  # places that let one more sit

    @classmethod
    def of(cls, plan: Plan, found: Shortage) -> Told:
        """Return what is said of a shortage."""
        takers, givers = plan.ids(found.takers), plan.ids(found.givers)
        detail = (
            f"{len(takers)} people ({listed(takers)}) compete for "
            f"{counted(found.seats, 'place')} of {listed(givers)}"
        )
        if found.freed:
            detail += ", where whoever sits has one place less to give"
        if found.timed:
            detail += f"; {listed(plan.ids(found.timed))} can meet no more of them"
        missing = found.missing(len(found.takers & plan.taking))
        return cls(found, takers, givers, detail, missing)


def sentence(plan: Plan, told: Told, start: int) -> Unplaced:
    """Return the reason that people compete for too few places."""
    person, found, givers = plan.people[start], told.shortage, told.givers
    if found.freed:
        help_ = f"{told.missing} more to give who fit {person} or those who sit, at any "
        help_ += "of their times, seat one more."
    elif plan.instance.slots is not None:
        near = [g for g in plan.near(start) if g in found.givers]
        help_ = f"One more person to give with the hours of {' or '.join(plan.ids(near)[:3])}"
        help_ += f" seats {person}."
    else:
        help_ = f"One more place with {' or '.join(givers[:3])}"
        help_ += " or another of them" if len(givers) > 3 else ""
        help_ += " seats one more."
    return Unplaced(
        person=person.id,
        role="taker",
        reason="shortage",
        detail=told.detail,
        would_help=help_,
        people=told.takers,
        givers=givers,
        seats=found.seats,
    )


def competition(plan: Plan, start: int, left: Sequence[int]) -> Shortage | None:
    """Return takers who outnumber the places of everyone who may give to them, None if unsure.

    Walk from the person to whoever may give to them, and from each giver to the takers who hold
    what the person would need there: all of them where the giver is full, else those whose
    meetings overlap every time that the two share. When nobody new is reached the places are
    counted; see ``_count``. The set is made smaller; then those of ``left`` (everyone without a
    seat) who fit only its givers join. O(links of the people reached).
    """
    instance = plan.instance
    givers = instance.givers
    gives = np.bincount([giver for giver, _ in plan.members], minlength=instance.n)
    full = (gives >= np.minimum(instance.gives_max, instance.total_max))[givers]
    asked = np.zeros(len(givers), dtype=np.bool_)
    order, new = [start], [start]
    while new:
        rows = plan.fits(new)
        fine = rows.size <= PAIRS and instance.slots is not None and instance.rounds == 1
        whole = full if fine else np.ones_like(full)
        found: set[int] = set()
        for giver in givers[rows.any(axis=0) & whole & ~asked].tolist():
            found |= {plan.members[m][1] for m in plan.sits.get(giver, ())} - {giver}
        for taker, row in zip(new, rows & ~whole, strict=True):
            for giver in givers[row].tolist():
                found |= _holders(plan, giver, taker)
        asked |= rows.any(axis=0)
        new = sorted(found - set(order))
        order += new
    alone = _count(plan, order) or _count(plan, _joined(plan, order, left))
    if alone is None:
        return None
    least = _smaller(plan, alone, [start, *(i for i in order if i != start)])
    return _count(plan, _joined(plan, sorted(least.takers), left)) or least


def _joined(plan: Plan, takers: Sequence[int], left: Sequence[int]) -> list[int]:
    """Return the takers, and those of ``left`` who fit nobody but givers who fit them."""
    near = plan.fits(takers).any(axis=0)
    more = np.array(sorted(set(left) - set(takers)), dtype=np.intp)
    outside = (plan.fits(more.tolist()) & ~near).any(axis=1)
    return [*takers, *more[~outside].tolist()]


def _smaller(plan: Plan, found: Shortage, order: Sequence[int]) -> Shortage:
    """Return a shortage of fewer takers, ``order[0]`` among them.

    Where places end with capacity and nobody both gives and takes, the walk through full givers
    has found the least set already: all but the first sit, so a part of the set that is too
    large holds everyone who sits with its givers, and is the whole. Elsewhere takers are left
    out, the farthest first and many at a time, as long as the rest still outnumber the places
    (Zeller and Hildebrandt 2002, doi:10.1109/32.988498).
    """
    if not found.timed and not found.freed:
        return found
    kept = [i for i in order if i in found.takers]
    kept += sorted(found.takers - set(kept))
    size, counts = len(kept) // 2, 0
    while size and counts < COUNTS:
        end = len(kept)
        while end > 1 and counts < COUNTS:
            begin = max(1, end - size)
            trial = [*kept[:begin], *kept[end:]]
            counts += 1
            fewer = _count(plan, trial)
            if fewer is not None:
                kept, found = trial, fewer
            end = begin
        size //= 2
    return found


def _count(plan: Plan, takers: Sequence[int]) -> Shortage | None:
    """Return the shortage if the places of all who fit the takers are fewer than they.

    A giver has no more places than the capacity, the hours, the meetings that fit the time
    shared with these takers, and these takers. All takers seated would then be more than all
    places (Hall 1935, doi:10.1112/jlms/s1-10.37.26). A giver who is among the takers keeps one
    match back for their own seat. The count stands on its own, whatever chose the takers. It
    ends where the places are known to be enough.
    """
    instance, slots, rounds = plan.instance, plan.instance.slots, plan.instance.rounds
    who, chosen, givers = sorted(takers), set(takers), instance.givers
    fits = plan.fits(who)
    counts = fits.sum(axis=0)
    totals = instance.total_max[givers]
    mosts = np.minimum(np.minimum(instance.gives_max[givers], totals), counts)
    places = np.minimum(mosts * rounds, counts)
    busy = np.isin(givers, who) | ((mosts > 1) & (slots is not None))  # who may have fewer
    seats, timed, freed = int(places[~busy].sum()), set[int](), 0
    some = np.flatnonzero(busy & (counts > 0))
    columns = (some, givers[some], counts[some], mosts[some], totals[some])
    rows = np.ascontiguousarray(fits[:, some].T)
    for row, *numbers in zip(rows, *(one.tolist() for one in columns), strict=True):
        if seats >= len(takers):
            return None
        k, giver, count, most, total = numbers
        own = most
        if slots is not None and most > 1:
            time = plan.meetings(giver, compress(who, row.tobytes()), most)
            if time < most:
                timed.add(giver)
                own = most = time
        if giver in chosen:
            own = min(own, total - 1)
            if slots is not None and own > 0:
                own = min(own, plan.meetings(giver, (giver,), own + 1) - 1)
        places[k] = min(most * (rounds - 1) + max(0, own), count)
        freed += int(places[k]) < min(most * rounds, count)
        seats += int(places[k])
    if seats >= len(takers):
        return None
    near = counts > 0
    found = dict(zip(givers[near].tolist(), places[near].tolist(), strict=True))
    return Shortage(frozenset(takers), found, frozenset(timed), freed)


def _holders(plan: Plan, giver: int, taker: int) -> set[int]:
    """Return the takers whose meetings with a giver who has places leave this taker no time."""
    mine = [m for m in plan.sits.get(giver, ()) if plan.members[m][0] == giver]
    shared = plan.free((giver, taker))
    return {plan.members[m][1] for m in mine if plan.clash(plan.slot_of[m]) & shared}


@dataclass(frozen=True)
class Swap:
    """Seat the person with ``giver`` in place of the matches left out."""

    giver: int
    out: tuple[int, ...]  # numbers of matches that end
    slot: int
    unseated: tuple[int, ...]
    loss: int  # points


def best_swap(plan: Plan, person: int) -> Swap | None:
    """Return the cheapest change that seats a person: with a giver, in place of a match or none.

    Also one match in which the person gives may end. Every change returned keeps all rules:
    loads and hours, minimum loads, times, rooms, and everyone who is required, locked or
    together with somebody keeps what they have. Few people unseated come first, then points.
    O(seats of the givers who fit).
    """
    instance = plan.instance
    if int(instance.takes_min[person]) > 1:
        return None
    own = [m for m in plan.sits.get(person, ()) if plan.members[m][0] == person]
    ends: list[tuple[int, ...]] = [(), *((m,) for m in own)]
    best: Swap | None = None
    for giver in plan.near(person):
        theirs = plan.sits.get(giver, ())
        for out in ends + [(m, *end) for m in theirs for end in ends if m not in end]:
            swap = _swap(plan, person, giver, out)
            if swap and (best is None or _rank(swap) < _rank(best)):
                best = swap
    return best


def _rank(swap: Swap) -> tuple[int, int, int, int]:
    return len(swap.unseated), swap.loss, len(swap.out), swap.giver


def _swap(plan: Plan, person: int, giver: int, out: tuple[int, ...]) -> Swap | None:
    round_ = plan.matches[out[0]].round if out else 1
    if any(plan.matches[m].round != round_ for m in out):
        return None
    if any(set(plan.members[m]) & plan.fixed for m in out):
        return None
    if not _within_loads(plan, person, giver, out, round_):
        return None
    slot = _slot(plan, person, giver, out, round_)
    if slot is None:
        return None
    unseated = tuple(
        taker
        for taker in sorted({plan.members[m][1] for m in out})
        if all(m in out or plan.members[m][1] != taker for m in plan.sits[taker])
    )
    lost = sum(plan.matches[m].points for m in out)
    return Swap(giver, out, slot, unseated, lost - plan.points(giver, person))


def _within_loads(plan: Plan, person: int, giver: int, out: tuple[int, ...], round_: int) -> bool:
    """Whether everyone touched still gives and takes as often as they must, and no oftener."""
    instance = plan.instance
    for one in {person, giver} | {i for m in out for i in plan.members[m]}:
        gives, takes = int(one == giver), int(one == person)
        for m in plan.sits.get(one, ()):
            if m in out or plan.matches[m].round != round_:
                continue
            gives += plan.members[m][0] == one
            takes += plan.members[m][1] == one
            if not instance.mutual and plan.members[m] == (person, giver):
                return False
        if not int(instance.gives_min[one]) <= gives <= int(instance.gives_max[one]):
            return False
        if not int(instance.takes_min[one]) <= takes <= int(instance.takes_max[one]):
            return False
        if gives + takes > int(instance.total_max[one]):
            return False
    return True


def _slot(plan: Plan, person: int, giver: int, out: tuple[int, ...], round_: int) -> int | None:
    """Return a slot in which the two could meet, -1 where no slots are needed, None if none."""
    instance = plan.instance
    if instance.slots is None:
        return -1
    bits = plan.free((giver, person))
    bits &= ~plan.busy(giver, out, round_) & ~plan.busy(person, out, round_)
    if instance.rooms >= 0:
        used: dict[int, int] = {}
        for m, slot in enumerate(plan.slot_of):
            if m not in out and plan.matches[m].round == round_:
                used[slot] = used.get(slot, 0) + 1
        for slot, count in used.items():
            if count >= instance.rooms and slot >= 0:
                bits &= ~(1 << slot)
    return (bits & -bits).bit_length() - 1 if bits else None


def swapped(plan: Plan, person: Person, swap: Swap, would_help: str) -> Unplaced:
    """Return the reason: the person could sit with this giver, and what that would lose."""
    who = plan.people[swap.giver]
    if swap.unseated:
        detail = f"could sit with {who} if {plan.names(swap.unseated)} gave up the seat"
    elif swap.out:
        others = {i for m in swap.out for i in plan.members[m]} - {swap.giver}
        names = plan.names(others - {plan.index[person.id]})
        detail = f"could sit with {who} if a match of {names or person} ended"
    else:
        detail = f"could sit with {who}"
    return Unplaced(
        person=person.id,
        role="taker",
        reason="trade_off",
        detail=f"{detail}; the whole would {change(swap.loss)}",
        would_help=would_help,
        people=plan.ids(swap.unseated),
        loss=swap.loss,
    )


def change(loss: int, exact: bool = False) -> str:
    """Return what a loss in points means in words."""
    if loss > 0:
        return f"lose {counted(loss, 'point')}{'' if exact else ', or fewer'}"
    return f"gain {counted(-loss, 'point')}" if loss else "lose no points"

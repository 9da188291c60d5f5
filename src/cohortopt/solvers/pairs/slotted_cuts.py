"""Links that have no slots together, and the rows that say so to a linear program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance, Ints, Lock
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.colouring import Calendar, colour
from cohortopt.solvers.pairs.links import Link

if TYPE_CHECKING:
    from cohortopt.solvers.pairs.model import Outcome

EACH = 3  # violated cuts of one person that are added at once


@dataclass(frozen=True)
class Cut:
    """Of these links no more than ``most`` have slots together.

    Where there is a ``person``, they are all links of this person whose slots lie in ``word``.
    """

    links: frozenset[Link]
    most: int
    person: int = field(default=-1, compare=False)
    word: int = field(default=0, compare=False)


def cut_of(instance: Instance, calendar: Calendar | None, clash: Sequence[Link]) -> list[Cut]:
    """Return rows that forbid a clash and all links alike; none where meetings would fit.

    All slots of a clash of one person's links may hold fewer meetings than it has. (Other
    clashes need each slot looked at by itself.) Without slots the clash itself is the row.
    """
    shared = sorted(set(clash[0]).intersection(*clash))
    if calendar is None:
        return [Cut(frozenset(clash), len(clash) - 1)]
    word = 0
    for link in clash:
        word |= calendar.common(link)
    most = calendar.most(word)
    if not shared or most >= len(clash):
        return []
    return [alike(instance, calendar, person, word, most) for person in shared]


def alike(instance: Instance, calendar: Calendar, person: int, word: int, most: int) -> Cut:
    """Return the cut that all links of a person whose slots lie within ``word`` share."""
    starts = calendar.slots.starts
    mine = calendar.packed(calendar.free(person) & ~word)
    takers, givers = (some[~(starts[some] & mine).any(axis=1)] for some in ends(instance, person))
    return Cut(frozenset(_links(person, takers, givers)), most, person, word)


def links_of(instance: Instance, person: int) -> list[Link]:
    """Return all links that are allowed to a person."""
    return _links(person, *ends(instance, person))


def _links(person: int, takers: Ints, givers: Ints) -> list[Link]:
    return [(person, t) for t in takers.tolist()] + [(g, person) for g in givers.tolist()]


def ends(instance: Instance, person: int) -> tuple[Ints, Ints]:
    """Return the takers to whom a person is allowed to give, and the givers of whom to take."""
    one = np.array([person], dtype=np.intp)
    takers, givers = instance.takers[:0], instance.givers[:0]
    if (instance.givers == person).any():
        row = instance.links.block(one, instance.takers.astype(np.intp))[0]
        takers = instance.takers[row != FORBIDDEN]
    if (instance.takers == person).any():
        column = instance.links.block(instance.givers.astype(np.intp), one)[:, 0]
        givers = instance.givers[column != FORBIDDEN]
    return takers, givers


def separate(
    instance: Instance, calendar: Calendar | None, used: Mapping[Link, float], known: set[Cut]
) -> list[Cut]:
    """Return cuts that a fractional choice of links violates, person by person.

    Looked for among the unions of slots of a person's used links; a union too large for a
    clash is passed over (a meeting leaves fewer than ``width`` slots behind it unusable).
    """
    if calendar is None:
        return []
    at, length = calendar.slots.at, calendar.slots.length
    width = int((np.searchsorted(at, at + length) - np.arange(len(at))).max(initial=1))
    mine: dict[int, list[tuple[int, float]]] = {}
    for link, value in used.items():
        for person in link:
            mine.setdefault(person, []).append((calendar.common(link), value))
    found: list[Cut] = []
    for person, links in sorted(mine.items()):
        if len(links) < 2:
            continue
        words = {0}
        for word, _ in links[:8]:
            words |= {word | other for other in words}
        more = EACH
        for word in sorted(words - {0}, key=lambda w: (w.bit_count(), w)):
            load = sum(value for other, value in links if not other & ~word)
            if load < 1.01 or word.bit_count() > width * (load + 1):
                continue
            most = calendar.most(word)
            if load > most + 0.01:
                cut = alike(instance, calendar, person, word, most)
                if cut not in known:
                    found.append(cut)
                    known.add(cut)
                    more -= 1
                if more == 0:
                    break
    return found


def conflicts(
    instance: Instance, calendar: Calendar | None, links: Sequence[Link], clock: Clock
) -> tuple[dict[Link, int], list[tuple[Link, ...]]]:
    """Return slots for the links, and the sets of links that have no slots together.

    A component that the search gives up on is decided by CP-SAT. Links of a clash are missing
    among the slots, and those that nothing is known about because time is up.
    """
    if calendar is None:
        return dict.fromkeys(links, -1), []
    pins: dict[Link, int] = {}
    for lock in instance.locked:
        if lock.slot >= 0:
            pins[lock.people[0], lock.people[1]] = lock.slot
    fixed = [pins.get(link, -1) for link in links]
    done = colour(calendar, links, fixed, over=lambda: clock.is_over)
    slots = {link: slot for link, slot in zip(links, done.slots, strict=True) if slot >= 0}
    found = [tuple(links[i] for i in part) for part in done.clashes]
    for part in done.unknown:
        if clock.is_over:
            break
        mine = [links[i] for i in part]
        decided = decide(instance, calendar, mine, pins, clock)
        slots.update(decided.links or {})
        if decided.impossible:
            found.append(tuple(mine))
    return slots, found


def exceeds(instance: Instance, links: Sequence[Link]) -> bool:
    """Whether links break totals or are mutual where that is excluded."""
    chosen = set(links)
    total = Counter(person for link in links for person in link)
    if any(count > instance.total_max[person] for person, count in total.items()):
        return True
    return not instance.mutual and any((t, g) in chosen for g, t in links)


def decide(
    instance: Instance,
    calendar: Calendar,
    links: Sequence[Link],
    pins: Mapping[Link, int],
    clock: Clock,
) -> Outcome:
    """Return what CP-SAT finds for matches that the quick search gave up on: slots, or none."""
    from cohortopt.solvers.pairs.model import PairsModel, demands_of

    only = instance.vary(
        locked=tuple(Lock(link, 1, pins.get(link, -1)) for link in links),
        together=(),
        required=np.zeros(instance.n, np.bool_),
        gives_min=np.zeros(instance.n, np.int32),
        takes_min=np.zeros(instance.n, np.int32),
    )
    model = PairsModel(only, dict.fromkeys(links, 0), demands_of(only), calendar)
    model.activate({person for link in links for person in link})
    own = replace(clock.budget, threads=1)  # so that the same slots are found again
    return model.solve(replace(clock, budget=own, on_progress=None))

"""The waiting list: in which order people would be placed if a seat came free.

Whoever is left over waits behind those with a higher ``priority``; among equals those come first
who bring the whole most: the best link that a freed seat could give them, then whom more seats
would suit, then the id. So the first on the list is the person whom one more seat, fitting
everybody, would be given to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cohortopt.compile import Compiled
from cohortopt.instance import FORBIDDEN
from cohortopt.model import Unplaced


def with_waiting(compiled: Compiled, unplaced: Sequence[Unplaced]) -> tuple[Unplaced, ...]:
    """Return people left over with their place on the waiting list of the program, 1 is next.

    Waiting are those who ask for a seat and whom somebody could be matched with; others, and
    givers without takers, have no place. Takes time linear in their possible links.
    """
    instance = compiled.instance
    index = {person.id: i for i, person in enumerate(compiled.people)}
    givers = instance.givers.astype(np.intp)
    if instance.grouping is not None and len(instance.grouping.leaders):
        givers = np.union1d(givers, instance.grouping.leaders.astype(np.intp))
    ranked: list[tuple[int, int, int, str]] = []
    for one in unplaced:
        if one.role == "giver" or one.reason in ("not_asked", "no_partner"):
            continue
        i = index[one.person]
        column = instance.links.block(givers, np.array([i], dtype=np.intp))[:, 0]
        open_ = column[column != FORBIDDEN]
        if len(open_):
            best = int(open_.max())
            ranked.append((-int(instance.priority[i]), -best, -len(open_), one.person))
    place = {person: number for number, (*_, person) in enumerate(sorted(ranked), start=1)}
    return tuple(
        one.model_copy(update={"waiting": place[one.person]})
        if one.person in place and one.role != "giver"
        else one
        for one in unplaced
    )

"""Partners: people who can only be paired among too few others, or among an odd number."""

from __future__ import annotations

from collections import deque

import numpy as np

from cohortopt.model import Unplaced
from cohortopt.reasons.plan import Plan, listed


def shortage(plan: Plan, start: int) -> Unplaced | None:
    """Return the reason that people fit too few others, None where none is certain."""
    found = barrier(plan, start)
    if found is None:
        return None
    outer, wall = found
    people, others = plan.ids(outer), plan.ids(wall)
    if wall:
        detail = (
            f"all who fit are taken: of {len(people)} people ({listed(people)}), who fit only "
            f"{listed(others)} or a few of one another, {len(people) - 1} at most find a partner"
        )
    else:
        detail = (
            f"{len(people)} people ({listed(people)}) can only be paired with one another, "
            "and their number is odd"
        )
    return Unplaced(
        person=plan.people[start].id,
        role="peer",
        reason="shortage",
        detail=detail,
        would_help=f"One more person who fits {plan.people[start]}.",
        people=people,
        givers=others,
        seats=len(people) - 1,
    )


def barrier(plan: Plan, start: int) -> tuple[frozenset[int], frozenset[int]] | None:
    """Return (outer, wall): the outer people cannot all be seated, whoever else sits where.

    The alternating tree of Edmonds (1965, doi:10.4153/CJM-1965-045-4) from a person who is left
    over: their partners are inner, the partners' partners outer, and odd circles shrink into one
    outer knot. If no free person is reached, every link of an outer person leads to the wall (the
    inner people) or stays in the knot. Each knot is odd, so it needs somebody of the wall, and
    there is one knot more than there are people in the wall (Berge 1958,
    doi:10.1073/pnas.44.3.258). That is counted again here before it is said. O(n^2) a tree.
    """
    if (
        plan.instance.rounds > 1
        or plan.instance.trio
        or any(len(members) != 2 for members in plan.members)
    ):
        return None
    mate = {a: b for pair in plan.members for a, b in (pair, pair[::-1])}
    base = {start: start}  # outer people, each with the root of its knot
    parent: dict[int, int] = {}  # inner person -> the outer person who reached them
    queue = deque([start])
    while queue:
        one = queue.popleft()
        for other in plan.near(one):
            if other in base:
                if base[other] != base[one]:
                    _shrink(one, other, base, parent, mate, queue)
            elif other not in parent:
                if other not in mate:
                    return None  # both could sit: the plan seats fewer than it could
                parent[other] = one
                base[mate[other]] = mate[other]
                queue.append(mate[other])
    outer = frozenset(base)
    wall = frozenset(parent) - outer
    return (outer, wall) if _holds(plan, outer, wall) else None


def _shrink(
    one: int,
    other: int,
    base: dict[int, int],
    parent: dict[int, int],
    mate: dict[int, int],
    queue: deque[int],
) -> None:
    """Make one outer knot of the odd circle that a link between two outer people closes."""

    def climb(person: int) -> list[int]:
        path = [base[person]]
        while path[-1] in mate:
            path.append(base[parent[mate[path[-1]]]])
        return path

    first, second = climb(one), climb(other)
    common = next(knot for knot in first if knot in set(second))
    knots = {*first[: first.index(common)], *second[: second.index(common)]}
    for knot in knots:
        inner = mate[knot]
        if inner not in base:
            base[inner] = common
            queue.append(inner)
    for person, root in list(base.items()):
        if root in knots:
            base[person] = common


def _holds(plan: Plan, outer: frozenset[int], wall: frozenset[int]) -> bool:
    """Whether the outer people fall into more odd knots than the wall has people."""
    left, odd = set(outer), 0
    while left:
        knot, queue = set[int](), [left.pop()]
        while queue:
            one = queue.pop()
            knot.add(one)
            for other in plan.near(one):
                if other not in outer and other not in wall:
                    return False
                if other in left:
                    left.discard(other)
                    queue.append(other)
        odd += len(knot) % 2
    return odd > len(wall)


def swap(plan: Plan, person: int) -> tuple[int, tuple[int, ...], int] | None:
    """Return (partner, the matches that end, loss in points) of the cheapest change."""
    near = np.array(plan.near(person), dtype=np.intp)
    seat, points, fixed = plan.ends
    near = near[~fixed[seat[near]]]
    if not len(near):
        return None
    one, links = np.array([person], dtype=np.intp), plan.instance.links
    gained = links.block(near, one)[:, 0].astype(np.int64) + links.block(one, near)[0]
    out = seat[near]
    loss = points[out] - gained
    best = int(np.lexsort((near, loss, out >= 0))[0])
    ended = (int(out[best]),) if out[best] >= 0 else ()
    return int(near[best]), ended, int(loss[best])

"""One match of three among partners: which three, with everybody else in pairs.

For three people T the best choice is T and a best matching of the others. The prices y of
people and z of odd sets that prove the matching without a trio bound it beforehand,

    2 value(T and pairs) <= sum y + sum z_S (|S| - 1) / 2 + 2 weight(T) - y(T)
                            - sum of z_S over odd sets holding two or three of T,

as inside S at most (|S| - 1) / 2 pairs fit, one fewer once two or three of S sit in T. Odd sets
are nested or apart, so this last sum is the greatest of the sums for two of T. Trios are tried in
the order of their bounds, each with a best matching of the others over all pairs, until the next
bound is no better than what was found: exact, usually after a handful of matchings.
O(n^3) for the bounds at worst, most of it cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN
from cohortopt.solvers.base import Clock
from cohortopt.solvers.exchange.columns import previous_pairs
from cohortopt.solvers.exchange.partner_graph import Matching, Pairing, match_all

DENSE = 4_000  # people up to which all trios are bounded
TRIES = 512  # trios bounded at a time
LIMIT = 200  # matchings where the clock must not matter

Trio = tuple[int, int, int]


@dataclass(frozen=True)
class Case:
    """A trio that was tried: its people, the others, and their best matching."""

    trio: Trio
    others: NDArray[np.intp]
    matching: Matching


@dataclass(frozen=True)
class Best:
    """A trio (or none) with the best pairs of the others; ``bound`` on the weight of all."""

    trio: Trio | None
    pairs: list[tuple[int, int]]
    value: int
    bound: int | None
    cases: tuple[Case, ...] = ()  # with the first matching's prices they prove the bound


def pairs_of(people: NDArray[np.intp], matching: Matching) -> list[tuple[int, int]]:
    """Return the pairs of a matching as people."""
    return [(int(people[a]), int(people[b])) for a, b in enumerate(matching.mate) if a < b]


def doubled(matching: Matching) -> int:
    """Return twice the bound that prices prove."""
    odd = sum(z * (len(inside) - 1) // 2 for inside, z in matching.sets)
    return int(matching.price.sum()) + odd


def with_trio(pairing: Pairing, matching: Matching, clock: Clock) -> Best:
    """Return the best of all choices with at most one trio, from the best without one."""
    people = pairing.people
    bound = doubled(matching)
    best = Best(None, pairs_of(people, matching), bound // 2, bound // 2)
    if len(people) < 3 or len(people) > DENSE:
        return best if len(people) < 3 else Best(None, best.pairs, best.value, None)
    square = Squares(pairing, matching)
    cases: list[Case] = []
    after: tuple[int, int] | None = None
    while True:
        listed = square.best(2 * best.value - bound, after)
        for potential, trio in listed:
            if bound + potential <= 2 * best.value:
                return replace(best, bound=best.value, cases=tuple(cases))
            if clock.is_over or (clock.budget.reproducible and len(cases) >= LIMIT):
                return replace(best, bound=(bound + potential) // 2, cases=tuple(cases))
            rest = pairing.without(trio)
            others, _ = match_all(rest, Clock())
            value = square.weight(trio) + doubled(others) // 2
            a, b, c = sorted(int(people[k]) for k in trio)
            cases.append(Case((a, b, c), rest.people, others))
            if value > best.value:
                best = Best((a, b, c), pairs_of(rest.people, others), value, None)
        if len(listed) < TRIES:
            return replace(best, bound=best.value, cases=tuple(cases))
        last, (a, b, c) = listed[-1]
        after = (last, (a * len(people) + b) * len(people) + c)


class Squares:
    """What any two people add to a trio, as squares over the people who take part."""

    def __init__(self, pairing: Pairing, matching: Matching) -> None:
        instance, people, w = pairing.instance, pairing.people, pairing.weights
        n = len(people)
        there = instance.links.block(people, people).astype(np.int64)
        least = np.minimum(there, there.T)
        self.extra = w.per_least * least + w.per_point * (there + there.T)
        place = {int(person): at for at, person in enumerate(people.tolist())}
        for a, b in previous_pairs(instance):
            if w.per_kept and a in place and b in place:
                self.extra[place[a], place[b]] += w.per_kept
                self.extra[place[b], place[a]] += w.per_kept
        self.extra[least == FORBIDDEN] = FORBIDDEN
        self.head = pairing.head
        self.alone = 2 * pairing.head - matching.price
        self.odd = np.zeros((n, n), np.int64)
        for inside, z in matching.sets:
            self.odd[np.ix_(inside, inside)] += z
        slots = instance.slots
        free = slots.starts[people] if slots is not None else np.full((n, 1), 1, np.uint64)
        self.free = np.ascontiguousarray(free)

    def weight(self, trio: Trio) -> int:
        """Return the weight of a trio."""
        a, b, c = trio
        both = int(self.extra[a, b] + self.extra[b, c] + self.extra[a, c])
        return both + int(self.head[list(trio)].sum())

    def best(self, floor: int, after: tuple[int, int] | None) -> list[tuple[int, Trio]]:
        """Return the next trios by what they add to twice the bound, those above ``floor``."""
        from cohortopt.solvers.exchange.partner_links import best_trios

        n = len(self.head)
        weights, codes = np.zeros((1, TRIES), np.int64), np.zeros((1, TRIES), np.int64)
        count = np.zeros(1, np.int64)
        top, code = after if after is not None else (2**62, -1)
        best_trios(
            self.extra, self.odd, self.alone, self.free, floor, top, code, weights, codes, count
        )
        found = zip(weights[0, : count[0]].tolist(), codes[0, : count[0]].tolist(), strict=True)
        ordered = sorted(found, key=lambda item: (-item[0], item[1]))
        return [(value, (k // n // n, k // n % n, k % n)) for value, k in ordered]

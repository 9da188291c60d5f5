"""The numeric problem while it is being written, one block of links at a time.

Rules and goals see a ``Draft``: some givers x some takers. They read columns, ``forbid`` links
and ``award`` worth. ``Columns`` is shared by all blocks of one compile; each array is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.grid import quarter_bits, start_bits
from cohortopt.instance.instance import FORBIDDEN, Ints, Longs, Words, frozen
from cohortopt.model import Facts, Person

T = TypeVar("T")
Index = NDArray[np.intp]


class Columns:
    """Arrays about all people, in the order of ``facts.roster``, each computed once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.people = facts.roster.people
        self.index = {person.id: i for i, person in enumerate(self.people)}
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, computed the first time ``key`` is asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # type: ignore[no-any-return]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as ``(n,) float64``; NaN where it is blank or no number."""

        def make() -> NDArray[np.float64]:
            values = (person.number(name) for person in self.people)
            column = [np.nan if value is None else value for value in values]
            return frozen(np.array(column, dtype=np.float64))

        return self.once(("number", name), make)

    def codes(self, name: str) -> Longs:
        """Return a column as ``(n,) int64`` codes: equal iff the text is; -1 where blank."""
        return self.once(("code", name), lambda: coded(self.people, lambda p: p.attribute(name)))

    def links(self, pairs: Iterable[tuple[str, str]]) -> Longs:
        """Return pairs of ids as ``(m, 2) int64`` indices, sorted; strangers are left out."""
        known = {
            (self.index[one], self.index[other])
            for one, other in pairs
            if one in self.index and other in self.index
        }
        return frozen(np.array(sorted(known), dtype=np.int64).reshape(-1, 2))

    def starts(self, minutes: int) -> Words:
        """Return start bits ``(n, words) uint64`` of weekly meetings of ``minutes``."""
        return self.once(("starts", minutes), lambda: start_bits(self.facts, minutes))

    def quarters(self) -> Words:
        """Return the free quarter hours of everyone, ``(n, words) uint64``."""
        return self.once("quarters", lambda: quarter_bits(self.facts))


def coded(people: Iterable[Person], text: Callable[[Person], str]) -> Longs:
    """Return ``(n,) int64`` codes of texts, case folded, in order of appearance; -1 for blank."""
    known: dict[str, int] = {}
    column = [
        known.setdefault(key, len(known)) if (key := text(person).strip().casefold()) else -1
        for person in people
    ]
    return frozen(np.array(column, dtype=np.int64))


class Draft:
    """A block of links being written: ``givers`` x ``takers``, both arrays of people indices."""

    def __init__(self, columns: Columns, givers: Index, takers: Index) -> None:
        self.columns = columns
        self.giver_index, self.taker_index = givers, takers
        self.banned = givers[:, None] == takers[None, :]
        self.total = np.zeros((len(givers), len(takers)), dtype=np.int64)
        self._weight = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many givers and takers the block has."""
        return len(self.giver_index), len(self.taker_index)

    def givers(self, name: str) -> NDArray[np.float64]:
        """Return a number column of the block's givers, NaN where unknown."""
        return self.columns.numbers(name)[self.giver_index]

    def takers(self, name: str) -> NDArray[np.float64]:
        """Return a number column of the block's takers, NaN where unknown."""
        return self.columns.numbers(name)[self.taker_index]

    def codes(self, name: str) -> tuple[Longs, Longs]:
        """Return codes of a text column: of the givers ``(g, 1)`` and the takers ``(1, t)``."""
        codes = self.columns.codes(name)
        return codes[self.giver_index][:, None], codes[self.taker_index][None, :]

    def forbid(self, mask: NDArray[np.bool_]) -> None:
        """Forbid the links where ``mask : (g, t) bool`` holds."""
        self.banned |= mask

    def forbid_links(self, links: Longs) -> None:
        """Forbid links ``(m, 2) int64`` (giver, taker); those outside the block do nothing."""
        rows, columns, _ = self.inside(links)
        self.banned[rows, columns] = True

    def inside(self, links: Longs) -> tuple[Index, Index, Index]:
        """Return row and column of the links that lie in the block, and which those are."""
        rows, columns = self._rows[links[:, 0]], self._columns[links[:, 1]]
        kept = np.flatnonzero((rows >= 0) & (columns >= 0))
        return rows[kept], columns[kept], kept

    @cached_property
    def _rows(self) -> Index:
        return self._places(self.giver_index)

    @cached_property
    def _columns(self) -> Index:
        return self._places(self.taker_index)

    def _places(self, people: Index) -> Index:
        places = np.full(len(self.columns.people), -1, dtype=np.intp)
        places[people] = np.arange(len(people), dtype=np.intp)
        return places

    def weigh(self, weight: int) -> None:
        """Make the next ``award`` count ``weight`` (thousandths)."""
        self._weight = weight

    def award(self, worth: NDArray[Any]) -> None:
        """Add ``worth : (g, t)`` in millionths, times the weight of the goal that speaks."""
        self.total += worth.astype(np.int64) * self._weight

    def points(self, weights: int) -> Ints:
        """Return the block's points, the awards over ``weights`` (thousandths) in all."""
        points = halves_to_even(self.total, 1000 * weights).astype(np.int32)
        points[self.banned] = FORBIDDEN
        return points


def halves_to_even(numerator: Longs, denominator: int) -> Longs:
    """Return ``numerator / denominator`` rounded to whole numbers, halves to even."""
    if denominator <= 0:
        return np.zeros_like(numerator)
    whole, rest = np.divmod(numerator, denominator)
    twice = 2 * rest
    up = (twice > denominator) | ((twice == denominator) & (whole % 2 == 1))
    rounded: Longs = whole + up
    return rounded

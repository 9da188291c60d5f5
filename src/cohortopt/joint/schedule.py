"""A slot for every chosen match, so that no person's meetings overlap."""

from __future__ import annotations

from collections.abc import Sequence

from cohortopt.joint.columns import Bits, Column, as_bits
from cohortopt.joint.shared import Shared

TRIES = 20_000


class Scheduler:
    """Finds slots for sets of columns by search with look-ahead; exact up to ``TRIES`` steps.

    Matches that share a person must not overlap, within a program and, if the scenario says so,
    across programs. Start bits already leave out what other, fixed meetings take.
    """

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self._masks: dict[tuple[int, int, int], Bits] = {}
        self.gave_up = False

    def mask(self, j: int, slot: int, k: int) -> Bits:
        """Return the slots of program k that overlap a slot of program j."""
        key = (j, slot, k)
        if key not in self._masks:
            self._masks[key] = as_bits(self.shared.overlap(j, slot, k))
        return self._masks[key]

    def slots(self, columns: Sequence[Column]) -> list[int] | None:
        """Return a slot for each column (-1 where its program has none), None if none fit."""
        timed = [c for c, column in enumerate(columns) if self._has_slots(column)]
        others: dict[int, list[int]] = {c: [] for c in timed}
        for a in timed:
            for b in timed:
                if a != b and self._meet(columns[a], columns[b]):
                    others[a].append(b)
        open_ = {c: columns[c].starts for c in timed}
        chosen: dict[int, int] = {}
        self._steps = 0
        done = self._search(columns, others, open_, chosen)
        return [chosen.get(c, -1) for c in range(len(columns))] if done else None

    def _has_slots(self, column: Column) -> bool:
        return self.shared.parts[column.part].instance.slots is not None

    def _meet(self, one: Column, other: Column) -> bool:
        if one.part != other.part and not self.shared.joint.slots:
            return False
        return not set(one.found.people).isdisjoint(other.found.people)

    def _search(
        self,
        columns: Sequence[Column],
        others: dict[int, list[int]],
        open_: dict[int, Bits],
        chosen: dict[int, int],
    ) -> bool:
        left = [c for c in open_ if c not in chosen]
        if not left:
            return True
        free = [c for c in left if not any(b not in chosen for b in others[c])]
        at = free[0] if free else min(left, key=lambda c: (open_[c].bit_count(), c))
        bits = open_[at]
        while bits:
            self._steps += 1
            if self._steps > TRIES:
                self.gave_up = True
                return False
            slot = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            narrowed = dict(open_)
            narrowed[at] = 1 << slot
            fits = True
            for b in others[at]:
                if b not in chosen:
                    narrowed[b] &= ~self.mask(columns[at].part, slot, columns[b].part)
                    fits = fits and narrowed[b] != 0
            if fits:
                chosen[at] = slot
                if self._search(columns, others, narrowed, chosen):
                    return True
                del chosen[at]
            if free:
                break  # its slot concerns nobody else: another would not help
        return False

    def clash(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Return a least set of columns that cannot all have slots (they cannot as a whole)."""
        core = [c for c in columns if self._has_slots(c)]
        for column in list(core):
            rest = [c for c in core if c is not column]
            if self.slots(rest) is None:
                core = rest
        return tuple(core)

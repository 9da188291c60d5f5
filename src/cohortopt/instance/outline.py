"""What rules write about people and matches, as opposed to links: the outline of an instance."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cohortopt.instance.draft import Columns
from cohortopt.instance.instance import GroupGoal, Ints, Kinds, Limit, Lock, Longs
from cohortopt.model import Slot, skill_key


class Outline:
    """Loads, locks and group limits while they are being written.

    ``gives_min, gives_max, takes_min, takes_max, total_max : (n,) int32``, as in ``Instance``.
    """

    def __init__(
        self,
        columns: Columns,
        shape: str,
        slots: tuple[Slot, ...] = (),
        topics: tuple[str, ...] = (),
    ) -> None:
        people = columns.people
        self.columns = columns
        self.shape = shape
        self.n = len(people)

        def column(values: Iterable[int]) -> Ints:
            return np.array(list(values), dtype=np.int32)

        self.gives_min = column(person.capacity_min for person in people)
        self.gives_max = column(person.capacity for person in people)
        self.takes_min = np.zeros(self.n, dtype=np.int32)
        self.takes_max = column(person.needs for person in people)
        self.total_max = np.full(self.n, 10_000, dtype=np.int32)
        self.required = np.zeros(self.n, dtype=np.bool_)
        self.mutual = True
        self.meeting = 0  # minutes of a meeting that needs a named slot; 0: no slots
        self.slots = slots  # the candidate slots by number
        self.topics = topics  # what matches may be about, by number
        self.together: list[tuple[int, ...]] = []
        self.locked: list[Lock] = []
        self.limits: list[Limit] = []
        self.kinds: list[Kinds] = []
        self.goals: list[GroupGoal] = []

    def at(self, ids: Iterable[str]) -> tuple[int, ...]:
        """Return the indices of those ids that are on the roster."""
        index = self.columns.index
        return tuple(index[one] for one in ids if one in index)

    def slot_number(self, slot: Slot | None) -> int:
        """Return the number of a named slot among the candidates, -1 for none."""
        return self.slots.index(slot) if slot is not None and slot in self.slots else -1

    def topic_number(self, topic: str | None) -> int:
        """Return the number of a topic, -1 for none."""
        key = None if topic is None else skill_key(topic)
        return self.topics.index(key) if key in self.topics else -1

    def limit(
        self,
        amounts: Longs,
        least: int,
        most: int,
        name: str,
        if_any: bool = False,
        rule: str = "limits",
    ) -> None:
        """Ask that in every group the sum of ``amounts`` lies between ``least`` and ``most``."""
        self.limits.append(Limit(amounts, least, most, if_any, name, rule))

"""Certificates in words: ids for the indices that solvers use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohortopt.model import Slot
from cohortopt.verify.timetable import slot_name

TABLES = ("giver", "taker", "price", "peer", "seats")  # {person: number}
PAIRS = ("locked", "fixed", "pairs")  # lists of people, where they are lists of whole numbers
FAMILIES = {  # session prices: what the columns of a row are, before its price
    "slot": ("person", "slot"),
    "weeks": ("person", "number"),
    "room": ("slot",),
    "gives": ("person",),
    "takes": ("person",),
    "total": ("person",),
    "pair": ("person", "person"),
    "mutual": ("person", "person"),
    "topic": ("person", "topic"),
    "gives_min": ("person",),
    "takes_min": ("person",),
    "required": ("person",),
    "lock": ("person", "person"),
    "level": ("person",),
}


@dataclass(frozen=True)
class Names:
    """What numbers stand for: ids of people, names of slots, topics."""

    people: Sequence[str]
    slots: Sequence[str] = ()
    topics: Sequence[str] = ()

    def name(self, what: str, number: int) -> str | int:
        """Return the name of a person, slot or topic; other numbers as they are."""
        known = {"person": self.people, "slot": self.slots, "topic": self.topics}.get(what, ())
        return known[number] if known else number


def to_words(
    certificate: dict[str, object],
    ids: Sequence[str],
    slots: Sequence[Slot] = (),
    topics: Sequence[str] = (),
) -> dict[str, object]:
    """Return a certificate with names for numbers, in whatever tables it holds.

    People are named by id, slots as in :func:`cohortopt.verify.timetable.slot_name`.
    """
    names = Names(ids, [slot_name(slot) for slot in slots], topics)
    converted = _convert(certificate, "", names)
    assert isinstance(converted, dict)
    return converted


def _convert(value: object, key: str, names: Names) -> object:
    if isinstance(value, dict):
        if key in TABLES:
            return {names.people[int(i)]: int(price) for i, price in sorted(value.items())}
        if key == "prices":
            return {name: _family(name, rows, names) for name, rows in value.items()}
        return {str(name): _convert(inner, str(name), names) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        if key == "sets":
            return [[[names.people[int(i)] for i in people], int(price)] for people, price in value]
        if key == "people":
            return [names.people[int(i)] for i in value]
        if key == "starts":
            return [names.name("slot", int(i)) for i in value]
        if key in PAIRS and all(isinstance(i, int | np.integer) for pair in value for i in pair):
            return [[names.people[int(i)] for i in pair] for pair in value]
        return [_convert(inner, "", names) for inner in value]
    return value.item() if isinstance(value, np.generic) else value


def _family(name: str, rows: Sequence[Sequence[int]], names: Names) -> list[list[object]]:
    what = FAMILIES[name]
    return [
        [*(names.name(one, int(i)) for one, i in zip(what, row, strict=False)), int(row[-1])]
        for row in rows
    ]

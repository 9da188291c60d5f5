"""Certificates in words: ids for the indices that solvers use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

TABLES = ("giver", "taker", "price", "peer", "seats")  # {person: number}
PAIRS = ("locked", "fixed")  # lists of people, where they are lists of whole numbers
FAMILIES = {  # session prices: how many of a row's first columns are people
    "slot": 1,
    "weeks": 1,
    "room": 0,
    "gives": 1,
    "takes": 1,
    "total": 1,
    "pair": 2,
    "mutual": 2,
    "topic": 1,
    "gives_min": 1,
    "takes_min": 1,
    "required": 1,
    "lock": 2,
    "level": 1,
}


def to_words(certificate: dict[str, object], ids: Sequence[str]) -> dict[str, object]:
    """Return a certificate with ids for indices, in whatever tables it holds about people."""
    converted = _convert(certificate, "", ids)
    assert isinstance(converted, dict)
    return converted


def _convert(value: object, key: str, ids: Sequence[str]) -> object:
    if isinstance(value, dict):
        if key in TABLES:
            return {ids[int(i)]: int(price) for i, price in sorted(value.items())}
        if key == "prices":
            return {name: _family(name, rows, ids) for name, rows in value.items()}
        return {str(name): _convert(inner, str(name), ids) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        if key == "sets":
            return [[[ids[int(i)] for i in people], int(price)] for people, price in value]
        if key == "people":
            return [ids[int(i)] for i in value]
        if key in PAIRS and all(isinstance(i, int | np.integer) for pair in value for i in pair):
            return [[ids[int(i)] for i in pair] for pair in value]
        return [_convert(inner, "", ids) for inner in value]
    return value.item() if isinstance(value, np.generic) else value


def _family(name: str, rows: Sequence[Sequence[int]], ids: Sequence[str]) -> list[list[object]]:
    people = FAMILIES[name]
    return [
        [*(ids[int(i)] for i in row[:people]), *(int(number) for number in row[people:])]
        for row in rows
    ]

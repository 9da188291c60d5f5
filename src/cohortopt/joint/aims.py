"""The tiers of the whole as weights of columns, as far as they are sums over matches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from cohortopt.joint.choice import Chooser, Terms
from cohortopt.joint.columns import Column
from cohortopt.joint.judge import Judge

LINEAR = frozenset({"placed", "points", "mutual", "changes"})


def aims(judge: Judge, chooser: Chooser, seated: frozenset[tuple[int, int]]) -> list[Terms]:
    """Return what to maximise, tier by tier; at last the meetings that people have now.

    ``seated`` are (program, taker) whom a match that stays seats already. Tiers that are no
    sums (``worst``, ``stable``) are left to whoever compares whole plans.
    """
    found = [_tier(judge, tier, chooser, seated) for tier in judge.tiers if tier in LINEAR]
    if any(part.instance.previous for part in judge.shared.parts):
        weights = {c: judge.kept(col.part, col.found) for c, col in enumerate(chooser.columns)}
        found.append(({c: w for c, w in weights.items() if w}, {}))
    return found


def _tier(judge: Judge, tier: str, chooser: Chooser, seated: frozenset[tuple[int, int]]) -> Terms:
    columns: dict[int, int] = {}
    seats: dict[tuple[int, int], int] = {}
    for c, column in enumerate(chooser.columns):
        k = column.part
        weight = judge.weight(k, tier)
        if tier not in judge.shared.parts[k].program.tiers:
            continue
        if tier == "placed":
            worth = _seats(judge, column, chooser, seated, seats, weight)
        elif tier == "points":
            worth = judge.points(k, column.found)
        elif tier == "changes":
            worth = judge.kept(k, column.found)
        else:
            worth = _mutual(judge, column)
        if worth:
            columns[c] = worth * weight
    return columns, seats


def _seats(
    judge: Judge,
    column: Column,
    chooser: Chooser,
    seated: frozenset[tuple[int, int]],
    seats: dict[tuple[int, int], int],
    weight: int,
) -> int:
    """Return what seating a column's people is worth; takers of several are counted once."""
    k, found = column.part, column.found
    instance = judge.shared.parts[k].instance
    if instance.shape != "pairs":
        return int(instance.priority[list(found.people[found.leaders :])].sum())
    taker = found.people[1]
    if (k, taker) in seated:
        return 0
    if (k, taker) in chooser.seated:
        seats[k, taker] = weight * int(instance.priority[taker])
        return 0
    return int(instance.priority[taker])


def _mutual(judge: Judge, column: Column) -> int:
    square = judge.shared.parts[column.part].instance.links.dense
    two: Sequence[tuple[int, int]] = list(combinations(column.found.people, 2))
    return sum(max(0, min(int(square[a, b]), int(square[b, a]))) for a, b in two)

"""The tiers of the whole as weights of columns, as far as they are sums over matches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from cohortopt.joint.choice import Chooser, Terms
from cohortopt.joint.columns import Column
from cohortopt.joint.judge import Judge

LIMIT = 2**60
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


def combined(aims_: Sequence[Terms], chooser: Chooser) -> list[Terms]:
    """Return the tiers as one, each worth more than all that lower ones can give.

    What a tier can give is at most the sum, over people, of their best match times the matches
    that they may sit in. Tiers that would not fit 60 bits together stay apart.
    """
    if not aims_:
        return []
    whole = aims_[-1]
    for number in range(len(aims_) - 2, -1, -1):
        factor = 1 + _most(whole, chooser)
        tier = aims_[number]
        if factor * (1 + _most(tier, chooser)) >= LIMIT:
            return [*combined(aims_[: number + 1], chooser), whole]
        columns, seats = dict(whole[0]), dict(whole[1])
        for c, worth in tier[0].items():
            columns[c] = columns.get(c, 0) + factor * worth
        for key, worth in tier[1].items():
            seats[key] = seats.get(key, 0) + factor * worth
        whole = (columns, seats)
    return [whole]


def _most(terms: Terms, chooser: Chooser) -> int:
    columns, seats = terms
    best: dict[tuple[int, int], int] = {}
    for (k, i), mine in chooser.at.items():
        instance = chooser.rest.instances[k]
        loads = max(int(instance.takes_max[i]), int(instance.gives_max[i]), 1)
        best[k, i] = loads * max((abs(columns.get(c, 0)) for c in mine), default=0)
    return sum(best.values()) + sum(seats.values())


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

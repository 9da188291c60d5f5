"""Rounds of partners or plain groups, planned together by search, with counting bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Found, TierAnswer
from cohortopt.solvers.rounds.bounds import Bound, fewest_repeats, meetings, most_rounds
from cohortopt.solvers.rounds.rotation_bound import meeting_prices
from cohortopt.solvers.rounds.rotation_check import askers, is_forgiving, rank, sat_out, tier_value
from cohortopt.solvers.rounds.worth import Worth
from cohortopt.words import counted

PLAIN = frozenset({Feature.ROUNDS, Feature.TRIO, Feature.GROUP_COUNT, Feature.SLOTS})


def is_plain(instance: Instance) -> bool:
    """Whether any seating of the right sizes is allowed, but for pairs who may not meet."""
    if instance.shape not in ("partners", "groups") or not instance.features <= PLAIN:
        return False
    if not {"placed", "violations", "points"}.issuperset(instance.tiers):
        return False
    people = askers(instance)
    sizes = round_sizes(instance)
    if instance.slots is not None and any(size > 2 for size in sizes):
        return False  # three who can meet two by two may have no slot in common
    grouping = instance.grouping
    if grouping is not None and (grouping.leaders_max > 0 or grouping.topics.size):
        return False
    equal = len(set(instance.priority[people].tolist())) <= 1
    return bool(sizes) and (equal or sum(sizes) == len(people))


def round_sizes(instance: Instance) -> list[int]:
    """Return the sizes of a round's matches, largest first: as many people as can be seated.

    Groups are as equal as they can be. Among numbers of groups that seat as many, the one with
    the fewest repeats by count, then nearest to the target size (or the middle of the range).
    """
    return min(_round_sizes(instance), default=(0, 0, 0.0, []))[3]


def fewest_meetings(instance: Instance, sizes: list[int]) -> tuple[list[int], bool]:
    """Return sizes of a round with as many seats and the fewest meetings; whether all must be so.

    They must where groups have one size, or all people sit in pairs and at most one trio.
    """
    grouping = instance.grouping
    if grouping is None or grouping.size_min == grouping.size_max:
        return sizes, True
    most = [s for seats, _, _, s in _round_sizes(instance) if -seats == sum(sizes)]
    return min(most, key=meetings), False


def _round_sizes(instance: Instance) -> list[tuple[int, int, float, list[int]]]:
    """Return sizes of a round that could be, with what orders them: best first."""
    n = len(askers(instance))
    if instance.shape == "partners":
        trio = instance.trio and n % 2 == 1 and n >= 3
        sizes = [3] + [2] * ((n - 3) // 2) if trio else [2] * (n // 2)
        return [(-sum(sizes), 0, 0.0, sizes)]
    grouping = instance.grouping
    assert grouping is not None
    least, most = max(1, grouping.size_min), grouping.size_max
    wish = grouping.target if grouping.target > 0 else (least + most) / 2
    found: list[tuple[int, int, float, list[int]]] = []
    counts = [grouping.count] if grouping.count > 0 else range(1, n // least + 1)
    for count in counts:
        seated = min(n, count * most)
        if seated < count * least:
            continue
        sizes = sorted((seated // count + (k < seated % count) for k in range(count)), reverse=True)
        again = fewest_repeats(n, sizes, instance.rounds).value
        found.append((-seated, again, abs(seated / count - wish), sizes))
    return found


def limits(instance: Instance) -> tuple[Bound, Bound]:
    """Return how few repeats and how many rounds without any are possible, by counting."""
    sizes, fixed = fewest_meetings(instance, round_sizes(instance))
    n = len(askers(instance))
    return fewest_repeats(n, sizes, instance.rounds, fixed), most_rounds(n, sizes, fixed)


def designed(instance: Instance, clock: Clock) -> tuple[list[Found], Worth]:
    """Return rounds of everyone by construction and search, blind to rules but those of links.

    Fewest repeats first, then points of links. Matches of people who may not meet are left out.
    Also returns what meetings are worth.
    """
    from cohortopt.solvers.rounds.rotation_search import search_plan

    people, worth = np.array(askers(instance), np.intp), _worth(instance)
    plan, _ = search_plan(len(people), round_sizes(instance), instance.rounds, clock, worth)
    apart = {(int(people[a]), int(people[b])) for a, b in np.argwhere(worth.bad)}
    return _without(_found(instance, people, plan), apart), worth


def _worth(instance: Instance) -> Worth:
    """Return what meetings of those who ask are worth, and who may not meet."""
    people = np.array(askers(instance), np.intp)
    points = instance.links.block(people, people).astype(np.int64)
    bad = (points == FORBIDDEN) | (points.T == FORBIDDEN)
    np.fill_diagonal(bad, False)
    if instance.slots is not None:
        for a in range(len(people)):
            for b in range(a):
                if not len(instance.slots.common((int(people[a]), int(people[b])))):
                    bad[a, b] = bad[b, a] = True
    value = np.where(bad, 0, points + points.T)
    np.fill_diagonal(value, 0)
    scale = instance.grouping.scale if instance.grouping is not None else 1
    price = -1 if instance.repeat_loss < 0 else instance.repeat_loss * scale
    return Worth(value, bad, _factor(instance, max(round_sizes(instance))), price)


def solve_plain(instance: Instance, clock: Clock) -> Answer:
    """Return the best rounds found, with bounds that counting gives."""
    matched = _matched(instance, clock.share(0.4))
    kept, worth = designed(instance, clock)
    if matched and rank(instance, matched) > rank(instance, _kept_rule(instance, kept)):
        kept = matched
    sizes, (least, most) = round_sizes(instance), limits(instance)
    facts = _facts(instance, kept, least, most)
    impossible: tuple[str, ...] = ()
    if instance.repeat_loss < 0 and facts["repeats"] and not is_forgiving(instance):
        facts["fewest_repeats"] = {"value": facts["repeats"], "bound": least.value}
        if least.value > 0:  # the plan with the fewest repeats, for the caller to show
            found = (
                f"the best plan found of {instance.rounds} rounds has {facts['repeats']} repeats"
            )
            impossible = (*too_many(least, most), found)
        else:  # nothing says it is impossible, so keep the rule and leave people out
            kept = _no_repeats(instance, kept)
            facts["sat_out"] = sat_out(instance, kept)
    tiers = tuple(
        TierAnswer(
            tier,
            tier_value(instance, tier, kept),
            *_bound(instance, tier, sizes, worth, clock, least),
        )
        for tier in instance.tiers
    )
    finished = not clock.looked_late
    return Answer(tuple(kept), tiers, finished, impossible, facts, "rotation")


def _matched(instance: Instance, clock: Clock) -> list[Found]:
    """Return one round of partners after the other; nothing where rounds of everyone exist.

    Where some may not meet, matchings seat most.
    """
    from cohortopt.solvers.rounds.rotation_partners import MOST, matched_rounds

    people = np.array(askers(instance), np.intp)
    if instance.shape != "partners" or instance.trio or not 1 < len(people) <= MOST:
        return []
    worth = _worth(instance)
    if not np.triu(worth.bad, 1).any():
        return []
    return _found(instance, people, matched_rounds(len(people), instance.rounds, worth, clock))


def _kept_rule(instance: Instance, matches: list[Found]) -> list[Found]:
    """Return the matches without repeats, where there may be none."""
    strict = instance.repeat_loss < 0 and not is_forgiving(instance)
    return _no_repeats(instance, matches) if strict else matches


def too_many(least: Bound, most: Bound) -> tuple[str, ...]:
    """Return why rounds without repeats are impossible, and how many there can be."""
    rounds = counted(most.value, "round is", "rounds are")
    return least.text, f"at most {rounds} possible without repeats"


def _factor(instance: Instance, largest: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return what a match of each size multiplies its pairs' points by."""
    grouping = instance.grouping
    if grouping is None:
        return np.ones(largest + 1, np.int64)
    if grouping.value == "sum":
        return np.full(largest + 1, grouping.scale, np.int64)
    return np.array([grouping.scale // max(1, s - 1) for s in range(largest + 1)], np.int64)


def _found(
    instance: Instance, people: Any, plan: Sequence[Sequence[tuple[int, ...]]]
) -> list[Found]:
    matches = []
    for r, groups in enumerate(plan, start=1):
        for group in sorted(groups):
            those = tuple(sorted(int(people[p]) for p in group))
            matches.append(Found(those, 0, _slot(instance, those), round=r))
    return sorted(matches, key=lambda match: (match.round, match.people))


def _slot(instance: Instance, people: Sequence[int]) -> int:
    if instance.slots is None:
        return -1
    common = instance.slots.common(people)
    return int(common[0]) if len(common) else -1


def _without(matches: Sequence[Found], bad: set[tuple[int, int]]) -> list[Found]:
    """Return the matches in which everybody may meet everybody."""
    return [
        match
        for match in matches
        if not any((a, b) in bad for a in match.people for b in match.people)
    ]


def _no_repeats(instance: Instance, matches: Sequence[Found]) -> list[Found]:
    """Return matches, earlier rounds first, in which nobody meets anybody again."""
    from cohortopt.solvers.rounds.rotation_check import meetings as who_meet

    seen: set[frozenset[int]] = set()
    kept = []
    for match in matches:
        fresh = who_meet(instance, match)
        if not fresh & seen:
            kept.append(match)
            seen |= fresh
    return kept


def _facts(
    instance: Instance, matches: Sequence[Found], least: Bound, most: Bound
) -> dict[str, Any]:
    from cohortopt.solvers.rounds.rotation_check import repeats

    return {
        "repeats": repeats(instance, matches),
        "repeats_bound": least.as_dict(),
        "rounds_possible": most.as_dict(),
        "most_rounds": f"{most.value}: {most.text}",
        "sat_out": sat_out(instance, matches),
    }


def _bound(
    instance: Instance, tier: str, sizes: Sequence[int], worth: Worth, clock: Clock, least: Bound
) -> tuple[int, dict[str, Any]]:
    """Return a bound on a tier and the argument for it.

    ``seats``: no round seats more than its sizes. ``best_others``: in R rounds a person in groups
    of s has R(s - 1) meetings; the best that these can be worth, a repeat being worth nothing (or
    its points less the loss), summed over people and halved, since a meeting has two ends.
    ``meeting_prices`` (``rotation_bound``) is better where it applies.
    """
    people = askers(instance)
    if tier == "violations":
        return least.value, {"kind": "repeats", "text": least.text}
    if is_forgiving(instance):  # whoever may meet again may be worth it again
        worth = replace(worth, loss=0)
    if tier == "placed":
        priority = sorted(instance.priority[people].astype(int).tolist(), reverse=True)
        value = instance.rounds * sum(priority[: sum(sizes)])
        priced = _partners_seated(instance, sizes, worth, clock)
        if priced is not None and priced[0] < value:
            return priced
        return value, {"kind": "seats", "seats": sum(sizes), "rounds": instance.rounds}
    priced = meeting_prices(people, sizes, instance.rounds, worth, max(5.0, clock.left))
    if priced is not None:
        return priced
    rounds, total = instance.rounds, 0
    for row in range(len(people)):
        pairs = np.delete(worth.value[row], row)
        best = 0
        for size in set(sizes):
            worths = pairs * int(worth.factor[size])
            if worth.loss >= 0:
                again = np.repeat(worths - worth.loss, rounds - 1)
                worths = np.concatenate([worths, np.maximum(0, again)])
            worths = np.sort(worths)[::-1][: rounds * (size - 1)]
            best = max(best, int(worths.sum()))
        total += best
    return total // 2, {"kind": "best_others", "rounds": rounds, "sizes": sorted(set(sizes))}


def _partners_seated(
    instance: Instance, sizes: Sequence[int], worth: Worth, clock: Clock
) -> tuple[int, dict[str, Any]] | None:
    """Return what prices of meetings say of seats where some partners may not meet."""
    people = askers(instance)
    if instance.shape != "partners" or set(sizes) != {2} or not np.triu(worth.bad, 1).any():
        return None
    priority = instance.priority[people].astype(np.int64)
    seats = np.where(worth.bad, 0, priority[:, None] + priority[None, :])
    again = -1 if worth.loss < 0 else 0  # who may meet again is seated again
    alike = Worth(seats, worth.bad, np.ones_like(worth.factor), again)
    return meeting_prices(people, sizes, instance.rounds, alike, max(5.0, clock.left))

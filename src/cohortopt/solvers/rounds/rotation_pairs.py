"""A season of pairs in which no two meet twice: one flow for all rounds, then edge colouring.

Rounds differ in nothing but their number, so a season is a set of links, each at most once, in
which a giver has at most R x ``gives_max`` and a taker at most R; any such set can be spread over R
rounds (``edge_colouring``). So its prices prove the whole season.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import (
    FORBIDDEN,
    Feature,
    Instance,
    Ints,
    Links,
    Longs,
    Slots,
    pack,
)
from cohortopt.solvers.base import Answer, Clock, Found, TierAnswer
from cohortopt.solvers.rounds.rotation_check import is_fair, repeats, sat_out, tier_value

SEASON = frozenset({Feature.ROUNDS, Feature.SEVERAL, Feature.SLOTS})


def is_season(instance: Instance) -> bool:
    """Whether the rounds are links of givers and other takers, one a round for each taker."""
    if instance.shape != "pairs" or not instance.features <= SEASON or instance.repeat_loss >= 0:
        return False
    if not {"placed", "points"}.issuperset(instance.tiers):
        return False
    if np.isin(instance.givers, instance.takers).any():
        return False
    gives = np.minimum(instance.gives_max, instance.total_max)[instance.givers]
    alone = instance.slots is None or not (gives > 1).any()
    return alone and bool((instance.takes_max[instance.takers] <= 1).all())


def solve_season(instance: Instance, clock: Clock) -> Answer:
    """Return the best season: seats, fair turns for takers (and givers where they can), points."""
    seats = np.zeros(instance.n, np.int64)  # of one round
    seats[instance.givers] = np.minimum(instance.gives_max, instance.total_max)[instance.givers]
    seats[instance.takers] = np.minimum(instance.takes_max, instance.total_max)[instance.takers]
    rounds = instance.rounds
    givers, takers = instance.givers[seats[instance.givers] > 0], instance.takers
    takers = takers[seats[takers] > 0]
    total = rounds * int(min(seats[givers].sum(), len(takers)))
    total = min(total, len(givers) * len(takers))
    fair = _shares(instance.n, takers, total)
    even = _shares(instance.n, givers, total) if len(set(seats[givers].tolist())) == 1 else None
    answer = None
    for turns in (even, None) if even is not None else (None,):
        answer = _solve(instance, clock, rounds * seats, fair, turns)
        if not answer.impossible and len(answer.matches) == total:
            break
        answer = None
    if answer is None:  # links are missing: turns as equal as they can be
        answer = _solve(instance, clock, rounds * seats, None, None)
    return answer


def _shares(n: int, people: Ints, total: int) -> tuple[Ints, Ints]:
    """Return the least and the most matches of each person when all have the same share."""
    least, most = np.zeros(n, np.int32), np.zeros(n, np.int32)
    if len(people):
        least[people], most[people] = total // len(people), -(-total // len(people))
    return least, most


def _solve(
    instance: Instance,
    clock: Clock,
    most: Longs,
    takes: tuple[Ints, Ints] | None,
    gives: tuple[Ints, Ints] | None,
) -> Answer:
    from cohortopt.solvers.sessions.model import Timetable
    from cohortopt.solvers.sessions.timetable import Solve

    none = np.zeros(instance.n, np.int32)
    full = most.astype(np.int32)
    tiers = instance.tiers if takes else _with_turns(instance.tiers)
    everyone = Slots(pack(np.ones((instance.n, 1), np.bool_)), np.zeros(1, np.int32), 1)
    season = instance.vary(
        rounds=1,
        slots=everyone,
        links=Links(instance.n, _meeting(instance)),
        gives_min=gives[0] if gives else none,
        gives_max=np.minimum(gives[1], full) if gives else full,
        takes_min=takes[0] if takes else none,
        takes_max=np.minimum(takes[1], full) if takes else full,
        total_max=full,
        tiers=tiers,
    )
    found = Solve(Timetable(season, most, each_counts=True), clock).run()
    if found.impossible:
        return found
    matches = _in_rounds(instance, [match.people for match in found.matches])
    least = {"value": 0, "kind": "none", "text": "no repeats are needed"}
    facts = {
        "repeats": repeats(instance, matches),
        "repeats_bound": least,
        "sat_out": sat_out(instance, matches),
        "fair": is_fair(instance, matches),
    }
    answers = tuple(
        TierAnswer(
            tier.tier,
            tier_value(instance, tier.tier, matches),
            tier.bound,
            _proof(tier),
        )
        for tier in found.tiers
        if tier.tier in instance.tiers
    )
    return Answer(tuple(matches), answers, found.finished, (), facts, "rotation")


def _proof(tier: TierAnswer) -> dict[str, Any] | None:
    """Return what proves a tier of the season: seats are counted, points have prices."""
    if tier.certificate is None or tier.tier != "placed":
        return tier.certificate and {**tier.certificate, "kind": "season_prices"}
    return {"kind": "seats"}


def _with_turns(tiers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tiers with fair turns (leximin on matches) before points."""
    at = tiers.index("points") if "points" in tiers else len(tiers)
    return (*tiers[:at], "worst", *tiers[at:])


def _meeting(
    instance: Instance,
) -> Callable[[NDArray[np.intp], NDArray[np.intp]], Ints]:
    """Return the block function of links whose two people have a slot in common."""

    def block(givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        points = instance.links.block(givers, takers)
        if instance.slots is None:
            return points
        starts = instance.slots.starts
        common = np.zeros(points.shape, np.bool_)
        for word in range(starts.shape[1]):
            common |= (starts[givers, word][:, None] & starts[takers, word][None, :]) != 0
        return np.where(common, points, FORBIDDEN).astype(np.int32)

    return block


def _in_rounds(instance: Instance, links: list[tuple[int, ...]]) -> list[Found]:
    """Return the links spread over the rounds, in an order of rounds with fair turns if any."""
    from cohortopt.solvers.sessions.edge_colouring import colour_edges

    colour = colour_edges([(link[0], link[1]) for link in links], instance.rounds)

    def plan(order: tuple[int, ...]) -> list[Found]:
        found = []
        for link, c in zip(links, colour, strict=True):
            slot = -1 if instance.slots is None else int(instance.slots.common(link)[0])
            found.append(Found(link, 1, slot, round=order[c] + 1))
        return sorted(found, key=lambda match: (match.round, match.people))

    orders = permutations(range(instance.rounds))
    first = plan(next(orders))
    if is_fair(instance, first) or len(links) > 2000:
        return first
    for _, order in zip(range(200), orders, strict=False):
        other = plan(order)
        if is_fair(instance, other):
            return other
    return first

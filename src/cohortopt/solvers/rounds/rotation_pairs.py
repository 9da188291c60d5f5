"""A season of pairs in which no two meet twice: one flow for all rounds, then edge colouring.

Rounds differ in nothing but their number, so a season is a set of links, each at most once, in
which a giver has at most R x ``gives_max`` and a taker at most R; any such set can be spread over R
rounds (``edge_colouring``). So its prices prove the whole season. With slots it is a timetable in
which everybody may be in R meetings at once, one of each round. Slots that clash within a round,
and people who give and take at once, may leave less than that (``rotation_seats``); the bound
holds all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
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
    Slots,
    pack,
)
from cohortopt.solvers.base import Answer, Clock, Found, TierAnswer
from cohortopt.solvers.rounds.rotation_check import (
    is_fair,
    repeats,
    sat_out,
    tier_value,
)
from cohortopt.words import counted

SEASON = frozenset(
    {Feature.ROUNDS, Feature.SEVERAL, Feature.SLOTS, Feature.COUPLED, Feature.NO_MUTUAL}
)

Link = tuple[int, int]
Shares = tuple[Ints, Ints]
TRIES = 6  # seasons without links that found no round


def is_season(instance: Instance) -> bool:
    """Whether the rounds are links of givers and takers, one a round for each taker."""
    if instance.shape != "pairs" or not instance.features <= SEASON or instance.repeat_loss >= 0:
        return False
    if not {"placed", "points"}.issuperset(instance.tiers):
        return False
    return bool((instance.takes_max[instance.takers] <= 1).all())


def solve_season(instance: Instance, clock: Clock) -> Answer:
    """Return the best season: seats, fair turns for takers (and givers where they can), points.

    Where links of the best season find no place in any round, other seasons without these are
    tried, and rounds planned one after the other if people are still left out.
    """
    most = _Most(instance)
    givers, takers = instance.givers[most.gives[instance.givers] > 0], instance.takers
    takers = takers[most.takes[takers] > 0]
    total = min(int(most.gives[givers].sum()), instance.rounds * len(takers))
    total = min(total, len(givers) * len(takers))
    fair = _shares(instance.n, takers, total)
    even = [_shares(instance.n, givers, total)] * (len(set(most.gives[givers].tolist())) == 1)
    season, turns = Answer((), (), False), _Turns()
    shares = [*(_Turns(fair, one) for one in even), _Turns(fair)]
    for turns in (*(shares if _may_share(instance, fair[0]) else ()), _Turns()):
        season = _links(instance, clock, most, turns)
        if not season.impossible and len(season.matches) == total:
            break
    if season.impossible:
        return season
    matches, late = _in_rounds(instance, season)
    banned: set[Link] = set()
    for _ in range(TRIES if late else 0):
        banned |= late
        other = _links(instance, clock, most, turns, banned)
        if other.impossible or clock.is_over:
            break
        again, late = _in_rounds(instance, other)
        matches = max(matches, again, key=lambda plan: _seats_and_points(instance, plan))
        if not late:
            break
    if len(matches) < len(season.matches) and not clock.is_over:
        from cohortopt.solvers.rounds.rotation_rounds import solve_rounds

        again = list(solve_rounds(instance, clock).matches)
        matches = max(matches, again, key=lambda plan: _seats_and_points(instance, plan))
    return _answer(instance, season, matches, bool(turns.takes))


@dataclass(frozen=True)
class _Turns:
    """The least and the most matches of each person where all have the same share, if they do."""

    takes: Shares | None = None
    gives: Shares | None = None


class _Most:
    """Most matches of each person in all rounds, as giver, as taker and in all."""

    def __init__(self, instance: Instance) -> None:
        total = instance.total_max.astype(np.int64)
        self.gives = np.zeros(instance.n, np.int64)
        self.takes = np.zeros(instance.n, np.int64)
        giver, taker = instance.givers, instance.takers
        self.gives[giver] = instance.rounds * np.minimum(instance.gives_max, total)[giver]
        self.takes[taker] = instance.rounds * np.minimum(instance.takes_max, total)[taker]
        self.total = np.minimum(instance.rounds * total, self.gives + self.takes)


def _shares(n: int, people: Ints, total: int) -> Shares:
    """Return the least and the most matches of each person when all have the same share."""
    least, most = np.zeros(n, np.int32), np.zeros(n, np.int32)
    if len(people):
        least[people], most[people] = total // len(people), -(-total // len(people))
    return least, most


def _may_share(instance: Instance, least: Ints) -> bool:
    """Whether every taker has as many possible givers as their share of the seats."""
    return bool((_choices(instance) >= least[instance.takers]).all())


def _choices(instance: Instance) -> NDArray[np.int64]:
    """Return ``(takers,)``: from how many givers each taker may get something."""
    from cohortopt.solvers.sessions.model import Timetable

    givers, takers = instance.givers.astype(np.intp), instance.takers.astype(np.intp)
    points = instance.links.block(givers, takers)
    allowed = points != FORBIDDEN if instance.slots is None else Timetable(instance).allowed
    return np.asarray(allowed.sum(axis=0, dtype=np.int64))


def rounds_for_all(instance: Instance) -> str:
    """Return in how many rounds of pairs everybody can have somebody new at most, and why.

    A taker needs another giver in every round, and a place in it. Takers whom nobody may give to
    do not count.
    """
    choices = _choices(instance)
    able = np.flatnonzero(choices)
    places = int(np.minimum(instance.gives_max, instance.total_max)[instance.givers].sum())
    if len(able) > places:
        held = counted(places, "place")
        return f"No round can seat everybody: it has {held} for {counted(len(able), 'person')}"
    if not len(able):
        return ""
    fewest = able[choices[able].argmin()]
    most = counted(int(choices[fewest]), "round")
    only = counted(int(choices[fewest]), "person")
    who = f"#{instance.takers[fewest]} may meet only {only}"
    return f"Everybody can have somebody new in {most} at most: {who}"


def _links(
    instance: Instance, clock: Clock, most: _Most, turns: _Turns, banned: Collection[Link] = ()
) -> Answer:
    """Return the best links of all rounds together, and prices that bound each tier."""
    from cohortopt.solvers.sessions.model import Timetable
    from cohortopt.solvers.sessions.timetable import Solve

    none = np.zeros(instance.n, np.int32)
    tiers = instance.tiers if turns.takes else _with_turns(instance.tiers)
    slots, at_once = instance.slots, np.full(instance.n, instance.rounds, np.int64)
    if slots is None:
        slots = Slots(pack(np.ones((instance.n, 1), np.bool_)), np.zeros(1, np.int32), 1)
        at_once = np.full(instance.n, int(most.total.sum()) + 1, np.int64)
    both = bool(np.isin(instance.givers, instance.takers).any())
    season = instance.vary(
        rounds=1,
        slots=slots,
        links=Links(instance.n, _without(instance, banned)),
        gives_min=turns.gives[0] if turns.gives else none,
        gives_max=_least(turns.gives[1] if turns.gives else most.gives, most.gives),
        takes_min=turns.takes[0] if turns.takes else none,
        takes_max=_least(turns.takes[1] if turns.takes else most.takes, most.takes),
        total_max=most.total.astype(np.int32),
        mutual=instance.mutual and not both,  # back again would be to meet twice
        tiers=tiers,
    )
    return Solve(Timetable(season, at_once, each_counts=True), clock).run()


def _seats_and_points(instance: Instance, matches: list[Found]) -> tuple[int, int]:
    return tier_value(instance, "placed", matches), tier_value(instance, "points", matches)


def _answer(instance: Instance, season: Answer, matches: list[Found], full: bool) -> Answer:
    """Return the plan with the season's bounds, as far as they bound plans like this one."""
    tiers = []
    for tier in instance.tiers:
        value = tier_value(instance, tier, matches)
        of = next(one for one in season.tiers if one.tier == tier)
        proof = of.certificate and {**of.certificate, "kind": "season_prices"}
        if tier == "placed":
            tiers.append(TierAnswer(tier, value, of.bound, {"kind": "seats"} if full else proof))
        elif proof is None or not _reaches(instance, proof, matches, season):
            tiers.append(TierAnswer(tier, value))
        else:
            tiers.append(TierAnswer(tier, value, of.bound, proof))
    facts = {
        "repeats": repeats(instance, matches),
        "repeats_bound": {"value": 0, "kind": "none", "text": "no repeats are needed"},
        "sat_out": sat_out(instance, matches),
        "fair": is_fair(instance, matches),
    }
    return Answer(tuple(matches), tuple(tiers), season.finished, (), facts, "rotation")


def _reaches(
    instance: Instance, proof: dict[str, Any], matches: list[Found], season: Answer
) -> bool:
    """Whether a plan seats as many, and shares seats as fairly, as the season that was bounded."""
    if len(matches) < len(season.matches):
        return False
    counts = np.bincount([match.people[1] for match in matches], minlength=instance.n)
    return all(
        int((counts > number).sum()) >= value
        for kind, number, value, price in proof["fixed"]
        if price and kind == "level"
    )


def _least(one: NDArray[Any], other: NDArray[Any]) -> Ints:
    least: Ints = np.minimum(one, other).astype(np.int32)
    return least


def _with_turns(tiers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tiers with fair turns (leximin on matches) before points."""
    at = tiers.index("points") if "points" in tiers else len(tiers)
    return (*tiers[:at], "worst", *tiers[at:])


def _without(
    instance: Instance, banned: Collection[Link]
) -> Callable[[NDArray[np.intp], NDArray[np.intp]], Ints]:
    """Return the block function of the links that are not banned."""
    apart = np.zeros((instance.n if banned else 0,) * 2, np.bool_)
    for link in banned:
        apart[link] = True

    def block(givers: NDArray[np.intp], takers: NDArray[np.intp]) -> Ints:
        points = instance.links.block(givers, takers)
        if not banned:
            return points
        return np.where(apart[np.ix_(givers, takers)], FORBIDDEN, points).astype(np.int32)

    return block


def _in_rounds(instance: Instance, season: Answer) -> tuple[list[Found], set[Link]]:
    """Return a season's links in rounds, in an order with fair turns if any; and those left out."""
    from cohortopt.solvers.rounds.rotation_seats import spread

    links = [(match.people[0], match.people[1]) for match in season.matches]
    places = spread(instance, links)
    late = set(links) - {link for link, _, _ in places}

    def plan(order: tuple[int, ...]) -> list[Found]:
        found = [Found(link, 1, slot, round=order[r] + 1) for link, r, slot in places]
        return sorted(found, key=lambda match: (match.round, match.people))

    orders = permutations(range(instance.rounds))
    first = plan(next(orders))
    if is_fair(instance, first) or len(links) > 2000:
        return first, late
    for _, order in zip(range(200), orders, strict=False):
        other = plan(order)
        if is_fair(instance, other):
            return other, late
    return first, late

"""Prices of a season of pairs: rounds of givers and takers in which no two meet twice.

A season is a set of links, each at most once, in which a giver has at most R times their matches
of one round and a taker at most R; which round a link is in does not matter to its points. Where
all seats are taken, turns are fair: the matches of any two takers differ by one at most, and
those of givers too where the plan at hand has them so. With a price u >= 0 for each match of a
person, a reward r >= 0 for each match that a person must have, and w >= 0 for a link, every
possible link pays for what it earns,

    scale x points + fixed x priority + r(giver) + r(taker) <= u(giver) + u(taker) + w(link),

and multiplying each limit by its price and adding up bounds the points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Facts, Match, Pairs, Person, TierResult
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed

Previous = Sequence[tuple[str, ...]]
Rows = Mapping[str, Sequence[Sequence[Any]]]

MATCHES = {"slot", "total", "gives", "takes", "gives_min", "takes_min"}  # families about people


def season_bound(
    program: Program, facts: Facts, tier: TierResult, matches: Sequence[Match], previous: Previous
) -> int | None:
    """Return what the certificate of a tier proves of a season, None if nothing.

    Takes time linear in givers x takers.
    """
    certificate = tier.certificate
    if certificate is None or not isinstance(program.shape, Pairs) or program.repeat != "never":
        return None
    if tier.tier != "points" or certificate["goal"] != "points":
        return None
    return _bound(Season(program, facts, matches), certificate)


class Season:
    """Who may have how many matches in all rounds."""

    def __init__(self, program: Program, facts: Facts, matches: Sequence[Match]) -> None:
        self.program, self.allowed, rounds = program, Allowed(program, facts), program.rounds
        self.givers, self.takers = self.allowed.givers(), self.allowed.takers()
        self.seats = {one.id: rounds * self.allowed.gives(one)[1] for one in self.givers}
        self.turns = {one.id: rounds * min(1, self.allowed.takes(one)[1]) for one in self.takers}
        each = min(sum(self.seats.values()) // rounds, len(self.takers))
        self.total = min(rounds * each, len(self.givers) * len(self.takers))
        self.placed = sum(facts.roster[m.with_role("taker")[0]].priority for m in matches)
        given = Counter(match.with_role("giver")[0] for match in matches)
        full = len(matches) == self.total
        alike = len(set(self.seats.values())) == 1
        self.gives = {one: (0, most) for one, most in self.seats.items()}
        self.takes = {one: (0, most) for one, most in self.turns.items()}
        if full:
            self.takes = {one: self._share(self.takers) for one in self.turns}
        if full and alike:
            low, high = self._share(self.givers)
            if all(low <= given[one] <= high for one in self.seats):
                self.gives = {one: (low, min(high, most)) for one, most in self.seats.items()}

    def _share(self, people: Sequence[Person]) -> tuple[int, int]:
        return self.total // len(people), -(-self.total // len(people))

    def most_placed(self) -> int:
        """Return the priorities of as many seats as there are, the highest first."""
        left, found = self.total, 0
        for taker in sorted(self.takers, key=lambda one: -one.priority):
            turns = min(left, self.turns[taker.id], len(self.givers))
            found, left = found + turns * taker.priority, left - turns
        return found


def _bound(season: Season, certificate: Mapping[str, Any]) -> int | None:
    listed: Rows = certificate["prices"]
    scale, fixed, worth = int(certificate["scale"]), 0, 0
    if scale < 1 or not set(listed) <= MATCHES | {"pair"}:
        return None
    if any(int(row[-1]) < 0 for rows in listed.values() for row in rows):
        return None
    for kind, _, value, price in certificate["fixed"]:
        if price and (kind != "placed" or int(price) < 0 or season.placed < int(value)):
            return None
        fixed, worth = fixed + int(price), worth - int(price) * int(value)
    prices: dict[str, Counter[str]] = {"giver": Counter(), "taker": Counter()}
    for role, own, limits, most in (
        ("giver", "gives", season.gives, season.seats),
        ("taker", "takes", season.takes, season.turns),
    ):
        for family, side in (("slot", most), ("total", most), (own, None), (f"{own}_min", None)):
            for row in listed.get(family, ()):
                one, each = str(row[0]), int(row[-1])
                if one not in limits:
                    continue
                least = family == f"{own}_min"
                limit = side[one] if side is not None else limits[one][0 if least else 1]
                prices[role][one] += -each if least else each
                worth += -each * limit if least else each * limit
    links = {(str(g), str(t)): int(w) for g, t, w in listed.get("pair", ())}
    worth += sum(links.values())
    for taker in season.takers:
        points = row_points(season.program.goals, season.givers, taker)
        for giver, earned in zip(season.givers, points, strict=True):
            gain = scale * earned + fixed * taker.priority - links.get((giver.id, taker.id), 0)
            if gain <= prices["giver"][giver.id] + prices["taker"][taker.id]:
                continue
            if season.allowed.objection(giver, taker) is None:
                return None
    return worth // scale

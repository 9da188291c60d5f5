"""Prices of a season of pairs: rounds of givers and takers in which no two meet twice.

A season is a set of links, each at most once and not both ways, in which a giver has at most R
times their matches of one round and a taker at most R; which round a link is in does not matter to
its points. Where all seats are taken, turns are fair: the matches of any two takers differ by one
at most, and those of givers too where the plan at hand has them so. Where seats stay empty, as many
takers as possible have one match, then as many as possible two, and so on, before points count.
With a price u >= 0 for each match of a person, a reward r >= 0 for each match that a person must
have, w >= 0 for a link or for two people, s >= 0 for a person's time, of which R rounds have R, and
v >= 0 for a match of a taker in view of these levels, every possible link pays for what it earns,

    scale x goal + fixed x priority + v(taker) + r(giver) + r(taker)
        <= u(giver) + u(taker) + w(link) + the cheapest common slot's s(giver) + s(taker),

and multiplying each limit by its price and adding up bounds the goal, seats or points. A level
adds what it is worth beyond v(taker).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Facts, Match, Pairs, Person
from cohortopt.programs.program import Program
from cohortopt.rules import Availability
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.claim import Claim
from cohortopt.verify.stop import Stop, until
from cohortopt.verify.timetable import Sessions

Rows = Mapping[str, Sequence[Sequence[Any]]]

SIDES = {"gives": ("giver",), "takes": ("taker",), "total": ("giver", "taker")}
FAMILIES = {*SIDES, "gives_min", "takes_min", "pair", "mutual", "level", "slot"}
GOALS = {"placed", "points"}


def season_bound(claim: Claim) -> int | None:
    """Return what the certificate of a tier proves of a season, None if nothing.

    Takes time linear in givers x takers.
    """
    program, tier = claim.program, claim.tier
    certificate = tier.certificate
    if certificate is None or not isinstance(program.shape, Pairs) or program.repeat != "never":
        return None
    if tier.tier not in GOALS or certificate["goal"] != tier.tier:
        return None
    return _bound(Season(program, claim.facts, claim.matches), certificate, claim.stop)


class Season:
    """Who may have how many matches in all rounds."""

    def __init__(self, program: Program, facts: Facts, matches: Sequence[Match]) -> None:
        self.program, self.facts, rounds = program, facts, program.rounds
        self.allowed = Allowed(program, facts)
        self.givers, self.takers = self.allowed.givers(), self.allowed.takers()
        self.seats = {one.id: rounds * self.allowed.gives(one)[1] for one in self.givers}
        self.turns = {one.id: rounds * min(1, self.allowed.takes(one)[1]) for one in self.takers}
        each = min(sum(self.seats.values()) // rounds, len(self.takers))
        self.total = min(rounds * each, len(self.givers) * len(self.takers))
        self.placed = sum(facts.roster[m.with_role("taker")[0]].priority for m in matches)
        given = Counter(match.with_role("giver")[0] for match in matches)
        self.taken = Counter(match.with_role("taker")[0] for match in matches)
        self.all = {
            one: min(rounds * self.allowed.total(facts.roster[one]), self._seats(one))
            for one in {*self.seats, *self.turns}
        }
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

    def _seats(self, one: str) -> int:
        return self.seats.get(one, 0) + self.turns.get(one, 0)

    def value(self, kind: str, number: int) -> int:
        """Return what the plan reaches of a goal: seats, or takers with more than n matches."""
        if kind == "placed":
            return self.placed
        return sum(count > number for count in self.taken.values())

    def _share(self, people: Sequence[Person]) -> tuple[int, int]:
        return self.total // len(people), -(-self.total // len(people))

    def most_placed(self) -> int:
        """Return the priorities of as many seats as there are, the highest first."""
        left, found = self.total, 0
        for taker in sorted(self.takers, key=lambda one: -one.priority):
            turns = min(left, self.turns[taker.id], len(self.givers))
            found, left = found + turns * taker.priority, left - turns
        return found


class _Timed:
    """Prices of people's time: in R rounds R meetings of a person may overlap."""

    def __init__(self, season: Season, rows: Sequence[Sequence[Any]]) -> None:
        timed = season.program.rule(Availability) is not None
        self.sessions = Sessions(season.program, season.facts) if rows and timed else None
        self.prices: dict[str, Counter[int]] = defaultdict(Counter)
        self.total = sum(int(row[-1]) for row in rows) * season.program.rounds
        for one, name, price in rows if self.sessions else ():
            for slot in self.sessions.window(name) if self.sessions else ():
                self.prices[str(one)][slot] += int(price)

    def cheapest(self, giver: Person, taker: Person) -> int:
        """Return what the cheapest slot costs the two."""
        mine, other = self.prices.get(giver.id), self.prices.get(taker.id)
        if self.sessions is None or (mine is None and other is None):
            return 0
        none: Counter[int] = Counter()
        mine, other = mine or none, other or none
        return min(mine[slot] + other[slot] for slot in self.sessions.slots(giver, taker))


def _bound(season: Season, certificate: Mapping[str, Any], stop: Stop) -> int | None:
    listed: Rows = certificate["prices"]
    scale, seat, worth = int(certificate["scale"]), 0, 0
    tiers = season.program.tiers
    before = {"placed"} & set(tiers[: tiers.index(certificate["goal"])])
    if scale < 1 or not set(listed) <= FAMILIES:
        return None
    if any(int(row[-1]) < 0 for rows in listed.values() for row in rows):
        return None
    levels: Counter[int] = Counter()
    for kind, number, value, price in certificate["fixed"]:
        level, price = int(number), int(price)
        known = kind in before or (kind == "level" and level >= 0)
        if price and (not known or price < 0 or season.value(kind, level) < int(value)):
            return None
        worth -= price * int(value)
        if kind == "placed":
            seat += price
        elif price:
            levels[level] += price
    of_points = scale if certificate["goal"] == "points" else 0
    seat += scale - of_points
    prices: dict[str, Counter[str]] = {"giver": Counter(), "taker": Counter()}
    least = {"gives_min": season.gives, "takes_min": season.takes}
    for family, sides in SIDES.items():
        limits = {"gives": season.gives, "takes": season.takes}.get(family)
        for row in listed.get(family, ()):
            one, price = str(row[0]), int(row[-1])
            for side in sides:
                prices[side][one] += price
            most = season.all.get(one, 0) if limits is None else limits.get(one, (0, 0))[1]
            worth += price * most
    for family, limits in least.items():
        for one, price in listed.get(family, ()):
            prices[SIDES[family[:5]][0]][one] -= int(price)
            worth -= int(price) * limits.get(one, (0, 0))[0]
    timed = _Timed(season, listed.get("slot", ()))
    worth += timed.total
    both = {frozenset((str(a), str(b))): int(w) for a, b, w in listed.get("mutual", ())}
    links = {(str(g), str(t)): int(w) for g, t, w in listed.get("pair", ())}
    worth += sum(links.values()) + sum(both.values())
    by_level = {str(one): int(price) for one, price in listed.get("level", ())}
    for taker in until(stop, season.takers):
        points = row_points(season.program.goals, season.givers, taker)
        reward = by_level.get(taker.id, 0)
        worth += sum(max(0, price - reward) for price in levels.values())
        reward += seat * taker.priority - prices["taker"][taker.id]
        for giver, earned in zip(season.givers, points, strict=True):
            gain = of_points * earned + reward - links.get((giver.id, taker.id), 0)
            gain -= both.get(frozenset((giver.id, taker.id)), 0)
            gain -= prices["giver"][giver.id]
            if gain <= 0 or season.allowed.objection(giver, taker) is not None:
                continue
            if gain > timed.cheapest(giver, taker):
                return None
    return worth // scale

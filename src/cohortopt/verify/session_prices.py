"""Prices of a timetable's rules: no timetable is worth more than what they add up to.

Every rule has a price >= 0: one session at a time (``slot``), weeks between sessions
(``weeks``), rooms (``room``), loads (``gives``, ``takes``, ``total`` and their minima), one session
of two people (``pair``), no way back (``mutual``), each topic once (``topic``), required people and
locked pairs. If each possible session c pays for what it earns,

    scale x goal(c) + gives_min + takes_min + required + lock + level + sum fixed x earlier(c)
        <= slot + weeks + room + gives + takes + total + pair + mutual + topic,

then multiplying each rule by its price and adding up bounds the goal. A taker's sessions reach
levels 0, 1, ... one after the other; ``level`` is the price of a taker's count of sessions, and
each level adds what its goal is worth beyond that price, at least 0.

Where an event was re-planned, the earlier sessions are known with their slots (``previous`` holds
giver, taker and the name of the slot), and before any pair counts as kept, as many sessions as the
plan keeps stay as they were (goal ``same``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.goals.base import row_points
from cohortopt.model import Match, Person
from cohortopt.programs.program import Program
from cohortopt.verify.claim import Claim
from cohortopt.verify.stop import Stop, until
from cohortopt.verify.timetable import Sessions, is_timetable, slot_name

Certificate = Mapping[str, Any]

BEFORE = {
    "placed": "placed", "level": "worst", "points": "points", "kept": "changes", "same": "same",
}  # fmt: skip


def session_bound(claim: Claim) -> int | None:
    """Return what the certificate of a tier proves of it, None if nothing.

    Takes time linear in givers x takers, times the slots that two share where they are contested.
    """
    program, facts, tier = claim.program, claim.facts, claim.tier
    previous, stop = claim.previous, claim.stop
    certificate = tier.certificate
    if certificate is None or program.rounds > 1 or not is_timetable(program, facts):
        return None
    sessions = Sessions(program, facts)
    reached = _Reached(program, sessions, claim.matches, previous)
    before: list[str] = [*program.tiers[: program.tiers.index(tier.tier)]]
    if "changes" in (tier.tier, *before):
        before.append("same")
    if certificate["kind"] == "session_levels":
        return _worst(sessions, reached, certificate, before, previous, stop)
    kind = str(certificate["goal"])
    if BEFORE.get(kind) != tier.tier or kind == "level":
        return None
    bound = _bound(sessions, reached, certificate, before, previous, stop)
    if bound is None or kind != "kept":
        return bound
    return len({match[:2] for match in previous}) - bound


def _worst(
    sessions: Sessions,
    reached: _Reached,
    certificate: Certificate,
    before: Sequence[str],
    previous: Sequence[tuple[str, ...]],
    stop: Stop,
) -> int | None:
    """Return the fewest sessions of a placed taker if every level is as high as it can be."""
    most = max((sessions.allowed.takes(taker)[1] for taker in sessions.takers), default=0)
    proofs = certificate["levels"]
    for number in range(most):
        now = reached.value("level", number)
        if number and reached.value("level", number - 1) == 0:
            break  # proven that nobody can have so many
        if number >= len(proofs) or not proofs[number]:
            return None
        proof = proofs[number]
        if proof["goal"] != "level" or int(proof["number"]) != number:
            return None
        bound = _bound(sessions, reached, proof, before, previous, stop, levels=number)
        if bound is None or bound > now:
            return None
    return reached.fewest


class _Reached:
    """What matches reach of every goal that a certificate may hold fixed."""

    def __init__(
        self,
        program: Program,
        sessions: Sessions,
        matches: Sequence[Match],
        previous: Sequence[tuple[str, ...]],
    ) -> None:
        from cohortopt.verify.score import match_points

        roster = sessions.facts.roster
        counts = Counter(match.with_role("taker")[0] for match in matches)
        now = {link for match in matches for link in match.links()}
        timed = {
            (*link, slot_name(match.slot))
            for match in matches
            for link in match.links()
            if match.slot is not None
        }
        self.counts = counts
        self.fewest = min(counts.values(), default=0)
        self.values = {
            "placed": sum(roster[one].priority for one in counts),
            "points": sum(match_points(program, match, sessions.facts) for match in matches),
            "kept": len({match[:2] for match in previous} & now),
            "same": len(timed.intersection(previous)),
        }

    def value(self, kind: str, number: int) -> int:
        """Return the value of a goal; level n counts the takers with more than n sessions."""
        if kind == "level":
            return sum(count > number for count in self.counts.values())
        return self.values[kind]


def _bound(
    sessions: Sessions,
    reached: _Reached,
    certificate: Certificate,
    before: Sequence[str],
    previous: Sequence[tuple[str, ...]],
    stop: Stop,
    levels: int = 0,
) -> int | None:
    """Return the bound of one goal, given that earlier goals are at least what is reached.

    Earlier are those of the tiers ``before`` and the first ``levels`` levels of sessions.
    """
    goals = [(str(certificate["goal"]), int(certificate["number"]))]
    weights, worth = [int(certificate["scale"])], 0
    if weights[0] < 1 or goals[0][1] < 0:
        return None
    for kind, number, value, price in certificate["fixed"]:
        known = BEFORE[kind] in before or (kind == "level" and int(number) < levels)
        if (
            int(price) < 0
            or int(number) < 0
            or (price and (not known or reached.value(kind, int(number)) < value))
        ):
            return None
        goals.append((str(kind), int(number)))
        weights.append(int(price))
        worth -= int(price) * int(value)
    prices = _Prices(sessions, certificate["prices"])
    if prices.is_negative or not _all_pay(sessions, prices, goals, weights, previous, stop):
        return None
    return (worth + prices.total() + _levels(sessions, prices, goals, weights)) // weights[0]


class _Prices:
    """Prices by family and people; those of slots laid out over the slots they cover."""

    def __init__(self, sessions: Sessions, listed: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        self.sessions = sessions
        self.rows: dict[str, dict[Any, int]] = defaultdict(dict)
        self.is_negative = False
        for family, rows in listed.items():
            for row in rows:
                key, price = tuple(row[:-1]), int(row[-1])
                self.is_negative |= price < 0
                self.rows[family][key] = self.rows[family].get(key, 0) + price
        self.by_slot: dict[str, Counter[int]] = defaultdict(Counter)
        for (one, name), price in self.rows["slot"].items():
            for slot in sessions.window(name):
                self.by_slot[one][slot] += price
        self.by_week: dict[str, Counter[int]] = defaultdict(Counter)
        for (one, week), price in self.rows["weeks"].items():
            for slot in sessions.weeks(int(week)):
                self.by_week[one][slot] += price
        self.by_room: Counter[int] = Counter()
        for (name,), price in self.rows["room"].items():
            for slot in sessions.window(name):
                self.by_room[slot] += price

    def of(self, family: str, *key: str) -> int:
        """Return the price of one rule, 0 where the certificate names none."""
        return self.rows[family].get(key, 0) if family in self.rows else 0

    def cheapest(self, giver: Person, taker: Person) -> int | None:
        """Return what the cheapest slot costs the two, None where they share none."""
        none: Counter[int] = Counter()
        mine, other = self.by_slot.get(giver.id, none), self.by_slot.get(taker.id, none)
        weeks = self.by_week.get(taker.id, none)
        return min(
            (
                mine[slot] + other[slot] + weeks[slot] + self.by_room[slot]
                for slot in self.sessions.slots(giver, taker)
            ),
            default=None,
        )

    def at(self, giver: Person, taker: Person, name: str) -> int | None:
        """Return what one slot costs the two, None where they cannot meet then."""
        slot = self.sessions.number.get(name, -1)
        if slot not in self.sessions.slots(giver, taker):
            return None
        time = sum(self.by_slot[one.id][slot] for one in (giver, taker) if one.id in self.by_slot)
        weeks = self.by_week[taker.id][slot] if taker.id in self.by_week else 0
        return time + weeks + self.by_room[slot]

    def total(self) -> int:
        """Return the sum over rules of price times limit."""
        sessions, roster = self.sessions, self.sessions.facts.roster
        allowed, rows = sessions.allowed, self.rows
        whole = sum(sum(rows[family].values()) for family in ("slot", "weeks", "pair", "topic"))
        whole += sum(rows["mutual"].values())
        whole += sum(rows["room"].values()) * (sessions.rooms or 0)
        for (one,), price in rows["gives"].items():
            whole += price * allowed.gives(roster[one])[1]
        for (one,), price in rows["takes"].items():
            whole += price * allowed.takes(roster[one])[1]
        for (one,), price in rows["total"].items():
            whole += price * allowed.total(roster[one])
        for (one,), price in rows["gives_min"].items():
            whole -= price * allowed.gives(roster[one])[0]
        for (one,), price in rows["takes_min"].items():
            whole -= price * allowed.takes(roster[one])[0]
        whole -= sum(p for (one,), p in rows["required"].items() if one in sessions.required)
        return whole - sum(p for pair, p in rows["lock"].items() if pair in sessions.locks)


def _all_pay(
    sessions: Sessions,
    prices: _Prices,
    goals: Sequence[tuple[str, int]],
    weights: Sequence[int],
    previous: Sequence[tuple[str, ...]],
    stop: Stop,
) -> bool:
    """Whether no possible session earns more than it pays. Rules are asked of those in doubt."""
    if prices.rows["room"] and sessions.rooms is None:
        return False
    if prices.rows["weeks"] and not (sessions.dated and sessions.program.apart_weeks):
        return False
    if prices.rows["mutual"] and not sessions.one_way:
        return False
    by_points = sum(w for (kind, _), w in zip(goals, weights, strict=True) if kind == "points")
    by_kept = sum(w for (kind, _), w in zip(goals, weights, strict=True) if kind == "kept")
    by_same = sum(w for (kind, _), w in zip(goals, weights, strict=True) if kind == "same")
    kept = {(match[0], match[1]) for match in previous}
    stays = {(match[0], match[1]): match[2] for match in previous if len(match) > 2}
    for taker in until(stop, sessions.takers):
        points = [0] * len(sessions.givers)
        if by_points:
            points = row_points(sessions.program.goals, sessions.givers, taker)
        for giver, link in zip(sessions.givers, points, strict=True):
            one, other = giver.id, taker.id
            gain = prices.of("gives_min", one) - prices.of("gives", one)
            gain += prices.of("takes_min", other) - prices.of("takes", other)
            gain += prices.of("level", other) - prices.of("pair", one, other)
            gain += prices.of("lock", one, other) + by_kept * ((one, other) in kept)
            gain += sum(prices.of("required", p) - prices.of("total", p) for p in (one, other))
            gain -= prices.of("mutual", one, other) + prices.of("mutual", other, one)
            slot = stays.get((one, other)) if by_same else None
            if gain + by_points * link + by_same * (slot is not None) <= 0 or one == other:
                continue
            best = max(
                (
                    gain + by_points * worth - prices.of("topic", other, topic)
                    for topic, worth in sessions.worths(giver, taker, link).items()
                ),
                default=None,
            )
            if best is None:
                continue
            cost = prices.cheapest(giver, taker) if best > 0 else None
            there = prices.at(giver, taker, slot) if slot is not None else None
            pays = cost is None or best <= cost
            if pays and (there is None or best + by_same <= there):
                continue
            locked = (one, other) in sessions.locks
            if locked or sessions.allowed.objection(giver, taker) is None:
                return False
    return True


def _levels(
    sessions: Sessions,
    prices: _Prices,
    goals: Sequence[tuple[str, int]],
    weights: Sequence[int],
) -> int:
    """Return what the levels of all takers add beyond the prices of their sessions."""
    rewarded = {_level(kind, number) for kind, number in goals} - {-1}
    total = 0
    for taker in sessions.takers:
        for at in rewarded:
            worth = sum(
                weight * (taker.priority if kind == "placed" else 1)
                for (kind, number), weight in zip(goals, weights, strict=True)
                if _level(kind, number) == at
            )
            total += max(0, worth - prices.of("level", taker.id))
    return total


def _level(kind: str, number: int) -> int:
    """Return the level that a goal rewards, -1 if it rewards sessions."""
    return 0 if kind == "placed" else number if kind == "level" else -1

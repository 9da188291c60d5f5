"""All assignments that are as good as the one at hand on the tiers so far, kept in plain Python.

Prices that are tight (their bound is the value reached) say more than a bound. With ``r = weight -
price of giver - price of taker``, every assignment of the same value takes each link with
``r > 0``, none with ``r < 0``, and gives everybody a load that maximises ``price * load``. What
this leaves open is the *face*; the next prices need to hold on it only. So the tier ``worst`` and
the tiers after it are proven step by step: by counting, threshold after threshold, how many placed
takers can have more than so many points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cohortopt.goals.base import Rows, even
from cohortopt.model import Facts, Match, TierResult
from cohortopt.programs.program import Program
from cohortopt.rules import Locked
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.levels import MALFORMED, multipliers
from cohortopt.verify.lots import Lots
from cohortopt.verify.stop import Stop, never, until

Link = tuple[str, str]
Certificate = Mapping[str, Any]
Weigh = Callable[[Link, int], int]  # link, points


class NotTightError(ValueError):
    """The certificate does not prove the values that were reached."""


def face_bounds(
    program: Program,
    tiers: Sequence[TierResult],
    matches: Sequence[Match],
    facts: Facts,
    previous: Sequence[tuple[str, ...]] = (),
    stop: Stop = never,
) -> dict[str, int]:
    """Return the tiers of pairs that their certificates prove best, with their values.

    For programs with the tier ``worst``, where every taker has one match at most. Stops at the
    first certificate that does not hold. Takes time in the allowed links, times the steps.
    """
    values = {tier.tier: tier.value for tier in tiers}
    proven: dict[str, int] = {}
    try:
        face = _Face(program, matches, facts, previous, stop)
        for tier in tiers:
            certificate = tier.certificate
            if certificate is None:
                continue
            if certificate["kind"] == "levels":
                if "before" in certificate:
                    face.numbers(certificate["before"])
                if face.levels(certificate):
                    proven["worst"] = values["worst"]
                continue
            for level in face.numbers(certificate):
                name = {"kept": "changes"}.get(level, level)
                if name in values:
                    proven[name] = values[name]
    except MALFORMED:
        return proven
    return proven


class _Face:
    def __init__(
        self,
        program: Program,
        matches: Sequence[Match],
        facts: Facts,
        previous: Sequence[tuple[str, ...]],
        stop: Stop,
    ) -> None:
        self.program, self.facts, self.stop = program, facts, stop
        self.allowed = Allowed(program, facts)
        self.kept = {(match[0], match[1]) for match in previous if len(match) == 2}
        self.chosen = {link for match in matches for link in match.links()}
        self.gives = {one.id: [*self.allowed.gives(one)] for one in self.allowed.givers()}
        self.takes = {one.id: [*self.allowed.takes(one)] for one in self.allowed.takers()}
        self.seat = {one: facts.roster[one].priority for one in self.takes}
        required = {p.id for p in facts.roster.people if self._is_required(p.id)}
        for one in required:
            loads = self.takes if one in self.takes else self.gives
            if one in loads:
                loads[one][0] = max(1, loads[one][0])
        if any(most > 1 for _, most in self.takes.values()):
            raise NotTightError("somebody takes more than once")
        self.open: dict[Link, int] | None = None  # points; None: all that are allowed
        self.counted = False  # whether all open assignments have equally many matches
        rule = program.rule(Locked)
        self.locked = {(lock.people[0], lock.people[1]) for lock in (rule.matches if rule else ())}
        for link in sorted(self.locked):
            self._settle(link)
            self.seat[link[1]] = 0

    def _is_required(self, one: str) -> bool:
        return any(one in getattr(rule, "ids", ()) for rule in self.program.rules)

    def _settle(self, link: Link) -> None:
        if link not in self.chosen:
            raise NotTightError(f"{link} is not chosen")
        for loads in (self.gives[link[0]], self.takes[link[1]]):
            loads[0], loads[1] = max(0, loads[0] - 1), loads[1] - 1

    def numbers(self, certificate: Certificate) -> list[str]:
        """Take the steps of tiers that are sums; return the levels that are proven best."""
        chain = certificate["steps"] if certificate["kind"] == "chain" else [certificate]
        return [level for one in chain for level in self._numbers(one)]

    def _numbers(self, certificate: Certificate) -> list[str]:
        levels = multipliers(certificate)
        worth = dict(levels)
        lots = Lots.of(self.allowed, certificate)

        def weigh(link: Link, points: int) -> int:
            weight = worth.get("points", 0) * points + worth.get("seats", 0)
            weight += worth.get("kept", 0) * (link in self.kept)
            return weight + (worth["draw"] * lots.lot(link) if "draw" in worth else 0)

        def values(name: str, mine: Mapping[Link, int]) -> int:
            if name == "placed":
                return sum(self.seat[taker] for taker in {taker for _, taker in mine})
            if name == "points":
                return sum(mine.values())
            if name == "draw":
                return sum(lots.lot(link) for link in mine)
            return len(mine) if name == "seats" else sum(link in self.kept for link in mine)

        before = dict(self._mine(weigh, certificate))
        reached = [values(name, before) for name, _ in levels]
        self._step(weigh, worth.get("placed", 0), certificate)
        self.counted = self.counted or "seats" in worth
        for k, (name, times) in enumerate(levels):
            rest = sum(
                t * value for (_, t), value in zip(levels[k + 1 :], reached[k + 1 :], strict=True)
            )
            if times <= rest:  # a unit of this level could be bought with later ones
                raise NotTightError(f"{name} does not outweigh what comes after it")
        return [name for name, _ in levels]

    def levels(self, certificate: Certificate) -> bool:
        """Take the steps of tier ``worst``; whether all open assignments are now alike in it.

        An assignment that is better has no open link below the answer's least, and for the first
        threshold where it differs fewer takers at or below; there the count is proven best.
        """
        if not self.counted or self.open is None:
            raise NotTightError("how many are placed is not proven")
        last = int(certificate["from"]) - 1
        mine = {link: self.open[link] for link in self.chosen & self.open.keys()}
        if any(points <= last for points in mine.values()):
            raise NotTightError("a match is below the first threshold")
        self.open = {link: points for link, points in self.open.items() if points > last}
        seen: set[int] = set()
        for level in certificate["levels"]:
            thresholds = [int(one) for one in level["thresholds"]]
            times = [int(one) for one in level["multipliers"]]
            there = {p for p in self.open.values() if last < p <= thresholds[-1]}
            takers = sum(most > 0 for _, most in self.takes.values())
            if thresholds != sorted(set(thresholds)) or not there <= set(thresholds):
                raise NotTightError("a threshold is left out")
            if any(takers * sum(times[k + 1 :]) >= one for k, one in enumerate(times)):
                raise NotTightError("a threshold does not outweigh those after it")
            worth = list(zip(thresholds, times, strict=True))

            def weigh(link: Link, points: int, worth: list[tuple[int, int]] = worth) -> int:
                return sum(times for threshold, times in worth if points > threshold)

            self._step(weigh, 0, level)
            last = thresholds[-1]
            seen |= set(thresholds)
        return len({points for points in self.open.values()} - seen) <= 1

    def _links(self, weigh: Weigh, prices: Certificate) -> Iterator[tuple[Link, int, int]]:
        """Yield open links with points and reduced weight, those above 0 or at 0 at least."""
        giver, taker = prices["giver"], prices["taker"]
        if self.open is not None:
            for link, points in self.open.items():
                reduced = weigh(link, points) - giver.get(link[0], 0) - taker.get(link[1], 0)
                if reduced >= 0:
                    yield link, points, reduced
            return
        roster = self.facts.roster
        givers = [roster[one] for one in self.gives]
        rows = Rows(self.program.goals, givers)
        for one in until(self.stop, self.takes):
            person = roster[one]
            for other, sum_ in zip(givers, rows.sums(person), strict=True):
                link, points = (other.id, one), even(sum_, rows.whole)
                if link in self.locked:
                    continue
                reduced = weigh(link, points) - giver.get(other.id, 0) - taker.get(one, 0)
                if reduced >= 0 and self.allowed.objection(other, person) is None:
                    yield link, points, reduced

    def _mine(self, weigh: Weigh, prices: Certificate) -> Iterator[tuple[Link, int]]:
        """Yield the answer's open links with their points."""
        if self.open is not None:
            yield from ((k, p) for k, p in self.open.items() if k in self.chosen)
            return
        roster = self.facts.roster
        for one, other in sorted(self.chosen - self.locked):
            yield (one, other), self.program.points(roster[one], roster[other])

    def _step(self, weigh: Weigh, seat: int, prices: Certificate) -> None:
        """Check that the answer is best by these weights on what is open, and narrow it."""
        mine = dict(self._mine(weigh, prices))
        value = sum(weigh(link, points) for link, points in mine.items())
        value += seat * sum(self.seat[taker] for taker in {taker for _, taker in mine})
        bound, spare = 0, list(self._links(weigh, prices))
        bound += sum(reduced for _, _, reduced in spare)
        for people, price, bonus in (
            (self.gives, prices["giver"], {}),
            (self.takes, prices["taker"], self.seat),
        ):
            for one, loads in people.items():
                worths = {
                    k: int(price.get(one, 0)) * k + seat * bonus.get(one, 0) * (k > 0)
                    for k in _ends(*loads)
                }
                best = max(worths.values())
                bound += best
                kept = [k for k, worth in worths.items() if worth == best]
                loads[0], loads[1] = min(kept), max(kept)
        if bound != value:
            raise NotTightError(f"{value} was reached, {bound} is proven")
        for link, _, reduced in spare:
            if reduced > 0:
                self._settle(link)
        self.open = {
            link: points
            for link, points, reduced in spare
            if reduced == 0 and self.gives[link[0]][1] > 0 and self.takes[link[1]][1] > 0
        }


def _ends(least: int, most: int) -> list[int]:
    """Return the loads at which a concave function of the load can be best."""
    return sorted({least, min(max(1, least), most), most})

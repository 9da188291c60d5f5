"""What a plan is worth: the tiers of all programs, summed with the programs' weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import lcm

from cohortopt.decode import decode
from cohortopt.joint.shared import Part, Plan, Shared
from cohortopt.joint.worth import counter
from cohortopt.model.solution import LOWER_IS_BETTER, TierName
from cohortopt.solvers.base import Found
from cohortopt.verify.score import scale_of, tier_values

Key = tuple[int, ...]


class Judge:
    """Counts tiers from people and goals; the points of each match are counted once."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.tiers: tuple[TierName, ...] = shared.scenario.tiers
        programs = [part.program for part in shared.parts]
        self._scales = [scale_of(program, shared.facts) for program in programs]
        self.scale = lcm(*self._scales)
        self._count = [counter(part) for part in shared.parts]
        self._points: list[dict[Found, int]] = [{} for _ in programs]
        self._earlier = [met(part) for part in shared.parts]

    def points(self, k: int, found: Found) -> int:
        """Return the points of one match, in 1 / scale of its program."""
        known, count = self._points[k], self._count[k]
        if found not in known:
            if count is not None:
                known[found] = count(found)
            else:
                compiled = self.shared.parts[k].compiled
                known[found] = decode(compiled, (found,), self.shared.facts)[0].points
        return known[found]

    @property
    def earlier(self) -> int:
        """Return how many earlier meetings all programs have, times the programs' weights."""
        return sum(
            self.weight(k, "changes") * len(self._earlier[k])
            for k, part in enumerate(self.shared.parts)
            if "changes" in part.program.tiers
        )

    def kept(self, k: int, found: Found) -> int:
        """Return how many earlier meetings of two people a match keeps."""
        earlier = self._earlier[k]
        if not earlier:
            return 0
        if self.shared.parts[k].instance.shape == "pairs":
            return int(found.people in earlier)
        return sum(two in earlier for two in combinations(sorted(found.people), 2))

    def values(self, k: int, matches: Sequence[Found]) -> dict[str, int]:
        """Return the value of every tier of one program."""
        part = self.shared.parts[k]
        program, instance = part.program, part.instance
        if set(program.tiers) <= {"placed", "points"}:
            start = 1 if instance.shape == "pairs" else 0
            seats = {(m.round, i) for m in matches for i in m.people[m.leaders or start :]}
            placed = int(sum(instance.priority[i] for _, i in seats))
            return {"placed": placed, "points": sum(self.points(k, m) for m in matches)}
        decoded = decode(part.compiled, matches, self.shared.facts)
        return tier_values(program, decoded, self.shared.facts, part.earlier)

    def weight(self, k: int, tier: str) -> int:
        """Return by what a program's tier is multiplied in the whole."""
        scaled = tier in ("points", "worst")
        times = self.scale // self._scales[k] if scaled else 1
        return self.shared.parts[k].program.weight * times

    def whole(self, values: Sequence[Mapping[str, int]]) -> dict[str, int]:
        """Return the tiers of the whole from those of the programs."""
        return {
            tier: sum(self.weight(k, tier) * value.get(tier, 0) for k, value in enumerate(values))
            for tier in self.tiers
        }

    def key(self, plan: Plan) -> Key:
        """Return what orders plans, more is better: the tiers, then matches people have now."""
        values = [self.values(k, matches) for k, matches in enumerate(plan)]
        kept = sum(self.kept(k, found) for k, matches in enumerate(plan) for found in matches)
        return (*self.rank(self.whole(values)), kept)

    def rank(self, whole: Mapping[str, int]) -> Key:
        """Return tiers as a tuple that grows as plans get better."""
        return tuple(-whole[t] if t in LOWER_IS_BETTER else whole[t] for t in self.tiers)


def met(part: Part) -> frozenset[tuple[int, ...]]:
    """Return the earlier meetings of two people: (giver, taker) in pairs, else in id order."""
    if part.instance.shape == "pairs":
        return frozenset(part.instance.previous)
    earlier = part.instance.previous
    return frozenset(two for match in earlier for two in combinations(sorted(match), 2))

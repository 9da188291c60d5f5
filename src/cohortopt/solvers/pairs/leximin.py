"""Tier ``worst``: the least satisfied placed taker as well off as possible, then the next, exactly.

For takers with one match each. Sorted satisfactions are lexicographically largest exactly if, for
every threshold y in ascending order, as many placed takers as possible have more than y points,
given the best counts for all smaller thresholds (the number placed is fixed beforehand). Each such
count is a flow with link weights 0 and 1, and several thresholds fold into one flow with weights
``sum of multiplier * [points > threshold]`` (multipliers as for tiers).

The face. After a flow is solved with prices, every assignment of that value keeps complementary
slackness: with ``r = weight - price_g - price_t``, links with ``r < 0`` are out, links with
``r > 0`` are in, and everybody's load is among the loads that maximise ``price * load + bonus``.
Conversely, every assignment that keeps this has that value. So the next flow runs on what is left,
and the chain of prices is the certificate: a checker applies the same rule after each step.

Thresholds between two values that occur in the final vector need no flow: the count at or below
them cannot be less than the count at or below the last one that did. Hence the first threshold is
found by bisection (bottleneck assignment; Gabow and Tarjan 1988, doi:10.1016/0196-6774(88)90031-4)
and only then do levels begin. On bands of thresholds and faces for fair assignment see Ogryczak,
Luss, Pioro, Nace and Tomaszewski (2014, doi:10.1155/2014/612018).

Running time: distinct points above the bottleneck / thresholds per flow (3 to 8) flows, each
smaller than the one before. All allowed links are held up to ``COMPLETE`` possible ones; beyond,
only the best of everyone are, and the tier is given without a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance import Ints, Longs
from cohortopt.solvers.base import Answer, Clock, TierAnswer
from cohortopt.solvers.pairs.pricing import SAFE, Table, lots_of
from cohortopt.solvers.pairs.problem import (
    LOTS,
    NUMBERS,
    Pair,
    PairsProblem,
    answer_of,
    flat,
    tier_values,
)
from cohortopt.solvers.pairs.transport import solve_links, transport
from cohortopt.solvers.pairs.transport_parts import Candidates, Transport, Wants, candidates

COMPLETE = 12_000_000  # possible links that are all held

Level = tuple[str, int]


@dataclass
class Face:
    """All assignments that are best on the levels so far.

    ``table`` has the links that are still open, ``settled`` those that are in for certain; loads
    are ranges of what is still open, in local indices.
    """

    table: Table
    gives_min: Ints
    gives_max: Ints
    takes_min: Ints
    takes_max: Ints
    settled: list[Pair] = field(default_factory=list)
    settled_points: list[int] = field(default_factory=list)

    def solve(self, weights: Longs, bonus: Longs, clock: Clock) -> Transport:
        """Return the best assignment on the face by ``weights`` of open links and seats."""
        self.table.weights = weights
        self.table.taken = np.zeros(len(weights), dtype=np.uint8)
        givers = Wants.of(self.gives_max, self.gives_min)
        takers = Wants.of(self.takes_max, self.takes_min, bonus)
        return solve_links(self.table, givers, takers, clock)

    def narrow(self, prices: Transport, bonus: Longs) -> None:
        """Keep only what complementary slackness with optimal prices leaves open."""
        table = self.table
        spare = table.weights - prices.giver_price[table.givers] - prices.taker_price[table.takers]
        _narrow(self.gives_min, self.gives_max, prices.giver_price)
        _narrow(self.takes_min, self.takes_max, prices.taker_price + bonus)
        for i in np.flatnonzero(spare > 0).tolist():
            g, t = int(table.givers[i]), int(table.takers[i])
            self.settled.append((g, t))
            self.settled_points.append(int(table.points[i]))
            for loads in (self.gives_min, self.gives_max):
                loads[g] -= 1
            for loads in (self.takes_min, self.takes_max):
                loads[t] -= 1
        np.maximum(self.gives_min, 0, out=self.gives_min)
        np.maximum(self.takes_min, 0, out=self.takes_min)
        self.keep(spare == 0)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Keep only some of the open links, and only those whose ends still have room."""
        table = self.table
        room = (self.gives_max[table.givers] > 0) & (self.takes_max[table.takers] > 0)
        self.table = table.only(which & room)


def _narrow(least: Ints, most: Ints, price: Longs) -> None:
    """Narrow load ranges to those that maximise ``price * load``."""
    least[price > 0] = most[price > 0]
    most[price < 0] = least[price < 0]


def solve_worst(problem: PairsProblem, clock: Clock) -> Answer:
    """Return the best assignment where ``worst`` is among the tiers.

    ``worst`` speaks of placed people, so tier ``placed`` is put before it where it is missing, and
    among assignments equally good so far the number of people placed is made largest. The value of
    the tier is the least satisfaction (0 if nobody is placed); its certificate is::

        {"kind": "levels", "from": points, "vector": [[points, takers with so many], ...],
         "levels": [{"thresholds": [...], "multipliers": [...], "giver": {...}, "taker": {...}}],
         "before": the prices of the levels placed and seats, where no tier came before}

    with prices of people that are not 0 (and, where tiers in numbers did not fit 64 bits
    together, ``{"kind": "chain", "steps": [prices, ...]}`` in place of prices). To check, start
    from all allowed links and loads. For each certificate in tier order, and each of its
    levels, add up the bound of :func:`cohortopt.solvers.pairs.flow.solve_flow` over what is open,
    compare it with the value of the answer's open links, and narrow by complementary slackness
    (settled links leave, their ends have one load less, and links close that have an end
    without any load left). Before the first level, no open link of the answer has less than
    ``from``, so links with less close. The thresholds of a level are all points of open links
    from just above the last threshold (at first ``from``) on to its own last. At the end, open
    links have points that were thresholds, or one larger value: all open assignments have the
    same vector.
    """
    instance = problem.instance
    at = instance.tiers.index("worst")
    before, after = [*instance.tiers[:at]], [*instance.tiers[at + 1 :]]
    added = [] if "placed" in before else ["placed"]
    complete = len(problem.givers) * len(problem.takers) <= COMPLETE
    start = candidates(
        problem.block, problem.gives_max, problem.takes_max, problem.previous, dense=complete
    )
    run = _Run(problem, clock)
    table = _table(start.givers, start.takers, start.points)
    whole = None
    if not complete:
        whole, whole_proof = _whole(problem, [*before, *added], start, clock)
        if whole.finished and len(whole.short_givers) + len(whole.short_takers):
            from cohortopt.solvers.pairs.shortage import shortage

            return shortage(problem, whole)
        points = _points(problem, whole)
        table = table.add(_table(whole.givers, whole.takers, points), len(problem.givers))
    run.face = Face(
        table,
        problem.gives_min.copy(),
        problem.gives_max.copy(),
        problem.takes_min.copy(),
        problem.takes_max.copy(),
    )
    first = run.numbers([*before, *added], last=False)
    if complete and run.finished and len(first.short_givers) + len(first.short_takers):
        from cohortopt.solvers.pairs.shortage import shortage

        return shortage(problem, first)
    if len(first.short_givers) + len(first.short_takers):
        return Answer((), finished=False, solver="flow")
    proofs: dict[str, dict[str, Any] | None] = {}
    if run.finished:
        proofs["before"] = run.proof if whole is None else whole_proof
        levels = run.thresholds()
        worst: dict[str, Any] = {"kind": "levels", "from": run.low, "levels": levels}
        if not before:
            worst["before"] = run.proof
        proofs["worst"] = worst
    if run.finished:
        run.numbers(after, last=True)
        proofs["after"] = run.proof
    return run.answer(before, after, proofs, complete, whole is None or whole.finished)


def _table(givers: Ints, takers: Ints, points: Ints) -> Table:
    """Return links in the order of tables, without weights yet."""
    order = np.lexsort((givers, takers))
    weights, taken = np.zeros(len(order), np.int64), np.zeros(len(order), np.uint8)
    return Table(givers[order], takers[order], points[order], weights, taken)


def _whole(
    problem: PairsProblem, tiers: list[str], start: Candidates, clock: Clock
) -> tuple[Transport, dict[str, Any]]:
    """Return the best by the tiers before over every link, priced, with its certificate."""
    levels = problem.levels(problem.names(tiers, ties=False), start.top)
    block = problem.block
    if "points" not in tiers:
        block, start = flat(block), start.flat
    result = transport(
        block,
        problem.gives_max,
        problem.takes_max,
        gives_min=problem.gives_min,
        takes_min=problem.takes_min,
        clock=clock,
        start=start,
        **problem.weights(levels),
    )
    return result, _proof(problem, levels, result)


def _points(problem: PairsProblem, result: Transport) -> Ints:
    """Return the points of the links chosen, asked for giver by giver."""
    points = np.zeros(len(result.givers), dtype=np.int32)
    for g in np.unique(result.givers).tolist():
        here = result.givers == g
        one = np.array([g], dtype=np.intp)
        points[here] = problem.block(one, result.takers[here].astype(np.intp))[0]
    return points


def _proof(problem: PairsProblem, levels: list[Level], result: Transport) -> dict[str, Any]:
    proof: dict[str, Any] = {
        "kind": "prices",
        "levels": [list(level) for level in levels],
        "giver": _all(problem.givers, result.giver_price),
        "taker": _all(problem.takers, result.taker_price),
        "locked": [list(link) for link in problem.forced],
    }
    if "draw" in dict(levels):
        proof["draw"] = [problem.instance.draw, LOTS]
    return proof


class _Run:
    """The state of one leximin solve: the face, the last assignment, and the proofs."""

    def __init__(self, problem: PairsProblem, clock: Clock) -> None:
        self.problem = problem
        self.clock = clock
        self.finished = True
        self.proof: dict[str, Any] | None = None
        self.solves = 0
        self.face: Face
        self.pairs: list[tuple[int, int, int]] = []  # local giver, local taker, points
        self.worst_proven = False
        self.low = 0

    def _take(self, result: Transport) -> None:
        """Remember the assignment found."""
        self.solves += 1
        self.finished = self.finished and result.finished
        if self.pairs and not result.finished:
            return
        settled = [
            (g, t, p) for (g, t), p in zip(self.face.settled, self.face.settled_points, strict=True)
        ]
        found = zip(
            result.givers.tolist(), result.takers.tolist(), result.points.tolist(), strict=True
        )
        self.pairs = sorted([*settled, *found])

    def numbers(self, tiers: list[str], *, last: bool) -> Transport:
        """Solve tiers in numbers on the face and narrow it, group after group of levels."""
        problem, face = self.problem, self.face
        top = int(face.table.points.max(initial=0))
        proofs: list[dict[str, Any]] = []
        for levels in problem.groups(problem.names(tiers, ties=last), top):
            bonus = problem.weights(levels)["taker_bonus"]
            result = face.solve(self._weights(dict(levels)), bonus, self.clock)
            self._take(result)
            if not result.finished or len(result.short_givers) + len(result.short_takers):
                return result
            proofs.append(_proof(problem, levels, result))
            face.narrow(result, bonus)
        self.proof = proofs[0] if len(proofs) == 1 else {"kind": "chain", "steps": proofs}
        return result

    def _weights(self, worth: dict[str, int]) -> Longs:
        """Return what the open links weigh in some levels."""
        problem, table = self.problem, self.face.table
        weights = table.points.astype(np.int64) * worth.get("points", 0) + worth.get("seats", 0)
        if "kept" in worth and len(problem.previous[0]):
            key = table.takers.astype(np.int64) * len(problem.givers) + table.givers
            known = problem.previous[1].astype(np.int64) * len(problem.givers) + problem.previous[0]
            weights += worth["kept"] * np.isin(key, known)
        if "draw" in worth:
            lots = lots_of(problem.instance.draw, table.givers, table.takers, LOTS)
            weights += worth["draw"] * lots
        return weights

    def thresholds(self) -> list[dict[str, Any]]:
        """Solve threshold after threshold; return the certificate of each flow."""
        proofs: list[dict[str, Any]] = []
        low = self.low = self._bottleneck()
        none = np.zeros(len(self.problem.takers), dtype=np.int64)
        while self.finished:
            points = self.face.table.points
            values = np.unique(points[points >= low])
            if len(values) < 2:
                break
            base = int(np.count_nonzero(self.face.takes_max > 0)) + 1
            chain = 2 * min(len(self.face.gives_max), len(self.face.takes_max)) + 3
            most = 1
            while base ** (most + 1) * chain * 4 < SAFE and most < len(values) - 1:
                most += 1
            some = values[:most].tolist()
            multipliers = [base ** (most - 1 - i) for i in range(most)]
            weights = np.zeros(len(points), dtype=np.int64)
            for value, multiplier in zip(some, multipliers, strict=True):
                weights += multiplier * (points > value)
            result = self.face.solve(weights, none, self.clock)
            self._take(result)
            if not result.finished:
                break
            proofs.append(
                {
                    "thresholds": some,
                    "multipliers": multipliers,
                    "giver": _some(self.problem.givers, result.giver_price),
                    "taker": _some(self.problem.takers, result.taker_price),
                }
            )
            self.face.narrow(result, none)
            self.worst_proven = True
            low = some[-1] + 1
            self.clock.say("worst", some[-1])
        self.worst_proven = self.worst_proven or self.finished
        return proofs

    def _bottleneck(self) -> int:
        """Return the largest points that everyone placed can have at least; keep such links only.

        Loads on the face say how many are placed, so this is feasibility of the loads with fewer
        links; the number of links in all is kept by counting them.
        """
        face, none = self.face, np.zeros(len(self.problem.takers), dtype=np.int64)
        values = np.unique(face.table.points)
        count = len(self.pairs) - len(face.settled)
        low, high = 0, len(values) - 1
        while low < high and self.finished:
            middle = (low + high + 1) // 2
            trial = replace(face)
            trial.keep(face.table.points >= values[middle])
            result = trial.solve(np.ones(len(trial.table.points), np.int64), none, self.clock)
            self.solves += 1
            if not result.finished:
                self.finished = False
                break
            short = len(result.short_givers) + len(result.short_takers)
            if short == 0 and len(result.givers) == count:
                low = middle
                self._take(result)
            else:
                high = middle - 1
        if len(values) == 0:
            return 0
        face.keep(face.table.points >= values[low])
        return int(values[low])

    def answer(
        self,
        before: list[str],
        after: list[str],
        proofs: dict[str, dict[str, Any] | None],
        complete: bool,
        first_proven: bool,
    ) -> Answer:
        """Return the last assignment with what is proven of it."""
        problem = self.problem
        local = [(g, t) for g, t, _ in self.pairs]
        givers = np.array([g for g, _ in local], dtype=np.int32)
        takers = np.array([t for _, t in local], dtype=np.int32)
        pairs = problem.people(givers, takers)
        fixed = [problem.points_of([pair]) for pair in problem.forced]
        satisfied = sorted([*fixed, *(p for _, _, p in self.pairs)])
        values = tier_values(problem, pairs, sum(satisfied))
        values["worst"] = satisfied[0] if satisfied else 0
        vector = [[v, satisfied.count(v)] for v in sorted(set(satisfied))]
        if proofs.get("worst") is not None:
            proofs["worst"] = {**(proofs["worst"] or {}), "vector": vector}
        proven = {
            "before": first_proven and "worst" in proofs,
            "worst": complete and self.worst_proven,
            "after": complete and self.finished,
        }
        tiers: list[TierAnswer] = []
        for part, names in (("before", before), ("worst", ["worst"]), ("after", after)):
            known = [name for name in names if name in NUMBERS or name == "worst"]
            for name in known:
                bound = values[name] if proven[part] else None
                proof = proofs.get(part) if proven[part] and name == known[-1] else None
                tiers.append(TierAnswer(name, values[name], bound, proof))
        facts = {"solves": self.solves, "vector": vector}
        return answer_of(pairs, tiers, self.finished, facts, problem)


def _all(people: Ints, prices: Longs) -> dict[int, int]:
    return dict(zip(people.tolist(), prices.tolist(), strict=True))


def _some(people: Ints, prices: Longs) -> dict[int, int]:
    return {p: v for p, v in _all(people, prices).items() if v}

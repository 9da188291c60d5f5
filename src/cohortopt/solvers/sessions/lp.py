"""The time-indexed program of a timetable: max goal over columns, rules as rows.

Only promising columns are in the program. After each solve all others are priced out
(``session_prices.price_out``); those that could improve it are added until none can, so that
the bound holds for every possible session. The program is almost integral: sessions of one
slot are a bipartite matching, and slots are tied only by people's totals and pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN
from cohortopt.solvers.base import Clock
from cohortopt.solvers.highs import INFINITY, Floats, Outcome, Program, optimise
from cohortopt.solvers.sessions.model import Columns, Goal, Timetable, Whole
from cohortopt.solvers.sessions.prices import NEVER, Prices, Pricing, price_out

EPSILON = 1e-6


@dataclass(frozen=True)
class Family:
    """Rows of one kind: which row and column each entry is in, and the two sides."""

    name: str
    keys: Whole  # (rows,) flat positions in the family's price array
    rows: Whole  # (entries,) positions in ``keys``
    columns: Whole  # (entries,)
    values: Floats  # (entries,)
    lower: Floats  # (rows,)
    upper: Floats  # (rows,)


@dataclass(frozen=True)
class Relaxed:
    """An optimum of the linear program over all columns, or where the clock stopped it."""

    values: Floats  # (columns,)
    prices: Prices
    objective: float
    is_optimal: bool


class TimetableProgram:
    """The rows over growing columns, with level variables and slack after them."""

    def __init__(self, table: Timetable, levels: int) -> None:
        self.table = table
        self.levels = levels
        self.columns = Columns.none()

    def add(self, columns: Columns) -> int:
        """Add the columns that are not there yet, in the order of their codes."""
        old = self.table.code(self.columns)
        codes, first = np.unique(self.table.code(columns), return_index=True)
        fresh = columns.take(first[~np.isin(codes, old)])
        self.columns = self.columns.join(fresh)
        return len(fresh)

    def build(
        self,
        goal: Goal,
        earlier: Sequence[Goal],
        values: Sequence[int],
        columns: Columns,
    ) -> tuple[Program, list[Family]]:
        """Return max ``goal`` over ``columns``, earlier goals kept at ``values``, and its rows.

        Variables are columns, then level variables (T x levels), then, for the goal
        "shortfall", the slack of each minimum: the program asks for as little of it as possible.
        """
        table = self.table
        count, level_count = len(columns), len(table.takers) * self.levels
        families = self.families(columns)
        families += self._goals_kept(earlier, values, columns)
        if goal.kind == "shortfall":
            families, slack = _with_slack(families, count + level_count)
            objective = np.concatenate([np.zeros(count + level_count), -np.ones(slack)])
        else:
            earned = table.earned(columns, goal)
            objective = np.concatenate([earned, goal.level.ravel()]).astype(np.float64)
        start, rows, lower, upper = 0, [], [], []
        for family in families:
            rows.append(family.rows + start)
            start += len(family.keys)
            lower.append(family.lower)
            upper.append(family.upper)
        most = np.ones(len(objective))
        most[count + level_count :] = INFINITY
        program = Program(
            objective,
            most,
            np.concatenate(rows),
            np.concatenate([family.columns for family in families]),
            np.concatenate([family.values for family in families]),
            np.concatenate(lower),
            np.concatenate(upper),
        )
        return program, families

    def families(self, columns: Columns) -> list[Family]:
        """Return the rows of every rule over ``columns``."""
        table, instance = self.table, self.table.instance
        n, takers = instance.n, len(table.takers)
        give, take = table.givers[columns.giver], table.takers[columns.taker]
        every = np.arange(len(columns))
        found: list[Family] = []

        def at_most(name: str, keys: Whole, over: Whole, most: Whole | int) -> None:
            used, rows = np.unique(keys, return_inverse=True)
            right = np.broadcast_to(np.asarray(most), used.shape) if np.ndim(most) == 0 else None
            upper = most[used] if right is None else right  # type: ignore[index]
            found.append(_family(name, used, rows, over, -INFINITY, upper))

        def at_least(name: str, least: Whole, keys: Whole, over: Whole) -> None:
            used = np.flatnonzero(least > 0)
            inside = np.isin(keys, used)
            rows = np.searchsorted(used, keys[inside])
            found.append(_family(name, used, rows, over[inside], least[used], INFINITY))

        column, window = np.nonzero(table.windows.T[columns.slot])
        both = np.concatenate([give[column], take[column]]) * len(table.windows)
        at_once = np.repeat(table.at_once, len(table.windows))
        at_most("slot", both + np.tile(window, 2), np.tile(column, 2), at_once)
        if table.rooms >= 0:
            at_most("room", window, column, table.rooms)
        column, week = np.nonzero(table.weeks.T[columns.slot])
        at_most("weeks", columns.taker[column] * max(1, len(table.weeks)) + week, column, 1)
        at_most("gives", columns.giver, every, table.gives_max)
        at_most("takes", columns.taker, every, table.takes_max)
        total_max = instance.total_max.astype(np.int64)
        if (total_max < instance.gives_max.astype(np.int64) + instance.takes_max).any():
            at_most("total", np.concatenate([give, take]), np.tile(every, 2), total_max)
        at_most("pair", columns.giver * takers + columns.taker, every, 1)
        if not instance.mutual:
            at_most("mutual", np.minimum(give, take) * n + np.maximum(give, take), every, 1)
        if table.has_topics:
            at_most("topic", columns.taker * table.topics + columns.topic, every, 1)
        if table.tied is not None:
            at_most("tied", *table.tied.rows_of(columns), table.tied.most)
        at_least("gives_min", table.gives_min, columns.giver, every)
        at_least("takes_min", table.takes_min, columns.taker, every)
        at_least(
            "required",
            instance.required.astype(np.int64),
            np.concatenate([give, take]),
            np.tile(every, 2),
        )
        lock_of = np.full((len(table.givers) + 1, takers + 1), -1, np.int64)
        for k, (giver, taker, _) in enumerate(table.locks):
            lock_of[giver, taker] = k
        locks = lock_of[columns.giver, columns.taker]
        at_least("lock", np.ones(len(table.locks), np.int64), locks, every)
        if self.levels:
            over = len(columns) + np.arange(takers * self.levels)
            rows = np.concatenate([columns.taker, np.repeat(np.arange(takers), self.levels)])
            entries = np.concatenate([np.ones(len(columns)), -np.ones(len(over))])
            found.append(
                Family(
                    "level",
                    np.arange(takers),
                    rows,
                    np.concatenate([every, over]),
                    entries,
                    np.zeros(takers),
                    np.full(takers, INFINITY),
                )
            )
        return found

    def _goals_kept(
        self, earlier: Sequence[Goal], values: Sequence[int], columns: Columns
    ) -> list[Family]:
        """Return one row for each earlier goal: at least the value that was reached."""
        rows, places, entries = [], [], []
        for k, goal in enumerate(earlier):
            worth = np.concatenate([self.table.earned(columns, goal), goal.level.ravel()])
            used = np.flatnonzero(worth)
            rows.append(np.full(len(used), k))
            places.append(used)
            entries.append(worth[used].astype(np.float64))
        if not rows:
            return []
        reached = np.array(values, np.float64)
        return [
            Family(
                "fixed",
                np.arange(len(rows)),
                np.concatenate(rows),
                np.concatenate(places),
                np.concatenate(entries),
                reached,
                np.full(len(rows), INFINITY),
            )
        ]

    def relax(
        self, goal: Goal, earlier: Sequence[Goal], values: Sequence[int], clock: Clock
    ) -> Relaxed:
        """Return the optimum of the linear program over all possible sessions.

        Adds columns until no session earns more than its prices. Each round adds the best few of
        every giver and taker; rounds are few because first columns come near the final prices.
        """
        outcome = Outcome("stopped", np.zeros(0), np.zeros(0))
        prices = Prices.zero(self.table, len(earlier))
        while not clock.is_over:
            program, families = self.build(goal, earlier, values, self.columns)
            outcome = optimise(program, clock.left)
            if outcome.status != "optimal":
                break
            prices = self.prices(families, outcome.duals, len(earlier))
            fresh = improving(self.table, prices, goal, earlier)
            clock.say("timetable", bound=None)
            if not self.add(fresh):
                return Relaxed(outcome.values, prices, outcome.objective, True)
        return Relaxed(outcome.values, prices, outcome.objective, False)

    def prices(self, families: Sequence[Family], duals: Floats, goals: int) -> Prices:
        """Return the duals of the rows, family by family, as prices >= 0."""
        prices = Prices.zero(self.table, goals)
        start = 0
        for family in families:
            part = np.abs(duals[start : start + len(family.keys)])
            start += len(family.keys)
            getattr(prices, family.name).ravel()[family.keys] = part
        return prices


def _family(
    name: str, keys: Whole, rows: Whole, columns: Whole, lower: Whole | float, upper: Whole | float
) -> Family:
    shape = keys.shape
    return Family(
        name,
        keys,
        rows,
        columns,
        np.ones(len(rows)),
        np.broadcast_to(np.asarray(lower, np.float64), shape),
        np.broadcast_to(np.asarray(upper, np.float64), shape),
    )


def _with_slack(families: Sequence[Family], start: int) -> tuple[list[Family], int]:
    """Return the families with one slack variable in every row that has a minimum."""
    found, slack = [], 0
    for family in families:
        if family.name not in ("gives_min", "takes_min", "required", "lock"):
            found.append(family)
            continue
        count = len(family.keys)
        over = start + slack + np.arange(count)
        slack += count
        found.append(
            Family(
                family.name,
                family.keys,
                np.concatenate([family.rows, np.arange(count)]),
                np.concatenate([family.columns, over]),
                np.concatenate([family.values, np.ones(count)]),
                family.lower,
                family.upper,
            )
        )
    return found, slack


def improving(
    table: Timetable, prices: Prices, goal: Goal, earlier: Sequence[Goal], best: int = 6
) -> Columns:
    """Return sessions that earn more than their prices: the best pairs of everyone.

    Of each pair: its best topic at every slot that pays, and its best slot for every such topic.
    """
    pricing = price_out(table, prices, goal, earlier)
    surplus = pricing.surplus
    over = surplus > EPSILON
    if not over.any():
        return Columns.none()
    if over.sum() > 4000:
        keep = np.zeros_like(over)
        for axis in (0, 1):
            k = min(best, surplus.shape[axis])
            top = np.argpartition(-surplus, k - 1, axis=axis)
            np.put_along_axis(keep, np.take(top, np.arange(k), axis=axis), True, axis=axis)
        over &= keep
    giver, taker = np.nonzero(over)
    parts = []
    for start in range(0, len(giver), 2048):
        g, t = giver[start : start + 2048], taker[start : start + 2048]
        parts.append(_sessions(table, pricing.gain[g, t], _slot_costs(table, pricing, g, t), g, t))
    found = parts[0]
    for part in parts[1:]:
        found = found.join(part)
    return found


def _slot_costs(table: Timetable, pricing: Pricing, g: Whole, t: Whole) -> NDArray[np.float64]:
    """Return ``(pairs, S)`` the cost of every slot for some pairs."""
    costs = pricing.at_giver[g] + pricing.at_taker[t]
    for row, pair in enumerate(zip(g.tolist(), t.tolist(), strict=True)):
        if pair in table.fixed_slots:
            kept = costs[row, table.fixed_slots[pair]]
            costs[row] = NEVER
            costs[row, table.fixed_slots[pair]] = kept
    return np.asarray(costs)


def _sessions(
    table: Timetable, gain: Floats, costs: Floats, g: Whole, t: Whole, most: int = 16
) -> Columns:
    """Return the sessions of some pairs that pay, at most ``most`` slots of each."""
    pairs = np.arange(len(g))
    topic, slot = gain.argmax(axis=1), costs.argmin(axis=1)
    pays = gain[pairs, topic][:, None] - costs > EPSILON
    if costs.shape[1] > most:
        cheap = np.argpartition(costs, most - 1, axis=1)[:, :most]
        few = np.zeros_like(pays)
        np.put_along_axis(few, cheap, True, axis=1)
        pays &= few
    row, at = np.nonzero(pays)
    found = Columns(g[row], t[row], at, topic[row])
    other, subject = np.nonzero(gain - costs[pairs, slot][:, None] > EPSILON)
    return found.join(Columns(g[other], t[other], slot[other], subject))


def first_columns(table: Timetable, goal: Goal, pairs: int = 8) -> Columns:
    """Return sessions worth starting with: the best pairs of everyone under rough prices.

    Prices of givers come from a few subgradient steps on the problem without slots, where a
    taker picks the best links and a giver's price rises while too many pick it: O(G x T) each.
    """
    here = table.allowed
    if not here.any():
        return Columns.none()
    worth = np.where(
        table.weights != FORBIDDEN, np.broadcast_to(goal.column, table.weights.shape), -1
    ).max(axis=2)
    worth = np.where(here, worth, -1e9).astype(np.float64)
    free = table.free[table.givers].sum(axis=1) * table.at_once[table.givers]
    seats = np.minimum(table.gives_max, free)
    price = _giver_prices(worth, seats, table.takes_max)
    return sessions_of(table, nearest(table, worth - price[:, None], pairs))


def nearest(table: Timetable, net: NDArray[np.float64], pairs: int) -> NDArray[np.bool_]:
    """Return ``(G, T)`` the ``pairs`` allowed pairs of every giver and taker of largest ``net``."""
    keep = np.zeros(net.shape, np.bool_)
    for axis in (0, 1):
        k = min(pairs, net.shape[axis])
        top = np.argpartition(-net, k - 1, axis=axis)
        np.put_along_axis(keep, np.take(top, np.arange(k), axis=axis), True, axis=axis)
    return keep & table.allowed


def sessions_of(table: Timetable, pairs: NDArray[np.bool_], slots: int = 16) -> Columns:
    """Return sessions of some pairs ``(G, T)``: all topics, at most ``slots`` common slots of each.

    Where there are more, which ones differs from pair to pair.
    """
    giver, taker = np.nonzero(pairs & table.allowed)
    common = table.free[table.givers[giver]] & table.free[table.takers[taker]]
    for row, pair in enumerate(zip(giver.tolist(), taker.tolist(), strict=True)):
        if pair in table.fixed_slots:
            common[row] = np.arange(table.slots.count) == table.fixed_slots[pair]
    if table.slots.count > slots:
        turn = (giver * 7919 + taker * 104729) % table.slots.count
        rank = (np.arange(table.slots.count)[None, :] - turn[:, None]) % table.slots.count
        rank = np.where(common, rank, table.slots.count)
        common &= rank <= np.partition(rank, slots - 1, axis=1)[:, slots - 1][:, None]
    rows, at = np.nonzero(common)
    each, topic = np.nonzero(table.weights[giver[rows], taker[rows]] != FORBIDDEN)
    return Columns(giver[rows][each], taker[rows][each], at[each], topic)


def _giver_prices(worth: Floats, seats: Whole, takes: Whole, steps: int = 100) -> Floats:
    """Return rough prices (G,) at which about ``seats`` of each giver are asked for."""
    price = np.zeros(len(worth))
    most = int(min(takes.max(initial=0), len(worth)))
    best, chosen = float("inf"), price
    if most < 1:
        return price
    step = float(max(1.0, worth.max())) / 5
    for _ in range(steps):
        net = worth - price[:, None]
        top = np.argpartition(-net, most - 1, axis=0)[:most]
        value = np.take_along_axis(net, top, axis=0)
        asked = value > 0
        load = np.bincount(top[asked], minlength=len(worth)) - seats
        bound = float(value[asked].sum() + price @ seats)
        if bound < best:
            best, chosen = bound, price
        price = np.maximum(0, price + step * load / max(1, np.abs(load).max()))
        step *= 0.96
    return chosen


def within(
    table: Timetable, prices: Prices, goal: Goal, earlier: Sequence[Goal], slack: float
) -> Columns:
    """Return every possible session that earns at least its prices less ``slack``.

    A timetable that uses any other session falls short of the relaxed optimum by more than
    ``slack``: each session's shortfall is lost in the sum of priced rules.
    """
    pricing = price_out(table, prices, goal, earlier)
    giver, taker = np.nonzero(pricing.surplus >= -slack - EPSILON)
    found = table.earlier
    for start in range(0, len(giver), 2048):
        g, t = giver[start : start + 2048], taker[start : start + 2048]
        costs = _slot_costs(table, pricing, g, t)
        net = pricing.gain[g, t][:, None, :] - costs[:, :, None]
        row, slot, topic = np.nonzero(net >= -slack - EPSILON)
        found = found.join(Columns(g[row], t[row], slot, topic))
    return found


def merge(table: Timetable, one: Columns, other: Columns) -> Columns:
    """Return all columns of both, each once, in the order of their codes."""
    both = one.join(other)
    return both.take(np.unique(table.code(both), return_index=True)[1])

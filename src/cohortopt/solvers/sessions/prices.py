"""Prices of a timetable's rules: what a session must pay, and what they prove.

Let every row of ``session_model`` have a price >= 0. If each possible session c earns no more
than the prices of the rows it is in,

    scale * objective(c) + gives_min + takes_min + required + lock + level + sum fixed * earlier(c)
        <= slot + weeks + room + gives + takes + total + pair + mutual + topic,

and ``cap[t, l] >= scale * objective(z[t, l]) + sum fixed * earlier(z[t, l]) - level[t]`` for every
level variable (z[t, l] = 1 needs l + 1 sessions of taker t together with the lower levels), then
no timetable exceeds

    (sum price * right-hand side - sum minimum price * minimum - sum fixed * earlier value
        + sum cap) / scale:

multiply each rule by its price and add. ``scale`` is a whole number, so all is checked in whole
numbers, and the bound is rounded down because values are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.instance.instance import FORBIDDEN
from cohortopt.solvers.sessions.model import Goal, Timetable, Whole

NEVER = 1 << 50  # a cost that no session can pay
SCALES = (1, 2, 6, 60, 2520)


@dataclass
class Prices:
    """One array for each family of rows; all >= 0. Keys as in ``model.py``.

    ``pair`` and ``mutual`` are dense: (G, T), and (n, n) with the smaller index first.
    """

    slot: NDArray[Any]  # (n, windows)
    weeks: NDArray[Any]  # (T, weeks)
    room: NDArray[Any]  # (windows,)
    gives: NDArray[Any]  # (G,)
    takes: NDArray[Any]  # (T,)
    total: NDArray[Any]  # (n,)
    pair: NDArray[Any]  # (G, T)
    mutual: NDArray[Any]  # (n, n), or (0, 0) where a -> b does not exclude b -> a
    topic: NDArray[Any]  # (T, K)
    gives_min: NDArray[Any]  # (G,)
    takes_min: NDArray[Any]  # (T,)
    required: NDArray[Any]  # (n,)
    lock: NDArray[Any]  # (locks,)
    level: NDArray[Any]  # (T,)
    fixed: NDArray[Any]  # (earlier goals,)
    tied: NDArray[Any]  # (rows,) of pairs tied to one window or week, in a table without slots

    @classmethod
    def zero(cls, table: Timetable, goals: int) -> Prices:
        """Return prices that are all 0."""
        n, givers, takers = table.instance.n, len(table.givers), len(table.takers)
        mutual = 0 if table.instance.mutual else n
        shapes = {
            "slot": (n, len(table.windows)),
            "weeks": (takers, len(table.weeks)),
            "room": (len(table.windows),),
            "gives": (givers,),
            "takes": (takers,),
            "total": (n,),
            "pair": (givers, takers),
            "mutual": (mutual, mutual),
            "topic": (takers, table.topics),
            "gives_min": (givers,),
            "takes_min": (takers,),
            "required": (n,),
            "lock": (len(table.locks),),
            "level": (takers,),
            "fixed": (goals,),
            "tied": (0 if table.tied is None else len(table.tied.most),),
        }
        return cls(**{name: np.zeros(shape) for name, shape in shapes.items()})

    def whole(self, scale: int) -> Prices:
        """Return the prices times ``scale``, rounded to whole numbers >= 0, pairs at 0."""
        rounded = {
            name: np.maximum(0, np.rint(getattr(self, name) * scale)).astype(np.int64)
            for name in FAMILIES
        }
        rounded["pair"] = np.zeros_like(rounded["pair"])
        return Prices(**rounded)


FAMILIES = (
    "slot", "weeks", "room", "gives", "takes", "total", "pair", "mutual", "topic",
    "gives_min", "takes_min", "required", "lock", "level", "fixed", "tied",
)  # fmt: skip


@dataclass(frozen=True)
class Pricing:
    """What sessions earn beyond the prices of their rules.

    ``gain : (G, T, K)`` is a topic's objective less everything but the slot; ``cost : (G, T)``
    the cheapest common slot, ``NEVER`` where there is none; ``best : (G, T)`` what the earlier
    session of two people earns at its slot, where staying there is worth something.
    """

    gain: NDArray[Any]
    at_giver: NDArray[Any]  # (G, S) price of the giver's time, NEVER where not free
    at_taker: NDArray[Any]  # (T, S) price of the taker's time and the room
    cost: NDArray[Any]
    best: NDArray[Any] | None = None

    @property
    def surplus(self) -> NDArray[Any]:
        """Return ``(G, T)`` the most that one session of each pair earns beyond its prices."""
        anew = self.gain.max(axis=2) - self.cost
        return np.asarray(anew if self.best is None else np.maximum(anew, self.best))


def price_out(
    table: Timetable, prices: Prices, goal: Goal, earlier: Sequence[Goal], scale: int = 1
) -> Pricing:
    """Return what every possible session earns beyond ``prices``. O(G x T x (S + K))."""
    kind = prices.slot.dtype
    here = table.weights != FORBIDDEN
    gain = np.where(here, goal.column * scale, 0).astype(kind)
    for price, other in zip(prices.fixed, earlier, strict=True):
        gain = gain + price * np.where(here, other.column, 0)
    gain = gain - prices.topic[None]
    total, required = prices.total, prices.required
    of_giver = prices.gives_min - prices.gives + (required - total)[table.givers]
    of_taker = prices.takes_min + prices.level - prices.takes + (required - total)[table.takers]
    of_pair = of_giver[:, None] + of_taker[None, :] - prices.pair
    if prices.mutual.size:
        both = prices.mutual + prices.mutual.T
        of_pair = of_pair - both[np.ix_(table.givers, table.takers)]
    if table.tied is not None:
        np.subtract.at(of_pair, (table.tied.giver, table.tied.taker), prices.tied[table.tied.row])
    for price, (giver, taker, _) in zip(prices.lock, table.locks, strict=True):
        if giver >= 0 and taker >= 0:
            of_pair[giver, taker] += price
    gain = np.where(here, gain + of_pair[:, :, None], -NEVER)
    per_slot = _at_slots(prices.slot, table.windows)
    at_giver = np.where(table.free, per_slot, NEVER)[table.givers]
    at_taker = per_slot[table.takers] + _at_slots(prices.weeks, table.weeks)
    at_taker = at_taker + _at_slots(prices.room[None, :], table.windows)
    at_taker = np.where(table.free[table.takers], at_taker, NEVER)
    cost = np.full(gain.shape[:2], 2 * NEVER, dtype=kind)
    for slot in range(table.slots.count):
        np.minimum(cost, at_giver[:, slot][:, None] + at_taker[:, slot][None, :], out=cost)
    for (giver, taker), slot in table.fixed_slots.items():
        cost[giver, taker] = at_giver[giver, slot] + at_taker[taker, slot]
    stay = goal.same * scale
    for price, other in zip(prices.fixed, earlier, strict=True):
        stay = stay + price * other.same
    if not stay:
        return Pricing(gain, at_giver, at_taker, cost)
    old, best = table.earlier, np.full(cost.shape, -NEVER, dtype=kind)
    earned = gain[old.giver, old.taker, old.topic] + stay
    best[old.giver, old.taker] = (
        earned - at_giver[old.giver, old.slot] - at_taker[old.taker, old.slot]
    )
    return Pricing(gain, at_giver, at_taker, cost, best)


def _at_slots(prices: NDArray[Any], sets: NDArray[np.bool_]) -> NDArray[Any]:
    """Return ``(rows, S)`` what the priced sets of slots add up to in each slot.

    Whole numbers stay exact in the floating-point product, which is fast: far below 2^53.
    """
    used = np.flatnonzero(prices.any(axis=0))
    total = prices[:, used].astype(np.float64) @ sets[used].astype(np.float64)
    return np.rint(total).astype(prices.dtype) if prices.dtype.kind == "i" else total


def prove(
    table: Timetable,
    prices: Prices,
    goal: Goal,
    earlier: Sequence[Goal],
    values: Sequence[int],
    value: int,
) -> tuple[int, dict[str, Any]]:
    """Return the best bound that rounded prices prove, and its certificate.

    Rounding may leave sessions that earn more than they pay: the price of their pair, whose
    right-hand side is 1, makes up for it. Finer scales are tried until the bound meets ``value``.
    """
    best: tuple[int, dict[str, Any]] | None = None
    for scale in SCALES:
        whole = prices.whole(scale)
        surplus = price_out(table, whole, goal, earlier, scale).surplus
        whole.pair = np.maximum(0, surplus)
        caps = _caps(whole, goal, earlier, scale)
        total = sum(_terms(table, whole, values)) + int(caps.sum())
        bound = total // scale
        if best is None or bound < best[0]:
            best = bound, certificate(table, whole, goal, earlier, values, scale, bound)
        if best[0] <= value:
            break
    assert best is not None
    return best


def _caps(prices: Prices, goal: Goal, earlier: Sequence[Goal], scale: int) -> Whole:
    worth = goal.level * scale - prices.level[:, None]
    for price, other in zip(prices.fixed, earlier, strict=True):
        worth = worth + price * other.level
    return np.asarray(np.maximum(0, worth))


def _terms(table: Timetable, prices: Prices, values: Sequence[int]) -> list[int]:
    """Return price times right-hand side, family by family; minima count against."""
    total_max = table.instance.total_max.astype(np.int64)
    parts = [
        prices.slot.sum(axis=1) @ table.at_once,
        prices.weeks.sum(),
        prices.room.sum() * max(0, table.rooms),
        prices.gives @ table.gives_max,
        prices.takes @ table.takes_max,
        prices.total @ total_max,
        prices.pair.sum(),
        prices.mutual.sum(),
        prices.topic.sum(),
        0 if table.tied is None else prices.tied @ table.tied.most,
        -(prices.gives_min @ table.gives_min),
        -(prices.takes_min @ table.takes_min),
        -prices.required.sum(),
        -prices.lock.sum(),
        -sum(int(p) * v for p, v in zip(prices.fixed, values, strict=True)),
    ]
    return [int(part) for part in parts]


def certificate(
    table: Timetable,
    prices: Prices,
    goal: Goal,
    earlier: Sequence[Goal],
    values: Sequence[int],
    scale: int,
    bound: int,
) -> dict[str, Any]:
    """Return prices as plain data about people indices; prices of 0 are left out.

    ``slot`` and ``room`` name a window by its first slot's index, ``weeks`` by the number of
    its first week; ``levels`` says how many level variables each taker has.
    """
    first_slot = [_first(table, window) for window in table.windows]
    first_week = [int(table.slots.weeks[week].min()) for week in table.weeks]
    givers, takers = table.givers.tolist(), table.takers.tolist()
    everyone = list(range(table.instance.n))
    topics = list(range(table.topics))
    listed: dict[str, list[list[int]]] = {
        "slot": _pairs(prices.slot, everyone, first_slot),
        "weeks": _pairs(prices.weeks, takers, first_week),
        "room": _singles(prices.room, first_slot),
        "gives": _singles(prices.gives, givers),
        "takes": _singles(prices.takes, takers),
        "total": _singles(prices.total, everyone),
        "pair": _pairs(prices.pair, givers, takers),
        "mutual": _pairs(prices.mutual, everyone, everyone) if prices.mutual.size else [],
        "topic": _pairs(prices.topic, takers, topics) if table.has_topics else [],
        "gives_min": _singles(prices.gives_min, givers),
        "takes_min": _singles(prices.takes_min, takers),
        "required": _singles(prices.required, everyone),
        "lock": [
            [givers[g], takers[t], int(price)]
            for price, (g, t, _) in zip(prices.lock, table.locks, strict=True)
            if price
        ],
        "level": _singles(prices.level, takers),
    }
    return {
        "kind": "session_prices",
        "goal": goal.kind,
        "number": goal.number,
        "scale": scale,
        "prices": {name: rows for name, rows in listed.items() if rows},
        "levels": [int(goal.level.shape[1])],
        "fixed": [
            [other.kind, other.number, int(value), int(price)]
            for other, value, price in zip(earlier, values, prices.fixed, strict=True)
        ],
        "bound": bound,
    }


def _first(table: Timetable, window: NDArray[np.bool_]) -> int:
    """Return the slot of a window from which every other one starts within a length."""
    members = np.flatnonzero(window)
    at = table.slots.at.astype(np.int64)
    for slot in members.tolist():
        gap = at[members] - at[slot]
        if table.slots.cycle:
            gap %= table.slots.cycle
        if ((gap >= 0) & (gap < table.slots.length)).all():
            return int(slot)
    raise AssertionError("a window has a first slot")


def _singles(prices: NDArray[Any], names: Sequence[int]) -> list[list[int]]:
    return [[names[k], int(prices[k])] for k in np.flatnonzero(prices).tolist()]


def _pairs(prices: NDArray[Any], rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    found = zip(*(part.tolist() for part in np.nonzero(prices)), strict=True)
    return [[rows[i], columns[j], int(prices[i, j])] for i, j in found]

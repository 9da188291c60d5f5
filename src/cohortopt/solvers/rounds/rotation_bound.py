"""What rounds can be worth at most: prices for people and meetings, checked by adding up.

In R rounds of groups of s nobody has more than R(s - 1) meetings, all rounds together have no
more than a known number, and no two meet twice (or lose points). With a price u >= 0 for a meeting
of each person and w >= 0 for any meeting, no plan exceeds

    sum_p R(s - 1) u_p + meetings * w + sum_{p < q} max(0, value(p, q) - u_p - u_q - w)
        [+ (R - 1) max(0, value(p, q) - loss - u_p - u_q - w), where repeats are for sale].

The best prices are the dual of a linear program, halves at worst, so they are kept in 1/scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohortopt.solvers.highs import INFINITY, Program, optimise
from cohortopt.solvers.rounds.bounds import meetings
from cohortopt.solvers.rounds.worth import Worth

SCALE = 2
MOST = 1200  # people; beyond, the plain bound


def meeting_prices(
    people: Sequence[int], sizes: Sequence[int], rounds: int, worth: Worth, seconds: float
) -> tuple[int, dict[str, Any]] | None:
    """Return the bound of the best prices and its certificate; None where it does not apply.

    It applies where a meeting is worth the same in groups of every size. The certificate names
    people by their own numbers; ``factor`` multiplies a pair's points in both directions.
    """
    factors = {int(worth.factor[size]) for size in set(sizes)}
    n = len(people)
    if len(factors) != 1 or not 1 < n <= MOST:
        return None
    factor = factors.pop()
    one, other = np.triu_indices(n, 1)
    value = worth.value[one, other] * factor
    most, total = rounds * (max(sizes) - 1), rounds * meetings(sizes)
    again = np.flatnonzero(value > worth.loss) if worth.loss >= 0 else np.empty(0, np.int64)
    ends = np.concatenate([one, one[again], other, other[again]])
    pairs = len(value) + len(again)
    program = Program(
        np.concatenate([value, value[again] - worth.loss]).astype(np.float64),
        np.concatenate([np.ones(len(value)), np.full(len(again), rounds - 1.0)]),
        np.concatenate([ends, np.full(pairs, n)]),
        np.tile(np.arange(pairs), 3),
        np.ones(3 * pairs),
        np.full(n + 1, -INFINITY),
        np.append(np.full(n, float(most)), float(total)),
    )
    outcome = optimise(program, seconds)
    if outcome.status != "optimal":
        return None
    prices = np.maximum(0, np.rint(outcome.duals * SCALE)).astype(np.int64)
    bound = add_up(prices, value, most, total, rounds, worth.loss)
    listed = zip(people, prices[:n].tolist(), strict=True)
    proof = {
        "kind": "meeting_prices",
        "scale": SCALE,
        "factor": factor,
        "most": most,
        "meetings": total,
        "price": {int(person): price for person, price in listed if price},
        "any": int(prices[n]),
        "bound": bound,
    }
    return bound, proof


def add_up(
    prices: NDArray[np.int64],
    value: NDArray[np.int64],
    most: int,
    total: int,
    rounds: int,
    loss: int,
) -> int:
    """Return the bound that prices (people, then any meeting; in 1/SCALE) prove."""
    n = len(prices) - 1
    one, other = np.triu_indices(n, 1)
    left = SCALE * value - prices[one] - prices[other] - prices[n]
    found = most * int(prices[:n].sum()) + total * int(prices[n]) + int(np.maximum(0, left).sum())
    if loss >= 0:
        found += (rounds - 1) * int(np.maximum(0, left - SCALE * loss).sum())
    return found // SCALE

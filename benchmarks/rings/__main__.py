"""``python -m benchmarks.rings``: skill swaps, 60 skills, each teaches two and wants two.

Prints one table: people, longest ring, rings there are, value, bound and gap per tier. With
``--direct`` the plain model (one yes or no per ring) is given to CP-SAT for the same time.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.rings.generate import swaps
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.exchange.columns import ring_columns
from cohortopt.solvers.exchange.cpsat import Model
from cohortopt.solvers.exchange.rings import RingsByPrices

CASES = ("300x3", "500x3", "1000x3", "500x4", "2000x2")


def direct(n: int, longest: int, seed: int, tier: str, seconds: float) -> str:
    """Return what CP-SAT reaches with one yes or no per ring."""
    from cohortopt.solvers.exchange.columns import gain

    instance = swaps(n, longest, seed, (tier,))
    clock = Clock(Budget(seconds))
    columns = ring_columns(instance)
    assert columns is not None
    model = Model(instance, columns, clock)
    model.build(())
    amounts = gain(instance, columns, tier)
    bound = model.improve(model.total(amounts), clock.left)
    value = model.value(amounts)
    return f"{value:,}" if bound is None else f"{value:,} of {bound:,}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=list(CASES), help="people x longest ring")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--tiers", nargs="*", default=["points", "placed,points"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--direct", action="store_true")
    chosen = parser.parse_args()
    RingsByPrices().solve(swaps(90, 2, 0), Clock(Budget(5.0)))  # compile
    RingsByPrices().solve(swaps(250, 3, 0, ("points",)), Clock(Budget(5.0)))
    print("| people | longest | tiers | s | value of bound (gap) | CP-SAT, same time |")
    print("|---|---|---|---|---|---|")
    for case in chosen.cases:
        n, longest = map(int, case.split("x"))
        for tiers in (tuple(text.split(",")) for text in chosen.tiers):
            instance = swaps(n, longest, chosen.seed, tiers)
            begun = time.monotonic()
            answer = RingsByPrices().solve(
                instance, Clock(Budget(chosen.seconds, threads=chosen.threads))
            )
            took = time.monotonic() - begun
            cells = []
            for tier in answer.tiers:
                assert tier.bound is not None
                gap = 100.0 * (tier.bound - tier.value) / max(1, tier.bound)
                kind = "prices" if tier.certificate else "claimed"
                cells.append(f"{tier.tier} {tier.value:,} of {tier.bound:,} ({gap:.2f} %, {kind})")
            other = "-"
            if chosen.direct and len(tiers) == 1:
                other = direct(n, longest, chosen.seed, tiers[0], chosen.seconds)
            told = "; ".join(cells)
            print(
                f"| {n:,} | {longest} | {', '.join(tiers)} | {took:.0f} | {told} | {other} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

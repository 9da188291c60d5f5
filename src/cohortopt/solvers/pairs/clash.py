"""Why no assignment of pairs exists: demands and rules that do not fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Clock
from cohortopt.solvers.pairs.colouring import Calendar
from cohortopt.solvers.pairs.links import Link
from cohortopt.solvers.pairs.model import Demand, PairsModel, demands_of

RULES = ("slots", "mutual", "total")
NAMES = {
    "slots": "slots do not clash",
    "mutual": "no mutual links",
    "total": "matches in all are limited",
}


def why_impossible(
    instance: Instance, links: Mapping[Link, int], calendar: Calendar | None, clock: Clock
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return what clashes, in words with indices and as plain data; nothing if unproven.

    Demands are left out in halving parts, then one by one, while what stays is still
    impossible; then the rules likewise. Every step is a solve of its own (no solver's core is
    trusted), and the end result is solved once more in another configuration.
    """

    def fails(demands: Sequence[Demand], rules: Sequence[str], other: bool = False) -> bool:
        model = PairsModel(instance, links, demands, calendar, frozenset(rules), other)
        return model.solve(clock).impossible

    def thin(kept: list[Demand], size: int) -> list[Demand]:
        start = 0
        while start < len(kept) and not clock.is_over:
            rest = kept[:start] + kept[start + size :]
            if fails(rest, RULES):
                kept = rest
            else:
                start += size
        return kept

    demands = demands_of(instance)
    size = max(1, len(demands) // 2)
    while True:
        demands = thin(demands, size)
        if size == 1:
            break
        size = max(1, size // 2)
    rules = list(RULES)
    for rule in RULES:
        without = [other for other in rules if other != rule]
        if fails(demands, without):
            rules = without
    if not fails(demands, rules, other=True):
        return (), {}
    plain = [
        {"kind": d.kind, "people": list(d.people), "amount": d.amount, "slot": d.slot}
        for d in demands
    ]
    texts = [str(demand) for demand in demands] + [NAMES[rule] for rule in rules]
    return tuple(texts), {"clash": {"demands": plain, "rules": rules}}

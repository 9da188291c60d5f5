"""Small scenarios exactly: every match of every program listed, the best choice proven."""

from __future__ import annotations

from dataclasses import dataclass, field

from cohortopt.joint.aims import LINEAR, aims
from cohortopt.joint.choice import Chooser, Rest
from cohortopt.joint.columns import Column, Lister, can_list
from cohortopt.joint.judge import Judge
from cohortopt.joint.shared import Plan, Shared
from cohortopt.solvers.base import Clock

PEOPLE = 40
FEW = 600  # matches that are chosen among at once, before anything else
COLUMNS = 5_000  # at most, starting from a known plan


@dataclass(frozen=True)
class Exact:
    """The best plan, and for each linear tier of the whole what nothing exceeds."""

    plan: Plan | None
    bounds: dict[str, int] = field(default_factory=dict)
    impossible: bool = False


def solve_exactly(
    shared: Shared, judge: Judge, clock: Clock, most: int = FEW, start: Plan | None = None
) -> Exact | None:
    """Return the best plan over all listed matches; None where they are more than ``most``.

    Exact for the tiers that are sums over matches (``placed``, ``points``, ``mutual``,
    ``changes``): the model holds every plan that keeps every rule, and nothing else.
    Exponential in the number of people at worst.
    """
    parts = range(len(shared.parts))
    if shared.n > PEOPLE or not all(can_list(part.instance) for part in shared.parts):
        return None
    if not set(judge.tiers) <= LINEAR:
        return None
    nothing: Plan = tuple(() for _ in parts)
    instances = {k: shared.narrow(k, nothing) for k in parts}
    columns: list[Column] = []
    for k, instance in instances.items():
        listed = Lister(k, instance).all(most - len(columns))
        if listed is None:
            return None
        columns += listed
    clock.say(f"choosing among {len(columns)} matches")
    chooser = Chooser(shared, Rest(instances, shared.hours, shared.most), columns)
    if start is not None:
        chooser.hint(dict(enumerate(start)))
    choice = chooser.solve(aims(judge, chooser, frozenset()), clock)
    if choice is None:
        return Exact(None, impossible=True) if chooser.is_impossible else None
    plan: Plan = tuple(choice.matches[k] for k in parts)
    bounds = zip(judge.tiers, choice.bounds, strict=False)
    return Exact(plan, {t: judge.earlier - b if t == "changes" else b for t, b in bounds})

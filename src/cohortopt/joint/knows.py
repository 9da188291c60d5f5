"""What is known of the bounds of programs solved together, and of each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cohortopt.joint.bound import JointBound, Proof, simple_bounds
from cohortopt.joint.judge import Judge
from cohortopt.joint.sequence import Sequences
from cohortopt.joint.shared import Plan, Shared
from cohortopt.model.solution import LOWER_IS_BETTER
from cohortopt.solvers.base import Clock


@dataclass
class Knows:
    """What is known about the bounds of a scenario."""

    shared: Shared
    judge: Judge
    turns: Sequences = field(default_factory=Sequences)
    whole: dict[str, int] = field(default_factory=dict)  # by tier, given the earlier tiers
    simple: dict[int, dict[str, Proof]] = field(default_factory=dict)
    took: float = 0.0  # seconds of the linear program

    def part(self, k: int, values: Mapping[str, int]) -> dict[str, Proof]:
        """Return the bounds of one program that hold for a plan of these values.

        The bound of a tier speaks of assignments as good on the earlier tiers as the one found.
        So what a program alone proved holds beside others only while the plan is as good there;
        after that, bounds that ask nothing of earlier tiers are left.
        """
        found: dict[str, Proof] = {}
        alone = self.turns.alone(k)
        for tier in alone.tiers if alone is not None else ():
            if tier.bound is not None:
                found[tier.tier] = tier.bound, tier.certificate
            if values.get(tier.tier) != tier.value:
                break
        if k not in self.simple:
            self.simple[k] = simple_bounds(self.shared.parts[k].instance)
        for name, proof in self.simple[k].items():
            if name in values and (name not in found or proof[0] < found[name][0]):
                found[name] = proof
        return found

    def bounds(self, values: Sequence[Mapping[str, int]]) -> dict[str, int]:
        """Return the bounds of the whole for a plan of these values, program by program."""
        parts = [self.part(k, value) for k, value in enumerate(values)]
        found: dict[str, int] = {}
        for tier in self.judge.tiers:
            holders = [k for k, value in enumerate(values) if tier in value]
            known = [self.whole[tier]] if tier in self.whole else []
            if all(tier in parts[k] for k in holders):
                known.append(sum(self.judge.weight(k, tier) * parts[k][tier][0] for k in holders))
            if known:
                found[tier] = max(known) if tier in LOWER_IS_BETTER else min(known)
        return found

    def is_proven(self, plan: Plan) -> bool:
        """Whether every tier of the plan meets its bound."""
        values = [self.judge.values(k, matches) for k, matches in enumerate(plan)]
        bounds = self.bounds(values)
        whole = self.judge.whole(values)
        return all(bounds.get(tier) == whole[tier] for tier in self.judge.tiers)

    def tighten(self, plan: Plan, clock: Clock) -> None:
        """Bound the tiers by one linear program over all programs, given the plan's values."""
        bound = JointBound(self.shared, self.judge, self._proofs())
        if not bound.accepts() or clock.is_over:
            return
        clock.say("bounding all programs together")
        started = clock.elapsed
        bound.build(clock)
        values = self.judge.whole([self.judge.values(k, found) for k, found in enumerate(plan)])
        reached: dict[str, int] = {}
        for tier in self.judge.tiers:
            if tier in bound.aims:
                found = bound.solve(tier, reached, clock)
                if found is not None:
                    self.whole[tier] = found
            reached[tier] = values[tier]
        self.took = clock.elapsed - started

    def _proofs(self) -> dict[int, dict[str, Any]]:
        """Return why groups of each program alone have no more points, where that is known."""
        answers = {k: self.turns.alone(k) for k in range(len(self.shared.parts))}
        return {
            k: tier.certificate
            for k, answer in answers.items()
            for tier in (answer.tiers if answer is not None else ())
            if tier.tier == "points" and tier.certificate is not None
        }

"""All programs of a scenario as one problem."""

from __future__ import annotations

from cohortopt.engine import LOWER_IS_BETTER, finish_program, run_of
from cohortopt.errors import InfeasibleError, VerificationError
from cohortopt.joint.judge import Judge
from cohortopt.joint.sequence import Sequences, solve_in_turn
from cohortopt.joint.shared import Plan, Shared
from cohortopt.model import Facts, ProgramSolution, Solution, TierResult
from cohortopt.model.solution import Status
from cohortopt.programs import Scenario
from cohortopt.solvers.base import Answer, Clock, TierAnswer
from cohortopt.verify.together import find_joint_violations


def solve_together(
    scenario: Scenario,
    facts: Facts,
    clock: Clock,
    *,
    previous: Solution | None = None,
    reasons: bool = True,
) -> Solution:
    """Solve the programs of a scenario together; never worse than one after the other.

    The tiers of the scenario count, summed over programs with their weights. Every program
    alone is a relaxation of the whole, so the weighted sum of their bounds is one for the whole.

    Raises
    ------
    InfeasibleError
        A program has no assignment that keeps its rules, or none was found that keeps the rules
        across programs.
    VerificationError
        The answer failed the check: a bug of ours.
    """
    shared = Shared(scenario, facts, previous)
    judge = Judge(shared)
    turns = solve_in_turn(shared, clock, 0.5)
    if not turns.plans:
        clash = [line for lines in turns.impossible for line in lines]
        raise InfeasibleError("no assignment was found that fits all programs at once", clash)
    plan = max(turns.plans.values(), key=judge.key)
    return finish(shared, judge, plan, turns, clock, reasons)


def finish(
    shared: Shared, judge: Judge, plan: Plan, turns: Sequences, clock: Clock, reasons: bool
) -> Solution:
    """Return the plan in words, checked program by program and across programs."""
    parts: list[ProgramSolution] = []
    bounds: list[dict[str, int]] = []
    for k, part in enumerate(shared.parts):
        values = judge.values(k, plan[k])
        known = valid_bounds(values, turns.alone[k])
        bounds.append(known)
        told = {tier.tier: tier for tier in turns.alone[k].tiers}
        tiers = tuple(
            TierAnswer(t, values[t], known.get(t), told[t].certificate if t in told else None)
            for t in part.program.tiers
        )
        name = turns.solvers.get(k, "")
        answer = Answer(plan[k], tiers, facts=turns.alone[k].facts, solver=name)
        parts.append(
            finish_program(shared.facts, part.compiled, answer, clock, part.earlier, name, reasons)
        )
    wrong = find_joint_violations(shared.scenario, parts, shared.facts)
    if wrong:
        told_all = "; ".join(violation.message for violation in wrong[:5])
        raise VerificationError(f"{len(wrong)} rule(s) across programs are broken: {told_all}")
    whole = _tiers(shared, judge, parts, bounds)
    proven = all(tier.is_proven for tier in whole)
    status: Status = "optimal" if proven else "stopped" if clock.is_cancelled else "feasible"
    return Solution(
        scenario=shared.scenario.name,
        seed=clock.budget.seed,
        status=status,
        tiers=whole,
        programs=tuple(parts),
        settings=shared.scenario.settings,
        run=run_of(clock, "joint"),
    )


def valid_bounds(values: dict[str, int], alone: Answer) -> dict[str, int]:
    """Return which bounds of a program solved alone hold beside other programs.

    The bound of a tier speaks of assignments as good on the earlier tiers as the one found. So
    it holds for the whole only while the plan is as good there as the program alone.
    """
    found: dict[str, int] = {}
    for tier in alone.tiers:
        if tier.bound is None:
            break
        found[tier.tier] = tier.bound
        if values[tier.tier] != tier.value:
            break
    return found


def _tiers(
    shared: Shared,
    judge: Judge,
    parts: list[ProgramSolution],
    bounds: list[dict[str, int]],
) -> tuple[TierResult, ...]:
    found: list[TierResult] = []
    by_name = [{tier.tier: tier for tier in part.tiers} for part in parts]
    values = judge.whole([{n: t.value for n, t in named.items()} for named in by_name])
    for tier in judge.tiers:
        holders = [k for k, named in enumerate(by_name) if tier in named]
        known = all(tier in bounds[k] for k in holders)
        bound = None
        if known:
            bound = sum(judge.weight(k, tier) * bounds[k][tier] for k in holders)
        checked = known and all(by_name[k][tier].standing == "checked" for k in holders)
        scale = judge.scale if tier in ("points", "worst") else 1
        found.append(
            TierResult(
                tier=tier,
                value=values[tier],
                bound=bound,
                standing="checked" if checked else "claimed",
                scale=scale,
            )
        )
    return tuple(found)


__all__ = ["LOWER_IS_BETTER", "finish", "solve_together", "valid_bounds"]

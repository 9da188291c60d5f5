"""All programs of a scenario as one problem."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median

from cohortopt.errors import InfeasibleError, OutOfTimeError, VerificationError
from cohortopt.finish import finish_program, run_of
from cohortopt.goals.base import row_points
from cohortopt.joint.bound import JointBound
from cohortopt.joint.exact import COLUMNS, solve_exactly
from cohortopt.joint.judge import Judge
from cohortopt.joint.knows import Knows
from cohortopt.joint.search import PATIENCE, Search
from cohortopt.joint.sequence import solve_again, solve_in_turn
from cohortopt.joint.shared import Plan, Shared
from cohortopt.keep import check_locks
from cohortopt.model import Facts, ProgramSolution, Solution, TierResult, Unplaced
from cohortopt.model.solution import Status
from cohortopt.programs import Scenario
from cohortopt.solvers.base import Answer, Clock, TierAnswer
from cohortopt.verify.together import find_joint_violations
from cohortopt.words import counted

SAMPLE = 5  # people whose links are timed, to know how long a check takes
TRYING = 0.25  # part of the time in which every order is tried
AGAIN = 0.75  # part of the rest for the best order
ROWS = 2.5  # times that a check looks at everyone's links, about


def solve_together(
    scenario: Scenario,
    facts: Facts,
    clock: Clock,
    *,
    previous: Solution | None = None,
    reasons: bool = True,
) -> Solution:
    """Solve the programs of a scenario together; never worse than one after the other.

    The tiers of the scenario count, summed over programs with their weights. Small scenarios
    are solved exactly. Others start from the best of solving one after the other in every
    order; then people are freed and placed again in all programs at once, as long as there is
    time. What no plan exceeds: the weighted sum of the bounds of the programs alone, or the
    optimum of a linear program over all of them, whichever is less.

    Raises
    ------
    ProgramError
        A locked match breaks a rule.
    InfeasibleError
        No assignment keeps the rules of a program, or, in a small scenario, those of all programs.
    OutOfTimeError
        None was found that keeps the rules across programs.
    VerificationError
        The answer failed the check: a bug of ours.
    """
    check_locks(scenario, facts)
    shared = Shared(scenario, facts, previous)
    judge = Judge(shared)
    plan, knows, solver = find_plan(shared, judge, clock)
    return finish(shared, judge, plan, knows, clock, reasons, solver)


def find_plan(
    shared: Shared, judge: Judge, clock: Clock, again: float = AGAIN
) -> tuple[Plan, Knows, str]:
    """Return the best plan found, what is known of its bounds, and how it was found.

    ``again`` is the part of the time for programs one after the other, which know of no moves.
    """
    exact = solve_exactly(shared, judge, clock.share(0.8))
    if exact is not None and exact.impossible:
        raise InfeasibleError("no assignment keeps the rules of all programs and those across")
    knows = Knows(shared, judge)
    if exact is not None and exact.plan is not None:
        knows.whole = dict(exact.bounds)
        if knows.is_proven(exact.plan):
            return exact.plan, knows, "joint-exact"
    until = without_check(shared, clock)
    knows.turns = turns = solve_in_turn(shared, until, TRYING)
    plans = list(turns.plans.values())
    if exact is not None and exact.plan is not None:
        plans.append(exact.plan)
    elif exact is None:
        start = max(plans, key=judge.key, default=None)
        exact = solve_exactly(shared, judge, until.share(0.4), COLUMNS, start)
        if exact is not None and exact.plan is not None:
            plans.append(exact.plan)
            knows.whole = dict(exact.bounds)
    if not plans:
        told = "; ".join(line for lines in turns.impossible for line in lines)
        raise OutOfTimeError(f"no assignment was found that fits all programs at once: {told}")
    if again and turns.plans and exact is None and not until.is_over:
        best = max(turns.plans, key=lambda order: judge.key(turns.plans[order]))
        part = max(0.5, 1 - JointBound(shared, judge).seconds / max(1e-9, until.left))
        plans.append(solve_again(shared, turns, best, until.share(again * part)))
    plan = max(plans, key=judge.key)
    bounded = judge.key(plan)
    knows.tighten(plan, until.share(0.8))
    if knows.is_proven(plan):
        return plan, knows, "joint"
    search = Search(shared, judge, plan, until)
    search.improve(PATIENCE + shared.n)
    earlier = len(judge.tiers) - 1
    if search.key[:earlier] != bounded[:earlier] and until.left > 2 * knows.took:
        knows.tighten(search.plan, until)  # the bounds known so far hold, too
    return search.plan, knows, "joint"


def without_check(shared: Shared, clock: Clock) -> Clock:
    """Return the clock of the search: what is left but for the check of the answer."""
    return clock.share(max(0.05, 0.95 - seconds_to_check(shared) / max(1.0, clock.left)))


def seconds_to_check(shared: Shared) -> float:
    """Return about how long it takes to check an answer and to say why people are left over.

    Plain Python looks at the links of everyone in every program; a few people are timed.
    """
    people = shared.facts.roster.people
    some = people[:: max(1, len(people) // SAMPLE)]
    took = 0.0
    for part in shared.parts:
        each: list[float] = []
        for person in some:
            started = time.thread_time()  # not wall time: a pause would be counted hundredfold
            row_points(part.program.goals, people, person)
            each.append(time.thread_time() - started)
        took += median(each)  # the first is slower
    return ROWS * took * len(people)


def finish(
    shared: Shared,
    judge: Judge,
    plan: Plan,
    knows: Knows,
    clock: Clock,
    reasons: bool,
    solver: str,
) -> Solution:
    """Return the plan in words, checked program by program and across programs."""
    parts: list[ProgramSolution] = []
    values = [judge.values(k, matches) for k, matches in enumerate(plan)]
    for k, part in enumerate(shared.parts):
        proofs = knows.part(k, values[k])
        alone = knows.turns.alone(k)
        tiers = tuple(
            TierAnswer(tier, values[k][tier], *proofs.get(tier, (None, None)))
            for tier in part.program.tiers
        )
        name = knows.turns.solver(k) or solver
        answer = Answer(plan[k], tiers, facts=alone.facts if alone else {}, solver=name)
        done = finish_program(
            shared.facts, part.compiled, answer, clock, part.earlier, name, reasons
        )
        parts.append(done.model_copy(update={"unplaced": _told(shared, k, plan, done.unplaced)}))
    wrong = find_joint_violations(shared.scenario, parts, shared.facts)
    if wrong:
        told_all = "; ".join(violation.message for violation in wrong[:5])
        count = counted(len(wrong), "breach")
        raise VerificationError(f"{count} of rules across programs: {told_all}")
    tiers_of_whole = _tiers(judge, parts, knows.bounds(list(values)), knows)
    proven = all(tier.is_proven for tier in tiers_of_whole)
    status: Status = "optimal" if proven else "stopped" if clock.is_cancelled else "feasible"
    return Solution(
        scenario=shared.scenario.name,
        seed=clock.budget.seed,
        status=status,
        tiers=tiers_of_whole,
        programs=tuple(parts),
        settings=shared.scenario.settings,
        run=run_of(clock, solver, status),
    )


def _told(
    shared: Shared, k: int, plan: Plan, unplaced: tuple[Unplaced, ...]
) -> tuple[Unplaced, ...]:
    """Return reasons that also know of hours and places that other programs take."""
    part, people = shared.parts[k], shared.facts.roster
    places = dict(zip(people.ids(), shared.left(k, plan, plan[k]).tolist(), strict=True))
    busy = {
        shared.facts.roster.people[i].id: shared.parts[j].program.name
        for j, matches in enumerate(plan)
        if j != k
        for match in matches
        for i in match.people
    }
    found: list[Unplaced] = []
    for one in unplaced:
        if (
            one.reason in ("trade_off", "shortage")
            and one.person in busy
            and not places[one.person]
        ):
            elsewhere, more = busy[one.person], counted(part.minutes / 60, "more hour")
            update = {
                "reason": "trade_off",
                "detail": f"has no hours or places left beside {elsewhere}",
                "would_help": f"{more} a month, or no seat in {elsewhere}.",
                "people": (),
                "seats": None,
                "givers": (),
                "loss": None,
            }
            one = one.model_copy(update=update)
        found.append(one)
    return tuple(found)


def _tiers(
    judge: Judge, parts: list[ProgramSolution], bounds: Mapping[str, int], knows: Knows
) -> tuple[TierResult, ...]:
    """Return the tiers of the whole: checked where every program's part of the bound is."""
    by_name = [{tier.tier: tier for tier in part.tiers} for part in parts]
    values = judge.whole([{n: t.value for n, t in named.items()} for named in by_name])
    found: list[TierResult] = []
    for tier in judge.tiers:
        held = [(k, named[tier]) for k, named in enumerate(by_name) if tier in named]
        total = sum(judge.weight(k, tier) * (t.bound or 0) for k, t in held)
        checked = all(t.standing == "checked" for _, t in held) and total == bounds.get(tier)
        found.append(
            TierResult(
                tier=tier,
                value=values[tier],
                bound=bounds.get(tier),
                standing="checked" if checked else "claimed",
                scale=judge.scale if tier in ("points", "worst") else 1,
            )
        )
    return tuple(found)

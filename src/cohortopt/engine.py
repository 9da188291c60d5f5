"""The road from a roster to a proven solution: order, compile, choose, solve, finish."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

from cohortopt.compile import compile_instance
from cohortopt.decode import earlier_matches, named
from cohortopt.demands import check_demands
from cohortopt.errors import InfeasibleError, OutOfTimeError
from cohortopt.finish import finish_program, run_of
from cohortopt.model import Facts, ProgramSolution, Roster, Solution
from cohortopt.portfolio import best_of_seeds
from cohortopt.programs import Program, Scenario
from cohortopt.solvers import Solver, choose
from cohortopt.solvers.base import Budget, Clock, Progress


def solve(
    roster: Roster,
    scenario: Scenario | Program,
    *,
    budget: Budget | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    executor: Executor | None = None,
    previous: Solution | None = None,
    solver: Solver | None = None,
    reasons: bool = True,
    started: float | None = None,
) -> Solution:
    """Assign everyone, check it, and say how good it is.

    Parameters
    ----------
    roster
        Who could be matched. The order of people never matters.
    scenario
        A scenario, or one program alone.
    budget
        Seconds, seed and threads; the scenario's own by default.
    on_progress
        Called now and then, from the solving thread, with what is known so far.
    cancel
        Set it from any thread to stop; the best solution so far is returned, status "stopped".
    executor
        Runs a portfolio: as many solves as the budget has threads, each with a seed and a thread
        of its own; the best comes back, its seed in it. None: one solve, here.
    previous
        An earlier solution: counts for tier ``changes``, and is preferred among equals.
    solver
        Solve with this one instead of the first that handles the instance (one program only).
    reasons
        Say for everyone left over why. Needs no second solve.
    started
        When the budget's seconds began, as ``time.monotonic()``; None: now.

    Returns
    -------
    Solution
        Checked: every rule and every point was computed again from people.

    Raises
    ------
    InfeasibleError
        No assignment keeps every rule.
    OutOfTimeError
        None was found in time.
    VerificationError
        The answer failed the check: a bug of ours.
    """
    scenario = Scenario.of(scenario)
    budget = budget or Budget(seconds=scenario.seconds, seed=scenario.seed)
    if executor is not None:
        submit = partial(
            executor.submit,
            solve,
            roster,
            scenario,
            previous=previous,
            solver=solver,
            reasons=reasons,
        )
        return best_of_seeds(submit, Clock(budget, on_progress, cancel), executor)
    clock = Clock(budget, on_progress, cancel)
    if started is not None:
        clock.started = started
    facts = scenario.facts(roster)
    if len(scenario.programs) == 1:
        part = solve_program(
            facts, scenario.programs[0], clock, previous=previous, solver=solver, reasons=reasons
        )
        return _whole(scenario, clock, (part,))
    from cohortopt.joint import solve_together

    return solve_together(scenario, facts, clock, previous=previous, reasons=reasons)


def solve_program(
    facts: Facts,
    program: Program,
    clock: Clock,
    *,
    previous: Solution | None = None,
    solver: Solver | None = None,
    reasons: bool = True,
) -> ProgramSolution:
    """Solve one program: compile, choose, solve, decode, verify."""
    bound = program.bound(facts)
    earlier = tuple(
        people
        for people in earlier_matches(previous, program.name)
        if len(people) > 1 and all(one in facts.roster for one in people)
    )
    clock.say("compiling")
    compiled = compile_instance(facts, bound, earlier)
    check_demands(compiled)
    instance = compiled.instance
    chosen = solver or choose(instance)
    clock.say(f"solving with {chosen.name}")
    try:
        answer = chosen.solve(instance, clock)
    except OutOfTimeError as error:
        raise OutOfTimeError(f"{program.name}: {named(str(error), compiled)}") from None
    if answer.impossible:
        told = [named(text, compiled) for text in answer.impossible]
        raise InfeasibleError(f"{program.name}: no assignment keeps every rule", told)
    if not answer.matches and not answer.finished and clock.looked_late:
        raise OutOfTimeError(f"{program.name}: nothing was found in {clock.elapsed:.1f} seconds")
    return finish_program(facts, compiled, answer, clock, earlier, chosen.name, reasons)


def _whole(scenario: Scenario, clock: Clock, parts: tuple[ProgramSolution, ...]) -> Solution:
    """Return the solution of a scenario whose programs were solved one by one."""
    part = parts[0]
    return Solution(
        scenario=scenario.name,
        seed=clock.budget.seed,
        status=part.status,
        tiers=tuple(tier.model_copy(update={"certificate": None}) for tier in part.tiers),
        programs=parts,
        settings=scenario.settings,
        run=run_of(clock, str(part.facts.get("solver", "")), part.status),
    )

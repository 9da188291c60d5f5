"""The road from a roster to a proven solution: the only crossing between words and numbers."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from cohortopt.certificates import to_words
from cohortopt.compile import Compiled, compile_instance
from cohortopt.demands import check_demands
from cohortopt.errors import InfeasibleError, OutOfTimeError, VerificationError
from cohortopt.model import (
    LOWER_IS_BETTER,
    Breach,
    Facts,
    Match,
    ProgramSolution,
    Roster,
    Run,
    Solution,
    TierResult,
)
from cohortopt.model.solution import Status, TierName
from cohortopt.programs import Program, Scenario
from cohortopt.reasons import find_reasons
from cohortopt.solvers import Solver, choose
from cohortopt.solvers.base import Answer, Budget, Clock, Found, Progress, TierAnswer
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.ceiling import CEILING, ceiling_bound
from cohortopt.verify.feasibility import find_breaches, find_violations
from cohortopt.verify.score import match_points, satisfactions, scale_of, tier_values
from cohortopt.waitlist import with_waiting

CHECKED_LINKS = 8_000_000  # possible links up to which a solve checks its own proof in plain Python


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
        Where independent parts may run; None: in this thread.
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
    answer = chosen.solve(instance, clock)
    if answer.impossible:
        told = [named(text, compiled) for text in answer.impossible]
        raise InfeasibleError(f"{program.name}: no assignment keeps every rule", told)
    if not answer.matches and not answer.finished and clock.looked_late:
        raise OutOfTimeError(f"{program.name}: nothing was found in {clock.elapsed:.1f} seconds")
    return finish_program(facts, compiled, answer, clock, earlier, chosen.name, reasons)


def finish_program(
    facts: Facts,
    compiled: Compiled,
    answer: Answer,
    clock: Clock,
    earlier: Sequence[tuple[str, ...]],
    solver: str,
    reasons: bool = True,
) -> ProgramSolution:
    """Return an answer in words, checked: rules, points, bounds, reasons."""
    program = compiled.program
    clock.say("checking")
    matches = decode(compiled, answer.matches, facts)
    wrong = find_violations(program, matches, facts)
    if wrong:
        told = "; ".join(violation.message for violation in wrong[:5])
        raise VerificationError(f"{program.name}: {solver} broke {len(wrong)} rule(s): {told}")
    broken = [Breach(**vars(one)) for one in find_breaches(program, matches, facts)]
    values = tier_values(program, matches, facts, earlier)
    tiers = tuple(
        _tier(compiled, values, answer.tiers, tier, matches, facts) for tier in program.tiers
    )
    asking = sum(program.asks(person) for person in facts.roster.people)
    if asking * len(facts.roster.people) <= CHECKED_LINKS:  # larger ones: `verify` checks them
        tiers = check_bounds(program, tiers, matches, facts, earlier)
    proven = all(tier.is_proven for tier in tiers)
    status: Status = "optimal" if proven else "stopped" if clock.is_cancelled else "feasible"
    facts_found = {key: value for key, value in answer.facts.items() if is_plain(value)}
    left_over = find_reasons(compiled, matches, clock) if reasons else ()
    return ProgramSolution(
        name=program.name,
        use=program.use,
        status=status,
        tiers=tiers,
        matches=matches,
        breaches=tuple(broken),
        unplaced=with_waiting(compiled, left_over, answer.matches),
        facts={**facts_found, "solver": answer.solver or solver},
        previous=tuple(earlier),
    )


def named(text: str, compiled: Compiled) -> str:
    """Return a solver's sentence with people in place of ``#index``."""
    return re.sub(r"#(\d+)", lambda found: str(compiled.people[int(found[1])]), text)


def is_plain(value: object) -> bool:
    """Whether a fact can be written as JSON as it is."""
    return isinstance(value, str | int | bool)


def _tier(
    compiled: Compiled,
    values: dict[str, int],
    answers: Sequence[TierAnswer],
    name: TierName,
    matches: Sequence[Match],
    facts: Facts,
) -> TierResult:
    """Return a tier with the value counted from people and the solver's bound."""
    told = next((tier for tier in answers if tier.tier == name), None)
    value, bound = values[name], told.bound if told else None
    if bound is not None and (bound > value if name in LOWER_IS_BETTER else bound < value):
        raise VerificationError(
            f"{compiled.program.name}: tier {name} reaches {value} beyond the claimed {bound}"
        )
    if told is not None and told.value != value and name != "worst":
        raise VerificationError(
            f"{compiled.program.name}: tier {name} is worth {value}, the solver said {told.value}"
        )
    vector = None
    if name == "worst":
        vector = tuple(sorted(satisfactions(compiled.program, matches, facts).values()))
    scale = scale_of(compiled.program, facts) if name in ("points", "worst") else 1
    certificate = (
        to_words(told.certificate, [p.id for p in compiled.people], compiled.slots, compiled.topics)
        if told and told.certificate
        else None
    )
    tier = TierResult(
        tier=name,
        value=value,
        bound=bound,
        certificate=certificate,
        scale=scale,
        vector=vector,
    )
    if certificate is None:
        ceiling = ceiling_bound(compiled.program, facts, tier)
        as_good = bound is None or (
            ceiling >= bound if name in LOWER_IS_BETTER else ceiling <= bound
        )
        if as_good:
            tier = tier.model_copy(update={"bound": ceiling, "certificate": CEILING})
    return tier


def decode(compiled: Compiled, found: Sequence[Found], facts: Facts) -> tuple[Match, ...]:
    """Return matches in words, named in a fixed order, each with its slot and points."""
    drafts = [_match(compiled, one) for one in found]
    drafts.sort(key=lambda match: (match.round, _when(match), match.people))
    program, locks = compiled.program, _locked_sets(compiled)
    named: list[Match] = []
    for number, match in enumerate(drafts, start=1):
        locked = frozenset(match.people) in locks
        name = f"{program.name}-{number}"
        match = match.model_copy(update={"match": name, "locked": locked})
        points = match_points(program, match, facts)
        named.append(match.model_copy(update={"points": points}))
    return tuple(named)


def _when(match: Match) -> str:
    slot = match.slot
    return f"{slot.date} {slot.start}" if slot is not None and slot.date is not None else ""


def _locked_sets(compiled: Compiled) -> set[frozenset[str]]:
    people = compiled.people
    return {frozenset(people[i].id for i in lock.people) for lock in compiled.instance.locked}


def _match(compiled: Compiled, found: Found) -> Match:
    shape, people = compiled.instance.shape, compiled.people
    roles: list[str]
    if shape == "pairs":
        roles = ["giver", "taker"]
    elif shape == "groups":
        roles = ["leader"] * found.leaders + ["member"] * (len(found.people) - found.leaders)
    else:
        roles = ["peer"] * len(found.people)
    order = list(zip(found.people, roles, strict=True))
    if shape in ("partners", "groups"):
        order.sort(key=lambda one: (one[1] != "leader", one[0]))
    elif shape == "rings" and not found.chain and not found.slots:
        first = min(range(len(order)), key=lambda k: order[k][0])
        order = order[first:] + order[:first]
    slots = compiled.slots
    number = found.slot
    if number < 0 and compiled.instance.slots is not None and not found.slots:
        common = compiled.instance.slots.common(found.people)
        number = int(common[0]) if len(common) else -1
    return Match.model_validate(
        {
            "match": "",
            "round": found.round,
            "members": [{"person": people[i].id, "role": role} for i, role in order],
            "slot": slots[number] if number >= 0 else None,
            "slots": tuple(slots[s] if s >= 0 else None for s in found.slots),
            "topic": compiled.topics[found.topic] if found.topic >= 0 else None,
            "ring": shape == "rings",
            "chain": found.chain,
        }
    )


def earlier_matches(previous: Solution | None, program: str) -> tuple[tuple[str, ...], ...]:
    """Return the people of each match that a program had in an earlier solution."""
    if previous is None:
        return ()
    parts = [part for part in previous.programs if part.name == program]
    return tuple(match.people for part in parts for match in part.matches)


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
        run=run_of(clock, str(part.facts.get("solver", ""))),
    )


def run_of(clock: Clock, solver: str) -> Run:
    """Return how a solve went; with a reproducible budget the seconds are left at 0."""
    seconds = 0.0 if clock.budget.reproducible else round(clock.wall, 3)
    return Run(
        seconds=seconds,
        solver=solver,
        threads=clock.budget.threads,
        versions=versions(),
        repeatable=not clock.looked_late,
    )


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name in ("cohortopt", "numpy", "ortools", "numba", "rustworkx", "tzdata"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of everything that can change an answer."""
    return dict(_versions())

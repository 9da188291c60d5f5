"""An answer in words, checked: rules, points, bounds, reasons; and how the run went."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from cohortopt.certificates import to_words
from cohortopt.compile import Compiled
from cohortopt.decode import decode, named
from cohortopt.errors import VerificationError
from cohortopt.model import LOWER_IS_BETTER, Breach, Facts, Match, ProgramSolution, Run, TierResult
from cohortopt.model.solution import Status, TierName
from cohortopt.reasons.find import find_reasons
from cohortopt.reasons.waitlist import with_waiting
from cohortopt.solvers.base import Answer, Clock, TierAnswer
from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.ceiling import CEILING, ceiling_bound
from cohortopt.verify.claim import Claim
from cohortopt.verify.feasibility import find_breaches, find_violations
from cohortopt.verify.score import satisfactions, scale_of, tier_values
from cohortopt.verify.stop import never
from cohortopt.words import counted

CHECKED_LINKS = 8_000_000  # possible links up to which a solve checks its own proof in plain Python
PRICED_LINKS = 100_000_000  # the same for prices of pairs, which are quick to check
QUICK_LINKS = 100_000  # up to which all is checked even when somebody asked to stop


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
        count = counted(len(wrong), "rule")
        raise VerificationError(f"{program.name}: {solver} broke {count}: {told}")
    broken = [Breach(**vars(one)) for one in find_breaches(program, matches, facts)]
    values = tier_values(program, matches, facts, earlier)
    tiers = tuple(
        _tier(compiled, values, answer.tiers, tier, matches, facts) for tier in program.tiers
    )
    links = sum(map(program.asks, facts.roster.people)) * len(facts.roster.people)
    stop = never if links <= QUICK_LINKS else clock.asks_to_stop
    kinds = {tier.certificate["kind"] for tier in tiers if tier.certificate}
    most = PRICED_LINKS if kinds <= {"prices", "ceiling"} else CHECKED_LINKS
    if links <= most:  # larger ones: `verify` checks them
        tiers = check_bounds(program, tiers, matches, facts, earlier, stop)
    proven = all(tier.is_proven for tier in tiers)
    status: Status = "optimal" if proven else "stopped" if clock.is_cancelled else "feasible"
    facts_found = {
        key: named(value, compiled) if isinstance(value, str) else value
        for key, value in answer.facts.items()
        if is_plain(value)
    }
    seated = next((tier.is_proven for tier in tiers if tier.tier == "placed"), proven)
    left_over = find_reasons(compiled, matches, clock, seated, stop) if reasons else ()
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
        ceiling = ceiling_bound(Claim(compiled.program, facts, tier))
        as_good = bound is None or (
            ceiling >= bound if name in LOWER_IS_BETTER else ceiling <= bound
        )
        if as_good:
            tier = tier.model_copy(update={"bound": ceiling, "certificate": CEILING})
    return tier


def run_of(clock: Clock, solver: str, status: Status) -> Run:
    """Return how a solve went; with a reproducible budget the seconds are left at 0.

    Where the clock may end a solve, only a proven answer promises to come again: a search that
    was not proven was ended by its time, or shared its time out by how fast it went.
    """
    by_work = not clock.is_timed and not clock.is_cancelled
    seconds = 0.0 if clock.budget.reproducible else round(clock.wall, 3)
    return Run(
        seconds=seconds,
        solver=solver,
        threads=clock.budget.threads,
        versions=versions(),
        repeatable=not clock.looked_late and (by_work or status == "optimal"),
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

"""Re-planning an event while it goes on: what was held stays, what is left changes least.

Sessions that started before a moment are locked at their slots, also those of people who have left
since, and nobody gets another one there. Of what is left as many people as possible are placed,
then as few sessions as possible change (another person, another time), then the other tiers count.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence

from cohortopt.compile import Compiled, compile_instance
from cohortopt.decode import named
from cohortopt.demands import check_demands
from cohortopt.errors import InfeasibleError, OutOfTimeError, Problem, ProgramError
from cohortopt.finish import finish_program, run_of
from cohortopt.model import Availability as Hours
from cohortopt.model import Facts, Match, Pairs, Person, ProgramSolution, Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.repair.carry import with_slots_of
from cohortopt.repair.repair import Move, Repair
from cohortopt.rules import Availability, Locked
from cohortopt.rules.named import LockedMatch
from cohortopt.solvers.base import Budget, Clock, Found, Progress
from cohortopt.verify.timetable import slot_name
from cohortopt.words import counted


def replan(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    start: dt.datetime,
    *,
    before: Roster | None = None,
    budget: Budget | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Repair:
    """Adapt the rest of an event, or of a series of sessions, to a changed roster.

    Parameters
    ----------
    solution
        The plan so far.
    roster
        Who is there now.
    scenario
        As it was solved: one program with dated sessions.
    start
        What starts before this moment has been held. Without a zone: on the scenario's clock.
    before
        The earlier roster, for what is known of people who have left.
    budget
        Seconds, seed and threads; the scenario's own by default.

    Returns
    -------
    Repair
        ``moves`` counts the sessions of people still there that changed, and ``proven`` says
        that no plan which places as many changes fewer. ``scenario`` is the one that the solution
        keeps: with the moment and the sessions that were held.

    Raises
    ------
    ProgramError
        If the scenario is not one program with dated sessions.
    InfeasibleError
        If no plan keeps what was held together with every rule.
    """
    scenario = Scenario.of(scenario)
    clock = Clock(
        budget or Budget(seconds=scenario.seconds, seed=scenario.seed), on_progress, cancel
    )
    rest = _Rest(solution, roster, scenario, start, before)
    compiled = compile_instance(rest.facts, rest.program.bound(rest.facts), rest.earlier)
    check_demands(compiled)
    plan = [found for match in rest.part.matches if (found := _found(compiled, match)) is not None]
    clock.say("re-planning")
    from cohortopt.solvers.sessions.replan import replan_sessions

    answer = replan_sessions(compiled.instance, plan, clock)
    if answer.impossible:
        told = [named(text, compiled) for text in answer.impossible]
        raise InfeasibleError(f"{rest.program.name}: no plan keeps every rule", told)
    if not answer.matches and not answer.finished and clock.looked_late:
        raise OutOfTimeError(f"{rest.program.name}: no plan was found in {clock.elapsed:.1f} s")
    part = finish_program(rest.facts, compiled, answer, clock, rest.timed, "timetable")
    whole = Solution(
        scenario=scenario.name,
        seed=clock.budget.seed,
        status=part.status,
        tiers=tuple(tier.model_copy(update={"certificate": None}) for tier in part.tiers),
        programs=(part,),
        settings=scenario.settings,
        run=run_of(clock, "timetable", part.status),
    )
    fewest = answer.facts.get("changed_bound") == answer.facts["changed"]
    placed = next((tier.is_proven for tier in part.tiers if tier.tier == "placed"), True)
    return rest.told(whole, proven=bool(fewest and placed))


class _Rest:
    """What is left to be planned: the people, the program from now on, and what was held."""

    def __init__(
        self,
        solution: Solution,
        roster: Roster,
        scenario: Scenario,
        start: dt.datetime,
        before: Roster | None,
    ) -> None:
        program = scenario.programs[0]
        shape = program.shape
        if len(scenario.programs) > 1 or not isinstance(shape, Pairs):
            raise _no_event(scenario)
        known = [part for part in solution.programs if part.name == program.name]
        timed = with_slots_of(_from(program, start), known[0].matches if known else ())
        rule = timed.bound(scenario.facts(roster)).rule(Availability)
        if rule is None or not rule.dated:
            raise _no_event(scenario)
        self.part = (
            known[0]
            if known
            else ProgramSolution(name=program.name, use=program.use, status="feasible")
        )
        self.held = [m for m in self.part.matches if m.slot is not None and rule.is_past(m.slot)]
        gone = sorted({one for match in self.held for one in match.people if one not in roster})
        self.absent = tuple(_absent(one, self.held, before, shape) for one in gone)
        self.roster = roster
        self.program = _holding(timed, self.held)
        self.scenario = scenario.model_copy(update={"programs": (self.program,)})
        self.facts: Facts = scenario.facts(Roster(people=(*roster.people, *self.absent)))
        self.earlier = tuple(
            match.people
            for match in self.part.matches
            if all(one in self.facts.roster for one in match.people)
        )

    @property
    def timed(self) -> tuple[tuple[str, ...], ...]:
        """Return the earlier sessions of people still known: giver, taker, name of the slot."""
        return tuple(
            (*_order(match), slot_name(match.slot))
            for match in self.part.matches
            if match.slot is not None and match.people in self.earlier
        )

    def told(self, solution: Solution, proven: bool) -> Repair:
        """Return the repair in words."""
        part = solution.programs[0]
        was = {(*match.people, match.slot): match for match in self.part.matches}
        now = {(*match.people, match.slot): match for match in part.matches}
        fresh = [match for key, match in now.items() if key not in was]
        moved: list[Move] = []
        ended = 0
        for match in (match for key, match in was.items() if key not in now):
            if any(one not in self.roster for one in match.people):
                ended += 1
                continue
            other = _instead(match, fresh)
            if other is not None:
                fresh.remove(other)
            taker = match.with_role("taker")[0]
            moved.append(Move(part.name, taker, _says(match), _says(other) if other else ""))
        known = {one for match in self.part.matches for one in match.people}
        known |= {one.person for one in self.part.unplaced}
        left = tuple(sorted(one for one in known if one not in self.roster))
        joined = tuple(sorted(one for one in self.roster.ids() if one not in known))
        held = counted(len(self.held), "session was", "sessions were")
        notes = [f"{held} held before; what was held stays as it is"]
        if ended:
            notes.append(f"{counted(ended, 'session')} ended because somebody of them left")
        return Repair(
            solution, len(moved), tuple(moved), left, joined, tuple(notes), (), proven,
            self.scenario, self.absent,
        )  # fmt: skip


def _no_event(scenario: Scenario) -> ProgramError:
    """Return the error that says what can be re-planned, and what to do with anything else."""
    names = [program.name for program in scenario.programs]
    expected = "one program with dated sessions, an event or a series"
    fix = "Leave out --from: of weekly meetings as many stay as can."
    if any(program.has_sessions for program in scenario.programs):
        fix = "Keep the sessions in a scenario and a folder of their own, and re-plan that one."
    found = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
    return ProgramError([Problem("", 0, "--from", "CO172", found, expected, fix)])


def _from(program: Program, start: dt.datetime) -> Program:
    """Return the program as it is from a moment on, its tiers with the fewest changes early."""
    rule = program.rule(Availability)
    if rule is not None:
        program = program.with_rule(rule.model_copy(update={"not_before": start}))
    others = [tier for tier in program.tiers if tier not in ("placed", "changes")]
    return program.model_copy(update={"tiers": ("placed", "changes", *others)})


def _holding(program: Program, held: Sequence[Match]) -> Program:
    """Return the program with a lock on every session that was held."""
    fixed = [LockedMatch(people=_order(m), slot=m.slot, topic=m.topic) for m in held]
    pairs = {lock.people for lock in fixed}
    rule = program.rule(Locked)
    others = [lock for lock in rule.matches if lock.people not in pairs] if rule else []
    if not fixed and not others:
        return program.without_rule(Locked)
    return program.with_rule(Locked(matches=(*others, *fixed)))


def _absent(one: str, held: Sequence[Match], before: Roster | None, shape: Pairs) -> Person:
    """Return somebody who left: with the sessions that were held, and free for no others."""
    gave = [match for match in held if one in match.with_role("giver")]
    took = [match for match in held if one in match.with_role("taker")]
    if before is not None and one in before:
        person = before[one]
    else:
        person = Person(
            id=one,
            role=(*shape.giver[: len(gave)], *shape.taker[: len(took)]),
            skills_offered={match.topic: 3 for match in gave if match.topic},
            skills_wanted={match.topic: 3 for match in took if match.topic},
        )
    return person.model_copy(
        update={"availability": Hours(), "capacity": len(gave), "capacity_min": 0}
    )


def _found(compiled: Compiled, match: Match) -> Found | None:
    """Return a session in numbers; None if somebody of it, or its slot, is no more."""
    index = {person.id: i for i, person in enumerate(compiled.people)}
    slots = {slot: number for number, slot in enumerate(compiled.slots)}
    people = tuple(index.get(one, -1) for one in _order(match))
    if min(people) < 0 or match.slot not in slots:
        return None
    topic = compiled.topics.index(match.topic) if match.topic in compiled.topics else -1
    return Found(people, 1, slots[match.slot], topic=topic)


def _order(match: Match) -> tuple[str, ...]:
    return (*match.with_role("giver"), *match.with_role("taker"))


def _instead(match: Match, fresh: Sequence[Match]) -> Match | None:
    """Return what a session became: the same two at another time, or the taker's new one."""
    taker = match.with_role("taker")
    same = [other for other in fresh if other.people == match.people]
    return next(
        iter([*same, *(other for other in fresh if other.with_role("taker") == taker)]), None
    )


def _says(match: Match) -> str:
    return f"{match.with_role('giver')[0]} at {match.slot}"


__all__ = ["replan"]

"""Matches to keep: locks made from a solution or from marked rows, and checked before a solve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cohortopt.errors import Problem, ProgramError
from cohortopt.model import Facts, Match, Pairs, ProgramSolution, Rings, Roster, Slot, Solution
from cohortopt.model.calendar import quarters, weekly_starts
from cohortopt.model.time import QUARTERS
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Availability, Capacity, Locked, Violation
from cohortopt.rules.base import loads, rounds_of
from cohortopt.rules.named import LockedMatch
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.together import find_joint_violations
from cohortopt.words import counted

WHOLE = ("required", "together", "locked")  # rules that speak of all matches, not of those kept


class Row(Protocol):
    """A marked match: its program, its people in order, its round."""

    @property
    def program(self) -> str: ...

    @property
    def people(self) -> tuple[str, ...]: ...

    @property
    def round(self) -> int: ...


def keep_matches(
    program: Program, kept: Solution | Iterable[Row], roster: Roster | None = None
) -> Program:
    """Return the program with locks on matches that must stay.

    Parameters
    ----------
    program
        Its own locks stay.
    kept
        A solution: all matches of this program stay, people and weekly slots. Or rows (as
        ``io.read_keep`` gives them): those of this program stay, in whatever slot.
    roster
        Given, rows of pairs may name the taker first.
    """
    if isinstance(kept, Solution):
        parts = [part for part in kept.programs if part.name == program.name]
        locks = [lock_of(match) for part in parts for match in part.matches]
    else:
        rows = [row for row in kept if row.program == program.name]
        locks = [_from_row(program, row, roster) for row in rows]
    own = program.rule(Locked) or Locked()
    known = {(frozenset(lock.people), lock.round) for lock in own.matches}
    new = [lock for lock in locks if (frozenset(lock.people), lock.round) not in known]
    if not new and not own.matches:
        return program
    return program.with_rule(Locked(matches=(*own.matches, *new)))


def lock_of(match: Match, with_slot: bool = True) -> LockedMatch:
    """Return the lock that keeps a match: its people, its round and its weekly slot."""
    slot = match.slot if with_slot and match.slot is not None and not match.slot.date else None
    first = match.with_role("leader", "giver")
    people = (*first, *(one for one in match.people if one not in first))
    return LockedMatch(people=people, slot=slot, round=match.round)


def _from_row(program: Program, row: Row, roster: Roster | None) -> LockedMatch:
    people, shape = row.people, program.shape
    known = roster is not None and all(one in roster for one in people)
    if isinstance(shape, Pairs) and len(people) == 2 and roster is not None and known:
        first, second = (roster[one] for one in people)
        as_said = first.plays(shape.giver) and second.plays(shape.taker)
        if not as_said and second.plays(shape.giver) and first.plays(shape.taker):
            people = (people[1], people[0])
    return LockedMatch(people=people, round=row.round)


def check_locks(scenario: Scenario, facts: Facts, file: str = "") -> None:
    """Raise if a locked match breaks a rule, alone or beside the other locked ones.

    Raises
    ------
    ProgramError
        One problem for every lock and rule, naming both.
    """
    problems = [
        Problem(
            file or (str(scenario.source) if scenario.source else ""),
            0,
            f"{name}.locked",
            "CO171",
            f'the locked match "{who}"',
            f'a match that keeps the rule "{violation.rule}"',
            f"{violation.message}. Unlock the match, or loosen the rule.",
        )
        for name, who, violation in broken_locks(scenario, facts)
    ]
    if problems:
        raise ProgramError(sorted(set(problems)))


def broken_locks(scenario: Scenario, facts: Facts) -> Iterator[tuple[str, str, Violation]]:
    """Yield each locked match that breaks a rule: program, people, and how."""
    parts: list[ProgramSolution] = []
    for program in scenario.programs:
        bound = program.bound(facts)
        matches = locked_matches(bound, facts)
        for who, violation in broken_by(bound, matches, facts):
            yield program.name, who, violation
        parts.append(
            ProgramSolution(name=program.name, use=program.use, status="feasible", matches=matches)
        )
    if len(parts) < 2:
        return
    joint = scenario.model_copy(
        update={"joint": scenario.joint.model_copy(update={"slots": False})}
    )
    for violation in find_joint_violations(joint, parts, facts):
        yield "joint", " + ".join(violation.people), violation


def locked_matches(program: Program, facts: Facts) -> tuple[Match, ...]:
    """Return the locks of a bound program in words, those whose people are all on the roster."""
    rule = program.rule(Locked)
    return tuple(
        _match(program, lock, facts)
        for lock in (rule.matches if rule is not None else ())
        if all(one in facts.roster for one in lock.people)
    )


def broken_by(
    program: Program, matches: Sequence[Match], facts: Facts
) -> Iterator[tuple[str, Violation]]:
    """Yield who is in a locked match that breaks a rule of its program, and how."""
    by_name = {match.match: match for match in matches}
    for violation in _violations(program, matches, facts) if matches else ():
        held = by_name.get(violation.match)
        people = held.people if held is not None else violation.people
        yield " + ".join(people), violation


def _match(program: Program, lock: LockedMatch, facts: Facts) -> Match:
    """Return the locked match in words, in its slot or the first that all can attend."""
    kind = program.shape.kind
    roles = ["peer"] * len(lock.people)
    if kind == "pairs":
        roles = ["giver", *["taker"] * (len(lock.people) - 1)]
    elif kind == "groups":
        lead = program.leaders(facts) or frozenset()
        roles = ["leader" if one in lead else "member" for one in lock.people]
    members = [{"person": p, "role": r} for p, r in zip(lock.people, roles, strict=True)]
    slot, topic = lock.slot, None
    rule = program.rule(Availability)
    shape, chain = program.shape, False
    slots: tuple[Slot | None, ...] = ()
    if isinstance(shape, Rings):  # whoever wants nothing starts a chain
        chain = shape.chains > 0 and not facts.roster[lock.people[0]].skills_wanted
        if shape.meet == "links" and rule is not None:
            after = (*lock.people[1:], *(() if chain else lock.people[:1]))
            slot, slots = (
                None,
                _link_slots(rule, list(zip(lock.people, after, strict=False)), facts),
            )
    if slot is None and not slots and rule is not None:
        slot = _common_slot(rule, lock.people, facts)
    return Match.model_validate(
        {
            "match": " + ".join(lock.people),
            "round": lock.round,
            "members": members,
            "slot": slot,
            "topic": topic,
            "ring": kind == "rings",
            "chain": chain,
            "slots": slots,
        }
    )


def _link_slots(
    rule: Availability, links: Sequence[tuple[str, str]], facts: Facts
) -> tuple[Slot | None, ...]:
    """Return the earliest slot of each link so that nobody's two overlap; None where none fit."""
    length, starts = quarters(rule.minutes), []
    for link in links:
        free = [weekly_starts(facts.roster[one], facts, rule.minutes) for one in link]
        starts.append(sorted(frozenset.intersection(*free)))

    def fill(chosen: tuple[int, ...]) -> tuple[int, ...] | None:
        at = len(chosen)
        if at == len(links):
            return chosen
        near = [one for one, link in zip(chosen, links, strict=False) if {*link} & {*links[at]}]
        for start in starts[at]:
            if all(length <= abs(start - one) <= QUARTERS - length for one in near):
                found = fill((*chosen, start))
                if found is not None:
                    return found
        return None

    found = fill(())
    if found is None:
        return (None,) * len(links)
    return tuple(Slot.weekly(start, rule.minutes, facts.timezone) for start in found)


def _common_slot(rule: Availability, people: Sequence[str], facts: Facts) -> Slot | None:
    if rule.dated:
        return None
    starts = [weekly_starts(facts.roster[one], facts, rule.minutes) for one in people]
    shared = frozenset.intersection(*starts)
    return Slot.weekly(min(shared), rule.minutes, facts.timezone) if shared else None


def _violations(program: Program, matches: Sequence[Match], facts: Facts) -> Iterator[Violation]:
    """Yield what is wrong with locked matches; not that other matches are still missing.

    A match without a fixed slot is only asked for any slot that its people share: which one is
    for the solve to say, so two of them never clash here.
    """
    capacity = program.rule(Capacity)
    named = program.model_copy(
        update={"rules": tuple(r for r in program.rules if r.kind_name not in (*WHOLE, "capacity"))}
    )
    own = {match.match for match in matches}
    for match in matches:
        for violation in find_violations(named, (match,), facts):
            if violation.match in own and violation.rule != "topic":
                yield violation
    if capacity is None:
        return
    seen: Counter[str] = Counter()
    for seated in rounds_of(matches):
        gives, takes, _ = loads(seated)
        for person in facts.roster.people:
            for count, most, does in (
                (gives[person.id], capacity.gives(person)[1], "gives"),
                (takes[person.id], capacity.takes(person)[1], "takes"),
            ):
                if count > most and not seen[person.id]:
                    seen[person.id] += 1
                    told = f"{person} {does} in {counted(count, 'locked match')}"
                    yield Violation("capacity", "", (person.id,), f"{told}; at most {most} wanted")


def without(program: Program, broken: Iterable[frozenset[str]]) -> Program:
    """Return the program without the locks on these sets of people."""
    rule = program.rule(Locked)
    if rule is None:
        return program
    gone = set(broken)
    left = tuple(lock for lock in rule.matches if frozenset(lock.people) not in gone)
    if not left:
        return program.without_rule(Locked)
    return program.with_rule(Locked(matches=left))


__all__ = ["broken_locks", "check_locks", "keep_matches", "lock_of", "without"]

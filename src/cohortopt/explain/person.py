"""Why a person sits where they sit: goals, slot, runner-up, and how contested the partners are."""

from __future__ import annotations

from collections.abc import Sequence

from cohortopt.explain.base import Audience, Told, facts_for
from cohortopt.goals import POINTS, WHOLE, LinkGoal
from cohortopt.model import Facts, Match, ProgramSolution, Roster, Solution, Unplaced
from cohortopt.programs import Program, Scenario
from cohortopt.verify.allowed import Allowed
from cohortopt.words import counted

SHOWN = 3


class GoalShare(Told):
    """What one goal gives a link: its worth from 0 to 1 and its weight."""

    goal: str
    worth: float
    weight: float


class LinkReason(Told):
    """One link of a match: who brings what to whom."""

    giver: str
    taker: str
    points: int
    goals: tuple[GoalShare, ...]


class RunnerUp(Told):
    """Somebody whom the rules would have allowed instead, and who has them now."""

    person: str
    points: int
    sits_with: tuple[str, ...]


class Seat(Told):
    """One match of the person."""

    program: str
    match: str
    partners: tuple[str, ...]
    slot: str
    links: tuple[LinkReason, ...]
    runners_up: tuple[RunnerUp, ...] = ()
    contested: int | None = None  # the giver's price: what one more place with them is worth


class PersonExplanation(Told):
    """Everything about one person: where they sit, or why they do not."""

    person: str
    seats: tuple[Seat, ...]
    left_over: tuple[Unplaced, ...]
    sentences: tuple[str, ...]


def explain_person(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    person: str,
    *,
    audience: Audience = "manager",
) -> PersonExplanation:
    """Explain one person's part of a solution.

    For ``participants`` points, prices, runners-up and reasons about others are left out.

    Raises
    ------
    KeyError
        If nobody has this id.
    """
    scenario, facts = facts_for(roster, scenario)
    roster[person]
    known = {program.name: program.bound(facts) for program in scenario.programs}
    seats: list[Seat] = []
    left: list[Unplaced] = []
    for part in solution.programs:
        program = known[part.name]
        mine = [match for match in part.matches if person in match.people]
        seats += [_seat(program, part, match, person, facts, audience) for match in mine]
        left += [one for one in part.unplaced if one.person == person]
    if audience == "participants":
        left = [
            Unplaced(person=one.person, role=one.role, reason=one.reason, detail="") for one in left
        ]
    sentences = tuple(_sentences(facts, seats, left, audience))
    return PersonExplanation(
        person=person, seats=tuple(seats), left_over=tuple(left), sentences=sentences
    )


def _seat(
    program: Program,
    part: ProgramSolution,
    match: Match,
    person: str,
    facts: Facts,
    audience: Audience,
) -> Seat:
    partners = tuple(one for one in match.people if one != person)
    slot = str(match.slot) if match.slot else ""
    if audience == "participants":
        return Seat(
            program=part.name,
            match=match.match,
            partners=partners,
            slot=slot,
            links=(),
        )
    links = tuple(
        _link(program, giver, taker, facts)
        for giver, taker in match.links()
        if person in (giver, taker)
    )
    return Seat(
        program=part.name,
        match=match.match,
        partners=partners,
        slot=slot,
        links=links,
        runners_up=_runners_up(program, part, match, person, facts),
        contested=_contested(part, match),
    )


def _link(program: Program, giver: str, taker: str, facts: Facts) -> LinkReason:
    one, other = facts.roster[giver], facts.roster[taker]
    shares = tuple(
        GoalShare(goal=goal.kind_name, worth=goal.worth(one, other) / WHOLE, weight=goal.weight)
        for goal in program.goals
        if isinstance(goal, LinkGoal)
    )
    return LinkReason(giver=giver, taker=taker, points=program.points(one, other), goals=shares)


def _runners_up(
    program: Program, part: ProgramSolution, match: Match, person: str, facts: Facts
) -> tuple[RunnerUp, ...]:
    """Return who else could have given to the person, the best first."""
    roster = facts.roster
    me = roster[person]
    if program.shape.kind == "pairs" and person not in match.with_role("taker"):
        return ()
    allowed = Allowed(program, facts)
    partners: dict[str, set[str]] = {}
    for one in part.matches:
        for member in one.people:
            partners.setdefault(member, set()).update(set(one.people) - {member})
    mine = partners.get(person, set())
    scored = [
        (program.points(other, me), other)
        for other in allowed.givers()
        if other.id != person and other.id not in mine
    ]
    scored.sort(key=lambda one: (-one[0], one[1].id))
    found: list[RunnerUp] = []
    for points, other in scored:
        if len(found) == SHOWN:
            break
        if allowed.objection(other, me) is None:
            sits = tuple(sorted(partners.get(other.id, ())))
            found.append(RunnerUp(person=other.id, points=points, sits_with=sits))
    return tuple(found)


def _contested(part: ProgramSolution, match: Match) -> int | None:
    """Return the price of the match's giver in points, where prices prove the points.

    A place more is a match more, worth ``POINTS`` at most: a price above that is no help, since
    seats come before points in it.
    """
    givers = match.with_role("giver")
    tier = next((one for one in part.tiers if one.tier == "points" and one.is_proven), None)
    certificate = (tier.certificate if tier else None) or {}
    if not givers or certificate.get("kind") != "prices":
        return None
    levels = {str(name): int(times) for name, times in certificate["levels"]}
    price = int(certificate["giver"].get(givers[0], 0)) // max(1, levels.get("points", 1))
    return price if price <= POINTS else None


def _sentences(
    facts: Facts, seats: Sequence[Seat], left: Sequence[Unplaced], audience: Audience
) -> list[str]:
    roster = facts.roster
    told: list[str] = []
    for seat in seats:
        names = ", ".join(str(roster[one]) for one in seat.partners)
        when = f", {seat.slot}" if seat.slot else ""
        told.append(f"{seat.program}: with {names}{when}.")
        for link in seat.links:
            parts = [
                f"{share.goal} {share.worth:.2f} (weight {share.weight:g})" for share in link.goals
            ]
            told.append(
                f"  {roster[link.giver]} brings {roster[link.taker]} {link.points} points: "
                + ", ".join(parts)
            )
        for other in seat.runners_up:
            busy = ", ".join(other.sits_with) or "nobody"
            told.append(
                f"  Next: {roster[other.person]} would bring {other.points}, sits with {busy}."
            )
        if seat.contested:
            worth = counted(seat.contested, "point")
            told.append(f"  One more place there would be worth up to {worth}.")
    for one in left:
        if audience == "participants":
            told.append("There was no suitable place this time.")
        else:
            told.append(f"Not placed ({one.reason}): {one.detail}. {one.would_help}".rstrip())
    if not seats and not left:
        told.append("Takes no part in any program.")
    return told

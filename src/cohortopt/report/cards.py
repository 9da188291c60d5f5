"""The matches as cards, and everyone in one table: plain data for the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cohortopt.io.local_time import clock_of, local_text
from cohortopt.io.mailmerge import PARTS, meeting_texts, seats
from cohortopt.io.meetings import rhythm_of
from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Match, ProgramSolution, Solution
from cohortopt.report.attention import situation
from cohortopt.report.svg import ring
from cohortopt.report.why import Audience, Reasons, name_of
from cohortopt.scenarios.figures import Served, fit, points_scale


@dataclass(frozen=True)
class Row:
    """One person on a card."""

    name: str
    part: str
    when: str  # on the person's own clock
    place: str  # the clock's name, short
    why: str


@dataclass(frozen=True)
class Card:
    """One match."""

    match: str
    round: str  # "" where there is only one
    topic: str
    when: str  # on the scenario's clock
    points: str
    locked: bool
    rows: tuple[Row, ...]
    drawing: Markup | None


@dataclass(frozen=True)
class Deck:
    """The cards of one program."""

    program: str
    rhythm: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Line:
    """One person in the table of everyone."""

    name: str
    person: str
    department: str
    places: tuple[str, ...]
    left: tuple[str, ...]


def decks(solution: Solution, facts: Facts, audience: Audience, reasons: Reasons) -> list[Deck]:
    """Return the cards of every program, in the order of the solution."""
    served = Served(facts)
    return [_deck(program, solution, served, audience, reasons) for program in solution.programs]


def _deck(
    program: ProgramSolution,
    solution: Solution,
    served: Served,
    audience: Audience,
    reasons: Reasons,
) -> Deck:
    facts = reasons.facts
    rhythm = rhythm_of(solution, program, facts)
    people = facts.roster.by_id
    cards = []
    scale = points_scale(program)
    weekly = False
    for match in program.matches:
        mondays = rhythm.mondays(match)
        rows = []
        for member in match.members:
            known = people.get(member.person)
            clock = clock_of(known, facts.timezone) if known else facts.timezone
            texts = meeting_texts(match, known, facts, mondays) if known else []
            rows.append(
                Row(
                    name_of(member.person, facts.roster),
                    PARTS[member.role],
                    "; ".join(texts),
                    clock.split("/")[-1].replace("_", " ") if texts else "",
                    reasons.why(match, member.person) if audience == "manager" else "",
                )
            )
        slot = match.slot
        weekly = weekly or bool(match.slots) or (slot is not None and slot.date is None)
        cards.append(
            Card(
                printable(match.match),
                f"round {match.round}" if rhythm.rounds > 1 else "",
                printable(match.topic or ""),
                local_text(slot, slot.timezone, mondays) if slot else "",
                f"{fit(match, scale):,.0f}" if audience == "manager" else "",
                match.locked and audience == "manager",
                tuple(rows),
                drawing(match, facts, served),
            )
        )
    return Deck(printable(program.name), str(rhythm) if weekly else "", tuple(cards))


def drawing(match: Match, facts: Facts, served: Served) -> Markup | None:
    """Return who teaches whom as a ring; None for two people, whose card says it all.

    In a group the arrows are those of skills wanted: to each person from the one who serves most.
    """
    people = match.people
    if len(people) < 3:
        return None
    place = {person: k for k, person in enumerate(people)}
    names = [name_of(person, facts.roster) for person in people]
    if match.ring:
        links = [(place[giver], place[taker]) for giver, taker in match.links()]
        return ring(names, links, "Each teaches the next")
    best: dict[str, tuple[int, str]] = {}
    for giver, taker in match.links():
        wants = served.wants(taker)
        worth = sum(wants[s] * value for s, value in served.links(giver, taker).items())
        if worth > best.get(taker, (0, ""))[0]:
            best[taker] = (worth, giver)
    links = [(place[giver], place[taker]) for taker, (_, giver) in best.items()]
    return ring(names, links, "Who teaches whom what they want most")


def everyone(solution: Solution, facts: Facts, audience: Audience) -> list[Line]:
    """Return a line per person of the roster, by name."""
    placed = seats(solution)
    left: dict[str, list[str]] = {}
    if audience == "manager":
        for program in solution.programs:
            for one in program.unplaced:
                text = f"{printable(program.name)}: {situation(one)}"
                left.setdefault(one.person, []).append(text)
    lines = []
    for person in facts.roster.people:
        places = tuple(
            printable(f"{seat.match.match} ({seat.part})") for seat in placed.get(person.id, ())
        )
        if places or audience == "manager":
            lines.append(
                Line(
                    name_of(person.id, facts.roster),
                    printable(person.id) if audience == "manager" else "",
                    printable(person.department) if audience == "manager" else "",
                    places,
                    tuple(left.get(person.id, ())),
                )
            )
    return sorted(lines, key=lambda line: (line.name.casefold(), line.person))

"""Every rule checked again on the finished assignment, and what came closest to breaking it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import and_
from typing import TypeVar

from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.solution import Match, Solution
from cohortopt.programs import Program
from cohortopt.report.extras import RuleLine
from cohortopt.report.why import called
from cohortopt.rules import Availability, Capacity, Gap, Hours, Reciprocity
from cohortopt.rules.availability import meetings
from cohortopt.rules.base import LinkRule, Rule, loads, rounds_of
from cohortopt.words import counted

T = TypeVar("T")
SENTENCES = {
    "capacity": "Nobody gives or takes more often than they said.",
    "hours": "Everyone's meetings fit the hours a month they have.",
    "availability": "Everyone is free for the whole meeting, in every week.",
    "apart": "Nobody meets someone they must not: vetoes, manager and report, people kept apart.",
    "past": "Nobody meets a past partner again.",
    "gap": "Levels are as far apart as asked.",
    "same": "People who meet are alike where asked.",
    "different": "People who meet differ where asked.",
    "language": "People who meet share a language.",
    "only": "Only listed links are used.",
    "one_way": "Nobody gives back to someone who gives to them.",
    "reciprocity": "Everyone both gives and gets.",
    "isolation": "Nobody is the only one of their kind in a group.",
    "limits": "Every group keeps its limits.",
    "together": "People who belong together share a match.",
    "locked": "Every match to keep is kept.",
    "required": "Everyone who must be placed is placed.",
}
Matches = Sequence[Match]


def rules_checked(programs: Sequence[Program], solution: Solution, facts: Facts) -> list[RuleLine]:
    """Return a line per rule of every program. The programs must be bound to the facts."""
    lines = []
    parts = {part.name: part.matches for part in solution.programs}
    for program in programs:
        matches = parts.get(program.name, ())
        for rule in program.rules:
            broken = sum(1 for _ in rule.violations(matches))
            state = (
                f"broken in {counted(broken, 'place')}"
                if broken
                else f"holds {_for(rule, matches)}"
            )
            close = _closest(rule, program, matches, facts)
            text = printable(_sentence(rule))
            lines.append(RuleLine(printable(program.name), text, state, close))
    return lines


def _sentence(rule: Rule) -> str:
    """Return what the rule asks, in a manager's words, and its settings."""
    told = SENTENCES.get(rule.kind_name, (type(rule).__doc__ or "").split("\n", 1)[0])
    settings = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in rule.settings().items()
        if isinstance(value, int | float | str) and not isinstance(value, bool)
    )
    return f"{told} ({settings})" if settings else told


def _for(rule: Rule, matches: Matches) -> str:
    if isinstance(rule, LinkRule):
        links = sum(1 for match in matches for _ in match.links())
        return f"for {counted(links, 'link')}"
    return f"for {counted(len(matches), 'match')}"


def _closest(rule: Rule, program: Program, matches: Matches, facts: Facts) -> str:
    if isinstance(rule, Availability):
        return _tightest_time(rule, matches, facts)
    if isinstance(rule, Gap):
        return _narrowest_gap(rule, matches, facts)
    if isinstance(rule, Capacity):
        return _fullest(rule, matches, facts)
    if isinstance(rule, Hours):
        return _busiest(program.minutes_a_month, matches, facts)
    if isinstance(rule, Reciprocity):
        return _least_link(rule, program, matches, facts)
    return ""


def _tightest_time(rule: Availability, matches: Matches, facts: Facts) -> str:
    def count(found: tuple[Match, tuple[str, ...]]) -> int:
        return reduce(and_, (rule.word(facts.roster[one]) for one in found[1])).bit_count()

    every = [(match, people) for match in matches for people, slot in meetings(match) if slot]
    tightest = _least(every, count)
    if tightest is None:
        return ""
    (match, _), number = tightest
    return f"{printable(match.match)} could start at {counted(number, 'time')} only"


def _narrowest_gap(rule: Gap, matches: Matches, facts: Facts) -> str:
    unmet = rule.model_copy(update={"at_least": 10_000})  # objects to all links it speaks of

    def links() -> Iterator[tuple[Person, Person, int]]:
        for match in matches:
            for one, other in match.links():
                giver, taker = facts.roster[one], facts.roster[other]
                if giver.level is None or taker.level is None:
                    continue
                if unmet.objection(giver, taker) is not None:
                    yield giver, taker, giver.level - taker.level

    def room(link: tuple[Person, Person, int]) -> int:
        below = 10_000 if rule.at_least is None else link[2] - rule.at_least
        above = 10_000 if rule.at_most is None else rule.at_most - link[2]
        return min(below, above)

    nearest = _least([*links()], room)
    if nearest is None or (rule.at_least is None and rule.at_most is None):
        return ""
    giver, taker, gap = nearest[0]
    limits = [
        f"{word} {limit}"
        for word, limit in (("at least", rule.at_least), ("at most", rule.at_most))
        if limit is not None
    ]
    return f"{called(giver)} is {gap} above {called(taker)}; {' and '.join(limits)} wanted"


def _fullest(rule: Capacity, matches: Matches, facts: Facts) -> str:
    used = []
    for seated in rounds_of(matches):
        gives, _, _ = loads(seated)
        used += [(facts.roster[one], count) for one, count in gives.items() if count]
    fullest = _least(used, lambda found: rule.gives(found[0])[1] - found[1])
    if fullest is None:
        return ""
    person, count = fullest[0]
    return f"{called(person)} gives in {count:,}; may in {rule.gives(person)[1]:,}"


def _busiest(minutes: int, matches: Matches, facts: Facts) -> str:
    spent = []
    for seated in rounds_of(matches):
        _, _, sits = loads(seated)
        for one, count in sits.items():
            person = facts.roster[one]
            if person.hours is not None:
                spent.append((person, count * minutes / 60, person.hours))
    busiest = _least(spent, lambda found: found[2] - found[1])
    if busiest is None:
        return ""
    person, uses, has = busiest[0]
    return f"{called(person)} spends {uses:g} of {counted(has, 'hour')} a month"


def _least_link(rule: Reciprocity, program: Program, matches: Matches, facts: Facts) -> str:
    links = [(facts.roster[g], facts.roster[t]) for match in matches for g, t in match.links()]
    least = _least(links, lambda link: program.points(*link))
    if least is None:
        return ""
    (giver, taker), points = least
    said = f"{called(giver)} brings {called(taker)} {counted(points, 'point')}"
    return f"{said}; at least {rule.min_points:,} wanted"


def _least(found: Sequence[T], by: Callable[[T], int | float]) -> tuple[T, int | float] | None:
    """Return the first of the least, with its measure."""
    if not found:
        return None
    measured = [(by(one), place) for place, one in enumerate(found)]
    measure, place = min(measured)
    return found[place], measure

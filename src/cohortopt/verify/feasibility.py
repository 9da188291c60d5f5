"""Whether an assignment keeps every rule of a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cohortopt.goals.groups import degree
from cohortopt.model import Facts, Groups, Match, Pairs, Partners, Rings
from cohortopt.programs.program import Program
from cohortopt.rules import Availability, Violation
from cohortopt.verify.sessions import session_violations
from cohortopt.verify.timetable import is_timetable
from cohortopt.words import counted

ROLES = {
    "pairs": {"giver", "taker"},
    "partners": {"peer"},
    "rings": {"peer"},
    "groups": {"leader", "member"},
}


def find_violations(program: Program, matches: Sequence[Match], facts: Facts) -> list[Violation]:
    """Return every way in which the matches break the program. It must be bound to ``facts``.

    What a relaxed rule forgives is left out, see ``find_breaches``. Takes time linear in the links
    of the matches, times the weeks that slots must hold in.
    """
    return [one for one in _everything(program, matches, facts) if not is_forgiven(program, one)]


def find_breaches(program: Program, matches: Sequence[Match], facts: Facts) -> list[Violation]:
    """Return where rules that the program relaxes are broken; tier ``violations`` adds them up."""
    if not program.relax:
        return []
    return [one for one in _everything(program, matches, facts) if is_forgiven(program, one)]


def is_forgiven(program: Program, violation: Violation) -> bool:
    """Whether the program relaxes the rule, and the rule can be forgiven this."""
    return violation.amount > 0 and violation.rule in program.relax


def _everything(program: Program, matches: Sequence[Match], facts: Facts) -> list[Violation]:
    """Return every broken rule, relaxed or not."""
    strangers = list(_strangers(matches, facts))
    if strangers:
        return strangers
    found = [*_shape(program, matches, facts), *_meetings(program, matches)]
    if is_timetable(program, facts):
        found.extend(session_violations(program, matches, facts))
    for rule in program.rules:
        found.extend(rule.violations(matches))
    found.extend(_points(program, matches, facts))
    return found


def _strangers(matches: Sequence[Match], facts: Facts) -> Iterator[Violation]:
    for match in matches:
        unknown = tuple(one for one in match.people if one not in facts.roster)
        if unknown:
            told = f"{match.match}: {', '.join(unknown)} not on the roster"
            yield Violation("roster", match.match, unknown, told)


def _shape(program: Program, matches: Sequence[Match], facts: Facts) -> Iterator[Violation]:
    shape = program.shape

    def wrong(match: Match, told: str) -> Violation:
        return Violation("shape", match.match, match.people, f"{match.match} {told}")

    names = Counter(match.match for match in matches)
    for match in matches:
        if names[match.match] > 1:
            yield wrong(match, "is not the only match of its name")
        if len(set(match.people)) != len(match.people):
            yield wrong(match, "holds somebody twice")
        if not {member.role for member in match.members} <= ROLES[shape.kind]:
            yield wrong(match, f"has roles that {shape.kind} do not have")
        if not 1 <= match.round <= program.rounds:
            yield wrong(match, f"is in round {match.round} of {program.rounds}")
        if isinstance(shape, Pairs):
            yield from _pair(shape, match, facts, wrong(match, "is not one giver and one taker"))
        elif isinstance(shape, Partners):
            most = 3 if shape.odd == "trio" else 2
            if not 2 <= len(match.people) <= most:
                yield wrong(match, f"has {counted(len(match.people), 'person')}")
        elif isinstance(shape, Rings):
            yield from _ring(shape, match, facts)
        for one in match.people:
            if isinstance(shape, Partners | Rings) and not program.asks(facts.roster[one]):
                yield wrong(match, f"holds {one}, whose role does not take part")
    if isinstance(shape, Partners):
        trios = Counter(match.round for match in matches if len(match.people) == 3)
        for number, count in trios.items():
            if count > 1:
                yield Violation("shape", "", (), f"round {number} has {count} trios; at most one")
    if isinstance(shape, Groups):
        for match in matches:
            yield from _group(program, shape, match, facts)
        for number in range(1, program.rounds + 1):
            count = sum(match.round == number for match in matches)
            if shape.size.groups is not None and count not in (0, shape.size.groups):
                told = f"{counted(count, 'group')} in round {number}; {shape.size.groups} wanted"
                yield Violation("size", "", (), told)


def _pair(shape: Pairs, match: Match, facts: Facts, wrong: Violation) -> Iterator[Violation]:
    if sorted(member.role for member in match.members) != ["giver", "taker"]:
        yield wrong
        return
    for role, who in (("giver", shape.giver), ("taker", shape.taker)):
        for one in match.with_role(role):
            if not facts.roster[one].plays(who):
                told = f"{one} is no {' or '.join(who)} and sits as {role}"
                yield Violation("shape", match.match, (one,), told)


def _ring(shape: Rings, match: Match, facts: Facts) -> Iterator[Violation]:
    people = match.people
    longest = shape.chains + 1 if match.chain else shape.longest
    if not match.ring or not 2 <= len(people) <= longest:
        told = f"{match.match} has {counted(len(people), 'person')}; 2 to {longest} wanted"
        yield Violation("shape", match.match, people, told)
    if match.chain and facts.roster[people[0]].skills_wanted:
        told = f"{people[0]} starts a chain but wants something back"
        yield Violation("shape", match.match, people[:1], told)
    if shape.meet == "links" and len(match.slots) not in (0, len(list(match.links()))):
        told = f"{match.match} has {counted(len(match.slots), 'slot')} for its links"
        yield Violation("shape", match.match, people, told)


def _group(program: Program, shape: Groups, match: Match, facts: Facts) -> Iterator[Violation]:
    leaders, members = match.with_role("leader"), match.with_role("member")
    size, count = shape.size, len(members)
    if not size.min <= count <= size.max:
        told = f"{match.match} has {counted(count, 'member')}; {size.min} to {size.max}"
        low, high = program.sizes
        off = max(size.min - count, count - size.max)
        yield Violation("size", match.match, members, told, off if low <= count <= high else 0)
    least, most = (shape.leaders.min, shape.leaders.max) if shape.leaders else (0, 0)
    if not least <= len(leaders) <= most:
        told = f"{match.match} has {counted(len(leaders), 'leader')}; {least} to {most} wanted"
        yield Violation("size", match.match, leaders, told)
    may_lead = program.leaders(facts) or frozenset()
    for one in leaders:
        if one not in may_lead:
            yield Violation("shape", match.match, (one,), f"{one} may not lead a group")
    for one in members:
        person = facts.roster[one]
        if not program.asks(person):
            yield Violation("shape", match.match, (one,), f"{one} may not be a member")
        topic = match.topic
        if shape.topic and not (
            topic and (degree(person.skills_wanted, topic) or degree(person.skills_offered, topic))
        ):
            told = f"{one} neither wants nor offers the topic {topic!r}"
            yield Violation("topic", match.match, (one,), told)


def _meetings(program: Program, matches: Sequence[Match]) -> Iterator[Violation]:
    """Yield links that are there twice, repeats over the rounds, and slots of no meeting."""
    shape, meetings = program.shape, set[tuple[frozenset[str], int, int]]()
    for at, match in enumerate(matches):
        leaders = set(match.with_role("leader"))
        for pair in map(frozenset, match.links()):  # two may lead several groups of a round
            meetings.add((pair, match.round, -1 if pair <= leaders else at))
    met = Counter(pair for pair, *_ in meetings)
    both_ways = isinstance(shape, Pairs) and program.rounds == 1
    if both_ways:
        links = Counter(link for match in matches for link in match.links())
        for link, count in links.items():
            if count > 1:
                yield Violation("repeat", "", link, f"{link[0]} and {link[1]} meet {count} times")
    elif program.repeat == "never":
        for pair, count in met.items():
            if count > 1:
                people = tuple(sorted(pair))
                told = f"{people[0]} and {people[1]} meet {count} times"
                yield Violation("repeat", "", people, told, count - 1)
    if program.rule(Availability) is None:
        for match in matches:
            if match.slot is not None:
                told = f"{match.match} names a slot, but the program has no meetings"
                yield Violation("availability", match.match, match.people, told)


def _points(program: Program, matches: Sequence[Match], facts: Facts) -> Iterator[Violation]:
    """Yield links worth less than the rule ``reciprocity`` asks for."""
    least = program.min_points
    for match in matches if least else ():
        for giver, taker in match.links():
            points = program.points(facts.roster[giver], facts.roster[taker])
            if points < least:
                told = f"{giver} brings {taker} {points} points; at least {least} wanted"
                yield Violation("reciprocity", match.match, (giver, taker), told)

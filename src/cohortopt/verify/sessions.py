"""Whether the sessions of a timetable keep what only sessions must: topics, weeks and rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from cohortopt.goals.groups import degree
from cohortopt.model import Facts, Match, Pairs, Slot, skill_key
from cohortopt.programs.program import Program
from cohortopt.programs.topics import teaches
from cohortopt.rules import Violation
from cohortopt.verify.timetable import topics_of, week_of
from cohortopt.words import counted


def session_violations(
    program: Program, matches: Sequence[Match], facts: Facts
) -> Iterator[Violation]:
    """Yield wrong topics, sessions too close to each other, and full rooms."""
    pairs = [match for match in matches if len(match.people) == 2]
    if topics_of(program, facts):
        yield from _topics(pairs, facts)
    if program.apart_weeks:
        yield from _weeks(program.apart_weeks, pairs)
    event = program.shape.event if isinstance(program.shape, Pairs) else None
    if event is not None and event.rooms is not None:
        yield from _rooms(event.rooms, pairs)


def _topics(matches: Sequence[Match], facts: Facts) -> Iterator[Violation]:
    """Yield sessions on nothing, on what is not wanted or not taught, and topics taken twice."""
    seen: set[tuple[str, str]] = set()
    for match in matches:
        topic = match.topic or ""
        for giver, taker in match.links():
            told = ""
            if not degree(facts.roster[taker].skills_wanted, topic):
                told = f"{taker} does not want the topic {topic!r}"
            elif not teaches(facts.roster[giver], topic, facts.skills):
                told = f"{giver} does not teach the topic {topic!r}"
            elif (taker, skill_key(topic)) in seen:
                told = f"{taker} has the topic {topic!r} twice"
            seen.add((taker, skill_key(topic)))
            if told:
                yield Violation("topic", match.match, (giver, taker), told)


def _weeks(apart: int, matches: Sequence[Match]) -> Iterator[Violation]:
    """Yield two sessions of a taker in fewer than ``apart`` weeks of each other."""
    diary: dict[str, list[tuple[Slot, Match]]] = defaultdict(list)
    for match in matches:
        if match.slot is not None and match.slot.date is not None:
            for taker in match.with_role("taker"):
                diary[taker].append((match.slot, match))
    for taker, sessions in diary.items():
        first = min((slot for slot, _ in sessions), key=lambda slot: str(slot.date))
        for (one, _), (other, match) in combinations(sessions, 2):
            if abs(week_of(one, first) - week_of(other, first)) < apart:
                told = f"{taker} has sessions at {one} and {other}; "
                told += f"{counted(apart, 'week')} apart wanted"
                yield Violation("apart_weeks", match.match, (taker,), told)


def _rooms(rooms: int, matches: Sequence[Match]) -> Iterator[Violation]:
    """Yield slots at whose start more sessions go on than there are rooms."""
    used = [match.slot for match in matches if match.slot is not None]
    for slot in sorted(set(used), key=str):
        count = sum(_goes_on(other, slot) for other in used)
        if count > rooms:
            told = f"{counted(count, 'session')} at {slot}; there is room for {rooms}"
            yield Violation("rooms", "", (), told)


def _goes_on(meeting: Slot, now: Slot) -> bool:
    """Whether a dated meeting goes on when another one starts."""
    if meeting.date is None or now.date is None:
        return False
    gap = (now.instant - meeting.instant).total_seconds() / 60
    return 0 <= gap < meeting.minutes

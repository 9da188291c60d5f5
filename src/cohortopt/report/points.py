"""What the goals give each person of a match: ``556 points: 333 for skills, 223 for choices``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cohortopt.goals import Goal, LinkGoal, MatchGoal, TopicGoal
from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.people import Person
from cohortopt.model.shapes import Groups
from cohortopt.model.solution import Match, Solution
from cohortopt.programs import Program
from cohortopt.verify.score import link_worth, member_points
from cohortopt.words import counted

_WORDS = {
    "prefers": "choices",
    "shared_wishes": "shared goals",
    "level_fit": "the level gap",
    "topic": "the topic",
    "same": "the same",
    "different": "another",
    "overlap": "shared hours",
    "novelty": "new faces",
    "table": "own scores",
    "variety": "variety of",
    "evenness": "evenness of",
    "near": "nearness of",
}
_Key = tuple[str, int, tuple[str, ...]]
Part = int | Fraction  # whole where no means are taken


class PointsInWords:
    """Says what a person gains from a match and which goals it comes from.

    Who only gives gains nothing: a mentor's points are told with the mentee.
    """

    def __init__(self, programs: Iterable[Program], solution: Solution, facts: Facts) -> None:
        """Take the programs of the solution, bound to ``facts``."""
        self.facts = facts
        bound = {program.name: program for program in programs}
        self._program = {
            _key(match): bound[part.name]
            for part in solution.programs if part.name in bound
            for match in part.matches
        }  # fmt: skip
        self._groups: dict[_Key, dict[str, int]] = {}

    def __call__(self, match: Match, person: str) -> str:
        """Return the sentence; "" where the person gains no points by the shape of the match."""
        program = self._program.get(_key(match))
        roster = self.facts.roster
        if program is None or not program.goals or any(one not in roster for one in match.people):
            return ""
        total = self._total(program, match, person)
        if total is None:
            return ""
        parts = _shared_out(total, list(self._masses(program, match, roster[person])))
        listed = ", ".join(f"{points:,} for {name}" for name, points in parts if points)
        said = counted(total, "point")
        return f"{said}: {listed}" if listed else said

    def _total(self, program: Program, match: Match, person: str) -> int | None:
        if isinstance(program.shape, Groups):
            key = _key(match)
            if key not in self._groups:
                self._groups[key] = member_points(program, match, self.facts)
            found = self._groups[key].get(person)
            return None if found is None else round(Fraction(found, program.scale))
        points = [
            link_worth(program, match, giver, taker, self.facts)
            for giver, taker in match.links()
            if taker == person
        ]
        return sum(points) if points else None

    def _masses(self, program: Program, match: Match, me: Person) -> Iterator[tuple[str, Part]]:
        """Yield each goal's name and its part of the points, in a unit common to all goals."""
        sources = list(self._sources(program, match, me))
        seated = [self.facts.roster[one] for one in match.with_role("member")]
        for goal in program.goals:
            worth: Part = 0
            if isinstance(goal, LinkGoal):
                worth = sum((part * goal.worth(one, me) for one, part in sources), worth)
            elif isinstance(goal, MatchGoal):
                worth += goal.group_worth(seated)
            elif isinstance(goal, TopicGoal):
                worth += goal.topic_worth(me, match.topic or "")
            yield _name(goal), goal.thousandths * worth

    def _sources(self, program: Program, match: Match, me: Person) -> Iterator[tuple[Person, Part]]:
        """Yield who brings something to ``me``, and for how much of it they count."""
        roster, one = self.facts.roster, 1
        if not isinstance(program.shape, Groups):
            yield from ((roster[giver], one) for giver, taker in match.links() if taker == me.id)
            return
        leaders = match.with_role("leader")
        fellows = [person for person in match.with_role("member") if person != me.id]
        led: Part = one
        fellow: Part = one
        if program.value == "mean":
            share = Fraction(program.leader_share, 100) if leaders else Fraction(0)
            led = share / max(1, len(leaders))
            fellow = (1 - share) / max(1, len(fellows))
        yield from ((roster[person], led) for person in leaders)
        yield from ((roster[person], fellow) for person in fellows)


def _key(match: Match) -> _Key:
    return match.match, match.round, match.people


def _name(goal: Goal) -> str:
    kind = goal.kind_name
    attribute = printable(str(getattr(goal, "attribute", "")))
    return f"{_WORDS.get(kind, kind)} {attribute}".strip()


def _shared_out(total: int, masses: list[tuple[str, Part]]) -> list[tuple[str, int]]:
    """Return whole points for each name, in proportion and adding up to the total."""
    whole = sum(mass for _, mass in masses)
    if not whole:
        return []
    so_far: Part = 0
    parts, given = [], 0
    for name, mass in masses:
        so_far += mass
        upto = round(Fraction(total * so_far, whole))
        parts.append((name, upto - given))
        given = upto
    return parts

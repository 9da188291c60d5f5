"""Whom to recruit: the fewest more people that place everybody, and what they must bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

from cohortopt.explain.base import Told, solve_again
from cohortopt.model import Availability, Groups, Match, Pairs, Person, Roster, Slot, Solution, Span
from cohortopt.programs import Program, Scenario
from cohortopt.rules import Gap
from cohortopt.solvers.base import Budget
from cohortopt.words import counted

MOST = 64  # recruits
MIXES = 40  # lists of levels that are tried
NEW = "recruit-"
DAY = 1440


class Profile(Told):
    """One person to look for. Whoever is all of this will do."""

    role: str
    level: int | None
    skills: tuple[str, ...]
    slots: tuple[str, ...]
    takes: int
    serves: tuple[str, ...]
    hours: float | None = None  # a month
    languages: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()  # skills they should want (programs in which everybody gets)

    def __str__(self) -> str:
        parts = [f"a {self.role}"]
        if self.level is not None:
            parts.append(f"level {self.level}")
        if self.languages:
            parts.append(f"speaks {', '.join(self.languages)}")
        if self.skills:
            parts.append(f"knows {', '.join(self.skills)}")
        if self.wants:
            parts.append(f"wants {', '.join(self.wants)}")
        if self.hours is not None:
            parts.append(f"has {counted(self.hours, 'hour')} a month")
        if self.slots:
            parts.append(f"is free {'; '.join(self.slots)}")
        return ", ".join(parts)


class Recruits(Told):
    """The smallest list of recruits that places everyone who can be placed by recruiting.

    ``places`` is how many are placed with people exactly as described, ``without`` with one
    recruit fewer. Recruits take up to ``capacity`` each. ``never`` names people whom no recruit
    can help. ``fewest``: no shorter list of any people would do.
    """

    program: str
    profiles: tuple[Profile, ...]
    capacity: int
    places: int
    without: int
    never: tuple[str, ...]
    fewest: bool = True


def recruit(roster: Roster, scenario: Scenario, budget: Budget) -> Recruits | None:
    """Return the fewest recruits that place all who can be, None where none are needed.

    For the first program that leaves people over: givers in pairs, leaders of groups, peers
    elsewhere. A recruit who is free at any time, offers every wanted skill, speaks any language
    and fits every level is the best there can be, so if k - 1 of them do not suffice, no k - 1
    people do; k is found by halving, each step a re-solve. Where no single level fits all whom a
    recruit would serve, lists of levels are tried. In the end people exactly as described are
    added, and all is solved again with them, and with one fewer.
    """
    before = solve_again(roster, scenario, budget)
    if before is None:
        return None
    for program in scenario.programs:
        search = _Recruiting(roster, scenario, program, budget)
        left = len(search.asking) - len(search.placed(before))
        if left:
            return search.find(len(search.placed(before)), left)
    return None


class _Recruiting:
    """Recruits for one program."""

    def __init__(
        self, roster: Roster, scenario: Scenario, program: Program, budget: Budget
    ) -> None:
        self.roster, self.scenario, self.program = roster, scenario, program
        self.budget = budget
        self.asking = {person.id for person in roster.people if program.asks(person)}
        shape = program.shape
        self.peers = False
        if isinstance(shape, Pairs):
            self.role = shape.giver[0]
        elif isinstance(shape, Groups) and shape.leaders is not None:
            self.role = shape.leaders.who[0]
        else:
            self.role, self.peers = shape.who[0], True
        giving = sorted(
            p.capacity
            for p in roster.people
            if p.capacity and p.plays((self.role,)) and not self.peers
        )
        self.capacity = giving[len(giving) // 2] if giving else 1

    def find(self, now: int, left: int) -> Recruits | None:
        """Return the shortest list that places as many as any number of recruits could."""
        shape = self.program.shape
        each = shape.size.min if isinstance(shape, Groups) and self.peers else 1
        top = min(MOST, left * each)
        goal = len(self.placed(self.solve(self._ideals([None] * top))))
        if goal <= now:
            return None
        low, high = 0, top
        while high - low > 1:
            middle = (low + high) // 2
            enough = len(self.placed(self.solve(self._ideals([None] * middle)))) >= goal
            low, high = (low, middle) if enough else (middle, high)
        tried = 0
        for count in range(high, top + 1):
            for levels in self._mixes(count):
                if tried == MIXES:
                    return None
                tried += 1
                found = self._described(levels, goal)
                if found is not None:
                    return found.model_copy(update={"fewest": count == high})
        return None

    def _mixes(self, count: int) -> Iterator[Sequence[int | None]]:
        """Yield lists of levels for so many recruits: any level first, then those that matter.

        Whom a recruit serves bounds their level from both sides, so the lowest level that fits
        the highest of them is as good as any other.
        """
        yield [None] * count
        gap = self.program.rule(Gap)
        if gap is not None and gap.at_least is not None and gap.at_most is not None:
            levels = {self.roster[one].level for one in self.asking} - {None}
            some = sorted(level + gap.at_least for level in levels if level is not None)
            yield from combinations_with_replacement(some, count)

    def _described(self, levels: Sequence[int | None], goal: int) -> Recruits | None:
        """Return the recruits if people exactly as described place as many as the goal."""
        ideals = self._ideals(levels)
        solution = self.solve(ideals)
        if solution is None or len(self.placed(solution)) < goal:
            return None
        people = [one for ideal in ideals if (one := self._as_needed(ideal, solution)) is not None]
        described = self.solve([person for person, _ in people])
        placed = self.placed(described)
        if len(placed) < goal:
            return None
        fewer = self.placed(self.solve([person for person, _ in people[:-1]]))
        while len(fewer) >= goal:  # the last one was of no use
            people, placed = people[:-1], fewer
            fewer = self.placed(self.solve([person for person, _ in people[:-1]]))
        return Recruits(
            program=self.program.name,
            profiles=tuple(profile for _, profile in people),
            capacity=self.capacity,
            places=len(placed),
            without=len(fewer),
            never=tuple(sorted(self.asking - placed)),
        )

    def solve(self, recruits: Sequence[Person]) -> Solution | None:
        """Return the best plan with these recruits, whose own seats count for nothing."""
        new = (person.model_copy(update={"priority": 0}) for person in recruits)
        return solve_again(Roster(people=(*self.roster.people, *new)), self.scenario, self.budget)

    def placed(self, solution: Solution | None) -> set[str]:
        """Return who of the roster the program asks and seats."""
        if solution is None:
            return set()
        matches = solution.program(self.program.name).matches
        seated = {m.person for match in matches for m in match.members if m.role != "giver"}
        return seated & self.asking

    def _ideals(self, levels: Sequence[int | None]) -> list[Person]:
        """Return recruits who fit everybody as far as their level allows."""
        wanted = {s: 5 for p in self.roster.people for s in p.skills_wanted}
        offered = {s: 5 for p in self.roster.people for s in p.skills_offered}
        return [
            Person(
                id=f"{NEW}{k}",
                role=(self.role,),
                level=level,
                skills_offered=wanted,
                skills_wanted=offered if self.peers else {},
                availability=Availability.always(),
                capacity=self.capacity,
                needs=int(self.peers),
            )
            for k, level in enumerate(levels, start=1)
        ]

    def _as_needed(self, ideal: Person, solution: Solution) -> tuple[Person, Profile] | None:
        """Return the person, and the profile, that the plan makes of a recruit; None if idle."""
        matches = [m for m in solution.program(self.program.name).matches if ideal.id in m.people]
        if not matches:
            return None
        served = [self._served(match, ideal.id) for match in matches]
        fellows = list(dict.fromkeys(one for some in served for one in some))
        known = [self.roster[one] for one in fellows if one in self.roster]
        cost = self.program.minutes_a_month
        slots = [match.slot for match in matches if match.slot is not None]
        zone = slots[0].timezone if slots else None
        person = Person(
            id=ideal.id,
            role=ideal.role,
            level=self._level(ideal, known),
            languages=_languages(known),
            skills_offered=dict.fromkeys(_skills(p.skills_wanted for p in known), 5),
            skills_wanted=(
                dict.fromkeys(_skills(p.skills_offered for p in known), 5) if self.peers else {}
            ),
            availability=_free(slots),
            timezone=zone,
            capacity=len(matches),
            needs=ideal.needs,
            hours=len(matches) * cost / 60 if cost else None,
        )
        profile = Profile(
            role=self.role,
            level=person.level,
            skills=tuple(person.skills_offered),
            wants=tuple(person.skills_wanted),
            slots=tuple(str(slot) for slot in slots),
            takes=len(matches),
            serves=tuple(one for one in fellows if one in self.roster),
            hours=person.hours,
            languages=person.languages,
        )
        return person, profile

    def _served(self, match: Match, recruit: str) -> tuple[str, ...]:
        """Return who gets something from the recruit in a match."""
        return tuple(taker for giver, taker in match.links() if giver == recruit)

    def _level(self, ideal: Person, fellows: Sequence[Person]) -> int | None:
        """Return the lowest level that fits these people; None if any does or none is known."""
        gap = self.program.rule(Gap)
        levels = [p.level for p in fellows if p.level is not None]
        if gap is None or not levels:
            return None
        if ideal.level is not None:
            return ideal.level
        least, most = gap.at_least, gap.at_most
        if self.peers:  # the rule holds both ways
            ends = [end for end in (least, None if most is None else -most) if end is not None]
            least, most = max(ends, default=None), -max(ends) if ends else None
        if least is not None:
            return max(levels) + least
        return min(levels) + most if most is not None else None


def _skills(some: Iterator[dict[str, int]]) -> list[str]:
    """Return every skill named, the most common first."""
    return [skill for skill, _ in Counter(s for skills in some for s in skills).most_common()]


def _languages(people: Sequence[Person]) -> tuple[str, ...]:
    """Return few languages such that everybody who names any speaks one; each in turn the best."""
    left = [set(person.languages) for person in people if person.languages]
    chosen: list[str] = []
    while left:
        best, _ = Counter(sorted(one for some in left for one in some)).most_common(1)[0]
        chosen.append(best)
        left = [some for some in left if best not in some]
    return tuple(chosen)


def _free(slots: Sequence[Slot]) -> Availability:
    """Return exactly these weekly hours; any time where there are none, or they are dated."""
    if not slots or any(slot.date is not None for slot in slots):
        return Availability.always()
    spans: list[Span] = []
    for slot in slots:
        day, first = divmod(slot.minute, DAY)
        last = first + slot.minutes
        spans.append(Span(day=day, start=first, end=min(DAY, last)))
        if last > DAY:
            spans.append(Span(day=(day + 1) % 7, start=0, end=last - DAY))
    return Availability.of(spans)

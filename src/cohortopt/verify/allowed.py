"""Which links a program allows, from people: roles, loads and every rule about two people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from cohortopt.model import Facts, Pairs, Person
from cohortopt.model.calendar import separate
from cohortopt.programs.program import Program
from cohortopt.rules import Availability, Capacity, LinkRule
from cohortopt.rules.base import Sieve

UNLIMITED = 1_000_000


class Allowed:
    """Asks about links of one bound program. Cheap questions first; answers are not kept."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        order = ("only", "gap", "same", "different", "apart", "past", "language")
        rules = [
            rule
            for rule in program.rules
            if isinstance(rule, LinkRule) and rule.kind_name not in program.relax
        ]
        cheap = [rule for rule in rules if rule.kind_name in order]
        self.rules = cheap + [rule for rule in rules if rule not in cheap]
        self.meeting = None if "availability" in program.relax else program.rule(Availability)
        self.capacity = next(
            (rule for rule in program.rules if isinstance(rule, Capacity)),
            Capacity().for_shape(program.shape, facts),
        )
        self.cost = program.minutes_a_month

    def gives(self, person: Person) -> tuple[int, int]:
        """Return the least and most matches as giver."""
        least, most = self.capacity.gives(person)
        return least, self.fits(person, min(most, self.total(person)))

    def takes(self, person: Person) -> tuple[int, int]:
        """Return the least and most matches as taker."""
        least, most = self.capacity.takes(person)
        return least, self.fits(person, min(most, self.total(person)))

    def fits(self, person: Person, most: int) -> int:
        """Return how many meetings that do not overlap fit the person's own hours, up to most."""
        if self.meeting is None or self.meeting.dated or most < 1:
            return most
        if most == 1:
            return int(self.meeting.word(person) > 0)
        return min(most, separate(self.meeting.starts(person), self.meeting.minutes))

    def total(self, person: Person) -> int:
        """Return how many matches fit the person's hours."""
        if person.hours is None or self.cost <= 0:
            return UNLIMITED
        return round(person.hours * 60) // self.cost

    def givers(self) -> list[Person]:
        """Return who may give (pairs) or take part (other shapes)."""
        people = self.facts.roster.people
        if isinstance(self.program.shape, Pairs):
            return [person for person in people if self.gives(person)[1] > 0]
        return [p for p in people if self.program.asks(p) and self.total(p) > 0]

    def takers(self) -> list[Person]:
        """Return who may take (pairs) or take part (other shapes)."""
        if not isinstance(self.program.shape, Pairs):
            return self.givers()
        return [p for p in self.facts.roster.people if self.takes(p)[1] > 0]

    def objection(self, giver: Person, taker: Person) -> tuple[str, str] | None:
        """Return the first rule that forbids the link and its sentence, None if none does."""
        told = self.rule_against(giver, taker)
        if told is not None:
            return told
        least = self.program.min_points
        if least and self.program.points(giver, taker) < least:
            return "reciprocity", f"{giver} brings {taker} less than {least} points"
        return None

    def rule_against(self, giver: Person, taker: Person) -> tuple[str, str] | None:
        """Return the first rule about two people that forbids the link, whatever its points."""
        if giver.id == taker.id:
            return "self", f"{giver} is one person"
        for rule in self.rules:
            told = rule.objection(giver, taker)
            if told is not None:
                return rule.kind_name, told
        return None

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        """Return a function of a taker and places in ``givers`` to those with no objection."""
        sieves = [rule.sieve(givers) for rule in self.rules]
        least, points = self.program.min_points, self.program.points
        own = {giver.id: place for place, giver in enumerate(givers)}

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            me = own.get(taker.id)
            others = list(places) if me is None else [k for k in places if k != me]
            found = reduce(lambda those, sieve: sieve(taker, those), sieves, others)
            if least:
                found = [k for k in found if points(givers[k], taker) >= least]
            return found

        return passing

    def points(self, giver: Person, taker: Person) -> int | None:
        """Return the points of a link, None if it is forbidden."""
        if self.objection(giver, taker) is not None:
            return None
        return self.program.points(giver, taker)

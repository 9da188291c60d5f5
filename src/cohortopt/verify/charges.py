"""What links are charged for rules that prices of single people cannot say: slots, totals, mutual.

A certificate of prices may put a price of at least 0 on rules of four kinds. Each says that of
some links no assignment has more than so many, and the checker finds out by itself which links
these are and how many, so a rule that is not true earns its certificate nothing.

``cuts`` with ``people`` and ``starts``: all links of one person whose shared hours lie within these
starts, as many as meetings fit one after the other. ``cuts`` with ``pairs``: these links, one fewer
than there are, if trying all slots finds none for them together. ``windows``: starts of one person
of which any two overlap, so one meeting at most starts there; a link pays for the cheapest
slot that its two people share. ``totals``: all that a person may have, on both sides. ``mutual``:
two people who must not give to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cohortopt.model import QUARTER, QUARTERS, Person, Slot
from cohortopt.model.calendar import separate, slots_in, word_of
from cohortopt.rules import Availability
from cohortopt.verify.allowed import Allowed

PATIENCE = 20_000  # slots tried for the links of one cut

Link = tuple[str, str]


@dataclass
class Charges:
    """What every assignment pays at most, what each link pays, and what each match costs people."""

    fixed: int = 0
    links: dict[Link, int] = field(default_factory=dict)
    tolls: dict[str, int] = field(default_factory=dict)

    def add(self, links: Iterable[Link], most: int, price: int) -> None:
        """Charge links of which no assignment has more than ``most``."""
        self.fixed += most * price
        for link in links:
            self.links[link] = self.links.get(link, 0) + price


def charges_of(
    allowed: Allowed,
    certificate: Mapping[str, Any],
    givers: Sequence[Person],
    takers: Sequence[Person],
) -> Charges:
    """Return the charges of a certificate. Takes one pass over the people for each cut.

    Raises
    ------
    ValueError
        If a price is below 0 or a rule is not one that the program has.
    """
    found = Charges()
    rules = {kind: certificate.get(kind, ()) for kind in ("cuts", "windows", "totals", "mutual")}
    if not any(rules.values()):
        return found
    if any(int(rule["price"]) < 0 for told in rules.values() for rule in told):
        raise ValueError("a price is below 0")
    hours = _Hours(allowed, givers, takers)
    for rule in rules["cuts"]:
        if "pairs" in rule:
            links = [(str(one), str(other)) for one, other in rule["pairs"]]
            fewer = not hours.fit(links)
            found.add(links, len(set(links)) - fewer, int(rule["price"]))
        else:
            (person,) = rule["people"]
            within = hours.starts(person) & hours.read(rule["starts"])
            most = separate(within, hours.minutes)
            found.add(hours.links_within(person, within), most, int(rule["price"]))
    _charge_windows(found, hours, rules["windows"])
    for rule in rules["totals"]:
        (person,) = rule["people"]
        found.fixed += int(rule["price"]) * allowed.total(allowed.facts.roster[person])
        found.tolls[person] = found.tolls.get(person, 0) + int(rule["price"])
    for rule in rules["mutual"]:
        one, other = rule["people"]
        if not any(rule.kind_name == "one_way" for rule in allowed.program.rules):
            raise ValueError("people may give to each other")
        found.add([(one, other), (other, one)], 1, int(rule["price"]))
    return found


def _charge_windows(found: Charges, hours: _Hours, windows: Sequence[Mapping[str, Any]]) -> None:
    """Charge every link of somebody with windows for its cheapest slot."""
    cost: dict[str, dict[int, int]] = {}
    for rule in windows:
        (person,), starts, price = rule["people"], hours.read(rule["starts"]), int(rule["price"])
        if any(not hours.overlap(one, other) for one in starts for other in starts):
            raise ValueError("two slots of a window do not overlap")
        found.fixed += price
        mine = cost.setdefault(person, {})
        for start in starts:
            mine[start] = mine.get(start, 0) + price
    dear = {person: word_of(mine) for person, mine in cost.items()}
    for one, other in {link for person in cost for link in hours.links_of(person)}:
        if hours.word(one) & hours.word(other) & ~(dear.get(one, 0) | dear.get(other, 0)):
            continue  # a slot that costs nothing
        shared = hours.starts(one) & hours.starts(other)
        priced = [cost[person] for person in (one, other) if person in cost]
        least = min((sum(mine.get(s, 0) for mine in priced) for s in shared), default=0)
        if least:
            found.add([(one, other)], 0, least)


class _Hours:
    """Who could meet when, asked by id."""

    def __init__(
        self, allowed: Allowed, givers: Sequence[Person], takers: Sequence[Person]
    ) -> None:
        self.roster = allowed.facts.roster
        self.clock = allowed.facts.timezone
        self.rule = allowed.program.rule(Availability)
        self.minutes = self.rule.minutes if self.rule else QUARTER
        self.length = -(-self.minutes // QUARTER)
        self.givers = dict.fromkeys(person.id for person in givers)
        self.takers = dict.fromkeys(person.id for person in takers)
        self._words: dict[str, int] = {}

    def starts(self, person: str) -> frozenset[int]:
        """Return the starts at which somebody is free for a whole meeting."""
        return slots_in(self.word(person))

    def word(self, person: str) -> int:
        """Return ``starts`` as one whole number with a bit for each slot."""
        known = self._words.get(person)
        if known is None:
            assert self.rule is not None
            assert not self.rule.dated
            known = self._words[person] = self.rule.word(self.roster[person])
        return known

    def read(self, names: Iterable[str]) -> frozenset[int]:
        """Return slots named like ``Mon 09:00`` by their number in the week."""
        slots = []
        for name in names:
            day, start = name.split()
            slots.append(Slot(day=day, start=start, minutes=self.minutes, timezone=self.clock))
        return frozenset(slot.minute // QUARTER for slot in slots)

    def overlap(self, one: int, other: int) -> bool:
        """Whether meetings from these starts overlap, round the week."""
        gap = abs(one - other)
        return min(gap, QUARTERS - gap) < self.length

    def links_of(self, person: str) -> list[Link]:
        """Return everybody whom the person could give to or take from, forbidden ones too."""
        takers = self.takers if person in self.givers else ()
        givers = self.givers if person in self.takers else ()
        found = [(person, other) for other in takers if other != person]
        return found + [(other, person) for other in givers if other != person]

    def links_within(self, person: str, within: frozenset[int]) -> list[Link]:
        """Return the links of a person that can meet at these starts only."""
        outside = self.word(person) & ~word_of(within)
        return [
            (one, other)
            for one, other in self.links_of(person)
            if not outside & self.word(other if one == person else one)
        ]

    def fit(self, links: Sequence[Link]) -> bool:
        """Whether the links have slots together, or trying all would take too long."""
        slots = {link: self.starts(link[0]) & self.starts(link[1]) for link in links}
        steps = 0

        def search(left: dict[Link, frozenset[int]]) -> bool:
            nonlocal steps
            steps += 1
            if not left or steps > PATIENCE:
                return True
            link = min(left, key=lambda one: len(left[one]))
            for start in sorted(left[link]):
                rest = {
                    other: free
                    if set(other).isdisjoint(link)
                    else frozenset(s for s in free if not self.overlap(s, start))
                    for other, free in left.items()
                    if other != link
                }
                if all(rest.values()) and search(rest):
                    return True
            return False

        return all(slots.values()) and search(slots)

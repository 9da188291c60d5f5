"""Who is related to whom across programs, in words: reporting lines and equal columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cohortopt.model import Person, Roster


def relations(roster: Roster, kinds: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return, for everyone, the people who stand in one of the relations to them.

    ``manager``: one is the other's manager. ``line``: one is anywhere above the other. Any other
    word names a column: both have the same value there, case folded, not blank. Symmetric.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        if kind in ("manager", "line"):
            for person in roster.people:
                for boss in above(roster, person, direct=kind == "manager"):
                    found[person.id].add(boss)
                    found[boss].add(person.id)
            continue
        values: dict[str, list[str]] = defaultdict(list)
        for person in roster.people:
            if value := person.attribute(kind).strip().casefold():
                values[value].append(person.id)
        for same in values.values():
            for one in same:
                found[one].update(other for other in same if other != one)
    return {person.id: frozenset(found[person.id]) for person in roster.people}


def above(roster: Roster, person: Person, *, direct: bool) -> tuple[str, ...]:
    """Return who is above a person in the reporting line, nearest first, as far as listed."""
    found: list[str] = []
    boss = person.manager
    while boss is not None and boss in roster and boss not in found and boss != person.id:
        found.append(boss)
        boss = None if direct else roster[boss].manager
    return tuple(found)

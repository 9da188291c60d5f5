"""What an assignment of pairs is worth, and whether it keeps every rule: plain and slow.

Solvers for pairs look at their answer once more through this file before they return it. It
takes O(matches) calls for links and nothing from any solver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Instance
from cohortopt.solvers.base import Found
from cohortopt.solvers.pairs.links import Link, points_of
from cohortopt.solvers.pairs.stable import blocking_pairs


def satisfaction(instance: Instance, links: Iterable[Link]) -> tuple[int, ...]:
    """Return what each placed taker gets, ascending: the vector of the tier ``worst``."""
    total: Counter[int] = Counter()
    for (_, taker), value in points_of(instance.links, links).items():
        total[taker] += value
    return tuple(sorted(total.values()))


def wanted(instance: Instance) -> frozenset[Link]:
    """Return the links of the previous solution."""
    return frozenset((pair[0], pair[1]) for pair in instance.previous if len(pair) == 2)


def placed_value(instance: Instance, links: Iterable[Link]) -> int:
    """Return the priorities of all takers who have a match."""
    return sum(int(instance.priority[taker]) for taker in {taker for _, taker in links})


def tier_value(instance: Instance, tier: str, links: Sequence[Link]) -> int:
    """Return one tier's value; ``worst`` gives the least satisfaction, 0 where nobody sits.

    ``changes`` counts previous links that are gone and ``stable`` counts blocking pairs; in
    both fewer is better.
    """
    if tier == "placed":
        return placed_value(instance, links)
    if tier == "changes":
        return len(wanted(instance) - set(links))
    if tier == "stable":
        return len(blocking_pairs(instance, links))
    if tier == "points":
        return sum(points_of(instance.links, links).values())
    if tier == "worst":
        return min(satisfaction(instance, links), default=0)
    raise ValueError(f"pairs have no tier {tier!r}")


def key(instance: Instance, links: Sequence[Link]) -> tuple[object, ...]:
    """Return what orders assignments, more is better: all tiers, then matches, then kept links.

    In ``worst`` nobody is worse off than a taker without any match: more placed takers come
    first, then the vector.
    """
    found: list[object] = []
    for tier in instance.tiers:
        if tier == "worst":
            vector = satisfaction(instance, links)
            found += [len(vector), vector]
        else:
            value = tier_value(instance, tier, links)
            found.append(-value if tier in ("changes", "stable") else value)
    return (*found, len(links), len(wanted(instance) & set(links)))


def broken(instance: Instance, matches: Sequence[Found]) -> list[str]:
    """Return every rule that the matches break, in words with indices; [] is what we want."""
    found: list[str] = []
    links = [(match.people[0], match.people[1]) for match in matches]
    every = set(links)
    if len(every) < len(links):
        found.append("a link is used twice")
    givers, takers = set(instance.givers.tolist()), set(instance.takers.tolist())
    for (giver, taker), value in points_of(instance.links, links).items():
        if value == FORBIDDEN or giver not in givers or taker not in takers:
            found.append(f"link {giver} -> {taker} is not allowed")
        if not instance.mutual and (taker, giver) in every:
            found.append(f"link {giver} -> {taker} is mutual")
    found += _broken_loads(instance, links)
    for people in instance.together:
        if not any(set(people) <= set(link) for link in links):
            found.append(f"{people} are not together")
    at = {link: match.slot for link, match in zip(links, matches, strict=True)}
    for lock in instance.locked:
        link = (lock.people[0], lock.people[1])
        if link not in at or (lock.slot >= 0 and at[link] != lock.slot):
            found.append(f"{lock} is not kept")
    return found + (broken_slots(instance, at) if instance.slots else [])


def _broken_loads(instance: Instance, links: Sequence[Link]) -> list[str]:
    """Return who has too many or too few matches."""
    ends = np.array(links, dtype=np.intp).reshape(-1, 2)
    gives, takes = (np.bincount(side, minlength=instance.n) for side in ends.T)
    total, found = gives + takes, list[str]()
    for people, count, least, most, told in (
        (instance.givers, gives, instance.gives_min, instance.gives_max, "gives"),
        (instance.takers, takes, instance.takes_min, instance.takes_max, "takes"),
    ):
        wrong = (count[people] < least[people]) | (count[people] > most[people])
        found += [f"{i} {told} {count[i]}" for i in people[wrong]]
    crowded = np.flatnonzero(total > instance.total_max)
    found += [f"{i} has {total[i]} matches in all" for i in crowded]
    alone = np.flatnonzero(instance.required & (total == 0))
    return found + [f"{i} is required and has no match" for i in alone]


def broken_slots(instance: Instance, at: Mapping[Link, int]) -> list[str]:
    """Return what is wrong with the slots of the links."""
    slots = instance.slots
    if slots is None:
        return []
    found: list[str] = []
    mine: dict[int, list[int]] = {}
    for link, slot in at.items():
        if not slots.can_meet(link, slot):
            found.append(f"{link} cannot meet at {slot}")
            continue
        for person in link:
            if any(slots.clash(slot, other) for other in mine.get(person, [])):
                found.append(f"{person} has two matches around {slot}")
            mine.setdefault(person, []).append(slot)
    return found

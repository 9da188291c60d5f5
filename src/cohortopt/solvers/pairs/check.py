"""What an assignment of pairs is worth, and whether it keeps every rule: plain and slow.

Solvers for pairs look at their answer once more through this file before they return it. It
takes O(matches) calls for links and nothing from any solver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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
    if len(set(links)) < len(links):
        found.append("a link is used twice")
    givers, takers = set(instance.givers.tolist()), set(instance.takers.tolist())
    for (giver, taker), value in points_of(instance.links, links).items():
        if value == FORBIDDEN or giver not in givers or taker not in takers:
            found.append(f"link {giver} -> {taker} is not allowed")
        if not instance.mutual and (taker, giver) in links:
            found.append(f"link {giver} -> {taker} is mutual")
    gives, takes = Counter(g for g, _ in links), Counter(t for _, t in links)
    for i in range(instance.n):
        if i in givers and not instance.gives_min[i] <= gives[i] <= instance.gives_max[i]:
            found.append(f"{i} gives {gives[i]}")
        if i in takers and not instance.takes_min[i] <= takes[i] <= instance.takes_max[i]:
            found.append(f"{i} takes {takes[i]}")
        if gives[i] + takes[i] > instance.total_max[i]:
            found.append(f"{i} has {gives[i] + takes[i]} matches in all")
        if instance.required[i] and not takes[i] + gives[i]:
            found.append(f"{i} is required and has no match")
    for people in instance.together:
        if not any(set(people) <= set(link) for link in links):
            found.append(f"{people} are not together")
    at = {link: match.slot for link, match in zip(links, matches, strict=True)}
    for lock in instance.locked:
        link = (lock.people[0], lock.people[1])
        if link not in at or (lock.slot >= 0 and at[link] != lock.slot):
            found.append(f"{lock} is not kept")
    return found + (broken_slots(instance, at) if instance.slots else [])


def broken_slots(instance: Instance, at: Mapping[Link, int]) -> list[str]:
    """Return what is wrong with the slots of the links."""
    slots = instance.slots
    if slots is None:
        return []
    found: list[str] = []
    mine: dict[int, list[int]] = {}
    for link, slot in at.items():
        if slot not in slots.common(link):
            found.append(f"{link} cannot meet at {slot}")
            continue
        for person in link:
            if any(slots.clash(slot, other) for other in mine.get(person, [])):
                found.append(f"{person} has two matches around {slot}")
            mine.setdefault(person, []).append(slot)
    return found

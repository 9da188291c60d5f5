"""Two people who would both rather have each other: blocking pairs, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cohortopt.model import Facts, Match, Pairs
from cohortopt.programs.program import Program
from cohortopt.verify.allowed import Allowed

FULL = 1 << 60


def blocking_pairs(
    program: Program, matches: Sequence[Match], facts: Facts
) -> list[tuple[str, str]]:
    """Return the allowed pairs who are apart though both would gain, sorted.

    A person gains from a link that beats their worst one, or fills a free seat; what a link is
    worth to either side is its points. Asks about every link: O(givers x takers).
    """
    allowed = Allowed(program, facts)
    pairs = isinstance(program.shape, Pairs)
    links = {link for match in matches for link in match.links()}
    given: dict[str, list[int]] = defaultdict(list)
    taken: dict[str, list[int]] = defaultdict(list)
    for one, other in links:
        points = program.points(facts.roster[one], facts.roster[other])
        given[one].append(points)
        taken[other].append(points)
    found: list[tuple[str, str]] = []
    for giver in allowed.givers():
        for taker in allowed.takers():
            one, other = giver.id, taker.id
            if one == other or (one, other) in links or (not pairs and one > other):
                continue
            there = allowed.points(giver, taker)
            back = there if pairs else allowed.points(taker, giver)
            if there is None or back is None or _excluded(program, links, one, other):
                continue
            if pairs:
                spare = [
                    allowed.total(p) - len(given[p.id]) - len(taken[p.id]) for p in (giver, taker)
                ]
                wants = _wants(given[one], allowed.gives(giver)[1], spare[0], back)
                gains = _wants(taken[other], allowed.takes(taker)[1], spare[1], there)
            else:
                wants = _wants(taken[one], 1, 1, back)
                gains = _wants(taken[other], 1, 1, there)
            if wants and gains:
                found.append((one, other))
    return sorted(found)


def _wants(have: list[int], seats: int, spare: int, points: int) -> bool:
    if len(have) < seats and spare > 0:
        return True
    return bool(have) and points > min(have)


def _excluded(program: Program, links: set[tuple[str, str]], one: str, other: str) -> bool:
    one_way = any(rule.kind_name == "one_way" for rule in program.rules)
    return one_way and (other, one) in links

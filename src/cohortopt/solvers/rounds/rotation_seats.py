"""Links of a season spread over its rounds, in slots that do not clash within a round.

Edge colouring gives every link a round, by which nobody gives or takes too much. What it does not
see are people who give and take at once (their matches of one round may be limited in sum) and
slots: a person's meetings of one round may not overlap. A link that does not fit into its round
goes into another one, if need be by sending links of the same two people on (an ejection chain);
what then finds no place is left out, and the caller knows by the number of links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from cohortopt.instance.instance import Instance

Link = tuple[int, int]
STEPS = 400  # slots tried for the meetings that one link joins, before it is given up
MOVES = 200  # links that may be sent on for the sake of one


def spread(instance: Instance, links: Sequence[Link]) -> list[tuple[Link, int, int]]:
    """Return (link, round, slot) of as many links as find a place; rounds from 0, slot -1 if none.

    Near-linear in links; a link that joins others in slots tries at most ``STEPS`` of them.
    """
    from cohortopt.solvers.sessions.edge_colouring import colour_edges

    rounds = [_Round(instance) for _ in range(instance.rounds)]
    colour = colour_edges(links, instance.rounds)
    late = [(link, c) for link, c in zip(links, colour, strict=True) if not rounds[c].add(link)]
    for link, c in late:
        _place(rounds, link, c)
    return [(link, r, slot) for r, turn in enumerate(rounds) for link, slot in turn.slots.items()]


def _place(rounds: list[_Round], link: Link, tabu: int) -> None:
    """Find a place for a link; links that must leave their round for it look for another one.

    All stays as it was if one of them finds none within ``MOVES`` moves.
    """
    before = [dict(turn.slots) for turn in rounds]
    queue, moves = [(link, tabu)], 0
    since: dict[Link, int] = {}
    while queue and moves < MOVES:
        one, last = queue.pop()
        others = [r for r in range(len(rounds)) if r != last or len(rounds) == 1]
        if any(rounds[r].add(one) for r in others):
            continue
        moves += 1
        since[one] = moves
        costs = {r: rounds[r].in_the_way(one) for r in others}
        r = min(others, key=lambda r: (max((since.get(c, 0) for c in costs[r]), default=0), r))
        for other in costs[r]:
            rounds[r].remove(other)
            queue.append((other, r))
        if not rounds[r].add(one):
            queue.append((one, r))
            break
    if queue:
        for turn, slots in zip(rounds, before, strict=True):
            turn.restore(slots)


class _Round:
    """One round: its links with their slots, and what each person has there."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.slots: dict[Link, int] = {}
        self.gives: dict[int, int] = defaultdict(int)
        self.takes: dict[int, int] = defaultdict(int)
        self.diary: dict[int, set[Link]] = defaultdict(set)

    def add(self, link: Link) -> bool:
        """Put a link in if it fits, moving meetings of the same people to other slots."""
        giver, taker = link
        instance = self.instance
        for one in link:
            if self.gives[one] + self.takes[one] >= instance.total_max[one]:
                return False
        if self.gives[giver] >= instance.gives_max[giver] or self.takes[taker]:
            return False
        found = {link: -1} if instance.slots is None else self._timed(link)
        if found is None:
            return False
        self._hold(link, found)
        return True

    def in_the_way(self, link: Link) -> list[Link]:
        """Return links of the same people without which a link fits; all of them if need be."""
        giver, taker = link
        kept = dict(self.slots)
        out: list[Link] = []
        near = sorted(self.diary[giver] | self.diary[taker], key=lambda one: (one[1] != taker, one))
        for other in near:
            self.remove(other)
            out.append(other)
            if self.add(link):
                break
        self.restore(kept)
        return out

    def remove(self, link: Link) -> None:
        """Take a link out."""
        del self.slots[link]
        self.gives[link[0]] -= 1
        self.takes[link[1]] -= 1
        for one in link:
            self.diary[one].discard(link)

    def restore(self, slots: dict[Link, int]) -> None:
        """Put back exactly these links with their slots."""
        for link in list(self.slots):
            self.remove(link)
        for link, slot in slots.items():
            self._hold(link, {link: slot})

    def _hold(self, link: Link, slots: dict[Link, int]) -> None:
        self.slots |= slots
        self.gives[link[0]] += 1
        self.takes[link[1]] += 1
        for one in link:
            self.diary[one].add(link)

    def _timed(self, link: Link) -> dict[Link, int] | None:
        """Return slots for a link and all that it is joined to, None where none are found."""
        free = self._free(link, self.slots)
        if free:
            return {link: free[0]}
        joined, queue = [link], [link]
        while queue:
            near = {other for one in queue.pop() for other in self.diary[one]}
            fresh = sorted(near - set(joined))
            joined += fresh
            queue += fresh
        chosen: dict[Link, int] = {}
        steps = STEPS

        def extend(at: int) -> bool:
            nonlocal steps
            if at == len(joined):
                return True
            for slot in self._free(joined[at], chosen):
                steps -= 1
                if steps < 0:
                    return False
                chosen[joined[at]] = slot
                if extend(at + 1):
                    return True
                del chosen[joined[at]]
            return False

        for one in link:
            self.diary[one].add(link)
        fits = extend(0)
        for one in link:
            self.diary[one].discard(link)
        return chosen if fits else None

    def _free(self, link: Link, taken: dict[Link, int]) -> list[int]:
        """Return the common slots of two people that overlap none of their meetings ``taken``."""
        slots = self.instance.slots
        assert slots is not None
        common = np.asarray(slots.common(link), np.intp)
        at = slots.at.astype(np.int64)
        for other in self.diary[link[0]] | self.diary[link[1]]:
            if other == link or other not in taken:
                continue
            gap = np.abs(at[common] - at[taken[other]])
            if slots.cycle:
                gap = np.minimum(gap, slots.cycle - gap)
            common = common[gap >= slots.length]
        return [int(slot) for slot in common]

"""What it means that somebody is moved, counted in numbers and told in words.

Only people who are on the roster before and after can be moved, and nobody is moved because a
partner left or a newcomer came. A *seat* is given up

- in pairs by a taker who loses a giver who is still there;
- in partners and rings by a person who loses somebody who gave to them and is still there;
- in groups by whoever (member or leader) does not sit in the group that carries theirs on. An
  earlier group, of which two people or more are still there, is carried on by at most one new
  group, in the way that leaves the fewest people moved.

Moves are the seats given up, over all programs. Who has one seat in a program, as most people
have, is one person moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from cohortopt.joint.shared import Part, Plan, Shared, links_of
from cohortopt.solvers.base import Found

Overlaps = dict[int, dict[int, int]]  # new group -> old group -> people in both


class Before:
    """The seats of an earlier plan that can be given up, program by program."""

    def __init__(self, shared: Shared, earlier: Sequence[Sequence[Found]]) -> None:
        self.shared = shared
        self.links: list[set[tuple[int, int]]] = []
        self.givers: list[dict[int, frozenset[int]]] = []
        self.groups: list[list[frozenset[int]]] = []
        self.seats = 0
        for part, matches in zip(shared.parts, earlier, strict=True):
            self._read(part, matches)

    def _read(self, part: Part, matches: Sequence[Found]) -> None:
        shape = part.instance.shape
        links: set[tuple[int, int]] = set()
        givers: dict[int, set[int]] = defaultdict(set)
        groups: list[frozenset[int]] = []
        for found in matches:
            here = [i for i in found.people if i >= 0]
            if shape == "groups":
                if len(here) > 1:
                    groups.append(frozenset(here))
                    self.seats += len(here)
                continue
            for giver, taker in links_of(shape, found):
                if giver >= 0 and taker >= 0:
                    links.add((giver, taker))
                    givers[taker].add(giver)
        if shape == "pairs":
            self.seats += len(links)
        elif shape != "groups":
            self.seats += len(givers)
        self.links.append(links)
        self.givers.append({i: frozenset(who) for i, who in givers.items()})
        self.groups.append(groups)

    def stays(self, k: int, found: Found) -> int:
        """Return how many seats a match keeps; a group's depend on what it carries on."""
        shape = self.shared.parts[k].instance.shape
        if shape == "pairs":
            return int(found.people in self.links[k])
        now: dict[int, set[int]] = defaultdict(set)
        for giver, taker in links_of(shape, found):
            now[taker].add(giver)
        earlier = self.givers[k]
        return sum(i in earlier and earlier[i] <= now[i] for i in found.people)

    def overlaps(self, k: int, found: Found) -> dict[int, int]:
        """Return how many people of each earlier group sit in a group."""
        people = set(found.people)
        counts = ((o, len(people & group)) for o, group in enumerate(self.groups[k]))
        return {o: count for o, count in counts if count}

    def kept(self, plan: Plan) -> int:
        """Return how many seats a plan keeps."""
        total = 0
        for k, matches in enumerate(plan):
            if self.shared.parts[k].instance.shape == "groups":
                table = {g: self.overlaps(k, found) for g, found in enumerate(matches)}
                carried = carry_on(table)
                total += sum(table[g][o] for g, o in carried.items())
            else:
                total += sum(self.stays(k, found) for found in matches)
        return total

    def moves(self, plan: Plan) -> int:
        """Return how many seats are given up."""
        return self.seats - self.kept(plan)

    def who(self, k: int, matches: Sequence[Found]) -> list[int]:
        """Return who gives up a seat in program k, once for each seat."""
        if self.shared.parts[k].instance.shape == "groups":
            table = {g: self.overlaps(k, found) for g, found in enumerate(matches)}
            new = {o: set(matches[g].people) for g, o in carry_on(table).items()}
            return sorted(
                i
                for o, group in enumerate(self.groups[k])
                for i in group
                if i not in new.get(o, set())
            )
        if self.shared.parts[k].instance.shape == "pairs":
            now = {found.people for found in matches}
            return sorted(taker for giver, taker in self.links[k] if (giver, taker) not in now)
        given: dict[int, set[int]] = defaultdict(set)
        for found in matches:
            for giver, taker in links_of(self.shared.parts[k].instance.shape, found):
                given[taker].add(giver)
        return sorted(i for i, who in self.givers[k].items() if not who <= given[i])


def carry_on(table: Overlaps) -> dict[int, int]:
    """Return which new group carries on which old one, so that most people stay.

    A matching of greatest weight in the graph of overlaps (Edmonds 1965,
    doi:10.6028/jres.069B.013), component by component; most components are one edge.
    """
    edges = [(g, o, count) for g, row in table.items() for o, count in row.items()]
    found: dict[int, int] = {}
    for component in components(edges):
        if len(component) == 1:
            found[component[0][0]] = component[0][1]
            continue
        import networkx

        graph = networkx.Graph()
        for g, o, count in component:
            graph.add_edge(("new", g), ("old", o), weight=count)
        for one, other in networkx.max_weight_matching(graph):
            new, old = (one, other) if one[0] == "new" else (other, one)
            found[new[1]] = old[1]
    return found


def components(edges: Iterable[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Return edges (new, old, weight) grouped by connected component, in order."""
    root: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        while root.setdefault(node, node) != node:
            node = root[node]
        return node

    edges = list(edges)
    for g, o, _ in edges:
        root[find(("new", g))] = find(("old", o))
    grouped: dict[tuple[str, int], list[tuple[int, int, int]]] = defaultdict(list)
    for edge in edges:
        grouped[find(("new", edge[0]))].append(edge)
    return list(grouped.values())

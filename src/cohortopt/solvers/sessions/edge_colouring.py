"""Colour the edges of a bipartite graph: who meets in which round.

König (1916): as many colours as the largest degree are enough. Colours can be made equally
frequent (de Werra 1971): two classes form paths and even circles, and swapping a path that has
one edge more of the larger class evens them out.
"""

from __future__ import annotations

from collections.abc import Sequence

Edge = tuple[int, int]


def colour_edges(edges: Sequence[Edge], colours: int) -> list[int]:
    """Return a colour 0..colours-1 for every edge (giver, taker), each about equally frequent.

    A person of degree d has at most ceil(d / colours) edges of one colour: people are split into
    copies of degree <= colours first. O(edges x people) in the worst case, near-linear in practice.
    """
    if not edges:
        return []
    graph = _Graph(edges, colours)
    for edge in range(len(edges)):
        graph.insert(edge)
    graph.even_out()
    return graph.colour


class _Graph:
    """Edges with colours; ``at[node][colour]`` is the edge there, -1 if none."""

    def __init__(self, edges: Sequence[Edge], colours: int) -> None:
        self.colours = colours
        names: dict[tuple[int, int, int], int] = {}
        seen: dict[tuple[int, int], int] = {}
        self.ends: list[tuple[int, int]] = []
        for edge in edges:
            nodes = []
            for side, person in enumerate(edge):
                count = seen.get((side, person), 0)
                seen[side, person] = count + 1
                nodes.append(names.setdefault((side, person, count // colours), len(names)))
            self.ends.append((nodes[0], nodes[1]))
        self.at = [[-1] * colours for _ in names]
        self.colour = [-1] * len(edges)

    def _free(self, node: int) -> int:
        return self.at[node].index(-1)

    def _put(self, edge: int, colour: int) -> None:
        self.colour[edge] = colour
        for node in self.ends[edge]:
            self.at[node][colour] = edge

    def path(self, node: int, first: int, second: int) -> list[int]:
        """Return the edges from ``node`` on that alternate between two colours."""
        found: list[int] = []
        while (edge := self.at[node][first]) >= 0:
            if found and edge == found[0]:
                break  # round a circle
            found.append(edge)
            a, b = self.ends[edge]
            node = b if node == a else a
            first, second = second, first
        return found

    def swap(self, edges: Sequence[int], one: int, other: int) -> None:
        """Exchange two colours on the edges."""
        for edge in edges:
            for node in self.ends[edge]:
                self.at[node][self.colour[edge]] = -1
        for edge in edges:
            self._put(edge, other if self.colour[edge] == one else one)

    def insert(self, edge: int) -> None:
        """Colour one more edge: with a colour free at both ends, or after a swap along a path."""
        a, b = self.ends[edge]
        both = (c for c in range(self.colours) if self.at[a][c] < 0 and self.at[b][c] < 0)
        colour = next(both, -1)
        if colour < 0:
            colour, other = self._free(a), self._free(b)
            self.swap(self.path(b, colour, other), colour, other)
        self._put(edge, colour)

    def even_out(self) -> None:
        """Swap paths until no colour is two edges more frequent than another."""
        count = [self.colour.count(c) for c in range(self.colours)]
        while True:
            most = max(range(self.colours), key=lambda c: count[c])
            least = min(range(self.colours), key=lambda c: count[c])
            if count[most] - count[least] < 2:
                return
            for node in range(len(self.at)):
                if self.at[node][most] < 0 or self.at[node][least] >= 0:
                    continue
                path = self.path(node, most, least)
                if len(path) % 2 == 1:  # begins and ends with the larger class
                    self.swap(path, most, least)
                    count[most] -= 1
                    count[least] += 1
                    if count[most] - count[least] < 2:
                        break

"""Any links can be spread over rounds: capacities kept, rounds equally full."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from cohortopt.solvers.sessions.edge_colouring import colour_edges


@pytest.mark.parametrize("seed", range(60))
def test_links_are_spread_with_capacities_and_evenly(seed: int) -> None:
    rng = random.Random(seed)
    givers, takers, rounds = rng.randint(1, 6), rng.randint(1, 6), rng.randint(1, 5)
    edges = [(g, t) for g in range(givers) for t in range(takers) if rng.random() < 0.6]
    colour = colour_edges(edges, rounds)
    assert len(colour) == len(edges)
    assert set(colour) <= set(range(rounds))
    for side in (0, 1):
        degree = Counter(edge[side] for edge in edges)
        at_once = Counter((edge[side], c) for edge, c in zip(edges, colour, strict=True))
        assert all(count <= -(-degree[p] // rounds) for (p, _), count in at_once.items())
    size = [colour.count(c) for c in range(rounds)]
    assert max(size) - min(size) <= 1

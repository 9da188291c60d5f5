"""``python -m benchmarks.partners``: partners among all pairs, against rustworkx and networkx.

Prints one table. ``--peers`` people are also given to rustworkx (and 300 to networkx), which see
the 100 best partners of everybody only, ready as a graph: all pairs would not fit. Ours sees all
pairs, scores them, and proves. CPU seconds of one process, compiled code warm.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from benchmarks.partners.generate import partners
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.exchange.partners import PartnersByPrices, started


def sparse_links(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a, b and weight of the 100 best partners of everybody."""
    pairing = started(partners(n, seed), np.arange(n), [])
    assert pairing is not None
    pairing.add_best(100)
    return pairing.codes // n, pairing.codes % n, pairing.weight


def rustworkx_cpu(n: int, seed: int) -> tuple[float, int]:
    """Return CPU seconds and the combined weight that rustworkx reaches."""
    import rustworkx

    a, b, weight = sparse_links(n, seed)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    graph.add_edges_from(list(zip(a.tolist(), b.tolist(), weight.tolist(), strict=True)))
    begun = time.process_time()
    matched = rustworkx.max_weight_matching(graph, weight_fn=int)
    took = time.process_time() - begun
    return took, sum(graph.get_edge_data(*pair) for pair in matched)


def networkx_cpu(n: int, seed: int) -> tuple[float, int]:
    """Return CPU seconds and the combined weight that networkx reaches."""
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        zip(*(column.tolist() for column in sparse_links(n, seed)), strict=True)
    )
    begun = time.process_time()
    matched = networkx.max_weight_matching(graph)
    took = time.process_time() - begun
    return took, sum(graph.edges[pair]["weight"] for pair in matched)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[300, 2_000, 5_000, 10_000])
    parser.add_argument("--peers", type=int, nargs="*", default=[300, 2_000, 5_000])
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    PartnersByPrices().solve(partners(60, 0), Clock())  # compile
    print("| people | pairs | CPU s | MB | points | proven | rustworkx | networkx |")
    print("|---|---|---|---|---|---|---|---|")
    for n in chosen.people:
        instance = partners(n, chosen.seed)
        begun = time.process_time()
        answer = PartnersByPrices().solve(instance, Clock(Budget(None)))
        took = time.process_time() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        proven = all(tier.value == tier.bound for tier in answer.tiers)
        proof = answer.tiers[0].certificate
        assert proof is not None
        total = sum(
            times * tier.value
            for (_, times), tier in zip(proof["levels"], answer.tiers, strict=True)
        )
        cells = []
        for peer, fits in ((rustworkx_cpu, n in chosen.peers), (networkx_cpu, n == 300)):
            if not fits:
                cells.append("-")
                continue
            seconds, value = peer(n, chosen.seed)
            short = "same value" if value == total else f"{total - value} points short"
            cells.append(f"{seconds:.2f} s ({seconds / took:.1f}x), {short}")
        print(
            f"| {n:,} | {n * (n - 1) // 2:,} | {took:.2f} | {memory} | {answer.tiers[-1].value:,} "
            f"| {'yes' if proven else 'no'} | {cells[0]} | {cells[1]} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""One run in a process of its own: ``python -m benchmarks.pairs.one KIND N PEER``; prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.pairs.generate import table
from benchmarks.pairs.peers import PEERS


def main(kind: str, n: int, name: str) -> None:
    """Run one code on one instance, after a small run that loads and compiles everything."""
    peer = PEERS[name]
    try:
        peer(table(kind, 40))
        if name == "cohortopt":
            peer(table("skewed", 2_400))  # the parts that only large tables need
    except ImportError:
        print(json.dumps({"missing": True}))
        return
    instance = table(kind, n)
    cpu, wall = time.process_time(), time.perf_counter()
    placed, points, proven = peer(instance)
    print(
        json.dumps(
            {
                "cpu": time.process_time() - cpu,
                "wall": time.perf_counter() - wall,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
                "placed": placed,
                "points": points,
                "proven": proven,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])

"""Why minimum loads cannot be met: a set of people who need more than their partners can have."""

from __future__ import annotations

import numpy as np

from cohortopt.instance import Ints
from cohortopt.solvers.base import Answer
from cohortopt.solvers.pairs.problem import PairsProblem
from cohortopt.solvers.pairs.transport_parts import Transport


def shortage(problem: PairsProblem, result: Transport) -> Answer:
    """Return the answer "impossible" with a set that proves it.

    Hall (1935), doi:10.1112/jlms/s1-10.37.26.
    ``result`` meets as many loads as possible and still leaves somebody short. Walk from a short
    person over links that are not taken to the other side, and from there over taken links back.
    Whoever is reached on the other side is full (else the short person could have been served),
    and whoever is reached on the near side has no match to spare. So the people reached on the
    near side together need more than those on the other side can have, even when each of them
    also takes every link that leads elsewhere. O(links of the people reached).
    """
    if len(result.short_takers):
        near, far = "takers", "givers"
        root = int(result.short_takers[0])
        pairs = zip(result.takers.tolist(), result.givers.tolist(), strict=True)
        need, own, room = problem.takes_min, problem.takes_max, problem.gives_max
    else:
        near, far = "givers", "takers"
        root = int(result.short_givers[0])
        pairs = zip(result.givers.tolist(), result.takers.tolist(), strict=True)
        need, own, room = problem.gives_min, problem.gives_max, problem.takes_max
    ids = {"takers": problem.takers, "givers": problem.givers}
    if need[root] > own[root]:
        person, least, most = int(ids[near][root]), int(need[root]), int(own[root])
        text = (
            f"person {person} needs {least} or more matches besides locked ones but may have {most}"
        )
        facts = {"near": near, "short": [person], "full": [], "need": least, "room": most}
        return Answer((), impossible=(text,), facts=facts, solver="flow")
    taken = set(pairs)
    back: dict[int, list[int]] = {}
    for a, b in sorted(taken):
        back.setdefault(b, []).append(a)
    reached, others, queue = {root}, set[int](), [root]
    elsewhere: dict[int, list[int]] = {}
    while queue:
        a = queue.pop()
        elsewhere[a] = []
        for b in _allowed(problem, near, a).tolist():
            if (a, b) in taken:
                elsewhere[a].append(b)
                continue
            others.add(b)
            for other in back.get(b, ()):
                if other not in reached:
                    reached.add(other)
                    queue.append(other)
    needed = sum(int(need[a]) for a in reached)
    have = sum(int(room[b]) for b in others)
    have += sum(len([b for b in links if b not in others]) for links in elsewhere.values())
    short = sorted(ids[near][sorted(reached)].tolist())
    full = sorted(ids[far][sorted(others)].tolist())
    text = (
        f"{len(short)} {near} need at least {needed} matches besides locked ones, and the givers"
        f" and takers open to them leave room for {have} at most"
    )
    facts = {"near": near, "short": short, "full": full, "need": needed, "room": have}
    return Answer((), impossible=(text,), facts=facts, solver="flow")


def _allowed(problem: PairsProblem, near: str, a: int) -> Ints:
    """Return whom local person ``a`` may be matched with, as local indices of the other side."""
    one = np.array([a], dtype=np.intp)
    if near == "takers":
        everyone = np.arange(len(problem.givers), dtype=np.intp)
        return np.flatnonzero(problem.block(everyone, one)[:, 0] >= 0).astype(np.int32)
    everyone = np.arange(len(problem.takers), dtype=np.intp)
    return np.flatnonzero(problem.block(one, everyone)[0] >= 0).astype(np.int32)

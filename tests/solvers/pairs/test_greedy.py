"""The baseline keeps every rule, and the registry chooses by what an instance asks for."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pairs_brute as oracle
import pytest

from cohortopt.errors import NoSolverError
from cohortopt.instance import Feature, Links
from cohortopt.solvers import SHAPES, choose, solvers_of
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.greedy import BEST, Greedy, best_links


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_greedy_keeps_every_rule_and_is_never_better_than_the_best(start: int) -> None:
    for seed in range(start, start + 100):
        rng = np.random.default_rng(seed)
        features = frozenset(f for f in sorted(Greedy.handles) if rng.random() < 0.4)
        instance = oracle.random_instance(rng, features, most=1_000)
        assert Greedy().accepts(instance)
        answer = Greedy().solve(instance, Clock(Budget(seconds=None)))
        links = tuple((m.people[0], m.people[1]) for m in answer.matches)
        slots = {(m.people[0], m.people[1]): m.slot for m in answer.matches}
        assert oracle.is_legal(instance, links, slots), seed
        best = oracle.best(instance)
        assert best is not None
        assert oracle.key(instance, links) <= oracle.key(instance, best), seed
        assert all(tier.bound is None for tier in answer.tiers)


def test_without_time_the_first_links_are_tried_all_the_same() -> None:
    instance = oracle.random_instance(np.random.default_rng(1), frozenset())
    answer = Greedy().solve(instance, Clock(Budget(seconds=0.0)))
    assert answer == Greedy().solve(instance, Clock(Budget(seconds=None)))
    assert answer.matches


def test_of_many_links_the_best_of_every_giver_and_taker_are_kept() -> None:
    rng = np.random.default_rng(2)
    instance = oracle.random_instance(rng, frozenset())
    n = 300
    points = rng.permutation(n * n).reshape(n, n)
    everyone = np.arange(n, dtype=np.int32)
    instance = instance.vary(n=n, givers=everyone, takers=everyone, links=Links.of(points))
    givers, takers, _ = best_links(instance, 5, 0)
    kept = set(zip(givers.tolist(), takers.tolist(), strict=True))
    square = instance.links.dense
    for i in range(n):
        assert {(i, int(t)) for t in np.argsort(-square[i])[:5]} <= kept
        assert {(int(g), i) for g in np.argsort(-square[:, i])[:5]} <= kept
    assert BEST > 5


def test_every_solver_has_its_own_name_and_some_shape() -> None:
    for shape in SHAPES:
        names = [solver.name for solver in solvers_of(shape)]
        assert len(set(names)) == len(names)
        assert all(shape in solver.shapes for solver in solvers_of(shape))


def test_pairs_with_every_feature_find_a_solver() -> None:
    rng = np.random.default_rng(3)
    every = frozenset(
        {Feature.SLOTS, Feature.LOADS, Feature.TOGETHER, Feature.WORST, Feature.STABLE}
    )
    assert choose(oracle.random_instance(rng, every)).name == "pairs-cpsat"
    assert choose(oracle.random_instance(rng, frozenset({Feature.SLOTS}))).name == "slotted"


def test_a_feature_that_nobody_handles_is_named() -> None:
    instance = oracle.random_instance(np.random.default_rng(4), frozenset({Feature.ISOLATION}))
    with pytest.raises(NoSolverError, match="isolation"):
        choose(instance)
    with pytest.raises(NoSolverError, match="trees"):
        choose(instance.vary(shape="trees"))


@pytest.mark.parametrize(
    ("shapes", "unwanted"),
    [
        ("s.SHAPES", ("ortools", "numba", "pandas", "networkx")),
        ("['pairs']", (".exchange", ".groups.solver")),
    ],
)
def test_solvers_are_named_without_loading_what_is_heavy_or_of_other_shapes(
    shapes: str, unwanted: tuple[str, ...]
) -> None:
    code = (
        f"import sys, cohortopt.solvers as s; [x.name for k in {shapes} for x in s.solvers_of(k)];"
        f"print([m for m in sys.modules if m in {unwanted} or "
        f"any(one in m for one in {unwanted} if one[0] == '.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""The flow against brute force, OR-tools and its own certificates."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment
from pairs_oracle import best, combined, make, pairs_of, price_bound, tiny, worth
from tests.places import BENCHMARKS

from cohortopt.instance import Feature, Links, Lock
from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.pairs import flow
from cohortopt.solvers.pairs import problem as pairs_problem
from cohortopt.solvers.pairs.flow import FlowSolver, solve_flow
from cohortopt.solvers.pairs.pricing import lot, lots_of
from cohortopt.solvers.pairs.transport import transport
from cohortopt.solvers.pairs.transport_parts import candidates

TIERS = [
    *itertools.permutations(["placed", "points", "changes"]),
    ("placed", "points"),
    ("points", "placed"),
    ("points",),
    ("placed",),
    ("changes", "points"),
    ("changes",),
]


def check(seed: int, thin: bool = False) -> bool:
    """Compare one tiny instance with trying everything; False where nothing is possible."""
    tiers = TIERS[seed % len(TIERS)]
    instance = tiny(seed, tiers)
    if thin:  # points that fit few bits
        instance = instance.vary(links=Links.of(np.minimum(instance.links.dense, 9)))
    if seed % 5 == 0:
        instance = instance.vary(draw=seed)
    answer = FlowSolver().solve(instance, Clock())
    want = best(instance, (*tiers, "seats", "kept"))
    if want is None:
        assert answer.impossible
        assert answer.facts["need"] > answer.facts["room"]
        return False
    chosen = pairs_of(answer)
    found = tuple(worth(instance, chosen, tier) for tier in (*tiers, "seats", "kept"))
    assert found == want
    for tier, value in zip(answer.tiers, want, strict=False):
        assert tier.value == tier.bound == abs(value)
    certificate = answer.tiers[-1].certificate
    assert certificate is not None
    bound = price_bound(instance, certificate)
    assert bound == combined(instance, chosen, certificate)
    for name, multiplier in certificate["levels"]:  # each tier's bound follows, one by one
        if name == "draw":
            continue
        assert bound // multiplier == worth(instance, chosen, name)
        bound -= multiplier * worth(instance, chosen, name)
    return True


def test_every_tier_order_equals_brute_force_and_is_proven_by_prices() -> None:
    possible = sum(check(seed) for seed in range(300))
    assert 150 < possible < 300


@pytest.mark.slow
def test_many_more_tiny_instances_equal_brute_force() -> None:
    for seed in range(300, 2_300):
        check(seed)


def tables(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points (-1: forbidden) and capacities: dense, sparse, coarse or skewed."""
    rng = np.random.default_rng(seed)
    n_givers, n_takers = rng.integers(1, 40), rng.integers(1, 60)
    points = rng.integers(0, [3, 1000][seed % 2], (n_givers, n_takers)).astype(np.int32)
    if seed % 3 == 0:
        points += rng.integers(0, 500, (n_givers, 1)).astype(np.int32)
    if seed % 4 > 1:
        points[rng.random(points.shape) > 0.15] = -1
    return points, rng.integers(0, 5, n_givers)


def most_worth(worth: np.ndarray) -> int:
    """Return what the best assignment of rows to columns is worth, by OR-tools."""
    side = max(worth.shape)
    square = np.zeros((side, side), dtype=np.int64)
    square[: worth.shape[0], : worth.shape[1]] = worth
    rows, columns = np.indices(square.shape, dtype=np.int32)
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(rows.ravel(), columns.ravel(), -square.ravel())
    assert solver.solve() == solver.OPTIMAL
    return -solver.optimal_cost()


@pytest.mark.parametrize("dense", [True, False])
def test_transport_equals_ortools_on_expanded_columns(dense: bool) -> None:
    for seed in range(150):
        points, capacity = tables(seed)
        ones = np.ones(points.shape[1], dtype=np.int32)

        def block(g: np.ndarray, t: np.ndarray, points: np.ndarray = points) -> np.ndarray:
            return points[np.ix_(g, t)]

        seat = 1_000_000
        result = transport(
            block,
            capacity,
            ones,
            taker_bonus=ones.astype(np.int64) * seat,
            start=candidates(block, capacity, ones, dense=dense),
        )
        columns = np.repeat(np.arange(len(capacity)), capacity)
        worth_of = np.where(points >= 0, points.astype(np.int64) + seat, 0).T[:, columns]
        assert result.finished
        assert result.value == most_worth(worth_of)
        reduced = points - result.giver_price[:, None] - result.taker_price[None, :]
        bound = np.maximum(reduced, 0)[points >= 0].sum()
        bound += np.maximum(result.taker_price + seat, 0).sum()
        bound += (np.maximum(result.giver_price, 0) * capacity).sum()
        assert bound == result.value


def test_a_sparse_start_ends_at_the_same_optimum_with_needs_loads_and_lots() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        points = rng.integers(-1, 40, (30, 120)).astype(np.int32)
        most = rng.integers(0, 9, 30)
        least = np.minimum(most, rng.integers(0, 2, 30))
        needs = rng.integers(1, 4, 120)

        def block(g: np.ndarray, t: np.ndarray, points: np.ndarray = points) -> np.ndarray:
            return points[np.ix_(g, t)]

        values = []
        for dense in (True, False):
            result = transport(
                block,
                most,
                needs,
                gives_min=least,
                taker_bonus=np.full(120, 10**9),
                per_point=2**12 * 100,
                per_link=7,
                draw=(seed, 2**12),
                start=candidates(block, most, needs, dense=dense),
            )
            assert result.finished
            values.append(result.value)
        assert values[0] == values[1]


def test_a_certificate_with_any_price_moved_proves_less() -> None:
    moved = 0
    for seed in range(40):
        instance = tiny(seed, ("placed", "points"))
        answer = FlowSolver().solve(instance, Clock())
        if answer.impossible:
            continue
        certificate = answer.tiers[-1].certificate
        assert certificate is not None
        value = combined(instance, pairs_of(answer), certificate)
        for side in ("giver", "taker"):
            for person in certificate[side]:
                for step in (-(10**12), 10**12):
                    broken = {**certificate, side: {**certificate[side]}}
                    broken[side][person] += step
                    bound = price_bound(instance, broken)
                    assert bound >= value
                    moved += bound > value
    assert moved > 100


def test_reviewers_with_six_papers_each_and_three_a_paper_reach_231_points() -> None:
    file = BENCHMARKS / "pairs" / "MD-00002-00000001.toi"
    if not file.exists():
        pytest.skip("the benchmark data is not here")
    lines = file.read_text().splitlines()
    papers = int(lines[0])
    bids = []
    for line in lines[papers + 2 :]:
        count, order = line.split(",", 1)
        tiers = [part.split("}")[0] for part in order.split("{")[1:]]
        ranks = {int(p): 2 - k for k, tier in enumerate(tiers[:2]) for p in tier.split(",") if p}
        bids.extend([ranks] * int(count))
    n = len(bids) + papers
    givers, takers = list(range(len(bids))), list(range(len(bids), n))
    points = {(g, t): bids[g].get(t - len(bids), 0) for g in givers for t in takers}
    instance = make(
        points,
        givers,
        takers,
        n,
        gives=dict.fromkeys(givers, (0, 6)),
        takes=dict.fromkeys(takers, (3, 3)),
    )
    answer = FlowSolver().solve(instance, Clock())
    assert len(bids) == 31
    assert len(answer.matches) == 3 * papers
    assert [(t.tier, t.value, t.bound) for t in answer.tiers] == [
        ("placed", 54, 54),
        ("points", 231, 231),
    ]


def test_nobody_at_all_is_an_empty_assignment() -> None:
    answer = FlowSolver().solve(make({}, [], [], 0), Clock())
    assert answer.matches == ()
    assert [(t.value, t.bound) for t in answer.tiers] == [(0, 0), (0, 0)]


def test_people_without_links_stay_alone() -> None:
    answer = FlowSolver().solve(make({}, [0, 1], [2], 3), Clock())
    assert answer.matches == ()
    assert answer.finished


def test_previous_partners_are_preferred_among_equals() -> None:
    links = {(g, t): 5 for g in (0, 1) for t in (2, 3)}
    for previous in (((0, 3), (1, 2)), ((0, 2), (1, 3))):
        answer = FlowSolver().solve(make(links, [0, 1], [2, 3], 4, previous=previous), Clock())
        assert pairs_of(answer) == previous


def test_a_locked_match_stays_even_when_it_costs_points() -> None:
    links = {(0, 2): 9, (0, 3): 0, (1, 2): 0, (1, 3): 9}
    lock = Lock((0, 3), leaders=1, slot=4)
    instance = make(links, [0, 1], [2, 3], 4, locked=(lock,), features=frozenset([Feature.LOCKED]))
    answer = FlowSolver().solve(instance, Clock())
    assert pairs_of(answer) == ((0, 3), (1, 2))
    assert answer.matches[0].slot == 4


def test_locked_matches_beyond_the_capacity_are_impossible() -> None:
    locks = (Lock((0, 2)), Lock((0, 3)))
    answer = FlowSolver().solve(make({}, [0, 1], [2, 3], 4, locked=locks), Clock())
    assert answer.impossible
    assert answer.facts["overfull"] == [0]


def test_required_people_without_enough_givers_are_named() -> None:
    links = {(0, 2): 1, (0, 3): 1, (1, 4): 1}
    answer = FlowSolver().solve(make(links, [0, 1], [2, 3, 4], 5, required=(2, 3)), Clock())
    assert answer.impossible
    assert answer.facts == {"near": "takers", "short": [2, 3], "full": [0], "need": 2, "room": 1}


def test_forbidden_and_forced_links_cut_the_relaxation() -> None:
    links = {(0, 2): 9, (0, 3): 8, (1, 2): 1, (1, 3): 5}
    instance = make(links, [0, 1], [2, 3], 4)
    cut = solve_flow(instance, Clock(), forbidden_links=[(0, 2)])
    assert pairs_of(cut) == ((0, 3), (1, 2))
    forced = solve_flow(instance, Clock(), forced_links=[(1, 2)])
    assert pairs_of(forced) == ((0, 3), (1, 2))


def test_tiers_that_do_not_fit_together_are_solved_in_groups_and_still_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for room in (2**17, 2**20, 2**24):
        monkeypatch.setattr(pairs_problem, "SAFE", room)
        monkeypatch.setattr(pairs_problem, "LOTS", 16)
        monkeypatch.setattr(flow, "LOTS", 16)
        assert sum(check(seed, thin=True) for seed in range(100)) > 50


def test_a_tier_that_does_not_fit_64_bits_is_refused_in_words() -> None:
    instance = make({(0, 1): 2**31 - 1}, [0], [1], 2, tiers=("points",))
    FlowSolver().solve(instance, Clock())
    n = 2_000
    links = {(g, t): 2**31 - 1 for g in range(3) for t in range(3, n)}
    gives = dict.fromkeys(range(3), (0, n))
    wide = make(links, [0, 1, 2], list(range(3, n)), n, gives=gives, tiers=("placed", "points"))
    wide = wide.vary(priority=np.full(n, 2**31 - 1, dtype=np.int32))
    answer = FlowSolver().solve(wide, Clock())
    assert [tier.bound for tier in answer.tiers] == [tier.value for tier in answer.tiers]
    assert answer.facts["groups"] > 1
    ones = np.ones(2, dtype=np.int64)
    with pytest.raises(OverflowError, match="64-bit"):
        transport(lambda g, t: np.ones((len(g), len(t)), np.int32), ones, ones, per_point=2**59)


def test_a_cancelled_solve_still_returns_a_valid_assignment_with_rough_bounds() -> None:
    rng = np.random.default_rng(5)
    points = {(g, t): int(rng.integers(0, 9)) for g in range(20) for t in range(20, 80)}
    instance = make(
        points, list(range(20)), list(range(20, 80)), 80, gives=dict.fromkeys(range(20), (0, 2))
    )
    cancel = threading.Event()
    cancel.set()
    answer = FlowSolver().solve(instance, Clock(cancel=cancel))
    assert not answer.finished
    assert len(answer.matches) == 40
    whole = FlowSolver().solve(instance, Clock())
    assert answer.tiers[0].bound is not None
    assert answer.tiers[0].bound >= whole.tiers[0].value


def test_without_time_bounds_hold_and_the_answer_is_no_worse_than_the_best_links_first() -> None:
    for seed in range(120):
        instance = tiny(seed, TIERS[seed % len(TIERS)])
        answer = FlowSolver().solve(instance, Clock(Budget(seconds=0.0)))
        want = best(instance, instance.tiers)
        if want is None or not answer.matches:
            continue
        first = answer.tiers[0]
        if first.bound is not None:
            assert worth(instance, pairs_of(answer), first.tier) <= want[0], seed
            fewer = first.tier == "changes"
            value = -want[0] if fewer else want[0]
            assert first.bound <= value if fewer else first.bound >= value, (seed, first)


def test_a_clock_that_is_over_is_remembered() -> None:
    clock = Clock(Budget(seconds=0.0))
    answer = FlowSolver().solve(make({(0, 1): 5}, [0], [1], 2), clock)
    assert clock.looked_late
    assert pairs_of(answer) == ((0, 1),)


def test_a_draw_is_repeatable_and_gives_equals_equal_odds() -> None:
    links = dict.fromkeys([(0, t) for t in (1, 2, 3)], 7)
    won = []
    for seed in range(300):
        instance = make(links, [0], [1, 2, 3], 4, draw=seed)
        answer = FlowSolver().solve(instance, Clock())
        assert pairs_of(answer) == pairs_of(FlowSolver().solve(instance, Clock()))
        won.append(pairs_of(answer)[0][1])
    assert all(70 <= won.count(t) <= 130 for t in (1, 2, 3))


def test_lots_are_the_same_in_arrays_and_in_plain_numbers() -> None:
    givers = np.array([0, 1, 7, 20_000], dtype=np.int32)
    takers = np.array([3, 0, 99_999, 5], dtype=np.int32)
    for seed in (0, 1, 2**40):
        plain = [lot(seed, int(g), int(t), 4096) for g, t in zip(givers, takers, strict=True)]
        assert lots_of(seed, givers, takers, 4096).tolist() == plain


def test_contested_givers_are_found_by_a_sample_and_the_optimum_stays_exact() -> None:
    rng = np.random.default_rng(11)
    n_givers, n_takers = 150, 2_000
    kind, share = rng.integers(0, 12, n_givers), rng.dirichlet(np.ones(12))
    wish = rng.choice(12, n_takers, p=share)
    points = rng.integers(0, 300, (n_givers, n_takers))
    points = (points + 600 * (kind[:, None] == wish[None, :])).astype(np.int32)
    capacity = rng.integers(0, 27, n_givers)
    ones = np.ones(n_takers, dtype=np.int32)

    def block(g: np.ndarray, t: np.ndarray) -> np.ndarray:
        return points[np.ix_(g, t)]

    seat = 2_000_000
    results = [
        transport(
            block,
            capacity,
            ones,
            taker_bonus=np.full(n_takers, seat),
            start=candidates(block, capacity, ones, dense=dense),
        )
        for dense in (True, False)
    ]
    assert "contested" in results[1].facts
    assert results[0].value == results[1].value
    reduced = points - results[1].giver_price[:, None] - results[1].taker_price[None, :]
    bound = int(np.maximum(reduced, 0).sum())
    bound += int(np.maximum(results[1].taker_price + seat, 0).sum())
    bound += int((np.maximum(results[1].giver_price, 0) * capacity).sum())
    assert bound == results[1].value

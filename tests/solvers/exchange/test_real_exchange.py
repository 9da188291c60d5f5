"""Partners and rings of real people, where the shared data are there."""

from __future__ import annotations

import csv
from itertools import permutations

import pytest
from developers import ROSTERS, developers

from cohortopt import PROGRAMS, Budget, Person, Roster, solve
from cohortopt.goals import TableGoal
from cohortopt.model import Partners
from cohortopt.programs import Program
from cohortopt.rules import Only

pytestmark = pytest.mark.skipif(not ROSTERS.exists(), reason="the data are not here")


def test_the_sign_up_poll_makes_nineteen_pairs_with_161_common_slots() -> None:
    path = ROSTERS / "pair_availability" / "availability.csv"
    free: dict[str, set[str]] = {}
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        slots = {slot for slot, flag in row.items() if flag == "1" and "day" in slot}
        free[row["Codename"]] = slots
    common = {(a, b): len(free[a] & free[b]) for a, b in permutations(sorted(free), 2)}
    scores = tuple((a, b, count) for (a, b), count in common.items() if a < b)
    program = Program(
        use="peer_mentorship",
        name="Common slots",
        shape=Partners(),
        rules=(Only(links=frozenset(two for two, count in common.items() if count)),),
        goals=(TableGoal(scores=scores),),
    )
    part = solve(Roster(people=tuple(Person(id=one) for one in free)), program).programs[0]
    assert len(part.matches) == 19
    assert [tier.value for tier in part.tiers] == [38, 161]
    assert [tier.bound for tier in part.tiers] == [38, 161]
    assert [tier.standing for tier in part.tiers] == ["checked", "checked"]


@pytest.mark.slow
@pytest.mark.parametrize("use", ["skill_swap", "mutual_mentorship"])
@pytest.mark.parametrize("count", [1_000, 5_594])
def test_developers_swap_skills_with_a_bound(use: str, count: int) -> None:
    part = solve(developers(count), PROGRAMS[use], budget=Budget(seconds=60), reasons=False)
    part = part.programs[0]
    for tier in part.tiers:
        assert tier.bound is not None
        assert tier.value <= tier.bound
    assert part.matches
    assert all(tier.is_proven for tier in part.tiers)

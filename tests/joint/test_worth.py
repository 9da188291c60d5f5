"""Points counted fast from links are the points counted from people."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from benchmarks.joint.run import roster

from cohortopt import PROGRAMS, Budget, Scenario, solve
from cohortopt.decode import decode
from cohortopt.joint.columns import Lister
from cohortopt.joint.shared import Shared
from cohortopt.joint.worth import counter


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_points_counted_fast_are_those_counted_from_people(name: str) -> None:
    people, what = roster(24, 3), Scenario.of(PROGRAMS[name])
    shared = Shared(what, what.facts(people))
    part = shared.parts[0]
    count = counter(part)
    if count is None:
        return
    columns = islice(Lister(0, shared.narrow(0, ((),)))._sets(), 3000)
    listed = [Lister(0, shared.narrow(0, ((),))).column(*one) for one in columns]
    able = [column.found for column in listed if column is not None]
    for found in random.Random(1).sample(able, min(40, len(able))):
        assert count(found) == decode(part.compiled, (found,), shared.facts)[0].points


def test_circles_with_topics_beside_mentors_pass_their_check() -> None:
    what = Scenario(programs=(PROGRAMS["mentorship"], PROGRAMS["learning_circles"]))
    solution = solve(roster(48, 1), what, budget=Budget(seconds=3, seed=1))
    assert any(match.topic for match in solution.programs[1].matches)

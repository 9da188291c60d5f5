"""What is said about quality claims no more than was proven."""

from __future__ import annotations

import pytest
from fixtures import solved
from hypothesis import given
from hypothesis import strategies as st

from cohortopt.model import (
    Facts,
    Match,
    Member,
    Person,
    ProgramSolution,
    Roster,
    Solution,
    TierResult,
    Unplaced,
)
from cohortopt.report.attention import UNFINISHED, attention, situation
from cohortopt.report.extras import ReportExtras
from cohortopt.report.quality import amount, gap, percent, proof_word, statement


def part(*tiers: TierResult, status: str = "feasible") -> ProgramSolution:
    return ProgramSolution.model_validate(
        {"name": "M", "use": "mentorship", "status": status, "tiers": tiers}
    )


def points(value: int, bound: int | None, standing: str = "checked", **more: object) -> TierResult:
    data = {"tier": "points", "value": value, "bound": bound, "standing": standing, **more}
    return TierResult.model_validate(data)


PLACED = TierResult(tier="placed", value=9, bound=9, standing="checked")


def test_proven_best_is_said_only_when_every_tier_is_proven_and_checked() -> None:
    assert statement(part(PLACED, points(5, 5))).headline == "Proven best"
    assert statement(part(PLACED, points(5, 5, "claimed"))).level == "claimed"
    assert statement(part(PLACED, points(5, 6))).level == "near"
    assert statement(part(PLACED, points(5, None))).headline == "Not proven"
    assert statement(part()).level == "open"
    assert statement(part(status="infeasible")).headline == "Proven impossible"


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50), st.booleans()), max_size=4
    )
)
def test_no_open_tier_is_ever_called_best(tiers: list[tuple[int, int | None, bool]]) -> None:
    made = [
        points(value, None if more is None else value + more, "checked" if checked else "claimed")
        for value, more, checked in tiers
    ]
    level = statement(part(*made)).level
    if level == "best":
        assert all(tier.is_proven and tier.standing == "checked" for tier in made)
    if level == "claimed":
        assert all(tier.is_proven for tier in made)


def test_the_gap_is_that_of_the_first_open_tier() -> None:
    said = statement(part(PLACED, points(982, 1000)))
    assert said.headline == "Within 1.8 % of the best possible"
    assert "Proven best in people placed." in said.detail
    short = TierResult(tier="placed", value=8, bound=10, standing="claimed")
    said = statement(part(short, points(5, 5)))
    assert said.headline == "At most 2 more could be placed"
    assert "by the solver's word" in said.detail
    moved = TierResult(tier="changes", value=5, bound=3, standing="checked")
    assert statement(part(moved)).headline == "At most 2 fewer would have to move"


@pytest.mark.parametrize(
    ("part_", "said"),
    [(0.0, "0.00 %"), (0.018, "1.8 %"), (0.01801, "1.9 %"), (0.00001, "0.01 %"), (None, "unknown")],
)
def test_a_gap_is_rounded_up(part_: float | None, said: str) -> None:
    assert percent(part_) == said


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_the_said_gap_is_never_smaller_than_the_true_one(value: int, more: int) -> None:
    true = gap(points(value, value + more))
    assert true is not None
    assert float(percent(true).split()[0]) / 100 >= true - 1e-12


def test_scaled_points_are_shown_in_points() -> None:
    assert amount(120, 60) == "2"
    assert amount(125, 60) == "2.1"
    assert amount(1_234_567) == "1,234,567"


def test_the_stopped_say_so() -> None:
    said = statement(part(points(5, 6), status="stopped"))
    assert said.detail.endswith("stopped early.")


def test_the_whole_is_judged_by_its_own_tiers() -> None:
    solution, _ = solved(12)
    assert statement(solution).level == "near"
    assert proof_word(solution) == "gap 1.8 %"
    assert proof_word(solution.program("Mentors")) == "proven"
    assert proof_word(Solution()) == "not proven"


def test_matches_without_any_points_are_told_as_that() -> None:
    pair = Match(match="M-1", members=tuple(Member(person=one, role="peer") for one in "ab"))
    whole = part(PLACED, points(0, 0)).model_copy(update={"matches": (pair,)})
    assert "No match of M earns any points" in statement(whole).detail
    better = whole.model_copy(update={"matches": (pair.model_copy(update={"points": 1}),)})
    assert "earns" not in statement(better).detail
    assert "earns" not in statement(part(PLACED)).detail


def test_a_place_that_would_gain_points_was_not_found_in_time() -> None:
    def left(loss: int) -> Unplaced:
        return Unplaced(
            person="a", role="member", reason="trade_off", detail="", would_help="Wait.", loss=loss
        )

    assert situation(left(5)) == "placing them would cost others more"
    assert situation(left(-5)) == UNFINISHED
    program = ProgramSolution(name="P", use="x", status="feasible", unplaced=(left(-5),))
    facts = Facts(roster=Roster(people=(Person(id="a", name="Ann"),)))
    (item, *_) = attention(Solution(programs=(program,)), facts, (), ReportExtras())
    assert item.text == f"Ann is not placed in P: {UNFINISHED}."
    assert item.step == "Solve again with more --seconds."

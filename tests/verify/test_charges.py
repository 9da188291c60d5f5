"""Rules that a certificate puts a price on: the checker counts for itself how far they are true."""

from __future__ import annotations

from typing import Any

import pytest

from cohortopt import PROGRAMS, Person, Roster, Scenario
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.charges import Charges, charges_of


def charged(**rules: list[dict[str, Any]]) -> Charges:
    """Return what rules charge a mentor of three, whose mentees share few hours with her."""
    mentor = Person(id="m", role=("mentor",), level=5, capacity=3, hours=4)
    mentor = mentor.model_copy(update={"availability": hours("Mon 09:00-10:30; Thu 13:00-14:00")})
    mentees = [
        Person(id=f"e{k}", role=("mentee",), level=2, availability=hours(text))
        for k, text in enumerate(("Mon 09:00-10:00", "Mon 09:30-10:30", "Thu 13:00-14:00"))
    ]
    roster = Roster(people=(*mentees, mentor))
    program = PROGRAMS["mentorship"]
    facts = Scenario.of(program).facts(roster)
    allowed = Allowed(program.bound(facts), facts)
    return charges_of(allowed, rules, allowed.givers(), allowed.takers())


def hours(text: str) -> Any:
    return Person.model_validate({"id": "x", "availability": text}).availability


def test_a_cut_holds_the_links_within_its_starts_and_what_fits_there() -> None:
    monday = ["Mon 09:00", "Mon 09:15", "Mon 09:30"]
    found = charged(cuts=[{"people": ["m"], "starts": monday, "price": 7}])
    assert found.links == {("m", "e0"): 7, ("m", "e1"): 7}
    assert found.fixed == 7


def test_a_cut_with_more_starts_speaks_of_more_links_and_lets_more_meet() -> None:
    found = charged(cuts=[{"people": ["m"], "starts": ["Mon 09:00", "Thu 13:00"], "price": 7}])
    assert found.links == {("m", "e0"): 7, ("m", "e2"): 7}
    assert found.fixed == 14


@pytest.mark.parametrize(
    ("pairs", "most"),
    [([["m", "e0"], ["m", "e1"]], 1), ([["m", "e0"], ["m", "e2"]], 2), ([["m", "e0"]], 1)],
)
def test_pairs_that_could_all_meet_are_no_cut(pairs: list[list[str]], most: int) -> None:
    assert charged(cuts=[{"pairs": pairs, "price": 5}]).fixed == 5 * most


def test_a_window_charges_the_cheapest_slot_of_each_link() -> None:
    found = charged(windows=[{"people": ["m"], "starts": ["Mon 09:00", "Mon 09:30"], "price": 3}])
    assert found.fixed == 3
    assert found.links == {("m", "e0"): 3, ("m", "e1"): 3}


def test_a_total_is_a_toll_on_every_match() -> None:
    found = charged(totals=[{"people": ["m"], "price": 4}])
    assert found.fixed == 8
    assert found.tolls == {"m": 4}


@pytest.mark.parametrize(
    "rules",
    [
        {"windows": [{"people": ["m"], "starts": ["Mon 09:00", "Thu 13:00"], "price": 3}]},
        {"mutual": [{"people": ["m", "e0"], "price": 3}]},
        {"totals": [{"people": ["m"], "price": -3}]},
        {"cuts": [{"people": ["m"], "starts": ["Mon 09:00"], "price": -1}]},
    ],
)
def test_what_is_no_rule_is_refused(rules: dict[str, list[dict[str, Any]]]) -> None:
    with pytest.raises(ValueError, match=r"price|overlap|give"):
        charged(**rules)

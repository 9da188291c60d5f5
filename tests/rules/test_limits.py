"""Limits say the same about people and in arrays, and name what they found."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from pydantic import ValidationError
from tests.strategies import RULES_DRAWN, rosters

from cohortopt import Match, Person, Roster
from cohortopt.instance import Columns
from cohortopt.instance.instance import Grouping, broken_limits
from cohortopt.instance.outline import Outline
from cohortopt.model import Facts, Member
from cohortopt.rules import Limits
from cohortopt.rules.groups import LimitItem


def group(*people: Person) -> Match:
    """Return the people as one group."""
    members = tuple(Member(person=one.id, role="member") for one in people)
    return Match(match="p-1", members=members)


@given(rule=RULES_DRAWN[Limits], roster=rosters(max_size=6))
def test_a_group_keeps_limits_in_words_as_in_numbers(rule: Limits, roster: Roster) -> None:
    facts = Facts(roster=roster)
    bound = rule.knowing(facts)
    outline = Outline(Columns(facts), "groups")
    bound.outline(outline)
    grouping = Grouping(2, 4, limits=tuple(outline.limits), kinds=tuple(outline.kinds))
    people = outline.columns.people
    for size in range(2, min(4, len(people)) + 1):
        for chosen in combinations(range(len(people)), size):
            complaints = list(bound.complaints(group(*(people[i] for i in chosen))))
            assert len(complaints) == len(broken_limits(grouping, chosen))


def test_a_mean_is_over_those_whose_number_is_known() -> None:
    rows = [("a", "2"), ("b", "3.5"), ("c", "")]
    people = [Person(id=one, attributes={"grade": grade}) for one, grade in rows]
    rule = Limits(items=(LimitItem(mean="grade", at_least=2.8, at_most=3),))
    bound = rule.knowing(Facts(roster=Roster(people=people)))
    assert [text for _, text in bound.complaints(group(*people))] == [
        "mean of grade: 2.75 in the group; wanted 2.8 to 3"
    ]
    assert not list(bound.complaints(group(people[2])))


def test_different_values_are_counted_without_blanks() -> None:
    places = ["Lyon", "lyon ", "", "Bonn", "Oslo"]
    people = [Person(id=f"p{k}", location=place) for k, place in enumerate(places)]
    rule = Limits(items=(LimitItem(different="location", at_most=2),))
    bound = rule.knowing(Facts(roster=Roster(people=people)))
    assert not list(bound.complaints(group(*people[:4])))
    assert [text for _, text in bound.complaints(group(*people))] == [
        "3 different location in the group; wanted at most 2"
    ]


@pytest.mark.parametrize("item", [{"at_most": 1}, {"attribute": "a", "mean": "b", "at_most": 1}])
def test_a_limit_names_one_column(item: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="one column"):
        LimitItem.model_validate(item)

"""A match and its people."""

from __future__ import annotations

from cohortopt.model import Match
from cohortopt.model.solution import Member


def test_a_copy_with_other_members_has_their_ids() -> None:
    members = (Member(person="m", role="giver"), Member(person="e", role="taker"))
    match = Match(match="Mentors-1", members=members)
    assert match.people == ("m", "e")
    other = match.model_copy(update={"members": (members[0], Member(person="f", role="taker"))})
    assert other.people == ("m", "f")
    assert [*other.links()] == [("m", "f")]
    assert match == Match(match="Mentors-1", members=members)  # kept ids are no part of a match

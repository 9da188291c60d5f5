"""The slots of a week, found by whole words, are those at which every moment is free."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cohortopt.instance.grid import free_bits
from cohortopt.model import QUARTERS, Availability, Facts, Person, Roster, Slot, Span, Weeks
from cohortopt.model.calendar import is_free, weekly_starts

ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "UTC+05:37",
)
FIRST = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 1439))
    return Span(day=draw(st.integers(0, 6)), start=start, end=draw(st.integers(start + 1, 1440)))


@given(
    st.lists(spans(), max_size=4).map(Availability.of),
    st.sampled_from(ZONES),
    st.sampled_from(ZONES[:-1]),
    st.builds(Weeks, first=FIRST, count=st.sampled_from((1, 2, 30))),
    st.sampled_from((15, 30, 60, 150)),
)
def test_slots_are_free_from_start_to_end_in_every_week(
    hours: Availability, zone: str, clock: str, weeks: Weeks, minutes: int
) -> None:
    person = Person(id="a", availability=hours, timezone=zone)
    facts = Facts(roster=Roster(people=(person,)), timezone=clock, weeks=weeks)
    starts = weekly_starts(person, facts, minutes)
    assert starts == set(free_bits(facts, minutes)[0].nonzero()[0].tolist())
    if zone == "UTC+05:37":
        return  # its quarter hours lie across those of the clock
    for slot in range(QUARTERS):
        assert (slot in starts) == is_free(person, Slot.weekly(slot, minutes, clock), facts)


def test_hours_too_short_for_a_quarter_hour_have_no_slot() -> None:
    person = Person(id="a", availability=Availability.parse("Mon 09:05-09:10; Tue 10:00-11:00"))
    facts = Facts(roster=Roster(people=(person,)))
    assert weekly_starts(person, facts, 60) == {(24 + 10) * 4}


def test_a_minute_taken_within_a_quarter_hour_is_not_free() -> None:
    person = Person(id="a", availability=Availability.parse("Mon 18:00-19:16; Mon 19:17-20:00"))
    facts = Facts(roster=Roster(people=(person,)))
    slots = [Slot.weekly((19 * 4) + part, 15, "UTC") for part in (0, 1, 2)]
    assert [is_free(person, slot, facts) for slot in slots] == [True, False, True]

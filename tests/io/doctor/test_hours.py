"""Hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortopt.io.doctor.hours import read_hours
from cohortopt.io.doctor.slots import SlotReader, slot_column
from cohortopt.model import Availability, Span

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon 09:00-12:00; Wed 14:00-16:30", "Mon 09:00-12:00; Wed 14:00-16:30"),
        ("Mon 9am-11am, Tue 1pm-3pm", "Mon 09:00-11:00; Tue 13:00-15:00"),
        ("Monday 14-16; Tues 9-12; Weds 10-11",
         "Mon 14:00-16:00; Tue 09:00-12:00; Wed 10:00-11:00"),
        ("Mon 09.00–12.00 / Tue 10.00–11.00", "Mon 09:00-12:00; Tue 10:00-11:00"),
        ("Mon-Thu 9-12", "Mon 09:00-12:00; Tue 09:00-12:00; Wed 09:00-12:00; Thu 09:00-12:00"),
        ("Mon, Wed & Fri 1-3pm", "Mon 13:00-15:00; Wed 13:00-15:00; Fri 13:00-15:00"),
        ("Mon noon-2pm", "Mon 12:00-14:00"),
        ("Mon 11-1pm", "Mon 11:00-13:00"),
        ("Mon 9-5", "Mon 09:00-17:00"),
        ("Sun 8pm-midnight", "Sun 20:00-24:00"),
        ("Sun 22:00-02:00", "Mon 00:00-02:00; Sun 22:00-24:00"),
        ("Lun 09h-11h; Mar 14h-15h30", "Mon 09:00-11:00; Tue 14:00-15:30"),
        ("Mon 0900-1130", "Mon 09:00-11:30"),
        ("Ｍｏｎ　０９：００－１１：００； Tue 14:00-15:30", "Mon 09:00-11:00; Tue 14:00-15:30"),
        ("Fri-Mon 9-10", "Mon 09:00-10:00; Fri 09:00-10:00; Sat 09:00-10:00; Sun 09:00-10:00"),
        ("Mon 9-12, 14-16; Fri 9-11", "Mon 09:00-12:00; Mon 14:00-16:00; Fri 09:00-11:00"),
    ],
)  # fmt: skip
def test_hours_in_many_styles_are_understood(text: str, hours: str) -> None:
    found = read_hours(text)
    assert str(found.hours) == hours
    assert found.code in ("", "CO211")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("any time", "any"),
        ("flexible", "any"),
        ("weekday mornings", "; ".join(f"{day} 08:00-12:00" for day in DAYS[:5])),
        ("afternoons mostly", "; ".join(f"{day} 13:00-17:00" for day in DAYS[:5])),
        ("9am-11am", "; ".join(f"{day} 09:00-11:00" for day in DAYS[:5])),
        ("Tue 2-4", "Tue 14:00-16:00"),
        ("not available", ""),
    ],
)
def test_vague_hours_are_read_and_reported(text: str, hours: str) -> None:
    found = read_hours(text)
    assert (str(found.hours), found.code) == (hours, "CO327")


@pytest.mark.parametrize(
    "text",
    ["see calendar", "Mon", "Mon 25:00-26:00", "Mon 11:00-09:00", "not Fridays", "soon", "Mon 9",
     "Mon 09:00" + "-" * 5000, "Mon" + " " * 5000, "9" * 5000],
)  # fmt: skip
def test_hours_that_nobody_could_place_are_unknown(text: str) -> None:
    found = read_hours(text)
    assert (found.hours, found.code) == (None, "CO326")


def test_the_understood_part_of_a_cell_is_kept() -> None:
    found = read_hours("Mon 9-11; Blursday 3-4")
    assert str(found.hours).startswith("Mon 09:00-11:00")
    assert (found.code, found.part) == ("CO326", "blursday")


spans = st.builds(
    lambda day, start, length: Span(
        day=day, start=start * 15, end=min(start * 15 + length * 15, 1440)
    ),
    st.integers(0, 6),
    st.integers(0, 94),
    st.integers(1, 40),
)


@given(st.lists(spans, min_size=1, max_size=8))
def test_the_canonical_form_reads_back(found: list[Span]) -> None:
    hours = Availability.of(found)
    assert read_hours(str(hours)) == (hours, "", "")


@given(st.text(max_size=60) | st.text(alphabet="MonTueday 0123456789:-;,apm/&", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_hours(text)
    assert found.code or found.hours is not None


@given(st.lists(spans, min_size=1, max_size=4))
def test_spaces_and_case_do_not_matter(found: list[Span]) -> None:
    text = str(Availability.of(found))
    assert read_hours("  " + text.upper().replace("; ", " ;  ")).hours == read_hours(text).hours


@pytest.mark.parametrize(
    ("heading", "slot"),
    [
        ("Friday afternoon", (4, 780, 1020)),
        ("Mon 09:00-09:30", (0, 540, 570)),
        ("Tue_1pm-3pm", (1, 780, 900)),
    ],
)
def test_slots_in_headings_are_recognised(heading: str, slot: tuple[int, int, int]) -> None:
    found = slot_column(heading)
    assert found is not None
    assert found[:3] == slot


@pytest.mark.parametrize(
    "heading", ["Sun Microsystems", "Job Title", "Skill 1", "[Monday]", "Mon 99"]
)
def test_other_headings_are_no_slots(heading: str) -> None:
    assert slot_column(heading) is None


def test_half_hour_columns_last_until_the_next_one() -> None:
    headings = ["Mon 09:00", "Mon 09:30", "Mon 10:00"]
    slots = {k: slot for k, text in enumerate(headings) if (slot := slot_column(text))}
    reader = SlotReader(slots, {k: [] for k in slots})
    hours, code, _ = reader.read({0: "1", 1: "1", 2: "0"})
    assert (str(hours), code) == ("Mon 09:00-10:00", "")


def test_unavailable_hours_become_their_complement() -> None:
    heading = "Check the times that you will be UNAVAILABLE. [Monday]"
    slot = slot_column(heading)
    assert slot is not None
    column = ["8AM;9AM;noon;", "8AM;9PM"]
    reader = SlotReader({0: slot}, {0: column})
    hours, code, _ = reader.read({0: column[0]})
    assert (str(hours), code) == ("Mon 10:00-12:00; Mon 13:00-22:00", "")
    hours, code, _ = reader.read({0: ""})
    assert (str(hours), code) == ("Mon 08:00-22:00", "CO327")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Fri after 2pm", "Fri 14:00-18:00"),
        ("Fri after 5", "Fri 17:00-22:00"),
        ("Mon from 14:00", "Mon 14:00-18:00"),
        ("Mon before 11; Tue until noon", "Mon 08:00-11:00; Tue 08:00-12:00"),
        ("Mon from 9 to 11", "Mon 09:00-11:00"),
        ("Tue 9 until 11, Fri after 15h", "Tue 09:00-11:00; Fri 15:00-18:00"),
    ],
)
def test_an_open_end_is_that_of_the_usual_day(text: str, hours: str) -> None:
    found = read_hours(text)
    assert str(found.hours) == hours
    assert found.code in ("CO327", "CO211")
    assert read_hours("Mon before 8am").code == "CO326"


@pytest.mark.parametrize(
    ("text", "hours", "code"),
    [
        ("MWF 10-11", "Mon 10:00-11:00; Wed 10:00-11:00; Fri 10:00-11:00", "CO211"),
        ("M/W 9-10; T/Th 14-15", "Mon 09:00-10:00; Tue 14:00-15:00; Wed 09:00-10:00; "
         "Thu 14:00-15:00", "CO211"),
        ("0900-1700 Mon", "Mon 09:00-17:00", "CO211"),
        ("10-11 Mon, 14-15 Tue", "Mon 10:00-11:00; Tue 14:00-15:00", "CO211"),
        ("Mon 10-11, 14-15", "Mon 10:00-11:00; Mon 14:00-15:00", "CO211"),
        ("Mon-Wed 9-17 except Tue", "Mon 09:00-17:00; Wed 09:00-17:00", "CO327"),
        ("Mon 9-10 or Tue 9-10", "Mon 09:00-10:00; Tue 09:00-10:00", "CO211"),
    ],
)  # fmt: skip
def test_days_in_letters_after_the_hours_and_with_exceptions(
    text: str, hours: str, code: str
) -> None:
    found = read_hours(text)
    assert (str(found.hours), found.code) == (hours, code)


@pytest.mark.parametrize("text", ["FG 10-11", "Mon 9-5 except lunch", "not Fridays"])
def test_hours_on_days_that_nobody_can_tell_are_unknown(text: str) -> None:
    assert read_hours(text)[:2] == (None, "CO326")

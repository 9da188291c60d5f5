"""Rows become people: ids, duplicates, references, blanks; every row is accounted for."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohortopt.errors import RosterError
from cohortopt.io.doctor.mended import cleaned_file
from cohortopt.io.doctor.rows import FileRows
from cohortopt.io.roster import RosterReport, read_roster, read_roster_report


def read(text: str, **options: object) -> RosterReport:
    return read_roster_report(text.encode(), **options)  # type: ignore[arg-type]


def told(report: RosterReport) -> list[tuple[str, int]]:
    return [(problem.code, problem.row) for problem in report.problems]


BASE = "id,name,role,level\nP1,Ann,mentor,4\nP2,Bo,mentee,2\n"


def test_a_clean_roster_reads_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(BASE, "utf-8")
    report = read_roster_report(path)
    assert told(report) == []
    assert report.hashes["people.csv"].startswith("sha256:")
    assert read_roster(path).by_id["P1"].level == 4
    assert [p.id for p in read_roster(str(path)).people] == ["P1", "P2"]


def test_bytes_text_and_open_files_are_sources_too() -> None:
    expected = read_roster(BASE.encode())
    assert read_roster(io.StringIO(BASE)) == read_roster(io.BytesIO(BASE.encode())) == expected


def test_every_error_is_raised_at_once() -> None:
    text = "id,name,level\nP1,Ann,1\nP1,Bo,2\nP2,Cy,1\nP2,Di,2\n"
    with pytest.raises(RosterError) as caught:
        read_roster(text.encode())
    assert [(p.code, p.row) for p in caught.value.problems] == [("CO110", 3), ("CO110", 5)]


def test_strict_refuses_what_could_not_be_used() -> None:
    text = BASE.replace(",4", ",senior-ish")
    assert read_roster(text.encode()).by_id["P1"].level is None
    with pytest.raises(RosterError, match="CO321"):
        read_roster(text.encode(), strict=True)


def test_ids_are_text() -> None:
    report = read("id,name\n00123,Ann\n123,Bo\n")
    assert [p.id for p in report.roster.people] == ["00123", "123"]
    assert told(report) == []


@pytest.mark.parametrize("other", ["p1", "Р1", "P 1", "Ｐ1"])
def test_ids_that_look_alike_are_reported(other: str) -> None:
    report = read(f"id,level\nP1,1\n{other},2\n")
    assert ("CO308", 3) in told(report)
    assert len(report.roster) == 2


def test_a_number_that_became_scientific_is_reported() -> None:
    assert told(read("id,name\n1E+05,Ann\n100000,Bo\n")) == [("CO308", 3)]


def test_without_ids_addresses_serve_then_row_numbers() -> None:
    report = read("name,email\nAnn,a@x.org\nBo,b@x.org\n")
    assert [p.id for p in report.roster.people] == ["a@x.org", "b@x.org"]
    assert told(report) == [("CO305", 0)]
    assert [p.id for p in read("name,level\nAnn,1\nBo,2\n").roster.people] == ["row-2", "row-3"]
    report = read("id,email,level\n,a@x.org,1\n,,2\nP3,,2\n")
    assert [p.id for p in report.roster.people] == ["a@x.org", "row-3", "P3"]
    assert told(report) == [("CO306", 2), ("CO306", 3)]


def test_a_shared_address_makes_nobody_one_person() -> None:
    report = read("name,email\nAnn Lee,a@x.org\nBo Ek,a@x.org\n")
    assert [p.id for p in report.roster.people] == ["a@x.org", "row-3"]
    assert "CO309" in {code for code, _ in told(report)}


def test_the_same_row_twice_is_one_person() -> None:
    report = read(BASE + "P1,Ann,mentor,4\n")
    assert (report.counts, told(report)) == (
        "3 rows in = 2 people + 1 merged + 0 rejected", [("CO205", 4)],
    )  # fmt: skip


def test_rows_that_complete_each_other_are_one_person() -> None:
    report = read("id,name,role,level\nP1,Ann,mentor,\nP1,ann,mentee,4\nP2,Bo,,2\n")
    ann = report.roster["P1"]
    assert (ann.role, ann.level, report.merged) == (("mentor", "mentee"), 4, 1)
    assert ("CO206", 3) in told(report)


def test_conflicting_rows_keep_the_first_and_reject_the_later() -> None:
    report = read("id,name,level\nP1,Ann,4\nP1,Ann,5\nP2,Bo,2\n")
    assert report.roster["P1"].level == 4
    assert [(r.row, r.code) for r in report.rejected] == [(3, "CO307")]


def test_a_form_answered_twice_keeps_the_later_answer() -> None:
    report = read("Timestamp,id,name,level\n1:00,P1,Ann,4\n2:00,P2,Bo,1\n3:00,P1,Ann,5\n")
    assert report.roster["P1"].level == 5
    assert [r.row for r in report.rejected] == [2]


def test_one_person_in_two_files_has_both_roles() -> None:
    mentors = b"id,name,capacity,level\nP1,Ann,3,5\nP2,Bo,1,4\n"
    mentees = b"id,name,skills_wanted,level\nP3,Cy,SQL,1\nP1,Ann,R,6\n"
    report = read_roster_report([(mentors, "mentor"), (mentees, "mentee")])
    ann = report.roster["P1"]
    assert (ann.role, ann.capacity, ann.skills_wanted, ann.level) == (
        ("mentor", "mentee"), 3, {"R": 3}, 5,
    )  # fmt: skip
    assert report.counts == "4 rows in = 3 people + 1 merged + 0 rejected"
    assert told(report) == [("CO346", 3)]


def test_two_files_may_identify_people_by_id_or_by_address() -> None:
    staff = b"id,name,email\nP1,Ann,a@x.org\nP2,Bo,b@x.org\n"
    wishes = b"name,email,skills_wanted\nAnn,A@x.org,SQL\n"
    report = read_roster_report([(staff, None), (wishes, None)])
    assert list(report.roster["P1"].skills_wanted) == ["SQL"]
    assert len(report.roster) == 2


def test_specs_of_a_scenario_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("code,name\nP1,Ann\nP2,Bo\n", "utf-8")
    spec = SimpleNamespace(file=path, role="mentor", sheet=None, columns={"code": "id"})
    assert read_roster([spec]).by_id["P1"].role == ("mentor",)
    assert read_roster([(path, "mentor", None, {"code": "id"})]).by_id["P1"].role == ("mentor",)


def test_wishes_by_name_address_or_id_become_ids() -> None:
    report = read(
        "id,name,email,prefers,vetoes\n"
        'P1,Ann Lee,a@x.org,"Bø Ek; Fox, Cy",Dy Orr\n'
        "P2,Bø Ek,b@x.org,a@x.org & P3,\n"
        'P3,Cy Fox,c@x.org,"p1, P2",\n'
        "P4,Dy Orr,d@x.org,,Ann Lee and Cy Fox\n"
    )
    found = report.roster.by_id
    assert (found["P1"].prefers, found["P1"].vetoes) == (("P2", "P3"), ("P4",))
    assert (found["P2"].prefers, found["P3"].prefers) == (("P1", "P3"), ("P1", "P2"))
    assert found["P4"].vetoes == ("P1", "P3")


NAMES = "id,name,prefers\nP1,Araceli Andrade,{}\nP2,Bo Ek,\nP3,Michael Jones,\nP4,Michael Jonas,\n"


@pytest.mark.parametrize(
    ("wish", "ids", "code"),
    [
        ("Michael Jones", ("P3",), "CO213"),
        ("Michael Jnoes", ("P3",), "CO214"),
        ("Michael Jonis", (), "CO340"),  # as near to Jones as to Jonas
        ("Bo Eck", (), "CO340"),
        ("P99999", (), "CO340"),
        ("Araceli Andrade", (), "CO342"),
        ("Somebody Else", (), "CO340"),
    ],
)
def test_mistyped_names_resolve_only_when_unique_and_near(
    wish: str, ids: tuple[str, ...], code: str
) -> None:
    report = read(NAMES.format(wish))
    assert report.roster["P1"].prefers == ids
    assert (code, 2) in told(report)


def test_a_name_that_two_people_share_is_left_out() -> None:
    report = read("id,name,prefers\nP1,Ann,Bo Ek\nP2,Bo Ek,\nP3,Bo Ek,\n")
    assert report.roster["P1"].prefers == ()
    [problem] = [p for p in report.problems if p.code == "CO341"]
    assert "P2 or P3" in problem.fix


def test_managers_that_cannot_be() -> None:
    report = read("id,manager\nP1,P1\nP2,P3\nP3,P4\nP4,P2\nP5,boss@x.org\nP6,P2\n")
    assert [(c, r) for c, r in told(report)] == [
        ("CO342", 2), ("CO344", 3), ("CO344", 4), ("CO344", 5), ("CO345", 6),
    ]  # fmt: skip
    assert report.roster["P1"].manager is None
    assert report.roster["P5"].attributes["manager_outside"] == "boss@x.org"


def test_a_veto_beats_a_wish() -> None:
    report = read("id,prefers,vetoes\nP1,P2; P3,P2\nP2,,\nP3,,\n")
    assert (report.roster["P1"].prefers, report.roster["P1"].vetoes) == (("P3",), ("P2",))
    assert told(report) == [("CO343", 2)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P3,Cy", "CO303"),
        ("P3,Cy,mentor,x,y", "CO304"),
        ("id,name,role,level", "CO203"),
        ("Total,2,,", "CO204"),
    ],
)
def test_rows_that_are_no_people_are_rejected_with_a_reason(row: str, code: str) -> None:
    report = read(BASE + row + "\n")
    assert [(r.row, r.code) for r in report.rejected] == [(4, code)]
    assert (code, 4) in told(report)
    assert len(report.roster) == 2


def test_a_long_row_whose_cells_fit_is_kept() -> None:
    report = read(BASE + "P3,Cy,mentor,5,see notes\nP4,Di,mentee,1,,\n")
    assert len(report.roster) == 4
    assert told(report) == [("CO215", 4), ("CO215", 5)]


def test_titles_and_blank_rows_above_the_headings_are_skipped() -> None:
    report = read("Cohort 7,,,\n,,,\n" + BASE)
    assert told(report) == [("CO202", 1)]
    assert [report.rows[p.id][1] for p in report.roster.people] == [4, 5]


def test_a_sheet_sorted_with_its_heading_still_loads() -> None:
    report = read("P2,Bo,mentee,2\nP1,Ann,mentor,4\nid,name,role,level\nP3,Cy,mentor,1\n")
    assert [p.id for p in report.roster.people] == ["P2", "P1", "P3"]


def test_two_columns_of_one_name_are_an_error_unless_they_agree() -> None:
    assert read("id,name,name\n1,Ann,Sales\n2,Bo,HR\n").errors[0].code == "CO109"
    assert told(read("id,name,name\n1,Ann,Ann\n2,Bo,Bo\n")) == []


def test_blanks_are_reported_where_most_have_a_value() -> None:
    text = "id,level,timezone\n" + "".join(f"P{k},{k},UTC\n" for k in range(8)) + "P8,TBC,\n"
    assert told(read(text)) == [("CO320", 10), ("CO320", 10)]


def test_spreadsheet_errors_and_dates_are_reported() -> None:
    text = "id,department,start\n" + "".join(f"P{k},HR,2024-01-0{k}\n" for k in range(1, 8))
    report = read(text + "P8,#REF!,Jan-24\n")
    assert told(report) == [("CO335", 9), ("CO334", 9)]
    assert report.roster["P8"].department == ""


def test_departments_take_their_commonest_spelling() -> None:
    report = read("id,department\nP1,Sales\nP2,SALES\nP3,Sales\nP4,sales\n")
    assert {p.department for p in report.roster.people} == {"Sales"}


def test_yes_no_slot_columns_become_hours() -> None:
    report = read("id,Friday morning,Friday evening\nP1,1,0\nP2,0,0\nP3,,\n")
    hours = [p.availability for p in report.roster.people]
    assert [None if one is None else str(one) for one in hours] == ["Fri 08:00-12:00", "", None]


def test_a_line_break_in_a_cell_says_how_rows_are_counted() -> None:
    report = read('id,name,level\nP1,"Ann\nLee",4\nP2,Bo,x\n')
    assert told(report) == [("CO207", 2), ("CO316", 2), ("CO321", 4)]
    assert report.roster["P1"].name == "Ann Lee"


def test_unknown_columns_beyond_a_thousand_are_counted_not_listed() -> None:
    names = ["id", *(f"x{k}" for k in range(1500)), "level"]
    report = read("\n".join((",".join(names), ",".join(["P1"] + ["4"] * 1501))) + "\n")
    assert [(p.code, p.row) for p in report.problems] == [("CO311", 0), ("CO313", 1)]
    assert report.roster["P1"].level == 4
    assert len(report.roster["P1"].attributes) == 1000


def test_values_are_short_in_messages_unless_asked_for() -> None:
    text = BASE.replace(",4", "," + "secret " * 30)
    assert len(read(text).problems[0].found) < 60
    assert len(read(text, show_values=True).problems[0].found) > 150


@pytest.mark.parametrize("text", ["id,name\n", "id\n\n\n", "id,level\nTotal,3\n"])
def test_no_people_is_an_error(text: str) -> None:
    assert [p.code for p in read(text).errors] == ["CO108"]


rows = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2", "p1", "", "Total"]),
        st.sampled_from(["Ann", "Bo", "ann", "", "=1+1"]),
        st.sampled_from(["mentor", "", "x", "both"]),
        st.sampled_from(["4", "", "L2", "?", "9999999"]),
        st.sampled_from(["P1", "Ann", "Bo; Cy", "", "P2, P1"]),
    ).map(list),
    max_size=8,
)


@given(rows, st.integers(0, 6))
def test_every_row_is_a_person_merged_or_rejected(table: list[list[str]], cut: int) -> None:
    lines = [
        ",".join(f'"{cell}"' for cell in row[: cut if k == 2 else 5]) for k, row in enumerate(table)
    ]
    report = read("id,name,role,level,prefers\n" + "\n".join(lines) + "\n")
    assert report.rows_in == len(report.roster) + report.merged + len(report.rejected)
    assert report.rows_in + report.blank_rows <= len(table) + 1


@given(rows, st.randoms())
def test_the_order_of_clean_rows_never_matters(table: list[list[str]], random: object) -> None:
    lines = [f"Q{k}," + ",".join(f'"{cell}"' for cell in row[1:4]) for k, row in enumerate(table)]
    mixed = list(lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    head = "id,name,role,level\n"
    one, other = read(head + "\n".join(lines) + "\n"), read(head + "\n".join(mixed) + "\n")
    assert one.roster.by_id == other.roster.by_id


def test_words_for_none_are_ids_where_they_stand_once() -> None:
    nora = read_roster_report(b"id,name,manager\nNA,Nora,\nB,Bo,NA\nC,Cy,n/a\nD,Di,Nora\n")
    assert [person.manager for person in nora.roster.people] == [None, "NA", None, "NA"]
    again = read_roster_report(cleaned_file(nora))
    assert (again.roster, again.problems) == (nora.roster, ())
    blank = read_roster_report(b"id,name,email\nn/a,Nora,n@x.org\nn/a,Bo,b@x.org\nC,Cy,c@x.org\n")
    assert [person.id for person in blank.roster.people] == ["n@x.org", "b@x.org", "C"]
    assert [problem.code for problem in blank.problems] == ["CO306", "CO306"]


def test_two_skills_in_one_entry_are_taken_apart_where_both_are_known() -> None:
    text = (
        b"id,skills_offered,skills_wanted\na,Python; Go,SQL\nb,golang / python,SQL and Python\n"
        b"c,.NET & SQL; R&D,Sales and Marketing\nd,UI / UX,CI/CD\n"
    )
    report = read_roster_report(text)
    people = report.roster.by_id
    assert list(people["b"].skills_offered) == ["Go", "Python"]
    assert list(people["b"].skills_wanted) == ["SQL", "Python"]
    assert list(people["c"].skills_offered) == [".NET & SQL", "R&D"]
    assert (list(people["d"].skills_offered), list(people["d"].skills_wanted)) == (
        ["UI/UX"], ["CI/CD"],
    )  # fmt: skip
    assert {problem.code for problem in report.problems} == {"CO208"}
    again = read_roster_report(cleaned_file(report))
    assert (again.roster, again.problems) == (report.roster, ())
    kept = read_roster_report(text, spellings={"SQL and Python": "SQL and Python"})
    assert list(kept.roster["b"].skills_wanted) == ["SQL and Python"]


def test_people_who_left_are_told_apart_among_other_statuses() -> None:
    slack = b"userid,fullname,status\nU1,Ann,Admin\nU2,Bo,Deactivated\nU3,Cy,Member\nU4,Di,L\n"
    report = read_roster_report(slack)
    assert [person.role for person in report.roster.people] == [None, ("none",), None, None]
    assert [(p.code, p.row) for p in report.problems] == [("CO347", 3)]
    assert report.roster["U1"].attributes["status"] == "Admin"


def test_numbered_and_annotated_wishes_are_read_and_first_names_suggested() -> None:
    text = (
        b'id,name,prefers,vetoes\na,Ann Lee,"1. Bob Hart\n2) Cy Dean",Di\n'
        b"b,Bob Hart,Ann Lee (Finance),nobody\nc,Cy Dean,Ann,Bo\nd,Di Oz,anyone,\n"
        b"e,Ann Wu,,\n"
    )
    report = read_roster_report(text)
    assert [person.prefers for person in report.roster.people] == [("b", "c"), ("a",), (), (), ()]
    assert all(person.vetoes == () for person in report.roster.people)
    told = {(p.found, p.fix) for p in report.problems if p.code == "CO340"}
    assert told == {
        ('"Di"', "Did you mean d?"),
        ('"Bo"', "Did you mean b?"),
        ('"Ann"', "Use an id of the roster."),  # there are two
    }


def test_what_a_column_of_ticks_means_is_asked_once_not_for_every_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    is_rating = FileRows._is_rating

    def counted(rows: FileRows, index: int) -> bool:
        asked.append(index)
        return is_rating(rows, index)

    monkeypatch.setattr(FileRows, "_is_rating", counted)
    lines = [f"p{k},{k % 2},{k % 6}" for k in range(50)]
    source = "\n".join(["id,sql,law", *lines]).encode()
    roster = read_roster(source, columns={"sql": "skills_offered", "law": "skills_offered"})
    assert roster["p3"].skills_offered == {"sql": 3, "law": 3}
    assert len(asked) <= 4

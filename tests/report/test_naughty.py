"""Naughty strings as ids, names, skills and topics are inert in every file that we write."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import icalendar
import pytest
from fixtures import GRAPH, HOSTILE, solved
from rich.console import Console
from tests.places import NAUGHTY

from cohortopt.model import Facts, Roster, Solution
from cohortopt.report.comparison import comparison_html, comparison_markdown, show_comparison
from cohortopt.report.outputs import write_outputs
from cohortopt.report.terminal import show_solution
from cohortopt.scenarios.compare import compare

STRINGS = json.loads(NAUGHTY.read_text("utf-8")) if NAUGHTY.exists() else []
TRIGGERS = set("=+-@\t\r\n＝＋－＠")


def dressed(texts: list[str]) -> tuple[Solution, Facts]:
    """Return a solution whose people, departments, skills and topics are called by ``texts``."""
    texts = list(dict.fromkeys(text for text in texts if text.strip()))
    solution, facts = solved(len(texts), hostile=False)
    names = dict(zip(facts.roster.ids(), texts, strict=True))

    def skills(degrees: dict[str, int], k: int) -> dict[str, int]:
        return {**degrees, texts[k]: 3}

    people = tuple(
        person.model_copy(
            update={
                "id": names[person.id],
                "name": names[person.id],
                "department": names[person.id],
                "location": names[person.id],
                "manager": None,
                "prefers": tuple(names[one] for one in person.prefers),
                "vetoes": (),
                "skills_offered": skills(person.skills_offered, k),
                "skills_wanted": skills(person.skills_wanted, k - 1),
            }
        )
        for k, person in enumerate(facts.roster.people)
    )
    told = json.loads(solution.to_json())
    for program in told["programs"]:
        program["name"] = f"{texts[0]}{program['name']}"
        for one in program["unplaced"]:
            one["person"] = names[one["person"]]
        for k, match in enumerate(program["matches"]):
            match["match"] = f"{texts[k % len(texts)]}-{k}"
            match["topic"] = texts[-1 - k % len(texts)] if match.get("topic") else None
            for member in match["members"]:
                member["person"] = names[member["person"]]
    told["scenario"] = texts[1]
    roster = Roster(people=people)
    facts = Facts(roster=roster, skills=GRAPH, timezone=facts.timezone, weeks=facts.weeks)
    return Solution.model_validate(told), facts


class Tags(HTMLParser):
    """Counts the tags of a page with the names of their attributes, and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, tuple(name for name, _ in attrs)] += 1


def tags_of(page: str) -> set[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page)
    return set(parser.found)


@pytest.fixture(
    scope="module", params=[5, pytest.param(1, marks=pytest.mark.slow)], ids=["a fifth", "all"]
)
def texts(request: pytest.FixtureRequest) -> list[str]:
    return [*HOSTILE, *STRINGS[:: request.param]]


@pytest.fixture(scope="module")
def folder(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("naughty") / "out"
    write_outputs(out, *dressed(texts), graphs=True, organizer="boss@example.org")
    return out


def test_no_cell_of_a_csv_starts_a_formula(folder: Path) -> None:
    files = sorted(folder.glob("*.csv"))
    assert [file.name for file in files] == ["assignment.csv", "mailmerge.csv", "unplaced.csv"]
    for file in files:
        rows = csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
        for cell in (cell for row in rows for cell in row):
            bare = re.sub(r"[\s\"“”‘’`«»\u200b-\u200f\u2060\ufeff\u00ad]", "", cell)
            assert cell[:1] not in TRIGGERS
            assert bare[:1] not in TRIGGERS


def test_the_workbook_holds_no_formula_and_every_part_is_xml(folder: Path) -> None:
    with zipfile.ZipFile(folder / "assignment.xlsx") as parts:
        for name in parts.namelist():
            root = ElementTree.fromstring(parts.read(name))
            if name.startswith("xl/worksheets/sheet"):
                kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
                assert not kinds & {"f", "hyperlink", "hyperlinks"}


def test_pages_have_the_tags_of_a_page_with_plain_names(
    folder: Path, texts: list[str], tmp_path: Path
) -> None:
    plain = [f"person {k}" for k in range(len(set(texts)))]
    write_outputs(tmp_path / "plain", *dressed(plain))
    pages = [(path / "report.html").read_text("utf-8") for path in (folder, tmp_path / "plain")]
    assert tags_of(pages[0]) <= tags_of(pages[1])
    odd, usual = (
        (compare([("<a>", solution), ("<b>", solution)], facts), facts.roster)
        for solution, facts in (dressed(texts), dressed(plain))
    )
    assert tags_of(comparison_html(*odd)) <= tags_of(comparison_html(*usual))
    assert "<script" not in comparison_markdown(*odd).casefold()


def test_invitations_parse_and_hold_only_our_properties(folder: Path) -> None:
    names = set()
    for file in sorted((folder / "invites").iterdir()):
        assert re.fullmatch(r"[A-Za-z0-9._-]+\.ics", file.name)
        assert len(file.name) < 100
        calendar = icalendar.Calendar.from_ical(file.read_bytes())
        assert calendar.errors == []
        for event in calendar.walk("VEVENT"):
            assert event.errors == []
            names |= set(event)
    assert names <= {
        "UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "DTSTART", "DURATION", "RRULE", "DESCRIPTION",
        "ORGANIZER", "ATTENDEE",
    }  # fmt: skip


def test_graphs_are_xml_with_a_node_each(folder: Path, texts: list[str]) -> None:
    for name in ("assignment.graphml", "skills.graphml"):
        root = ElementTree.parse(folder / name).getroot()
        nodes = [element for element in root.iter() if element.tag.endswith("}node")]
        assert len(nodes) == len(dressed(texts)[1].roster)
        kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert kinds <= {"graphml", "graph", "key", "node", "edge", "data", "default"}


def test_nothing_moves_colours_or_hides_text_on_a_terminal(texts: list[str]) -> None:
    solution, facts = dressed(texts)
    out = io.StringIO()
    console = Console(file=out, width=200, markup=False, highlight=False, emoji=False)
    show_solution(console, solution, facts, [Path("out") / "assignment.csv"])
    comparison = compare([(texts[0], solution), (texts[1], solution)], facts)
    show_comparison(console, comparison, facts.roster)
    odd = {ch for ch in out.getvalue() if unicodedata.category(ch) in ("Cc", "Cf", "Cs")}
    assert odd <= {"\n", "\u200c", "\u200d"}  # joiners belong to some scripts and to emoji

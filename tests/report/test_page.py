"""The report, opened in a real browser."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from browser import CHROMIUM, Page, browse
from fixtures import HOSTILE, mentors_only, solved

from cohortopt.io.safe import printable
from cohortopt.model import Facts, Roster, Solution
from cohortopt.report.extras import ReportExtras, RuleLine, ScenarioTable
from cohortopt.report.page import report_html

in_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium here"
)


def written(folder: Path, n: int = 24, **more: object) -> Path:
    solution, facts = solved(n)
    file = folder / "report.html"
    file.write_text(report_html(solution, facts, **more), encoding="utf-8")  # type: ignore[arg-type]
    return file


@in_browser
def test_the_page_asks_for_nothing_says_nothing_and_shows_hostile_names_as_text(
    tmp_path: Path,
) -> None:
    file = written(tmp_path)

    async def visit(page: Page) -> None:
        await page.open(file.as_uri())
        assert [url for url in page.requests if url != file.as_uri() and url != "data:,"] == []
        assert page.said == []
        assert await page.value("document.title") == "Autumn 2027"
        assert await page.value("document.querySelectorAll('img, iframe, object').length") == 0
        assert await page.value("document.scripts.length") == 1
        text = await page.value("document.body.innerText")
        for name in HOSTILE:
            assert " ".join(printable(name).split()) in " ".join(text.split())
        assert "49" not in await page.value("document.querySelector('.all').innerText")

    browse(visit)


@in_browser
def test_search_leaves_the_cards_that_fit_and_ignores_accents(tmp_path: Path) -> None:
    file = written(tmp_path)
    shown = "[...document.querySelectorAll('article')].filter(a => !a.hidden).length"
    search = "(() => {{ const box = document.getElementById('find'); box.value = '{}';"
    search += " box.dispatchEvent(new Event('input')); return box.offsetHeight > 0 }})()"

    async def visit(page: Page) -> None:
        await page.open(file.as_uri())
        everything = await page.value(shown)
        assert await page.value(search.format("swap-1")) is True
        assert await page.value(shown) == 1
        assert await page.value("document.getElementById('found').textContent") == "1 match"
        await page.value(search.format("ZOE"))
        assert 0 < await page.value(shown) < everything
        await page.value(search.format("nobody is called this"))
        assert await page.value(shown) == 0
        await page.value(search.format(""))
        assert await page.value(shown) == everything
        assert page.said == []

    browse(visit)


@in_browser
def test_the_page_can_be_read_with_scripts_off_and_on_a_phone(tmp_path: Path) -> None:
    file = written(tmp_path)

    async def visit(page: Page) -> None:
        await page.open(file.as_uri())
        assert page.said == []
        assert await page.value("document.getElementById('find').offsetHeight") == 0
        hidden = "[...document.querySelectorAll('article, .all tr')].filter(a => a.hidden).length"
        assert await page.value(hidden) == 0
        await page.picture(tmp_path / "phone.png", 390)
        assert await page.value("document.documentElement.scrollWidth") <= 390

    browse(visit, scripts=False)


def test_240_people_fit_in_300_kib_and_2000_in_2_mib() -> None:
    points = "629 points: 343 for variety of department, 257 for another department, 29 for skills"
    extras = ReportExtras(points=lambda match, person: points)
    for people, limit in ((240, 300), (2000, 2048)):
        solution, facts = mentors_only(people)
        page = report_html(solution, facts, extras=extras)
        assert page.count(points) > people
        assert len(page.encode()) <= limit * 1024


def test_sections_come_in_the_promised_order() -> None:
    solution, facts = solved(24)
    extras = ReportExtras(
        rules=(RuleLine("Mentors", "Capacity", "14 matches", "Ann has 2 of 2"),),
        scenarios=ScenarioTable(("", "A", "B"), (("points", "10", "12"),), ("None is best.",)),
    )
    html = report_html(solution, facts, extras=extras)
    wanted = [
        'id="quality"',
        'class="numbers"',
        'id="attention"',
        'id="skills"',
        'id="hours"',
        'id="fit"',
        'id="capacity"',
        'id="scenarios"',
        'id="matches"',
        'id="everyone"',
        'id="rules"',
        'id="again"',
    ]
    places = [html.index(mark) for mark in wanted]
    assert places == sorted(places)
    assert html.count('<div><p class="big">') == 5
    assert html.count('<p class="step">') <= 7


def test_participants_see_matches_and_times_and_nothing_private() -> None:
    solution, facts = solved(24, hostile=False)
    html = report_html(solution, facts, audience="participants")
    for private in ("SECRET-NOTE", "choice ", "points", "not placed", "Department", "p0001"):
        assert private not in html
    assert "Mondays 09:00–10:00" in html
    assert facts.roster["p0005"].name in unescape(html)


def test_the_policy_allows_only_the_style_and_script_of_the_page() -> None:
    solution, facts = solved(24)
    html = report_html(solution, facts)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;") or "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert " style=" not in html
    assert not re.search(r"\son\w+=\S+", re.sub(r"&lt;.*?&gt;", "", html).split("<body>")[1])
    assert "http://" not in html
    assert "https://" not in html.replace("https://example.org/x", "")


def test_an_empty_solution_has_a_page() -> None:
    page = report_html(Solution(), Facts(roster=Roster()))
    assert "Not proven" in page
    assert "Places used" not in page
    assert 'href="#fit"' not in page


def test_the_same_solution_gives_the_same_page() -> None:
    first, second = (report_html(*solved(24)) for _ in range(2))
    assert first == second

"""The codes are explained, and the page says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cohortopt
from cohortopt.io.codes import CODES, codes_page, explain_code

ROOT = Path(__file__).parents[2]


def test_the_page_of_codes_is_up_to_date() -> None:
    assert (ROOT / "docs" / "codes.md").read_text("utf-8") == codes_page()


def test_every_code_used_in_the_source_is_explained() -> None:
    used: set[str] = set()
    for path in Path(cohortopt.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r'"(CO[123]\d\d)"', path.read_text("utf-8")))
    assert used <= set(CODES), sorted(used - set(CODES))


def test_every_explained_code_is_used_somewhere() -> None:
    folder = Path(cohortopt.__file__).parent
    text = "".join(p.read_text("utf-8") for p in folder.rglob("*.py") if p.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in text] == []


def test_an_explanation_names_the_remedy() -> None:
    assert "What to do" in explain_code("co320")
    with pytest.raises(KeyError):
        explain_code("CO999")

"""The codes are explained, and the page says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.places import ROOT

import cohortopt
from cohortopt.io.doctor.codes import _TABLE, CODES, codes_page, explain_code


def test_the_page_of_codes_is_up_to_date() -> None:
    assert (ROOT / "docs" / "codes.md").read_text("utf-8") == codes_page()


def test_every_code_used_in_the_source_is_explained() -> None:
    used: set[str] = set()
    for path in Path(cohortopt.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r'"(CO[123]\d\d)"', path.read_text("utf-8")))
    assert used <= set(CODES), sorted(used - set(CODES))


SUBJECTS = {  # of files below io, io/doctor, or beside them
    "files": "read_sheet sheet_csv sheet_book encodings",
    "tables": "tables skills",
    "people": "roster people references headings hints rows body cells readers hours slots zones "
    "skills_text",
    "solutions": "solution solved",
    "scenarios": "scenario program settings strangers demands overrides",
    "assignments": "assignment keep",
}


def test_a_code_has_one_meaning() -> None:
    """Modules share a code only where they read the same thing."""
    folder = Path(cohortopt.__file__).parent
    subject_of = {module: name for name, listed in SUBJECTS.items() for module in listed.split()}
    used: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        module = path.relative_to(folder).with_suffix("").as_posix()
        module = module.removeprefix("io/").removeprefix("doctor/")
        for code in re.findall(r'"(CO[123]\d\d)"', path.read_text("utf-8")):
            if module != "codes":
                used.setdefault(code, set()).add(subject_of.get(module, module))
    assert {code: subjects for code, subjects in used.items() if len(subjects) > 1} == {}


def test_no_two_codes_have_one_title() -> None:
    titles = [code.title for code in CODES.values()]
    assert len(titles) == len(set(titles))
    assert len(CODES) == len(_TABLE)


def test_every_explained_code_is_used_somewhere() -> None:
    folder = Path(cohortopt.__file__).parent
    text = "".join(p.read_text("utf-8") for p in folder.rglob("*.py") if p.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in text] == []


def test_an_explanation_names_the_remedy() -> None:
    assert "What to do" in explain_code("co320")
    with pytest.raises(KeyError):
        explain_code("CO999")

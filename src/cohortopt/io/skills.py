"""Skill files: which skills are near each other, and which spellings are one skill."""

from __future__ import annotations

import re

from cohortopt.errors import RosterError
from cohortopt.io.doctor.sheet import Source
from cohortopt.io.doctor.slots import YES
from cohortopt.io.tables import read_records
from cohortopt.model import Relation, SkillGraph

_NAMES = {
    "skill": "skill|source|from",
    "related": "related|target|to|related skill",
    "closeness": "closeness|weight|similarity|strength",
    "directed": "directed|one way",
    "label": "preferred label|preferredlabel|label|skill name|name",
    "aliases": "alt labels|altlabels|aliases|alternative labels|also known as",
    "broader": "broader|family|category|parent|broader concept",
    "spelling": "spelling|written|found",
}
_LISTS = re.compile(r"[;\n|]")
BROADER = 0.5  # closeness of a skill and its family, where the file gives none


def read_skills(source: Source) -> SkillGraph:
    """Read a skill graph.

    Understood are ``skill,related,closeness`` (closeness above 0 to 1, default 0.5; where
    a number exceeds 1 all are percent, where one exceeds 100 all are divided by the largest;
    both ways unless a column ``directed`` says yes), ESCO's
    ``preferredLabel,altLabels,broader`` (a family is 0.5 close, another label is the same skill),
    and ``skill,family,aliases``. A decision file ``spelling,skill`` has no relations.

    Raises
    ------
    RosterError
        With every row that cannot be used.
    """
    records, remarks = read_records(source, _NAMES, ())
    columns = set(records[0].cells) if records else set()
    if records and not columns & {"related", "broader", "aliases", "spelling"}:
        remarks.add("CO114", 1, "", "no related skills", "skill,related,closeness, or "
                    "preferredLabel,altLabels,broader, or spelling,skill")  # fmt: skip
        raise RosterError(remarks.problems)
    relations: list[Relation] = []
    closeness = {record.row: _number(record.cells.get("closeness", "")) for record in records}
    largest = max((value for value in closeness.values() if value is not None), default=1.0)
    scale = 1.0 if largest <= 1 else 100.0 if largest <= 100 else largest
    for record in records:
        cells = record.cells
        skill = cells.get("label") or cells.get("skill", "")
        if cells.get("related"):
            value = closeness[record.row]
            given = cells.get("closeness", "")
            if value is not None:
                value /= scale
            if not skill or (given and (value is None or not 0 < value <= 1)):
                found = remarks.quote(given) if skill else "no skill"
                remarks.add("CO115", record.row, "closeness", found, "a number above 0, up to 1")
                continue
            one_way = cells.get("directed", "").casefold() in {*YES, "directed"}
            relations.append(_relation(skill, cells["related"], value, directed=one_way))
        for label in _LISTS.split(cells.get("aliases", "")):
            if label.strip() and skill:
                relations.append(_relation(skill, label.strip(), 1.0))
        for family in _LISTS.split(cells.get("broader", "")):
            if family.strip() and skill:
                relations.append(_relation(skill, family.strip(), BROADER))
    if remarks.has_errors:
        raise RosterError(remarks.problems)
    return SkillGraph(relations=tuple(relations))


def _relation(
    skill: str, related: str, closeness: float | None, *, directed: bool = False
) -> Relation:
    value = BROADER if closeness is None else closeness
    return Relation(skill=skill, related=related, closeness=value, directed=directed)


def _number(text: str) -> float | None:
    text = text.replace(",", ".").rstrip("% ")
    return float(text) if re.fullmatch(r"\d{1,6}(?:\.\d{1,20})?", text) else None


def read_spellings(source: Source) -> dict[str, str]:
    """Read decisions about skills: spelling to skill.

    From ``spelling,skill``, from ``skill,aliases`` or from ESCO's ``preferredLabel,altLabels``.
    To keep two skills apart that would be joined, give each a line with its own name.

    Raises
    ------
    RosterError
        If the file has none of these columns, or one spelling stands for two skills.
    """
    records, remarks = read_records(source, _NAMES, ())
    found: dict[str, tuple[str, int]] = {}
    columns = set(records[0].cells) if records else set()
    if records and not columns & {"spelling", "aliases"}:
        remarks.add("CO114", 1, "", "no spellings", "the columns spelling, skill")
        raise RosterError(remarks.problems)
    for record in records:
        cells = record.cells
        skill = cells.get("skill") or cells.get("label", "")
        written = [cells.get("spelling", ""), *_LISTS.split(cells.get("aliases", ""))]
        for spelling in (text.strip() for text in written):
            if not spelling or not skill:
                continue
            key = " ".join(spelling.split()).casefold()
            known = found.setdefault(key, (skill, record.row))
            if known[0] != skill:
                remarks.add("CO115", record.row, "skill", remarks.quote(skill),
                            f"{remarks.quote(known[0])}, as on row {known[1]}")  # fmt: skip
    if remarks.has_errors:
        raise RosterError(remarks.problems)
    return {spelling: skill for spelling, (skill, _) in found.items()}


def spellings_in(source: Source) -> dict[str, str]:
    """Return the decisions that a skill file of any kind holds; none is no error."""
    try:
        return read_spellings(source)
    except RosterError as error:
        if all(problem.code == "CO114" for problem in error.problems if problem.is_error):
            return {}
        raise

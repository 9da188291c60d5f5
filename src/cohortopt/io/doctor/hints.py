"""What an unknown heading may mean: by its words, else by the cells below it. Only suggested."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cohortopt.io.doctor.cells import Grades, read_email, read_roles
from cohortopt.io.doctor.headings import normal, skill_in, target_of
from cohortopt.io.doctor.hours import read_hours
from cohortopt.io.doctor.slots import NO, YES
from cohortopt.io.doctor.zones import read_zone

LOOKED_AT = 200  # cells of a column
MOSTLY = 0.8  # of them fit, where cells alone give the hint
FEWEST = 3

_WORDS = {
    target: re.compile(pattern)
    for target, pattern in (
        ("role", r"mentor\w* or (a )?mentee|mentee\w* or (a )?mentor|role (in|for) |sign\w* up as"
         r"|(mentoring|programme|program) role"),
        ("capacity", r"how many (mentees|people|students|learners|matches)"),
        ("needs", r"how many mentors"),
        ("hours", r"hours?.* (a|per|each) month"),
        ("vetoes", r"\b(not|never|dont|nobody)\b.*\b(match|matched|pair|paired|work)\b|\bavoid"),
        ("prefers", r"(prefer|would like|want to be).*(matched with|paired with|work with|partner"
         r"|as (a |your )?ment)|(first|second|third|1st|2nd|3rd|top) choice|choice \d"),
        ("timezone", r"time ?zone"),
        ("skills_offered", r"(skill|topic|subject|area|what).*\b(share|teach|offer|bring)\b"
         r"|\bi can (support|help|offer|teach)"
         r"|help others|(top \d* ?|my |your )skills|skills (do )?you have"),
        ("skills_wanted", r"\b(learn|develop|improve)\b|\b(want|need|like) (some )?help with"
         r"|meet about|looking for (support|help)"),
        ("availability", r"\b(when|times?|days?)\b.*\b(free|available|meet|suit|work)"
         r"|meeting times"),
        ("level", r"how senior|seniority|(your|current|job|career) (level|grade|band)"),
        ("department", r"(which|what|your) (department|team|division|business unit)"
         r"|(department|team|division|business unit) name"),
        ("manager", r"\b(line manager|supervisor)\b|who do you report to"),
        ("name", r"(preferred|known as|participant|colleague|staff) name|name of "),
        ("location", r"(where|which|what).*\b(based|office|city|located)\b"),
    )
}  # fmt: skip
_NOTE = re.compile(r"\([^)]*\)|[:–—].*$")  # "Availability (use 24 h)", "Skills: list three"
_GRID = re.compile(  # "Rate your skills [Python]", "Wants: SQL"
    r"(?i)(?:.*\b(wants?|wanted|learn|develop|improve|interests?)\b|.*\b(?:skills?|expertise"
    r"|proficien\w*|experience|rate|offers?)\b).*[\[:]"
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]+,? (?:[^\W\d_][\w'’.-]* ){0,2}[^\W\d_][\w'’.-]*")
_GRADES = Grades(None)

_LOOKS: dict[str, Callable[[str], bool]] = {
    "role": lambda text: read_roles(text).value is not None,
    "email": lambda text: "@" in text and read_email(text).value is not None,
    "availability": lambda text: any(map(str.isdigit, text)) and read_hours(text).code != "CO326",
    "timezone": lambda text: ":" not in text and text[-1:].isalpha() and bool(read_zone(text).name),
    "level": lambda text: text.isalpha() and _GRADES.read(text).value is not None,
}


def meaning_of(heading: str, texts: Sequence[str], taken: set[str]) -> str:
    """Return the column that an unknown heading may mean; "" where nothing speaks for one.

    Columns in ``taken`` are there already. Columns of yes and no mean nothing by themselves.
    """
    filled = [text for text in texts[:LOOKED_AT] if text]
    grid = _GRID.match(heading) if skill_in(heading) != heading.replace("_", " ").strip() else None
    if grid and {*map(str.casefold, filled)} <= YES | NO | set("012345"):
        return "skills_wanted" if grid[1] else "skills_offered"
    if not filled or {text.casefold() for text in filled} <= YES | NO:
        return ""
    key = normal(heading)
    known = target_of(_NOTE.sub("", heading))
    if known and known[0] not in taken:
        return known[0]
    for target, pattern in _WORDS.items():
        if target not in taken and pattern.search(key):
            return target
    if len(filled) < FEWEST:
        return ""
    for target, fits in _LOOKS.items():
        if target not in taken and sum(map(fits, filled)) >= MOSTLY * len(filled):
            return target
    different = len(set(filled)) == len(filled)
    if different and "name" not in taken and all(map(_NAME.fullmatch, filled)):
        return "name"
    return ""

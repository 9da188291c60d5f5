"""Which column is which: exact aliases are applied, near misses only suggested."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cohortopt.io.doctor.cells import tidy
from cohortopt.io.doctor.remarks import Remarks, letter
from cohortopt.io.doctor.slots import SlotColumn, slot_column
from cohortopt.io.safe import printable, quoted

CANONICAL = (
    "id", "name", "email", "role", "level", "department", "location", "timezone", "languages",
    "skills_offered", "skills_wanted", "availability", "capacity", "capacity_min", "needs",
    "hours", "manager", "prefers", "vetoes", "past", "priority", "dropout",
)  # fmt: skip
HELPERS = (
    "first_name", "last_name", "middle_name", "unavailable", "status", "joins", "is_mentor",
    "is_both", "checked",
)  # fmt: skip
MANY = frozenset(
    ("languages", "skills_offered", "skills_wanted", "prefers", "vetoes", "past", "availability",
     "unavailable", "role")
)  # fmt: skip
"""Columns that several headings may fill together."""

MAX_COLUMNS = 1_000  # unknown ones that are kept
NEAR = 86.0  # percent of rapidfuzz's ratio from which a heading is suggested

_ALIASES = {
    "id": "id|person id|employee id|employee number|employee no|staff no|staff number|staff id|"
    "user id|student id|participant id|member id|personnel number|respondent|codename|"
    "respondent id|rownames|userid|emp id|worker id|uid|identifier|person",
    "name": "name|full name|fullname|your name|person name|employee name|participant|"
    "participant name|student name|display name|mentor name|mentee name|ta name|what is your name|"
    "employee|staff member|colleague|vor und nachname|nom et prénom|nombre completo|"
    "what is your full name|last first|your full name|username",
    "first_name": "first name|given name|forename|firstname|first|what is your first name|"
    "your first name|f|vorname|prénom",
    "last_name": "last name|surname|family name|lastname|last|what is your last name|"
    "your last name|l|nachname|nom de famille|apellidos",
    "middle_name": "middle name|middlename",
    "email": "email|e mail|email address|e mail address|work email|mail|your email|"
    "your email address|what is your email address|mentor email|mentee email|ta email|"
    "mentor email address|mentee email address|contact email|company email|business email|"
    "your civil service email address|work email address|e|e mail adresse|courriel|"
    "correo electrónico",
    "role": "role|roles|mentor mentee|mentor or mentee|mentoring type|programme role|program role|"
    "i want to be a|i want to be|i would like to be a|mentoring role|participant type|"
    "mentor or mentee role|type of participant|i would like to be|"
    "rolle|rôle|rol",
    "level": "level|grade|seniority|management level|job level|your grade|seniority level|"
    "career level|band|job grade|experience level|rank",
    "department": "department|dept|team|division|business unit|organisation|organization|"
    "department name|your department|your department or agency|function|org unit|unit|faculty|"
    "abteilung|département|departamento",
    "location": "location|office|city|site|office location|country|office id|region|work location|"
    "standort|ville|ciudad|country region",
    "timezone": "timezone|time zone|tz|timezone office|time zone office|your time zone|"
    "your timezone|in what timezone are you|what time zone are you in|office time zone|"
    "what is your time zone|what is your timezone|local time zone|zeitzone|"
    "fuseau horaire|zona horaria",
    "languages": "languages|language|spoken languages|languages spoken|"
    "which languages do you speak|sprachen|langues|idiomas",
    "skills_offered": "skills offered|can teach|what can you offer|skills|offers|offered|"
    "i can offer|can help with|offer help in categories|offer help in|expertise|"
    "areas of expertise|skills i can teach|i can teach|teaches|strengths|"
    "what can you teach|skills to offer|offer|ich biete|je propose|ofrezco",
    "skills_wanted": "skills wanted|wants to learn|what do you want to learn|wants|wanted|"
    "i want to learn|need help in categories|need help in|learning goals|goals|"
    "development goals|skills i want to learn|development areas|want to learn|"
    "what would you like to learn|skills needed|skills to learn|needs help with|learns|"
    "ich suche|je cherche|busco",
    "availability": "availability|when free|when are you free|free slots|free slots local|"
    "available times|available hours|free times|free hours|times available|"
    "when are you available|weekly availability|available|your availability|local hours|"
    "availability local time|hours available|verfügbarkeit|disponibilités|"
    "disponibilidad",
    "unavailable": "unavailability|unavailable times|unavailable hours|unavailable|"
    "when are you not available|busy times|busy",
    "capacity": "capacity|max mentees|maximum mentees|how many can you take|number of mentees|"
    "how many students are you willing to mentor|how many mentees can you take|mentee capacity|"
    "max number of mentees|maximum number of mentees|how many mentees|slots|seats|"
    "how many people can you mentor|max matches|capacity max",
    "capacity_min": "capacity min|min mentees|minimum mentees|min capacity|minimum capacity",
    "needs": "needs|mentors wanted|number of mentors|how many mentors|max mentors|mentors needed|"
    "how many mentors do you want|maximum mentors",
    "hours": "hours|hours month|hours per month|hrs|hours a month|monthly hours|hrs month|"
    "hours available per month|time per month|how many hours a month|hours each month",
    "manager": "manager|line manager id|manager id|reports to|line manager|supervisor id|"
    "supervisor|manager email|line manager email|manager name|boss|reports to id|"
    "manager e mail|manager employee id",
    "prefers": "prefers|preferences|would like to work with|wish list|wishlist|wishes|preferred|"
    "preferred partners|preferred mentors|preferred mentees|preference|"
    "please list name s of people you would like to have on your team|"
    "who would you like to work with|would like as mentor|preferred matches",
    "vetoes": "vetoes|veto|please not with|avoid|conflicts|not with|exclusions|do not match with|"
    "please list name s of people you would like to not have on your team|do not match|"
    "please list name s of people you would not like to have on your team|"
    "should not match with|who would you not like to work with|conflicts of interest",
    "past": "past|past partners|previous pairs|last cohort|past matches|previous partners|"
    "previous mentors|previous matches|past mentors|past mentees|met before|already met",
    "priority": "priority|weight",
    "dropout": "dropout|dropout risk|risk of leaving|chance of dropping out",
    "status": "status|employee status code|employee status|employment status|account status",
    "joins": "joins|joining|taking part|participates",
    "is_mentor": "do you want to sign up as a mentor|sign up as a mentor|"
    "would you like to be a mentor|do you want to be a mentor",
    "is_both": "both mentor and mentee|do you want to be both mentor and mentee",
    "checked": "checked",
}  # fmt: skip

_INDEX: dict[str, tuple[str, int]] = {
    alias: (target, rank)
    for target, aliases in _ALIASES.items()
    for rank, alias in enumerate(aliases.split("|"))
}
_NOTES = re.compile(r"\((?:required|optional|mandatory|if any|select all that apply)\)|\*+$", re.I)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def normal(heading: str) -> str:
    """Return the form in which headings are compared: words, small, without signs.

    Examples
    --------
    >>> normal("Timezone (office)"), normal("supervisorId"), normal("first_name (required)")
    ('timezone office', 'supervisor id', 'first name')
    """
    text = unicodedata.normalize("NFKC", _NOTES.sub(" ", heading[:500]))
    text = _CAMEL.sub(" ", text).casefold().replace("’", "").replace("'", "")
    return " ".join(re.findall(r"[^\W_]+", text))


def skill_in(heading: str) -> str:
    """Return the skill that a heading of its own column names.

    Examples
    --------
    >>> skill_in("Rate your skills [Python]"), skill_in("Skill: SQL"), skill_in("Data_science")
    ('Python', 'SQL', 'Data science')
    """
    found = re.search(r"\[([^\]]+)\]\s*$|^[^:]*:\s*(\S.*)$", heading)
    return (found[1] or found[2] if found else heading.replace("_", " ")).strip()


def target_of(heading: str) -> tuple[str, int] | None:
    """Return the column that an exact alias names, and how good the alias is (0 is best)."""
    key = normal(heading)
    return _INDEX.get(key) or _INDEX.get(key.replace(" ", ""))


def is_known(heading: str) -> bool:
    """Whether a text is a heading that the reader understands.

    Headings that are hours (``Mon 09:00-10:00``) do not count: cells look like that, too.
    """
    if len(heading) > 300 or not heading.strip():
        return False
    key = normal(heading)
    if len(key) == 1:
        return False
    return key in _INDEX


@dataclass
class Plan:
    """What each column of a file is for."""

    row: int  # index of the heading among the rows
    headings: list[str]
    fields: dict[str, list[int]] = field(default_factory=dict)
    attributes: dict[int, str] = field(default_factory=dict)
    slots: dict[int, SlotColumn] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)
    guesses: dict[str, str] = field(default_factory=dict)  # heading -> column, only suggested

    def label(self, index: int) -> str:
        """Return a column as its letter and heading."""
        heading = printable(self.headings[index]).strip() if index < len(self.headings) else ""
        return f"{letter(index)} {heading[:60]}".strip()

    @property
    def mapping(self) -> dict[str, str]:
        """Return the columns that were recognised, heading to canonical name."""
        found = {
            self.headings[index]: target
            for target, indices in self.fields.items()
            for index in indices
        }
        return {heading: found[heading] for heading in self.headings if heading in found}


def find_heading(rows: Sequence[Sequence[str]], columns: Mapping[str, str] | None) -> int:
    """Return the index of the heading: of the first 30 rows the one with most known headings.

    Where none of them has two, the next 2,000 rows are searched too (a sheet that was sorted with
    its heading), and at last the first row of the usual width is taken.
    """
    wanted = {normal(text) for pair in (columns or {}).items() for text in pair}

    def count(row: Sequence[str]) -> int:
        texts = [cell for cell in row[:MAX_COLUMNS] if cell.strip()]
        known = sum(1 for text in texts if is_known(text) or normal(text[:300]) in wanted)
        slots = sum(1 for text in texts if slot_column(text.strip()))
        return known + (slots if slots >= 3 else 0)

    filled = [k for k, row in enumerate(rows[:3000]) if any(cell.strip() for cell in row)]
    if not filled:
        return 0
    near = {k: count(rows[k]) for k in filled[:30]}
    best = max(near, key=lambda k: (near[k], -k))
    if near[best] >= 2 or (near[best] == 1 and best == filled[0]):
        return best
    late = next((k for k in filled[30:2000] if count(rows[k]) >= 3), None)
    if late is not None:
        return late
    widths = {k: sum(1 for cell in rows[k] if cell.strip()) for k in filled[:30]}
    usual = sorted(widths.values())[len(widths) // 2]
    return next(k for k in widths if widths[k] >= usual)


def plan_columns(
    headings: Sequence[str],
    row: int,
    remarks: Remarks,
    columns: Mapping[str, str] | None,
    number: int,
) -> Plan:
    """Decide what each column is; problems go to ``remarks`` with the heading's row ``number``."""
    names = [printable(tidy(heading)) for heading in headings]
    plan = Plan(row, names)
    told = _told(names, columns or {}, remarks, number)
    _count_duplicates(plan)
    claims: dict[str, list[tuple[int, int]]] = {}
    for index, heading in enumerate(names):
        if index in told:
            claims.setdefault(told[index], []).append((-1, index))
        elif not heading:
            plan.unnamed.append(index)
        elif slot := slot_column(heading):
            plan.slots[index] = slot
        elif (found := target_of(heading)) and not _is_stray_letter(heading, names):
            claims.setdefault(found[0], []).append((found[1], index))
    for target, bids in claims.items():
        if target in CANONICAL or target in HELPERS:
            _settle(plan, target, bids)
        elif target != "ignore":
            plan.attributes.update({index: target for _, index in bids})
    taken = {index for indices in plan.fields.values() for index in indices}
    extra = 0
    for index, heading in enumerate(plan.headings):
        if index in taken or index in plan.slots or index in told or not heading:
            continue
        extra += 1
        if extra <= MAX_COLUMNS:
            plan.attributes[index] = heading
    if extra > MAX_COLUMNS:
        found_text = f"{len(names):,} columns; {extra - MAX_COLUMNS:,} ignored"
        remarks.add("CO313", number, "", found_text, f"at most {MAX_COLUMNS:,}")
    _suggest(plan, remarks, number)
    if not plan.fields and not plan.slots:
        listed = ", ".join(quoted(name, 20) for name in names[:5])
        remarks.add("CO315", number, "", listed, "headings such as id, name, role, skills_offered")
    return plan


def _is_stray_letter(heading: str, names: Sequence[str]) -> bool:
    """Whether a one-letter heading stands without its companions ``f`` and ``l``."""
    key = normal(heading)
    return len(key) == 1 and not {"f", "l"} <= {normal(name) for name in names}


def _settle(plan: Plan, target: str, bids: list[tuple[int, int]]) -> None:
    """Give a target its column: the mapped ones, else the best alias; the rest stay attributes."""
    best = min(rank for rank, _ in bids)
    plan.fields[target] = [index for rank, index in bids if rank == best]


def _count_duplicates(plan: Plan) -> None:
    seen: dict[str, int] = {}
    for index, heading in enumerate(plan.headings):
        if not heading:
            continue
        seen[heading] = seen.get(heading, 0) + 1
        if seen[heading] > 1 and target_of(heading) is None:
            plan.headings[index] = f"{heading} ({seen[heading]})"


def _told(
    names: Sequence[str], columns: Mapping[str, str], remarks: Remarks, number: int
) -> dict[int, str]:
    """Return what ``columns`` says: heading to column, in either direction."""
    if not columns:
        return {}
    by_name: dict[str, list[int]] = {}
    seen: dict[str, int] = {}
    for index, heading in enumerate(names):
        seen[heading] = seen.get(heading, 0) + 1
        for key in {normal(heading), normal(f"{heading} ({seen[heading]})")}:
            by_name.setdefault(key, []).append(index)
    targets = {*CANONICAL, *HELPERS, "ignore", "attribute"}
    told: dict[int, str] = {}
    for left, right in columns.items():
        heading, target = left, right
        if normal(left) not in by_name and left in targets and normal(right) in by_name:
            heading, target = right, left
        if normal(heading) not in by_name:
            near = nearest(heading, names, 75.0)
            fix = f"Did you mean {quoted(near)}?" if near else None
            remarks.add("CO111", number, "", quoted(heading), "a heading of the file", fix)
            continue
        if target not in targets:
            near = nearest(target, (*CANONICAL, *HELPERS), 80.0)
            if near:
                remarks.add("CO111", number, "", quoted(target), "a column of a roster",
                            f'Did you mean "{near}"?')  # fmt: skip
                continue
        for index in by_name[normal(heading)][:1]:
            told[index] = names[index] if target == "attribute" else target
    return told


def nearest(text: str, choices: Sequence[str], cutoff: float = NEAR) -> str | None:
    """Return the choice that is nearly ``text``, if any is near enough."""
    from rapidfuzz import fuzz, process

    keys = {choice: normal(choice) for choice in choices[:2000]}
    found = process.extractOne(normal(text), keys, scorer=fuzz.ratio, score_cutoff=cutoff)
    return str(found[2]) if found else None


def _suggest(plan: Plan, remarks: Remarks, number: int) -> None:
    """Suggest a known column for a heading that nearly names it, unless that column is there."""
    if not plan.attributes:
        return
    from rapidfuzz import fuzz, process

    free = [alias for alias, (target, _) in _INDEX.items()
            if target not in plan.fields and len(alias) > 3]  # fmt: skip
    for index, heading in list(plan.attributes.items())[:200]:
        key = normal(heading)
        if len(key) < 4 or len(key) > 80:
            continue
        found = process.extractOne(key, free, scorer=fuzz.ratio, score_cutoff=NEAR)
        if found:
            target = plan.guesses[heading] = _INDEX[found[0]][0]
            remarks.add("CO312", number, plan.label(index), quoted(heading), "a known heading",
                        f'Did you mean "{target}"? Rename it, or add it to `columns`.')  # fmt: skip

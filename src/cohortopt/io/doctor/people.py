"""Rows become people: ids, look-alikes, duplicates, and one person on several rows or files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from cohortopt.io.doctor.remarks import Remarks
from cohortopt.io.doctor.skills_text import Skills
from cohortopt.io.safe import printable

_LOOKALIKE = str.maketrans(
    "АВЕКМНОРСТХУаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧοІЅЈ", "ABEKMHOPCTXYaeopcyxijsABEZHIKMNOPTYXoISJ"
)
_SCIENTIFIC = re.compile(r"^\d{1,20}(?:[.,]\d{1,20})?[eE]\+?\d{1,3}$")


@dataclass(slots=True)
class Draft:
    """A row on its way to a person. ``fields`` hold values, ``refs`` texts that name others."""

    part: int  # which file
    row: int
    id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    skills: dict[str, Skills] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()  # codes that the roster says were looked at
    cells: list[str] = field(default_factory=list)  # the row as it stands, for `rejected`

    @property
    def name(self) -> str:
        """Return the person's name, "" if the row has none."""
        return str(self.fields.get("name", ""))

    def content(self) -> dict[str, Any]:
        """Return everything that the row says, by column."""
        return {**self.attributes, **self.fields, **self.skills, **self.refs}


@lru_cache(maxsize=200_000)
def name_fold(name: str) -> str:
    """Return the form in which names are compared: no accents, case, signs or double spaces."""
    if not name.isascii():
        text = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ı", "i"))
        name = "".join(ch for ch in text if not unicodedata.combining(ch))
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def id_shape(text: str) -> str:
    """Return what two ids that a person would take for the same have in common."""
    if text.isascii() and text.isalnum() and not _SCIENTIFIC.match(text):
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKE)
    plain = re.sub(r"\s+", "", plain)
    if _SCIENTIFIC.match(plain):
        try:
            return str(int(Decimal(plain.replace(",", "."))))
        except (InvalidOperation, ValueError, OverflowError):
            return plain.casefold()
    return plain.casefold()


@dataclass(frozen=True)
class Rejected:
    """A row that became nobody: where it stands, what is in it, and why."""

    file: str
    row: int
    code: str
    reason: str
    cells: tuple[str, ...] = ()


class People:
    """Collects drafts by id; ``merged`` and ``rejected`` account for every row."""

    def __init__(self, remarks: list[Remarks]) -> None:
        self.remarks = remarks
        self.by_id: dict[str, Draft] = {}
        self.merged = 0
        self.rejected: list[Rejected] = []

    def reject(self, draft: Draft, code: str, reason: str) -> None:
        """Count a row out."""
        file = self.remarks[draft.part].file
        self.rejected.append(Rejected(file, draft.row, code, reason, tuple(draft.cells)))

    def add(self, draft: Draft) -> None:
        """Add a row: a new person, more about a known one, or a clash."""
        known = self.by_id.get(draft.id)
        if known is None:
            self.by_id[draft.id] = draft
            return
        remarks = self.remarks[draft.part]
        where = f"row {known.row}"
        if known.part != draft.part:
            where += f" of {self.remarks[known.part].file}"
        if known.content() == draft.content():
            self.merged += 1
            if known.part == draft.part:
                remarks.add("CO205", draft.row, "", f"the same as {where}", "each person once")
            return
        if _are_strangers(known, draft):
            remarks.add("CO110", draft.row, "", f"the id {remarks.quote(draft.id)} again, first on "
                        f"{where} with another name", "an id used once")  # fmt: skip
            self.reject(draft, "CO110", f"the id stands on {where} with another name")
            return
        clashes = _clashes(known, draft)
        if known.part != draft.part:
            self._join(known, draft)
            for key in clashes:
                remarks.add("CO346", draft.row, key, f"another value than on {where}", "one value")
            return
        if not clashes:
            self._join(known, draft)
            remarks.add("CO206", draft.row, "", f"the same person as on {where}", "one row")
            return
        listed = ", ".join(printable(key)[:40] for key in clashes[:5])
        if _resubmitted(known, draft):
            remarks.add("CO307", known.row, "", f"sent again on row {draft.row} with other "
                        f"{listed}; the later answer counts", "one row")  # fmt: skip
            self.reject(known, "CO307", f"answered again on row {draft.row}")
            self.by_id[draft.id] = draft
            return
        remarks.add("CO307", draft.row, "", f"the same person as on {where} with other {listed}",
                    "one row")  # fmt: skip
        self.reject(draft, "CO307", f"conflicts with {where}: {listed}")

    def _join(self, known: Draft, draft: Draft) -> None:
        """Let a later row fill what the first leaves open; roles add up."""
        self.merged += 1
        mine, theirs = known.fields.get("role"), draft.fields.get("role")
        if mine and theirs:
            roles = dict.fromkeys((*mine, *theirs))
            if len(roles) > 1:
                roles.pop("none", None)
            if "both" in roles:
                roles = {role: None for role in roles if role not in ("mentor", "mentee")}
            known.fields["role"] = tuple(roles)
        for attribute in ("fields", "skills", "refs", "attributes"):
            ours, other = getattr(known, attribute), getattr(draft, attribute)
            for key, value in other.items():
                if not ours.get(key) and ours.get(key) != 0:
                    ours[key] = value
        known.accepted |= draft.accepted


def _same(key: str, one: Any, other: Any) -> bool:
    if key == "email":
        return str(one).casefold() == str(other).casefold()
    if key == "name":
        return name_fold(str(one)) == name_fold(str(other))
    return bool(one == other)


def _clashes(known: Draft, draft: Draft) -> list[str]:
    """Return the columns where both rows say something, and not the same; roles may add up."""
    mine, theirs = known.content(), draft.content()
    return [
        key for key, value in theirs.items()
        if key != "role" and key in mine and not _empty(value) and not _empty(mine[key])
        and not _same(key, value, mine[key])
    ]  # fmt: skip


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Skills) and not value.items)


def _are_strangers(known: Draft, draft: Draft) -> bool:
    if known.name and draft.name:
        return name_fold(known.name) != name_fold(draft.name)
    emails = str(known.fields.get("email", "")), str(draft.fields.get("email", ""))
    return all(emails) and emails[0].casefold() != emails[1].casefold()


def _resubmitted(known: Draft, draft: Draft) -> bool:
    """Whether both rows are answers to a form, with the time at which they came."""
    times = [
        next((v for k, v in d.attributes.items() if k.casefold() == "timestamp"), "")
        for d in (known, draft)
    ]
    return all(times)


def report_lookalikes(people: Iterable[Draft], remarks: list[Remarks]) -> None:
    """Warn of ids that look alike, shared addresses and names that differ by accents only."""
    shapes: dict[str, Draft] = {}
    emails: dict[str, Draft] = {}
    names: dict[str, Draft] = {}
    for draft in people:
        log = remarks[draft.part]
        first = shapes.setdefault(id_shape(draft.id), draft)
        if first is not draft:
            log.add("CO308", draft.row, "", f"{log.quote(draft.id)}, like {log.quote(first.id)} "
                    f"on row {first.row}", "ids that differ clearly")  # fmt: skip
        email = str(draft.fields.get("email", "")).casefold()
        if email:
            first = emails.setdefault(email, draft)
            if first is not draft:
                log.add("CO309", draft.row, "email", f"the address of row {first.row}",
                        "an address for each person")  # fmt: skip
        fold = name_fold(draft.name)
        if fold:
            first = names.setdefault(fold, draft)
            if first is not draft and first.name != draft.name:
                log.add("CO310", draft.row, "name", f"the name of row {first.row}, spelt "
                        "differently", "each person once")  # fmt: skip

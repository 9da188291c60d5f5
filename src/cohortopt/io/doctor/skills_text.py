"""Lists of skills as people write them, and one spelling for each skill of a roster."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from cohortopt.model import DEFAULT_MASTERY, MASTERY

MOST = 200  # skills kept from one cell
LONGEST = 120  # characters of one skill
NEAR = 84.0  # percent of rapidfuzz's ratio from which a spelling is suggested
RARE = 2  # times that a spelling stands which may be a slip
SHORT = 5  # shorter skills are never suggested for each other

_WORDS = {
    "none": 1, "novice": 1, "beginner": 1, "basic": 1, "basics": 1, "low": 1, "elementary": 2,
    "some": 2, "working": 3, "intermediate": 3, "medium": 3, "proficient": 4, "good": 4,
    "advanced": 4, "strong": 4, "high": 5, "fluent": 5, "expert": 5, "master": 5, "native": 5,
    "must": 5, "urgent": 5, "nice to have": 2,
}  # fmt: skip
_DEGREE = re.compile(r"^(?P<skill>.+?)\s*[:=]\s*(?P<degree>[^:=]*)$", re.S)
_NUMBER = re.compile(r"^[+-]?\d{1,9}(?:[.,]\d{1,3})?(?:\s*/\s*5)?$")
_BRACKET = re.compile(r"^(?P<skill>[^()]+?)\s*\((?P<degree>[^()]+)\)$")
_DASHED = re.compile(r"^(?P<skill>.+?)\s+[-–—]\s*(?P<degree>[\w ]+(?:/5)?)$")
_STRONG = re.compile(r"[;|\n\t\u2028\u2029•·]")
_LOST = re.compile(r"[\w+#)]\?[A-Z]|\d\?\w")
_JOINED = re.compile(r"\s*/\s*|\s+(?:&|\+|and|und|et|y)\s+", re.I)
_COMMA = re.compile(r",(?![^()]*\))")
_LIKE_DATE = re.compile(
    r"(?i)^(?:\d{1,2}[-/. ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ]\d{2,4}"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: \d\d:\d\d(?::\d\d)?)?)$"
)

# Spellings that no folding of case, spaces and signs would join.
_ALIASES = {
    "JavaScript": "js|ecmascript",
    "TypeScript": "ts",
    "PostgreSQL": "postgres|psql",
    "Kubernetes": "k8s|kube",
    "Machine learning": "ml",
    "Artificial intelligence": "ai",
    "Public speaking": "presenting",
    "People management": "people mgmt|managing people",
    "A/B testing": "ab tests|a/b tests|ab test|a/b test",
    "CI/CD": "continuous integration",
    "Excel (VBA)": "vba",
    "UI/UX": "ux|ux/ui|ui & ux|ui and ux",
    "C#": "c sharp|csharp",
    "C++": "cpp|c plus plus",
    ".NET": "dotnet|dot net",
    "Go": "golang",
    "P&L": "profit and loss",
    "Node.js": "node|node js",
    "React": "reactjs|react.js",
    "Vue.js": "vue|vuejs",
    "Amazon Web Services": "amazon aws",
    "Google Cloud": "gcp|google cloud platform",
}  # fmt: skip


class Skills(NamedTuple):
    """Skill and degree (1..5) in the order of the cell, and remarks as (code, part)."""

    items: tuple[tuple[str, int], ...]
    remarks: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=50_000)
def skill_fold(skill: str) -> str:
    """Return the form under which spellings meet: case, spaces and punctuation folded.

    Signs that make a skill another one stay: ``c``, ``c++``, ``c#`` and ``.net`` differ.

    Examples
    --------
    >>> skill_fold("Machine-Learning") == skill_fold("machine learning")
    True
    >>> len({skill_fold(s) for s in ("C", "C++", "C#", ".NET", "net", "java", "javascript")})
    7
    """
    text = unicodedata.normalize("NFKC", skill).casefold().strip()
    dot = "." if text.startswith(".") and text[1:2].isalpha() else ""
    text = re.sub(r"\s*&\s*|\band\b", "&", text) if "&" in text or " and " in text else text
    kept = "".join(ch for ch in text if ch.isalnum() or ch in "+#&" or ord(ch) > 0x2FF)
    return dot + kept if kept else text


_FOLDED = {
    skill_fold(alias): name
    for name, aliases in _ALIASES.items()
    for alias in (name, *aliases.split("|"))
}


@lru_cache(maxsize=100_000)
def read_skills_cell(text: str) -> Skills:
    """Return the skills of one cell with their degrees.

    Separators are ``; |`` line breaks and bullets; commas where none of these is used, and not
    inside brackets. A degree is a number or word after ``:`` or ``=``, in brackets or after a
    dash.
    """
    lost = "?" in text and bool(_LOST.search(text))
    if lost:  # separators that an older encoding could not write
        text = text.replace("?", ";")
    if _STRONG.search(text):
        parts = _STRONG.split(text)
        if any(re.search(r"[:=]\s*\d\s*,", part) for part in parts):
            parts = [piece for part in parts for piece in _COMMA.split(part)]
    else:
        parts = _COMMA.split(text)
    found: dict[str, tuple[str, int]] = {}
    remarks: list[tuple[str, str]] = [("CO337", text.replace(";", "?"))] if lost else []
    for part in parts:
        bare = part.strip(" \u00a0\u2009-–*.") if part.strip()[:1] in "-–*" else part.strip()
        if not bare or not any(ch.isalnum() for ch in bare):
            continue
        if len(found) >= MOST:
            remarks.append(("CO332", f"{len(parts)} skills"))
            break
        if _LIKE_DATE.match(bare):
            remarks.append(("CO334", bare))
        if len(bare) > LONGEST:
            remarks.append(("CO338", bare))
        skill, degree, code = _degree(bare[: LONGEST + 20])
        if code:
            remarks.append((code, bare))
        key = skill_fold(skill)
        if key in found:
            if degree != found[key][1] or code != "CO217":
                remarks.append(("CO331", bare))
            found[key] = (found[key][0], max(found[key][1], degree))
        else:
            found[key] = (skill, degree)
    return Skills(tuple(found.values()), tuple(remarks))


def _degree(text: str) -> tuple[str, int, str]:
    """Return the skill, its degree and a code."""
    split = _DEGREE.match(text) if ":" in text or "=" in text else None
    if split:
        word = split["degree"].strip()
        if not word:
            return split["skill"].strip()[:LONGEST], DEFAULT_MASTERY, ""
        if len(word) == 1 and "1" <= word <= "5":
            return split["skill"].strip()[:LONGEST], int(word), ""
    else:
        split = _BRACKET.match(text) or _DASHED.match(text)
    if split:
        word = unicodedata.normalize("NFKC", split["degree"]).strip().casefold()
        skill = split["skill"].strip()[:LONGEST]
        if _NUMBER.match(word):
            value = float(word.partition("/")[0].replace(",", "."))
            whole = int(value + 0.5) if value >= 0 else int(value)
            near = min(max(whole, 1), MASTERY)
            return skill, near, "CO330" if near != whole else "CO217" if near != value else ""
        if word in _WORDS:
            return skill, _WORDS[word], "CO217"
    return text[:LONGEST], DEFAULT_MASTERY, ""


class Spellings:
    """One spelling for each skill: the decision file's, the alias table's, or the commonest."""

    def __init__(self, decided: Mapping[str, str] | None = None) -> None:
        self.decided = {" ".join(k.split()).casefold(): v for k, v in (decided or {}).items()}
        self.counts: Counter[str] = Counter()
        self.chosen: dict[str, str] = {}
        self._by_fold: dict[str, str] = {}

    def count(self, cells: Iterable[Skills]) -> None:
        """Count the spellings of cells, each as often as it stands."""
        for cell in cells:
            self.counts.update(skill for skill, _ in cell.items)

    def settle(self) -> None:
        """Choose a spelling for every skill counted; the order of rows does not matter."""
        groups: dict[str, list[str]] = {}
        for spelling in self.counts:
            decision = self.decided.get(" ".join(spelling.split()).casefold())
            if decision is not None:
                self.chosen[spelling] = decision
            else:
                alias = _FOLDED.get(skill_fold(spelling))
                key = skill_fold(alias) if alias else skill_fold(spelling)
                groups.setdefault(key, []).append(spelling)
        for key, spellings in groups.items():
            best = _FOLDED.get(key) or min(
                spellings, key=lambda s: (-self.counts[s], s.islower(), s)
            )
            self.chosen.update(dict.fromkeys(spellings, best))
            self._by_fold[key] = best

    def names(self, spelling: str) -> tuple[str, ...]:
        """Return the chosen spelling; several where ``golang / python`` are two skills.

        That is, where each part stands on its own somewhere, and the whole twice at most.
        """
        whole = (self.name(spelling),)
        folds = [skill_fold(part) for part in _JOINED.split(spelling)]
        decided = " ".join(spelling.split()).casefold() in self.decided
        if len(folds) < 2 or decided or skill_fold(spelling) in _FOLDED:
            return whole
        parts = [self._by_fold.get(skill_fold(_FOLDED.get(fold, fold))) for fold in folds]
        if None in parts or self._total[whole[0]] > RARE:
            return whole
        return tuple(dict.fromkeys(filter(None, parts)))

    @cached_property
    def _total(self) -> Counter[str]:
        """Return how often each chosen spelling stands, in any of its forms; after `settle`."""
        total: Counter[str] = Counter()
        for spelling, count in self.counts.items():
            total[self.name(spelling)] += count
        return total

    def name(self, spelling: str) -> str:
        """Return the chosen spelling."""
        return self.chosen.get(spelling, spelling)

    def near_misses(self) -> dict[str, str]:
        """Return rare spellings that nearly are a commoner one; nothing is joined.

        Short ones, and ones that differ in a digit, are left alone. At most a few million
        comparisons are made.
        """
        from rapidfuzz import fuzz, process

        total = self._total
        settled = {*self.decided.values()}
        long = [name for name in total if len(name) >= SHORT]
        rare = sorted(name for name in long if total[name] <= RARE and name not in settled)
        common = sorted(name for name in [*long, *_ALIASES, *_USUAL] if len(name) >= SHORT)
        common = list(dict.fromkeys(common))
        keys = [skill_fold(name) for name in common]
        found: dict[str, str] = {}
        if len(rare) * len(common) > 4_000_000:
            return found
        for name in rare:
            key = skill_fold(name)
            for other, _, at in process.extract(
                key, keys, scorer=fuzz.ratio, score_cutoff=NEAR - 6, limit=4
            ):
                near = common[at]
                rarer = (total[near], name) < (total[name], near)
                if other == key or (rarer and near not in _USUAL):
                    continue
                if re.sub(r"\D", "", other) != re.sub(r"\D", "", key):
                    continue
                if _is_typo(key, other):
                    found[name] = near
                    break
        return found


_USUAL = (
    "Python", "JavaScript", "TypeScript", "Leadership", "Negotiation", "Statistics", "Marketing",
    "Communication", "Coaching", "Public speaking", "Machine learning", "Project management",
    "Kubernetes", "Accessibility", "Budgeting", "Strategy", "Facilitation",
)  # fmt: skip


def _is_typo(one: str, other: str) -> bool:
    """Whether two folded skills differ by a slip: one edit, or two in eleven letters or more."""
    from rapidfuzz.distance import OSA

    edits = OSA.distance(one, other, score_cutoff=2)
    return edits == 1 or (edits == 2 and min(len(one), len(other)) >= 11)

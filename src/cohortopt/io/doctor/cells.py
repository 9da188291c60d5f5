"""One cell at a time: text tidied, numbers, levels, roles and addresses as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from cohortopt.io.safe import unsafe_cell

T = TypeVar("T")

BLANK_WORDS = frozenset(
    ("", "-", "--", "---", "–", "—", "n/a", "n.a.", "na", "?", "??", "???", "tbc", "tbd", "tba",
     "none", "null", "nil", "nan", "unknown", "not set", ".")
)  # fmt: skip
ERRORS = frozenset(
    ("#ref!", "#n/a", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!",
     "#error!", "err:502", "err:508", "#getting_data")
)  # fmt: skip

LEVELS = {
    "intern": 1, "trainee": 1, "apprentice": 1, "graduate": 1, "entry": 1, "entry level": 1,
    "junior": 2, "jr": 2, "associate": 2, "mid": 3, "mid level": 3, "intermediate": 3,
    "middle": 3, "senior": 4, "sr": 4, "lead": 5, "principal": 5, "staff": 5, "manager": 5,
    "director": 6, "head of": 6, "head": 6, "vp": 7, "vice president": 7, "svp": 8,
    "senior vice president": 8, "evp": 9, "executive": 9, "c level": 10, "ceo": 10,
}  # fmt: skip
"""The usual ladder, used where a scenario gives no ``levels``."""

_ROLES = {
    "mentor": "mentor", "mentors": "mentor", "advisor": "mentor", "adviser": "mentor",
    "coach": "mentor", "giver": "mentor", "teacher": "mentor", "expert": "mentor",
    "mentee": "mentee", "mentees": "mentee", "advisee": "mentee", "protege": "mentee",
    "protégé": "mentee", "learner": "mentee", "coachee": "mentee", "taker": "mentee",
    "student": "mentee", "peer": "peer", "peers": "peer", "buddy": "peer", "member": "peer",
    "both": "both", "either": "both", "none": "none", "disabled": "none", "neither": "none",
    "no": "none", "not participating": "none", "observer": "none",
}  # fmt: skip

_NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "single": 1, "un": 1, "deux": 2,
    "trois": 3, "eins": 1, "zwei": 2, "drei": 3,
}  # fmt: skip
_WORD_NUMBER = "|".join(_NUMBERS)
_RANGE = re.compile(
    rf"^(?P<low>\d{{1,6}}(?:[.,]\d{{1,3}})?|{_WORD_NUMBER})\s*(?:-|–|—|to|or|/)\s*"
    rf"(?P<high>\d{{1,6}}(?:[.,]\d{{1,3}})?|{_WORD_NUMBER})\s*(?P<rest>[a-z .!/]*)$"
)
_REMARK = re.compile(
    r"^(?:max\.?|up to|about|ca\.?|~|at most)?\s*(?P<number>\d{1,6}(?:[.,]\d{1,3})?)"
    r"\s*(?P<rest>[a-z .!/]*)$"
)
_DATE = re.compile(
    r"(?i)^(?:\d{1,2}[-/. ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ]\d{2,4}"
    r"|\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|\d{1,2}/\d{1,2}/\d{2,4})$"
)
_EMAIL = re.compile(r"[^@\s,;:<>\"()]{1,64}@[^@\s,;<>\"()]{1,200}\.[^@\s.,;<>\"()]{2,63}")
_SPACES = re.compile(r"[\s\u200b\u2060\ufeff]+")
_GONE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
                   "\u2060-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")  # fmt: skip
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_HYPERLINK = re.compile(r'^=HYPERLINK\(.*"([^"]*)"\)$', re.I)
_PRONOUNS = re.compile(r"\s*\((?:he|she|they|ze|xe)/\w+(?:/\w+)?\)\s*$", re.I)
_SIGNS = re.compile(r"^(?:[=+@]+|(?:\.\.?[/\\])+)(?=\w)")
_MOJIBAKE = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


class Cell(NamedTuple, Generic[T]):
    """A value (None: the cell does not say), and a code where something was to be said."""

    value: T | None
    code: str = ""
    note: str = ""


@lru_cache(maxsize=200_000)
def tidy(text: str) -> str:
    """Return a cell's text: our own neutralising undone, spaces folded, hidden characters gone.

    Accents are composed (NFC), so that a name from macOS equals the same name from elsewhere.
    """
    if "'" in text:
        text = unsafe_cell(text)
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    text = unicodedata.normalize("NFC", text)
    if "\n" in text or "\u2028" in text:
        lines = (_SPACES.sub(" ", _GONE.sub("", line)).strip() for line in
                 re.split("[\n\u2028\u2029]", text))  # fmt: skip
        return "\n".join(line for line in lines if line)
    return _SPACES.sub(" ", _GONE.sub("", text)).strip()


@lru_cache(maxsize=200_000)
def tidy_name(text: str) -> Cell[str]:
    """Return a person's name without tags, pronouns, formula signs and path dots around it."""
    name = text.replace("\n", " ")
    if name.isascii() and name.replace(" ", "").replace("-", "").isalpha():
        return Cell(name, "CO207" if name != text else "")
    link = _HYPERLINK.match(name)
    if link and any(ch.isalpha() for ch in link[1]):
        name = link[1]
    if _MOJIBAKE.search(name):
        try:
            return Cell(tidy(name.encode("cp1252").decode("utf-8")), "CO219")
        except UnicodeError:
            pass
    before = ""
    while before != name:  # one layer may hide another
        before, name = name, _unwrapped(name)
    if re.search(r"\w\?\w|\w\ufffd|\ufffd\w", name):
        return Cell(name, "CO337")
    return Cell(name, "CO207" if name != text else "")


def _unwrapped(name: str) -> str:
    """Return a name without one layer of tags, pronouns or signs; always a letter stays."""
    for pattern in (_TAG, _PRONOUNS, _SIGNS):
        bare = pattern.sub("", name).strip()
        if any(ch.isalpha() for ch in bare) and (pattern is not _SIGNS or bare[0].isalpha()):
            name = bare
    return name


def plain(text: str) -> str:
    """Return text for reading numbers and words: full-width forms folded, small letters."""
    if text.isascii():
        return text.strip().casefold()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _value(text: str) -> float:
    return float(_NUMBERS[text]) if text in _NUMBERS else float(text.replace(",", "."))


def _digits(text: str) -> str:
    """Return other scripts' digits as 0-9."""
    return "".join(str(unicodedata.decimal(ch)) if ch.isdecimal() else ch for ch in text)


def read_amount(text: str, high: float = 744.0) -> Cell[float]:
    """Return a number from 0 to ``high``; decimal commas, units and ranges are understood."""
    word = plain(text)
    if word in BLANK_WORDS:
        return Cell(None, "CO320")
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,12})?", word) and word.isascii():
        value = float(word)
        return Cell(value) if value <= high else Cell(None, "CO322")
    code = "CO212"
    span = _RANGE.match(word)
    if span:
        low, top = _value(span["low"]), _value(span["high"])
        if low <= top <= high:
            return Cell(low, "CO323")
        return Cell(None, "CO334" if _DATE.match(word) else "CO322")
    if _DATE.match(word):
        return Cell(None, "CO334")
    if word in _NUMBERS:
        return Cell(float(_NUMBERS[word]), code)
    if not word.isascii():
        word = _digits(word)
    remark = _REMARK.match(word)
    if remark is None or "many" in word:
        return Cell(None, "CO322")
    value = _value(remark["number"])
    return Cell(value, code) if value <= high else Cell(None, "CO322")


def read_count(text: str, high: int = 1000) -> Cell[int]:
    """Return a whole number from 0 to ``high``; number words, remarks and ranges are understood.

    Examples
    --------
    >>> read_count("Two or three"), read_count("3 max!").value, read_count("1.5").value
    (Cell(value=2, code='CO323', note=''), 3, None)
    """
    if text.isascii() and text.isdigit() and len(text) <= 4:
        value = int(text)
        return Cell(value) if value <= high else Cell(None, "CO322")
    found = read_amount(text[:200], float(high)) if len(text) <= 200 else Cell(None, "CO322")
    if found.value is None:
        return Cell(None, found.code)
    if not float(found.value).is_integer():
        return Cell(None, "CO322")
    return Cell(int(found.value), found.code)


def grade_key(text: str) -> str:
    """Return the form in which grades are compared: ``Grade 7`` and ``g7`` are one."""
    word = re.sub(r"[^\w]+", "", plain(text)).replace("_", "")
    return re.sub(r"^(?:grade|level|band|stufe|niveau)(?=\d)", "g", word)


class Grades:
    """Reads levels: whole numbers, ``L4``, the names in ``levels`` (the first is 1), or words."""

    def __init__(self, levels: Sequence[str] | None = None) -> None:
        self.names = {grade_key(name): k for k, name in enumerate(levels or (), 1)}

    def read(self, text: str) -> Cell[int]:
        """Return the level of one cell."""
        if text.isascii() and text.isdigit() and len(text) <= 4:
            return Cell(int(text))
        word = plain(text[:200])
        if word in BLANK_WORDS:
            return Cell(None, "CO320")
        key = grade_key(word)
        if key in self.names:
            return Cell(self.names[key])
        number = re.fullmatch(r"(?:l|lvl|level|g|grade|band)?[ .\-]?(\d{1,3})(?:[.,]0+)?", word)
        if number:
            return Cell(int(number[1]), "" if word == text else "CO209")
        if self.names:
            return Cell(None, "CO321")
        bare = word.strip(" .!").replace("-", " ")
        if bare in LEVELS:
            return Cell(LEVELS[bare], "CO209")
        lead = re.match(r"^(\d{1,2})\s*[-–:.)]\s*[a-z]", word)
        return Cell(int(lead[1]), "CO209") if lead else Cell(None, "CO321")


@lru_cache(maxsize=5000)
def read_roles(text: str) -> Cell[tuple[str, ...]]:
    """Return the roles of one cell, in the order of the cell."""
    word = plain(text[:500])
    if word in BLANK_WORDS and word != "none":
        return Cell(None)
    found: list[str] = []
    code = ""
    for part in re.split(r"[;,/|&+\n]|\band\b|\bor\b", word):
        bare = part.strip(" .()!")
        if not bare:
            continue
        role = _ROLES.get(bare)
        if role is None:
            words = {_ROLES[one] for one in re.findall(r"[^\W\d_]+", bare) if one in _ROLES}
            words.discard("none")
            if len(words) != 1:
                return Cell(None, "CO336")
            role, code = words.pop(), "CO218"
        elif role != bare:
            code = "CO218"
        if role not in found:
            found.append(role)
    if not found:
        return Cell(None, "CO336")
    return Cell(tuple(found), code)


@lru_cache(maxsize=100_000)
def read_email(text: str) -> Cell[str]:
    """Return one e-mail address; prefixes, angle brackets and repetitions are taken off."""
    if len(text) > 2000:
        return Cell(None, "CO329")
    if _EMAIL.fullmatch(text):
        return Cell(text)
    if plain(text) in BLANK_WORDS:
        return Cell(None, "CO329" if text else "")
    found = list(dict.fromkeys(match.casefold() for match in _EMAIL.findall(text)))
    if len(found) != 1:
        return Cell(None, "CO329")
    kept = _EMAIL.search(text)
    address = kept[0].removeprefix("mailto:") if kept else ""
    others = re.sub(re.escape(address), "", text, flags=re.I)
    rest = re.sub(r"(?i)mailto:|[<>;,\s]", "", others)
    if rest.strip('"') and "<" not in text:
        return Cell(None, "CO329")
    return Cell(address, "CO216")


def is_error_value(text: str) -> bool:
    """Whether a cell holds a spreadsheet's error value."""
    return text[:1] in "#Ee" and text.casefold() in ERRORS

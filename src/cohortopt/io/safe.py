"""Text that came from strangers, made harmless for spreadsheets, file names and terminals."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

CELL_LIMIT = 32_767  # characters that Excel keeps in one cell
SLUG_LIMIT = 60

# What a spreadsheet skips before it looks for a formula: spaces, quotes, invisible characters.
_SKIPPED = r"[\s'\"`‘’“”«»\x00-\x1f\u00ad\u200b-\u200f\u2060\ufeff]"
_TRIGGER = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"
# A cell starts at the start of the text, and after each ";" where that is the list separator.
_DANGER = rf"(?={_SKIPPED}*{_TRIGGER})"
_BLANK_DANGER = rf"(?={_SKIPPED}*[\t\r\n])"
_UNSAFE = re.compile(rf"^(?:{_BLANK_DANGER}|{_DANGER})|(?<=;){_DANGER}")
_SAFE = re.compile(rf"^'(?:{_BLANK_DANGER}|{_DANGER})|(?<=;)'{_DANGER}")

_LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_PILED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def safe_cell(text: str) -> str:
    """Return the text for a CSV cell so that no spreadsheet takes it for a formula.

    An apostrophe goes before whatever would start a formula: ``= + - @``, their full-width
    forms, a leading tab or line break, also behind spaces, quotes and invisible characters,
    and also after a ``;`` (where that separates columns). `unsafe_cell` takes it away again.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("Ann"), safe_cell("'=1+1")
    ("'=1+1", 'Ann', "''=1+1")
    """
    if text[:1].isalnum() and ";" not in text:
        return text
    return _UNSAFE.sub("'", text)


def unsafe_cell(text: str) -> str:
    """Return what `safe_cell` was given: ``unsafe_cell(safe_cell(x)) == x`` for every text.

    Why: what is skipped before a trigger includes the apostrophe itself, so a text that
    already looks neutralised gets one more, and exactly one is taken away.
    """
    return _SAFE.sub("", text) if "'" in text else text


def sheet_text(text: str) -> str:
    """Return the text for an xlsx *string* cell: only what XML allows, and no longer than a cell.

    Write it with ``write_string``, which never makes a formula or a link of it.
    """
    return text[:CELL_LIMIT] if text.isprintable() else _NOT_XML.sub("", text)[:CELL_LIMIT]


def slug(text: str) -> str:
    """Return the text as a file name of ``A-Z a-z 0-9 . _ -``; it never leaves its folder.

    Where anything had to change, a short fingerprint keeps different texts apart.

    Examples
    --------
    >>> slug("Mentors-1")
    'Mentors-1'
    >>> slug("../../etc/passwd").startswith("etc-passwd-")
    True
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:SLUG_LIMIT].strip("-._")
    name = re.sub(r"\.{2,}", ".", name)
    if name and name == text and not _RESERVED.fullmatch(name):
        return name
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    stem = "x-" + name if _RESERVED.fullmatch(name) else name
    return f"{stem}-{mark}" if stem else f"x-{mark}"


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a file name for each name: its own where that is safe and free, else a slug."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        plain = re.sub(r"[\s_-]+", "-", name)
        stem = plain if slug(plain) == plain and plain.casefold() not in taken else slug(name)
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{slug(name)}-{number}"
        taken.add(stem.casefold())
        found[name] = stem
    return found


def printable(text: str, *, lines: bool = False) -> str:
    """Return the text without what could move, colour, reverse or hide text on a terminal.

    Line breaks and tabs become a space (``lines=True`` keeps ``\\n``); control, bidirectional and
    invisible characters go; piles of more than four combining marks are cut to four.
    """
    if text.isascii() and text.isprintable():
        return text
    if lines:
        return "\n".join(printable(line) for line in text.splitlines())
    return _PILED.sub(r"\1", _HIDDEN.sub("", _LINE_ENDS.sub(" ", text)))


def quoted(text: str, limit: int = 40) -> str:
    """Return a short quoted value for a message: printable, at most ``limit`` characters."""
    shown = printable(text[: 4 * limit])
    if len(shown) > limit or len(text) > 4 * limit:
        shown = shown[: limit - 1].rstrip() + "…"
    return f'"{shown}"'

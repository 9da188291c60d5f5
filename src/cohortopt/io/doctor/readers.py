"""Small readers of single columns: texts, zones, shares, languages, hours that are taken."""

from __future__ import annotations

import re

from cohortopt.io.doctor.cells import BLANK_WORDS, Cell, plain, read_amount
from cohortopt.io.doctor.hours import spans_of
from cohortopt.io.doctor.zones import read_zone
from cohortopt.model import Availability

LONGEST_TEXT = 500  # characters of a name, department or location


def hidden(raw: str) -> str:
    """Return the code for a name that held a hidden character."""
    return "CO207" if re.search("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x09"
                                "\x0b-\x1f\x7f-\x9f]", raw) else ""  # fmt: skip


def forwards(name: str) -> str:
    """Return ``First Last`` for ``Last, First``."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}".strip() if comma and "," not in first else name


def short_text(text: str) -> Cell[str]:
    """Return a department or location; a dash is blank, a very long text is cut."""
    if text == "-":
        return Cell(None)
    return Cell(text[:LONGEST_TEXT].replace("\n", " "), "CO338" * (len(text) > LONGEST_TEXT))


def zone_cell(text: str) -> Cell[str]:
    """Return a time zone, with words for blank understood."""
    zone = read_zone(text)
    if plain(text) in BLANK_WORDS:
        return Cell(None, "CO320")
    return Cell(zone.name, zone.code, zone.note)


def at_least_one(cell: Cell[int]) -> Cell[int]:
    """Return a count that may not be 0."""
    return Cell(None, "CO322") if cell.value == 0 else cell


def probability(text: str) -> Cell[float]:
    """Return a number from 0 to 1, also from percent."""
    percent = text.endswith("%")
    cell = read_amount(text.rstrip("% "), 100.0 if percent else 1.0)
    if cell.value is None or not percent:
        return cell
    return Cell(cell.value / 100, "CO212")


def languages(text: str) -> Cell[tuple[str, ...]]:
    """Return a list of languages, each once."""
    parts = (part.strip() for part in re.split(r"[;,|/\n]", text))
    return Cell(tuple(dict.fromkeys(part for part in parts if plain(part) not in BLANK_WORDS)))


def opposite(taken: Availability) -> Availability:
    """Return Monday to Friday, 08:00 to 18:00, without the hours taken."""
    pieces = []
    for day in range(5):
        at = 480
        for span in (one for one in taken.spans if one.day == day):
            if span.start > at:
                pieces.append((day, at, min(span.start, 1080)))
            at = max(at, span.end)
        if at < 1080:
            pieces.append((day, at, 1080))
    return spans_of(pieces)

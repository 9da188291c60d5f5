"""Slots of rings that meet by link, in a cell: ``Tue 14:00 (UTC, 60 min) with p7; ... with p2``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cohortopt.model import Match, Slot

_EACH = re.compile(r"(?P<slot>\S[^;()]*\([^()]*\)) with (?P<other>[^;]+)(?:;|$)")


def written(match: Match, person: str) -> str:
    """Return all meetings of one person of a match, in the order of the links."""
    texts = []
    for slot, (giver, taker) in zip(match.slots, match.links(), strict=False):
        if slot is not None and person in (giver, taker):
            texts.append(f"{slot} with {taker if person == giver else giver}")
    return "; ".join(texts)


def parted(text: str) -> list[tuple[str, str]]:
    """Return each slot's text and the other person; empty if the cell is not such a list."""
    found = [(one["slot"], one["other"].strip()) for one in _EACH.finditer(text)]
    return found if len(found) == text.count(";") + 1 else []


def by_link(
    match: Match, cells: Sequence[str], read: Callable[[str], Slot]
) -> tuple[Slot | None, ...]:
    """Return the slot of each link from the cells of its people; None where they do not say.

    Two people who swap have two meetings: the first is where the first of them gives.
    """
    links, said = [*match.links()], dict(zip(match.people, map(parted, cells), strict=True))
    slots: list[Slot | None] = []
    for number, (giver, taker) in enumerate(links):
        texts = [slot for slot, other in said[giver] if other == taker]
        at = number if len(match.people) == 2 and not match.chain else 0
        slots.append(read(texts[at]) if at < len(texts) else None)
    return tuple(slots) if any(slots) else ()

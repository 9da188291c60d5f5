"""Nobody mentors their own mentor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from cohortopt.instance.outline import Outline
from cohortopt.model import Match
from cohortopt.rules.base import Rule, Violation


class OneWay(Rule):
    """If one person gives to another, the other never gives back."""

    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})

    kind: Literal["one_way"] = "one_way"

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield two people who give to each other."""
        links = {link: match for match in matches for link in match.links()}
        for (giver, taker), match in links.items():
            if giver < taker and (taker, giver) in links:
                told = f"{giver} and {taker} give to each other"
                yield Violation(self.kind, match.match, (giver, taker), told)

    def outline(self, outline: Outline) -> None:
        outline.mutual = False

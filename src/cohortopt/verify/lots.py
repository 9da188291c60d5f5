"""The lots of a fair draw among equals, in plain Python: anybody can draw again from the seed.

A lot is 0..size - 1 for a link, made from the seed, the giver's place among all who may give and
the taker's among all who may take, both in id order. The assignment whose lots add up to most wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cohortopt.verify.allowed import Allowed

WORD = 2**64 - 1


@dataclass(frozen=True)
class Lots:
    """A seed, how many different lots there are, and everybody's place on each side."""

    seed: int = 0
    size: int = 1
    givers: Mapping[str, int] = field(default_factory=dict)
    takers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, allowed: Allowed, certificate: Mapping[str, Any]) -> Lots:
        """Return the lots that a certificate speaks of; all 0 where it speaks of none."""
        if "draw" not in certificate:
            return cls()
        seed, size = certificate["draw"]
        people = allowed.facts.roster.people
        givers = [p.id for p in people if min(allowed.capacity.gives(p)[1], allowed.total(p)) > 0]
        takers = [p.id for p in people if min(allowed.capacity.takes(p)[1], allowed.total(p)) > 0]
        return cls(
            int(seed),
            int(size),
            {one: place for place, one in enumerate(sorted(givers))},
            {one: place for place, one in enumerate(sorted(takers))},
        )

    def lot(self, link: tuple[str, str]) -> int:
        """Return the lot of a link."""
        giver, taker = self.givers[link[0]], self.takers[link[1]]
        mixed = self.seed * 0x9E3779B97F4A7C15 & WORD
        mixed ^= (giver * 0xBF58476D1CE4E5B9 + taker * 0x94D049BB133111EB) & WORD
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & WORD
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & WORD
        return (mixed ^ (mixed >> 31)) & (self.size - 1)

"""What a rule is. It says itself twice: in plain Python about people, and in fast arrays.

The plain half is the definition: ``objection`` and ``violations``. The fast half is a translation:
``lower`` (links, block by block) and ``outline`` (loads, locks, limits). A test compares them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, PrivateAttr

from cohortopt.instance.draft import Draft
from cohortopt.instance.outline import Outline
from cohortopt.model import Facts, Match, Person

HUGE = 1_000_000_000

Sieve = Callable[[Person, Sequence[int]], list[int]]


@dataclass(frozen=True)
class Violation:
    """Where a rule fails: the rule's kind, the match (or "" for the whole), and a sentence.

    ``amount`` is what it counts where the program relaxes the rule; 0: it is never forgiven.
    """

    rule: str
    match: str
    people: tuple[str, ...]
    message: str
    amount: int = 0


def _private(name: str) -> property:
    def read(said: Said) -> Any:
        return said.__pydantic_private__[name]  # type: ignore[index]

    return property(read)


class Said(BaseModel):
    """The base of rules and goals: settings, frozen, that may learn the facts of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _facts: Facts = PrivateAttr(default_factory=Facts)

    @classmethod
    def __pydantic_init_subclass__(cls, **more: Any) -> None:
        """Read private attributes at once: the general way through pydantic is ten times slower."""
        for name in cls.__private_attributes__:
            setattr(cls, name, _private(name))

    @property
    def facts(self) -> Facts:
        """Return what is known besides the two people: skills, clock, weeks, history, roster."""
        return self._facts

    def knowing(self, facts: Facts) -> Self:
        """Return a copy that knows ``facts``."""
        copy = self.model_copy()
        copy._facts = facts
        return copy

    @property
    def kind_name(self) -> str:
        """Return the name under which a scenario speaks of it."""
        return str(getattr(self, "kind"))  # noqa: B009

    def settings(self) -> dict[str, Any]:
        """Return what differs from the defaults, as a scenario would say it."""
        return self.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)


class Rule(Said):
    """Something that must hold of a whole assignment."""

    shapes: ClassVar[frozenset[str]] = frozenset({"pairs", "partners", "rings", "groups"})
    shorthand: ClassVar[str] = ""  # the field that `rules = { kind = value }` sets

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield where the rule fails, in words."""
        for match in matches:
            for people, message in self.complaints(match):
                yield Violation(self.kind_name, match.match, people, message)

    def complaints(self, match: Match) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield what is wrong with one match: the people and a sentence."""
        return iter(())

    def outline(self, outline: Outline) -> None:
        """Write what the rule says about loads, locks and limits."""


class LinkRule(Rule):
    """A rule about two people: whether one may give to the other."""

    @abstractmethod
    def objection(self, giver: Person, taker: Person) -> str | None:
        """Return why the link must not be, None if it may."""

    def sieve(self, givers: Sequence[Person]) -> Sieve:
        """Return a function of a taker and places in ``givers`` to those with no objection.

        Plain Python too, but quicker where what givers bring is looked at once.
        """

        def passing(taker: Person, places: Sequence[int]) -> list[int]:
            return [k for k in places if self.objection(givers[k], taker) is None]

        return passing

    def complaints(self, match: Match) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield an objection for every link of the match."""
        for giver, taker in match.links():
            roster = self.facts.roster
            message = self.objection(roster[giver], roster[taker])
            if message is not None:
                yield (giver, taker), message

    def lower(self, draft: Draft) -> None:
        """Forbid the links of a block. Asks ``objection`` about every pair unless overridden."""
        people = draft.columns.people
        givers, takers = draft.giver_index, draft.taker_index
        asked: NDArray[np.bool_] = np.array(
            [
                [g != t and self.objection(people[g], people[t]) is not None for t in takers]
                for g in givers
            ],
            dtype=np.bool_,
        ).reshape(draft.shape)
        draft.forbid(asked)


def loads(matches: Iterable[Match]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Return how many matches everyone gives in, takes in, and sits in altogether."""
    gives: dict[str, int] = defaultdict(int)
    takes: dict[str, int] = defaultdict(int)
    sits: dict[str, int] = defaultdict(int)
    for match in matches:
        for member in match.members:
            sits[member.person] += 1
            if member.role in ("giver", "leader"):
                gives[member.person] += 1
            elif member.role == "taker":
                takes[member.person] += 1
    return gives, takes, sits


def rounds_of(matches: Sequence[Match]) -> list[list[Match]]:
    """Return the matches round by round; one empty round where there are none."""
    found: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        found[match.round].append(match)
    return [found[key] for key in sorted(found)] or [[]]

"""Rules about named people: together, locked, required, and links that are listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Lock
from cohortopt.instance.outline import Outline
from cohortopt.model import Match, Person, Slot
from cohortopt.rules.base import LinkRule, Rule, Violation


class Together(Rule):
    """The people of every list share a match."""

    shorthand: ClassVar[str] = "lists"

    kind: Literal["together"] = "together"
    lists: tuple[tuple[str, ...], ...] = ()

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield every list whose people do not share a match."""
        for one in self.lists:
            if not any(set(one) <= set(match.people) for match in matches):
                told = f"{', '.join(one)} do not share a match"
                yield Violation(self.kind, "", one, told)

    def outline(self, outline: Outline) -> None:
        outline.together += [outline.at(one) for one in self.lists]


class LockedMatch(BaseModel):
    """A match that stays: its people (pairs: giver, taker; rings in order), slot, topic."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: tuple[str, ...] = Field(min_length=2)
    slot: Slot | None = None
    round: int = 1
    topic: str | None = None

    def is_kept_by(self, people: Sequence[str], ring: bool) -> bool:
        """Whether these are the people of the match; in a ring each gives to the same one."""
        if not ring:
            return set(people) == set(self.people)
        return self.people in [(*people[k:], *people[:k]) for k in range(len(people))]

    @model_validator(mode="before")
    @classmethod
    def _people_alone(cls, value: Any) -> Any:
        return {"people": tuple(value)} if isinstance(value, list | tuple) else value


class Locked(Rule):
    """Every listed match is part of the assignment, as it is."""

    shorthand: ClassVar[str] = "matches"

    kind: Literal["locked"] = "locked"
    matches: tuple[LockedMatch, ...] = ()

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield every locked match that is not there."""
        for lock in self.matches:
            if not any(self._is(lock, match) for match in matches):
                told = f"the locked match {' + '.join(lock.people)} is missing"
                yield Violation(self.kind, "", lock.people, told)

    @staticmethod
    def _is(lock: LockedMatch, match: Match) -> bool:
        if lock.slot is not None and match.slot != lock.slot:
            return False
        if lock.topic is not None and match.topic != lock.topic:
            return False
        if {m.role for m in match.members} == {"giver", "taker"}:
            return (lock.people[0], lock.people[1]) in set(match.links())
        return lock.is_kept_by(match.people, match.ring) and lock.round == match.round

    def outline(self, outline: Outline) -> None:
        for lock in self.matches:
            people = outline.at(lock.people)
            if len(people) == len(lock.people):
                slot, topic = outline.slot_number(lock.slot), outline.topic_number(lock.topic)
                outline.locked.append(Lock(people, 0, slot, lock.round, topic))


class Required(Rule):
    """Every listed person sits in a match."""

    shorthand: ClassVar[str] = "ids"

    kind: Literal["required"] = "required"
    ids: tuple[str, ...] = ()

    def violations(self, matches: Sequence[Match]) -> Iterator[Violation]:
        """Yield everyone who is required and sits nowhere."""
        seated = {one for match in matches for one in match.people}
        for one in self.ids:
            if one not in seated:
                yield Violation(self.kind, "", (one,), f"{one} is required and sits nowhere", 1)

    def outline(self, outline: Outline) -> None:
        outline.required[list(outline.at(self.ids))] = True


class Only(LinkRule):
    """Only listed links are allowed (the file's columns are ``giver,taker``)."""

    shorthand: ClassVar[str] = "file"

    kind: Literal["only"] = "only"
    file: str = ""
    links: frozenset[tuple[str, str]] = frozenset()

    def objection(self, giver: Person, taker: Person) -> str | None:
        if (giver.id, taker.id) in self.links:
            return None
        return f"{giver} and {taker} are not on the list of allowed pairs"

    def lower(self, draft: Draft) -> None:
        columns = draft.columns
        listed = columns.once(("only", self.links), lambda: columns.links(self.links))
        others = np.ones(draft.shape, dtype=np.bool_)
        rows, places, _ = draft.inside(listed)
        others[rows, places] = False
        draft.forbid(others)

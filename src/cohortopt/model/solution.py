"""Who is with whom, what it is worth, how sure that is, and why someone is left over.

``Solution`` is exactly ``solution.json``; ``schema`` carries the version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator

from cohortopt.model.time import Slot

SCHEMA = "cohortopt/solution/1"

MemberRole = Literal["giver", "taker", "peer", "leader", "member"]
Standing = Literal["checked", "claimed"]
Status = Literal["optimal", "feasible", "infeasible", "stopped"]
ReasonCode = Literal["no_partner", "shortage", "trade_off", "not_asked"]
TierName = Literal["placed", "violations", "worst", "mutual", "points", "changes", "stable"]
LONG = 8  # people from whom on a list is written once
LOWER_IS_BETTER = ("changes", "stable", "violations")


class Frozen(BaseModel):
    """Part of a solution: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Member(Frozen):
    """One person's part in a match."""

    person: str
    role: MemberRole


class Match(Frozen):
    """One mentor pair, partner pair, ring (members in ring order) or group.

    ``members`` are objects with ``person`` (an id) and ``role``; ``people`` are the ids alone.
    """

    match: str  # the match's name, like "Mentors-1"
    round: int = 1
    points: int = 0
    members: tuple[Member, ...]
    slot: Slot | None = None
    slots: tuple[Slot | None, ...] = ()  # rings that meet per link: one slot for each link
    topic: str | None = None
    locked: bool = False
    ring: bool = False  # each member gives to the next; otherwise everyone gives to everyone
    chain: bool = False  # a ring left open: the first member asks nothing

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Return the ids of the members in order."""
        return tuple([member.person for member in self.members])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Match:
        """Return a copy, perhaps with other members."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("people", None)
        return copy

    def with_role(self, *roles: str) -> tuple[str, ...]:
        """Return the ids of the members who play one of ``roles``."""
        return tuple(member.person for member in self.members if member.role in roles)

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield every link (giver, taker) inside the match."""
        people, roles = self.people, [member.role for member in self.members]
        if roles == ["giver", "taker"]:
            yield people[0], people[1]
        elif "giver" in roles and "taker" in roles:
            for giver in self.with_role("giver"):
                for taker in self.with_role("taker"):
                    yield giver, taker
        elif self.ring:
            yield from pairwise(people)
            if not self.chain:
                yield people[-1], people[0]
        else:
            for giver in people:
                for taker in people:
                    if giver != taker:
                        yield giver, taker

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what orders matches: round, then members."""
        return (self.round, self.people)


class Unplaced(Frozen):
    """A person whom a program does not seat, and the one verified reason."""

    person: str
    role: MemberRole
    reason: ReasonCode
    detail: str
    would_help: str = ""
    people: tuple[str, ...] = ()  # the others the reason names: rivals in a shortage, say
    givers: tuple[str, ...] = ()  # shortage: whose places they compete for
    seats: int | None = None  # places that they compete for
    blocked: dict[str, int] = Field(default_factory=dict)  # rule -> candidates it blocked
    loss: int | None = None  # points that the whole would lose by placing the person
    waiting: int | None = None  # place on the waiting list, 1 is next
    as_in: int | None = None  # in files: people and givers are those of this entry, from 0 on


class Breach(Frozen):
    """Where a relaxed rule is broken, and how often that counts in tier ``violations``."""

    rule: str
    match: str  # "": the whole
    people: tuple[str, ...]
    message: str
    amount: int = 1


class TierResult(Frozen):
    """One thing that was optimised: what was reached, and what nothing can exceed."""

    tier: TierName
    value: int
    bound: int | None = None
    standing: Standing = "claimed"
    certificate: dict[str, Any] | None = None
    scale: int = 1  # value and bound are in 1/scale points (groups of several sizes)
    vector: tuple[int, ...] | None = None  # `worst`: the sorted satisfactions

    @property
    def is_proven(self) -> bool:
        """Whether value and bound meet."""
        return self.bound is not None and self.bound == self.value


class ProgramSolution(Frozen):
    """The part of one program."""

    name: str
    use: str
    status: Status
    tiers: tuple[TierResult, ...] = ()
    matches: tuple[Match, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    breaches: tuple[Breach, ...] = ()  # of rules that the program relaxes; all others hold
    facts: dict[str, Any] = Field(default_factory=dict)  # blocking pairs, price of stability, ...
    previous: tuple[tuple[str, ...], ...] = ()  # what tier changes speaks of; sessions name slots

    @field_serializer("unplaced", when_used="json")
    def _say_once(self, unplaced: tuple[Unplaced, ...]) -> tuple[Unplaced, ...]:
        """Write long lists of people once, however many compete for the same places."""
        first: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        found = []
        for place, one in enumerate(unplaced):
            at = first.setdefault((one.people, one.givers), place)
            if at != place and len(one.people) + len(one.givers) > LONG:
                one = one.model_copy(update={"people": (), "givers": (), "as_in": at})
            found.append(one)
        return tuple(found)

    @field_validator("unplaced")
    @classmethod
    def _fill_in(cls, unplaced: tuple[Unplaced, ...]) -> tuple[Unplaced, ...]:
        found: list[Unplaced] = []
        for one in unplaced:
            if one.as_in is not None:
                if not 0 <= one.as_in < len(found):
                    raise ValueError(
                        f"{one.person} refers to entry {one.as_in}, which is not above"
                    )
                known = found[one.as_in]
                lists = {"people": known.people, "givers": known.givers, "as_in": None}
                one = one.model_copy(update=lists)
            found.append(one)
        return tuple(found)

    @property
    def placed(self) -> frozenset[str]:
        """Return everyone who sits in a match."""
        return frozenset(person for match in self.matches for person in match.people)


class Run(Frozen):
    """How the solution was made. Seconds and versions are left out of comparisons."""

    seconds: float = 0.0
    solver: str = ""
    threads: int = 1
    versions: dict[str, str] = Field(default_factory=dict)
    repeatable: bool = True
    command: str = ""


class Assignment(Frozen):
    """Who is with whom, over all programs, in a fixed order."""

    matches: tuple[Match, ...] = ()


class Solution(Frozen):
    """An assignment with its points, bounds, certificates and reasons."""

    schema_version: str = Field(default=SCHEMA, alias="schema")
    scenario: str = ""
    seed: int = 0
    inputs: dict[str, str] = Field(default_factory=dict)
    source: str = ""  # the scenario file, relative to the folder of the solution
    status: Status = "feasible"
    tiers: tuple[TierResult, ...] = ()
    programs: tuple[ProgramSolution, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)  # the scenario as solved
    run: Run = Run()

    @property
    def assignment(self) -> Assignment:
        """Return all matches of all programs."""
        return Assignment(matches=tuple(m for p in self.programs for m in p.matches))

    @property
    def is_optimal(self) -> bool:
        """Whether every tier is proven: value and bound meet."""
        return self.status == "optimal"

    def tier(self, name: str) -> TierResult | None:
        """Return one tier of the whole, if it was optimised."""
        return next((tier for tier in self.tiers if tier.tier == name), None)

    @property
    def total(self) -> int:
        """Return the points in all."""
        tier = self.tier("points")
        return tier.value if tier else sum(m.points for m in self.assignment.matches)

    @property
    def bound(self) -> int | None:
        """Return what no assignment as good on the earlier tiers can exceed in points."""
        tier = self.tier("points")
        return tier.bound if tier else None

    def program(self, name: str) -> ProgramSolution:
        """Return one program's part.

        Raises
        ------
        KeyError
            If no program is called ``name``.
        """
        for program in self.programs:
            if program.name == name:
                return program
        raise KeyError(name)

    def to_json(self) -> str:
        """Return ``solution.json``; the same solution always gives the same text."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1) + "\n"

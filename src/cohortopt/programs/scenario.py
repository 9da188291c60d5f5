"""A scenario: the programs solved together, and what they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cohortopt.model import Facts, Met, Roster, SkillGraph, Weeks, zone
from cohortopt.model.solution import TierName
from cohortopt.model.wrong import wrong
from cohortopt.programs.program import Program


class Joint(BaseModel):
    """Rules across the programs of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: bool = True  # all meetings of a person fit their hours a month
    slots: bool = True  # no two meetings of a person overlap, whichever program
    mentor_not_in_circle: bool = True  # two people linked in one program share no group in another
    capacity: int | None = Field(default=None, ge=1)  # matches of one person over all programs
    apart: tuple[str, ...] = ()  # nobody meets a relation of a partner that another program gave
    # them: "manager" (direct), "line" (anyone above or below), or a column with equal values


class Scenario(BaseModel):
    """Everything but the roster: programs, skills, clock, weeks, history and budgets.

    ``io.read_scenario`` makes one from a TOML file; a service may make one by hand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "Scenario"
    programs: tuple[Program, ...] = Field(min_length=1)
    skills: SkillGraph = SkillGraph()
    history: tuple[Met, ...] = ()
    timezone: str = "UTC"
    weeks: Weeks | None = None
    unknown: Literal["anytime", "never"] = "anytime"
    dropout: float | None = Field(default=None, ge=0, le=1)  # of people whose own is not known
    seed: int = 0
    seconds: float | None = Field(default=60, gt=0)
    joint: Joint = Joint()
    tiers: tuple[TierName, ...] = ("placed", "points")  # of the whole, when programs are several
    source: Path | None = None  # the file it was read from
    settings: dict[str, Any] = Field(default_factory=dict)  # that file's content, as data

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        zone(name)
        return name

    @model_validator(mode="after")
    def _names_once(self) -> Scenario:
        names = [program.name for program in self.programs]
        for number, name in enumerate(names, start=1):
            if name in names[: number - 1]:
                other = f"another name than program[{names.index(name) + 1}] has"
                raise wrong(f"program[{number}].name", name, other)
        for number, program in enumerate(self.programs, start=1):
            if program.relax and len(names) > 1:
                alone = "nothing: rules can be relaxed only where a program is solved alone"
                raise wrong(f"program[{number}].relax", program.relax, alone)
        return self

    @classmethod
    def of(cls, what: Scenario | Program) -> Scenario:
        """Return a scenario as it is, or the scenario of one program alone."""
        if isinstance(what, Scenario):
            return what
        return cls(name=what.name, programs=(what,), tiers=what.tiers)

    def facts(self, roster: Roster) -> Facts:
        """Return what rules and goals may know, people in id order."""
        ordered = sorted(roster.people, key=lambda person: person.id)
        if self.dropout is not None:
            usual = {"dropout": self.dropout}
            ordered = [p if p.dropout is not None else p.model_copy(update=usual) for p in ordered]
        return Facts(
            roster=Roster(people=tuple(ordered)),
            skills=self.skills,
            timezone=self.timezone,
            weeks=self.weeks,
            unknown=self.unknown,
            history=self.history,
        )

"""The keys of a scenario file, before the files that it names are read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cohortopt.model import Weeks, zone
from cohortopt.model.solution import TierName
from cohortopt.programs.scenario import Joint


class RosterFile(BaseModel):
    """One file of people: where it is, and what everyone in it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    role: str | None = None
    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)


class ScenarioFile(BaseModel):
    """The TOML of a scenario, before its files are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    roster: str | tuple[RosterFile, ...] = ""
    skills: str = ""
    spellings: str = ""
    history: tuple[str, ...] = ()
    timezone: str = "UTC"
    weeks: Weeks | None = None
    unknown: Literal["anytime", "never"] = "anytime"
    dropout: float | None = Field(default=None, ge=0, le=1)
    levels: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    seed: int = 0
    seconds: float = 60
    joint: Joint = Joint()
    tiers: tuple[TierName, ...] | None = None
    program: tuple[dict[str, Any], ...] = Field(min_length=1)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from cohortopt.io.doctor.zones import suggest_zone

        try:
            zone(name)
        except ValueError:
            meant = suggest_zone(name)
            hint = f'. Did you mean "{meant}"?' if meant else ""
            raise ValueError(f"expected a zone like Europe/London{hint}") from None
        return name

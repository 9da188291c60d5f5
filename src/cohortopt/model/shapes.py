"""What a match looks like: pairs, partners, rings or groups, over one or more rounds."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cohortopt.model.time import clock
from cohortopt.model.wrong import wrong

Part = Literal["mentor", "mentee", "peer"]
EVERYONE: tuple[Part, ...] = ("peer", "mentor", "mentee")


class Closed(BaseModel):
    """A settings object: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Closed):
    """Dated slots of one event, listed or cut from a day: start, end, length and break."""

    dates: tuple[date, ...] = Field(min_length=1)
    starts: tuple[str, ...] = ()  # "HH:MM", in the scenario's zone, on every date
    start: str | None = None
    end: str | None = None
    minutes: int = Field(default=15, ge=5, le=480)
    pause: int = Field(default=0, ge=0, le=240)  # minutes between two slots
    rooms: int | None = Field(default=None, ge=1)  # sessions at the same time, at most

    @model_validator(mode="after")
    def _has_slots(self) -> Event:
        given = [("starts", text) for text in self.starts]
        given += [("start", self.start or ""), ("end", self.end or "")]
        for key, text in given:
            try:
                time.fromisoformat(text or "00:00")
            except ValueError:
                raise wrong(key, text, 'a time like "16:00"') from None
        if not self.slot_starts:
            hours = f"{self.start or 'no start'} to {self.end or 'no end'}"
            expected = f"start and end with {self.minutes} minutes between them, or `starts`"
            raise wrong("", hours, expected)
        return self

    @property
    def slot_starts(self) -> tuple[str, ...]:
        """Return the starting times of a day, in order."""
        if self.starts:
            return tuple(sorted(self.starts))
        if self.start is None or self.end is None:
            return ()
        first, last = (int(text[:2]) * 60 + int(text[3:5]) for text in (self.start, self.end))
        step = self.minutes + self.pause
        return tuple(clock(at) for at in range(first, last - self.minutes + 1, step))


class Pairs(Closed):
    """A giver and a taker. Both have capacities; ``event`` makes them dated sessions."""

    kind: Literal["pairs"] = "pairs"
    giver: tuple[Part, ...] = ("mentor",)
    taker: tuple[Part, ...] = ("mentee",)
    sessions: bool = False  # several short sessions, one topic each, never two at once
    sessions_min: int = Field(default=0, ge=0)  # of each taker
    sessions_max: int | None = Field(default=None, ge=1)  # of each taker; None: the column `needs`
    event: Event | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Pairs:
        if self.sessions_max is not None and self.sessions_max < self.sessions_min:
            raise wrong("sessions_max", self.sessions_max, f"at least {self.sessions_min}")
        return self


class Partners(Closed):
    """Two peers who give to each other; with ``odd = "trio"`` at most one group of three."""

    kind: Literal["partners"] = "partners"
    who: tuple[Part, ...] = EVERYONE
    odd: Literal["leave", "trio"] = "leave"


class Rings(Closed):
    """Two to ``longest`` people, each giving to the next; chains start with a volunteer."""

    kind: Literal["rings"] = "rings"
    who: tuple[Part, ...] = EVERYONE
    longest: int = Field(default=3, ge=2, le=5)
    chains: int = Field(default=0, ge=0, le=5)  # longest chain, counted in links; 0: none
    meet: Literal["ring", "links"] = "ring"


class Size(Closed):
    """How many people a group has; or how many groups there are."""

    min: int = Field(default=3, ge=1)
    max: int = Field(default=6, ge=1)
    target: int | None = Field(default=None, ge=1)
    groups: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Size:
        if self.max < self.min:
            raise wrong("max", self.max, f"at least min ({self.min})")
        if self.target is not None and not self.min <= self.target <= self.max:
            raise wrong("target", self.target, f"{self.min} to {self.max}, as min and max say")
        return self


class Leaders(Closed):
    """How many leaders lead each group; leaders are not counted in the group's size."""

    min: int = Field(default=1, ge=1)
    max: int = Field(default=2, ge=1)
    who: tuple[Part, ...] = ("mentor",)

    @model_validator(mode="after")
    def _in_order(self) -> Leaders:
        if self.max < self.min:
            raise wrong("max", self.max, f"at least min ({self.min})")
        return self


class Groups(Closed):
    """Pods, circles and cohorts: a size, perhaps leaders, perhaps one topic per group."""

    kind: Literal["groups"] = "groups"
    who: tuple[Part, ...] = EVERYONE
    size: Size = Size()
    leaders: Leaders | None = None
    topic: bool = False  # each group shares one topic: a skill that its members want or offer


Shape = Annotated[Pairs | Partners | Rings | Groups, Field(discriminator="kind")]

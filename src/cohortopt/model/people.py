"""Who could be matched: a person, and the roster of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cohortopt.model.time import Availability

ROLES = ("mentor", "mentee", "peer", "both", "none")
MASTERY = 5  # skills offered and wanted run from 1 to this
DEFAULT_MASTERY = 3


class Person(BaseModel):
    """One row of a roster. ``None`` means that the roster does not say.

    Columns that are not fields are kept in ``attributes``, where rules and goals find them by
    name: ``Person(id="m", years=4).attribute("years") == "4"``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name: str = ""
    email: str = ""
    role: tuple[str, ...] | None = None
    level: int | None = None
    department: str = ""
    location: str = ""
    timezone: str | None = None
    languages: tuple[str, ...] = ()
    skills_offered: dict[str, int] = Field(default_factory=dict)
    skills_wanted: dict[str, int] = Field(default_factory=dict)
    availability: Availability | None = None
    capacity: int = Field(default=1, ge=0)
    capacity_min: int = Field(default=0, ge=0)
    needs: int = Field(default=1, ge=0)
    hours: float | None = Field(default=None, ge=0)
    manager: str | None = None
    prefers: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    priority: int = Field(default=1, ge=1, le=1000)
    dropout: float | None = Field(default=None, ge=0, le=1)
    attributes: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _keep_other_columns(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        known = cls.model_fields
        fields = {key: value for key, value in row.items() if key in known}
        others = {key: str(value) for key, value in row.items() if key not in known}
        if others:
            fields["attributes"] = {**fields.get("attributes", {}), **others}
        return fields

    @field_validator("role")
    @classmethod
    def _known_roles(cls, role: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for one in role or ():
            if one not in ROLES:
                raise ValueError(f"role {one!r} is none of {', '.join(ROLES)}")
        return role or None

    @field_validator("skills_offered", "skills_wanted")
    @classmethod
    def _one_to_five(cls, skills: dict[str, int]) -> dict[str, int]:
        for skill, degree in skills.items():
            if not 1 <= degree <= MASTERY:
                raise ValueError(f"skill {skill!r} has {degree}; 1 to {MASTERY} expected")
        return skills

    def plays(self, roles: tuple[str, ...]) -> bool:
        """Whether the person may act as one of ``roles`` (everyone may where none is given)."""
        if self.role is None or not roles:
            return self.role is None or "none" not in self.role
        mine = (*self.role, "mentor", "mentee") if "both" in self.role else self.role
        return not set(roles).isdisjoint(mine)

    def attribute(self, name: str) -> str:
        """Return any column of the roster as text; "" where the person has none."""
        if name in self.attributes:
            return self.attributes[name]
        if name in type(self).model_fields:
            value = getattr(self, name)
            if value is None:
                return ""
            return "; ".join(value) if isinstance(value, tuple | dict) else str(value)
        return ""

    def number(self, name: str) -> float | None:
        """Return a column as a number; None where it is blank or no number."""
        try:
            return float(self.attribute(name).replace(",", "."))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


class Roster(BaseModel):
    """All people, in the order of their file. Order never matters to an assignment."""

    model_config = ConfigDict(frozen=True)

    people: tuple[Person, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Roster:
        seen: set[str] = set()
        for person in self.people:
            if person.id in seen:
                raise ValueError(f"the id {person.id!r} is used more than once")
            seen.add(person.id)
        return self

    @cached_property
    def by_id(self) -> dict[str, Person]:
        """Return everyone by id."""
        return {person.id: person for person in self.people}

    @cached_property
    def namesakes(self) -> frozenset[str]:
        """Return the names that two people or more have."""
        counts = Counter(person.name for person in self.people if person.name)
        return frozenset(name for name, count in counts.items() if count > 1)

    def __getitem__(self, person: str) -> Person:
        return self.by_id[person]

    def __contains__(self, person: object) -> bool:
        return person in self.by_id

    def __len__(self) -> int:
        return len(self.people)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the kept extra columns, sorted."""
        return tuple(sorted({name for person in self.people for name in person.attributes}))

    def ids(self) -> Iterator[str]:
        """Yield every id in order."""
        return (person.id for person in self.people)

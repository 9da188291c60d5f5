"""What rules and goals may know besides the two people before them."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from cohortopt.model.people import Roster
from cohortopt.model.skills import SkillGraph
from cohortopt.model.time import REFERENCE_WEEK, SERIES_WEEKS, Weeks


class Met(BaseModel):
    """Two people who met before; ``seasons_ago`` counts earlier solutions, 1 is the last."""

    model_config = ConfigDict(frozen=True)

    person: str
    other: str
    seasons_ago: int = Field(default=1, ge=1)


class Facts(BaseModel):
    """The skill graph, the clock, the weeks and the history that one scenario shares."""

    model_config = ConfigDict(frozen=True)

    roster: Roster = Roster()
    skills: SkillGraph = SkillGraph()
    timezone: str = "UTC"
    weeks: Weeks | None = None
    unknown: str = "anytime"  # what blank availability means: "anytime" or "never"
    history: tuple[Met, ...] = ()

    @cached_property
    def mondays(self) -> tuple[date, ...]:
        """Return the Monday of every week in which a slot must hold."""
        return self.weeks.mondays if self.weeks else (REFERENCE_WEEK,)

    @property
    def series(self) -> tuple[date, ...]:
        """Return the Monday of every week in which a series of sessions may have one."""
        weeks = self.weeks or Weeks(first=REFERENCE_WEEK, count=SERIES_WEEKS)
        return weeks.mondays

    @cached_property
    def seasons(self) -> dict[frozenset[str], int]:
        """Return, for each two people who met, how many seasons ago they last did.

        The ``past`` column of a roster counts as one season ago.
        """
        found: dict[frozenset[str], int] = {}
        for met in self.history:
            key = frozenset((met.person, met.other))
            found[key] = min(found.get(key, met.seasons_ago), met.seasons_ago)
        for person in self.roster.people:
            for other in person.past:
                found[frozenset((person.id, other))] = 1
        return found

    def seasons_since(self, one: str, other: str) -> int | None:
        """Return how many seasons ago the two met, None if they never did."""
        return self.seasons.get(frozenset((one, other)))

"""What a report can show beyond the solution, where someone worked it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cohortopt.explain.bottlenecks import BottleneckSkill
from cohortopt.model.solution import Solution
from cohortopt.report.why import PointsSaid
from cohortopt.scenarios.figures import MatchPoints


@dataclass(frozen=True)
class RuleLine:
    """A rule that was checked, on how many matches, and what came closest to breaking it."""

    program: str
    rule: str
    checked: str
    closest: str = ""


@dataclass(frozen=True)
class ScenarioTable:
    """Scenarios side by side: a heading, and rows of text that start with the row's name."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportExtras:
    """References and context for a report; everything may be left out.

    ``match_points`` maps a program's name to the points of a match, counted as in the solution;
    with it the report compares points with a random seating. ``points`` says in words what a
    person gains from a match.
    """

    match_points: Mapping[str, MatchPoints] = field(default_factory=dict)
    points: PointsSaid | None = None
    last: Solution | None = None
    rules: tuple[RuleLine, ...] = ()
    scenarios: ScenarioTable | None = None
    command: str = ""
    bottlenecks: tuple[BottleneckSkill, ...] = ()  # wanted skills, the costliest shortage first
    notes: tuple[str, ...] = ()  # remarks about the roster that the manager should see

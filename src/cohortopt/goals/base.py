"""What a goal is: it gives a link, or a whole group, a worth from 0 to 1.

Worth is a whole number of millionths, rounded half up once, so that plain Python and fast
arrays agree to the last digit. A link's points are ``round(1000 x sum(weight x worth) /
sum(weight))``, halves to even, over the goals of a program; weights count in thousandths.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cohortopt.instance.draft import Draft
from cohortopt.instance.instance import Longs
from cohortopt.instance.outline import Outline
from cohortopt.model import Person
from cohortopt.rules.base import Said

WHOLE = 1_000_000
POINTS = 1000
WEIGHT = 1000

SMALL = 2**42  # weights below this in all, in billionths, keep the sums of rows in 64 bits

Row = Callable[[Person], Longs]
Weighed = tuple[int, tuple[tuple[int, "LinkGoal"], ...]]


def share(part: int, whole: int) -> int:
    """Return ``part / whole`` in millionths, rounded half up; 0 where there is no whole."""
    return (2 * part * WHOLE + whole) // (2 * whole) if whole > 0 else 0


def shares(parts: Longs, whole: int) -> Longs:
    """Return ``share`` of many parts."""
    return (2 * WHOLE * parts + whole) // (2 * whole) if whole > 0 else np.zeros_like(parts)


class Goal(Said):
    """Something good to have, with a weight."""

    weight: float = Field(default=1, ge=0, le=1000)

    @property
    def thousandths(self) -> int:
        """Return the weight in thousandths."""
        return round(self.weight * WEIGHT)

    def outline(self, outline: Outline, points: int) -> None:
        """Write what the goal gives to whole groups, ``points`` at full worth per member."""


class LinkGoal(Goal):
    """A goal about two people: what one brings the other."""

    @abstractmethod
    def worth(self, giver: Person, taker: Person) -> int:
        """Return what the link is worth, in millionths."""

    def worths(self, givers: Sequence[Person], taker: Person) -> list[int]:
        """Return ``worth`` for many givers of one taker: plain Python too, but quicker."""
        return [self.worth(giver, taker) for giver in givers]

    def rows(self, givers: Sequence[Person], times: int = 1) -> Row:
        """Return a function of a taker to ``times x worths``: givers are looked at once."""
        return lambda taker: times * np.array(self.worths(givers, taker), dtype=np.int64)

    def lower(self, draft: Draft) -> None:
        """Award a block. Asks ``worth`` about every pair unless overridden."""
        people = draft.columns.people
        givers, takers = draft.giver_index, draft.taker_index
        asked = [
            [self.worth(people[g], people[t]) if g != t else 0 for t in takers] for g in givers
        ]
        draft.award(np.array(asked, dtype=np.int64).reshape(draft.shape))


class MatchGoal(Goal):
    """A goal about a whole group; every member earns its worth."""

    @abstractmethod
    def group_worth(self, members: Sequence[Person]) -> int:
        """Return what the group is worth, in millionths."""


class TopicGoal(Goal):
    """A goal about a member and the group's topic."""

    @abstractmethod
    def topic_worth(self, person: Person, topic: str) -> int:
        """Return what the topic is worth to the person, in millionths."""


def even(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` as a whole number, halves to even."""
    if denominator <= 0:
        return 0
    whole, rest = divmod(numerator, denominator)
    up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + up


def weighed(goals: Sequence[Goal]) -> Weighed:
    """Return what full worth of all goals adds up to, and those about links with their weights."""
    links = [(goal.thousandths, goal) for goal in goals if isinstance(goal, LinkGoal)]
    return sum(goal.thousandths for goal in goals) * WHOLE, tuple(links)


def link_points(weighed: Weighed, giver: Person, taker: Person) -> int:
    """Return the points of a link under these goals: the formula at the top of this file."""
    whole, links = weighed
    return even(POINTS * sum([times * goal.worth(giver, taker) for times, goal in links]), whole)


def row_points(goals: Sequence[Goal], givers: Sequence[Person], taker: Person) -> list[int]:
    """Return ``link_points`` for many givers of one taker."""
    whole, links = weighed(goals)
    total = [0] * len(givers)
    for times, goal in links:
        worths = goal.worths(givers, taker)
        total = [sum_ + times * worth for sum_, worth in zip(total, worths, strict=True)]
    return [even(sum_ * POINTS, whole) if sum_ else 0 for sum_ in total]


class Rows:
    """``row_points`` for the same givers and many takers, as fractions: sums over ``whole``."""

    def __init__(self, goals: Sequence[Goal], givers: Sequence[Person]) -> None:
        whole, links = weighed(goals)
        self.whole = max(1, whole)
        self._nothing = np.zeros(len(givers), np.int64 if whole < SMALL else object)
        self._parts = [goal.rows(givers, POINTS * times) for times, goal in links if times]

    def array(self, taker: Person) -> NDArray[Any]:
        """Return 1000 x weight x worth for each giver, summed over goals."""
        return sum((row(taker) for row in self._parts), self._nothing)

    def sums(self, taker: Person) -> list[int]:
        """Return ``array`` as Python's own numbers."""
        found: list[int] = self.array(taker).tolist()
        return found


def points_at_full_worth(goal: Goal, goals: Sequence[Goal]) -> int:
    """Return the points that a member earns from a group goal of worth 1."""
    return even(POINTS * goal.thousandths, sum(one.thousandths for one in goals))

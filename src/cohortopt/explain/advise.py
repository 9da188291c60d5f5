"""The cheapest things that would help: small changes, each confirmed by solving again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from cohortopt.explain.base import (
    RESOLVE_SECONDS,
    TierChange,
    Told,
    facts_for,
    gains,
    solve_again,
    tier_changes,
)
from cohortopt.explain.bottlenecks import BottleneckSkill, bottleneck_skills
from cohortopt.explain.ideas import Idea, ideas
from cohortopt.explain.recruit import Recruits, recruit
from cohortopt.model import Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.solvers.base import Budget

TRIES = 30
RECRUITING = 0.4  # of the time, for whom to recruit
RECRUITING_SOLVES = 12  # about
SMALL = 12  # people up to whom every change is tried, and every two that could be cheaper


class Fix(Told):
    """One change or two, and what they bring. ``effort`` 1 asks one person a favour."""

    kind: str
    program: str
    people: tuple[str, ...]
    text: str
    effort: int
    changes: tuple[TierChange, ...]

    @property
    def gain(self) -> tuple[int, ...]:
        """Return what each tier gains, in tier order."""
        return gains(self.changes)


class Advice(Told):
    """Fixes that help, the best first, whom to recruit, and which skills hold the plan back."""

    fixes: tuple[Fix, ...]
    tried: int
    recruits: Recruits | None = None
    skills: tuple[BottleneckSkill, ...] = ()  # wanted skills, the costliest shortage first
    cut_short: bool = False  # the time was over before everything was tried


def advise(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    *,
    seconds: float = 60.0,
    tries: int | None = None,
    recruiting: bool = True,
    seed: int | None = None,
    threads: int = 1,
) -> Advice:
    """Return changes that make the plan better, each seen to do so by solving again.

    Tried are: one more place for somebody who gives, hours for one match, an hour more in
    somebody's week, meeting a past partner again, lifting one veto, a size limit moved by one, and
    each rule loosened for all. People who are left over come first. The plan without
    any change is solved again too, so that like is compared with like.

    With up to ``SMALL`` people every such change is tried; and where somebody is left over, every
    two changes together whose effort is less than that of the cheapest fix known for the first
    tier. So no change of these kinds, and no two, is a cheaper way to it. In larger rosters the
    ``tries`` (``TRIES`` by default) most promising changes are tried.
    """
    scenario, facts = facts_for(roster, scenario)
    kept = RECRUITING * seconds if recruiting else 0.0
    whole = Budget(
        seconds=seconds - kept, seed=solution.seed if seed is None else seed, threads=threads
    )
    search = _Search(solution, facts.roster, scenario, whole)
    small = len(roster) <= SMALL and tries is None
    singles = list(ideas(search.before, facts, scenario)) if small else ()
    search.run(singles or ideas(search.before, facts, scenario), None if small else tries or TRIES)
    if any(one.role != "giver" for part in solution.programs for one in part.unplaced):
        search.run(_doubles(singles, search), None)
    fixes = sorted(search.fixes, key=_rank)
    helped = None
    if recruiting:
        each = min(RESOLVE_SECONDS, max(1.0, kept / RECRUITING_SOLVES))
        helped = recruit(facts.roster, scenario, replace(whole, seconds=each))
    return Advice(
        fixes=tuple(fixes),
        tried=search.tried,
        recruits=helped,
        skills=bottleneck_skills(solution, roster, scenario),
        cut_short=search.late,
    )


class _Search:
    """Tries changes, and keeps those that help."""

    def __init__(
        self, solution: Solution, roster: Roster, scenario: Scenario, whole: Budget
    ) -> None:
        seconds = whole.seconds or 0.0
        self.until = time.monotonic() + seconds
        self.roster, self.scenario = roster, scenario
        self.each = replace(whole, seconds=min(RESOLVE_SECONDS, max(1.0, seconds / 6)))
        self.before = solve_again(roster, scenario, self.each) or solution
        self.fixes: list[Fix] = []
        self.tried = 0
        self.late = False

    def run(self, some: Iterable[Idea], most: int | None) -> None:
        """Try these changes, ``most`` of them, while there is time."""
        for number, idea in enumerate(some):
            self.late = self.late or time.monotonic() > self.until
            if self.late or (most is not None and number >= most):
                return
            self.tried += 1
            after = solve_again(*idea.apply(self.roster, self.scenario), self.each)
            if after is None:
                continue
            changes = tier_changes(self.before, after)
            if gains(changes) > (0,) * len(changes):
                self.fixes.append(
                    Fix(
                        kind=idea.kind,
                        program=idea.program,
                        people=idea.people,
                        text=idea.text,
                        effort=idea.effort,
                        changes=changes,
                    )
                )

    @property
    def cheapest(self) -> int | None:
        """The least effort of a fix that raises the first tier; None if none is known."""
        return min((fix.effort for fix in self.fixes if fix.gain[0] > 0), default=None)


def _doubles(singles: Iterable[Idea], search: _Search) -> Iterator[Idea]:
    """Yield two changes together, by effort, as long as they are cheaper than what is known."""
    pairs = sorted(combinations(singles, 2), key=lambda two: two[0].effort + two[1].effort)
    for one, other in pairs:
        known = search.cheapest
        if known is not None and one.effort + other.effort >= known:
            return
        yield one.and_also(other)


def _rank(fix: Fix) -> tuple[tuple[int, ...], int, tuple[int, ...], str]:
    return tuple(-g for g in fix.gain[:1]), fix.effort, tuple(-g for g in fix.gain), fix.text

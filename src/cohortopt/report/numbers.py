"""The five numbers of a report, each beside something to measure it against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cohortopt.model.solution import Solution
from cohortopt.report.extras import ReportExtras
from cohortopt.report.quality import amount
from cohortopt.scenarios.figures import Reference, fits
from cohortopt.words import counted

SHOWN = 5


@dataclass(frozen=True)
class Number:
    """A number, and what it would otherwise be. Parts are 0 to 1, for a bar."""

    label: str
    value: str
    part: float | None = None
    reference: str = ""
    mark: float | None = None  # where the reference lies on the bar


def five_numbers(
    solution: Solution, reference: Reference, chance: dict[str, list[float]], extras: ReportExtras
) -> list[Number]:
    """Return the first five numbers that this solution can be measured by."""
    last = extras.last
    numbers = [_placed(solution, last), *_fit(solution, chance, last)]
    ours, dealt = reference.ours(), reference.chance()
    for label, part, luck in (
        ("of wanted skills are covered", ours.covered, dealt.covered),
        ("meet someone they asked for", ours.chosen, dealt.chosen),
        ("of matches share a free time", ours.meeting, dealt.meeting),
        ("learn a skill they want", ours.learning, dealt.learning),
    ):
        if part is not None:
            said = f"{_percent(luck)} by chance" if luck is not None else ""
            numbers.append(Number(label, _percent(part), part, said, luck))
    return numbers[:SHOWN]


def people_asked(solution: Solution) -> tuple[int, int]:
    """Return how many people sit in a match, and how many could have been asked to."""
    placed = {person for program in solution.programs for person in program.placed}
    left = {
        one.person
        for program in solution.programs
        for one in program.unplaced
        if one.reason != "not_asked"
    }
    return len(placed), len(placed | left)


def _placed(solution: Solution, last: Solution | None) -> Number:
    placed, asked = people_asked(solution)
    tiers = [tier for program in solution.programs for tier in program.tiers]
    seats = [tier for tier in tiers if tier.tier == "placed"]
    partly = sum(
        one.reason != "not_asked" for program in solution.programs for one in program.unplaced
    )
    if last is not None:
        before, before_asked = people_asked(last)
        said = f"{before:,} of {before_asked:,} last round"
    elif placed == asked and partly:
        said = f"{partly:,} without a place in one of the programs"
    elif placed == asked:
        said = "everyone"
    elif seats and all(tier.is_proven for tier in seats):
        said = "no more can be seated"
    else:
        said = ""
    part = placed / asked if asked else None
    label = f"of {counted(asked, 'person is', 'people are')} placed"
    return Number(label, f"{placed:,}", part, said)


def _fit(solution: Solution, chance: dict[str, list[float]], last: Solution | None) -> list[Number]:
    """Return the mean points of a match's receivers, out of a thousand, if there are matches."""
    found = _fits(solution)
    if not found:
        return []
    mean = sum(found) / len(found)
    luck = [value for values in chance.values() for value in values]
    covered = {program.name for program in solution.programs if program.matches} <= set(chance)
    mark: float | None = None
    if luck and covered:
        mark = sum(luck) / len(luck)
        said = f"{mark:,.0f} by chance"
    elif last is not None and _fits(last):
        before = _fits(last)
        mark = sum(before) / len(before)
        said = f"{mark:,.0f} last round"
    else:
        tier = solution.tier("points")
        known = tier is not None and tier.bound is not None
        said = (
            f"{amount(tier.value, tier.scale)} in all; at most {amount(tier.bound, tier.scale)}"
            if known and tier is not None and tier.bound is not None
            else ""
        )
    part = min(1.0, mean / 1000)
    label = "points a person on average, of 1,000"
    return [Number(label, f"{mean:,.0f}", part, said, None if mark is None else mark / 1000)]


def _fits(solution: Solution) -> Sequence[float]:
    return [value for program in solution.programs for value in fits(program)]


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"

"""What needs the manager's attention: at most seven things, each with its next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cohortopt.io.local_time import clock_of, local_times
from cohortopt.io.meetings import rhythm_of
from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import ProgramSolution, Solution, Unplaced
from cohortopt.report.extras import ReportExtras
from cohortopt.report.quality import gap, statement
from cohortopt.report.why import listed, name_of
from cohortopt.scenarios.figures import Served, SkillLine
from cohortopt.words import counted

MOST = 7
NAMED = 3
GOOD_ENOUGH = 0.05  # of the best possible points

REASONS = {
    "no_partner": "nobody fits them under the rules",
    "shortage": "there are too few places",
    "trade_off": "placing them would cost others more",
    "not_asked": "still free, nobody asked for them",
}
UNFINISHED = "the search ended before it found them a place"


def situation(one: Unplaced) -> str:
    """Return why somebody is left over, in a few words.

    Where seating them would even gain something, the search was cut short.
    """
    gain = one.reason == "trade_off" and one.loss is not None and one.loss < 0
    return UNFINISHED if gain else REASONS[one.reason]


@dataclass(frozen=True)
class Item:
    """One thing to look at, and what to do about it."""

    text: str
    step: str


def attention(
    solution: Solution, facts: Facts, skills: Sequence[SkillLine], extras: ReportExtras
) -> list[Item]:
    """Return the most pressing things, the most pressing first."""
    items = [
        *_breaches(solution),
        *_left_over(solution, facts),
        *_unproven(solution),
        *_empty_matches(solution, facts),
        *_missing_skills(skills),
        *_unknown_hours(solution, facts),
        *_moving_clocks(solution, facts),
        *(
            Item(printable(note), "See the remarks that cohortopt check gives.")
            for note in extras.notes
        ),
        *_not_repeatable(solution),
    ]
    return items[:MOST]


def _breaches(solution: Solution) -> list[Item]:
    """Say how often relaxed rules are broken, and how few breaches are possible."""
    items = []
    for part in solution.programs:
        tier = next((tier for tier in part.tiers if tier.tier == "violations"), None)
        if tier is None or not tier.value:
            continue
        shown = "; ".join(one.message for one in part.breaches[:NAMED])
        rest = len(part.breaches) - NAMED
        more = f"; and {rest} more" if rest > 0 else ""
        times = "once" if tier.value == 1 else f"{tier.value} times"
        text = f"{part.name}: relaxed rules are broken {times}: {shown}{more}."
        least = f"At least {tier.bound} cannot be avoided. " if tier.bound else ""
        items.append(Item(printable(text), f"{least}solution.json lists every breach."))
    return items


def _left_over(solution: Solution, facts: Facts) -> list[Item]:
    groups: dict[tuple[str, str], list[Unplaced]] = {}
    for program in solution.programs:
        for one in program.unplaced:
            if one.reason != "not_asked":
                groups.setdefault((program.name, situation(one)), []).append(one)
    items = []
    for (program_name, why), left in sorted(groups.items(), key=lambda item: -len(item[1])):
        names = _names([one.person for one in left], facts)
        verb = "is" if len(left) == 1 else "are"
        text = f"{names} {verb} not placed in {printable(program_name)}: {why}."
        helps = Counter(one.would_help for one in left if one.would_help)
        step = "Run cohortopt advise for the cheapest fix."
        if why == UNFINISHED:
            step = "Solve again with more --seconds."
        elif helps:
            step = printable(helps.most_common(1)[0][0])
        items.append(Item(text, step))
    return items


def _names(people: Sequence[str], facts: Facts) -> str:
    names = [name_of(one, facts.roster) for one in people]
    if len(names) <= NAMED:
        return listed(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED:,} more"


def _unproven(solution: Solution) -> list[Item]:
    said = statement(solution)
    if said.level in ("best", "claimed", "none"):
        return []
    parts: list[ProgramSolution] = [
        program for program in solution.programs if statement(program).level in ("near", "open")
    ]
    where = f" ({listed([printable(program.name) for program in parts])})" if parts else ""
    text = f"It is not proven that this is the best possible{where}: {said.headline.lower()}."
    points = solution.tier("points")
    placed = solution.tier("placed")
    seated = placed is None or placed.is_proven
    short = gap(points) if points is not None else None
    if seated and short is not None and short <= GOOD_ENOUGH:
        return [Item(text, "Good enough to use; for a tighter proof, solve with more --seconds.")]
    return [Item(text, "Solve again with more --seconds: a better assignment may exist.")]


def _empty_matches(solution: Solution, facts: Facts) -> list[Item]:
    """People who want something and learn none of it in any of their matches."""
    served = Served(facts)
    learns: dict[str, bool] = {}
    for match in solution.assignment.matches:
        for giver, taker in match.links():
            if served.wants(taker):
                learns[taker] = learns.get(taker, False) or bool(served.links(giver, taker))
    without = sorted(person for person, does in learns.items() if not does)
    if not without:
        return []
    verb = "learns" if len(without) == 1 else "learn"
    text = f"{_names(without, facts)} {verb} no skill they asked for."
    return [Item(text, "Ask them for more wishes, or recruit someone who offers what they want.")]


def _missing_skills(skills: Sequence[SkillLine]) -> list[Item]:
    missing = [line for line in skills if line.wanted >= 2 and not line.offered and not line.near]
    if not missing:
        return []
    told = listed(
        [f"{printable(line.skill)} (wanted by {line.wanted:,})" for line in missing[:NAMED]]
    )
    rest = len(missing) - NAMED
    more = f" and {counted(rest, 'more skill')}" if rest > 0 else ""
    return [
        Item(f"Nobody offers {told}{more}.", "Find a teacher, or relate the skill to a near one.")
    ]


def _unknown_hours(solution: Solution, facts: Facts) -> list[Item]:
    placed = {person for program in solution.programs for person in program.placed}
    blank = [
        person.id
        for person in facts.roster.people
        if person.availability is None and person.id in placed
    ]
    if not blank or facts.unknown != "anytime":
        return []
    verb = "was" if len(blank) == 1 else "were"
    text = f"{_names(blank, facts)} gave no free hours and {verb} taken to be free at any time."
    return [Item(text, "Ask them before you send the invitations.")]


def _moving_clocks(solution: Solution, facts: Facts) -> list[Item]:
    moved = 0
    people = facts.roster.by_id
    for program in solution.programs:
        rhythm = rhythm_of(solution, program, facts)
        for match in program.matches:
            if match.slot is None or match.slot.date is not None:
                continue
            clocks = {clock_of(people[p], facts.timezone) for p in match.people if p in people}
            moved += any(
                len(local_times(match.slot, clock, rhythm.mondays(match))) > 1 for clock in clocks
            )
    if not moved:
        return []
    changes = counted(moved, "weekly meeting changes", "weekly meetings change")
    text = f"{changes} local time for someone when clocks go forward or back."
    return [Item(text, "Nothing to do: the invitations say in which weeks.")]


def _not_repeatable(solution: Solution) -> list[Item]:
    if solution.run.repeatable:
        return []
    text = "The clock ended the search, so solving again may give another assignment."
    return [Item(text, "Keep solution.json, or solve with --reproducible.")]

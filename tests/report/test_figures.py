"""The numbers behind the pictures."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from fixtures import mentors_only, solved
from tests.solutions import alone, at, pair

from cohortopt.model import Availability, Facts, Person, Roster, Slot, Solution
from cohortopt.model.calendar import is_free
from cohortopt.report.attention import attention
from cohortopt.report.capacity import capacity_use
from cohortopt.report.extras import ReportExtras
from cohortopt.report.numbers import five_numbers, people_asked
from cohortopt.report.svg import bar, histogram, initials, ring
from cohortopt.report.why import served
from cohortopt.scenarios.figures import (
    Reference,
    fit,
    fits,
    free_hours,
    seatings_of,
    shuffled,
    skill_lines,
)


def test_free_hours_are_those_of_the_calendar() -> None:
    _, facts = solved(24)
    heat = free_hours(facts)
    known = [p for p in facts.roster.people if p.availability is not None]
    assert (heat.known, heat.unknown) == (len(known), 24 - len(known))
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    for day in (0, 3, 6):
        for hour in (0, 9, 14, 23):
            slot = Slot(day=days[day], start=f"{hour:02d}:00", minutes=60, timezone=facts.timezone)
            assert heat.counts[day][hour] == sum(is_free(p, slot, facts) for p in known)


def test_skill_lines_count_people() -> None:
    solution, facts = solved(24)
    lines = {line.skill: line for line in skill_lines(solution, facts)}
    people = facts.roster.people
    for skill, line in lines.items():
        assert line.wanted == sum(skill in p.skills_wanted for p in people)
        assert line.offered == sum(skill in p.skills_offered for p in people)
        learned = {
            taker
            for match in solution.assignment.matches
            for giver, taker in match.links()
            for one in served(facts.roster[giver], facts.roster[taker], facts.skills)
            if one.wanted == skill
        }
        assert line.matched == len(learned) <= line.wanted


def test_a_shuffle_keeps_places_roles_and_people() -> None:
    solution, _ = solved(24)
    for program in solution.programs:
        dealt = shuffled(program, random.Random(1))
        ours = seatings_of(program)
        assert [one.links for one in dealt] == [one.links for one in ours]
        before = Counter((m.person, m.role) for match in program.matches for m in match.members)
        after = Counter(
            (person, member.role)
            for seating, match in zip(dealt, program.matches, strict=True)
            for person, member in zip(seating.people, match.members, strict=True)
        )
        assert before == after


def perfect() -> tuple[Solution, Facts]:
    """Ten pairs of which each teaches exactly what only the other wants, at an own hour."""
    people, matches = [], []
    for k in range(10):
        hours = Availability.parse(f"Mon {8 + k:02d}:00-{9 + k:02d}:00")
        people += [
            Person(id=f"m{k}", skills_offered={f"s{k}": 5}, availability=hours),
            Person(id=f"e{k}", skills_wanted={f"s{k}": 3}, availability=hours, prefers=(f"m{k}",)),
        ]
        matches.append(pair(f"M-{k}", f"m{k}", f"e{k}", at(f"{8 + k:02d}:00"), points=1000))
    return alone(*matches), Facts(roster=Roster(people=tuple(people)))


def test_a_perfect_assignment_beats_chance_by_what_chance_is() -> None:
    solution, facts = perfect()
    reference = Reference(solution, facts)
    ours, chance = reference.ours(), reference.chance()
    assert (ours.covered, ours.learning, ours.chosen, ours.meeting) == (1, 1, 1, 1)
    for luck in (chance.covered, chance.learning, chance.chosen, chance.meeting):
        assert luck is not None
        assert luck < 0.3  # one in ten is expected
    fits = reference.chance_fits(
        {"M": lambda m: 1000 if m.people[0][1:] == m.people[1][1:] else 0}
    )["M"]
    assert 0 < sum(fits) / len(fits) < 300
    assert reference.chance() == Reference(solution, facts).chance()
    numbers = five_numbers(solution, reference, {"M": fits}, ReportExtras())
    assert len(numbers) == 5
    assert [number.value for number in numbers] == ["20", "1,000", "100 %", "100 %", "100 %"]
    assert all(number.reference for number in numbers)


def test_the_last_round_is_a_reference() -> None:
    solution, facts = solved(24)
    last, _ = mentors_only(12)
    reference = Reference(solution, facts)
    numbers = five_numbers(solution, reference, {}, ReportExtras(last=last))
    placed, asked = people_asked(last)
    assert numbers[0].reference == f"{placed} of {asked} last round"
    assert numbers[1].reference.endswith("last round")


def test_the_fit_of_a_match_is_per_person_who_receives() -> None:
    solution, _ = solved(24)
    for program in solution.programs:
        assert all(0 <= value <= 1000 for value in fits(program))
    circle = solution.program("Circles")
    tier = circle.tiers[-1].model_copy(update={"scale": 60})
    scaled = circle.model_copy(update={"tiers": (circle.tiers[0], tier)})
    assert fits(scaled) == pytest.approx([value / 60 for value in fits(circle)])
    assert (
        fit(solution.program("Swap").matches[0], 2)
        == solution.program("Swap").matches[0].points / 6
    )


def test_attention_is_at_most_seven_things_with_next_steps() -> None:
    solution, facts = solved(40)
    notes = ReportExtras(notes=tuple(f"remark {k}" for k in range(20)))
    items = attention(solution, facts, skill_lines(solution, facts), notes)
    assert 0 < len(items) <= 7
    assert all(item.text and item.step for item in items)
    assert "not placed" in items[0].text
    quiet, people = perfect()
    done = quiet.model_copy(update={"status": "optimal"})
    assert [i.text for i in attention(done, people, [], ReportExtras())] == [
        "It is not proven that this is the best possible (M): not proven."
    ]


def test_capacity_counts_givers_and_sizes() -> None:
    solution, facts = solved(24)
    uses = {use.program: use.text for use in capacity_use(solution, facts)}
    assert uses["Swap"] == "7 people in 2 matches: 1 of 3, 1 of 4"
    assert uses["Mentors"].startswith("8 mentors: ")


def test_drawings_escape_names_and_stay_inside() -> None:
    drawn = ring(["<b>", "a b", ""], [(0, 1), (1, 2), (2, 0)], "</title><script>")
    assert "<script>" not in drawn
    assert drawn.count("<circle") == 3
    assert initials("Ann van Dam") == "AD"
    assert initials("\u202e=cmd") == "="
    assert initials("") == "?"
    assert 'width="100"' in bar(7.0)
    assert "nan" not in histogram([], [], "x")

"""Scenarios side by side: what changed, what it did to the figures, and to whom.

The figures are counted again from the solutions and from people. Points are compared only where
both scenarios count them in the same way; elsewhere every plan is priced by the goals of the first,
too. The other figures mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cohortopt.model.facts import Facts
from cohortopt.model.solution import Solution
from cohortopt.programs.scenario import Scenario
from cohortopt.scenarios.figures import Reference, fits
from cohortopt.scenarios.pricing import priced
from cohortopt.scenarios.settings import changed_settings, flattened

Better = Literal["more", "fewer"]
_SCORING = (".goals", ".value", ".leader_share", ".weight", ".repeat", ".use", "skills")


@dataclass(frozen=True)
class Figure:
    """One figure of every scenario. ``values`` are None where there is no such thing."""

    key: str
    label: str
    better: Better
    values: tuple[float | None, ...]
    unit: Literal["", "part"] = ""  # "part": 0 to 1, shown as a percentage
    comparable: bool = True  # False: counted differently in some scenario
    neutral: bool = True  # False: it is the measure that one of the scenarios was solved by

    @property
    def deltas(self) -> tuple[float | None, ...]:
        """Return each value less the first."""
        first = self.values[0]
        return tuple(
            None if value is None or first is None else value - first for value in self.values
        )

    @property
    def best(self) -> frozenset[int]:
        """Return the places of the best values; empty where not all can be compared."""
        known = [value for value in self.values if value is not None]
        fair = self.comparable and self.neutral
        if not fair or len(known) < len(self.values):
            return frozenset()
        best = max(known) if self.better == "more" else min(known)
        return frozenset(k for k, value in enumerate(self.values) if value == best)


@dataclass(frozen=True)
class Move:
    """Someone whose partners are not those of the first scenario."""

    person: str
    scenario: int  # its place
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Everything that tells scenarios apart. Scenarios go by their places in ``names``."""

    names: tuple[str, ...]
    solutions: tuple[Solution, ...]
    settings: tuple[tuple[str, tuple[str, ...]], ...]  # key -> value in each, where they differ
    figures: tuple[Figure, ...]
    placed: tuple[tuple[str, tuple[bool, ...]], ...]  # people placed in some and not in others
    moves: tuple[Move, ...]
    dominated: tuple[tuple[int, int], ...]  # (one, by which): worse somewhere, better nowhere

    @property
    def best_on_all(self) -> frozenset[int]:
        """Return the scenarios that are best on every comparable figure."""
        sets = [figure.best for figure in self.figures if figure.best]
        return frozenset.intersection(*sets) if sets else frozenset()

    @property
    def none_is_best(self) -> bool:
        """Whether no scenario is best on all comparable figures."""
        return any(figure.best for figure in self.figures) and not self.best_on_all


def compare(
    solutions: Mapping[str, Solution] | Sequence[tuple[str, Solution]],
    facts: Facts | Sequence[Facts] | None = None,
    measure: Scenario | None = None,
) -> Comparison:
    """Compare solutions; the first is the one that the others are measured against.

    Parameters
    ----------
    solutions
        Name and solution. Equal names are told apart by a number.
    facts
        The people behind them, for all or for each: with them, skills, choices and
        meetings are compared too.
    measure
        The scenario of the first solution: with it and ``facts``, plans whose points are counted
        differently are also worth what its goals say.

    Raises
    ------
    ValueError
        If there is nothing to compare.
    """
    pairs = [*(solutions.items() if isinstance(solutions, Mapping) else solutions)]
    if not pairs:
        raise ValueError("nothing to compare")
    names = _names([name for name, _ in pairs])
    solved = tuple(solution for _, solution in pairs)
    settings = changed_settings([solution.settings for solution in solved])
    people = [facts] * len(solved) if isinstance(facts, Facts) or facts is None else [*facts]
    figures = [*_figures(solved, people)]
    if measure is not None and people[0] is not None and not _counted_alike(solved):
        figures.insert(3, _by_goals_of(names[0], measure, solved, people[0]))
    return Comparison(
        names,
        solved,
        tuple((key, values) for key, values in settings if key != "name"),
        tuple(figures),
        _placed(solved),
        _moves(solved),
        _dominated(figures, len(solved)),
    )


def _names(given: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in given:
        number, unique = 1, name
        while unique in found:
            number += 1
            unique = f"{name} ({number})"
        found.append(unique)
    return tuple(found)


def _figures(solutions: Sequence[Solution], people: Sequence[Facts | None]) -> tuple[Figure, ...]:
    found = [
        Figure("placed", "people placed", "more", tuple(map(_seated, solutions))),
        Figure("left", "places missing", "fewer", tuple(map(_missing, solutions))),
        Figure(
            "points",
            "points",
            "more",
            tuple(map(_points, solutions)),
            comparable=_counted_alike(solutions),
        ),
        Figure(
            "least",
            "points a person in the weakest match",
            "more",
            tuple(map(_least, solutions)),
            comparable=_counted_alike(solutions),
        ),
    ]
    shares = [
        None if facts is None else Reference(solution, facts).ours()
        for solution, facts in zip(solutions, people, strict=True)
    ]
    for key, label in (
        ("covered", "wanted skills covered"),
        ("learning", "learn a skill they want"),
        ("chosen", "meet someone they asked for"),
    ):
        values = tuple(None if one is None else getattr(one, key) for one in shares)
        if any(value is not None for value in values):
            found.append(Figure(key, label, "more", values, unit="part"))
    return tuple(found)


def _by_goals_of(
    name: str, measure: Scenario, solutions: Sequence[Solution], facts: Facts
) -> Figure:
    """Return what every plan is worth by the goals of the first scenario."""
    values = tuple(priced(solution, measure, facts) for solution in solutions)
    return Figure("priced", f"points by the goals of {name}", "more", values, neutral=False)


def _seated(solution: Solution) -> float:
    return len({person for program in solution.programs for person in program.placed})


def _missing(solution: Solution) -> float:
    unplaced = (one for program in solution.programs for one in program.unplaced)
    return sum(one.reason != "not_asked" for one in unplaced)


def _points(solution: Solution) -> float:
    tier = solution.tier("points")
    return solution.total / (tier.scale if tier else 1)


def _least(solution: Solution) -> float | None:
    return min((value for program in solution.programs for value in fits(program)), default=None)


def _counted_alike(solutions: Sequence[Solution]) -> bool:
    """Whether all scenarios give points for the same things with the same weights."""

    def scoring(solution: Solution) -> list[tuple[str, str]]:
        lines = flattened(solution.settings)
        return [line for line in lines if any(mark in line[0] for mark in _SCORING)]

    return all(scoring(solution) == scoring(solutions[0]) for solution in solutions)


def _placed(solutions: Sequence[Solution]) -> tuple[tuple[str, tuple[bool, ...]], ...]:
    placed = [{p for program in one.programs for p in program.placed} for one in solutions]
    everyone = sorted(set().union(*placed))
    rows = ((person, tuple(person in some for some in placed)) for person in everyone)
    return tuple((person, where) for person, where in rows if not all(where))


def partners(solution: Solution) -> dict[str, frozenset[tuple[str, str]]]:
    """Return with whom everyone is, as (program, other person)."""
    found: dict[str, set[tuple[str, str]]] = {}
    for program in solution.programs:
        for match in program.matches:
            for person in match.people:
                others = {(program.name, other) for other in match.people if other != person}
                found.setdefault(person, set()).update(others)
    return {person: frozenset(others) for person, others in found.items()}


def _moves(solutions: Sequence[Solution]) -> tuple[Move, ...]:
    """Return who has other partners than in the first scenario, of those placed in both."""
    first = partners(solutions[0])
    moves = []
    for place, solution in enumerate(solutions[1:], start=1):
        now = partners(solution)
        for person in sorted(first.keys() & now.keys()):
            gone, come = first[person] - now[person], now[person] - first[person]
            if gone or come:
                before = tuple(sorted({other for _, other in gone}))
                after = tuple(sorted({other for _, other in come}))
                moves.append(Move(person, place, before, after))
    return tuple(moves)


def _dominated(figures: Sequence[Figure], count: int) -> tuple[tuple[int, int], ...]:
    """Return (one, other) where the other is nowhere worse and somewhere better."""
    comparable = [figure for figure in figures if figure.best]

    def worth(figure: Figure, place: int) -> float:
        value = figure.values[place] or 0.0
        return value if figure.better == "more" else -value

    found = []
    for one in range(count):
        for other in range(count):
            gaps = [worth(figure, other) - worth(figure, one) for figure in comparable]
            if one != other and gaps and min(gaps) >= 0 and max(gaps) > 0:
                found.append((one, other))
                break
    return tuple(found)

"""Several rounds planned together: nobody meets the same people twice, everybody sits out in turn.

Three ways, the first that fits: plain partners and groups by constructions and a compiled search
(``rotation_groups``); pairs by one flow over the season and edge colouring (``rotation_pairs``,
proven); everything else round by round with the solver of a single round, each round solved
again in the light of the others (``rotation_rounds``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from cohortopt.errors import NoSolverError
from cohortopt.instance.instance import Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver


class Rotation(Solver):
    """Rounds of any shape. Seats first, then repeats (where they are not for sale), then points.

    **Tiers**: ``placed`` counts the seats of every round, ``points`` are those of all matches less
    ``repeat_loss`` for every meeting beyond the first of two people.

    **Facts**: ``repeats`` and ``repeats_bound`` (no plan has fewer), ``most_rounds`` (no more
    rounds without repeats), ``rounds_for_all`` (of pairs: no more in which everybody has somebody
    new), ``sat_out`` person -> rounds. Where the bound says that "never
    again" cannot be kept, ``Answer.impossible`` has its text and the matches are the plan with the
    fewest repeats that was found.
    """

    name: ClassVar[str] = "rotation"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs", "partners", "rings", "groups"})
    handles: ClassVar[frozenset[Feature]] = frozenset(Feature) - {
        Feature.SESSIONS,
        Feature.EVENT,
        Feature.ROOMS,
        Feature.TOGETHER,
        Feature.DROPOUT,
        Feature.STABLE,
    }

    def accepts(self, instance: Instance) -> bool:
        """Whether there are several rounds and a way to plan them."""
        if instance.rounds < 2 or not super().accepts(instance):
            return False
        from cohortopt.solvers.rounds.rotation_groups import is_plain
        from cohortopt.solvers.rounds.rotation_pairs import is_season
        from cohortopt.solvers.rounds.rotation_rounds import single_solver

        if is_plain(instance) or is_season(instance):
            return True
        try:
            single_solver(instance)
        except NoSolverError:
            return False
        return True

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best rounds found."""
        from cohortopt.solvers.rounds.rotation_groups import is_plain, solve_plain
        from cohortopt.solvers.rounds.rotation_pairs import (
            is_season,
            rounds_for_all,
            solve_season,
        )
        from cohortopt.solvers.rounds.rotation_rounds import solve_rounds

        if is_plain(instance):
            return solve_plain(instance, clock)
        answer = (solve_season if is_season(instance) else solve_rounds)(instance, clock)
        if instance.shape != "pairs" or instance.repeat_loss >= 0:
            return answer
        return replace(answer, facts={**answer.facts, "rounds_for_all": rounds_for_all(instance)})

"""Programs built in. Each is data; ``PROGRAMS`` is the registry."""

from collections.abc import Mapping
from typing import Any

from cohortopt.programs.cross_functional import CROSS_FUNCTIONAL
from cohortopt.programs.flash_mentoring import FLASH_MENTORING
from cohortopt.programs.group_pods import GROUP_PODS
from cohortopt.programs.integrated import INTEGRATED, split
from cohortopt.programs.learning_circles import LEARNING_CIRCLES
from cohortopt.programs.mentorship import MENTORSHIP
from cohortopt.programs.micro_mentoring import MICRO_MENTORING
from cohortopt.programs.mutual_mentorship import MUTUAL_MENTORSHIP
from cohortopt.programs.near_peer import NEAR_PEER
from cohortopt.programs.peer_mentorship import PEER_MENTORSHIP
from cohortopt.programs.program import Program
from cohortopt.programs.reverse_mentorship import REVERSE_MENTORSHIP
from cohortopt.programs.scenario import Scenario
from cohortopt.programs.skill_swap import SKILL_SWAP
from cohortopt.programs.virtual_cohort import VIRTUAL_COHORT

PROGRAMS: dict[str, Program] = {
    program.use: program
    for program in (
        MENTORSHIP,
        REVERSE_MENTORSHIP,
        NEAR_PEER,
        PEER_MENTORSHIP,
        MUTUAL_MENTORSHIP,
        SKILL_SWAP,
        GROUP_PODS,
        LEARNING_CIRCLES,
        CROSS_FUNCTIONAL,
        VIRTUAL_COHORT,
        MICRO_MENTORING,
        FLASH_MENTORING,
    )
}


def expand(use: str, table: Mapping[str, Any]) -> tuple[Program, ...]:
    """Return the programs that one ``use`` stands for."""
    return tuple(program for program, _ in settings_of(use, table))


def settings_of(
    use: str, table: Mapping[str, Any]
) -> tuple[tuple[Program, Mapping[str, Any]], ...]:
    """Return the programs that one ``use`` stands for, each with its settings of a table."""
    return split(table) if use == "integrated" else ((PROGRAMS[use], table),)


__all__ = ["INTEGRATED", "PROGRAMS", "Program", "Scenario", "expand", "settings_of"]

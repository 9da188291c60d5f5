"""Programs built in. Each is data; ``PROGRAMS`` is the registry.

``integrated`` is two programs in one problem, so it is a scenario and not among ``PROGRAMS``:
``Scenario(programs=INTEGRATED)``.
"""

from collections.abc import Mapping
from typing import Any

from cohortopt.programs.cross_functional import CROSS_FUNCTIONAL
from cohortopt.programs.flash_mentoring import FLASH_MENTORING
from cohortopt.programs.group_pods import GROUP_PODS
from cohortopt.programs.integrated import INTEGRATED, KEYS, split
from cohortopt.programs.learning_circles import LEARNING_CIRCLES
from cohortopt.programs.mentorship import MENTORSHIP
from cohortopt.programs.micro_mentoring import MICRO_MENTORING
from cohortopt.programs.mutual_mentorship import MUTUAL_MENTORSHIP
from cohortopt.programs.near_peer import NEAR_PEER
from cohortopt.programs.peer_mentorship import PEER_MENTORSHIP
from cohortopt.programs.program import Program, unknown
from cohortopt.programs.reverse_mentorship import REVERSE_MENTORSHIP
from cohortopt.programs.scenario import Scenario
from cohortopt.programs.skill_swap import SKILL_SWAP
from cohortopt.programs.virtual_cohort import VIRTUAL_COHORT


class Programs(dict[str, Program]):
    """Programs by name; asked for another name it says what there is."""

    def __missing__(self, name: str) -> Program:
        if name == "integrated":
            raise KeyError("integrated is two programs: Scenario(programs=cohortopt.INTEGRATED)")
        raise KeyError(unknown(name, self))


PROGRAMS = Programs(
    (program.use, program)
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
)


def listing() -> dict[str, dict[str, Any]]:
    """Return every name that ``use`` understands, with its program or programs as data."""
    found = {use: program.model_dump(mode="json") for use, program in PROGRAMS.items()}
    parts = zip(KEYS, INTEGRATED, strict=True)
    found["integrated"] = {key: program.model_dump(mode="json") for key, program in parts}
    return found


def expand(use: str, table: Mapping[str, Any]) -> tuple[Program, ...]:
    """Return the programs that one ``use`` stands for."""
    return tuple(program for program, _ in settings_of(use, table))


def settings_of(
    use: str, table: Mapping[str, Any]
) -> tuple[tuple[Program, Mapping[str, Any]], ...]:
    """Return the programs that one ``use`` stands for, each with its settings of a table."""
    return split(table) if use == "integrated" else ((PROGRAMS[use], table),)


__all__ = ["INTEGRATED", "PROGRAMS", "Program", "Scenario", "expand", "listing", "settings_of"]

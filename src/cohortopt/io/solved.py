"""A solved folder and what it was solved from: what ``verify``, ``explain`` and others read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cohortopt.errors import InputError, Problem
from cohortopt.io.keep import read_keep
from cohortopt.io.overrides import read_with
from cohortopt.io.scenario import ScenarioInput, build_scenario, read_scenario
from cohortopt.io.solution import read_solution
from cohortopt.keep import check_locks, keep_matches
from cohortopt.model import Facts, Roster, Solution
from cohortopt.programs import Scenario


@dataclass(frozen=True)
class Solved:
    """A solution, the scenario and people it came from, and which files changed since."""

    solution: Solution
    scenario: Scenario
    facts: Facts
    changed: tuple[str, ...] = ()


def with_source(
    solution: Solution, given: ScenarioInput, folder: Path | None, command: str
) -> Solution:
    """Return the solution with the hashes of its inputs and where they are.

    The place of the scenario is kept relative to the output folder, so both can move together;
    without a folder, relative to where the command runs.
    """
    source = given.scenario.source
    place = ""
    if source is not None and source.exists():
        place = _seen_from(folder or Path(), source)
    run = solution.run.model_copy(update={"command": command})
    return solution.model_copy(
        update={
            "inputs": given.hashes,
            "source": place,
            "settings": given.scenario.settings,
            "run": run,
        }
    )


def with_place(solution: Solution, old: Path, new: Path) -> Solution:
    """Return the solution as it is written to another folder: its scenario stays where it is."""
    if not solution.source:
        return solution
    return solution.model_copy(update={"source": _seen_from(new, old / solution.source)})


def _seen_from(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # another drive
        return file.resolve().as_posix()


def read_solved(
    out: Path,
    *,
    scenario: Path | None = None,
    roster: Path | None = None,
    changes: Sequence[str] = (),
) -> Solved:
    """Read a solved folder, its solution.json or ``-`` (stdin) with its scenario and roster.

    ``changes`` are ``key=value`` settings of the scenario, as on the command line.

    Raises
    ------
    InputError
        If the solution or what it was solved from cannot be read.
    """
    solution = read_solution(out)
    folder = out if out.is_dir() else out.parent
    if scenario is not None:
        given = read_scenario(scenario, roster=roster, changes=changes)
    elif solution.source:
        place = folder / solution.source
        if not place.exists():
            raise InputError(
                [
                    Problem(
                        str(out),
                        0,
                        "source",
                        "CO154",
                        f'"{solution.source}"',
                        "the scenario that was solved",
                        "It has moved: name it with --scenario.",
                    )
                ]
            )
        data = solution.settings
        given = read_with(
            changes, lambda some: build_scenario(data, place, roster=roster, changes=some)
        )
    else:
        problem = Problem(
            str(out), 0, "source", "CO154", "", "the scenario", "Name it with --scenario."
        )
        raise InputError([problem])
    changed = tuple(
        name
        for name, digest in sorted(solution.inputs.items())
        if given.hashes.get(name) not in (None, digest)
    )
    return Solved(solution, given.scenario, given.scenario.facts(given.roster), changed)


def locked_scenario(
    scenario: Scenario,
    roster: Roster,
    keep: Path | None,
    keep_all_of: Sequence[str],
    earlier: Solution | None,
) -> Scenario:
    """Return the scenario with the matches locked that somebody wants to keep.

    Raises
    ------
    InputError
        If a kept match breaks a rule: both are named. Or if a program is not known.
    """
    rows = read_keep(keep) if keep is not None else ()
    wanted = {row.program for row in rows} | set(keep_all_of)
    known = [program.name for program in scenario.programs]
    unknown = sorted(wanted - set(known))
    if unknown:
        expected = f"a program: one of {', '.join(known)}"
        raise InputError([Problem("", 0, "keep", "CO166", ", ".join(unknown), expected)])
    if keep_all_of and earlier is None:
        problem = Problem(
            "", 0, "--keep-all-of", "CO170", ", ".join(keep_all_of), "--previous beside it"
        )
        raise InputError([problem])
    programs = []
    for program in scenario.programs:
        locked = keep_matches(program, rows, roster)
        if program.name in keep_all_of and earlier is not None:
            locked = keep_matches(locked, earlier, roster)
        programs.append(locked)
    locked_all = scenario.model_copy(update={"programs": tuple(programs)})
    if wanted:
        check_locks(locked_all, locked_all.facts(roster), str(keep or ""))
    return locked_all

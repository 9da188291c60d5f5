"""``--set key=value``: one setting of a scenario, changed from outside."""

from __future__ import annotations

import copy
import difflib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from cohortopt.errors import InputError, Problem, ProgramError
from cohortopt.io.program import ProgramFile
from cohortopt.io.scenario_file import ScenarioFile
from cohortopt.programs import PROGRAMS
from cohortopt.programs.program import GOAL_NAMES, RULE_NAMES, as_table, write_said
from cohortopt.rules.base import Said

T = TypeVar("T")
SETTINGS = {"CO163", "CO164", "CO173", "CO174", "CO351"}  # problems of settings
RELAX = "1.relax="  # the change that ``--relax`` makes
BOTH = {"name", "tiers"}  # keys of a scenario and of its programs: alone they are the scenario's


def apply_changes(data: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """Return the scenario's data with every ``key=value`` applied.

    A key is a path with dots. It starts at the scenario (``seconds``) or at a program, by its
    name in lower case with dashes, by ``use``, or by number from 1 (``mentors.goals.prefers``).
    Where there is one program its settings need no name (``goals.prefers``).

    Raises
    ------
    ProgramError
        If a change has no ``=`` or leads nowhere.
    """
    settings: dict[str, Any] = copy.deepcopy(dict(data))
    problems: list[Problem] = []
    for change in changes:
        key, equals, text = change.partition("=")
        path = [part.strip() for part in key.split(".")]
        if not equals or not all(path):
            problems.append(Problem("--set", 0, change, "CO165", change, "key=value"))
            continue
        _set(settings, path, read_value(text.strip()))
    if problems:
        raise ProgramError(problems)
    return settings


def read_with(changes: Sequence[str], read: Callable[[Sequence[str]], T]) -> T:
    """Return what ``read`` returns with these changes; of what they spoil they are the place.

    Raises
    ------
    InputError
        What is wrong only because of the changes names the one that is most like its place.
    """
    try:
        return read(changes)
    except InputError as error:
        if not changes:
            raise
        kind, found = type(error), error.problems
    own: set[Problem] = set()
    try:
        read(())
    except InputError as error:
        own.update(error.problems)
    raise kind(one if one in own else _by_option(one, changes) for one in found)


def _by_option(problem: Problem, changes: Sequence[str]) -> Problem:
    """Return a problem of a setting with the change it comes from as its file."""
    if problem.row or problem.code not in SETTINGS:
        return problem
    words = set(re.split(r"[.\[\]]+", problem.column))
    shared = [len(words & set(change.partition("=")[0].split("."))) for change in changes]
    best = changes[shared.index(max(shared))]
    if best.startswith(RELAX):
        return replace(problem, file=f"--relax {' '.join(read_value(best.removeprefix(RELAX)))}")
    return replace(problem, file=f"--set {best}" if max(shared) or len(changes) == 1 else "--set")


def read_value(text: str) -> Any:
    """Return a value as TOML reads it; anything that TOML does not read is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _set(settings: dict[str, Any], path: Sequence[str], value: Any) -> None:
    table = settings
    programs = _programs(settings)
    program = _program(programs, path[0]) if len(path) > 1 else None
    if program is not None:
        path = path[1:]
    elif len(programs) == 1 and _is_of_program(path[0]):
        program = programs[0]
    if program is not None:
        table = program
        if path[0] == "goals" and "goals" not in table and table.get("use") in PROGRAMS:
            table["goals"] = write_said(PROGRAMS[str(table["use"])].goals)
    for above, part in pairwise(("", *path[:-1])):
        inner = table.get(part)
        if not isinstance(inner, dict):
            inner = table[part] = _as_table(above, part, inner)
        table = inner
    table[path[-1]] = value


def _is_of_program(key: str) -> bool:
    """Whether a key, or the key that it is most like, is one of a program."""
    mine, theirs = ProgramFile.model_fields.keys() - BOTH, ScenarioFile.model_fields.keys()
    like = difflib.get_close_matches(key, sorted({*mine, *theirs}), n=1, cutoff=0.6)
    return key in mine or (key not in theirs and like[:1] != [] and like[0] in mine)


def _as_table(above: str, name: str, settings: Any) -> dict[str, Any]:
    """Return what stands for a rule or goal as a table: a rule's one field, a goal's weight."""
    known: Mapping[str, Mapping[str, type[Said]]] = {"rules": RULE_NAMES, "goals": GOAL_NAMES}
    said = known.get(above, {}).get(name)
    if said is None or settings is None or isinstance(settings, bool):
        return {}
    try:
        return dict(as_table(said, settings))
    except ValueError:
        return {}


def _programs(settings: dict[str, Any]) -> list[dict[str, Any]]:
    programs = settings.get("program", [])
    tables = [programs] if isinstance(programs, dict) else list(programs)
    return [table for table in tables if isinstance(table, dict)]


def _program(tables: Sequence[dict[str, Any]], word: str) -> dict[str, Any] | None:
    for number, table in enumerate(tables, start=1):
        use = str(table.get("use", ""))
        called = str(table.get("name") or (PROGRAMS[use].name if use in PROGRAMS else use))
        dashed = "-".join(called.split())
        if word.casefold() in (dashed.casefold(), called.casefold(), use, str(number)):
            return table
    return None

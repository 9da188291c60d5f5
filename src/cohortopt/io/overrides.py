"""``--set key=value``: one setting of a scenario, changed from outside."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from cohortopt.errors import Problem, ProgramError
from cohortopt.io.program import ProgramFile
from cohortopt.programs import PROGRAMS
from cohortopt.programs.program import GOAL_NAMES, RULE_NAMES, as_table, write_said
from cohortopt.rules.base import Said

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
    elif len(programs) == 1 and path[0] in ProgramFile.model_fields.keys() - BOTH:
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

"""From one ``[[program]]`` table of a scenario to programs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from cohortopt.errors import Problem
from cohortopt.goals import GOALS, Goal, Prefers, TableGoal
from cohortopt.io.settings import near, problems_of, shown
from cohortopt.model import Event, Groups, Leaders, Pairs, Partners, Rings, Size
from cohortopt.model.solution import TierName
from cohortopt.programs import PROGRAMS, Program, settings_of
from cohortopt.programs.integrated import KEYS
from cohortopt.programs.program import (
    GOAL_NAMES,
    RULE_NAMES,
    Relaxable,
    as_table,
    kind_of,
    write_said,
)
from cohortopt.rules import RULES, Only, Rule
from cohortopt.rules.base import Said


class Tables(Protocol):
    """What reads the tables that a program names."""

    def scores(self, name: str) -> tuple[tuple[str, str, int], ...]: ...

    def links(self, name: str) -> frozenset[tuple[str, str]]: ...

    def at(self, name: str) -> Any: ...


class PrefersTable(BaseModel):
    """How much each side's choices count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    giver: float = Field(default=1, ge=0)
    taker: float = Field(default=1, ge=0)


def _rules_table() -> type[BaseModel]:
    fields: dict[str, Any] = {
        kind_of(rule): (rule | bool | list[Any] | int | str | None, None) for rule in RULES
    }
    return create_model("Rules", __config__=ConfigDict(extra="forbid"), **fields)


def _goals_table() -> type[BaseModel]:
    fields: dict[str, Any] = {
        kind_of(goal): (goal | float | list[goal] | bool | None, None)  # type: ignore[valid-type]
        for goal in GOALS
    }
    return create_model("Goals", __config__=ConfigDict(extra="forbid"), **fields)


class ProgramFile(BaseModel):
    """The keys of a ``[[program]]`` table (for the JSON Schema and for near misses)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: str
    name: str | None = None
    rules: _rules_table() = None  # type: ignore[valid-type]
    goals: _goals_table() = None  # type: ignore[valid-type]
    tiers: tuple[TierName, ...] | None = None
    rounds: int | None = None
    repeat: Literal["never"] | int | None = None
    value: Literal["mean", "sum"] | None = None
    weight: int | None = None
    leader_share: int | None = None
    apart_weeks: int | None = None
    draw: int | None = None
    relax: tuple[Relaxable, ...] | None = None
    note: str | None = None
    giver: tuple[str, ...] | None = None
    taker: tuple[str, ...] | None = None
    who: tuple[str, ...] | None = None
    sessions: bool | None = None
    sessions_min: int | None = None
    sessions_max: int | None = None
    event: Event | None = None
    odd: Literal["leave", "trio"] | None = None
    longest: int | None = None
    k: int | None = None  # the same as longest
    chains: int | None = None
    meet: Literal["ring", "links"] | None = None
    size: Size | None = None
    leaders: Leaders | Literal[False] | None = None
    topic: bool | None = None
    prefers: PrefersTable | None = None
    only: str | None = None
    apart: tuple[tuple[str, ...], ...] | None = None
    together: tuple[tuple[str, ...], ...] | None = None
    locked: tuple[Any, ...] | None = None
    required: tuple[str, ...] | None = None
    mentors: dict[str, Any] | None = None  # integrated: settings of the pairs alone
    circles: dict[str, Any] | None = None  # integrated: settings of the circles alone


OWN = (
    "name",
    "tiers",
    "rounds",
    "repeat",
    "value",
    "weight",
    "leader_share",
    "apart_weeks",
    "draw",
    "relax",
    "note",
)
TABLES = ("rules", "goals", "prefers", "mentors", "circles")
NAMED = ("together", "locked", "required")  # rules that a program may name directly


def build_program(
    table: Mapping[str, Any], at: str, file: str, tables: Tables, problems: list[Problem]
) -> list[Program]:
    """Return the programs of a table (``integrated`` gives two); what is wrong is appended."""
    builder = _Builder(table, at, file, tables, problems)
    use = table.get("use")
    if not isinstance(use, str):
        builder.wrong(
            "use", "nothing" if use is None else shown(use), f"one of {', '.join(names())}"
        )
        return []
    for part in ("", *KEYS):
        for key in table if not part else as_dict(table.get(part)):
            if key not in ProgramFile.model_fields:
                place = f"{part}.{key}" if part else str(key)
                builder.unknown(place, str(key), ProgramFile.model_fields)
    for key in TABLES:
        if not isinstance(table.get(key, {}), Mapping):
            builder.wrong(key, shown(table[key]), "a table of settings")
    table = {
        key: value
        for key, value in table.items()
        if key not in TABLES or isinstance(value, Mapping)
    }
    if use.endswith(".toml"):
        base = builder.own_program(use)
        return [builder.build(base)] if base else []
    if use not in names():
        builder.unknown("use", use, names())
        return []
    return [
        _Builder(settings, at, file, tables, problems).build(program)
        for program, settings in settings_of(use, table)
    ]


def names() -> list[str]:
    """Return every word that ``use`` understands."""
    return sorted({*PROGRAMS, "integrated"})


class _Builder:
    """Applies the settings of one table to a program, collecting problems."""

    def __init__(
        self,
        table: Mapping[str, Any],
        at: str,
        file: str,
        tables: Tables,
        problems: list[Problem],
    ) -> None:
        self.table = table
        self.at = at
        self.file = file
        self.tables = tables
        self.problems = problems

    def _place(self, key: str) -> str:
        return f"{self.at}.{key}" if self.at else key

    def wrong(self, key: str, found: str, expected: str, fix: str = "") -> None:
        """Remember a problem at a key of the table."""
        self.problems.append(Problem(self.file, 0, self._place(key), "CO164", found, expected, fix))

    def unknown(self, key: str, name: str, known: Any) -> None:
        """Remember a word that is not known, with a near miss."""
        told = f"one of {', '.join(sorted(known))}"
        problem = Problem(
            self.file, 0, self._place(key), "CO163", shown(name), told, near(name, known)
        )
        self.problems.append(problem)

    def own_program(self, name: str) -> Program | None:
        """Return a program from its own TOML file."""
        path = self.tables.at(name)
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            self.wrong("use", f'"{name}"', "a program file", f"{error.strerror}.")
            return None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self.wrong("use", f'"{name}"', "a program file in TOML", f"{error}.")
            return None
        said: dict[str, Any] = {key: data.pop(key) for key in ("rules", "goals") if key in data}
        try:
            bare = Program.model_validate(data)
        except ValidationError as error:
            self.problems.extend(problems_of(error, Program, name))
            return None
        return _Builder(said, "", name, self.tables, self.problems).build(bare)

    def build(self, base: Program) -> Program:
        """Return the program with everything the table says."""
        changes = {key: self.table[key] for key in OWN if self.table.get(key) is not None}
        data = {
            **base.model_dump(),
            "rules": base.rules,
            "goals": base.goals,
            **changes,
            "shape": self._shape(base),
        }
        data["rules"] = self._rules(base)
        data["goals"] = self._goals(base)
        try:
            return Program.model_validate(data)
        except ValidationError as error:
            self.problems.extend(problems_of(error, Program, self.file, self.at))
            return base

    def _shape(self, base: Program) -> Any:
        shape = base.shape.model_dump()
        known = set(type(base.shape).model_fields)
        all_keys = {key for one in (Pairs, Partners, Rings, Groups) for key in one.model_fields}
        given = dict(self.table)
        if given.get("k") is not None:
            given["longest"] = given["k"]
        for key in sorted((all_keys | {"longest"}) & set(given) - {"kind"}):
            if key not in known:
                told = f"no such key in a program of {base.shape.kind}"
                self.wrong(key, shown(given[key]), told, near(key, known))
                continue
            value = given[key]
            if isinstance(value, Mapping) and isinstance(shape.get(key), Mapping):
                value = self._merged(key, shape[key], value)
            shape[key] = None if value is False and key in ("leaders", "event") else value
        return shape

    @staticmethod
    def _merged(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        merged = {**old, **new}
        if key == "size" and "target" not in new and merged.get("target") is not None:
            ends = merged["min"], merged["max"]
            inside = all(isinstance(end, int) for end in ends)
            inside = inside and ends[0] <= merged["target"] <= ends[1]
            merged["target"] = merged["target"] if inside else None
        if key == "event" and ("start" in new or "end" in new) and "starts" not in new:
            merged["starts"] = ()
        return merged

    def _rules(self, base: Program) -> tuple[Rule, ...]:
        found: dict[str, Said] = {rule.kind_name: rule for rule in base.rules}
        given = dict(self.table.get("rules") or {})
        for key in NAMED:
            if self.table.get(key) is not None:
                given[key] = self.table[key]
        if self.table.get("apart") is not None:
            given["apart"] = {**as_dict(given.get("apart")), "lists": self.table["apart"]}
        if self.table.get("only"):
            given["only"] = {"file": self.table["only"]}
        for name, settings in given.items():
            if name not in RULE_NAMES:
                self.unknown(f"rules.{name}", name, RULE_NAMES)
                continue
            if settings is False:
                found.pop(name, None)
                continue
            old = found.get(name)
            made = self._one(RULE_NAMES[name], settings, old, f"rules.{name}")
            if made is not None:
                found[name] = made
        rules: list[Rule] = []
        for rule in found.values():
            assert isinstance(rule, Rule)
            if isinstance(rule, Only) and rule.file:
                rule = rule.model_copy(update={"links": self.tables.links(rule.file)})
            rules.append(rule)
        return tuple(rules)

    def _one(self, said: type[Said], settings: Any, old: Said | None, key: str) -> Said | None:
        try:
            table = as_table(said, settings)
            return said.model_validate({**(old.settings() if old else {}), **table})
        except ValidationError as error:
            self.problems.extend(problems_of(error, said, self.file, self._place(key)))
        except ValueError:
            self.wrong(key, shown(settings), "a table of settings, true or false")
        return None

    def _goals(self, base: Program) -> tuple[Goal, ...]:
        given = self.table.get("goals")
        goals: list[Goal] = list(base.goals)
        if given is not None:
            goals = []
            for name, settings in given.items():
                if name not in GOAL_NAMES:
                    self.unknown(f"goals.{name}", name, GOAL_NAMES)
                    continue
                several = isinstance(settings, list)
                for one in settings if several else [settings]:
                    if one is False:
                        continue
                    made = self._one(GOAL_NAMES[name], one, None, f"goals.{name}")
                    if isinstance(made, Goal):
                        goals.append(made)
        sides = self.table.get("prefers")
        for i, goal in enumerate(goals):
            if isinstance(goal, TableGoal) and goal.file:
                goals[i] = goal.model_copy(update={"scores": self.tables.scores(goal.file)})
            if isinstance(goal, Prefers) and isinstance(sides, Mapping):
                made = self._one(Prefers, {**goal.settings(), **sides}, None, "prefers")
                goals[i] = made if isinstance(made, Goal) else goal
        return tuple(goals)


def as_dict(value: Any) -> dict[str, Any]:
    """Return settings as a table; anything else is an empty one."""
    return dict(value) if isinstance(value, Mapping) else {}


def program_data(program: Program) -> dict[str, Any]:
    """Return a built-in program as the TOML table that would say the same."""
    shape = program.shape.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    own = {key: getattr(program, key) for key in OWN if key not in ("relax", "note")}
    table: dict[str, Any] = {"use": program.use, **own, **shape}
    table["tiers"] = list(program.tiers)
    table["rules"] = write_said(program.rules)
    table["goals"] = write_said(program.goals)
    return table

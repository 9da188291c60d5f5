"""From a TOML file to a `Scenario`, every problem named at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cohortopt.errors import InputError, Problem, ProgramError
from cohortopt.io.program import build_program
from cohortopt.io.scenario_file import ScenarioFile
from cohortopt.io.settings import problems_of
from cohortopt.io.strangers import unknown_columns, unknown_people
from cohortopt.model import Met, Roster, SkillGraph
from cohortopt.model.solution import TierName
from cohortopt.programs.scenario import Scenario

RosterSource = tuple[Path | bytes, str | None, str | None, Mapping[str, str]]
TIERS: tuple[TierName, ...] = ("placed", "points")


@dataclass(frozen=True)
class ScenarioInput:
    """A scenario with its roster, what was said about the files, and their hashes."""

    scenario: Scenario
    roster: Roster
    problems: tuple[Problem, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)


def read_scenario(
    source: str | Path | bytes, *, changes: Sequence[str] = (), roster: Path | None = None
) -> ScenarioInput:
    """Read a scenario, its roster, skills, history and tables.

    Parameters
    ----------
    source
        The TOML file, or its content. Names of files in it are relative to its folder; those of
        content to where the command runs.
    changes
        ``key=value`` settings that override the file, as on the command line.
    roster
        Read this roster instead of the file's own.

    Raises
    ------
    InputError
        With every problem of the scenario and of its files.
    """
    from cohortopt.io.overrides import read_with

    path = Path("stdin") if isinstance(source, bytes) else Path(source)
    try:
        content = source if isinstance(source, bytes) else path.read_bytes()
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        told = str(getattr(error, "strerror", error)).lower()
        raise ProgramError([Problem(str(path), 0, "", "CO160", told, "a scenario file")]) from None
    except tomllib.TOMLDecodeError as error:
        problem = Problem(str(path), 0, "", "CO161", str(error), "TOML")
        raise ProgramError([problem]) from None
    return read_with(changes, lambda some: _read(data, path, some, roster))


def read_bare(
    source: Path | bytes, program: str, *, changes: Sequence[str] = (), roster: Path | None = None
) -> ScenarioInput:
    """Read a bare roster with a program by its name, and the changes of its settings.

    ``roster``, where there is one, is read instead.

    Raises
    ------
    InputError
        With every problem of the roster, of the name and of the changes.
    """
    from cohortopt.io.overrides import SETTINGS, read_with

    path = Path("stdin") if isinstance(source, bytes) else source
    data: dict[str, Any] = {"name": path.stem, "program": [{"use": program}]}
    people: Path | bytes | None = roster
    if isinstance(source, bytes):
        people = source
    else:
        data["roster"] = path.name
    try:
        return read_with(changes, lambda some: _read(data, path, some, people))
    except InputError as error:
        option = f"--program {program}"
        told = (
            replace(one, file=option, column=one.column.removeprefix("program[1].use"))
            if one.file == str(path) and one.code in SETTINGS and not one.row
            else replace(one, column=one.column.removeprefix("program[1]."))
            for one in error.problems
        )
        raise type(error)(told) from None


def _read(
    data: Mapping[str, Any], path: Path, changes: Sequence[str], roster: Path | bytes | None
) -> ScenarioInput:
    """Return a scenario whose programs speak of columns and people who are there."""
    given = build_scenario(data, path, changes=changes, roster=roster)
    if isinstance(roster, Path):  # people may have left who are named
        return given
    known = given.scenario.programs, given.roster, str(path)
    strange = (*unknown_columns(*known), *unknown_people(*known))
    problems = (*given.problems, *strange)
    if any(problem.is_error for problem in strange):
        raise InputError(problems)
    return replace(given, problems=problems)


def build_scenario(
    data: Mapping[str, Any],
    path: Path,
    *,
    changes: Sequence[str] = (),
    roster: Path | bytes | None = None,
) -> ScenarioInput:
    """Return a scenario from its content as data; files are relative to the folder of ``path``."""
    from cohortopt.io.overrides import apply_changes

    problems: list[Problem] = []
    settings = apply_changes(data, changes)
    parsed = _validated(settings, str(path), problems)
    if parsed is None:
        raise ProgramError(problems)
    folder = path.parent
    files = _Files(folder, problems)
    programs = [
        program
        for number, table in enumerate(_with_tiers(parsed), start=1)
        for program in build_program(table, f"program[{number}]", str(path), files, problems)
    ]
    people = files.roster(parsed, roster)
    if people is not None:
        problems.extend(files.strangers(people))
    skills = files.skills(parsed.skills)
    history = files.history(parsed.history)
    scenario: Scenario | None = None
    try:
        scenario = Scenario(
            name=parsed.name or path.stem,
            programs=tuple(programs),
            skills=skills,
            history=history,
            timezone=parsed.timezone,
            weeks=parsed.weeks,
            unknown=parsed.unknown,
            dropout=parsed.dropout,
            seed=parsed.seed,
            seconds=parsed.seconds,
            joint=parsed.joint,
            tiers=parsed.tiers or (programs[0].tiers if len(programs) == 1 else TIERS),
            source=path,
            settings=plain(settings),
        )
    except ValidationError as error:
        if programs:
            problems.extend(problems_of(error, Scenario, str(path)))
    errors = [problem for problem in problems if problem.is_error]
    if errors or scenario is None or people is None:
        raise InputError(dict.fromkeys(problems))
    return ScenarioInput(scenario, people, tuple(dict.fromkeys(problems)), files.hashes)


def _with_tiers(parsed: ScenarioFile) -> Sequence[dict[str, Any]]:
    """Return the tables of programs; the tiers of the scenario are those of its only program."""
    tables = parsed.program
    if parsed.tiers is None or len(tables) > 1 or tables[0].get("use") == "integrated":
        return tables
    return [{"tiers": list(parsed.tiers), **tables[0]}]


def _validated(data: Mapping[str, Any], file: str, problems: list[Problem]) -> ScenarioFile | None:
    table = dict(data)
    if isinstance(table.get("history"), str):
        table["history"] = [table["history"]]
    if isinstance(table.get("program"), Mapping):
        table["program"] = [table["program"]]
    try:
        return ScenarioFile.model_validate(table)
    except ValidationError as error:
        problems.extend(problems_of(error, ScenarioFile, file))
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    try:  # go on without what is wrong, to find the other problems too
        rest = {key: value for key, value in table.items() if key not in wrong}
        return ScenarioFile.model_validate(rest)
    except ValidationError:
        return None


class _Files:
    """Reads what a scenario names, once each, and remembers the hashes."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems
        self.hashes: dict[str, str] = {}
        self.linked: dict[str, set[tuple[str, str]]] = {}  # by the tables of programs

    def at(self, name: str) -> Path:
        """Return a file's path and remember its hash."""
        path = self.folder / name
        with contextlib.suppress(OSError):  # who reads the file says why it cannot be read
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                self.hashes[name] = f"sha256:{digest}"
        return path

    def roster(self, parsed: ScenarioFile, instead: Path | bytes | None) -> Roster | None:
        from cohortopt.io.roster import read_roster_report

        sources: list[RosterSource] = []
        if isinstance(instead, bytes):
            self.hashes["stdin"] = "sha256:" + hashlib.sha256(instead).hexdigest()
            sources.append((instead, None, None, {}))
        elif instead is not None:
            self.hashes[str(instead)] = "sha256:" + hashlib.sha256(instead.read_bytes()).hexdigest()
            sources.append((instead, None, None, {}))
        elif isinstance(parsed.roster, str):
            if parsed.roster:
                sources.append((self.at(parsed.roster), None, None, {}))
        else:
            sources += [
                (self.at(one.file), one.role, one.sheet, one.columns) for one in parsed.roster
            ]
        if not sources:
            expected = "a roster: the name of a CSV or xlsx file"
            self.problems.append(Problem("", 0, "roster", "CO162", "", expected))
            return None
        spellings = {**self.decisions(parsed.skills), **self.spellings(parsed.spellings)}
        report = read_roster_report(
            sources, columns=parsed.columns, levels=parsed.levels, spellings=spellings
        )
        self.problems.extend(report.problems)
        return report.roster

    def skills(self, name: str) -> SkillGraph:
        from cohortopt.io.skills import read_skills

        return self._read(read_skills, name) or SkillGraph()

    def spellings(self, name: str) -> dict[str, str]:
        from cohortopt.io.skills import read_spellings

        return self._read(read_spellings, name) or {}

    def decisions(self, name: str) -> dict[str, str]:
        """Return the spellings that the skill file itself decides."""
        from cohortopt.io.skills import spellings_in

        return self._read(spellings_in, name) or {}

    def history(self, names: Iterable[str]) -> tuple[Met, ...]:
        from cohortopt.io.tables import read_history

        found: list[Met] = []
        for ago, name in enumerate(names, start=1):
            pairs = self._read(read_history, name) or ()
            found.extend(Met(person=a, other=b, seasons_ago=ago) for a, b in pairs)
        return tuple(found)

    def scores(self, name: str) -> tuple[tuple[str, str, int], ...]:
        """Return a table of ``giver,taker,points``."""
        from cohortopt.io.tables import read_scores

        found: tuple[tuple[str, str, int], ...] = self._read(read_scores, name) or ()
        self.linked.setdefault(name, set()).update((giver, taker) for giver, taker, _ in found)
        return found

    def links(self, name: str) -> frozenset[tuple[str, str]]:
        """Return a table of ``giver,taker``."""
        from cohortopt.io.tables import read_links

        found: frozenset[tuple[str, str]] = self._read(read_links, name) or frozenset()
        self.linked.setdefault(name, set()).update(found)
        return found

    def strangers(self, people: Roster) -> Iterator[Problem]:
        """Yield a warning for each table of links that names people who are not in the roster."""
        from cohortopt.io.tables import strangers

        for name, links in self.linked.items():
            yield from strangers(self.folder / name, links, frozenset(people.ids()))

    def _read(self, reader: Any, name: str) -> Any:
        if not name:
            return None
        try:
            return reader(self.at(name))
        except InputError as error:
            self.problems.extend(error.problems)
            return None


def plain(value: Any) -> Any:
    """Return TOML content as JSON-ready data: dates and times become text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time | dt.datetime) else value


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file."""
    from cohortopt.io.program import ProgramFile, names
    from cohortopt.programs.integrated import KEYS

    schema = TypeAdapter(ScenarioFile).json_schema()
    table = ProgramFile.model_json_schema(ref_template="#/$defs/{model}")
    defs = schema.setdefault("$defs", {})
    defs.update(table.pop("$defs", {}))
    defs["Program"] = table
    own = {"type": "string", "pattern": r"\.toml$"}
    table["properties"]["use"] = {"anyOf": [{"enum": names()}, own]}
    part = {**table, "title": "Part", "required": []}  # of an integrated program
    schema["$defs"]["Part"] = part
    for key in KEYS:
        table["properties"][key] = {"$ref": "#/$defs/Part"}
    schema["properties"]["program"]["items"] = {"$ref": "#/$defs/Program"}
    for key, alone in (("program", {"$ref": "#/$defs/Program"}), ("history", {"type": "string"})):
        schema["properties"][key] = {"anyOf": [schema["properties"][key], alone]}
    schema["title"] = "cohortopt scenario"
    return schema

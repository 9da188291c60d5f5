"""The library over HTTP: people and a scenario in, a solution out. Needs the extra ``serve``."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cohortopt.engine import solve
from cohortopt.errors import CohortoptError, InputError, Problem
from cohortopt.io.program import build_program, names
from cohortopt.io.roster import read_roster_report
from cohortopt.io.scenario import scenario_schema
from cohortopt.io.settings import problems_of, shown
from cohortopt.model import Person, Relation, Roster, SkillGraph, Solution
from cohortopt.programs import Scenario, listing
from cohortopt.solvers.base import Budget
from cohortopt.verify.verdict import verify

LARGEST = 50 * 1024 * 1024  # bytes of one request
STATUS = {1: 422, 3: 409, 4: 504}


class NoTables:
    """A scenario over HTTP names no files."""

    def at(self, name: str) -> Any:
        raise _wrong("file", name)

    def scores(self, name: str) -> tuple[tuple[str, str, int], ...]:
        raise _wrong("file", name)

    def links(self, name: str) -> frozenset[tuple[str, str]]:
        raise _wrong("file", name)


def _wrong(
    column: str, found: str, expected: str = "no file: send the people themselves"
) -> InputError:
    return InputError([Problem("request", 0, column, "CO168", found, expected)])


def read_request(data: Any) -> tuple[Roster, Scenario, Budget]:
    """Return what a request asks for.

    ``people`` is a list of objects with the fields of a person (or ``csv`` a roster as text),
    ``program`` a list of program tables as in a scenario file; ``skills`` a list of
    ``[skill, related, closeness]``; ``timezone, weeks, seed, seconds, threads`` as in a scenario.

    Raises
    ------
    InputError
        With every problem of the request.
    """
    if not isinstance(data, dict):
        raise _wrong("", type(data).__name__, "a JSON object")
    known = {"people", "csv", "program", "skills", "timezone", "weeks", "unknown", "name"}
    known |= {"seed", "seconds", "threads", "reproducible", "columns", "levels"}
    problems = [
        Problem("request", 0, key, "CO168", f'"{key}"', f"one of {', '.join(sorted(known))}")
        for key in sorted(set(data) - known)
    ]
    tables = data.get("program", [])
    tables = [{"use": tables}] if isinstance(tables, str) else tables
    tables = [tables] if isinstance(tables, dict) else tables
    if not isinstance(tables, list) or not tables:
        told = f"a program, one of {', '.join(names())}, or a list of program tables"
        problems.append(Problem("request", 0, "program", "CO168", shown(tables), told))
        tables = []
    programs = [
        program
        for number, table in enumerate(tables, start=1)
        for program in build_program(table, f"program[{number}]", "request", NoTables(), problems)
    ]
    try:
        roster = _people(data, problems)
        skills = tuple(
            Relation(skill=a, related=b, closeness=c) for a, b, c in data.get("skills", ())
        )
        if any(problem.is_error for problem in problems):
            raise InputError(problems)
        scenario = Scenario(
            name=data.get("name", "request"),
            programs=tuple(programs),
            skills=SkillGraph(relations=skills),
            timezone=data.get("timezone", "UTC"),
            weeks=data.get("weeks"),
            unknown=data.get("unknown", "anytime"),
        )
        budget = Budget(
            seconds=float(data.get("seconds", 30)),
            seed=int(data.get("seed", 0)),
            threads=int(data.get("threads", 1)),
            reproducible=bool(data.get("reproducible", False)),
        )
    except (ValidationError, TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            problems.extend(problems_of(error, Scenario, "request"))
        else:
            problems.append(Problem("request", 0, "", "CO168", "", str(error)))
        raise InputError(problems) from None
    if any(problem.is_error for problem in problems):
        raise InputError(problems)
    return roster, scenario, budget


def _people(data: dict[str, Any], problems: list[Problem]) -> Roster:
    if "csv" in data:
        report = read_roster_report(
            str(data["csv"]).encode("utf-8"),
            columns=data.get("columns"),
            levels=data.get("levels"),
        )
        problems.extend(problem for problem in report.problems if problem.is_error)
        return report.roster
    rows = data.get("people", [])
    if not isinstance(rows, list):
        raise _wrong("people", shown(rows), "a list of people")
    people: list[Person] = []
    for number, row in enumerate(rows, start=1):
        try:
            people.append(Person.model_validate(row))
        except ValidationError as error:
            problems.extend(problems_of(error, Person, "request", f"people[{number}]"))
    if any(problem.is_error for problem in problems):
        raise InputError(problems)
    return Roster(people=tuple(people))


async def answer_solve(request: Request) -> Response:
    """``POST /solve``: a solution, as in ``solution.json``."""
    data = await _body(request)
    roster, scenario, budget = read_request(data)
    solution = await run_in_threadpool(solve, roster, scenario, budget=budget)
    return Response(solution.to_json(), media_type="application/json")


async def answer_verify(request: Request) -> Response:
    """``POST /verify``: the same request plus ``solution``; what the check finds."""
    data = await _body(request)
    if not isinstance(data, dict) or "solution" not in data:
        raise _wrong("solution", "", "a solution beside people and program")
    try:
        solution = Solution.model_validate(data.pop("solution"))
    except ValidationError as error:
        raise _wrong("solution", "", str(error).splitlines()[0]) from None
    roster, scenario, _ = read_request(data)
    verdict = await run_in_threadpool(verify, solution, roster, scenario)
    found = {
        "sound": verdict.is_sound,
        "proven": verdict.is_proven,
        "violations": [vars(violation) for violation in verdict.violations],
    }
    return JSONResponse(found)


async def answer_programs(request: Request) -> Response:
    """``GET /programs``: the built-in programs."""
    return JSONResponse(listing())


async def answer_schema(request: Request) -> Response:
    """``GET /schema``: the JSON Schemas of scenarios, solutions and people."""
    return JSONResponse(
        {
            "scenario": scenario_schema(),
            "solution": Solution.model_json_schema(by_alias=True),
            "person": Person.model_json_schema(),
        }
    )


async def answer_health(request: Request) -> Response:
    """``GET /health``: alive, and which programs it knows."""
    return JSONResponse({"status": "ok", "programs": names()})


async def _body(request: Request) -> Any:
    size = 0
    parts: list[bytes] = []
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise _wrong("", f"{size:,} bytes", f"at most {LARGEST:,} bytes")
        parts.append(part)
    try:
        return json.loads(b"".join(parts))
    except ValueError as error:
        raise _wrong("", "text that is not JSON", f"JSON: {error}") from None


async def answer_error(request: Request, error: Exception) -> Response:
    """Turn an error of the library into a status and its data."""
    assert isinstance(error, CohortoptError)
    problems = [one.as_dict() for one in error.problems] if isinstance(error, InputError) else []
    body = {"error": type(error).__name__, "message": str(error), "problems": problems}
    return JSONResponse(body, status_code=STATUS.get(error.exit_code, 500))


def make_app() -> Starlette:
    """Return the application. It keeps nothing between requests."""
    return Starlette(
        routes=[
            Route("/solve", answer_solve, methods=["POST"]),
            Route("/verify", answer_verify, methods=["POST"]),
            Route("/programs", answer_programs),
            Route("/schema", answer_schema),
            Route("/health", answer_health),
        ],
        exception_handlers={CohortoptError: answer_error},
    )

"""What is wrong with settings, in the words of the house: found, expected, and a near miss."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from cohortopt.errors import Problem
from cohortopt.io.toml import inline
from cohortopt.model.wrong import WRONG

LONGEST = 60  # characters of a value that a message quotes
HIDDEN = ("shape",)  # keys of the program that a scenario does not write
KINDS = {  # the beginning of pydantic's error type: what was expected
    "missing": "a value",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "list": "a list",
    "frozen_set": "a list",
    "set": "a list",
    "dict": "a table",
    "model": "a table",
    "mapping": "a table",
    "datetime": "a date and time like 2027-10-14T16:00",
    "date": "a date like 2027-10-14",
    "time": 'a time like "16:00"',
}
LIMITS = {  # pydantic's error type: how a limit is said, and where it stands
    "greater_than_equal": ("at least {}", "ge"),
    "greater_than": ("more than {}", "gt"),
    "less_than_equal": ("at most {}", "le"),
    "less_than": ("less than {}", "lt"),
    "too_short": ("at least {} of them", "min_length"),
    "too_long": ("at most {} of them", "max_length"),
    "string_too_short": ("at least {} characters", "min_length"),
}


def near(word: str, known: Iterable[str]) -> str:
    """Return the question whether another word was meant, "" where none is near."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'Did you mean "{found[0]}"?' if found else ""


def shown(value: Any) -> str:
    """Return a value as a scenario writes it, cut where it is long."""
    text = inline(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def problems_of(
    error: ValidationError, model: type[BaseModel], file: str, at: str = ""
) -> list[Problem]:
    """Return everything that pydantic found wrong with the settings of ``model``.

    Alternatives of one setting become one problem that names them all.
    """
    found: dict[str, Problem] = {}
    for one in error.errors():
        if one["type"] == "too_short" and len(one["input"]) >= one["ctx"]["min_length"]:
            continue  # what it holds is wrong, and said on its own
        path, known = _walk(model, one["loc"], one["type"] == "extra_forbidden")
        own = one.get("ctx", {}).get("place", "") if one["type"] == WRONG else ""
        place = ".".join(filter(None, (at, *path, own)))
        value = "nothing" if one["type"] == "missing" else shown(one.get("input"))
        if one["type"] == "extra_forbidden":
            name = str(one["loc"][-1])
            told = f"one of {', '.join(sorted(known))}" if known else "no such key"
            problem = Problem(file, 0, place, "CO163", shown(name), told, near(name, known))
        else:
            value = _found(one) if one["type"] == WRONG else value
            problem = Problem(file, 0, place, "CO164", value, *_expected(one))
        earlier = found.get(place)
        if earlier is not None and problem.expected not in earlier.expected:
            either = f"{earlier.expected}, or {problem.expected}"
            fix = earlier.fix or problem.fix
            problem = Problem(file, 0, place, earlier.code, earlier.found, either, fix)
        found[place] = problem
    return list(found.values())


def _found(one: Mapping[str, Any]) -> str:
    """Return what stands at the place of a setting that other settings rule out."""
    found = one["ctx"]["found"]
    return "nothing" if found is None else shown(found)


def _expected(one: Mapping[str, Any]) -> tuple[str, str]:
    """Return what one error of pydantic's expected, and a near miss."""
    kind, context = one["type"], one.get("ctx", {})
    if kind == "literal_error":
        words = [word.strip("'") for word in _words(context["expected"])]
        told = f"one of {', '.join(words)}" if len(words) > 1 else f'"{words[0]}"'
        return told, near(str(one.get("input")), words)
    if kind in LIMITS:
        told, key = LIMITS[kind]
        return told.format(f"{context[key]:g}"), ""
    for start, told in KINDS.items():
        if kind == start or kind.startswith((f"{start}_", f"{start}s_")):
            return told, ""
    if kind == WRONG:
        return str(context["expected"]), ""
    message = str(one["msg"]).removeprefix("Value error, ")
    told, _, hint = message.partition(". ")
    if not told.startswith("expected "):
        told = f"something else: {told}"
    return told.removeprefix("expected "), hint


def _words(listed: str) -> list[str]:
    """Return the words of pydantic's "'a', 'b' or 'c'"."""
    return listed.replace(" or ", ", ").split(", ")


def _walk(
    model: type[BaseModel], loc: tuple[int | str, ...], stranger: bool
) -> tuple[list[str], list[str]]:
    """Return the keys of a place as a scenario writes them, and the keys known at its end.

    pydantic's own steps (which alternative of a setting it tried) are left out. The last step of
    a ``stranger`` is a key that is not known.
    """
    nodes: list[Any] = [model]
    path: list[str] = []
    for step in loc[:-1] if stranger else loc:
        tables = [node for node in nodes if _is_table(node)]
        keyed = [table for table in tables if step in table.model_fields]
        if isinstance(step, int):
            path.append(str(step))
            nodes = [inner for node in nodes for inner in _inside(node)]
        elif keyed:
            if step not in HIDDEN:
                path.append(step)
            nodes = [
                inner for table in keyed for inner in _flat(table.model_fields[step].annotation)
            ]
        elif chosen := [table for table in tables if step in (table.__name__, _kind(table))]:
            nodes = chosen
        elif values := [inner for node in nodes for inner in _values(node)]:
            path.append(str(step))
            nodes = values
    known = {key for node in nodes if _is_table(node) for key in node.model_fields} - {"kind"}
    return [*path, *([str(loc[-1])] if stranger else [])], sorted(known)


def _is_table(node: Any) -> bool:
    return isinstance(node, type) and issubclass(node, BaseModel)


def _kind(table: type[BaseModel]) -> Any:
    return table.model_fields["kind"].default if "kind" in table.model_fields else None


def _flat(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives of an annotation."""
    if get_origin(annotation) is Annotated:
        yield from _flat(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for inner in get_args(annotation):
            yield from _flat(inner)
    else:
        yield annotation


def _inside(node: Any) -> Iterator[Any]:
    """Yield what a list holds."""
    if get_origin(node) in (tuple, list, frozenset, set):
        for inner in get_args(node):
            yield from _flat(inner)


def _values(node: Any) -> Iterator[Any]:
    """Yield what the values of a table with free keys are."""
    if node is dict or get_origin(node) is dict:
        args = get_args(node)
        yield from _flat(args[1]) if args else (Any,)

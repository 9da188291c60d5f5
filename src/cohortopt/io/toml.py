"""Plain data as TOML text: tables, lists and values, nothing else."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def to_toml(data: Mapping[str, Any]) -> str:
    """Return data as TOML; ``tomllib.loads`` gives it back. ``None`` is left out."""
    lines = _table(data, "")
    return "\n".join(lines).strip() + "\n"


def _table(data: Mapping[str, Any], at: str) -> list[str]:
    lines: list[str] = []
    tables: list[str] = []
    for key, value in data.items():
        name = _key(str(key))
        path = f"{at}.{name}" if at else name
        if value is None:
            continue
        if isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value):
            for one in value:
                tables += ["", f"[[{path}]]", *_table(one, path)]
        else:
            lines.append(f"{name} = {inline(value)}")
    return lines + tables


def inline(value: Any) -> str:
    """Return one value as TOML writes it on a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = ", ".join(
            f"{_key(str(k))} = {inline(v)}" for k, v in value.items() if v is not None
        )
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(inline(one) for one in value)}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)

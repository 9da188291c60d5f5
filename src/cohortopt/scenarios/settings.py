"""Nested settings as flat lines, so that two scenarios can be compared key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def flattened(settings: Mapping[str, Any], start: str = "") -> list[tuple[str, str]]:
    """Return lines like ``Mentors.rules.gap.at_least``, ``2``.

    Tables in a list (programs, rosters) go by their ``name`` or ``use`` where they have one.
    """
    lines: list[tuple[str, str]] = []
    for key, value in settings.items():
        name = f"{start}.{key}" if start else str(key)
        if isinstance(value, Mapping):
            lines += flattened(value, name)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if any(isinstance(item, Mapping) for item in value):
                lines += _tables(value, name)
            else:
                lines.append((name, "; ".join(str(item) for item in value)))
        elif value is not None:
            lines.append((name, str(value)))
    return lines


def _tables(items: Sequence[Any], name: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, Mapping):
            lines.append((f"{name}[{number}]", str(item)))
            continue
        called = item.get("name") or item.get("use")
        lines += flattened(item, str(called) if called else f"{name}[{number}]")
    return lines


def changed_settings(
    all_settings: Sequence[Mapping[str, Any]],
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys whose value is not the same everywhere, with each one's value."""
    flat = [dict(flattened(settings)) for settings in all_settings]
    keys = dict.fromkeys(key for lines in flat for key in lines)
    rows = [(key, tuple(lines.get(key, "") for lines in flat)) for key in keys]
    return [(key, values) for key, values in rows if len(set(values)) > 1]

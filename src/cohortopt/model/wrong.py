"""A wrong setting, told so that a scenario can name its place, what stands there, what should."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

WRONG = "wrong_setting"


def wrong(key: str, found: object, expected: str) -> PydanticCustomError:
    """Return the error of a setting that other settings rule out; it is a ``ValueError``.

    Parameters
    ----------
    key
        Its place in the settings object that is checked, with dots; "" for the whole of it.
    found
        What stands there; None: nothing.
    expected
        What could stand there instead.
    """
    told = {"key": key or "settings", "place": key, "found": found, "expected": expected}
    return PydanticCustomError(WRONG, "{key}: expected {expected}", told)

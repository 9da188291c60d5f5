"""How a check that takes long is cut short from outside: it then proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Stop = Callable[[], bool]


class StoppedError(Exception):
    """Somebody asked to stop before the check was done."""


def never() -> bool:
    """Say that nobody asks to stop."""
    return False


def until(stop: Stop, items: Iterable[T]) -> Iterator[T]:
    """Yield items, asking before each whether to stop.

    Raises
    ------
    StoppedError
        Somebody asked to.
    """
    for item in items:
        if stop():
            raise StoppedError
        yield item

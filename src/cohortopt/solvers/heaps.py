"""Binary heaps in arrays, the least key on top, for compiled searches; items move with keys.

Callers hold ``keys`` (int64), ``items`` and the number of entries. Kernels of other files keep
this code in their caches beside the source: whoever changes it removes those (``*.nbi``).
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from cohortopt.instance import Longs
from cohortopt.solvers.compiled import njit

Items = NDArray[Any]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def push(keys: Longs, items: Items, size: int, key: int, item: int) -> int:
    """Add an entry to ``size`` others and return how many there are then."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] <= key:
            break
        keys[place] = keys[above]
        items[place] = items[above]
        place = above
    keys[place] = key
    items[place] = item
    return size + 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def sink(keys: Longs, items: Items, size: int, key: int, item: int) -> None:
    """Put an entry in place of the least of ``size``, which is lost."""
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[place] = keys[below]
        items[place] = items[below]
        place = below
    keys[place] = key
    items[place] = item


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def pop(keys: Longs, items: Items, size: int) -> int:
    """Move the least entry behind the heap, to ``size - 1``, and return how many are left."""
    last = size - 1
    key, item = keys[0], items[0]
    sink(keys, items, last, keys[last], items[last])
    keys[last] = key
    items[last] = item
    return last

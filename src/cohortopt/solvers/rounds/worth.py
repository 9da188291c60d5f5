"""What meetings are worth in rounds that are planned together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Worth:
    """What meetings are worth. All arrays are symmetric over people.

    ``value : (n, n) int64`` points of two in both directions; ``bad`` whether they may not
    meet; ``factor[s]`` what a group of s multiplies its pairs by; ``loss`` points lost by a
    repeat, -1 where repeats are not for sale.
    """

    value: NDArray[np.int64]
    bad: NDArray[np.bool_]
    factor: NDArray[np.int64]
    loss: int = -1

    @classmethod
    def nothing(cls, n: int, largest: int) -> Worth:
        """Return the worth where only repeats count."""
        none = np.zeros((n, n), np.int64)
        return cls(none, np.zeros((n, n), np.bool_), np.ones(largest + 1, np.int64))
